"""Rallies called, held and prevented are drawn as they were counted, on their days."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from test_figures import NO_BANDS, PLACES, assert_texts_are_apart, tables

from samizdat import figures
from samizdat.figures import pages
from samizdat.figures.rallies import LANES, lanes_of

COLUMNS = [*(lane.column for lane in LANES), "rally"]


def with_rallies(days: int = 60, places: list[str] = PLACES) -> tuple[pd.DataFrame, pd.DataFrame]:
    """In the first place a rally is called on day 10 and held on 12 and 13; in the last, prevented.

    On day 30 one is called and held in each.
    """
    nation, regions = tables(days, places)
    counts = np.zeros((len(places), days, len(COLUMNS)), int)
    called, held, prevented, on = range(len(COLUMNS))
    counts[0, 10, called] = counts[0, 12, held] = counts[-1, 14, prevented] = 1
    counts[0, 12:14, on] = counts[:, 30, on] = 1
    counts[-1, 12, called] = 1
    counts[:, 30, [called, held]] = 1
    flat = counts.reshape(-1, len(COLUMNS))
    by_day = counts.sum(axis=0)
    return (
        nation.assign(**dict(zip(COLUMNS, by_day.T, strict=True))),
        regions.assign(**dict(zip(COLUMNS, flat.T, strict=True))),
    )


def strokes(axes: Axes, lane: int) -> list[tuple[float, float]]:
    """Return day (from 1 January 2005) and height of the strokes of a lane."""
    found = []
    for bar in axes.patches:
        foot = bar.get_y()  # type: ignore[attr-defined]
        height = bar.get_height()  # type: ignore[attr-defined]
        middle = bar.get_x() + bar.get_width() / 2  # type: ignore[attr-defined]
        if lane < max(foot, foot + height) + 0.05 < lane + 1:
            found.append((round(middle - pd.Timestamp("2005-01-01").timestamp() / 86400), height))
    return [(day, abs(height)) for day, height in found]


def test_a_stroke_stands_on_each_day_and_is_as_high_as_there_were_rallies() -> None:
    axes = figures.rallies(with_rallies()[0])
    called, held, prevented = (dict(strokes(axes, lane)) for lane in range(3))
    assert set(called) == {10, 12, 30}
    assert set(held) == {12, 13, 30}
    assert set(prevented) == {14}
    assert called[30] == pytest.approx(2 * called[10])
    assert held[30] == pytest.approx(2 * held[12])


def test_days_on_which_a_rally_goes_on_are_paler_than_that_on_which_it_began() -> None:
    axes = figures.rallies(with_rallies()[0])
    start = pd.Timestamp("2005-01-01").timestamp() / 86400
    shades = {}
    for bar in axes.patches:
        day = round(bar.get_x() + bar.get_width() / 2 - start)  # type: ignore[attr-defined]
        shades[day] = sum(bar.get_facecolor()[:3])  # drawn last, seen first
    assert shades[13] > shades[12]


def test_lanes_are_named_with_their_totals_and_the_scale_is_told() -> None:
    axes = figures.rallies(with_rallies()[0])
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "4 called",
        "3 held",
        "1 prevented",
    ]
    assert axes.get_ylabel() == "Rallies"
    assert "full height: 2 regions on a day" in [text.get_text() for text in axes.texts]
    assert_texts_are_apart(axes)


def test_a_rally_of_one_day_is_seen_in_twelve_years() -> None:
    nation, _ = with_rallies(4383)
    axes = figures.rallies(nation)
    widths = [bar.get_linewidth() for bar in axes.patches]
    assert min(widths) >= 0.48  # points: a pixel at 150 dots an inch


def without_rallies(*given: pd.DataFrame, counted: bool) -> list[pd.DataFrame]:
    """Tables that count no rally, or older ones that have no columns of them."""
    zero = dict.fromkeys(COLUMNS[:3], 0)
    return [table.assign(**zero).drop(columns=[] if counted else COLUMNS) for table in given]


def labels(*given: pd.DataFrame) -> list[str]:
    """What the charts of the overview are called."""
    return [axes.get_ylabel() for axes in figures.overview(*given, NO_BANDS, "", "").axes]


@pytest.mark.parametrize("counted", [True, False])
def test_a_table_without_rallies_has_no_chart_of_them(counted: bool) -> None:
    older = without_rallies(*with_rallies(40), counted=counted)
    assert not lanes_of(older[0])
    assert "Rallies" not in labels(*older)


def test_a_table_with_rallies_has_a_chart_of_them() -> None:
    tables = with_rallies(40)
    assert lanes_of(tables[0])
    assert "Rallies" in labels(*tables)


def test_a_picture_of_rallies_is_saved_where_there_are_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "save", lambda _figure, path: path)  # the names alone
    rich = with_rallies(40)

    def saved(*given: pd.DataFrame) -> set[str]:
        return {p.name for p in figures.save_all(*given, NO_BANDS, tmp_path, title="", caption="")}

    names = saved(*rich)
    for counted in (True, False):
        assert names - saved(*without_rallies(*rich, counted=counted)) == {"rallies.png"}


def test_the_map_marks_where_and_when_a_rally_was_prevented() -> None:
    _, regions = with_rallies()
    (cross,) = figures.turnout_map(regions).lines
    (day,), (row,) = cross.get_data()
    assert round(day - pd.Timestamp("2005-01-01").timestamp() / 86400) == 14
    assert row == 1  # Riverside, the last
    assert not figures.turnout_map(tables()[1]).lines
