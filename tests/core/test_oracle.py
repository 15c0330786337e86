"""The kernel against the model written a second time, citizen by citizen, with the same draws."""

import datetime as dt
import math

import numpy as np
import pytest

from oracle import exp_minus
from samizdat import Scenario, Simulation
from samizdat.scenario.timeline import Event
from samizdat.society.graphs import Graph
from worlds import STATE, Sibling, town

COUNTED = (
    "silent", "self_censor", "share", "mobilise", "detained", "aware", "online", "circumventing",
    "cut_off", "newly_detained", "newly_mobilised", "posts", "posts_heard", "posts_suppressed",
)  # fmt: skip
HELD = ("rallies_called", "rallies_held", "rallies_prevented", "rally")

CITIZENS = 140
WITNESSED = {0: "none", 1: "the only one held", 2: "both held"}  # by the number of close ties

RALLIES = {
    "rally.on": 1, "rally.organisers": 0.1, "rally.call": 1, "rally.camps": 0.5,
    "rally.continuation": 0.5, "detain_organisers": 0.5,
}  # fmt: skip

WORLDS = {
    "everything on": {},
    "attention off": {"attention.on": 0},
    "speaking tires": {"attention.speaking_tires": 1},
    "no word of mouth": {"reach.word_of_mouth": 0},
    "only the reachable count": {"reach.reachable_only": 1},
    "all ties count": {"reach.reachable_only": 0},
    "a number of ties": {"reach.dilution": 0, "reach.reference_ties": 7.3},
    "between share and number": {"reach.dilution": 0.3},
    "between, and only the reachable count": {"reach.dilution": 0.7, "reach.reachable_only": 1},
    "witnesses fear": {"fear.witness": 0.5, "fear.own": -0.3, "arrests.capacity": 0.05},
    "half days": {"step_days": 0.5},
    "steps of three days": {"step_days": 3},
    "heavy policing": {"arrests.response": 1, "sanction": 1, "surveillance": 1},
    "trust at rest": {"trust.relax": 0},
    "news by channel": {
        "attention.online_share": 0.6,
        "attention.feed": 0.1,
        "press_control": 0.5,
        "attention.beta": 0.02,
    },
    "news by channel, two days a step": {
        "attention.online_share": 1,
        "attention.feed": 0.1,
        "step_days": 2,
        "sanction": 0,
    },
    "rallies": RALLIES,
    "rallies in half days": RALLIES | {"step_days": 0.5, "rally.notice": 1},
    "rallies in steps of three days": RALLIES | {"step_days": 3, "rally.notice": 4},
    "rallies called and held at once": RALLIES | {"rally.notice": 0, "attention.on": 0},
    "grievances arrive": RALLIES | {"arrivals.mu": 150, "arrivals.news": 0.3},
    "grievances arrive in steps of two days": {"arrivals.mu": 150, "step_days": 2},
    "dissent and platforms cost trust": {"trust.dissent": 0.002, "trust.told": 0.5},
    "platforms tell all": {"trust.told": 1, "trust.cynicism": 0.5, "step_days": 2},
    "the foreign press is blocked": {"blocking.standing": ["foreign_press"]},
    "a platform is always blocked": {"blocking.standing": ["kin_chat"], "reach.reachable_only": 1},
}


def assert_alike(scenario: Scenario, seed: int, graph: Graph | None = None) -> dict[str, int]:
    """Run kernel and oracle side by side; return what happened in all.

    Besides what is counted: how often one with this many close ties ``witnessed`` any in detention.
    """
    simulation = Simulation(scenario, seed=seed, threads=1, graph=graph)
    sibling, days = Sibling(simulation), []
    seen = dict.fromkeys((*COUNTED, *HELD, *WITNESSED.values()), 0)
    while not simulation.finished:
        days.append(sibling.day())
        for i, held in sibling.oracle.c.items():
            kin = len(sibling.oracle.close[i])
            if kin in WITNESSED and held == kin:
                seen[WITNESSED[kin]] += 1
        arrays = sibling.oracle.arrays()
        for name in STATE:
            differing = np.flatnonzero(simulation.state[name] != arrays[name])
            assert not len(differing), (simulation.date, name, differing[:5])
    table = simulation.regions  # to make it takes as long as a day
    for step, told in enumerate(days):
        rows = table[table["step"] == step]
        for name in (*COUNTED, *HELD):
            assert rows[name].tolist() == told[name], (rows["date"].iloc[0], name)
            seen[name] += sum(told[name])
        for name in ("grievance", "trust", "fear", "opposition"):
            means = np.array(told[name]) / 2**24 / simulation.sizes
            assert rows[name].tolist() == means.tolist(), (rows["date"].iloc[0], name)
        if rows["latent_self_censor"].notna().all():
            assert rows["latent_self_censor"].tolist() == told["latent_self_censor"]
    return seen


