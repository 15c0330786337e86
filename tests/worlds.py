"""Small worlds for the tests."""

from typing import Any

import networkx as nx
import numpy as np

from naive_ladder import NaiveLadder
from naive_rallies import NaiveRallies
from oracle import Oracle
from samizdat import Scenario, Simulation
from samizdat.regime.force import arrest_chances

STATE = (
    "grievance", "trust", "fear", "attention", "circumventing", "posture", "days_left", "voice",
    "access", "ears",
)  # fmt: skip


RUNGS = [
    {"at": 0.05, "delay_days": 6, "add": {"chill": 0.3, "surveillance": 0.95}, "title": "Watching"},
    {"at": 0.2, "delay_days": 2.5, "set": {"blocking.authority": "court", "sanction": 0.02}},
    {"at": 0.2, "set": {"sanction": 0.05}, "title": "Prosecution"},
    {"at": 1, "add": {"chill": 0.01}, "title": "Never"},
]  # fmt: skip


def town(citizens: int = 400, **values: Any) -> Scenario:
    """The teaching world at another size, with values changed (`group__name`)."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return Scenario.load("town").change({"citizens": citizens, **named})


def laws(
    citizens: int = 400, rungs: list[dict] = RUNGS, gain: float = 0.05, **values: Any
) -> Scenario:
    """The town with a ladder, and no dated setting."""
    table = town(citizens, **values).to_table()
    regime = table["regime"]
    table["timeline"] = [each for each in table["timeline"] if each["kind"] != "setting"]
    threat = {**regime["threat"], "gain": gain, "home": 10}
    return Scenario.from_table({**table, "regime": {**regime, "threat": threat, "ladder": rungs}})


def run(scenario: Scenario, seed: int = 3, **kwargs: Any) -> Simulation:
    """Run to the last day."""
    return Simulation(scenario, seed=seed, **kwargs).run()


def same_state(a: Simulation, b: Simulation) -> bool:
    """Whether two runs end with the same citizens, to the last bit."""
    return all(np.array_equal(a.state[name], b.state[name]) for name in STATE)


def same_history(a: Simulation, b: Simulation) -> bool:
    """Whether two runs counted the same on every day, in every region."""
    return a.regions.equals(b.regions)


def take_no_shortcuts(simulation: Simulation) -> Simulation:
    """Let a simulation treat everybody the long way from now on: no bound, no list, no rest."""
    simulation._world = simulation._world._replace(shortcuts=False)
    return simulation


class Sibling:
    """An oracle that lives in the same world as a simulation, and follows its regime's signals."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        scenario = simulation.scenario
        traits = {
            name: simulation.state[name].tolist() for name in simulation._world.traits._fields
        }
        readable = {1 << k: p.readable for k, p in enumerate(scenario.spec.platforms)}
        self.oracle = Oracle(
            networkx_of(simulation),
            traits,
            traits["region"],
            simulation.sizes.tolist(),
            simulation.seed,
            float(scenario.spec.step_days),
            readable,
        )
        spec = scenario.spec
        events = [entry for entry in spec.timeline if entry.kind == "event"]
        self.rallies = NaiveRallies(self.oracle, events, spec.start, scenario.region_names)
        self.ladder = NaiveLadder(spec, scenario.parameters, scenario.citizens)

    def day(self) -> dict[str, Any]:
        """Advance both by a day; the simulation first, for its signals."""
        simulation = self.simulation
        step = simulation.step_number
        simulation.step()
        signals, p = simulation.signals, simulation.environment.parameters
        if step == 0:
            self.oracle.start(p, signals)

        def q(mobilised: list[int]) -> list[float]:
            return arrest_chances(signals["arrests"], np.array(mobilised)).tolist()

        threat, laws = self.ladder.morning(step)
        assert abs(threat - simulation.threat) < 1e-6, step
        assert laws == [n for n, rung in enumerate(simulation.rungs) if rung.in_force], step
        rallies = self.rallies.morning(step, p, signals["running"].tolist())
        if p.rally.on:
            assert rallies["rally"] == signals["rally"].tolist(), step
        told = self.oracle.day(step, p, signals, q) | rallies
        self.ladder.take_note(told)
        strength = signals["detain_organisers"].tolist()
        newly = self.rallies.arrest_organisers(p, strength, told["mobilise"])
        told["newly_detained"] = [sum(x) for x in zip(told["newly_detained"], newly, strict=True)]
        return told


def networkx_of(simulation: Simulation) -> nx.Graph:
    """The simulation's ties as a networkx graph, read row by row."""
    ties = simulation.graph.ties
    graph = nx.Graph()
    graph.add_nodes_from(range(simulation.graph.citizens))
    for i in range(simulation.graph.citizens):
        begin = int(ties.start[i])
        for e in range(begin, int(ties.start[i + 1])):
            kind = "close" if e < begin + int(ties.close[i]) else "online"
            graph.add_edge(i, int(ties.neighbour[e]), kind=kind)
    return graph
