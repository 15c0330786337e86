"""News of an event spreads along ties and through media, and tires."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core import draws
from samizdat.core.jit import interpreted
from samizdat.core.layout import AWARE, SIGNALS, SPENT, UNAWARE
from samizdat.core.mechanisms.attention import (
    Attention,
    awakening,
    awakening_by_media,
    awakening_by_press,
    by_pages,
    by_press,
    concerned,
    first_to_know,
    hazard,
    may_awaken,
    reached,
    weariness,
)
from samizdat.core.passes.citizen import attend

law = settings(max_examples=100, deadline=None, derandomize=True)


def per_day(
    heard=0, flooding=0.0, coverage=0.0, control=0.0, pages=0.0, posting=0.0, platform=False,
    abroad=0.0, foreign=False, **p,
):  # fmt: skip
    return hazard(
        heard, flooding, coverage, control, pages, posting, platform, abroad, foreign,
        Attention(**p),
    )  # fmt: skip


def wakes(heard=0, flooding=0.0, coverage=0.0, abroad=0.0, foreign=False, days=1.0, **p):
    return awakening(per_day(heard, flooding, coverage, abroad=abroad, foreign=foreign, **p), days)


def tires(heard=1, running=1, spoke=False, **p):
    return weariness(heard, running, spoke, Attention(**p))


def attends(attention, heard=0, spoke=False, p=None, step=0, i=0, platform=False, **signals):
    """One citizen's transition in a region with these signals."""
    here = np.zeros(1, SIGNALS)
    for name, value in signals.items():
        here[name] = value
    rule, p = interpreted(attend), p or Attention()
    draw = draws.uniform(1, i, step, draws.ATTENTION)
    address = (1, i, step)
    short, long = (
        rule(
            attention, heard, platform, 0.0, False, spoke, draw, address, here[0], 1.0, shortcuts, p
        )
        for shortcuts in (True, False)
    )
    assert short == long
    return short


# Waking


def test_hazards_of_ties_media_and_the_press_abroad_add_up():
    # 0.07 * 0.75 * 3 = 0.1575; 0.05; 0.2 * 0.5 = 0.1; for two days
    chance = wakes(3, 0.25, 0.05, 0.5, True, 2.0, beta=0.07, foreign_reach=0.2)
    assert chance == pytest.approx(1 - math.exp(-2 * 0.3075), rel=1e-14)


def test_who_hears_nothing_of_an_event_without_coverage_never_wakes():
    assert wakes(0, beta=5.0) == 0


def test_flooding_drowns_calls_but_not_coverage():
    assert wakes(7, flooding=1.0, beta=5.0) == 0
    assert wakes(7, flooding=1.0, coverage=0.1) == wakes(0, coverage=0.1) > 0


def test_coverage_abroad_reaches_readers_of_the_foreign_press_only():
    assert wakes(abroad=1.0, foreign=False, foreign_reach=1.0) == 0
    assert wakes(abroad=1.0, foreign=True, foreign_reach=0.0) == 0
    assert wakes(abroad=1.0, foreign=True, foreign_reach=1.0) == pytest.approx(1 - 1 / math.e)


def test_two_half_days_wake_as_many_as_one_day():
    half, whole = wakes(4, days=0.5), wakes(4, days=1.0)
    assert 1 - (1 - half) ** 2 == pytest.approx(whole, rel=1e-12)


@law
@given(st.integers(0, 100), st.integers(0, 100), st.floats(0, 5), st.floats(0, 1))
def test_who_hears_more_is_no_later_to_wake(heard, more, beta, flooding):
    less, greater = (wakes(n, flooding, beta=beta) for n in (heard, heard + more))
    assert less <= greater + 4e-15  # twice the bound of exp


# By channel


@pytest.mark.parametrize(("platform", "flooding", "expected"), [
    (False, 0.25, 0.5 * 0.2), (True, 0.25, 0.5 * 0.2 + 0.3 + 0.75 * 0.1 * 1.5), (True, 1.0, 0.4),
])  # fmt: skip
def test_pages_and_strangers_reach_who_has_a_platform(platform, flooding, expected):
    found = per_day(
        coverage=0.2, control=0.5, pages=0.3, posting=1.5, platform=platform, flooding=flooding,
        feed=0.1,
    )  # fmt: skip
    assert found == pytest.approx(expected, rel=1e-14)


