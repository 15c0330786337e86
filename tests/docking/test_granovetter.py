"""Granovetter 1978, Am. J. Sociol. 83:1420: thresholds of a crowd that sees itself."""

from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario

CROWD = Scenario.load(Path(__file__).with_name("granovetter.toml"))
MILLION = 1_000_000

# sd of thresholds with mean 0.25 -> share who act in the end; near 0.1222 the crowd tips.
EQUILIBRIA = {0.10: 0.0077, 0.11: 0.0171, 0.12: 0.0402, 0.122: 0.0548, 0.1223: 1.0000}
NEAR_THE_TIP = 0.121  # beyond, a million citizens take a hundred days to come to rest


def equilibrium(mean: float, sd: float) -> float:
    """Return the least fixed point of r = F(r), come up to from rest."""
    share, after = -1.0, 0.0
    while after - share > 1e-12:
        share, after = after, float(stats.norm.cdf(after, mean, sd))
    return after


def test_one_more_acts_each_day_where_thresholds_rise_by_one():
    crowd = Simulation(CROWD, traits={"threshold": np.arange(100) / 100})
    for _ in range(100):
        crowd.step()
    assert crowd.nation["mobilise"].tolist() == list(range(1, 101))


def test_the_whole_crowd_keeps_acting(at_rest):
    crowd = at_rest(Simulation(CROWD, traits={"threshold": np.arange(100) / 100}))
    assert crowd.counts["mobilise"] == 100


def test_one_acts_where_nobody_has_threshold_one(at_rest):
    thresholds = np.arange(100) / 100
    thresholds[1] = 0.02
    assert at_rest(Simulation(CROWD, traits={"threshold": thresholds})).counts["mobilise"] == 1


@pytest.mark.parametrize(("sd", "share"), EQUILIBRIA.items())
def test_published_equilibria_are_the_fixed_points(sd, share):
    # half of the last digit given
    assert equilibrium(0.25, sd) == pytest.approx(share, abs=0.5e-4)


@pytest.mark.parametrize(
    ("sd", "share"),
    [
        pytest.param(sd, share, marks=[pytest.mark.slow] if sd > NEAR_THE_TIP else [])
        for sd, share in EQUILIBRIA.items()
    ],
)
def test_a_crowd_with_normal_thresholds_comes_to_rest_at_the_fixed_point(at_rest, sd, share):
    quantiles = 0.25 + sd * special.ndtri((np.arange(MILLION) + 0.5) / MILLION)
    million = CROWD.change({"citizens": MILLION})
    crowd = at_rest(Simulation(million, traits={"threshold": quantiles}))
    acting = crowd.counts["mobilise"] / MILLION
    # The guard lets in who lacks 1e-6, one citizen more or less is as much, and the crowd amplifies
    # both by 1 / (1 - F'(r)): 11 at most, at sd 0.122.
    assert acting == pytest.approx(equilibrium(0.25, sd), abs=2.2e-5)
    assert acting == pytest.approx(share, abs=0.5e-4 + 2.2e-5)
