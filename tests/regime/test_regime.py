"""What the state does: each lever, and whole regimes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mornings import LISTED, STREET, C, course, days, facing, responses

from samizdat import Scenario
from samizdat.core.layout import FOREIGN, N_MOBILISE, SIGNALS, TALLIES
from samizdat.regime import force, levers
from samizdat.regime.levers import LEVERS
from samizdat.regime.orders import Order, RegimeState
from samizdat.regime.presets import PRESETS
from samizdat.run.environment import Environment
from samizdat.scenario.registry import REGISTRY
from worlds import run, same_history, same_state, town

# Blocking


def test_the_court_takes_its_time_and_a_pending_order_is_not_withdrawn():
    law = STREET | {"blocking__authority": 0, "blocking__delay_days": 3, "blocking__duration": 2}
    assert days(responses(*course(8, {0: 50}, **law)), "blocked") == [3, 4]


def test_the_prosecutor_blocks_on_the_step_that_sees_it():
    assert days(responses(*course(8, {1: 50}, blocking__duration=2, **STREET)), "blocked") == [1, 2]


def test_a_pending_order_of_the_court_survives_the_prosecutors_law():
    old = {"blocking__authority": 0, "blocking__delay_days": 4, "blocking__duration": 1}
    seen, *quiet = course(8, {0: 50}, **STREET | old)
    after = [facing(inputs.day, blocking__duration=1, **STREET) for inputs in quiet]
    assert days(responses(seen, *after), "blocked") == [4]


def test_duration_counts_from_the_last_trigger():
    rows = responses(*course(9, {0: 50, 1: 50, 3: 50}, blocking__duration=2, **STREET))
    assert days(rows, "blocked") == [0, 1, 2, 3, 4]
    court = STREET | {"blocking__authority": 0, "blocking__delay_days": 3}
    rows = responses(*course(9, {0: 50, 1: 50}, blocking__duration=2, **court))
    assert days(rows, "blocked") == [3, 4, 5]


def test_a_new_trigger_after_the_end_is_a_new_block():
    rows = responses(*course(12, {0: 50, 9: 50}, blocking__duration=2, **STREET))
    assert days(rows, "blocked") == [0, 1, 9, 10]
    assert rows["novelty"][9, 0] == 1


@pytest.mark.parametrize(("scope", "blocked"), [(0, [LISTED, 0, 0]), (1, [LISTED] * 3)])
def test_scope_is_the_region_or_the_nation(scope, blocked):
    rows = responses(facing(0, (50, 0, 0), blocking__scope=scope, **STREET))
    assert rows["blocked"][0].tolist() == blocked


@pytest.mark.parametrize(("mobilised", "answered"), [(49, False), (50, True)])
def test_the_street_is_answered_at_its_trigger(mobilised, answered):
    rows = responses(facing(0, (mobilised, 0, 0), **STREET))
    assert bool(rows["blocked"][0, 0]) is answered


@pytest.mark.parametrize(("posts", "answered"), [(24.9, False), (25, True)])
def test_posts_are_reckoned_per_citizen_online(posts, answered):
    law = {"blocking__trigger_posts": 0.05, "blocking__authority": 1}
    rows = responses(facing(posts=(posts, 0, 0), **law))
    assert bool(rows["blocked"][0, 0]) is answered


def test_triggers_of_0_never_answer():
    rows = responses(*(facing(day, (1000,) * 3, (500,) * 3, alert=9.0) for day in range(9)))
    for name in ("blocked", "blackout", "violence"):
        assert not rows[name].any(), name


def test_dated_and_triggered_blocks_add_up():
    dated = Order("blocking", 0, 0.0, 2.0, C, dated=True)
    rows = responses(*course(3, {1: 50}, blocking__duration=2, dated_orders=[dated], **STREET))
    assert rows["blocked"][:, 0].tolist() == [C, C | LISTED, LISTED]


def test_dated_acts_hold_from_their_first_day_to_before_their_last():
    dated_orders = [
        Order("blackout", 1, 2.0, 4.0, dated=True),
        Order("violence", 2, 1.0, 2.0, dated=True),
    ]
    rows = responses(*(facing(day, dated_orders=dated_orders) for day in range(6)))
    assert days(rows, "blackout", 1) == [2, 3]
    assert days(rows, "violence", 2) == [1]
    assert not rows["blackout"][:, [0, 2]].any()


def test_steps_of_several_days_do_not_lose_a_dated_day():
    dated_orders = [Order("blackout", 1, 4.0, 5.0, dated=True)]
    rows = responses(*(facing(day, step_days=3.0, dated_orders=dated_orders) for day in (0, 3, 6)))
    assert days(rows, "blackout", 1) == [1]


# Novelty and cover stories


def test_anger_over_a_block_wears_off_in_fourteen_days():
    rows = responses(*course(20, dict.fromkeys(range(20), 50), **STREET))
    assert rows["novelty"][:, 0] == pytest.approx([math.exp(-k / 14) for k in range(20)])


def test_the_newest_block_or_blackout_counts():
    dark = Order("blackout", 0, 5.0, 7.0, dated=True)
    rows = responses(*course(8, dict.fromkeys(range(8), 50), dated_orders=[dark], **STREET))
    ages = [0, 1, 2, 3, 4, 0, 1, 7]  # once the network is back the old block is what is left
    assert rows["novelty"][:, 0] == pytest.approx([math.exp(-age / 14) for age in ages])


@pytest.mark.parametrize(("told", "believed"), [(1, [0.8, 0, 0]), (0, [0, 0, 0])])
def test_a_cover_story_is_believed_only_where_it_is_told_of_a_block(told, believed):
    law = STREET | {"blocking__scope": 0, "blocking__cover_story": told}
    assert responses(facing(0, (50, 0, 0), **law))["deniability"][0].tolist() == believed


def test_a_dated_blackout_may_have_its_story_too():
    act = Order("blackout", 1, 0.0, 1.0, cover_story=True, dated=True)
    rows = responses(
        *(facing(day, dated_orders=[act], blocking__deniability=0.6) for day in range(2))
    )
    assert rows["deniability"].tolist() == [[0, 0.6, 0], [0, 0, 0]]


# Blackout, ban


def test_a_blackout_takes_its_region_for_its_duration():
    law = {"blackout__trigger": 0.05, "blackout__duration": 3}
    rows = responses(*course(8, {1: 50}, **law))
    assert days(rows, "blackout") == [1, 2, 3]
    assert not rows["blackout"][:, 1:].any()


def test_a_ban_strikes_its_platforms_where_it_is_on():
    inputs = facing()
    inputs.values["ban.on"][:] = (1, 0, 1)
    allowed = responses(inputs)["allowed"][0].tolist()
    assert allowed == [0xFFFF & ~(C | FOREIGN), 0xFFFF, 0xFFFF & ~(C | FOREIGN)]


# Arrests


@pytest.mark.parametrize(
    ("mobilised", "chance"), [(0, 1), (5, 1), (10, 1), (40, 0.25), (400, 0.025)]
)
def test_there_is_safety_in_numbers(mobilised, chance):
    # 1 % of a region of 1,000 can be taken a day
    rows = responses(facing(arrests__capacity=0.01, arrests__response=1))
    assert force.arrest_chances(rows["arrests"][0], np.full(3, mobilised)) == pytest.approx(
        [chance] * 3
    )


@pytest.mark.parametrize(
    ("draws", "alert", "triggers", "arrests"),
    [
        (0.259, 0, True, 10),
        (0.261, 0, True, 0),
        (0.519, 1, True, 10),  # an alert state responds more often
        (0.521, 1, True, 0),
        (0.261, 1, False, 0),  # unless it acts by record
    ],
)
def test_whether_the_police_respond_is_chance(draws, alert, triggers, arrests):
    law = {"arrests__capacity": 0.01, "arrests__response": 0.26}
    rows = responses(facing(draws=draws, alert=alert, triggers=triggers, **law))
    assert rows["arrests"][0] == pytest.approx([arrests] * 3)


def test_two_half_days_respond_as_often_as_one_and_take_as_many():
    half = 1 - math.sqrt(1 - 0.26)
    for draws, arrests in ((half - 1e-9, 5), (half + 1e-9, 0)):
        law = {"arrests__capacity": 0.01, "arrests__response": 0.26}
        rows = responses(facing(step_days=0.5, draws=draws, **law))
        assert rows["arrests"][0] == pytest.approx([arrests] * 3)


@pytest.mark.parametrize(("step_days", "share"), [(1.0, 0.19), (0.5, 0.1), (2.0, 1 - 0.81**2)])
def test_arrests_beforehand_take_a_share_a_day(step_days, share):
    rows = responses(facing(step_days=step_days, preempt=0.19))
    assert rows["preempt"][0] == pytest.approx([share] * 3)


# Violence


def test_violence_comes_when_patience_ends_and_lasts():
    law = {"violence__trigger": 0.05, "violence__patience_days": 3, "violence__duration": 2}
    rows = responses(*course(9, dict.fromkeys((0, 1, 2), 50), violence__strength=0.7, **law))
    assert rows["violence"][:, 0].tolist() == [0, 0, 0.7, 0.7, 0, 0, 0, 0, 0]


def test_without_a_window_a_quiet_day_restores_its_patience():
    law = {"violence__trigger": 0.05, "violence__patience_days": 3, "violence__window_days": 0}
    rows = responses(*course(9, dict.fromkeys((0, 1, 3, 4), 50), **law))
    assert not rows["violence"].any()


def test_with_a_window_the_days_at_the_trigger_need_not_be_in_a_row():
    law = {"violence__trigger": 0.05, "violence__patience_days": 3, "violence__duration": 1}
    mobilised = dict.fromkeys((0, 4, 8, 20), 60)
    in_a_row = course(30, mobilised, violence__window_days=0, **law)
    assert days(responses(*in_a_row), "violence") == []
    within = course(30, mobilised, violence__window_days=9, **law)
    assert days(responses(*within), "violence") == [8]
    short = course(30, mobilised, violence__window_days=8, **law)
    assert days(responses(*short), "violence") == []


def test_a_step_longer_than_the_window_counts_itself():
    law = {"violence__trigger": 0.05, "violence__patience_days": 3, "violence__duration": 1}
    rows = responses(*(facing(k * 30.0, (60, 0, 0), step_days=30.0, **law) for k in range(3)))
    assert rows["violence"][:, 0].all()


@pytest.mark.parametrize("step_days", [0.5, 1.0, 2.0])
@given(met=st.lists(st.booleans(), min_size=30, max_size=30))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_window_as_long_as_the_patience_is_no_window(step_days, met):
    law = {"violence__trigger": 0.05, "violence__patience_days": 4, "step_days": step_days}
    rows = [
        responses(*(facing(k * step_days, (60 * hot, 0, 0), violence__window_days=window, **law)
                    for k, hot in enumerate(met)))
        for window in (0, 1, 4)
    ]  # fmt: skip
    assert np.array_equal(rows[0], rows[1])
    assert np.array_equal(rows[0], rows[2])


def test_patience_is_counted_in_days_not_in_steps():
    law = {"violence__trigger": 0.05, "violence__patience_days": 3, "violence__duration": 1}
    mornings = [facing(k / 2, (50, 0, 0), step_days=0.5, **law) for k in range(8)]
    assert days(responses(*mornings), "violence") == [5, 6, 7]


def test_of_two_orders_to_shoot_the_stronger_holds():
    dated_orders = [Order("violence", 0, 0.0, 1.0, strength=s, dated=True) for s in (0.3, 0.9, 0.5)]
    assert responses(facing(dated_orders=dated_orders))["violence"][0].tolist() == [0.9, 0, 0]


# Alert


@pytest.mark.parametrize(("alert", "answered"), [(0.5, False), (1.0, True)])
def test_an_alert_state_answers_earlier(alert, answered):
    # 3 % in the street, seen as 4.5 % and as 6 %
    law = STREET | {"blackout__trigger": 0.05, "violence__trigger": 0.05}
    rows = responses(facing(0, (30, 0, 0), alert=alert, violence__patience_days=1, **law))
    for name in ("blocked", "blackout", "violence"):
        assert bool(rows[name][0, 0]) is answered, name


# Concession


def test_the_state_concedes_every_running_event_after_its_patience():
    state, law = RegimeState(), {"concession__trigger": 0.05, "concession__patience_days": 2}
    for inputs in (facing(d, (50, 50, 50), events=("land", "wages"), **law) for d in range(3)):
        responses(inputs, state=state)
    assert state.conceded == {"land": 1.0, "wages": 1.0}


def test_it_concedes_to_the_nation_not_to_a_region():
    state, law = RegimeState(), {"concession__trigger": 0.05, "concession__patience_days": 1}
    responses(facing(0, (140, 0, 0), events=("land",), **law), state=state)
    assert not state.conceded
    responses(facing(1, (150, 0, 0), events=("land",), **law), state=state)
    assert state.conceded == {"land": 1.0}


def test_a_dated_concession_is_of_its_event_alone():
    state = RegimeState()
    responses(
        facing(3, events=("land", "wages"), dated_events=[("concession", "land")]), state=state
    )
    assert state.conceded == {"land": 3.0}


# By record, by rule, both

CASE = """
start = 2016-04-01
end = 2016-05-31
citizens = 200
regions = [{name = "west", share = 0.5}, {name = "east", share = 0.5}]
platforms = [{name = "wall", audience = 0.7}]
timeline = [
    {id = "land", kind = "event", from = 2016-04-05, shock = 0.6, coverage = 0.1},
    {id = "wages", kind = "event", from = 2016-04-05, shock = 0.3},
    {id = "moratorium", kind = "action", lever = "concession", from = 2016-04-11, event = "land"},
    {id = "walled", kind = "action", lever = "blocking", from = 2016-04-11, days = 3},
    {id = "laws", kind = "setting", from = 2016-04-03, set = {chill = 0.3, "fear.calm" = 0.5}},
]
regime = {actions = "both", blackout = {trigger = 0.05, duration = 1}}
"""


def case(actions="both"):
    return Scenario.parse(CASE.replace("both", actions))


def met(scenario, n=15):
    """What both regions meet on each day, if west is in the street on day 8."""
    environment, rows = Environment(scenario, np.array([100, 100]), 1), []
    for k in range(n):
        last, signals = np.zeros((2, len(TALLIES)), np.int64), np.zeros(2, SIGNALS)
        last[0, N_MOBILISE] = 9 * (k == 8)
        environment.update(k, last, np.full(2, 0.5), signals)
        rows.append(signals)
    return np.array(rows)


@pytest.mark.parametrize(
    ("actions", "blocked", "dark"),
    [("record", [10, 11, 12], []), ("rule", [], [8]), ("both", [10, 11, 12], [8])],
)
def test_the_state_acts_by_record_by_rule_or_both(actions, blocked, dark):
    rows = met(case(actions))
    assert days(rows, "blocked") == blocked
    assert days(rows, "blackout") == dark
    assert rows["shock"][10, 0] == pytest.approx(0.9 if actions == "rule" else 0.3)


def test_a_concession_ends_the_shock_of_its_event_which_runs_on():
    rows = met(case().change({"attention.online_share": 0}))
    assert rows["shock"][[9, 10, 14], 0] == pytest.approx([0.9, 0.3, 0.3])
    assert rows["running"][14].tolist() == [1, 1]
    assert rows["coverage"][14].tolist() == [0.1, 0.1]


# Whole regimes


def test_in_the_open_every_lever_is_at_its_off_value():
    numbers = town().under("open").parameters
    for name, lever in LEVERS.items():
        assert {n: numbers[n] for n in lever.off} == lever.off, name


def test_in_the_open_the_state_does_nothing():
    rows = met(case().under("open"))
    of_the_world = {
        "allowed", "running", "fresh", "withdrawn", "adoption", "seeds", "shock", "coverage",
        "coverage_abroad", "coverage_online", "seeds_online", "contradiction", "foreign_signal",
        "mobilised_share", "security", "arrest_chance", "rally",
    }  # fmt: skip
    for name in set(SIGNALS.names) - of_the_world:
        assert not rows[name].any(), name


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_drops_what_the_timeline_says_of_the_regime_and_keeps_the_rest(name):
    world = case().under(name).spec
    assert [entry.id for entry in world.timeline] == ["land", "wages", "laws"]
    assert world.timeline[2].set == {"fear.calm": 0.5}
    assert world.actions == "rule"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_changes_no_number_but_the_regimes(name):
    before, after = town(), town().under(name)
    changed = {n for n in REGISTRY if before.parameters[n] != after.parameters[n]}
    assert {REGISTRY[n].group for n in changed} == {"regime"}


def test_a_preset_is_the_same_regime_whatever_was_set_before():
    regime_of = {n for n, named in REGISTRY.items() if named.group == "regime"}
    set_before = town(chill=0.9, blocking__duration=99).under("networked")
    assert all(
        set_before.parameters[n] == town().under("networked").parameters[n] for n in regime_of
    )
    assert not regime_of & set_before.pinned


def test_a_pinned_value_beats_the_timeline():
    assert met(case())["chill"][[1, 2], 0].tolist() == [0.05, 0.3]
    assert met(case().change({"chill": 0.7}))["chill"][[1, 2], 0].tolist() == [0.7, 0.7]


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_at_its_off_value_equals_its_absence(monkeypatch, lever):
    scenario = town(300)
    off = run(scenario.without(lever), threads=1)
    monkeypatch.setattr(levers, "LEVERS", {n: v for n, v in LEVERS.items() if n != lever})
    absent = run(scenario, threads=1)
    assert same_history(off, absent)
    assert same_state(off, absent)


CALLED_OFF = {
    "rally.on": 1, "rally.organisers": 0.02, "rally.call": 1, "rally.committee": 1,
    "detain_organisers": 1,
}  # fmt: skip


LAWS = {"threat": {"gain": 0.02}, "ladder": [{"at": 0.1, "add": {"chill": 0.2}}]}


@pytest.fixture(scope="module")
def whole_town():
    return run(town(2000), threads=1)


def world_of(lever):
    """The town, or where a lever needs more to act, the town with that."""
    if lever == "threat":
        table = town(2000).to_table()
        return Scenario.from_table({**table, "regime": {**table["regime"], **LAWS}})
    return town(2000).change(CALLED_OFF if lever == "detain_organisers" else {})


@pytest.mark.parametrize("lever", LEVERS)
def test_no_lever_is_idle_in_the_town(whole_town, lever):
    world = world_of(lever)
    whole = run(world, threads=1) if lever in ("threat", "detain_organisers") else whole_town
    assert not same_history(whole, run(world.without(lever), threads=1))
