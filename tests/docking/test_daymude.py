"""Daymude, Axelrod & Forrest 2025, arXiv 2509.03731: who complies, who falls silent, who defies."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from samizdat.core.layout import SELF_CENSOR, SHARE, SILENT
from samizdat.core.mechanisms.decision import GUARD
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario

NATION = Scenario.load(Path(__file__).with_name("daymude.toml"))
STEP = 1 / (NATION.citizens - 1)  # between the desires of two citizens
DESIRES = np.linspace(0, 1, NATION.citizens)

POINTS = list(product([0.3, 0.7, 1.0], [0.0, 0.25, 0.5, 1.0], [0.05, 0.3], [0.0, 0.2, 0.6, 1.5]))


def boundary(beta: float, nu: float, tau: float, psi: float) -> float:
    """Return the least desire that defies uniform punishment, infinite where none does."""
    slope = beta - (1 - nu) * psi
    return (beta * tau + nu * psi) / slope if slope > 0 else np.inf


def postures(beta: float, nu: float, tau: float, psi: float) -> np.ndarray:
    """Return the posture of each desire."""
    values = {
        "decision.opposition_weight": beta,
        "surveillance": nu,
        "population.threshold.value": tau * beta,
        "decision.penalty_post": psi,
    }
    traits = {"hardship": DESIRES, "risk_aversion": np.ones(NATION.citizens)}
    return Simulation(NATION.change(values), traits=traits).run().state["posture"]


def test_the_published_boundary_is_the_closed_form():
    # half of the last digit given
    assert boundary(1, 0.5, 0.1, 0.6) == pytest.approx(0.5714, abs=0.5e-4)


def test_defiance_begins_at_the_published_desire():
    measured = DESIRES[postures(1, 0.5, 0.1, 0.6) == SHARE].min()
    # desires stand one STEP apart
    assert measured == pytest.approx(boundary(1, 0.5, 0.1, 0.6), abs=STEP)
    assert measured == pytest.approx(0.5714, abs=STEP + 0.5e-4)


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_each_desire_complies_falls_silent_or_defies_as_published(point):
    delta, (beta, nu, tau, psi) = DESIRES, point
    willing, daring = delta >= tau, delta >= boundary(*point)
    expected = np.select([daring, willing], [SHARE, SELF_CENSOR], SILENT)
    differs = postures(*point) != expected
    # Just below a boundary one is let over it by the guard, which counts in units of motive, and by
    # the rounding of desires and thresholds to float32, 1e-7 of it at most.
    loose = GUARD + 1e-7
    near = np.abs(delta - tau) <= loose / beta
    near |= np.abs(delta - boundary(*point)) <= loose / max(loose, beta - (1 - nu) * psi)
    assert not (differs & ~near).any()


def test_with_much_to_fear_nobody_defies_however_strong_the_desire():
    assert not (postures(0.3, 0.5, 0.1, 0.6) == SHARE).any()  # beta = (1 - nu) psi
    assert not (postures(1, 1, 0.1, 1) == SHARE).any()  # the boundary lies at 1.1


def test_without_punishment_all_beyond_what_is_tolerated_defy():
    assert not (postures(1, 0.5, 0.1, 0) == SELF_CENSOR).any()
