"""Centola & Macy 2007, Am. J. Sociol. 113:702: it takes a number of neighbours, not a share."""

from pathlib import Path

import pytest
from scipy import stats

from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario

NETWORK = Scenario.load(Path(__file__).with_name("number.toml"))
REFERENCE = NETWORK.parameters["reach.reference_ties"]

# (mean degree, acting neighbours needed, share of seeds) -> share who act in the end.
CASCADES = {
    (4, 2, 0.02): 0.0244,
    (4, 2, 0.05): 0.8681,
    (4, 2, 0.10): 0.8793,
    (10, 3, 0.02): 0.0214,
    (10, 3, 0.05): 0.9973,
}


def cascade(z: float, needed: int, seeds: float) -> float:
    """Return the share who act in the end on a random graph of mean degree z.

    S = rho0 + (1 - rho0) P(Poisson(z S) >= a), its smallest solution, come up to from rho0: the
    other end of a tie has as many further ties as anybody, so q of Gleeson & Cahalane is S.
    """
    share, after = -1.0, seeds
    while after - share > 1e-12:
        share, after = after, seeds + (1 - seeds) * float(stats.poisson.sf(needed - 1, z * after))
    return after


@pytest.mark.parametrize(("case", "share"), CASCADES.items())
def test_the_sizes_are_the_smallest_solutions(case, share):
    # half of the last digit given
    assert cascade(*case) == pytest.approx(share, abs=0.5e-4)


@pytest.mark.parametrize(("case", "share"), CASCADES.items())
def test_cascades_have_the_size_of_the_number_rule(at_rest, case, share):
    z, needed, seeds = case
    values = {"graph.degree": z, "population.threshold.value": needed / REFERENCE,
              "instigators": seeds}  # fmt: skip
    network = at_rest(Simulation(NETWORK.change(values), seed=1))
    # The noise of n citizens, amplified by 1 / (1 - slope), has a standard error of 0.0013 at most.
    assert network.counts["mobilise"] / NETWORK.citizens == pytest.approx(share, abs=0.002)


def test_a_share_of_the_same_mean_gives_another_answer(at_rest):
    """With thresholds a/z of her own ties: who has few ties joins, who has many does not."""
    values = {"graph.degree": 4, "instigators": 0.05, "population.threshold.value": 2 / 4,
              "citizens": 50_000, "reach.dilution": 1}  # fmt: skip
    network = at_rest(Simulation(NETWORK.change(values), seed=1))
    assert network.counts["mobilise"] / 50_000 < 0.2 < cascade(4, 2, 0.05)
