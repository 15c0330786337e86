"""Contrasts: the paired difference of a measure between levels, in every cell of the other factors.

A sign is a finding only if it holds in all cells. To claim that from a test in each cell needs no
correction for their number: the claim fails if any one fails (intersection-union test, Berger
1982, Technometrics). To claim that a sign turns does: see `groups_of`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from scipy import special

from samizdat.batch.factors import Value
from samizdat.batch.intervals import LEVEL, described
from samizdat.batch.nested import Nesting, among, varied

PLUS, MINUS, ZERO, UNDECIDED, MISSING = "+", "-", "0", "undecided", "missing"
SIGNS = (PLUS, MINUS, ZERO, UNDECIDED, MISSING)
OF_A_CELL = ("n", "mean", "low", "high", "base", "relative", "p", "sign")


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


Allowed = Annotated[tuple[Value, ...], BeforeValidator(_listed), Field(min_length=1)]


class Contrast(BaseModel):
    """A contrast as declared in a file.

    Attributes
    ----------
    y
        The measure.
    of, against
        Levels by factor. The difference is the measure at the levels `of` less that at `against`.
        A factor that only one of them names varies on the other side.
    where
        Levels to which other factors are restricted.
    by
        The factors by which cells are grouped for the summary.

    Examples
    --------
    >>> from samizdat import Contrast
    >>> Contrast(y="person_days", of={"egov": 2e-4}, against={"egov": 0}).name
    'person_days: egov = 0.0002 against egov = 0'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    title: str = ""
    y: str
    of: dict[str, Value] = Field(min_length=1)
    against: dict[str, Value] = Field(min_length=1)
    where: dict[str, Allowed] = {}
    by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its title, or what is compared."""
        if self.title:
            return self.title
        sides = (", ".join(f"{k} = {v}" for k, v in s.items()) for s in (self.of, self.against))
        return f"{self.y}: {' against '.join(sides)}"

    def remaining(self, factors: Sequence[str]) -> list[str]:
        """Return the factors that distinguish its cells."""
        return [name for name in factors if not (name in self.of and name in self.against)]


def factors_in(table: pd.DataFrame) -> list[str]:
    """Return the factors of a sweep's table: the columns between Step and seed."""
    names = list(table.columns)
    return names[names.index("Step") + 1 : names.index("seed")]