@pytest.mark.parametrize("values", WORLDS.values(), ids=WORLDS)
def test_kernel_equals_the_oracle_in_the_town(values):
    assert_alike(town(CITIZENS).change(values), seed=5)


# Pairs, circles of three in a row, and citizens who have online ties alone.
FEW = Graph.from_edges(
    200,
    [*range(0, 60, 2), *range(60, 120, 3), *range(61, 120, 3), *range(0, 199)],
    [*range(1, 60, 2), *range(61, 120, 3), *range(62, 120, 3), *range(1, 200)],
    [0] * 70 + [1] * 199,
)


@pytest.mark.parametrize("witness", [0.5, -0.5])
def test_kernel_equals_the_oracle_where_close_ties_are_few(witness):
    police = {"arrests.capacity": 1, "arrests.response": 1, "fear.terror": 0, "security": 0}
    told = {"attention.online_share": 0, "attention.feed": 0}  # by the press: enough know of it
    world = town(200).change(police | told | {"rally.on": 0, "fear.witness": witness})
    seen = assert_alike(world, 5, FEW)
    assert seen["none"] > 0
    assert seen["the only one held"] > 0
    assert seen["both held"] > 0


def test_a_district_loses_a_platform_in_the_town():
    simulation = Simulation(town(CITIZENS), seed=5)
    withdrawn = [simulation.step() or simulation.signals["withdrawn"].max() for _ in range(60)]
    assert 0 < sum(withdrawn) < 60  # so that both ways to count the reachable are tried above


def test_everything_that_can_happen_happens_in_the_town():
    seen = assert_alike(town(600), seed=1)
    assert min(seen[name] for name in COUNTED) > 0, seen


DATED = {  # a date without notice, two that overlap, and one that runs into a call by rule
    "rallies": [dt.date(2014, 3, 12), dt.date(2014, 3, 19), dt.date(2014, 3, 20)], "notice": 3,
    "days": 30,
}  # fmt: skip


@pytest.mark.parametrize("step_days", [0.5, 1, 3])
@pytest.mark.parametrize("more", [{}, {"call": 3, "continuation": 0.9, "notice": 1.5}], ids=str)
def test_kernel_equals_the_oracle_where_rallies_are_dated(step_days, more):
    world = town(CITIZENS).change(RALLIES | {"step_days": step_days, "detain_organisers": 0.9})
    entries = [
        entry.model_copy(update=DATED | more) if isinstance(entry, Event) else entry
        for entry in world.spec.timeline
    ]
    spec = world.spec.model_copy(update={"timeline": tuple(entries)})
    seen = assert_alike(Scenario("dated", spec, world.parameters), seed=4)
    assert seen["rallies_called"] >= seen["rallies_held"] + seen["rallies_prevented"] > 3


def test_all_that_can_happen_to_a_rally_happens():
    seen = assert_alike(town(600).change(RALLIES | {"rally.committee": 1}), seed=1)
    assert min(seen[name] for name in HELD) > 0, seen
    assert seen["rally"] > seen["rallies_held"], "none goes on"


def test_the_oracle_computes_exp():
    points = [10.0 ** (e / 50) for e in range(-900, 142)] + [k / 64 for k in range(44000)]
    for z in points:
        assert abs(exp_minus(z) / math.exp(-z) - 1) <= 2e-15, z
    assert (exp_minus(0.0), exp_minus(700.0), exp_minus(math.inf)) == (1.0, 0.0, 0.0)
