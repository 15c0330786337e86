"""The threat that the state feels: a number of 0 ... 1 that alarm raises and time lowers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mornings import facing

from samizdat.core.layout import SIGNALS
from samizdat.regime.ladder import Ladder, next_threat
from samizdat.regime.levers import LEVERS
from samizdat.regime.orders import RegimeState
from samizdat.regime.queries import acts_nationwide

SHARE = st.floats(0, 1)
ALARM = st.floats(0, 1000)
DECAY = st.floats(0, 0.03)
STEP = st.floats(0.1, 30)


def after(*mornings, state=None):
    """What the state remembers after these mornings."""
    state = state or RegimeState()
    for inputs in mornings:
        Ladder().act(inputs, state, np.zeros(3, SIGNALS))
    return state


def test_it_grows_with_alert_abroad_and_with_what_is_seen_at_home():
    values = {"threat__gain": 0.1, "threat__home": 20, "threat__decay": 0}
    abroad = facing(**values)._replace(warning=0.3)
    assert after(abroad).threat == pytest.approx(0.03)
    at_home = facing(mobilised=(9, 0, 3), posts=(1.5, 1.5, 0), **values)  # 15 of 3,000 citizens
    assert after(at_home).threat == pytest.approx(0.1 * 20 * 0.005)
    both = facing(mobilised=(15, 0, 0), step_days=2.0, **values)._replace(warning=0.3)
    assert after(both).threat == pytest.approx(2 * 0.1 * (0.3 + 0.1))


def test_it_decays_by_a_share_of_itself():
    calm = facing(threat__gain=0.1, threat__decay=0.01, step_days=5.0)
    assert after(calm, state=RegimeState(threat=0.4)).threat == pytest.approx(0.4 * 0.95)


def test_the_first_day_at_a_height_is_remembered_even_if_the_threat_falls():
    alarm = facing(day=3, threat__gain=1, threat__decay=0.03)._replace(
        warning=0.5, heights=(0.3, 0.6)
    )
    calm = alarm._replace(warning=0.0)
    state = after(alarm._replace(day=2.0), *(calm._replace(day=float(d)) for d in range(3, 40)))
    assert state.threat < 0.3
    assert state.reached == {0.3: 2.0}
    assert after(alarm._replace(day=50.0), state=state).reached == {0.3: 2.0, 0.6: 50.0}


def test_the_height_itself_is_reached():
    assert after(facing(threat__gain=0.5)._replace(warning=1.0, heights=(0.5,))).reached == {0.5: 0}


@given(SHARE, ALARM, SHARE, DECAY, STEP)
def test_it_stays_within_0_and_1(threat, alarm, gain, decay, step_days):
    assert 0 <= next_threat(threat, alarm, gain, decay, step_days) <= 1


@given(st.lists(ALARM, max_size=30), SHARE, SHARE, DECAY, STEP)
def test_more_gain_never_lowers_it(alarms, one, other, decay, step_days):
    low = high = 0.0
    for alarm in alarms:
        low = next_threat(low, alarm, min(one, other), decay, step_days)
        high = next_threat(high, alarm, max(one, other), decay, step_days)
        assert low <= high + 1e-12


@given(st.lists(ALARM, max_size=30), DECAY, STEP)
def test_without_gain_it_is_0(alarms, decay, step_days):
    threat = 0.0
    for alarm in alarms:
        threat = next_threat(threat, alarm, 0.0, decay, step_days)
    assert threat == 0


def test_its_numbers_hold_for_the_nation():
    assert all(acts_nationwide(name) for name in LEVERS["threat"].parameters)
