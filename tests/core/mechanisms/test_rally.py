"""When a rally is called, how long it goes on, and who may call one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat import Simulation
from samizdat.core import draws
from samizdat.core.exponential import exp_minus
from samizdat.core.layout import AWARE, SPENT, UNAWARE
from samizdat.core.mechanisms import rally
from samizdat.core.mechanisms.rally import (
    Rally,
    by_appointment,
    call_rate,
    endurance,
    goes_on,
    is_called,
    organisers,
)
from worlds import town

unit = st.floats(0, 1)
law = settings(max_examples=200, deadline=None, derandomize=True)


def test_the_street_is_open_on_any_day_unless_rallies_are_on():
    assert by_appointment(Rally(on=1))
    assert not by_appointment(Rally(on=0))


# Who may call


@pytest.mark.parametrize(
    ("citizens", "share", "committee", "found"),
    [
        (1000, 0.25, 3, 250), (1000, 0.0, 3, 3), (1000, 0.001, 1, 1), (1000, 1.0, 3, 1000),
        (10, 0.25, 1, 3),  # 2.5 are 3
        (10, 0.24, 1, 2), (2, 0.5, 3, 2), (50, 0.5, 40, 40),
    ],
)  # fmt: skip
def test_organisers_are_a_rounded_share_at_least_a_committee_at_most_all(
    citizens, share, committee, found
):
    assert organisers(citizens, Rally(organisers=share, committee=float(committee))) == found


# How long it goes on


@pytest.mark.parametrize(
    ("draw", "kappa", "days", "on"),
    [
        (0.49, 0.5, 1.0, True), (0.5, 0.5, 1.0, False), (0.24, 0.5, 2.0, True),
        (0.25, 0.5, 2.0, False), (0.7, 0.5, 0.5, True), (0.71, 0.5, 0.5, False),
        (1e-9, 0.0, 1.0, False), (1 - 2**-33, 1.0, 9.0, True),
    ],
)  # fmt: skip
def test_a_rally_goes_on_with_its_chance_of_a_day_to_the_power_of_the_days(draw, kappa, days, on):
    assert goes_on(draw, kappa, days) is on


def test_a_share_of_the_rallies_become_camps():
    p = Rally(camps=0.25, camp_continuation=0.75, continuation=0.5)
    assert endurance(0.2499, p) == 0.75
    assert endurance(0.25, p) == 0.5
    assert endurance(1e-9, p._replace(camps=0.0)) == 0.5


# Whether it is called


def test_an_event_gives_a_hazard_of_its_own_or_none():
    assert call_rate(None, Rally(call=0.5)) == 0.5
    assert call_rate(2.0, Rally(call=0.5)) == 2
    assert call_rate(0.0, Rally(call=0.5)) == 0


@pytest.mark.parametrize("days", [0.5, 1.0, 3.0])
@pytest.mark.parametrize(("rate", "share"), [(0.5, 1.0), (2.0, 0.25), (100.0, 0.01)])
def test_the_chance_of_a_call_is_that_of_its_hazard(rate, share, days):
    chance = -math.expm1(-days * rate * share)
    assert is_called(chance * (1 - 1e-12), rate, share, days)
    assert not is_called(chance * (1 + 1e-12), rate, share, days)


def test_a_draw_at_the_chance_itself_calls_no_rally():
    chance = 1 - exp_minus(0.25)
    assert not is_called(chance, 0.5, 0.5, 1.0)
    assert is_called(float(np.nextafter(chance, 0)), 0.5, 0.5, 1.0)


def test_nobody_calls_where_nobody_is_aware_or_no_event_moves_anybody_to_call():
    assert not is_called(2.0**-33, 100.0, 0.0, 30.0)
    assert not is_called(2.0**-33, 0.0, 1.0, 30.0)


@law
@given(unit, st.floats(0, 100), unit, unit, st.floats(0.1, 30))
def test_fewer_who_are_aware_and_free_never_call_more(draw, rate, share, other, days):
    fewer, more = sorted((share, other))
    assert is_called(draw, rate, fewer, days) <= is_called(draw, rate, more, days)


# From one and the same state


@pytest.fixture(scope="module")
def society():
    """A town on an evening on which some have heard of an event and some are in detention."""
    simulation = Simulation(town(300), seed=3)
    return simulation.run(simulation.scenario.date_of(15))


@st.composite
def evenings(draw):
    """Attention and days left of ten organisers, and which of them is detained."""
    attention = draw(st.lists(st.sampled_from([UNAWARE, AWARE, SPENT]), min_size=10, max_size=10))
    left = draw(st.lists(st.sampled_from([0, 0, 1, 9]), min_size=10, max_size=10))
    return attention, left, draw(st.integers(0, 9))


@law
@given(evenings(), st.floats(0, 100), st.floats(0.1, 30))
def test_detaining_an_organiser_never_raises_the_hazard_of_a_call(society, evening, rate, days):
    attention, left, taken = evening
    world, p = society._world, Rally(organisers=10 / 180)
    state = world.state._replace(
        attention=world.state.attention.copy(), days_left=world.state.days_left.copy()
    )
    ids = society.rallies.organisers(0, world, p)
    state.attention[ids], state.days_left[ids] = attention, left
    before = society.rallies.share(0, world._replace(state=state), p)
    free = [a == AWARE and not k for a, k in zip(attention, left, strict=True)]
    state.days_left[ids[taken]] = 9
    after = society.rallies.share(0, world._replace(state=state), p)
    assert before == pytest.approx(sum(free) / 10)
    assert (after < before) if free[taken] else (after == before)
    for draw in np.linspace(0.001, 0.999, 20):
        assert is_called(draw, rate, after, days) <= is_called(draw, rate, before, days)


# Two policies

POLICIES = st.fixed_dictionaries(
    {"detain_organisers": unit, "press_control": unit, "sanction": unit, "preempt": unit}
)


def drawn_for_calls(policy, seed):
    """Run the town under a policy; return, by step, the draws and shares that calls depend on."""
    values = {"rally.organisers": 0.1, "rally.call": 1, "rally.notice": 1}
    simulation = Simulation(town(150).change(values | policy), seed=seed, threads=1)
    asked = {}

    def noted(draw, rate, share, days):
        asked.setdefault(simulation.step_number, []).append((draw, share))
        return is_called(draw, rate, share, days)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rally, "is_called", noted)
        simulation.run()
    return asked


def test_two_policies_share_the_draws_of_their_calls_whatever_they_do_to_who_calls():
    seen = {"asked by both": 0, "of other shares": 0}

    @settings(max_examples=8, deadline=None, derandomize=True)
    @given(POLICIES, POLICIES, st.integers(0, 2**63 - 1))
    def shared(one, other, seed):
        first, second = drawn_for_calls(one, seed), drawn_for_calls(other, seed)
        for step in first.keys() | second.keys():
            addressed = {draws.uniform(seed, r, step, draws.RALLY_CALL) for r in (0, 1)}
            asked = first.get(step, []), second.get(step, [])
            assert {draw for each in asked for draw, _ in each} <= addressed
            seen["asked by both"] += asked[0] != [] != asked[1]
            seen["of other shares"] += asked[0] != [] != asked[1] != asked[0]

    shared()
    assert min(seen.values()) > 20, seen
