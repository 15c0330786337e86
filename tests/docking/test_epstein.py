"""Epstein 2002, PNAS 99:7243: the rule by which his citizens rebel."""

import math
from pathlib import Path

import pytest

from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario

NATION = Scenario.load(Path(__file__).with_name("epstein.toml"))
THRESHOLD, SIGHT = 0.1, 20  # as in the file

# (legitimacy, cops per active) -> share who are active.
ACTIVE = {
    (0.5, 0.0): 0.8000,
    (0.5, 0.25): 0.3659,
    (0.5, 1.0): 0.1778,
    (0.8, 0.0): 0.5000,
    (0.8, 0.25): 0.0572,
    (0.8, 1.0): 0.0278,
}


def active_share(legitimacy: float, cops: float) -> float:
    """Return P(H (1 - L) - R P > T), H and R uniform, P = 1 - exp(-2.3 C/A).

    In units of 1 - L: who has R active are a - s R of all, a = 1 - T / (1 - L), s = P / (1 - L).
    """
    a = 1 - THRESHOLD / (1 - legitimacy)
    s = (1 - math.exp(-2.3 * cops)) / (1 - legitimacy)
    return a - s / 2 if s <= a else a * a / (2 * s)


def first_days(legitimacy: float, cops: float) -> list[float]:
    """Return the share in the street on the two days of the file."""
    values = {"population.resting_trust.value": legitimacy, "security": cops / SIGHT}
    nation = Simulation(NATION.change(values)).run()
    return [count / NATION.citizens for count in nation.nation["mobilise"]]


@pytest.mark.parametrize(("case", "share"), ACTIVE.items())
def test_published_shares_are_the_integral_of_the_rule(case, share):
    # half of the last digit given
    assert active_share(*case) == pytest.approx(share, abs=0.5e-4)


@pytest.mark.parametrize(("case", "share"), ACTIVE.items())
def test_the_published_share_is_active_on_the_first_day(case, share):
    # four standard errors of a share among this many citizens with drawn H and R
    error = 4 * math.sqrt(share * (1 - share) / NATION.citizens)
    first, _ = first_days(*case)
    assert first == pytest.approx(active_share(*case), abs=error)
    assert first == pytest.approx(share, abs=error + 0.5e-4)


def test_without_ties_the_second_day_is_like_the_first():
    first, second = first_days(0.5, 0.25)
    assert first == second