def test_a_controlled_press_reports_nothing_and_pages_still_do():
    assert per_day(coverage=5.0, control=1.0) == 0
    assert per_day(coverage=5.0, control=1.0, pages=0.1, platform=True) == 0.1


@law
@given(*[st.floats(0, 1)] * 8, st.integers(0, 20), st.booleans(), st.booleans())
def test_more_control_of_the_press_never_raises_a_hazard(
    control, more, flooding, coverage, pages, posting, abroad, feed, heard, platform, foreign
):
    def under(control):
        return per_day(
            heard, flooding, coverage, control, pages, posting, platform, abroad, foreign,
            feed=feed / 10,
        )  # fmt: skip

    assert under(max(control, more)) <= under(min(control, more))


@law
@given(st.floats(0, 5), st.floats(0, 1), st.floats(0, 2), st.integers(0, 20), st.booleans())
def test_without_the_new_numbers_a_hazard_is_what_it_was(
    coverage, flooding, abroad, heard, foreign
):
    p = Attention(online_share=0, feed=0)
    before = p.beta * (1.0 - flooding) * heard + coverage + p.foreign_reach * abroad * foreign
    for platform in (False, True):
        assert before == per_day(
            heard, flooding, coverage, posting=3.0, platform=platform, abroad=abroad,
            foreign=foreign, feed=0,
        )  # fmt: skip


@law
@given(st.floats(0, 5), st.floats(0, 1), st.floats(0.001, 1))
def test_a_split_tells_as_many_as_before_on_average(total, share, reach):
    p = Attention(online_share=share)
    mean = by_press(total, p) + reach * by_pages(total, reach, p)
    assert mean == pytest.approx(total, rel=1e-12)


def test_without_news_online_a_split_leaves_everything_to_the_press():
    assert by_press(0.3, Attention(online_share=0)) == 0.3
    assert by_pages(0.3, 0.2, Attention(online_share=0)) == 0


@pytest.mark.parametrize(
    ("platform", "online", "chance"), [(True, 0.5, 0.55), (False, 0.5, 0.1), (True, 0.0, 0.1)]
)
def test_the_first_to_know_learn_of_it_by_the_press_or_on_pages(platform, online, chance):
    assert first_to_know(0.1, online, platform) == pytest.approx(chance, rel=1e-14)


@law
@given(st.floats(0, 1), st.booleans())
def test_without_seeds_online_the_seeds_stand_to_the_last_bit(seeds, platform):
    assert first_to_know(seeds, 0.0, platform) == seeds


def test_one_draw_serves_both_kinds_of_seeds():
    woken = [
        attends(UNAWARE, i=i, running=1, fresh=1, seeds=0.1, seeds_online=0.5, platform=i % 2)
        == AWARE
        for i in range(2000)
    ]
    expected = draws.uniforms(1, 0, 2000, 0, draws.SEEDS) < np.where(np.arange(2000) % 2, 0.55, 0.1)
    assert woken == expected.tolist()


# Tiring


@pytest.mark.parametrize(
    ("heard", "running", "rate"), [(1, 1, 0.25), (0, 1, 0.6), (1, 0, 0.6), (0, 0, 0.6)]
)
def test_attention_fades_faster_where_nothing_is_heard_or_nothing_runs(heard, running, rate):
    assert tires(heard, running, fatigue=0.25, fade=0.6) == rate


def test_silence_never_keeps_her_awake():
    assert tires(0, fatigue=0.25, fade=0.07) == tires(3, fatigue=0.25, fade=0.07) == 0.25


@pytest.mark.parametrize("spoke", [False, True])
def test_attention_tires_whether_or_not_she_spoke(spoke):
    assert tires(3, spoke=spoke, fatigue=0.25) == 0.25


@pytest.mark.parametrize(
    ("heard", "running", "spoke", "rate"),
    [(3, 1, True, 0.25), (0, 0, True, 0.25), (3, 1, False, 0), (0, 1, False, 0.6),
     (3, 0, False, 0.6)],
)  # fmt: skip
def test_in_the_variant_only_who_spoke_tires_and_the_silent_fade(heard, running, spoke, rate):
    assert tires(heard, running, spoke, fatigue=0.25, fade=0.6, speaking_tires=1.0) == rate


