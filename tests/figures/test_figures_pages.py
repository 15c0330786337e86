"""Whole pages: the history of a run, regimes side by side, and the files they are written to."""

import datetime
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from test_figures import NO_BANDS, OBLASTS, PLACES, assert_drawn_texts_are_apart, bands, tables

from samizdat import figures

REGIMES = ["open", "analog", "networked", "ban"]


def assert_page_is_legible(page: Figure) -> None:
    """No two texts of a panel overlap, nor two labels of the page, and none leaves it."""
    canvas = FigureCanvasAgg(page)
    canvas.draw()
    for axes in page.axes:
        assert_drawn_texts_are_apart(axes, canvas.get_renderer())
    named = [text for axes in page.axes for text in (axes.yaxis.label, axes.xaxis.label)]
    boxes = [text.get_window_extent() for text in named if text.get_text() and text.get_visible()]
    for box in boxes:
        assert page.bbox.y0 <= box.y0
        assert box.y1 <= page.bbox.y1
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_texts_and_keys_of_the_overview_do_not_overlap_at_any_usual_resolution() -> None:
    nation, regions = tables(1200, OBLASTS)
    page = figures.overview(nation, regions, bands(25, 1200), "Years", "n = 687,000, seed 7")
    for resolution in (100, 300):
        page.set_dpi(resolution)
        assert_page_is_legible(page)
    keyed = [axes for axes in page.axes if axes.get_legend() is not None]
    assert len(keyed) == 3
    for axes in keyed:  # keys stay on the page and off the lines
        key = axes.get_legend()
        assert key is not None
        box = key.get_window_extent()
        assert page.bbox.x0 <= box.x0
        assert box.x1 <= page.bbox.x1
        assert box.y0 >= axes.get_window_extent().y1


def test_dates_may_be_date_objects() -> None:
    nation, regions = tables()
    for table in (nation, regions):
        table["date"] = [day.date() for day in table["date"]]
    dated = bands(1).assign(start=datetime.date(2005, 1, 3), end=datetime.date(2005, 1, 9))
    figures.overview(nation, regions, dated, "Dates", "").draw_without_rendering()


@pytest.mark.parametrize(
    ("days", "places", "quiet"),
    [
        (1, ["Town"], True),
        (4383, OBLASTS, False),
    ],
)
def test_files_are_written_whole(tmp_path: Path, days: int, places: list[str], quiet: bool) -> None:
    nation, regions = tables(days, places, quiet=quiet)
    before = dict(mpl.rcParams)
    paths = figures.save_all(
        nation,
        regions,
        bands(5, days),
        tmp_path / "new" / "figures",
        title="A run",
        caption="n, seed",
    )
    names = ["overview", "online", "postures", "beliefs", "actions", "turnout"]
    assert [path.name for path in paths] == [f"{name}.png" for name in names]
    assert sorted(paths[0].parent.iterdir()) == sorted(paths)
    for path in paths:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size > 5_000
    assert dict(mpl.rcParams) == before


def test_failed_writing_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: object, **_options: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", fails)
    with pytest.raises(OSError, match="disk full"):
        figures.save_all(*tables(5), NO_BANDS, tmp_path, title="", caption="")
    assert not list(tmp_path.iterdir())


def test_overview_goes_from_who_is_online_to_what_was_done_with_a_map_of_several_regions() -> None:
    def panels(places: list[str]) -> list[str]:
        page = figures.overview(*tables(5, places), NO_BANDS, "", "")
        return [axes.get_ylabel().split("\n")[0] for axes in page.axes if axes.get_ylabel()]

    usual = ["Citizens", "Citizens per 100,000", "Mean of all", "Event or lever"]
    assert panels(PLACES) == [*usual[:3], "Region", usual[3]]
    assert panels(["Town"]) == usual


