"""How fast a run plays by itself, and what the bar of days marks."""

import datetime as dt
import time

import pytest

pytest.importorskip("mesa")

from serving import until

from samizdat import Scenario, Simulation
from samizdat.page.choice import Choice
from samizdat.page.clock import pace_in_words
from samizdat.page.engine import Engine
from samizdat.page.marks import EVENTS, ORDERS, OTHERS, DaysDone, marks_of, ticks_of
from samizdat.page.moments import EVENT, OTHER, acted, began, beginnings
from samizdat.page.pace import AUTOMATIC, DRAW_SECONDS, SLOW, Pace, automatic
from samizdat.page.status import Status


def town(days=0, **changes):
    simulation = Simulation(Scenario.load("town").change({"citizens": 600, **changes}), seed=1)
    for _ in range(days):
        simulation.step()
    return simulation


def test_the_run_is_slow_where_something_begins_or_people_act_and_fast_elsewhere():
    simulation = town()
    begins = beginnings(simulation.scenario)
    rates = []
    while not simulation.finished:
        rates.append(automatic(simulation, begins))
        simulation.step()
    assert rates[0] == SLOW
    assert rates[3] == rates[4] == 12.0  # five seconds for sixty days
    for first in (6, 10, 11):  # after the revolution abroad, and after the factory closes
        assert rates[first] == SLOW
    assert rates[7] == 12.0
    in_the_street = acted(simulation, 0, 60)
    assert in_the_street.any()
    assert all(rates[k + 1] <= 10.0 for k in range(59) if in_the_street[k])
    assert set(rates) == {SLOW, 12.0}


def test_an_empty_scenario_passes_in_a_few_seconds():
    scenario = Scenario.load("kazakhstan").change({"citizens": 400})
    simulation = Simulation(scenario, seed=1)
    begins = beginnings(scenario)
    for _ in range(50):
        simulation.step()
    assert simulation.steps / automatic(simulation, begins) <= 5.0


def test_what_begins_are_entries_and_orders():
    simulation = town(30)
    begins = beginnings(simulation.scenario)
    assert (begins > 0).sum() >= 8
    assert begins[5] == OTHER
    assert begins[9] == EVENT
    found = began(simulation, begins, 0, 30)
    barred = simulation.nation["platforms_blocked"].to_numpy() > 0
    assert found[barred.argmax()]
    assert (found | (begins[:30] == 0)).all()
    for k in range(30):  # the same, asked day by day
        assert began(simulation, begins, k, k + 1)[0] == found[k]


def test_a_fast_run_waits_for_its_picture_but_not_for_ever():
    pace = Pace(0.0)
    pace.wait_for_picture()
    assert not pace.waits  # nobody draws
    pace.mark_drawn()
    pace.wait_for_picture()
    assert pace.waits
    pace.mark_drawn()
    assert not pace.waits
    pace.wait_for_picture()
    time.sleep(DRAW_SECONDS + 0.05)
    assert not pace.waits


def test_a_slice_is_no_faster_than_its_limit():
    pace, taken = Pace(0.0), []
    pace.run_slice(lambda: taken.append(1) or True, 50.0)
    assert len(taken) <= 0.31 * 50 + 1
    pace.run_slice(lambda: False, 50.0)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(), "paused"),
        (Status(playing=True, rate=1.0), "1 day a second"),
        (Status(playing=True, rate=1.3), "1 day a second"),
        (Status(playing=True, rate=21.0), "21 days a second"),
        (Status(playing=True, rate=0.4), "less than 1 day a second"),
        (Status(playing=True, rate=412.7), "413 days a second"),
        (Status(seeking=1200, rate=95.0), "on the way to day 1,200, 95 days a second"),
        (Status(seeking=7), "on the way to day 7, every day simulated"),
    ],
)
def test_the_heading_says_how_fast_it_is(status, words):
    assert pace_in_words(status) == words


def test_marks_are_what_has_begun_with_rows_and_dates():
    simulation = town(25)
    own = simulation.enact({"kind": "action", "lever": "blackout", "days": 3, "title": "Mine"})
    for _ in range(2):
        simulation.step()
    marks = marks_of(DaysDone(27, simulation.bands, frozenset([own])), simulation)
    by_title = {mark.title: mark for mark in marks}
    assert [mark.start for mark in marks] == sorted(mark.start for mark in marks)
    assert all(1 <= mark.start <= 27 for mark in marks)
    closes = by_title["Factory closes"]
    assert (closes.start, closes.end, closes.dates) == (10, None, "since 10 March 2014")
    arrests = next(mark for mark in marks if "Arrests beforehand" in mark.title)
    assert (arrests.start, arrests.end) == (18, 20)
    assert arrests.dates == "18 March 2014 to 20 March 2014"
    mine = next(mark for mark in marks if mark.own)
    assert "Mine" in mine.title
    assert mine.start == 26
    assert closes.row in EVENTS
    assert arrests.row in OTHERS
    assert mine.row in ORDERS
    assert marks_of(DaysDone(0, simulation.bands, frozenset()), simulation) == ()


def test_ticks_name_months_or_years():
    assert ticks_of(Scenario.load("town")) == [(1, "Mar 2014"), (32, "Apr 2014")]
    ticks = ticks_of(Scenario.load("kazakhstan"))
    assert ticks[0] == (1, "2005")
    assert ticks[1] == (731, "2007")
    assert len(ticks) <= 8


def test_a_run_that_begins_on_a_day_goes_there_and_plays_on():
    choice = Choice("town", 300, first_day=dt.date(2014, 3, 20))
    for playing in (False, True):
        run = Engine(choice, 1000, AUTOMATIC, playing=playing)
        run.start()
        until(lambda run=run: run.status.step >= 20)
        if playing:
            until(lambda run=run: run.status.step > 20)
        else:
            assert run.status.date == "2014-03-20"
            assert run.status.farthest == 20
        plain = Simulation(Scenario.load("town").change({"citizens": 300}), seed=1)
        for _ in range(20):
            plain.step()
        run.seek(20)
        counts = run.ask(lambda model: model.simulation.counts, settled=True).result(30)
        assert counts == plain.counts
        run.stop()
        assert run.join(20)
