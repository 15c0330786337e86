"""The kernel against the model written a second time, citizen by citizen, with the same draws."""

import numpy as np
import pytest

from oracle import check_exp_minus
from samizdat import Scenario, Simulation
from samizdat.society.graphs import Graph
from worlds import STATE, Sibling, town

COUNTED = (
    "silent", "self_censor", "share", "mobilise", "detained", "aware", "online", "circumventing",
    "cut_off", "newly_detained", "newly_mobilised", "posts", "posts_heard", "posts_suppressed",
)  # fmt: skip

CITIZENS = 140
WITNESSED = {0: "none", 1: "the only one held", 2: "both held"}  # by the number of close ties

WORLDS = {
    "everything on": {},
    "attention off": {"attention.on": 0},
    "speaking tires": {"attention.speaking_tires": 1},
    "no word of mouth": {"reach.word_of_mouth": 0},
    "only the reachable count": {"reach.reachable_only": 1},
    "all ties count": {"reach.reachable_only": 0},
    "witnesses fear": {"fear.witness": 0.5, "fear.own": -0.3, "arrests.capacity": 0.05},
    "half days": {"step_days": 0.5},
    "steps of three days": {"step_days": 3},
    "heavy policing": {"arrests.response": 1, "sanction": 1, "surveillance": 1},
    "trust at rest": {"trust.relax": 0},
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
    sibling = Sibling(simulation)
    seen = dict.fromkeys((*COUNTED, *WITNESSED.values()), 0)
    while not simulation.finished:
        told = sibling.day()
        for i, held in sibling.oracle.c.items():
            kin = len(sibling.oracle.close[i])
            if kin in WITNESSED and held == kin:
                seen[WITNESSED[kin]] += 1
        rows = simulation.regions[simulation.regions["step"] == simulation.step_number - 1]
        arrays = sibling.oracle.arrays()
        for name in STATE:
            differing = np.flatnonzero(simulation.state[name] != arrays[name])
            assert not len(differing), (rows["date"].iloc[0], name, differing[:5])
        for name in COUNTED:
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
    world = town(200).change(police | {"fear.witness": witness})
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


def test_the_oracle_computes_exp():
    check_exp_minus()
