"""What happens to the world by date."""

import datetime as dt
import math

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from samizdat import Scenario
from samizdat.core.layout import N_SHARE, SIGNALS, TALLIES
from samizdat.core.mechanisms.attention import Attention
from samizdat.run.environment import Environment
from samizdat.scenario.timeline import Account, Course, Entry

START = dt.date(2011, 12, 1)
REGIONS = ("north", "south")
NORTH, SOUTH = 0, 1
NOTHING = np.zeros((2, len(TALLIES)), np.int64)  # was counted in the step before
LUCK = np.full(2, 0.5)


def on(day):
    """The date of a day counted from the start."""
    return START + dt.timedelta(days=day)


def entry(kind, begins, days=None, **fields):
    """One entry of the timeline; its id is its day unless it is given."""
    table = {"kind": kind, "from": on(begins), "id": f"{kind}-{begins}"} | fields
    if days is not None:
        table["days"] = days
    return TypeAdapter(Entry).validate_python(table)


def world(day, *entries, step_days=1.0, sharing=(0, 0), conceded=None, online_share=0.0):
    """The signals of the step that begins on a day, and how alert the state is."""
    signals = np.zeros(2, SIGNALS)
    course = Course(entries, START, REGIONS)
    abroad, p = course.calls_abroad(np.array(sharing)), Attention(online_share=online_share)
    course.describe_world(signals, day, step_days, abroad, conceded or {}, p)
    alert = course.alert_on(day, step_days)
    return signals, alert


def signal_of(name, day, *entries, **kwargs):
    return world(day, *entries, **kwargs)[0][name].tolist()


# When an entry holds


def test_an_event_runs_from_its_first_day_for_its_days():
    strike = entry("event", 3, 2, shock=0.5)
    assert [signal_of("running", day, strike)[NORTH] for day in range(7)] == [0, 0, 0, 1, 1, 0, 0]
    assert [signal_of("shock", day, strike)[NORTH] for day in range(7)] == [0, 0, 0, 0.5, 0.5, 0, 0]


def test_an_event_without_days_runs_for_good():
    assert signal_of("running", 9999, entry("event", 3, shock=0.5)) == [1, 1]


