"""Pictures, tables and films can be exported."""

import gc
import io
import weakref

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from command import call
from samizdat import Simulation
from samizdat.core.layout import POSTURES
from samizdat.views import ALL, LOOKS, VIEWS, csv_of, gif_of, pixels_of, png, png_of, view_of
from worlds import same_state, town

pytest.importorskip("igraph")
SIZE = (400, 300)


@pytest.fixture(scope="module")
def begun():
    simulation = Simulation(town(400), 1, threads=1)
    while simulation.step_number < 20:
        simulation.step()
    return simulation


def test_a_run_that_has_not_begun_can_be_drawn():
    picture = Image.open(io.BytesIO(png_of(ALL, Simulation(town(400), 1, threads=1), 640, 480)))
    assert picture.size == (640, 480)


@pytest.mark.parametrize("view", VIEWS)
def test_a_picture_has_the_size_that_was_asked(begun, view):
    assert Image.open(io.BytesIO(png_of(view, begun, *SIZE))).size == SIZE


@pytest.mark.parametrize("view", VIEWS)
def test_a_picture_changes_with_the_day(view):
    simulation = Simulation(town(400), 1, threads=1)
    before = pixels_of(view, simulation, *SIZE)
    while simulation.step_number < 15:
        simulation.step()
    assert (pixels_of(view, simulation, *SIZE) != before).any()


@pytest.mark.parametrize("view", VIEWS)
def test_a_picture_drawn_again_is_the_one_drawn_at_first(begun, view):
    late = pixels_of(view, begun, *SIZE)
    again = VIEWS[view].make(begun, *SIZE)
    again.update(begun)
    assert np.array_equal(late, again.pixels())


@pytest.mark.parametrize("view", VIEWS)
def test_a_figure_can_be_saved_like_any_other(begun, view):
    assert png(view_of(view, begun, *SIZE).figure).startswith(b"\x89PNG")


def test_looking_changes_nothing():
    seen, unseen = (Simulation(town(400), 5, threads=1) for _ in range(2))
    while not seen.finished:
        seen.step()
        if seen.step_number % 30 == 0:
            png_of(ALL, seen, 640, 480)
    assert same_state(seen, unseen.run())


def test_a_view_is_kept_as_long_as_its_simulation():
    simulation = Simulation(town(400), 1, threads=1)
    view = weakref.ref(view_of("country", simulation))
    assert view() is view_of("country", simulation)
    del simulation
    gc.collect()
    assert view() is None


def test_every_view_says_how_it_is_read():
    assert list(VIEWS) == ["network", "country", "who", "series"]
    assert all(view.title and view.help.endswith(".") for view in VIEWS.values())


def test_an_unknown_view_is_an_error(begun):
    with pytest.raises(ValueError, match=r"sound.*network, country, who, series"):
        png_of("sound", begun)


def test_the_table_equals_the_nation(begun):
    table = pd.read_csv(io.BytesIO(csv_of(begun)), parse_dates=["date"])
    assert list(table.columns) == list(begun.nation.columns)
    for name in (*POSTURES, "trust", "fear", "grievance", "online", "violence"):
        assert np.array_equal(table[name], begun.nation[name])
    assert table["date"].tolist() == begun.nation["date"].tolist()


def frames_of(colours):
    blank = np.zeros((60, 80, 3), np.uint8)
    for colour in colours:
        file = io.BytesIO()
        Image.fromarray(blank + np.array(colour, np.uint8)).save(file, "PNG")
        yield file.getvalue()


def test_a_film_keeps_the_colours_of_the_postures():
    colours = [tuple(round(255 * c) for c in look.colour) for look in LOOKS.values()]
    film = Image.open(io.BytesIO(gif_of(list(frames_of(colours)))))
    for k, colour in enumerate(colours):
        film.seek(k)
        found = np.array(film.convert("RGB").getpixel((5, 5)))
        assert np.abs(found - colour).max() <= 5  # a tint


def test_pictures_that_do_not_change_are_not_left_out():
    film = Image.open(io.BytesIO(gif_of(list(frames_of([(255, 255, 255)] * 5)), fps=10)))
    length = 0
    for k in range(film.n_frames):
        film.seek(k)
        length += film.info["duration"]
    assert length == 4 * 100 + 2000


@pytest.mark.parametrize("fps", [0, 51])
def test_an_invalid_frame_rate_is_an_error(fps):
    with pytest.raises(ValueError, match="above 0 and at most 50"):
        gif_of(list(frames_of([(0, 0, 0)])), fps)


def test_animate_writes_a_picture_a_day(tmp_path):
    out = tmp_path / "films" / "town.gif"
    days = ("--from", "2014-03-08", "--until", "2014-03-15")
    assert (
        call("animate", "town", "--out", out, "--citizens", 400, *days, "--width", 500, "--quiet")
        == 0
    )
    film = Image.open(io.BytesIO(out.read_bytes()))
    assert film.n_frames == 8
    assert film.size[0] == 500
    assert [path.name for path in out.parent.iterdir()] == ["town.gif"]


def test_animate_colours_the_country(tmp_path):
    films = []
    for shows in ("turnout", "trust"):
        films.append(tmp_path / f"{shows}.gif")
        asked = ("--view", "country", "--shows", shows, "--width", 400, "--until", "2014-03-04")
        assert call("animate", "town", "--out", films[-1], "--citizens", 400, *asked) == 0
    assert films[0].read_bytes() != films[1].read_bytes()


def test_animate_can_leave_days_out(tmp_path):
    out = tmp_path / "town.gif"
    assert call("animate", "town", "--out", out, "--citizens", 400, "--every", 10, "--view",
                "series", "--width", 400, "--quiet") == 0  # fmt: skip
    assert Image.open(io.BytesIO(out.read_bytes())).n_frames == 6


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--view", "sound"), "network, country, who, series, all"),
        (("--shows", "fear"), "--view country, not network"),
        (("--view", "country", "--shows", "joy"), "turnout, fear, trust"),
        (("--fps", 0), "fps = 0"),
        (("--width", 10), "width = 10"),
        (("--width", 0), "width = 0 is outside"),
        (("--every", 0), "every = 0"),
        (("--from", "2013-01-01"), "from = 2013-01-01"),
        (("--from", "soon"), "from = 'soon'"),
        (("--set", "beta"), "KEY=VALUE"),
        (("--citizens", "many"), "citizens"),
        (("--regime", "kind"), "kind"),
    ],
)
def test_bad_input_is_one_line(tmp_path, capsys, given, message):
    out = tmp_path / "town.gif"
    assert call("animate", "town", "--out", out, *given) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert message in error
    assert not out.exists()


def test_animate_accepts_gif_only(tmp_path, capsys):
    assert call("animate", "town", "--out", tmp_path / "town.mp4") == 2
    assert ".gif" in capsys.readouterr().err


def test_animate_replaces_nothing_unasked(tmp_path, capsys):
    out = tmp_path / "town.gif"
    out.write_bytes(b"mine")
    assert call("animate", "town", "--out", out) == 2
    assert out.read_bytes() == b"mine"
    assert "--force" in capsys.readouterr().err


def test_the_error_for_a_long_film_suggests_a_shorter_one(tmp_path, capsys):
    assert call("animate", "kazakhstan", "--out", tmp_path / "long.gif", "--citizens", 500) == 2
    assert "--every 11" in capsys.readouterr().err
