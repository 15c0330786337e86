"""On the page rallies stand on their days, and a sign in the regions where one is on."""

import numpy as np
import pytest

from samizdat import Simulation
from samizdat.core.layout import SIGNALS
from samizdat.figures.rallies import LANES
from samizdat.views import CountryView, SeriesView, reading, regions, series
from samizdat.views.bands import bands_of
from samizdat.views.reading import rallies_on
from worlds import town

CALLED, HELD, PREVENTED = (lane.column for lane in LANES)


@pytest.fixture(scope="module")
def finished():
    return Simulation(town(300), 1, threads=1).run()


@pytest.fixture
def counted(monkeypatch):
    """What the history of any run has counted: one called on day 5, held on 7; one prevented."""

    def counts(simulation):
        days = {CALLED: 5, HELD: 7, PREVENTED: 20}
        found = {name: np.zeros(simulation.step_number) for name in days}
        for name, day in days.items():
            found[name][day : day + 1] = 1.0
        return found

    monkeypatch.setattr(series, "rally_counts", counts)


def days_of(picture, name):
    """Return the days on which strokes stand, counted from the first."""
    paths = picture.rallies.strokes[name].get_paths()
    return [round(float(p.vertices[:4, 0].mean() - picture.dates[0])) for p in paths]


@pytest.mark.parametrize("brief", [True, False])
def test_strokes_stand_on_the_days_that_the_run_counted(finished, counted, brief):
    picture = SeriesView(finished, brief=brief)
    assert {name: days_of(picture, name) for name in (CALLED, HELD, PREVENTED)} == {
        CALLED: [5],
        HELD: [7],
        PREVENTED: [20],
    }
    legend = [text.get_text() for text in picture.rallies.ax.get_legend().get_texts()]
    assert legend == ["rally called", "held", "prevented"]


def test_strokes_appear_as_the_run_goes_on(counted):
    simulation = Simulation(town(300), 1, threads=1)
    picture = SeriesView(simulation)
    for _ in range(7):
        simulation.step()
    before = picture.update(simulation), days_of(picture, CALLED), days_of(picture, HELD)
    simulation.step()
    picture.update(simulation)
    assert before[1:] == ([5], [])
    assert days_of(picture, HELD) == [7]
    assert np.array_equal(picture.pixels(), SeriesView(simulation).pixels())


def test_a_stroke_of_a_long_run_is_never_narrower_than_a_pixel(finished, counted):
    picture = SeriesView(finished)
    left, _ = picture.rallies.ax.get_xlim()
    picture.rallies.ax.set_xlim(left, left + 4383)
    picture.rallies.update(picture.dates, series.rally_counts(finished))
    pixels = picture.rallies.ax.get_window_extent().width / 4383
    (path,) = picture.rallies.strokes[HELD].get_paths()
    assert np.ptp(path.vertices[:, 0]) * pixels > 1.0


def test_the_strokes_are_those_of_the_history(finished):
    found = reading.rally_counts(finished)
    assert list(found) == ["arrivals", CALLED, HELD, PREVENTED]
    assert not found.pop("arrivals").any()
    picture = SeriesView(finished)
    assert list(picture.rallies.strokes) == [CALLED, HELD, PREVENTED]  # no grievance can arrive
    for name, counts in found.items():
        assert counts.tolist() == finished.nation[name].tolist()
    for name in picture.rallies.strokes:
        assert days_of(picture, name) == np.flatnonzero(found[name]).tolist()
    assert found[CALLED].any()
    assert found[HELD].any()


def test_a_world_whose_street_is_open_on_any_day_has_no_stroke():
    picture = SeriesView(Simulation(town(300, rally__on=0), 1, threads=1).run())
    assert [days_of(picture, name) for name in (CALLED, HELD, PREVENTED)] == [[], [], []]


def test_a_rally_is_on_nowhere_where_the_street_is_open_on_any_day():
    signals = np.zeros(2, SIGNALS)
    signals["rally"] = [1, 0]
    by_appointment, any_day = (
        Simulation(town(300, rally__on=on), 1, threads=1) for on in (1, 0)
    )  # fmt: skip
    assert rallies_on(by_appointment, signals).tolist() == [True, False]
    assert rallies_on(any_day, signals).tolist() == [False, False]


def test_a_sign_stands_where_a_rally_is_on(finished, monkeypatch):
    monkeypatch.setattr(regions, "rallies_on", lambda simulation, signals: np.array([False, True]))
    shown = CountryView(finished)
    assert [content.signs["rally"] for content in shown.contents] == ["", "rally"]


@pytest.mark.parametrize("width", [380, 420, 900])
def test_the_signs_of_the_map_are_all_explained_within_the_picture(finished, width):
    shown = CountryView(finished, width)
    width = shown.figure.bbox.width
    texts = {text.get_text(): text.get_window_extent().x1 for text in shown.figure.texts}
    signs = {text: end for text, end in texts.items() if text[:1] in "⚑✖■⊘" and text}
    assert len(signs) == 4
    assert max(signs.values()) < width


def test_grievances_that_arrive_have_a_lane_where_any_can():
    simulation = Simulation(town(300, **{"arrivals.mu": 200}), 1, threads=1).run()
    picture = SeriesView(simulation)
    legend = [text.get_text() for text in picture.rallies.ax.get_legend().get_texts()]
    assert legend == ["grievance arrived", "rally called", "held", "prevented"]
    assert set(days_of(picture, "arrivals")) == {each.step for each in simulation.arrivals.all}
    assert not any(band.kind == "arrival" for band in bands_of(simulation.bands, np.inf))
