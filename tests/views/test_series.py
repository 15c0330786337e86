"""The course of a run is drawn as it was counted, with what happened named beneath."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from samizdat import Simulation
from samizdat.figures.frame import PER, days_of
from samizdat.views import LOOKS, SeriesView, TwinView
from samizdat.views.bands import Band, bands_of, placed
from samizdat.views.series import own_of, thinned, window_of
from samizdat.views.series_scene import series_bands
from worlds import town


@pytest.fixture(scope="module")
def finished():
    return Simulation(town(1000), 1, threads=1).run()


@pytest.fixture(scope="module")
def picture(finished):
    return SeriesView(finished)


def test_lines_equal_what_the_run_counted(finished, picture):
    doing, believing, connected = picture.panels
    nation = finished.nation
    for name, line in doing.lines.items():
        assert line.get_ydata() == pytest.approx(nation[name] * PER / 1000)
        assert line.get_color() == LOOKS[name].colour
    for name, line in believing.lines.items():
        assert line.get_ydata() == pytest.approx(nation[name])
    for name, line in connected.lines.items():
        assert line.get_ydata() == pytest.approx(nation[name] / 10)


def test_every_count_lies_within_the_scale(finished, picture):
    most = finished.nation[["self_censor", "share", "mobilise", "detained"]].max().max()
    assert picture.panels[0].ax.get_ylim()[1] > most * PER / 1000


def test_a_protest_of_one_day_survives_thinning():
    days, values = np.arange(5000.0), np.zeros(5000)
    values[3210] = 7.0
    x, y = thinned(days, values, 300)
    assert len(x) == len(y) <= 600
    assert y.max() == 7.0
    assert abs(x[y.argmax()] - 3210) < 20  # the days of a column of pixels


def test_a_day_of_quiet_survives_thinning():
    values = np.ones(5000)
    values[77] = 0.0
    assert thinned(np.arange(5000.0), values, 300)[1].min() == 0.0


def test_a_short_course_is_not_thinned():
    days, values = np.arange(60.0), np.random.default_rng(1).random(60)
    assert np.array_equal(thinned(days, values, 300)[1], values)


def test_a_window_holds_today_and_moves_by_leaps():
    windows = [window_of(k, 1000, 100) for k in range(1001)]
    assert all(first < max(1, k) <= last for k, (first, last) in enumerate(windows))
    assert all(last - first == 100 for first, last in windows)
    assert len(set(windows)) <= 1 + 900 / 25


def test_events_are_named_once_they_have_begun(finished):
    simulation = Simulation(town(400), 1, threads=1)
    series = SeriesView(simulation)
    named = []
    while simulation.step_number < 12:
        simulation.step()
        series.update(simulation)
        named.append("Factory closes" in series.strip.names)
    assert named == [False] * 9 + [True] * 3


def test_bands_end_today(finished):
    start = finished.scenario.spec.start
    found = bands_of(finished.bands, pd.Timestamp(start).toordinal() - 719163 + 9.0)
    assert "Factory closes" in [band.text for band in found]
    assert "Jobs promised" not in [band.text for band in found]


def test_names_that_are_equal_have_their_date():
    days = [dt.date(2011, 5, 11), dt.date(2011, 6, 10), dt.date(2011, 7, 1)]
    rows = [
        ("a", "event", "Strike", "North", days[0], days[1]),
        ("b", "event", "Strike", "North", days[1], days[2]),
        ("c", "event", "Strike", "South", days[1], days[2]),
    ]
    table = pd.DataFrame(rows, columns=["id", "kind", "name", "region", "start", "end"])
    texts = [band.text for band in bands_of(table, 1e6)]
    assert texts == ["Strike – North, from 11 May 2011", "Strike – North, from 10 June 2011",
                     "Strike – South"]  # fmt: skip
    first = days_of(table["start"])[0]
    assert [band.text for band in bands_of(table, first)] == ["Strike – North"]
    assert bands_of(table, first - 1) == []


def test_what_is_lifted_has_an_end_on_the_day_after_and_what_runs_has_none():
    simulation = Simulation(town(400), 1, threads=1)
    series = SeriesView(simulation)
    order = {"kind": "action", "lever": "blackout", "regions": ["Riverside"]}
    for k in range(30):
        if k == 10:
            name = simulation.enact(order)
        if k == 20:
            simulation.lift(name)
        simulation.step()
        series.update(simulation)
        strip = series.strip
        (mine,) = [e for e in strip._shown if e.band.own] or [None]
        assert (mine is None) == (k < 10)
        if mine is not None:
            start = mine.band.start
            assert np.isfinite(mine.band.end) == (k >= 20)
            ends = [s[0][0] for s in strip._edges.get_segments() if s[0][0] == start + 10]
            assert bool(ends) == (k >= 20)
    fresh = SeriesView(simulation)
    fresh.update(simulation)
    assert fresh.strip._shown == series.strip._shown
    pairs = zip(fresh.strip._edges.get_segments(), strip._edges.get_segments(), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_no_two_names_meet():
    rng = np.random.default_rng(3)
    bands = [
        Band("event", f"name {k} " + "x" * int(rng.integers(30)), float(s), float(s + 5))
        for k, s in enumerate(rng.integers(0, 360, 60))
    ]
    found = placed(bands, 360.0, (0.0, 365.0), 6.0, 8)
    assert len(found) == 60
    assert len([each for each in found if each.text]) > 15
    assert all(each.row == 7 for each in found if not each.text)
    scale = 365 / 6.0 * 0.05
    for row in range(7):
        spans = []
        for each in found:
            if each.row == row:
                long = len(each.text) * scale
                side = (
                    (each.at, each.at + long) if each.side == "left" else (each.at - long, each.at)
                )
                spans.append((min(side[0], each.band.start), max(side[1], each.band.end)))
        spans.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_bars_grow_beneath_their_names():
    simulation = Simulation(town(400), 1, threads=1)
    series = SeriesView(simulation, brief=True)
    while simulation.step_number < 40:
        simulation.step()
        series.update(simulation)
        if simulation.step_number % 8 == 0:
            fresh = SeriesView(simulation, brief=True).pixels()
            assert np.array_equal(series.pixels(), fresh), simulation.step_number


def test_a_name_that_goes_leaves_nothing_behind(finished):
    series = SeriesView(finished, 420, 300, brief=True)
    series.strip.update(finished.bands.iloc[:0], 0.0)
    empty = series.pixels()
    first, last = (pd.Timestamp(day) for day in finished.nation["date"].iloc[[0, -1]])
    rows = [
        ("one", "event", "W" * 45, "nation", first, last),
        ("other", "event", "W" * 45, "nation", last, last),
    ]
    table = pd.DataFrame(rows, columns=["id", "kind", "name", "region", "start", "end"])
    series.strip.update(table, series.dates[-1])
    assert not np.array_equal(series.pixels(), empty)
    series.strip.update(finished.bands.iloc[:0], 0.0)
    assert np.array_equal(series.pixels(), empty)


@pytest.fixture
def crowded():
    """A run with more to name than a small picture has room for."""
    simulation = Simulation(town(400), 1, threads=1)
    for name in ("surveillance", "chill", "surveillance"):
        for _ in range(8):
            simulation.step()
        simulation.enact({"kind": "setting", "title": f"Order on {name}", "set": {name: 0.5}})
    return simulation.run()


def test_what_has_no_name_is_counted(crowded):
    brief = SeriesView(crowded, 300, 220, brief=True).strip
    whole = SeriesView(crowded).strip
    left_out = len(brief._shown) - len(brief.names)
    assert left_out > 1
    assert brief.more.get_text() == f"and {left_out} more: see Days"
    left_out = len(whole._shown) - len(whole.names)
    assert whole.more.get_text() == (f"and {left_out} more" if left_out else "")


def test_the_viewers_own_orders_are_named_before_others(crowded):
    strip = SeriesView(crowded, 300, 220, brief=True).strip
    own = [each for each in strip._shown if each.band.own]
    assert len(own) == 3
    assert all(each.text.startswith("law: Order") for each in own[-2:])
    turn = [Band("setting", name, 5.0, 9.0, name == "mine") for name in ("a", "b", "mine")]
    found = placed(turn, 10.0, (0.0, 365.0), 1.0, 2)
    assert [each.band.text for each in found if each.text] == ["mine"]


def test_the_viewers_own_orders_are_known_by_their_ids():
    simulation = Simulation(town(400), 1, threads=1)
    law = next(e for e in simulation.scenario.spec.timeline if e.kind == "setting")
    while simulation.scenario.date_of(simulation.step_number) < law.begins:
        simulation.step()
    simulation.enact({"kind": "setting", "set": {"chill": 0.5}})
    simulation.step()
    today = SeriesView(simulation).dates[simulation.step_number - 1]
    own = [band for band in bands_of(simulation.bands, today, own_of(simulation)) if band.own]
    assert len(own) == 1  # the scenario's own law of that day is not the viewer's


def test_twins_of_the_same_scenario_do_not_differ():
    one, two = (Simulation(town(400), 1, threads=1).run() for _ in range(2))
    twin = TwinView(one, two)
    assert all((line.get_ydata() == 0).all() for line in twin.apart.lines.values())


def test_twins_show_their_difference():
    one = Simulation(town(1000), 1, threads=1).run()
    two = Simulation(town(1000).without("blocking"), 1, threads=1).run()
    twin = TwinView(one, two)
    differ = (one.nation["share"] - two.nation["share"]) * PER / 1000
    assert differ.abs().max() > 0
    assert twin.apart.lines["share"].get_ydata() == pytest.approx(differ)
    both = [panel.lines["mobilise"].get_ydata() for panel in twin.street]
    assert both[0] == pytest.approx(one.nation["mobilise"] * PER / 1000)
    assert both[1] == pytest.approx(two.nation["mobilise"] * PER / 1000)


def test_runs_of_other_citizens_are_no_twins():
    with pytest.raises(ValueError, match="same citizens"):
        TwinView(Simulation(town(400), 1, threads=1), Simulation(town(500), 1, threads=1))


def test_the_browser_is_told_what_is_over():
    simulation = Simulation(town(100), 1, threads=1)
    name = simulation.enact({"kind": "action", "lever": "blackout"})
    for k in range(6):
        if k == 3:
            simulation.lift(name)
        simulation.step()
        (mine,) = [band for band in series_bands(simulation) if band["own"]]
        assert mine["runs"] == (k < 3)
