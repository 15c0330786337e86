"""Events raise grievance above each citizen's own hardship, and it relaxes back."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core.mechanisms.grievance import Grievance, next_grievance, only_relaxes

unit = st.floats(0, 1)
law = settings(max_examples=200, deadline=None, derandomize=True)
STILL = {"rise": 0.0, "relax": 0.0, "backlash": 0.0, "frustration": 0.0, "acceptance": 0.0}


def after(
    g, trust=0.0, h=0.0, aware=1, cut_off=0, shock=0.0, violence=0.0, novelty=1.0, deniability=0.0,
    **p,
):  # fmt: skip
    """Grievance of tomorrow; of the parameters, those not named are zero."""
    numbers = (shock, violence, novelty, deniability)
    return next_grievance(g, trust, h, aware, cut_off, *numbers, Grievance(**STILL | p))


# Shocks and hardship


def test_a_shock_pulls_the_aware_up_towards_what_is_left_above_hardship():
    # target = 0.4 + 0.6 * 0.5 = 0.7; 0.3 + 0.3 * (0.7 - 0.3)
    assert after(0.3, h=0.4, shock=0.5, rise=0.3, relax=0.1) == pytest.approx(0.42)


def test_who_does_not_know_of_the_event_feels_no_shock():
    assert after(0.4, h=0.4, shock=1.0, aware=0, rise=1.0) == 0.4


def test_grievance_falls_back_slower_than_it_rose():
    assert after(0.6, h=0.4, rise=0.3, relax=0.1) == pytest.approx(0.58)


def test_who_is_below_her_hardship_returns_at_the_rate_of_rising():
    assert after(0.2, h=0.4, aware=0, rise=0.3, relax=0.1) == pytest.approx(0.26)


@law
@given(unit, st.floats(0, 1), st.floats(0, 1))
def test_hardship_is_at_rest(h, rise, relax):
    assert after(h, h=h, rise=rise, relax=relax) == h


def test_the_full_shock_at_the_full_rate_leads_to_1_at_once():
    assert after(0.2, h=0.1, shock=1.0, rise=1.0) == 1


@law
@given(unit, unit, unit, unit, unit, unit)
def test_a_greater_shock_never_aggrieves_less(g, h, shock, more, rise, relax):
    low, high = sorted((shock, more))
    assert after(g, h=h, shock=low, rise=rise, relax=relax) <= after(
        g, h=h, shock=high, rise=rise, relax=relax
    )


# Violence


def test_violence_aggrieves_the_aware():
    # 0.6 + 0.4 * 0.05 * 0.5
    assert after(0.6, violence=0.5, backlash=0.05) == pytest.approx(0.61)
    assert after(0.6, violence=0.5, backlash=0.05, aware=0) == 0.6


def test_who_is_wholly_aggrieved_cannot_be_more_so():
    assert after(1.0, violence=1.0, cut_off=1, backlash=1.0, frustration=1.0) == 1


# The net cut off


def test_losing_the_net_frustrates_by_novelty_trust_and_the_story_told():
    # a week after: exp(-7/14); 0.05 * exp(-1/2) * (1 - 0.5 * 0.4) * (1 - 0.8), of the 0.5 left
    expected = 0.5 + 0.5 * 0.05 * math.exp(-0.5) * 0.8 * 0.2
    given_ = {"trust": 0.4, "novelty": math.exp(-0.5), "deniability": 0.8}
    assert after(0.5, cut_off=1, frustration=0.05, acceptance=0.5, **given_) == pytest.approx(
        expected
    )


def test_who_is_not_cut_off_is_not_frustrated():
    assert after(0.5, cut_off=0, frustration=1.0) == 0.5


def test_frustration_needs_no_event():
    assert after(0.5, cut_off=1, aware=0, frustration=0.1) == pytest.approx(0.55)


@law
@given(unit, unit, unit, unit)
def test_a_story_wholly_believed_removes_frustration(g, trust, novelty, acceptance):
    p = {"frustration": 1.0, "acceptance": acceptance}
    assert after(g, trust, cut_off=1, novelty=novelty, deniability=1.0, **p) == g


@law
@given(unit, unit, unit)
def test_full_trust_and_full_acceptance_remove_frustration(g, novelty, deniability):
    p = {"frustration": 1.0, "acceptance": 1.0}
    assert after(g, 1.0, cut_off=1, novelty=novelty, deniability=deniability, **p) == g


@law
@given(unit, unit)
def test_an_old_block_frustrates_nobody(g, trust):
    assert after(g, trust, cut_off=1, novelty=0.0, frustration=1.0) == g


@law
@given(unit, unit, unit, unit, unit)
def test_who_trusts_more_is_never_more_frustrated(g, trust, more, novelty, acceptance):
    low, high = sorted((trust, more))
    p = {"frustration": 0.3, "acceptance": acceptance, "cut_off": 1, "novelty": novelty}
    assert after(g, high, **p) <= after(g, low, **p)


@law
@given(unit, unit, unit, unit, unit)
def test_with_every_rate_at_zero_nothing_moves_her(g, trust, h, shock, violence):
    assert after(g, trust, h, cut_off=1, shock=shock, violence=violence) == g


def test_shock_violence_and_the_lost_net_add_up():
    # target = 0.2 + 0.8 * 0.5 = 0.6; 0.25 * (0.6 - 0.4) = 0.05
    # 0.6 * (0.3 * 0.5 + 0.4 * 0.8 * (1 - 0.5 * 0.6) * (1 - 0.25)) = 0.6 * (0.15 + 0.168)
    p = {"rise": 0.25, "relax": 0.9, "backlash": 0.3, "frustration": 0.4, "acceptance": 0.5}
    day = {"shock": 0.5, "violence": 0.5, "novelty": 0.8, "deniability": 0.25}
    assert after(0.4, 0.6, 0.2, cut_off=1, **day, **p) == pytest.approx(0.6408)


def test_all_at_once_is_clipped_to_1():
    p = {"rise": 1.0, "backlash": 1.0, "frustration": 1.0}
    assert after(0.5, h=0.5, cut_off=1, shock=1.0, violence=1.0, **p) == 1


def test_who_is_at_her_target_is_pulled_by_neither_rate():
    assert after(0.5, h=0.5, rise=1.0, relax=1.0) == 0.5
    assert after(0.0, h=0.0, rise=1.0, relax=1.0) == 0.0


# When nothing but hardship moves grievance


@pytest.mark.parametrize(
    ("aware", "cut_off", "novelty", "only"),
    [(0, 0, 0.0, True), (0, 0, 0.5, True), (0, 3, 0.0, True), (0, 1, 0.5, False),
     (1, 0, 0.0, False), (1, 0, 0.5, False), (1, 2, 0.5, False), (0, 2, 1e-9, False)],
)  # fmt: skip
def test_the_unaware_who_miss_nothing_new_only_relax(aware, cut_off, novelty, only):
    assert only_relaxes(aware, cut_off, novelty) == only
