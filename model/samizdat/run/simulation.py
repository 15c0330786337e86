"""One run: the world, then the regime, then the citizens, then the record."""

import copy
import datetime as dt
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core import draws
from samizdat.core.layout import (
    BLOCK,
    DYNAMIC,
    ONLINE,
    PLATFORMS,
    WORKINGS,
    new_world,
    voices_heard,
)
from samizdat.core.step import (
    ThreadTeam,
    compile_passes,
    first_state,
    resume_state,
    swap_buffers,
    take_step,
)
from samizdat.regime.levers import arrest_chances
from samizdat.regime.orders import RegimeInput
from samizdat.run import checkpoint, digests
from samizdat.run.checkpoint import Checkpoint
from samizdat.run.environment import Environment
from samizdat.run.history import History
from samizdat.run.measures import mean_of
from samizdat.run.population_cache import check_memory, graph_of, traits_of
from samizdat.scenario.interventions import Moment, amended, interventions, lifted
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.society.graphs import Graph
from samizdat.society.population import given_traits

ALONE_BELOW = 40_000  # citizens: handing out work costs more than doing it
SEED_LIMIT = 2**63
MAX_THREADS = 1024


class Simulation:
    """A population, its ties, its state and its regime, day by day.

    Parameters
    ----------
    scenario
        The world.
    seed
        0 ... 2**63 - 1; everything random follows from it, whatever the threads.
    threads
        By default one for each core that this process may use.
    graph
        Who can hear whom, instead of the scenario's own.
    traits
        Traits by name, one value a citizen, instead of those drawn.

    Raises
    ------
    ValueError
        If the seed is out of range, graph or traits do not fit the citizens, or the memory that
        is available does not hold them.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        threads: int | None = None,
        graph: Graph | None = None,
        traits: Mapping[str, Any] | None = None,
    ) -> None:
        check_call(seed, threads)
        if graph is not None and graph.citizens != scenario.citizens:
            raise ScenarioError(
                f"graph has {graph.citizens} citizens, the scenario {scenario.citizens}"
            )
        self.scenario, self.seed, self.step_number = scenario, seed, 0
        self.regime_input: RegimeInput | None = None  # as the state faced the last step
        self.threads = threads or len(os.sched_getaffinity(0))
        first, spec = scenario.region_first, scenario.spec
        check_memory(scenario, seed, self.threads, graph)
        self.graph = graph or graph_of(scenario, seed, self.threads)
        drawn = traits_of(scenario, seed, self.threads)
        self.sizes = np.diff(first)
        self.steps = scenario.steps_until()
        self._world = new_world(
            self.graph.ties,
            given_traits(drawn, traits or {}),
            first,
            _most_readable([platform.readable for platform in spec.platforms]),
            float(spec.step_days),
            BLOCK,
        )
        self._team = _team_for(scenario.citizens, self.threads)
        self.environment = Environment(scenario, self.sizes)
        compile_passes(self._world, self.environment.flat)
        self.history = History(
            scenario, self.sizes, np.array(self.environment.dates, "datetime64[s]")
        )
        self._identity: dict[str, Any] | None = None

    @property
    def finished(self) -> bool:
        """Whether the last day of the scenario is done."""
        return self.step_number >= self.steps

    @property
    def date(self) -> dt.date:
        """The date of the last step done, or of the first before there is one."""
        return self.scenario.date_of(max(0, self.step_number - 1))

    def step(self) -> None:
        """Advance every citizen by one step.

        Raises
        ------
        RuntimeError
            After the last day of the scenario.
        """
        if self.finished:
            raise RuntimeError(f"the scenario ends on {self.scenario.spec.end}")
        k = self.step_number
        response = draws.uniforms(self.seed, 0, len(self.sizes), k, draws.RESPONSE)
        inputs = self.environment.update(k, self.history.last, response, self._world.signals)
        row = self.environment.flat
        if k == 0:
            first_state(self._team, self._world, row)
        else:
            self._world = swap_buffers(self._world)
        latent = self._opens_month(k)
        tallies = take_step(self._team, self.seed, k, self._world, row, arrest_chances, latent)
        signals = self._world.signals
        barred = self.environment.platforms_barred(k, signals)
        self.history.record(tallies, barred, signals, latent=latent)
        self.regime_input = inputs
        self.step_number += 1

    def run(
        self,
        until: dt.date | None = None,
        progress: Callable[["Simulation"], None] | None = None,
    ) -> "Simulation":
        """Advance to the end of a day, by default the scenario's last.

        Parameters
        ----------
        progress
            Called after each step; an exception that it raises ends the run between two steps.
        """
        target = self.scenario.steps_until(until)
        while self.step_number < target:
            self.step()
            if progress is not None:
                progress(self)
        return self

    def enact(self, entry: Mapping[str, Any]) -> str:
        """Do something as the state, from the next step's day on; return its id.

        It becomes an entry of the scenario's timeline: ``Simulation(simulation.scenario, seed)``
        run from the first day counts the same. An act whose lever is off switches it on.

        Parameters
        ----------
        entry
            A setting or an action as a scenario file has it, without id and date:
            ``{"kind": "setting", "set": {"surveillance": 0.5}}``,
            ``{"kind": "action", "lever": "blocking", "platforms": ["kin_chat"], "days": 7}``.

        Raises
        ------
        ScenarioError
            If there can be no such entry, or no day is left.
        """
        now = self._next_moment()
        values = self.environment.values.get(f"{entry.get('lever')}.on")
        off = values is not None and not values.all()
        scenario = amended(self.scenario, entry, now, switch=off)
        self._go_on_with(scenario)
        return str(interventions(scenario)[-1].id)

    def lift(self, name: str) -> None:
        """End something that was enacted, by its id, before the next step.

        Raises
        ------
        ScenarioError
            If nothing of that id was enacted, or no day is left.
        """
        self._go_on_with(lifted(self.scenario, name, self._next_moment()))

    @property
    def interventions(self) -> list[Any]:
        """The entries of the timeline that were enacted while this ran."""
        return interventions(self.scenario)

    def _next_moment(self) -> Moment:
        if self.finished:
            raise ScenarioError(f"the scenario ends on {self.scenario.spec.end}")
        k = self.step_number
        return Moment(self.scenario.date_of(k), k * float(self.scenario.spec.step_days))

    def _go_on_with(self, scenario: Scenario) -> None:
        """Put another scenario in the place of the one so far, equal up to now."""
        environment = Environment(scenario, self.sizes)
        environment.take_over(self.environment)
        if self.step_number:
            environment.go_on(self.step_number, self._world.signals)
        self.scenario, self.environment, self._identity = scenario, environment, None

    def save(self, path: str | Path) -> None:
        """Write all that is needed to go on from here, for `restore`; the file is whole or absent.

        It holds the scenario too, but of traits and a graph that were given only the digest.
        """
        world, environment = self._world, self.environment
        facts = {
            "step": self.step_number,
            "name": self.scenario.name,
            "identity": self.identity(),
            "regime": environment.to_table(),
            "scenario": self.scenario.to_table(),
        }
        arrays = {name: getattr(world.state, name) for name in DYNAMIC}
        checkpoint.write(
            Path(path), facts, {**arrays, "signals": world.signals, **self.history.to_arrays()}
        )

    @classmethod
    def restore(
        cls,
        path: str | Path,
        threads: int | None = None,
        graph: Graph | None = None,
        traits: Mapping[str, Any] | None = None,
        *,
        force: bool = False,
    ) -> "Simulation":
        """Return the simulation that `save` wrote; it goes on as the other would, bit for bit.

        Parameters
        ----------
        graph, traits
            Those that the simulation was made with, where they were given.
        force
            Go on even if the model's source, the graph or the traits have changed since.

        Raises
        ------
        ValueError
            In one line: the file is damaged, or something has changed.
        """
        found = checkpoint.read(Path(path))
        if not force:
            found.check({"model": digests.model_digest()})
        seed = found.facts["identity"]["seed"]
        simulation = cls(found.scenario, seed, threads, graph, traits)
        simulation.resume(found, force=force)
        return simulation

    def resume(self, found: Checkpoint, *, force: bool = False) -> None:
        """Go on, before the first step, from where a checkpoint was taken.

        Raises
        ------
        CheckpointError
            If the checkpoint belongs to another run, or does not fit.
        """
        found.check(self.identity(), force=force)
        k, world = found.step, self._world
        rows = History(self.scenario, self.sizes, self.history.dates)
        rows.steps = k
        places = {name: getattr(world.state, name) for name in DYNAMIC}
        found.copy_to({**places, "signals": world.signals, **rows.to_arrays()})
        self.history, self.step_number = rows, k
        self.environment.read_table(found.facts["regime"])
        if k:
            resume_state(world)
            self.environment.go_on(k, world.signals)

    def identity(self) -> dict[str, Any]:
        """Return what must be equal for a run to go on as it would have; digests, seed, size."""
        if self._identity is None:
            self._identity = {
                "model": digests.model_digest(),
                "scenario": digests.scenario_digest(self.scenario),
                "seed": self.seed,
                "citizens": self.scenario.citizens,
                "graph": self.graph.digest(),
                "traits": digests.traits_digest(self._world.traits),
            }
        return self._identity

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the threads, for pickling; ties and traits are among it."""
        return {name: value for name, value in vars(self).items() if name != "_team"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Go on from what `__getstate__` gave, with threads of its own."""
        vars(self).update(state)
        self._team = _team_for(self.scenario.citizens, self.threads)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Simulation":
        """Return a simulation that goes on as this one; what never changes is shared with it."""
        world = self._world
        for part in (self.scenario, self.graph, world.ties, world.traits, world.readable):
            memo[id(part)] = part
        twin = memo[id(self)] = object.__new__(type(self))
        twin.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return twin

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of every step of the scenario (T,)."""
        return self.history.dates

    @property
    def nation(self) -> pd.DataFrame:
        """One row a step, for the nation."""
        return self.history.nation

    @property
    def regions(self) -> pd.DataFrame:
        """One row a step and region."""
        return self.history.regions

    def daily(self, name: str) -> NDArray[Any]:
        """Return a column of `nation`, all steps done: of `measures.MEASURES` or `ACTIONS`."""
        return self.history.columns([name])[name]

    @property
    def counts(self) -> dict[str, int]:
        """The nation's integer tallies of the last step, by name (see `core.layout.TALLIES`)."""
        return self.history.counts

    def measured(self, name: str) -> float:
        """Return a column of `nation` in the last step: of `measures.MEASURES` or `ACTIONS`."""
        return self.history.measured(name)

    @property
    def summary(self) -> dict[str, Any]:
        """The run as a whole: `measures.summary`, and mean trust online and offline."""
        trust, online = self._world.state.trust, (self._world.state.access & ONLINE) != 0
        return {
            **self.history.summary,
            "trust_online": mean_of(trust[online]),
            "trust_offline": mean_of(trust[~online]),
        }

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """Traits and state of the citizens by name, as arrays (n,) that cannot be written."""
        arrays = {**self._world.traits._asdict(), **self._world.state._asdict()}
        views = {}
        for name in arrays.keys() - WORKINGS:
            views[name] = arrays[name].view()
            views[name].flags.writeable = False
        return views

    @property
    def heard(self) -> dict[str, NDArray[np.uint32]]:
        """Voices that reached each citizen in the last step (n,): street, others, held; copies.

        After `restore` they are 0 until the next step.
        """
        return voices_heard(self._world)

    @property
    def signals(self) -> NDArray[np.void]:
        """What the last step brought to each region (R,), see `core.layout.SIGNALS`; a copy."""
        return self._world.signals.copy()

    @property
    def bands(self) -> pd.DataFrame:
        """The dated world and what the state did so far, as bands for a picture."""
        return self.environment.bands(self.date)

    def population_measures(self) -> dict[str, Any]:
        """Return means of the traits, and how alike close ties are in going online."""
        traits = self._world.traits
        means = {
            f"mean_{name}": float(getattr(traits, name).mean(dtype=np.float64))
            for name in ("hardship", "resting_trust", "threshold", "risk_aversion")
        }
        return {
            "region_citizens": dict(
                zip(self.scenario.region_names, self.sizes.tolist(), strict=True)
            ),
            **means,
            "instigators": int(np.count_nonzero(traits.threshold == 0)),
            "adoption_correlation_of_close_ties": self.graph.correlation(traits.adoption_rank),
        }

    def _opens_month(self, k: int) -> bool:
        dates = self.environment.dates
        return dates[0].day == 1 if k == 0 else dates[k].month != dates[k - 1].month


def _team_for(citizens: int, threads: int) -> ThreadTeam:
    """Return the threads that share out so many citizens."""
    alone = threads == 1 or citizens < ALONE_BELOW
    return ThreadTeam(None if alone else ThreadPoolExecutor(threads, "samizdat"), threads)


def check_call(seed: int, threads: int | None) -> None:
    """Check what a run is called with besides its scenario.

    Raises
    ------
    ScenarioError
        Naming the seed or the number of threads, and what is allowed.
    """
    if not 0 <= seed < SEED_LIMIT:
        raise ScenarioError(f"seed = {seed} is outside 0 ... {SEED_LIMIT - 1}")
    if threads is not None and not 1 <= threads <= MAX_THREADS:
        raise ScenarioError(f"threads = {threads} is outside 1 ... {MAX_THREADS}")


def _most_readable(readable: list[float]) -> NDArray[np.float64]:
    """Return, for every set of platforms, the share that the state reads of the most readable."""
    sets = np.arange(PLATFORMS + 1)
    most = np.zeros(len(sets))
    for k, share in enumerate(readable):
        most = np.where(sets & (1 << k), np.maximum(most, share), most)
    return most
