"""A VPN is got when needed, by those who can, and dropped when it is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core.jit import interpreted
from samizdat.core.layout import FOREIGN, ONLINE
from samizdat.core.mechanisms.circumvention import (
    Circumvention,
    may_change,
    next_circumventing,
    vpns_may_change,
)

A, B = 1, 2
unit, flags = st.floats(0, 1, exclude_max=True), st.integers(0, 1)
law = settings(max_examples=150, deadline=None, derandomize=True)


def has_vpn(
    before=0, access=A | B | ONLINE, ears=A, blocked=B, blackout=0, rank=0.1, draw=0.01, **p
):
    """Whether she has a VPN tomorrow; unless told otherwise, she is cut off, literate and drawn."""
    given_ = {"literacy": 0.2, "anonymity": 0.5, "uptake": 0.05, "lapse": 0.02} | p
    p = Circumvention(**given_)
    after = next_circumventing(before, access, ears, blocked, blackout, rank, draw, p)
    assert after in (0, 1)
    return after == 1


# Uptake


def test_who_is_cut_off_literate_and_drawn_gets_one():
    assert has_vpn()


def test_who_is_not_cut_off_gets_none():
    assert not has_vpn(ears=A | B)


def test_who_lost_the_foreign_press_alone_needs_one_too():
    assert has_vpn(access=A | FOREIGN | ONLINE, ears=A, blocked=FOREIGN)


def test_in_a_blackout_nobody_gets_one():
    assert not has_vpn(ears=0, blackout=1)


def test_the_literate_are_those_ranked_below_the_literacy():
    assert has_vpn(rank=0.19)
    assert not has_vpn(rank=0.2)


def test_uptake_is_a_chance():
    assert has_vpn(draw=0.049)
    assert not has_vpn(draw=0.05)


def test_the_offline_are_not_cut_off():
    assert not has_vpn(access=0, ears=0)


@law
@given(st.integers(0, 4095), st.integers(0, 4095), flags, unit, unit)
def test_at_uptake_0_nobody_gets_one(used, blocked, blackout, rank, draw):
    ears = 0 if blackout else used & ~blocked
    drawn = {"rank": rank, "draw": draw, "uptake": 0.0, "literacy": 1.0}
    assert not has_vpn(0, used | ONLINE, ears, blocked, blackout, **drawn)


@law
@given(unit, unit)
def test_at_literacy_0_nobody_gets_one(rank, draw):
    assert not has_vpn(rank=rank, draw=draw, literacy=0.0, uptake=1.0)


# Lapse


@pytest.mark.parametrize(("draw", "kept"), [(0.019, False), (0.02, True)])
def test_who_has_one_and_nothing_of_hers_blocked_may_lose_it(draw, kept):
    assert has_vpn(1, ears=A | B, blocked=0, draw=draw) is kept


def test_while_something_of_hers_is_blocked_she_keeps_it():
    assert has_vpn(1, ears=A | B, blocked=B, draw=0.0, lapse=1.0)


def test_what_others_miss_gives_her_no_reason_to_keep_it():
    assert not has_vpn(1, access=A | ONLINE, ears=A, blocked=B, draw=0.0, lapse=1.0)


def test_who_has_one_keeps_it_whether_literate_or_not():
    assert has_vpn(1, rank=0.99, ears=A | B)


def test_the_offline_have_nothing_to_lose():
    assert has_vpn(1, access=0, ears=0, blocked=0, draw=0.0, lapse=1.0)


def test_a_blackout_alone_is_no_reason_to_keep_it():
    assert not has_vpn(1, ears=0, blocked=0, blackout=1, draw=0.0, lapse=1.0)


@law
@given(st.integers(0, 4095), unit)
def test_at_lapse_0_nobody_loses_one(used, draw):
    assert has_vpn(1, used | ONLINE, used, 0, draw=draw, lapse=0.0)


def test_who_has_one_looks_at_what_is_blocked_of_the_press_too():
    press = {"access": FOREIGN | ONLINE, "ears": FOREIGN, "draw": 0.0, "lapse": 1.0}
    assert has_vpn(1, blocked=FOREIGN, **press)
    assert not has_vpn(1, blocked=A, **press)


# Whether anything can change


@pytest.mark.parametrize(
    ("n_circumventing", "n_cut_off", "blackout", "may"),
    [(0, 0, 0, False), (1, 0, 0, True), (1, 0, 1, True), (0, 1, 0, True), (0, 1, 1, False),
     (2, 3, 1, True), (0, 0, 1, False), (0, 2, 0, True)],
)  # fmt: skip
def test_vpns_change_where_some_have_one_or_are_cut_off(n_circumventing, n_cut_off, blackout, may):
    assert vpns_may_change(n_circumventing, n_cut_off, blackout) == may


@pytest.mark.parametrize(
    ("circumventing", "cut_off", "rank", "may"),
    [(0, 0, 0.1, 0), (0, 1, 0.1, 1), (0, 1, 0.2, 0), (0, 1, 0.3, 0), (1, 0, 0.9, 1),
     (1, 1, 0.1, 1), (1, 1, 0.9, 1), (0, 0, 0.9, 0)],
)  # fmt: skip
def test_hers_may_change_if_she_has_one_or_is_cut_off_and_literate(
    circumventing, cut_off, rank, may
):
    assert interpreted(may_change)(circumventing, cut_off, rank, 0.2) == may
