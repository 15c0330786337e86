"""Newman 2002, Phys. Rev. E 66:016128: the final size of an epidemic is that of a percolation."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize

from samizdat.core.layout import UNAWARE
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario

EPIDEMIC = Scenario.load(Path(__file__).with_name("sir.toml"))
SEEDS = 0.002  # as in the file
RUNS = 3  # with seeds 0, 1, 2
DEGREE = 4  # mean, z; only z T matters

# Poisson degrees: z T -> share ever infected, from a vanishing seed.
POISSON = {1.2: 0.3137, 1.5: 0.5828, 2.0: 0.7968, 3.0: 0.9405}

# All degrees z: (z, T) -> the same. For (4, 0.5) it is 1 - g^4, g the golden section 0.618.
REGULAR = {(4, 0.4): 0.5415, (4, 0.5): 0.8541, (6, 0.3): 0.7462, (6, 0.4): 0.9283}


def poisson_size(zt: float, seeds: float = 0.0) -> tuple[float, float]:
    """Return S = 1 - (1 - rho0) exp(-z T S), and the slope of this map at S."""

    def after(size):
        return 1 - (1 - seeds) * math.exp(-zt * size)

    size = float(optimize.brentq(lambda s: after(s) - s, 1e-3, 1))
    return size, zt * (1 - size)


def regular_size(z: int, t: float, seeds: float = 0.0) -> tuple[float, float]:
    """Return S = 1 - (1 - rho0) u^z with u = 1 - T + T (1 - rho0) u^(z-1), and the slope at u."""

    def spared(u):
        return 1 - t + t * (1 - seeds) * u ** (z - 1)

    u = float(optimize.brentq(lambda u: spared(u) - u, 0, 1 - 1e-3))
    return 1 - (1 - seeds) * u**z, t * (1 - seeds) * (z - 1) * u ** (z - 2)


def ever_aware(kind: str, z: int, t: float, fatigue: float = math.log(2)) -> float:
    """Return the share whom the news ever reached, at transmissibility T; mean of RUNS."""
    f = 1 - math.exp(-fatigue)
    b = t * f / (1 - t + t * f)  # from T = b / (b + f - b f)
    values = {
        "graph.kind": kind,
        "graph.degree": z,
        "attention.beta": -math.log(1 - b),
        "attention.fatigue": fatigue,
    }
    shares = []
    for seed in range(RUNS):
        epidemic = Simulation(EPIDEMIC.change(values), seed=seed)
        epidemic.step()
        while epidemic.counts["aware"]:
            epidemic.step()
        shares.append((epidemic.state["attention"] != UNAWARE).mean())
    return float(np.mean(shares))


def four_errors(size: float, slope: float) -> float:
    """Return four standard errors of the mean share.

    A giant component has the variance S (1 - S) / (n (1 - slope)^2) (Pittel 1990, Random Struct.
    Algorithms 1:311). Unequal infectious periods multiply it by 1 + (1 - S) (z T)^2 v (Ball 1986,
    Adv. Appl. Probab. 18:289): by less than 2, as (1 - S) (z T)^2 < 1 and v <= 1 - f for
    periods that end each day with probability f. On regular graphs by analogy.
    """
    return 4 * math.sqrt(2 * size * (1 - size) / EPIDEMIC.citizens / RUNS) / (1 - slope)


@pytest.mark.parametrize(("zt", "share"), POISSON.items())
def test_published_sizes_solve_the_equation_of_poisson_graphs(zt, share):
    # half of the last digit given
    assert poisson_size(zt)[0] == pytest.approx(share, abs=0.5e-4)


@pytest.mark.parametrize(("case", "share"), REGULAR.items())
def test_published_sizes_solve_the_equation_of_regular_graphs(case, share):
    # half of the last digit given
    assert regular_size(*case)[0] == pytest.approx(share, abs=0.5e-4)


@pytest.mark.parametrize(("zt", "share"), POISSON.items())
def test_an_epidemic_on_a_poisson_graph_has_the_published_size(zt, share):
    size, slope = poisson_size(zt, SEEDS)
    measured = ever_aware("erdos_renyi", DEGREE, zt / DEGREE)
    assert measured == pytest.approx(size, abs=four_errors(size, slope))
    # the seeds add what the same equation says that they add
    assert measured - (size - poisson_size(zt)[0]) == pytest.approx(
        share, abs=four_errors(size, slope) + 0.5e-4
    )


@pytest.mark.parametrize(("case", "share"), REGULAR.items())
def test_an_epidemic_on_a_regular_graph_has_the_published_size(case, share):
    size, slope = regular_size(*case, SEEDS)
    measured = ever_aware("configuration", *case)
    assert measured == pytest.approx(size, abs=four_errors(size, slope))
    # the seeds add what the same equation says that they add
    assert measured - (size - regular_size(*case)[0]) == pytest.approx(
        share, abs=four_errors(size, slope) + 0.5e-4
    )


@pytest.mark.parametrize("fatigue", [0.25, 5.0])
def test_the_size_depends_on_transmissibility_alone(fatigue):
    # the aware tire within a day or within four or so; z T = 2 for both
    size, slope = poisson_size(2.0, SEEDS)
    measured = ever_aware("erdos_renyi", DEGREE, 2.0 / DEGREE, fatigue)
    assert measured == pytest.approx(size, abs=four_errors(size, slope))


def test_below_the_epidemic_threshold_news_stays_with_the_seeds():
    size, slope = poisson_size(0.8, SEEDS)
    measured = ever_aware("erdos_renyi", DEGREE, 0.8 / DEGREE)
    assert measured == pytest.approx(size, abs=four_errors(size, slope))
    assert size < SEEDS / (1 - 0.8)  # each seed begins 1 + zT + (zT)^2 + ... cases at most