def nations(days: int = 60, regimes: list[str] = REGIMES) -> dict[str, pd.DataFrame]:
    """Each regime has a tenth of the street of the one before."""
    nation, _ = tables(days)
    street = nation["mobilise"] * 100
    return {
        name: nation.assign(mobilise=street // 10**k, silent=nation["silent"] - street // 10**k)
        for k, name in enumerate(regimes)
    }


def side_by_side(given: dict[str, pd.DataFrame]) -> Figure:
    return figures.regimes_side_by_side(given, title="Regimes", caption="n, seed")


def grid_of(page: Figure, columns: int) -> np.ndarray:
    return np.array(page.axes).reshape(-1, columns + 1)[:, :-1]  # past the keys


@pytest.mark.parametrize(("days", "count"), [(1, 1), (182, 4), (4383, 2)])
def test_texts_of_the_regimes_do_not_overlap(days: int, count: int) -> None:
    page = side_by_side(nations(days, [f"regime {k} of the Republic" for k in range(count)]))
    assert_page_is_legible(page)
    heads = [text for axes in page.axes for text in (axes.title, axes._left_title, *axes.texts)]
    boxes = [text.get_window_extent() for text in heads if text.get_text()]
    assert len(boxes) == 2 * count
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_regimes_share_the_dates_and_in_a_row_the_scale_and_its_unit() -> None:
    grid = grid_of(side_by_side(nations()), 4)
    assert grid.shape == (4, 4)
    labels = [axes.get_ylabel() for axes in grid[:, 0]]
    assert ["per 100,000" in label for label in labels] == [True, True, False, True]
    assert "0 to 1" in labels[2]
    for row in grid:
        assert len({axes.get_ylim() for axes in row}) == 1
    assert len({axes.get_xlim() for axes in grid.flat}) == 1
    assert {axes.get_yscale() for axes in grid[0]} == {"symlog"}


def test_open_dissent_is_posts_and_street() -> None:
    given = nations(regimes=["open"])
    lines = [line.get_ydata() for line in grid_of(side_by_side(given), 1)[1, 0].lines]
    dissent = (given["open"]["posts"] + given["open"]["mobilise"]) / 3  # of 300,000
    assert any(len(y) == 60 and np.allclose(np.asarray(y, float), dissent) for y in lines)


def test_columns_are_headed_by_name_and_verdict() -> None:
    given = nations(regimes=["open", "ban"])
    page = side_by_side(given)
    heads = [axes.get_title(loc="left") for axes in grid_of(page, 2)[0]]
    assert [axes.texts[0].get_text() for axes in grid_of(page, 2)[0]] == ["open", "ban"]
    for head, nation in zip(heads, given.values(), strict=True):
        assert head.startswith(f"{nation['mobilise'].sum():,} person-days")
        assert f"peak {nation['mobilise'].max():,} (" in head
    assert "fell: 3.5 % on " in heads[0]
    assert "survived" in heads[1]


def test_a_regime_without_protest_has_no_peak() -> None:
    quiet = tables(quiet=True)[0]
    assert "nobody" in grid_of(side_by_side({"ban": quiet}), 1)[0, 0].get_title(loc="left")


def test_person_days_count_the_days_of_a_step() -> None:
    nation = nations(5, ["open"])["open"]
    nation["date"] = pd.date_range("2005-01-01", periods=5, freq="7D")
    head = grid_of(side_by_side({"open": nation}), 1)[0, 0].get_title(loc="left")
    assert head.startswith(f"{7 * nation['mobilise'].sum():,} person-days")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "no regime"),
        ({"open": tables(5)[0].iloc[:0]}, "no rows"),
        ({"open": tables(5)[0], "ban": tables(6)[0]}, "same dates"),
    ],
)
def test_regimes_that_cannot_be_compared_are_an_error(
    given: dict[str, pd.DataFrame], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        side_by_side(given)


def test_regimes_are_written_whole(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    path = figures.save_regimes(
        nations(5, ["open"]), tmp_path / "new", title="Regimes", caption="n"
    )
    assert path == tmp_path / "new" / "regimes.png"
    assert [file.name for file in path.parent.iterdir()] == ["regimes.png"]
    assert path.read_bytes().startswith(b"\x89PNG")
    assert dict(mpl.rcParams) == before
