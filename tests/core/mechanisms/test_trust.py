"""The legitimacy that a citizen accords to the state."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from samizdat.core.mechanisms.trust import Trust, next_trust, settled_trust

unit, flags = st.floats(0, 1), st.integers(0, 1)
law = settings(max_examples=200, deadline=None, derandomize=True)
STILL = dict.fromkeys(Trust._fields, 0.0)


def after(
    trust, resting=0.0, aware=0, online=0, foreign=0, others=0, platform=0,
    broadcast=0.0, egov=0.0, contradiction=0.0, **p,
):  # fmt: skip
    """Trust of tomorrow; of the parameters, those not named are zero."""
    flags = (aware, online, foreign, others, platform)
    return next_trust(trust, resting, *flags, broadcast, egov, contradiction, Trust(**STILL | p))


def test_trust_returns_to_its_rest():
    assert after(0.4, 0.6, relax=0.1) == pytest.approx(0.42)
    assert after(0.8, 0.6, relax=0.1) == pytest.approx(0.78)


# State media


def test_state_television_persuades():
    assert after(0.4, broadcast=0.05) == pytest.approx(0.4 + 0.05 * 0.4 * 0.6)


@pytest.mark.parametrize("trust", [0.0, 1.0])
def test_television_moves_neither_who_trusts_nothing_nor_who_trusts_fully(trust):
    assert after(trust, broadcast=0.1) == trust


@pytest.mark.parametrize(("foreign", "others"), [(1, 0), (0, 1), (1, 1)])
def test_television_loses_hold_on_who_hears_other_voices_once(foreign, others):
    displaced = after(0.4, foreign=foreign, others=others, broadcast=0.05, displacement=0.5)
    assert displaced == pytest.approx(0.4 + 0.5 * 0.05 * 0.4 * 0.6)


def test_full_displacement_removes_television():
    assert after(0.4, others=1, broadcast=0.1, displacement=1.0) == 0.4


# Services online


def test_services_win_the_online():
    assert after(0.4, online=1, egov=0.1) == pytest.approx(0.4 + 0.1 * 0.6)
    assert after(0.4, online=0, egov=0.1) == 0.4


# Doubt and cynicism


def test_the_foreign_press_sows_doubt():
    assert after(0.4, foreign=1, doubt=0.1) == pytest.approx(0.36)
    assert after(0.4, foreign=0, others=1, doubt=0.1) == 0.4


def test_sixteen_told_where_seventy_three_died_breeds_cynicism():
    contradiction = 1 - 16 / 73
    lost = after(0.4, aware=1, others=1, contradiction=contradiction, cynicism=0.2)
    assert lost == pytest.approx(0.4 - 0.4 * 0.2 * 0.78082, rel=1e-5)


@pytest.mark.parametrize(("aware", "foreign", "others"), [(0, 1, 1), (1, 0, 0), (0, 0, 0)])
def test_an_untold_truth_breeds_none(aware, foreign, others):
    told = {"aware": aware, "foreign": foreign, "others": others}
    assert after(0.4, **told, contradiction=1.0, cynicism=1.0) == 0.4
    assert after(0.4, **told, platform=1, contradiction=1.0, cynicism=1.0) == 0.4


@pytest.mark.parametrize(("told", "share"), [(1.0, 1.0), (0.25, 0.25), (0.0, 0.0)])
def test_a_platform_tells_of_a_contradiction_as_far_as_it_is_told(told, share):
    lost = after(0.4, aware=1, platform=1, contradiction=0.5, cynicism=0.2, told=told)
    assert lost == pytest.approx(0.4 - 0.4 * 0.2 * 0.5 * share)


@pytest.mark.parametrize(("foreign", "others"), [(1, 0), (0, 1), (1, 1)])
def test_who_hears_of_it_elsewhere_learns_nothing_more_from_a_platform(foreign, others):
    day = {"aware": 1, "contradiction": 0.5, "cynicism": 0.2, "foreign": foreign, "others": others}
    assert after(0.4, **day, platform=1, told=0.7) == after(0.4, **day) < 0.4


@pytest.mark.parametrize(("aware", "platform"), [(0, 1), (1, 0)])
def test_a_platform_tells_only_those_who_know_of_the_event_and_can_use_it(aware, platform):
    day = {"aware": aware, "platform": platform, "contradiction": 1.0, "cynicism": 1.0}
    assert after(0.4, **day, told=1.0) == 0.4


@pytest.mark.parametrize("flag", ["aware", "foreign", "platform", "online"])
def test_dissent_costs_trust_where_ties_are_heard_to_speak_and_nowhere_else(flag):
    assert after(0.4, others=1, dissent=0.1) == pytest.approx(0.36)
    assert after(0.4, others=1, dissent=0.1, **{flag: 1}) == pytest.approx(0.36)
    assert after(0.4, dissent=0.1, **{flag: 1}) == 0.4


@law
@given(unit, unit, flags, flags, flags, flags, flags, unit, st.floats(0, 0.002), unit)
def test_dissent_and_what_is_told_never_win_trust(
    trust, resting, aware, online, foreign, others, platform, contradiction, dissent, told
):
    heard = (aware, online, foreign, others, platform)
    day = {"contradiction": contradiction, "cynicism": 0.7, "relax": 0.1, "broadcast": 0.05}
    assert after(trust, resting, *heard, **day, dissent=dissent, told=told) <= after(
        trust, resting, *heard, **day
    )


@law
@given(unit, unit, flags, flags, flags, flags, flags, unit)
def test_with_dissent_and_told_at_zero_the_terms_are_absent_to_the_last_bit(
    trust, resting, aware, online, foreign, others, platform, contradiction
):
    p = Trust(relax=0.1, displacement=0.5, doubt=0.03, cynicism=0.7, dissent=0.0, told=0.0)
    elsewhere = max(foreign, others)
    change = (
        0.1 * (resting - trust)
        + 0.05 * (1.0 - 0.5 * elsewhere) * trust * (1.0 - trust)
        + 0.02 * online * (1.0 - trust)
        - trust * (0.03 * foreign + 0.7 * contradiction * (aware * elsewhere))
    )
    told = (aware, online, foreign, others, platform)
    after = next_trust(trust, resting, *told, 0.05, 0.02, contradiction, p)
    assert after == min(1.0, max(0.0, trust + change))


@law
@given(unit, unit, flags, flags, flags, flags, unit)
def test_with_every_rate_at_zero_nothing_moves_her(
    trust, resting, aware, online, foreign, others, contradiction
):
    told = (aware, online, foreign, others, 1)
    assert after(trust, resting, *told, contradiction=contradiction) == trust


@law
@given(unit, unit, unit, flags, flags, flags, flags, unit, unit)
def test_a_greater_contradiction_never_wins_trust(
    trust, resting, relax, aware, online, foreign, others, contradiction, more
):
    low, high = sorted((contradiction, more))
    told = (aware, online, foreign, others, 1)
    p = {"told": 0.5, "relax": relax, "cynicism": 0.7, "broadcast": 0.05, "egov": 0.02}
    assert after(trust, resting, *told, contradiction=high, **p) <= after(
        trust, resting, *told, contradiction=low, **p
    )


# Where it settles


@law
@given(unit, flags, flags, st.floats(0, 0.1), st.floats(0, 0.1), st.floats(1e-6, 1), unit, unit)
def test_settled_trust_is_a_fixed_point(
    resting, online, foreign, broadcast, egov, relax, displacement, doubt
):
    p = Trust(relax=relax, displacement=displacement, doubt=doubt, dissent=0.002, told=1.0)
    settled = settled_trust(resting, online, foreign, broadcast, egov, p)
    tomorrow = next_trust(settled, resting, 1, online, foreign, 0, 1, broadcast, egov, 0.0, p)
    assert tomorrow == pytest.approx(settled, abs=1e-14)  # some roundings of numbers below 1


@law
@given(unit, flags, flags, st.floats(0, 0.1), st.floats(0, 0.1), unit)
def test_settled_trust_is_where_trust_goes_from_anywhere(
    resting, online, foreign, broadcast, egov, start
):
    assume(start > 0)
    p = Trust(relax=0.2, displacement=0.5, doubt=0.05)
    trust = start
    for _ in range(600):  # it closes in by a tenth a step at least: 0.9 ** 600 < 1e-27
        trust = next_trust(trust, resting, 0, online, foreign, 0, 0, broadcast, egov, 0.0, p)
    settled = settled_trust(resting, online, foreign, broadcast, egov, p)
    assert trust == pytest.approx(settled, abs=1e-12)


@law
@given(unit, flags, st.floats(0.001, 1))
def test_without_state_media_trust_settles_at_rest(resting, online, relax):
    settled = settled_trust(resting, online, 0, 0.0, 0.0, Trust(relax=relax))
    assert settled == pytest.approx(resting, abs=1e-15)


@law
@given(unit, flags, flags)
def test_without_a_pull_to_rest_trust_starts_at_rest(resting, online, foreign):
    assert settled_trust(resting, online, foreign, 0.1, 0.1, Trust(relax=0.0)) == resting


def test_television_alone_settles_where_its_push_meets_the_pull():
    # 0.1 t (1 - t) = 0.1 (t - 0.25)  <=>  t^2 = 0.25
    settled = settled_trust(0.25, 0, 0, 0.1, 0.0, Trust(relax=0.1))
    assert settled == pytest.approx(0.5)


def test_what_wins_and_what_loses_trust_add_up():
    # 0.1 * (0.7 - 0.4) + 0.5 * (1 - 0.5) * 0.4 * 0.6 + 0.2 * 0.6 - 0.4 * (0.25 + 0.5 * 0.5)
    # = 0.03 + 0.06 + 0.12 - 0.2
    p = {"relax": 0.1, "displacement": 0.5, "doubt": 0.25, "cynicism": 0.5}
    day = {"broadcast": 0.5, "egov": 0.2, "contradiction": 0.5}
    assert after(0.4, 0.7, 1, 1, 1, 0, 1, **day, **p) == pytest.approx(0.41)
    # and 0.05 of dissent: 0.4 * 0.05 less
    assert after(0.4, 0.7, 1, 1, 1, 1, 1, **day, **p, dissent=0.05) == pytest.approx(0.39)


def test_trust_is_clipped_to_0_and_1():
    lost = after(0.4, aware=1, foreign=1, contradiction=1.0, doubt=1.0, cynicism=1.0)
    assert lost == 0
    assert after(0.9, 1.0, online=1, relax=1.0, egov=1.0) == 1


def test_where_everything_pulls_trust_settles_at_the_root():
    # b = 0.1 (1 - 0.5) = 0.05, source = 0.1 * 0.5 + 0.05, slope = 0.1 - 0.05 + 0.05 + 0.2 = 0.3:
    # 0.05 t^2 + 0.3 t - 0.1 = 0
    p = Trust(relax=0.1, displacement=0.5, doubt=0.2)
    settled = settled_trust(0.5, 1, 1, 0.1, 0.05, p)
    assert settled == pytest.approx((0.11**0.5 - 0.3) / 0.1, rel=1e-12)


def test_where_television_is_strong_trust_settles_at_the_greater_root():
    # 0.4 t^2 - 0.3 t - 0.05 = 0
    settled = settled_trust(0.5, 0, 0, 0.4, 0.0, Trust(relax=0.1, displacement=0.5, doubt=0.2))
    assert settled == pytest.approx((0.3 + 0.17**0.5) / 0.8, rel=1e-12)


def test_services_alone_settle_between_rest_and_full_trust():
    # 0.1 t + 0.3 t = 0.1 * 0.2 + 0.3
    assert settled_trust(0.2, 1, 0, 0.0, 0.3, Trust(relax=0.1)) == pytest.approx(0.8)
    assert settled_trust(0.2, 0, 0, 0.0, 0.3, Trust(relax=0.1)) == pytest.approx(0.2)


def test_doubt_alone_settles_below_rest():
    # 0.1 t + 0.3 t = 0.1 * 0.8
    assert settled_trust(0.8, 0, 1, 0.0, 0.0, Trust(relax=0.1, doubt=0.3)) == pytest.approx(0.2)
