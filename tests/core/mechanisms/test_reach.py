"""Whom a citizen can hear, and of how many the heard are a share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive_dilution import naive_dilution, of_whole
from samizdat.core.dilution import dilution_table
from samizdat.core.layout import FOREIGN, HELD, ONLINE, PLATFORMS, STREET, TALK
from samizdat.core.mechanisms.reach import (
    Reach,
    access_of,
    diluted,
    ears_imply_access,
    ears_of,
    exposure,
    hears_kin,
    hears_no_platform,
    hears_online,
    least_reachable,
    reachable_ties,
    ties_matter,
)

A, B, C = 1, 2, 4  # three platforms
sets = st.integers(0, 0xFFF).map(lambda bits: bits | FOREIGN * (bits % 2))
flags = st.integers(0, 1)
law = settings(max_examples=100, deadline=None, derandomize=True)


def seen(street=0, others=0, d=1.0, share=0.0, abroad=0.0, foreign=False, **p):
    return exposure(street, others, float(d), share, abroad, foreign, Reach(**p))


# Access


def test_online_are_those_whose_rank_is_below_the_adoption():
    assert access_of(A, A, 0.49, 0.5) == A | ONLINE
    assert access_of(A, A, 0.5, 0.5) == 0


def test_nobody_is_online_where_nobody_adopts():
    assert access_of(A, A, 0.0, 0.0) == 0


def test_access_is_what_she_uses_of_what_is_launched_and_not_banned():
    assert access_of(A | B | FOREIGN, B | C | FOREIGN, 0.1, 0.5) == B | FOREIGN | ONLINE


def test_who_uses_nothing_that_exists_is_online_all_the_same():
    assert access_of(A, B, 0.1, 0.5) == ONLINE


# Ears


def test_blocking_takes_the_blocked_platforms_away():
    assert ears_of(A | B | FOREIGN | ONLINE, B | FOREIGN, 0, 0, False) == A


def test_a_platform_that_she_does_not_use_cannot_be_taken_from_her():
    assert ears_of(A | ONLINE, B | C, 0, 0, False) == A


@law
@given(sets, sets, flags)
def test_a_vpn_beats_blocking_never_a_blackout(used, blocked, blackout):
    assert ears_of(used | ONLINE, blocked, blackout, 1, False) == (0 if blackout else used)


@law
@given(sets, sets, flags, flags)
def test_a_blackout_takes_all(used, blocked, circumventing, held):
    assert ears_of(used | ONLINE, blocked, 1, circumventing, bool(held)) == 0


@law
@given(sets, sets, flags, flags)
def test_the_detained_have_no_ears(used, blocked, blackout, circumventing):
    assert ears_of(used | ONLINE, blocked, blackout, circumventing, True) == 0


@law
@given(sets, sets, sets, flags)
def test_blocking_more_never_opens_an_ear(used, blocked, more, circumventing):
    before = ears_of(used | ONLINE, blocked, 0, circumventing, False)
    after = ears_of(used | ONLINE, blocked | more, 0, circumventing, False)
    assert after & before == after


def test_where_nothing_is_blocked_her_ears_are_what_she_uses():
    assert ears_of(A | C | FOREIGN | ONLINE, 0, 0, 0, False) == A | C | FOREIGN


# Voices


@pytest.mark.parametrize("voice", [TALK, STREET, TALK | STREET | A])
def test_kin_are_heard_in_person_and_in_the_street_without_any_network(voice):
    assert hears_kin(voice, 0)


def test_kin_are_heard_on_a_common_platform():
    assert hears_kin(A | B, B | C)
    assert not hears_kin(A, B | C)


def test_the_detained_are_heard_by_nobody():
    assert not hears_kin(HELD, PLATFORMS | FOREIGN)
    assert not hears_online(HELD, PLATFORMS | FOREIGN)


@pytest.mark.parametrize("voice", [TALK, STREET, TALK | STREET])
def test_word_of_mouth_and_the_street_do_not_travel_along_online_ties(voice):
    assert not hears_online(voice, PLATFORMS)


def test_an_online_tie_is_heard_on_a_common_platform_only():
    assert hears_online(A | STREET, A | B)
    assert not hears_online(A | STREET, B)


def test_the_foreign_press_carries_no_voice_of_citizens():
    assert not hears_online(FOREIGN, FOREIGN)
    assert not hears_kin(FOREIGN, FOREIGN)


def test_a_common_platform_is_any_bit_in_both():
    for voice in range(16):
        for ears in range(16):
            common = any(voice & bit and ears & bit for bit in (1, 2, 4, 8))
            assert hears_online(voice, ears) == hears_kin(voice, ears) == common, (voice, ears)
            assert hears_online(voice | TALK | STREET, ears) == common
            assert hears_online(voice << 8, ears << 8) == common


# Of how many


@pytest.mark.parametrize(("reachable_only", "d"), [(1.0, 5.0), (0.0, 8.0), (0.5, 6.5)])
def test_the_silenced_count_as_silent_or_not_at_all(reachable_only, d):
    # 3 close; 5 online ties, 2 of them open
    assert reachable_ties(3, 5, 2, Reach(reachable_only=reachable_only)) == d


def test_who_has_nobody_has_a_share_of_one():
    assert reachable_ties(0, 0, 0, Reach()) == 1


@law
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.floats(0, 1))
def test_blocked_ties_never_enlarge_the_share(n_close, n_open, silenced, reachable_only):
    p = Reach(reachable_only=reachable_only)
    blocked = reachable_ties(n_close, n_open + silenced, n_open, p)
    free = reachable_ties(n_close, n_open + silenced, n_open + silenced, p)
    assert blocked <= free + 1e-12  # rounding of two products that add up to n_net


# Share or number

deltas = st.sampled_from([0.0, 1.0, 0.5, 5e-324, 1 - 2**-53]) | st.floats(0, 1)
references = st.sampled_from([1.0, 5.0, 100.0]) | st.floats(1, 100)


def divisor(d, dilution=1.0, reference_ties=5.0):
    return diluted(float(d), dilution_table(150, dilution, reference_ties))


@law
@given(st.floats(1, 150), references)
def test_a_share_is_divided_by_her_ties_to_the_last_bit(d, reference_ties):
    assert divisor(d, 1.0, reference_ties) == d


@law
@given(st.floats(1, 150), references)
def test_a_number_is_divided_by_the_same_for_all(d, reference_ties):
    assert divisor(d, 0.0, reference_ties) == reference_ties


@law
@given(st.integers(1, 100), deltas)
def test_share_and_number_are_equal_for_who_has_as_many_ties_as_the_reference(d0, dilution):
    assert divisor(d0, dilution, float(d0)) == d0


@pytest.mark.parametrize(("d", "expected"), [(1, 2), (4, 4), (9, 6), (100, 20), (12.5, 7.066)])
def test_half_way_it_is_the_root_of_both(d, expected):
    # sqrt(4 d); between 12 and 13 the mean of sqrt(48) = 6.928 and sqrt(52) = 7.211, less 0.0035
    assert divisor(d, 0.5, 4.0) == pytest.approx(expected, abs=0.005)


@law
@given(st.floats(1, 150), st.floats(0, 150), deltas, references)
def test_it_never_falls_as_ties_are_added(d, more, dilution, reference_ties):
    table = dilution_table(150, dilution, reference_ties)
    least = max(1.0, d - more)
    assert diluted(least, table) <= diluted(d, table)
    below = np.nextafter(d, 1)  # the least step of all
    assert diluted(float(below), table) <= diluted(d, table)


@law
@given(st.integers(2, 149), deltas, references)
def test_it_rises_with_whole_ties_unless_it_is_a_number(d, dilution, reference_ties):
    before, after = (divisor(k, dilution, reference_ties) for k in (d, d + 1))
    assert before < after or dilution * np.log1p(1 / d) < 1e-15


@law
@given(deltas, references, st.floats(1, 150))
def test_the_table_is_that_of_the_logarithms(dilution, reference_ties, d):
    table = dilution_table(150, dilution, reference_ties)
    naive = [of_whole(k, dilution, reference_ties) for k in range(1, 152)]
    assert table[1:].tolist() == naive
    p = Reach(dilution=dilution, reference_ties=reference_ties)
    assert diluted(d, table) == naive_dilution(d, p)


@pytest.mark.parametrize("most", [0, 1, 2, 3, 10, 5000])
def test_the_table_reaches_one_beyond_the_largest_number_of_ties(most):
    for dilution in (0.0, 0.3, 1.0):
        table = dilution_table(most, dilution, 5.0)
        assert len(table) == max(1, most) + 2
        assert diluted(max(1.0, float(most)), table) == table[max(1, most)]


def test_the_more_ties_the_less_one_of_them_weighs_in_a_share_and_never_more_than_in_a_number():
    offline, online = (seen(street=1, d=divisor(d, 1.0)) for d in (5, 11))
    assert (offline, online) == (1 / 5, 1 / 11)
    offline, online = (seen(street=1, d=divisor(d, 0.0)) for d in (5, 11))
    assert offline == online == 1 / 5


def test_a_number_of_ties_may_show_her_more_than_all_of_a_few():
    assert seen(street=12, d=divisor(12, 0.0)) == 12 / 5


# Exposure


def test_a_body_in_the_street_counts_in_full_and_a_voice_by_its_weight():
    assert seen(street=2, others=3, d=10, post_weight=0.5) == pytest.approx(0.35)
    assert seen(street=2, others=3, d=10, post_weight=0.0) == 0.2


def test_the_square_is_seen_by_all_in_the_region():
    assert seen(share=0.05, public_signal=0.4) == pytest.approx(0.02)
    assert seen(share=0.05, public_signal=0.0) == 0


def test_a_revolution_abroad_is_an_example_for_readers_of_the_foreign_press():
    assert seen(abroad=0.5, foreign=True, demonstration=0.02) == pytest.approx(0.01)
    assert seen(abroad=0.5, foreign=False, demonstration=0.02) == 0
    assert seen(abroad=0.5, foreign=True, demonstration=0.0) == 0


@law
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_ties_alone_never_show_her_more_than_all_of_them(street, others, silent, weight):
    d = max(1, street + others + silent)
    assert 0 <= seen(street, others, d, post_weight=weight) <= 1


def test_ties_the_square_and_the_example_abroad_add_up():
    # (2 + 0.5 * 3) / 7 + 0.4 * 0.05 + 0.1 * 0.5
    p = {"post_weight": 0.5, "public_signal": 0.4, "demonstration": 0.1}
    assert seen(2, 3, 7, 0.05, 0.5, True, **p) == pytest.approx(0.57)


@pytest.mark.parametrize(("close", "net", "open_", "d"), [(1, 0, 0, 1), (2, 0, 0, 2), (0, 2, 0, 1)])
def test_one_tie_is_one_and_two_are_two(close, net, open_, d):
    assert reachable_ties(close, net, open_, Reach(reachable_only=0.5)) == d


# What can be left out


@pytest.mark.parametrize(("heard", "matter"), [(0, False), (1, True), (9, True)])
def test_of_how_many_matters_where_any_is_heard(heard, matter):
    assert ties_matter(heard) is matter


@pytest.mark.parametrize(
    ("close", "heard", "least"), [(0, 0, 1), (0, 2, 1), (1, 1, 1), (2, 1, 2), (5, 3, 5), (5, 0, 1)]
)
def test_she_has_at_least_her_close_ties(close, heard, least):
    assert least_reachable(close, heard) == least


@pytest.mark.parametrize(
    ("withdrawn", "reachable_only", "implied"),
    [(0, 1.0, True), (1, 1.0, False), (0, 0.0, False), (0, 0.99, False), (1, 0.5, False)],
)
def test_ears_tell_access_where_nothing_was_withdrawn(withdrawn, reachable_only, implied):
    assert ears_imply_access(withdrawn, Reach(reachable_only=reachable_only)) is implied


@pytest.mark.parametrize(
    ("ears", "deaf"), [(0, True), (FOREIGN, True), (A, False), (C | FOREIGN, False)]
)
def test_without_a_platform_no_online_tie_is_heard(ears, deaf):
    assert hears_no_platform(ears) is deaf
