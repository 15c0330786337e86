"""The table of points for readers: one row per point, one column per measure."""

from typing import NamedTuple

import pandas as pd

from samizdat.report.labels import NONE, level, number
from samizdat.report.tables import FinishedRuns


class Wide(NamedTuple):
    """Rows of text; the factors come first."""

    heads: list[str]
    rows: list[list[str]]
    left_out: int


def wide(finished: FinishedRuns, table: pd.DataFrame, most: int) -> Wide:
    """Return the first points: mean and interval of each measure, and the number of runs."""
    points = finished.points.head(most)
    rows = [[level(v) for v in row] for row in points[finished.columns].itertuples(index=False)]
    per = len(finished.measures)
    shown = table.head(len(points) * per)
    for k, row in enumerate(rows):
        cells = shown.iloc[k * per : (k + 1) * per]
        sizes = set(cells["n"])
        row.append(f"{cells['n'].max():,}" if per else "")
        for n, *bounds in cells[["n", "mean", "low", "high"]].to_numpy().tolist():
            own = f" (n = {n:.0f})" if n < max(sizes) else ""
            row.append(interval(*bounds) + own)
    heads = [*finished.columns, "n", *finished.measures]
    return Wide(heads, rows, len(finished.points) - len(points))


def interval(mean: float, low: float, high: float) -> str:
    """Format a mean and its interval.

    >>> interval(0.5, 0.41, 0.59), interval(3.0, float("nan"), float("nan"))
    ('0.5 [0.41, 0.59]', '3')
    """
    bounds = f" [{number(low)}, {number(high)}]" if number(low) != NONE else ""
    return number(mean) + bounds


def lines(table: Wide) -> list[str]:
    """Return the table as lines for a terminal."""
    columns = list(zip(table.heads, *table.rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    found = []
    for row in [table.heads, *table.rows]:
        found.append("  ".join(f"{cell:>{w}}" for cell, w in zip(row, widths, strict=True)))
    if table.left_out:
        found.append(f"... and {table.left_out:,} points more")
    return found
