"""Law sets the floor of fear, violence and arrest raise it, time calms it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core.mechanisms.fear import Fear, next_fear, only_calms
from samizdat.core.parameters import Parameters, acting_parameters

unit, flags = st.floats(0, 1), st.integers(0, 1)
law = settings(max_examples=200, deadline=None, derandomize=True)
STILL = {"calm": 0.0, "terror": 0.0, "own": 0.0, "witness": 0.0}


def after(fear, aware=0, released=0, held=0, close=0, chill=0.0, violence=0.0, **p):
    """Fear of tomorrow; of the parameters, those not named are zero."""
    return next_fear(fear, aware, released, held, close, chill, violence, Fear(**STILL | p))


def test_fear_calms_down_to_the_chill_of_the_law():
    assert after(0.3, chill=0.1, calm=0.02) == pytest.approx(0.296)


def test_a_new_law_raises_fear_at_the_same_rate():
    assert after(0.1, chill=0.3, calm=0.02) == pytest.approx(0.104)


@law
@given(unit, unit)
def test_at_the_chill_fear_rests(chill, calm):
    assert after(chill, chill=chill, calm=calm) == chill


def test_violence_terrifies_who_knows_of_it():
    # 0.3 + 0.8 * 0.5 * 0.7
    assert after(0.3, aware=1, violence=0.5, terror=0.8) == pytest.approx(0.58)
    assert after(0.3, aware=0, violence=0.5, terror=0.8) == 0.3


def test_full_terror_at_full_violence_is_clipped_to_1():
    assert after(0.3, aware=1, violence=1.0, terror=5.0) == 1


def test_arrest_deters_the_arrested_on_the_day_of_release():
    assert after(0.3, released=1, own=0.5) == pytest.approx(0.65)
    assert after(0.3, released=0, own=0.5) == 0.3


def test_arrest_may_embolden_the_arrested():
    assert after(0.3, released=1, own=-0.5) == 0


def test_witnesses_fear_by_the_share_of_their_kin_in_detention():
    # 0.3 + 0.2 * 2/4 * 0.7
    assert after(0.3, held=2, close=4, witness=0.2) == pytest.approx(0.37)


def test_or_lose_fear_by_that_share():
    # 0.3 - 0.2 * 2/4 * 0.3
    assert after(0.3, held=2, close=4, witness=-0.2) == pytest.approx(0.27)


def test_who_has_no_kin_witnesses_nothing():
    assert after(0.3, held=0, close=0, witness=1.0) == 0.3
    assert after(0.3, held=0, close=0, witness=-1.0) == 0.3


def test_the_only_close_tie_is_all_of_them():
    # 0.3 + 0.2 * 1/1 * 0.7 and 0.3 - 0.2 * 1/1 * 0.3
    assert after(0.3, held=1, close=1, witness=0.2) == pytest.approx(0.44)
    assert after(0.3, held=1, close=1, witness=-0.2) == pytest.approx(0.24)
    assert after(0.3, held=1, close=2, witness=0.2) == pytest.approx(0.37)


def test_what_calms_and_what_frightens_add_up():
    # 0.1 * (0.5 - 0.2) + 0.3 * 0.4 * 0.8 + 0.25 * 0.8 + 0.6 * 1/3 * 0.8 = 0.03 + 0.096 + 0.2 + 0.16
    p = {"calm": 0.1, "terror": 0.3, "own": 0.25, "witness": 0.6}
    fear = after(0.2, 1, 1, held=1, close=3, chill=0.5, violence=0.4, **p)
    assert fear == pytest.approx(0.686)


@law
@given(st.integers(0, 30), st.floats(-1, 0))
def test_the_fearless_have_no_fear_to_lose(held, witness):
    assert after(0.0, held=held, close=30, witness=witness) == 0


@law
@given(st.integers(0, 30), st.floats(0, 1), flags, flags, unit)
def test_who_fears_fully_cannot_fear_more(held, witness, aware, released, violence):
    p = {"terror": 1.0, "own": 1.0, "witness": witness}
    assert after(1.0, aware, released, held, 30, violence=violence, **p) == 1


@law
@given(unit, flags, flags, st.integers(0, 30), unit, unit)
def test_with_every_rate_at_zero_nothing_moves_her(fear, aware, released, held, chill, violence):
    assert after(fear, aware, released, held, 30, chill, violence) == fear


@law
@given(unit, unit, unit, unit)
def test_more_violence_never_frightens_less(fear, violence, more, terror):
    low, high = sorted((violence, more))
    assert after(fear, 1, violence=low, terror=terror) <= after(
        fear, 1, violence=high, terror=terror
    )


def test_witness_acts_per_day_and_own_once_whatever_the_step():
    p = acting_parameters(Parameters(fear=Fear(witness=-0.02, own=0.5)), 3.0).fear
    assert p.witness == pytest.approx(-0.06)
    assert p.own == 0.5


# When nothing but the law moves fear


@pytest.mark.parametrize("counts", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 0, 3), (1, 1, 1)])
def test_one_who_knows_was_released_or_misses_kin_may_feel_more_than_the_law(counts):
    assert not only_calms(*counts)


def test_where_nobody_does_fear_only_calms():
    assert only_calms(0, 0, 0)