def contrast_cells(
    table: pd.DataFrame,
    contrast: Contrast,
    *,
    nesting: Nesting | None = None,
    points: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the paired differences of a contrast, one row per cell of the remaining factors.

    Two points form a cell if they agree in all factors that the contrast does not change and that
    both vary; a nested factor that a point does not vary agrees with every level. Two runs form a
    pair if they have the same replicate, so the same seed; a run that failed leaves its pair out.

    Parameters
    ----------
    table
        Rows of a sweep, as `read_table` returns them.
    nesting
        The `only_where` of its design.
    points
        All planned points: point and the factors; by default those that have runs. With them, a
        cell without pairs has a row too.

    Returns
    -------
    DataFrame
        The remaining factors (empty where neither point varies them), n (pairs), mean, low, high
        (Student's 95 % interval of the mean difference), base (mean at `against`), relative
        (mean / base), p (two-sided, of a mean of 0; that of a sign test if
        all differences are equal), sign: "+" or "-" if the interval excludes 0,
        "0" if all differences are exactly 0, else "undecided"; "missing" without pairs.

    Examples
    --------
    >>> from samizdat import Contrast, contrast_cells
    >>> table = pd.DataFrame({
    ...     "point": [0, 0, 1, 1], "iteration": [0, 1, 0, 1], "Step": 0, "x": [0.0, 0.0, 1.0, 1.0],
    ...     "seed": [1, 2, 1, 2], "y": [1.0, 2.0, 1.5, 2.5],
    ... })
    >>> contrast_cells(table, Contrast(y="y", of={"x": 1}, against={"x": 0}))["sign"].tolist()
    ['+']
    """
    factors = factors_in(table)
    if points is None:
        points = table[["point", *factors]].drop_duplicates("point")
    pairs = _pairs(points.reset_index(drop=True), factors, contrast, nesting or {})
    runs = table[["point", "iteration"]].assign(y=table[contrast.y].astype(np.float64))
    both = pairs[["cell", "of", "against"]].merge(runs.rename(columns={"point": "of"}), on="of")
    both = both.merge(
        runs.rename(columns={"point": "against"}), on=["against", "iteration"], suffixes=("", "_0")
    )
    both = both.dropna(subset=["y", "y_0"])
    difference = both["y"] - both["y_0"]
    found = described(difference, both["cell"], yes_no=False).reindex(pairs["cell"])
    found["n"] = found["n"].fillna(0).astype(np.int64)
    found["base"] = both.groupby("cell")["y_0"].mean().reindex(pairs["cell"])
    base = found["base"].to_numpy()
    found["relative"] = found["mean"] / np.where(base == 0, np.nan, base)
    found["p"] = _p_values(found)
    exact = (difference == 0).groupby(both["cell"]).all().reindex(pairs["cell"], fill_value=False)
    found["sign"] = _signs(found, exact.to_numpy(bool))
    about = pairs[contrast.remaining(factors)].reset_index(drop=True)
    return pd.concat([about, found[list(OF_A_CELL)].reset_index(drop=True)], axis=1)


def _pairs(
    points: pd.DataFrame, factors: list[str], contrast: Contrast, nesting: Nesting
) -> pd.DataFrame:
    """Return the pairs of points: cell, of, against, and the remaining factors."""
    mask = varied(points[factors], nesting)
    shared = [name for name in factors if name not in contrast.of and name not in contrast.against]
    sides = []
    for levels in (contrast.of, contrast.against):
        chosen = pd.Series(True, index=points.index)
        for name, level in levels.items():
            chosen &= among(points[name], [level])
        for name, allowed in contrast.where.items():
            if name not in levels:
                chosen &= among(points[name], allowed) | ~mask[name]
        known = points[factors].where(mask)
        sides.append(known.assign(point=points["point"], pattern=_patterns(mask[shared]))[chosen])
    parts = []
    for one, mine in _by_pattern(sides[0]):
        for two, theirs in _by_pattern(sides[1]):
            on = [f for k, f in enumerate(shared) if (one >> k) & (two >> k) & 1]
            how = {"on": on} if on else {"how": "cross"}
            joined = mine.merge(theirs, suffixes=("", " "), **how)
            for name in contrast.remaining(factors):
                other = joined.get(f"{name} ")
                if other is None or (name in contrast.against and name not in contrast.of):
                    continue
                own = other if name in contrast.of else joined[name].where(
                    joined[name].notna(), other
                )  # fmt: skip
                joined[name] = own
            joined = joined.rename(columns={"point": "of", "point ": "against"})
            parts.append(joined[["of", "against", *contrast.remaining(factors)]])
    names = ["of", "against", *contrast.remaining(factors)]
    filled = [part for part in parts if len(part)]
    found = pd.concat(filled) if filled else pd.DataFrame(columns=names)
    found = found.sort_values(["of", "against"], ignore_index=True)
    return found.assign(cell=np.arange(len(found)))


def _by_pattern(side: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    patterns = side["pattern"].unique().tolist()
    return [(int(one), side[side["pattern"] == one]) for one in sorted(patterns)]


def _patterns(mask: pd.DataFrame) -> "pd.Series[int]":
    """Return which factors vary at each point, as bits."""
    bits = pd.Series(0, index=mask.index)
    for k, name in enumerate(mask.columns):
        bits |= mask[name].astype(np.int64) * 2**k
    return bits


def _p_values(found: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    n, mean, sd = (found[name].to_numpy(np.float64) for name in ("n", "mean", "sd"))
    several = np.where(n > 1, n, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(mean) / (sd / np.sqrt(several))
    student = 2 * special.stdtr(several - 1, -t)
    equal = np.where(mean == 0, 1.0, 2.0 ** (1 - several))  # sign test: t needs a spread
    return np.asarray(np.where(sd == 0, equal, student), np.float64)


def _signs(
    found: pd.DataFrame, exact: np.ndarray[Any, np.dtype[np.bool_]]
) -> np.ndarray[Any, np.dtype[Any]]:
    conditions = [
        found["n"].to_numpy() == 0, exact, found["low"].to_numpy() > 0, found["high"].to_numpy() < 0
    ]  # fmt: skip
    return np.select(conditions, [MISSING, ZERO, PLUS, MINUS], UNDECIDED).astype(object)


def groups_of(cells: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return one row per group of cells: how many have each sign, and the verdict.

    The verdict is "holds +" or "holds -" if all cells have that sign, "0" if all are exactly 0,
    "turns" if some cells are positive and some negative, each beyond chance; else "open". Beyond
    chance: for one cell at least p < (1 - 0.95) / cells, a bound for all cells together
    (Bonferroni), whatever they share. So a single contrary cell, which 95 % intervals give by
    chance in 1 of 40 where there is no difference, leaves a group open and does not turn it.

    Parameters
    ----------
    cells
        As `contrast_cells` returns them.
    by
        Factors that distinguish groups; none: one group.
    """
    rows: list[dict[str, object]] = []
    grouped = cells.groupby(list(by), sort=False, dropna=False) if by else [((), cells)]
    for key, group in grouped:
        count = {sign: int((group["sign"] == sign).sum()) for sign in SIGNS}
        about = dict(zip(by, key, strict=True))
        relative = group["relative"]
        rows.append({
            **about, "cells": len(group), **count, "verdict": _verdict(group, count),
            "lowest": relative.min(), "highest": relative.max(),
        })  # fmt: skip
    names = [*by, "cells", *SIGNS, "verdict", "lowest", "highest"]
    return pd.DataFrame(rows, columns=names)


def _verdict(group: pd.DataFrame, count: Mapping[str, int]) -> str:
    size = len(group)
    for sign, verdict in ((PLUS, "holds +"), (MINUS, "holds -"), (ZERO, "0")):
        if size and count[sign] == size:
            return verdict
    sure = group.loc[group["p"] < (1 - LEVEL) / max(size, 1), "sign"]
    return "turns" if {PLUS, MINUS} <= set(sure) else "open"
