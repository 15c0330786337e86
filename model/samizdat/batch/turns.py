"""Where the sign of a contrast turns: along which factor, and at which number."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.contrasts import MINUS, MISSING, OF_A_CELL, PLUS
from samizdat.batch.factors import Value, is_whole

COLUMNS = ("factor", "from", "to", "signs", "lines", "of_lines", "lowest", "median", "highest")


class _Line(NamedTuple):
    """Cells that differ by one factor alone, in the order of its levels; arrays (cells,)."""

    cell: np.ndarray  # its number
    level: np.ndarray
    mean: np.ndarray
    sign: np.ndarray


class _Turn(NamedTuple):
    """A change of sign between two decided levels; at: NaN for a switch."""

    below: Value
    above: Value
    signs: str
    at: float


def turns_of(cells: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return where signs turn, by group, factor and pair of neighbouring levels.

    A line holds the cells that differ by one factor alone. Between two levels that are decided and
    opposite, with none decided between them, the mean difference is taken as linear from level to
    level, and the number at which it is 0 is where the sign turns. A switch (words, or 0 and 1 with
    nothing between) has no such number: the two levels say which way. Words are compared in pairs,
    each with each, since they have no order.

    Parameters
    ----------
    cells
        As `contrast_cells` returns them. An empty factor (one that neither point varies) stands
        for all its levels.
    by
        Factors that distinguish groups; a line along one of them is in the group of the others.

    Returns
    -------
    DataFrame
        The factors `by`, factor, from, to (levels), signs (as "+ to -"), lines that turn there, of
        all lines along the factor; the lowest, the median and the highest number at which they do.
    """
    factors = [name for name in cells.columns if name not in OF_A_CELL]
    rows: list[dict[str, object]] = []
    whole = _expanded(cells.assign(cell=np.arange(len(cells))), factors)
    for factor in factors:
        levels = cells[factor].dropna().unique()
        numbers = bool(pd.api.types.is_numeric_dtype(cells[factor]))
        others = [name for name in factors if name != factor]
        group_by = [name for name in by if name != factor]
        order = {level: k for k, level in enumerate(sorted(levels) if numbers else levels)}
        along = whole[whole[factor].notna()]
        along = along.assign(place=along[factor].map(order))
        known = [cells[name].to_numpy(object) for name in group_by]
        found: dict[tuple[object, ...], list[tuple[_Turn, ...]]] = {}
        seen = set()
        for line in _lines(along, factor, others):
            key = tuple(line.cell.tolist())
            if len(key) < 2 or key in seen:
                continue
            seen.add(key)
            group = tuple(_first_known(levels[line.cell]) for levels in known)
            turns = tuple(_along(line, factor) if numbers else _between(line))
            found.setdefault(group, []).append(turns)
        for group, lines in found.items():
            about = dict(zip(group_by, group, strict=True))
            rows += [about | row for row in _summed(factor, lines)]
    return pd.DataFrame(rows, columns=[*by, *COLUMNS])


def _lines(cells: pd.DataFrame, factor: str, others: list[str]) -> Iterator[_Line]:
    """Yield the cells that agree in all other factors, by their place along this one."""
    columns = [cells[name].to_numpy() for name in ("cell", factor, "mean", "sign")]
    line: NDArray[np.integer[Any]] = np.zeros(len(cells), np.int64)
    if others:
        line = cells.groupby(others, dropna=False, sort=False).ngroup().to_numpy()
    rows = np.lexsort((cells["place"].to_numpy(), line))
    cuts = np.flatnonzero(np.diff(line[rows])) + 1
    for own in np.split(rows, cuts):
        yield _Line(*(column[own] for column in columns))


def _first_known(levels: np.ndarray) -> object:
    """Return the first level that is not empty; None if all are."""
    return next((level for level in levels if not pd.isna(level)), None)


def _expanded(cells: pd.DataFrame, factors: list[str]) -> pd.DataFrame:
    """Repeat cells with an empty factor for each of its levels."""
    for name in factors:
        levels = cells[name].dropna().unique()
        empty = cells[name].isna()
        if len(levels) and empty.any():
            copies = [cells[empty].assign(**{name: level}) for level in levels]
            cells = pd.concat([cells[~empty], *copies])
    return cells


def _along(line: _Line, factor: str) -> Iterator[_Turn]:
    """Find turns between neighbouring decided levels of a number."""
    x, y = line.level.astype(np.float64), line.mean.astype(np.float64)
    signs = line.sign.tolist()
    decided = [k for k, sign in enumerate(signs) if sign in (PLUS, MINUS)]
    for a, b in itertools.pairwise(decided):
        if signs[a] != signs[b] and MISSING not in signs[a:b]:
            at = np.nan if is_whole(factor) else _zero(x[a : b + 1], y[a : b + 1])
            yield _Turn(x[a], x[b], f"{signs[a]} to {signs[b]}", at)


def _zero(x: np.ndarray, y: np.ndarray) -> float:
    """Return where the line through the points is first 0; its ends have opposite signs."""
    for k in range(len(x) - 1):
        if y[k] == 0:
            return float(x[k])
        if y[k] * y[k + 1] < 0:
            return float(x[k] + (x[k + 1] - x[k]) * y[k] / (y[k] - y[k + 1]))
    return float("nan")


def _between(line: _Line) -> Iterator[_Turn]:
    """Find opposite signs at two words."""
    named = list(zip(line.level.tolist(), line.sign.tolist(), strict=True))
    for (one, a), (two, b) in itertools.combinations(named, 2):
        if {a, b} == {PLUS, MINUS}:
            yield _Turn(one, two, f"{a} to {b}", np.nan)


def _summed(factor: str, lines: list[tuple[_Turn, ...]]) -> Iterator[dict[str, object]]:
    turns = pd.DataFrame([turn for line in lines for turn in line], columns=_Turn._fields)
    for (below, above, signs), same in turns.groupby(["below", "above", "signs"], sort=False):
        values = (
            factor, below, above, signs, len(same), len(lines),
            same["at"].min(), same["at"].median(), same["at"].max(),
        )  # fmt: skip
        yield dict(zip(COLUMNS, values, strict=True))
