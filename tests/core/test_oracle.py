"""The kernel against the model written a second time, citizen by citizen, with the same draws."""

import numpy as np
import pytest

from oracle import check_exp_minus
from samizdat import Scenario, Simulation
from worlds import STATE, Sibling, town

COUNTED = (
    "silent", "self_censor", "share", "mobilise", "detained", "aware", "online", "circumventing",
    "cut_off", "newly_detained", "newly_mobilised", "posts", "posts_heard", "posts_suppressed",
)  # fmt: skip

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
}


def assert_alike(scenario: Scenario, seed: int) -> dict[str, int]:
    """Run kernel and oracle side by side; return what happened in all."""
    simulation = Simulation(scenario, seed=seed, threads=1)
    sibling = Sibling(simulation)
    seen = dict.fromkeys(COUNTED, 0)
    while not simulation.finished:
        told = sibling.day()
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
    assert_alike(town(200).change(values), seed=5)


def test_a_district_loses_a_platform_in_the_town():
    simulation = Simulation(town(200), seed=5)
    withdrawn = [simulation.step() or simulation.signals["withdrawn"].max() for _ in range(60)]
    assert 0 < sum(withdrawn) < 60  # so that both ways to count the reachable are tried above


def test_everything_that_can_happen_happens_in_the_town():
    seen = assert_alike(town(600), seed=1)
    assert min(seen.values()) > 0, seen


def test_the_oracle_computes_exp():
    check_exp_minus()
