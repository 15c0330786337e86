"""The news of an event by channel, and events that run elsewhere once they are told abroad."""

import numpy as np
import pytest
from pydantic import ValidationError
from test_timeline import NORTH, START, entry, signal_of, world

from samizdat import Scenario
from samizdat.core.layout import SIGNALS
from samizdat.core.mechanisms.attention import Attention
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.timeline import Course, news_of


def split(share, **fields):
    """The news of an event of which this share is online."""
    return news_of(entry("event", 0, shock=0, **fields), Attention(online_share=share))


def test_a_share_of_the_news_is_online_and_concentrated_on_those_who_are():
    news = split(0.4, coverage=0.05, seeds=0.1, online_reach=0.2)
    assert news == pytest.approx((0.03, 0.1, 0.06, 0.2))


def test_of_no_news_online_the_whole_is_left_to_the_last_bit():
    assert split(0, coverage=0.3, seeds=0.7, online_reach=0.2) == (0.3, 0, 0.7, 0)


def test_where_all_news_is_online_the_press_is_silent():
    assert split(1, coverage=0.5, seeds=0.5) == (0, 0.5, 0, 0.5)


def test_no_more_than_all_who_are_online_can_be_the_first_to_know():
    assert split(0.8, seeds=0.9, online_reach=0.2).seeds_online == 1


def test_what_an_event_gives_itself_is_not_split():
    given = split(0.4, coverage=0.5, coverage_online=0.3, seeds=0.2, seeds_online=0)
    assert given == (0.5, 0.3, 0.2, 0)
    half = split(0.5, coverage=0.5, coverage_online=0.3, seeds=0.2)
    assert half == (0.5, 0.3, 0.1, 0.1)


def test_news_online_adds_up_and_first_knowers_online_combine_as_chances():
    one = entry("event", 1, shock=0, coverage=0.2, seeds=0.5, id="one")
    two = entry("event", 1, shock=0, coverage_online=0.3, seeds_online=0.2, id="two")
    signals, _ = world(1, one, two, online_share=0.5)
    assert signals["coverage"].tolist() == [0.1, 0.1]
    assert signals["coverage_online"].tolist() == [0.4, 0.4]
    assert signals["seeds"] == pytest.approx(0.25)
    assert signals["seeds_online"] == pytest.approx(1 - 0.75 * 0.8)
    assert not world(2, one, two, online_share=0.5)[0]["seeds_online"].any()


@pytest.mark.parametrize(
    ("field", "value"),
    [("online_reach", 0), ("online_reach", 1.1), ("coverage_online", -1), ("coverage_online", 6),
     ("seeds_online", 1.5), ("shock_abroad", 2)],
)  # fmt: skip
def test_numbers_of_the_news_have_ranges(field, value):
    with pytest.raises(ValidationError, match=field):
        entry("event", 0, shock=0, **{field: value})


# Told abroad

STRIKE = {"shock": 0.5, "coverage": 0.1, "seeds": 0.1, "coverage_abroad": 0.4,
          "shock_abroad": 0.15, "regions": ["south"], "id": "strike"}  # fmt: skip


@pytest.mark.parametrize("sharing", [(0, 0), (9, 0)])
def test_where_nobody_of_its_regions_shares_an_event_stays_at_home(sharing):
    signals, _ = world(1, entry("event", 0, 20, **STRIKE), sharing=sharing)
    assert signals["running"].tolist() == [0, 1]
    assert signals["shock"].tolist() == [0, 0.5]
    assert not signals["coverage_abroad"].any()


def test_an_event_that_is_shared_at_home_runs_elsewhere_for_readers_of_the_press_abroad():
    signals, _ = world(1, entry("event", 0, 20, **STRIKE), sharing=(0, 3))
    assert signals["running"].tolist() == [1, 1]
    assert signals["shock"].tolist() == [0.15, 0.5]
    assert signals["coverage_abroad"].tolist() == [0.4, 0.4]
    assert signals["coverage"].tolist() == [0, 0.1]


def test_an_event_never_begins_elsewhere():
    signals, _ = world(0, entry("event", 0, 20, **STRIKE), sharing=(0, 3))
    assert (signals["fresh"].tolist(), signals["seeds"][NORTH]) == ([0, 1], 0)


def test_without_a_shock_abroad_news_comes_back_to_its_own_regions_alone():
    told = entry("event", 0, 20, **{**STRIKE, "shock_abroad": 0})
    signals, _ = world(1, told, sharing=(0, 3))
    assert signals["running"].tolist() == [0, 1]
    assert signals["coverage_abroad"].tolist() == [0, 0.4]


def test_a_concession_ends_the_shock_elsewhere_too():
    event = entry("event", 0, 20, **STRIKE)
    signals, _ = world(5, event, sharing=(0, 3), conceded={"strike": 5.0})
    assert signals["shock"].tolist() == [0, 0]
    assert signals["running"].tolist() == [1, 1]


def test_after_its_last_day_an_event_runs_nowhere():
    assert signal_of("running", 20, entry("event", 0, 20, **STRIKE), sharing=(0, 3)) == [0, 0]


def test_a_shock_abroad_adds_to_what_runs_there_to_at_most_1():
    own = entry("event", 0, 20, shock=0.9, coverage=0.2, regions=["north"], id="own")
    signals, _ = world(1, own, entry("event", 0, 20, **STRIKE), sharing=(0, 3))
    assert signals["shock"].tolist() == [1, 0.5]
    assert signals["coverage"].tolist() == [0.2, 0.1]


def test_the_new_fields_come_back_from_a_file(tmp_path):
    town = Scenario.load("town")
    given = {"online_reach": 0.4, "coverage_online": 0.3, "seeds_online": 0.2, "shock_abroad": 0.1}
    timeline = tuple(
        each.model_copy(update=given) if each.id == "closure" else each
        for each in town.spec.timeline
    )
    spec = town.spec.model_copy(update={"timeline": timeline})
    (tmp_path / "again.toml").write_text(to_toml(Scenario("again", spec, town.parameters)))
    (event,) = [
        e for e in Scenario.load(tmp_path / "again.toml").spec.timeline if e.id == "closure"
    ]
    assert {name: getattr(event, name) for name in given} == given


def test_every_region_has_signals_of_news_whatever_was_there_before():
    signals = np.full(2, 7, SIGNALS)
    course = Course([], START, ("north", "south"))
    course.describe_world(signals, 0, 1.0, (), {}, Attention())
    for name in ("coverage_online", "seeds_online", "coverage_abroad"):
        assert not signals[name].any(), name
