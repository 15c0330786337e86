"""A user's own lever, with a label for its look and no table elsewhere, works everywhere."""

import datetime as dt

import numpy as np
import pytest

from new_levers import Curfew, DatedCurfew, MartialLaw, OneDay, put_in_place
from samizdat import Simulation, figures
from samizdat.cli import parameters
from samizdat.core.layout import SIGNALS, TALLIES
from samizdat.page.labels import everyday_labels, lever_phrase, title_of
from samizdat.page.sliders import groups
from samizdat.regime.lever import Stage
from samizdat.run.environment import Environment
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.scenario.timeline import WORLD_SIGNALS
from samizdat.views import SeriesView
from worlds import run, same_history, same_state, town

TRIGGERED = {"curfew.trigger": 0.01}


def a_town(**values):
    return town(300).change(TRIGGERED | values)


@pytest.fixture
def curfew(monkeypatch):
    put_in_place(monkeypatch, "curfew", Curfew())


def test_off_is_absent(monkeypatch):
    absent = run(town(300), threads=1)
    with monkeypatch.context() as patched:
        put_in_place(patched, "curfew", Curfew())
        off = run(a_town().without("curfew"), threads=1)
        acting = run(a_town(), threads=1)
    assert same_history(off, absent)
    assert same_state(off, absent)
    assert not same_history(acting, absent)


def test_its_orders_are_bands_with_its_label(curfew):
    simulation = run(a_town(), threads=1)
    bands = simulation.bands
    own = bands[bands["kind"] == "curfew"]
    assert set(own["name"]) == {"Curfew"}
    assert set(own["region"]) <= {"nation", "Old Town", "Riverside"}
    assert all(own["end"] - own["start"] >= dt.timedelta(days=2))  # an order holds for three days

    chart = figures.actions(bands, simulation.nation)
    assert "curfew" in [label.get_text() for label in chart.get_yticklabels()]
    assert any(text.get_text().startswith("Curfew") for text in chart.texts)
    series = SeriesView(simulation)
    assert any(name.startswith("Curfew") for name in series.strip.names)


def test_its_parameters_are_listed(curfew):
    lines = "\n".join(parameters.text(REGISTRY))
    assert "curfew.trigger = 0  [0 ... 1, off 0]  (regime)" in lines
    assert "| `curfew.trigger` | 0 | 0 ... 1 |" in "\n".join(parameters.markdown(REGISTRY))


def test_the_page_knows_its_words(curfew):
    assert lever_phrase("curfew") == "curfew"
    assert groups(live=True)["Curfew"] == ["curfew.trigger"]
    assert everyday_labels()["curfew.trigger"].startswith("Curfew: mobilised share")
    assert title_of("curfew.trigger", 0.25) == "Curfew 0.25"


def test_a_setting_of_the_timeline_changes_it(curfew):
    simulation = Simulation(town(100), seed=3, threads=1)
    simulation.enact({"kind": "setting", "set": {"curfew.trigger": 0.5}, "regions": ["Riverside"]})
    simulation.step()
    assert simulation.environment.values["curfew.trigger"].tolist() == [0.0, 0.5]


def test_one_that_cannot_be_dated_is_refused_in_the_timeline(curfew):
    simulation = Simulation(town(100), seed=3, threads=1)
    with pytest.raises(ScenarioError, match="'curfew' is not one of blocking, blackout, violence"):
        simulation.enact({"kind": "action", "lever": "curfew"})


def test_one_that_can_be_dated_acts_where_the_timeline_says(monkeypatch):
    put_in_place(monkeypatch, "curfew", DatedCurfew())
    simulation = Simulation(town(100), seed=3, threads=1)
    simulation.step()
    order = {"kind": "action", "lever": "curfew", "regions": ["Riverside"], "days": 2}
    simulation.enact(order | {"title": "Nobody out at night"})
    chill = []
    for _ in range(3):
        simulation.step()
        chill.append(simulation.signals["chill"].tolist())
    assert chill == [[0.05, 0.9], [0.05, 0.9], [0.05, 0.05]]
    bands = simulation.bands
    assert "Nobody out at night" in set(bands[bands["kind"] == "curfew"]["name"])


def test_martial_law_holds_as_long_as_the_violence(monkeypatch):
    put_in_place(monkeypatch, "martial_law", MartialLaw())
    law = {"regime.actions": "rule", "violence.trigger": 0.002, "violence.patience_days": 1}
    simulation = Simulation(town(600).change(law | {"martial_law": 0.9}), seed=0, threads=1)
    while not simulation.finished:
        simulation.step()
        signals = simulation.signals
        assert np.array_equal(signals["chill"] == 0.9, signals["violence"] > 0)


# A day's signals

FLOATS = [name for name in SIGNALS.names if SIGNALS[name] == np.float64]


def signals_of(scenario, days):
    """The signals of some days, (days, regions), nobody being in the street."""
    environment, rows = Environment(scenario, np.array([100, 100]), 1), []
    for k in range(days):
        signals = np.zeros(2, SIGNALS)
        environment.update(k, np.zeros((2, len(TALLIES)), np.int64), np.full(2, 0.5), signals)
        rows.append(signals)
    return np.array(rows)


@pytest.mark.parametrize("column", FLOATS)
def test_a_daily_lever_may_add_to_any_column_and_leaves_nothing_behind(monkeypatch, column):
    scenario = Scenario.load("town")
    without = signals_of(scenario, 16)
    for day in (2.0, 9.0, 12.0):  # an event begins on day 9; on days 3 and 13 nothing turns
        with monkeypatch.context() as patched:
            put_in_place(patched, "one_day", OneDay(column, day))
            rows = signals_of(Scenario.load("town"), 16)
        added = without[column].copy()
        added[int(day)] += 0.25
        assert np.array_equal(rows[column], added)
        for name in SIGNALS.names:
            assert name == column or np.array_equal(rows[name], without[name]), name


WRITTEN_LATER = {*WORLD_SIGNALS, "adoption", "mobilised_share", "arrests", "preempt"}


@pytest.mark.parametrize("column", FLOATS)
def test_a_lever_before_the_events_leaves_nothing_behind_either(monkeypatch, column):
    without = signals_of(Scenario.load("town"), 16)
    for day in (2.0, 9.0, 12.0):
        with monkeypatch.context() as patched:
            put_in_place(patched, "one_day", OneDay(column, day, Stage.EVENTS))
            rows = signals_of(Scenario.load("town"), 16)
        added = without[column].copy()
        added[int(day)] += 0.0 if column in WRITTEN_LATER else 0.25
        assert np.array_equal(rows[column], added)
