"""Watts 2002, PNAS 99:5766; Gleeson & Cahalane 2007, Phys. Rev. E 75:056103: global cascades."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, special, stats

from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario

NETWORK = Scenario.load(Path(__file__).with_name("watts.toml"))
DEGREES = np.arange(1, 100)  # a Poisson degree of mean 8 exceeds 99 with probability below 1e-70
GLOBAL = 0.01  # far above every share of seeds here, far below every cascade that they set off

# Mean degrees between which one seed can set off a global cascade, by threshold.
WINDOWS = {
    0.10: (1.0000, 13.6593),
    0.12: (1.0001, 10.6574),
    0.18: (1.0207, 5.7647),
    0.20: (1.0207, 5.7647),
}

# Threshold 0.18: (mean degree, share of seeds) -> share who act in the end.
CASCADES = {
    (1.5, 0.001): 0.5813,
    (1.5, 0.005): 0.5859,
    (2, 0.001): 0.7970,
    (2, 0.005): 0.7983,
    (4, 0.001): 0.9802,
    (4, 0.005): 0.9803,
    (6, 0.001): 0.9975,
    (6, 0.005): 0.9975,
    (8, 0.001): 0.0023,
}


def vulnerable(z: float, threshold: float) -> float:
    """Return how many a neighbour whom one acting neighbour moves will move in turn, on average."""
    most = math.floor(1 / threshold + 1e-9)
    return float(z * special.gammaincc(most - 1, z))


def cascade(z: float, threshold: float, seeds: float) -> tuple[float, float]:
    """Return the share who act in the end, and the slope of the map at its fixed point.

    Gleeson & Cahalane: q <- rho0 + (1 - rho0) sum_k (k p_k / z) P(m / k >= threshold), m of the
    k - 1 neighbours further out acting, each with probability q; iterated up from q = rho0.
    """
    p = stats.poisson.pmf(DEGREES, z)
    enough = np.ceil(threshold * DEGREES - 1e-9)

    def outward(q):
        moved = stats.binom.sf(enough - 1, DEGREES - 1, q)
        return seeds + (1 - seeds) * float(np.sum(DEGREES * p / z * moved))

    before, q = 0.0, seeds
    while abs(q - before) > 1e-12:
        before, q = q, outward(q)
    share = seeds + (1 - seeds) * float(np.sum(p * stats.binom.sf(enough - 1, DEGREES, q)))
    return share, (outward(q) - outward(q - 1e-6)) / 1e-6


def acting(at_rest, z: float, threshold: float, seeds: float, seed: int = 1) -> float:
    """Return the share who act in the end in one run."""
    values = {"graph.degree": z, "population.threshold.value": threshold, "instigators": seeds}
    network = at_rest(Simulation(NETWORK.change(values), seed=seed))
    return network.counts["mobilise"] / network.scenario.citizens


def four_errors(share: float, slope: float) -> float:
    """Return four standard errors: the noise of n citizens, amplified as at any fixed point."""
    return 4 * math.sqrt(share * (1 - share) / NETWORK.citizens) / (1 - slope)


@pytest.mark.parametrize(("threshold", "window"), WINDOWS.items())
def test_published_windows_are_where_the_vulnerable_percolate(threshold, window):
    edges = [
        optimize.brentq(lambda z: vulnerable(z, threshold) - 1, *bracket)
        for bracket in ((0.5, 2.0), (3.0, 20.0))
    ]
    # half of the last digit given
    assert edges == pytest.approx(window, abs=0.5e-4)


def test_from_threshold_026_on_there_is_no_window():
    assert max(vulnerable(z, 0.26) for z in np.linspace(0.1, 30, 3000)) < 1


@pytest.mark.parametrize(("case", "share"), CASCADES.items())
def test_published_cascades_are_the_fixed_points(case, share):
    z, seeds = case
    # half of the last digit given
    assert cascade(z, 0.18, seeds)[0] == pytest.approx(share, abs=0.5e-4)


@pytest.mark.parametrize(("case", "share"), CASCADES.items())
def test_cascades_have_the_published_size(at_rest, case, share):
    z, seeds = case
    predicted, slope = cascade(z, 0.18, seeds)
    error = four_errors(predicted, slope)
    measured = acting(at_rest, z, 0.18, seeds)
    assert measured == pytest.approx(predicted, abs=error)
    assert measured == pytest.approx(share, abs=error + 0.5e-4)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_inside_the_window_ten_seeds_in_a_hundred_thousand_move_nearly_all(at_rest, seed):
    predicted, slope = cascade(4, 0.18, 1e-4)
    measured = acting(at_rest, 4, 0.18, 1e-4, seed)
    assert measured == pytest.approx(0.9802, abs=four_errors(predicted, slope) + 0.5e-4)


@pytest.mark.parametrize("z", [0.9, 7])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_outside_the_window_they_move_hardly_anybody(at_rest, z, seed):
    assert acting(at_rest, z, 0.18, 1e-4, seed) < GLOBAL


@pytest.mark.parametrize("z", [1.5, 2, 3, 4])
@pytest.mark.parametrize("threshold", [0.26, 0.30])
def test_high_thresholds_let_no_cascade_through_at_any_degree(at_rest, threshold, z):
    assert acting(at_rest, z, threshold, 1e-4) < GLOBAL