# The day's transition


def test_without_an_event_nobody_becomes_aware():
    assert attends(UNAWARE, heard=9, coverage=5.0, p=Attention(beta=5.0)) == UNAWARE


def test_a_new_event_makes_the_spent_unaware():
    assert attends(SPENT, running=1, fresh=1) == UNAWARE


def test_the_spent_stay_spent_while_the_event_runs():
    assert attends(SPENT, heard=9, running=1, coverage=5.0) == SPENT


def test_a_new_event_does_not_touch_the_aware():
    calm = Attention(fatigue=0.0, fade=0.0)
    assert attends(AWARE, running=1, fresh=1, seeds=1.0, p=calm) == AWARE


def test_seeds_are_the_declared_share_of_the_unaware():
    woken = [attends(UNAWARE, i=i, running=1, fresh=1, seeds=0.3) == AWARE for i in range(2000)]
    expected = draws.uniforms(1, 0, 2000, 0, draws.SEEDS) < 0.3
    assert woken == expected.tolist()


def test_an_event_seeds_on_its_first_day_only():
    assert attends(UNAWARE, running=1, fresh=0, seeds=1.0) == UNAWARE


def test_where_there_is_no_rate_attention_lasts():
    assert attends(AWARE, running=0, p=Attention(fatigue=0.0, fade=0.0)) == AWARE


def test_the_same_draw_serves_waking_and_tiring():
    u = draws.uniform(1, 0, 0, draws.ATTENTION)
    just = Attention(fatigue=u + 1e-9, fade=0.0)
    assert attends(AWARE, heard=1, running=1, p=just) == SPENT
    assert attends(AWARE, heard=1, running=1, p=just._replace(fatigue=u - 1e-9)) == AWARE
    hazard = -math.log1p(-u)
    assert attends(UNAWARE, running=1, coverage=hazard + 1e-6) == AWARE
    assert attends(UNAWARE, running=1, coverage=hazard - 1e-6) == UNAWARE


# Whom the day can concern


@pytest.mark.parametrize(("draw", "may"), [(0.1, True), (0.2001, True), (0.2003, False)])
def test_a_draw_beyond_the_hazard_of_the_step_wakes_nobody(draw, may):
    # 0.1 a day for two days, and a thousandth for rounding
    assert may_awaken(draw, 0.1, 2.0) == may


def test_without_a_hazard_no_draw_can_wake_her():
    assert not may_awaken(0.0, 0.0, 1.0)
    assert not may_awaken(2.0**-33, 0.0, 1.0)


def test_whoever_hears_nothing_wakes_by_the_media_at_home_alone():
    p = Attention(beta=5.0, foreign_reach=1.0)
    assert awakening_by_press(0.1, 0.5, 2.0, p) == pytest.approx(1 - math.exp(-0.1), rel=1e-14)
    assert awakening_by_press(0.0, 0.0, 2.0, p) == 0


@law
@given(
    *[st.floats(0, 1)] * 3, st.floats(0, 5), st.floats(0, 12), st.floats(0, 12), st.booleans(),
    st.sampled_from([0.5, 1.0, 3.0]),
)  # fmt: skip
def test_no_chance_to_learn_from_media_is_beyond_its_bound(
    flooding, control, coverage, pages, posting, all_posting, platform, days
):
    p = Attention(feed=0.1)
    hers = min(posting, all_posting)
    own = hazard(0, flooding, coverage, control, pages, hers, platform, 0.0, False, p)
    bound = awakening_by_media(coverage, control, pages, flooding, all_posting, days, p)
    assert awakening(own, days) <= bound


def bits(n):
    return list(np.ndindex((2,) * n))


@pytest.mark.parametrize(("held", "aware", "unaware", "fresh", "reads"), bits(5))
def test_the_day_concerns_who_is_held_or_aware_and_who_may_read_of_it(
    held, aware, unaware, fresh, reads
):
    told = bool(held or aware or fresh or (unaware and reads))
    assert interpreted(concerned)(held, aware, unaware, fresh, reads) == told


@pytest.mark.parametrize(("unaware", "running", "heard"), bits(3))
def test_a_tie_reaches_the_unaware_while_an_event_runs(unaware, running, heard):
    assert interpreted(reached)(unaware, running, heard) == min(unaware, running, heard)