def test_an_event_is_fresh_on_its_first_step_only():
    strike = entry("event", 3, 20, shock=0.5)
    assert [signal_of("fresh", day, strike)[NORTH] for day in range(6)] == [0, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("begins", range(9))
def test_steps_of_several_days_do_not_lose_a_one_day_event(begins):
    event = entry("event", begins, 1, shock=0.5)
    rows = [world(3 * k, event, step_days=3.0)[0] for k in range(3)]
    assert [row["running"][NORTH] for row in rows] == [k == begins // 3 for k in range(3)]
    assert [row["fresh"][NORTH] for row in rows] == [k == begins // 3 for k in range(3)]


def test_half_day_steps_see_a_day_twice_and_its_beginning_once():
    event = entry("event", 1, 1, shock=0.5)
    rows = [world(k / 2, event, step_days=0.5)[0] for k in range(6)]
    assert [row["running"][NORTH] for row in rows] == [0, 0, 1, 1, 0, 0]
    assert [row["fresh"][NORTH] for row in rows] == [0, 0, 1, 0, 0, 0]


def test_an_event_touches_its_own_regions_only():
    event = entry("event", 0, shock=0.5, coverage=0.1, seeds=0.2, regions=["south"])
    signals, _ = world(0, event)
    for name, value in {"running": 1, "fresh": 1, "shock": 0.5, "coverage": 0.1}.items():
        assert signals[name].tolist() == [0, value], name
    assert signals["seeds"][SOUTH] == pytest.approx(0.2)


def test_without_entries_nothing_happens():
    signals, alert = world(0)
    assert signals.tobytes() == np.zeros(2, SIGNALS).tobytes()
    assert alert == 0


# Several on one day


def test_shocks_of_events_add_up_to_at_most_1():
    two = [entry("event", 0, shock=0.3), entry("event", 1, shock=0.4)]
    assert signal_of("shock", 1, *two) == pytest.approx([0.7, 0.7])
    assert signal_of("shock", 2, *two, entry("event", 2, shock=0.9)) == [1, 1]


def test_coverage_adds_up():
    two = [entry("event", 0, shock=0, coverage=0.3), entry("event", 1, shock=0, coverage=4.0)]
    assert signal_of("coverage", 1, *two) == pytest.approx([4.3, 4.3])


def test_seeds_of_events_that_begin_together_combine_as_chances():
    two = [
        entry("event", 0, shock=0, seeds=0.5, id="a"),
        entry("event", 0, shock=0, seeds=0.2, id="b", regions=["north"]),
    ]
    assert signal_of("seeds", 0, *two) == pytest.approx([1 - 0.5 * 0.8, 0.5])


def test_seeds_of_yesterdays_event_are_sown():
    two = [entry("event", 0, shock=0, seeds=0.5), entry("event", 1, shock=0, seeds=0.2)]
    assert signal_of("seeds", 1, *two) == pytest.approx([0.2, 0.2])
    assert signal_of("seeds", 2, *two) == [0, 0]


# Concession


def test_a_concession_ends_the_shock_of_its_event_which_goes_on():
    two = [
        entry("event", 0, shock=0.3, coverage=0.1, id="land"),
        entry("event", 0, shock=0.4, coverage=0.2, id="wages"),
    ]
    signals, _ = world(5, *two, conceded={"land": 5})
    assert signals["shock"].tolist() == [0.4, 0.4]
    assert signals["running"].tolist() == [1, 1]
    assert signals["coverage"] == pytest.approx([0.3, 0.3])


def test_before_the_concession_the_shock_is_whole():
    assert (
        signal_of("shock", 4, entry("event", 0, shock=0.3, id="a"), conceded={"a": 5}) == [0.3] * 2
    )


# Coverage abroad


@pytest.mark.parametrize(
    ("sharing", "expected"), [((0, 0), [0, 0]), ((1, 0), [0, 0]), ((0, 1), [0, 0.5])]
)
def test_news_comes_back_from_abroad_only_if_somebody_there_called_abroad(sharing, expected):
    event = entry("event", 0, shock=0, coverage_abroad=0.5, regions=["south"])
    assert signal_of("coverage_abroad", 1, event, sharing=sharing) == expected


def test_of_a_national_event_one_call_from_anywhere_is_enough():
    event = entry("event", 0, shock=0, coverage_abroad=0.5)
    assert signal_of("coverage_abroad", 1, event, sharing=(0, 1)) == [0.5, 0.5]


def test_a_call_abroad_is_a_share_of_the_step_before():
    scenario = small(entry("event", 0, shock=0, coverage_abroad=0.5))
    last = np.zeros((2, len(TALLIES)), np.int64)
    for calls in (0, 3):
        last[NORTH, N_SHARE] = calls
        signals = np.zeros(2, SIGNALS)
        Environment(scenario, np.array([50, 50]), 1).update(1, last, LUCK, signals)
        assert signals["coverage_abroad"].tolist() == [0.5 * (calls > 0)] * 2


# Accounts and signals


def test_sixteen_against_seventy_three_is_a_contradiction_of_0_781():
    account = entry("account", 0, official=16, alternative=73)
    assert account.strength == pytest.approx(0.781, abs=5e-4)  # as printed, three digits
    assert signal_of("contradiction", 0, account) == [account.strength] * 2


def test_which_count_is_the_official_one_does_not_matter():
    told = [Account(kind="account", id="x", begins=START, official=a, alternative=b).strength
            for a, b in ((16, 73), (73, 16))]  # fmt: skip
    assert told[0] == told[1]


@pytest.mark.parametrize(("counts", "strength"), [((5, 5), 0), ((0, 5), 1)])
def test_equal_counts_agree_and_a_denial_contradicts_wholly(counts, strength):
    official, alternative = counts
    assert entry("account", 0, official=official, alternative=alternative).strength == strength


def test_of_several_accounts_the_most_contradicted_counts():
    accounts = [
        entry("account", 0, contradiction=0.4),
        entry("account", 1, contradiction=0.7, regions=["south"]),
        entry("account", 2, contradiction=0.1),
    ]
    assert signal_of("contradiction", 3, *accounts) == [0.4, 0.7]


@pytest.mark.parametrize(
    "told",
    [{}, {"official": 3}, {"contradiction": 0.5, "official": 1, "alternative": 2},
     {"official": 0, "alternative": 0}],
)  # fmt: skip
def test_an_account_is_told_once(told):
    with pytest.raises(ValidationError, match="official"):
        entry("account", 0, **told)


def test_revolutions_abroad_add_up_to_at_most_1_and_the_most_alarming_alerts():
    two = [
        entry("signal", 0, 5, strength=0.7, alert=0.1),
        entry("signal", 3, 5, strength=0.6, alert=0.4),
    ]
    for day, strength, alarm in ((1, 0.7, 0.1), (3, 1.0, 0.4), (6, 0.6, 0.4), (9, 0.0, 0.0)):
        signals, alert = world(day, *two)
        assert signals["foreign_signal"].tolist() == [strength] * 2
        assert alert == alarm


# Settings


def small(*entries, **table):
    """A scenario of two regions of fifty citizens with these entries."""
    dumped = [each.model_dump(by_alias=True) for each in entries]
    regions = [{"name": name, "share": 0.5} for name in REGIONS]
    base = {"start": START, "end": on(60), "citizens": 100, "regions": regions}
    return Scenario.from_table(base | {"timeline": dumped} | table)


def settled(scenario, k):
    """What holds in step k: the levers' numbers by region, and the citizens' parameters."""
    environment = Environment(scenario, np.array([50, 50]), 1)
    environment.update(k, NOTHING, LUCK, np.zeros(2, SIGNALS))
    return environment.values, environment.parameters


def chill(scenario, day):
    return settled(scenario, day)[0]["chill"].tolist()


def test_a_setting_holds_from_its_date_for_good():
    law = small(entry("setting", 5, set={"chill": 0.3}))
    assert [chill(law, day) for day in (4, 5, 60)] == [[0.05] * 2, [0.3] * 2, [0.3] * 2]


def test_a_setting_for_some_days_falls_back():
    law = small(entry("setting", 5, 2, set={"chill": 0.3}))
    assert [chill(law, day)[NORTH] for day in range(4, 9)] == [0.05, 0.3, 0.3, 0.05, 0.05]


def test_the_later_setting_beats_the_earlier_whatever_their_order_in_the_file():
    laws = [entry("setting", 5, set={"chill": 0.3}), entry("setting", 9, 3, set={"chill": 0.6})]
    for order in (laws, laws[::-1]):
        told = [chill(small(*order), day)[NORTH] for day in (8, 9, 11, 12)]
        assert told == [0.3, 0.6, 0.6, 0.3]


def test_a_setting_of_a_region_leaves_the_others():
    law = small(entry("setting", 5, set={"chill": 0.3}, regions=["south"]))
    assert chill(law, 6) == [0.05, 0.3]


def test_each_law_changes_exactly_what_it_names():
    before, rules = settled(small(), 6)
    after, same = settled(small(entry("setting", 5, set={"chill": 0.3})), 6)
    assert {n for n in before if before[n].tolist() != after[n].tolist()} == {"chill"}
    assert same == rules


def test_a_rule_of_the_citizens_can_change_in_time():
    _, rules = settled(small(entry("setting", 5, set={"attention.fatigue": 1.0})), 5)
    assert rules.attention.fatigue == pytest.approx(1 - math.exp(-1))
    assert settled(small(), 5)[1].attention.fatigue == pytest.approx(1 - math.exp(-0.25))


def test_steps_of_several_days_do_not_lose_a_one_day_setting():
    law = small(entry("setting", 5, 1, set={"preempt": 0.3}), step_days=4)
    assert [settled(law, k)[0]["preempt"][NORTH] for k in range(3)] == [0, 0.3, 0]


def test_a_pinned_value_beats_the_timeline():
    law = small(entry("setting", 5, set={"chill": 0.3, "egov": 0.01}))
    values, _ = settled(law.change({"chill": 0.7}), 6)
    assert values["chill"].tolist() == [0.7, 0.7]
    assert values["egov"].tolist() == [0.01, 0.01]


# Bands


def test_entries_are_bands_whose_last_day_counts():
    entries = [
        entry("event", 3, 2, shock=0.5, title="Strike", regions=["south"]),
        entry("setting", 5, set={"chill": 0.3}, id="law"),
        entry("action", 6, 1, lever="blackout"),
    ]
    bands = Course(entries, START, REGIONS).bands(START, on(60), lambda each: each.label)
    assert [(b["kind"], b["name"], b["region"]) for b in bands] == [
        ("event", "Strike", "south"), ("setting", "law", "nation"),
        ("blackout", "action-6", "nation"),
    ]  # fmt: skip
    assert [(b["start"], b["end"]) for b in bands] == [
        (on(3), on(4)), (on(5), on(60)), (on(6), on(6))
    ]  # fmt: skip
