"""Silence, self-censorship, sharing or the street."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core.layout import MOBILISE, PLATFORMS, SELF_CENSOR, SHARE, SILENT, STREET, TALK
from samizdat.core.mechanisms.decision import (
    Decision,
    marches_at_any_risk,
    mobilises,
    motive,
    opposition,
    post_risk,
    speaks,
    stays_home,
    stays_silent,
    street_risk,
    trace_probability,
)
from samizdat.core.mechanisms.reach import Reach, exposure
from samizdat.core.parameters import declared
from samizdat.core.passes.citizen import decide

A = 1  # a platform
unit, flags = st.floats(0, 1), st.integers(0, 1)
law = settings(max_examples=300, deadline=None, derandomize=True)
DECISIONS = st.builds(Decision, **{n: st.floats(q.low, q.high) for n, q, _ in declared(Decision)})
CITIZENS = st.fixed_dictionaries(
    {
        "motive": st.floats(0, 3), "street": st.integers(0, 20), "d": st.floats(1, 20),
        "opposition": unit, "fear": unit, "threshold": unit, "aversion": unit, "traced": unit,
        "platforms": st.sampled_from([0, A, 3]), "security": unit, "talk": flags, "p": DECISIONS,
        "rally": flags,
    }
)  # fmt: skip


def decides(
    motive=0.0, street=0, d=1.0, opposition=0.0, fear=0.0, threshold=0.5, aversion=1.0, traced=0.0,
    platforms=A, security=0.0, talk=1, p=None, rally=1,
):  # fmt: skip
    """Posture and voice of a citizen who is aware and free."""
    person = (float(motive), street, float(d), opposition, fear, threshold, aversion, traced)
    short, long = (
        decide(*person, platforms, security, rally, float(talk), shortcuts, p or Decision())
        for shortcuts in (True, False)
    )
    assert short == long
    return short


# The risk of the street


def test_the_first_in_the_street_reckons_with_all_police_in_sight():
    # C/A = 0.004 * 50 = 0.2, nobody seen; P = 1 - exp(-0.46); fear 0.1 on top
    risk = street_risk(0, 10.0, 0.1, 0.004, Decision(people_in_sight=50.0))
    assert risk == pytest.approx(1 - math.exp(-0.46) * 0.9, rel=1e-14)


def test_when_half_of_hers_are_out_the_police_are_shared():
    # C/A = 0.2 / (1 + 50 / 2)
    risk = street_risk(5, 10.0, 0.0, 0.004, Decision(people_in_sight=50.0))
    assert risk == pytest.approx(1 - math.exp(-2.3 * 0.2 / 26), rel=1e-13)


def test_she_never_sees_more_than_all_in_the_street():
    p = Decision()
    assert street_risk(30, 10.0, 0.0, 0.01, p) == street_risk(10, 10.0, 0.0, 0.01, p)


def test_a_number_of_ties_shows_her_no_more_than_all_in_the_street():
    p = Decision()  # twelve in the street, divided by five
    assert street_risk(12, 5.0, 0.0, 0.01, p) == street_risk(5, 5.0, 0.0, 0.01, p)


def test_without_police_and_fear_the_street_is_safe():
    assert street_risk(0, 1.0, 0.0, 0.0, Decision()) == 0


def test_full_fear_sees_certain_arrest():
    assert street_risk(10, 10.0, 1.0, 0.0, Decision()) == 1


@law
@given(st.integers(0, 20), st.integers(0, 20), unit, unit, st.floats(20, 1000))
def test_there_is_safety_in_numbers(street, more, fear, security, sight):
    p = Decision(people_in_sight=sight)
    few, many = (street_risk(m, 40.0, fear, security, p) for m in (street, street + more))
    assert many <= few + 4e-15  # twice the bound of exp


# The risk of a post


def test_what_is_read_and_readable_is_traced_unless_a_vpn_hides_it():
    assert trace_probability(0.2, 0.8, 0.5, 0) == pytest.approx(0.16)
    assert trace_probability(0.2, 0.8, 0.5, 1) == pytest.approx(0.08)
    assert trace_probability(1.0, 1.0, 1.0, 1) == 0


def test_strong_words_draw_the_eye():
    # X = 0.16 + 0.84 * 0.5 * 0.4 = 0.328; 1 - 0.672 * 0.9
    assert post_risk(0.16, 0.4, 0.1, Decision(loudness=0.5)) == pytest.approx(0.3952)


def test_without_loudness_only_tracing_and_fear_count():
    assert post_risk(0.16, 1.0, 0.0, Decision(loudness=0.0)) == pytest.approx(0.16)
    assert post_risk(0.0, 1.0, 0.0, Decision(loudness=0.0)) == 0


# Thresholds


def test_a_share_of_exactly_k_of_n_reaches_a_threshold_of_k_of_n():
    p, reach = Decision(), Reach()
    for n in range(1, 51):
        for k in range(1, n + 1):
            threshold = float(np.float32(k / n))
            here, below = (exposure(m, 0, float(n), 0.0, 0.0, False, reach) for m in (k, k - 1))
            assert mobilises(here, 0.0, 1.0, threshold, p), (k, n)
            assert not mobilises(below, 0.0, 1.0, threshold, p), (k, n)


def test_the_cost_and_the_weighed_risk_are_taken_from_the_motive():
    p = Decision(cost=0.1, penalty_street=2.0)
    # 0.9 - 0.1 - 0.5 * 2 * 0.3 = 0.5
    assert mobilises(0.9, 0.3, 0.5, 0.4999, p)
    assert not mobilises(0.9, 0.3, 0.5, 0.5001, p)


def test_speaking_is_easier_than_the_street():
    p = Decision(ease=0.25, penalty_post=1.5)
    # 0.5 - 0.4 * 1.5 * 0.5 = 0.2 = 0.25 * 0.8
    assert speaks(0.5, 0.5, 0.4, 0.7999, p)
    assert not speaks(0.5, 0.5, 0.4, 0.8001, p)


# The decision


def test_without_a_motive_she_is_silent():
    assert decides(motive=0.0) == (SILENT, 0)


def test_who_mobilises_is_seen_in_the_street_speaks_at_home_and_posts():
    assert decides(motive=0.6, platforms=A) == (MOBILISE, STREET | TALK | A)


def test_where_no_rally_is_on_she_posts_instead():
    assert decides(motive=0.6, platforms=A, rally=0) == (SHARE, A | TALK)
    assert decides(motive=0.6, platforms=0, rally=0) == (SHARE, TALK)
    assert decides(motive=0.6, platforms=A, traced=0.5, rally=0) == (SELF_CENSOR, TALK)
    assert decides(motive=0.6, platforms=0, talk=0, rally=0) == (SILENT, 0)


@given(CITIZENS)
@law
def test_nobody_mobilises_where_no_rally_is_on(citizen):
    assert decides(**citizen | {"rally": 0})[0] != MOBILISE


def test_who_mobilises_is_heard_by_kin_even_without_word_of_mouth():
    assert decides(motive=0.6, platforms=0, talk=0) == (MOBILISE, STREET | TALK)


def test_who_posts_also_talks():
    assert decides(motive=0.3) == (SHARE, A | TALK)
    assert decides(motive=0.3, talk=0) == (SHARE, A)


def test_who_fears_to_post_censors_herself_and_still_talks_to_kin():
    # 0.3 - 1.5 * 0.2 = 0 < 0.125 for a post; no fear at home
    assert decides(motive=0.3, traced=0.2) == (SELF_CENSOR, TALK)


def test_who_fears_fully_does_not_talk_either():
    assert decides(motive=0.3, fear=1.0) == (SELF_CENSOR, 0)


def test_without_a_platform_talk_at_home_is_sharing():
    assert decides(motive=0.3, platforms=0) == (SHARE, TALK)


def test_nothing_to_say_it_with_is_no_self_censorship():
    assert decides(motive=0.3, platforms=0, talk=0) == (SILENT, 0)


def test_the_risk_of_the_street_turns_the_street_into_a_post():
    # the street at C/A = 1: R = 0.9; 0.6 - 0.9 < 0.5
    sent_home = decides(motive=0.6, security=0.02, p=Decision(people_in_sight=50.0))
    assert sent_home == (SHARE, A | TALK)


def test_instigators_need_no_motive():
    assert decides(motive=0.0, threshold=0.0)[0] == MOBILISE


def dissent(posture):
    """Postures in the order of how openly they dissent."""
    return {SILENT: 0, SELF_CENSOR: 0, SHARE: 1, MOBILISE: 2}[posture]


@law
@given(CITIZENS, unit)
def test_more_fear_never_makes_her_speak_more(citizen, more):
    low, high = sorted((citizen["fear"], more))
    (bold, spoke_bits), (timid, quiet) = (decides(**citizen | {"fear": f}) for f in (low, high))
    assert dissent(timid) <= dissent(bold)
    assert quiet & spoke_bits == quiet


@law
@given(CITIZENS, unit)
def test_more_security_never_mobilises(citizen, more):
    low, high = sorted((citizen["security"], more))
    few, many = (decides(**citizen | {"security": s})[0] for s in (low, high))
    assert few == MOBILISE or many != MOBILISE


@law
@given(CITIZENS, unit)
def test_more_surveillance_never_makes_her_post(citizen, more):
    low, high = sorted((citizen["traced"], more))
    free, watched = (decides(**citizen | {"traced": x})[1] for x in (low, high))
    assert watched & free == watched


@law
@given(CITIZENS, st.floats(0, 3))
def test_a_greater_motive_never_silences(citizen, more):
    low, high = sorted((citizen["motive"], more))
    cool, hot = (decides(**citizen | {"motive": m}) for m in (low, high))
    assert dissent(cool[0]) <= dissent(hot[0])
    assert cool[1] & hot[1] == cool[1]


@law
@given(CITIZENS)
def test_without_a_penalty_nobody_censors_herself(citizen):
    free = citizen["p"]._replace(penalty_post=0.0)
    assert decides(**citizen | {"p": free})[0] != SELF_CENSOR


@law
@given(CITIZENS)
def test_with_a_penalty_fear_alone_opens_kurans_gap(citizen):
    afraid = {"fear": 1.0, "aversion": 1.0, "threshold": 1.0, "motive": 0.5}
    p = citizen["p"]._replace(penalty_post=1.5, ease=0.25)
    assert decides(**citizen | afraid | {"p": p, "platforms": A})[0] == SELF_CENSOR


@law
@given(CITIZENS)
def test_nobody_speaks_on_a_platform_that_she_cannot_reach(citizen):
    assert decides(**citizen)[1] & PLATFORMS & ~citizen["platforms"] == 0


@law
@given(CITIZENS)
def test_without_word_of_mouth_only_the_street_is_talked_of(citizen):
    posture, voice = decides(**citizen | {"talk": 0})
    assert posture == MOBILISE or not voice & TALK


# Opposition and motive


def test_grievance_counts_as_far_as_the_state_is_not_trusted():
    assert opposition(0.6, 0.25) == pytest.approx(0.45)
    assert (opposition(0.6, 1.0), opposition(0.6, 0.0), opposition(0.0, 0.5)) == (0, 0.6, 0)


def test_opposition_and_exposure_move_her_by_their_weights():
    # 0.5 * 0.4 + 0.6 * 0.25
    p = Decision(opposition_weight=0.5, exposure_weight=0.6)
    assert motive(0.4, 0.25, p) == pytest.approx(0.35)
    assert motive(0.4, 0.25, Decision(exposure_weight=0.0)) == 0.4


def test_a_threshold_is_met_a_millionth_below_it_and_no_further():
    for here, met in ((0.5 - 0.9e-6, True), (0.5 - 1.1e-6, False), (0.5, True)):
        assert mobilises(here, 0.0, 1.0, 0.5, Decision()) is met
        assert speaks(here, 0.0, 1.0, 0.5, Decision(ease=1.0)) is met


# What does not depend on the risk


P = Decision(cost=0.1, penalty_street=2.0, ease=0.5)  # 0.6 is needed for a threshold of 0.5


@pytest.mark.parametrize(("motive", "stays"), [(0.5999, True), (0.6001, False), (2.0, False)])
def test_who_would_not_go_without_risk_stays_home(motive, stays):
    assert stays_home(motive, 1.0, 0.5, P) is stays
    assert stays_home(motive, 0.0, 0.5, P) is stays


@pytest.mark.parametrize(
    ("motive", "averse", "marches"),
    [(1.3999, 0.4, False), (1.4001, 0.4, True), (0.6001, 0.0, True), (0.5999, 0.0, False)],
)  # 0.6 + 2 * 0.4
def test_who_would_go_at_certain_arrest_goes_at_any_risk(motive, averse, marches):
    assert marches_at_any_risk(motive, averse, 0.5, P) is marches


@pytest.mark.parametrize(("most", "silent"), [(0.2499, True), (0.2501, False), (0.7, False)])
def test_who_would_neither_speak_nor_go_without_risk_is_silent(most, silent):
    assert stays_silent(most, 0.5, P) is silent  # 0.5 * 0.5 for speech


def test_who_would_go_but_not_speak_is_not_silent():
    # ease 1 and a cost below 0 do not occur; a threshold below 0 makes speech the harder one
    p = Decision(cost=0.0, ease=0.5)
    assert not stays_silent(-0.3, -0.4, p)
    assert stays_silent(-0.5, -0.4, p)
