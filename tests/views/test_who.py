"""The picture of beliefs counts every citizen where she stands."""

import numpy as np
import pytest

from samizdat import Simulation
from samizdat.core.layout import POSTURES
from samizdat.views import LOOKS, WhoView, who
from samizdat.views.who import coloured, density_of
from worlds import town


@pytest.fixture(scope="module")
def busy():
    simulation = Simulation(town(2000), 1, threads=1)
    while simulation.step_number < 30:
        simulation.step()
    return simulation


def test_every_citizen_is_counted_once_in_her_posture(busy):
    density = density_of(busy, 40)
    found = [density.silent.sum(), *density.acting.sum(axis=(1, 2))]
    assert found == [busy.counts[name] for name in POSTURES]


def test_citizens_are_counted_where_they_stand(busy):
    state, density = busy.state, density_of(busy, 40)
    edges = [np.linspace(0, 1, 41)] * 2
    for code, cells in enumerate((density.silent, *density.acting)):
        those = state["posture"] == code
        expected = np.histogram2d(state["grievance"][those], state["trust"][those], edges)[0]
        assert np.array_equal(cells, expected)


def test_of_many_silent_citizens_a_sample_stands_for_all(busy, monkeypatch):
    monkeypatch.setattr(who, "LOOKED_AT", 500)
    density = density_of(busy, 40)
    assert density.silent.sum() == pytest.approx(busy.counts["silent"], rel=0.1)  # every 4th
    assert density.acting.sum() == 2000 - busy.counts["silent"]


def test_the_few_are_marked_one_by_one_in_their_colour(busy):
    picture = WhoView(busy)
    state = busy.state
    for code, name in enumerate(POSTURES[1:], start=1):
        line, those = picture.marks[name], state["posture"] == code
        assert line.get_color() == LOOKS[name].colour
        assert np.array_equal(line.get_xdata(), state["trust"][those])
        assert np.array_equal(line.get_ydata(), state["grievance"][those])


def test_the_many_are_cells_in_their_colour(busy, monkeypatch):
    monkeypatch.setattr(who, "MARKED", 0)
    picture = WhoView(busy)
    assert all(len(line.get_xdata()) == 0 for line in picture.marks.values())
    density = density_of(busy, picture.cells)
    only = (density.acting[1] > 0) & (density.acting.sum(axis=0) == density.acting[1])
    alone = only & (density.silent == 0)
    assert alone.any()
    expected = np.round(255 * np.array(LOOKS["share"].colour)).astype(int)
    assert np.abs(coloured(density)[alone].astype(int) - expected).max() <= 1


def test_a_cell_without_anybody_is_white(busy):
    density = density_of(busy, 40)
    nobody = (density.silent == 0) & (density.acting.sum(axis=0) == 0)
    assert nobody.any()
    assert (coloured(density)[nobody] == 255).all()


def test_the_chosen_is_ringed(busy):
    picture = WhoView(busy)
    picture.update(busy, chosen=5)
    ring = [float(values[0]) for values in picture.ring.get_data()]
    assert ring == [float(busy.state["trust"][5]), float(busy.state["grievance"][5])]


def test_a_click_finds_the_citizen(busy):
    picture = WhoView(busy)
    i = int(np.flatnonzero(busy.state["posture"] == 3)[0])
    x, y = picture.ax.transData.transform((busy.state["trust"][i], busy.state["grievance"][i]))
    width, height = picture.figure.canvas.get_width_height()
    assert picture.citizen_at(x / width, 1 - y / height, busy) == i
    assert picture.citizen_at(0.999, 0.999, busy) is None
