"""The tidy tables of a report: points, cascades, paired differences.

A cascade has two numbers, as in Watts (2002): the probability of a cascade, and the mean size of
those that occurred. A mean over all runs would mix the two.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from samizdat.batch.experiment import CASCADE, CASCADE_SIZE
from samizdat.batch.factors import DUMMY, Value
from samizdat.batch.intervals import COLUMNS, STUDENT, WILSON, codes_of, described
from samizdat.batch.results import OF_THE_DESIGN, Results, read_design

MAX_LEVELS = 12  # largest number of levels of a factor that are compared in pairs


class FinishedRuns(NamedTuple):
    """The finished runs of a sweep as numbers.

    Attributes
    ----------
    runs
        One row per run: point, iteration, seed, the factors, every measure; yes is 1 and no is 0.
    points
        One row per planned point, whether it was run or not: point, the factors.
    measures
        Measures that the experiment asks for.
    recorded
        All measures that can be drawn, including `cascade` and `cascade_size`.
    yes_no
        Which of them are yes or no.
    """

    runs: pd.DataFrame
    points: pd.DataFrame
    factors: list[str]
    measures: list[str]
    recorded: list[str]
    yes_no: frozenset[str]

    @property
    def columns(self) -> list[str]:
        """What distinguishes points: the factors, and the dummy if there is one."""
        return list(self.points.columns[1:])

    def levels(self, factor: str) -> list[Value]:
        """Return the levels of a factor in the order of the design."""
        return list(self.points[factor].unique())


def finished_runs(results: Results) -> FinishedRuns:
    """Return the finished runs as numbers."""
    _, design = read_design(results.folder)
    points = design.drop_duplicates("point").sort_values("point", ignore_index=True)
    points = points[["point", *results.factors]]
    about = {*OF_THE_DESIGN, "Step", *results.factors}
    recorded = [name for name in results.table.columns if name not in about]
    yes_no = frozenset(name for name in recorded if _says_yes(results.table[name]))
    runs = results.table[["RunId", "point", "iteration", "seed", *results.factors]]
    numbers = {name: results.table[name].astype(np.float64) for name in recorded}
    if results.table.empty:  # nothing was run yet: every measure is empty
        recorded = [name for name in results.experiment.measured if name not in about]
        numbers = {name: pd.Series(dtype=np.float64) for name in recorded}
    runs = pd.concat([runs, pd.DataFrame(numbers, index=runs.index)], axis=1)
    factors = [name for name in results.factors if name != DUMMY]
    measures = [name for name in results.experiment.measured if name in recorded]
    return FinishedRuns(runs, points, factors, measures, recorded, yes_no)


def _says_yes(column: pd.Series) -> bool:
    if column.dtype == object:  # empty where a run failed
        return bool(column.map(lambda value: isinstance(value, bool | np.bool_)).any())
    return bool(pd.api.types.is_bool_dtype(column))


def table_of_points(finished: FinishedRuns) -> pd.DataFrame:
    """Return one row per point and measure: the factors, n, mean, sd, low, high, which interval."""
    parts = []
    for measure in finished.measures:
        yes_no = measure in finished.yes_no
        part = _by_point(finished, finished.runs[measure], yes_no)
        part.insert(0, "measure", measure)
        parts.append(part.assign(interval=WILSON if yes_no else STUDENT))
    return _by_point_then_measure(finished, parts)


def table_of_cascades(finished: FinishedRuns) -> pd.DataFrame | None:
    """Return one row per point: the probability of a cascade, and the mean size of cascades."""
    if CASCADE not in finished.recorded:
        return None
    often = _by_point(finished, finished.runs[CASCADE], yes_no=True)
    size = _by_point(finished, finished.runs[CASCADE_SIZE], yes_no=False)
    columns = {
        "n": often["n"], "cascades": size["n"], "probability": often["mean"],
        "low": often["low"], "high": often["high"],
        **{f"size_{name}": size[name] for name in COLUMNS[1:]},
    }  # fmt: skip
    return pd.concat([finished.points, pd.DataFrame(columns)], axis=1)


def _by_point(finished: FinishedRuns, values: "pd.Series[float]", yes_no: bool) -> pd.DataFrame:
    found = described(values, finished.runs["point"], yes_no)
    found = found.reindex(finished.points["point"]).reset_index(drop=True)
    return found.assign(n=found["n"].fillna(0).astype(np.int64))


def _by_point_then_measure(finished: FinishedRuns, parts: list[pd.DataFrame]) -> pd.DataFrame:
    count = len(finished.points)
    order = np.arange(count * len(parts)).reshape(len(parts), count).T.ravel()
    found = pd.concat(parts, ignore_index=True).take(order).reset_index(drop=True)
    about = finished.points.take(order % count).reset_index(drop=True)
    return pd.concat([about, found], axis=1)


def table_of_differences(results: Results, finished: FinishedRuns) -> pd.DataFrame | None:
    """Return the paired differences of each level of a factor from its first, other factors equal.

    Points share their seeds, so a replicate at one level is paired with the replicate at the first
    level that had the same seed (common random numbers); the interval is that of the mean of the
    pairs' differences. Only designs of chosen points have such pairs, and only factors of few
    levels are compared.
    """
    if not results.experiment.design.paired or finished.runs.empty:
        return None
    measures = list(dict.fromkeys([*finished.measures, CASCADE]))
    measures = [name for name in measures if name in finished.recorded]
    parts = []
    for factor in finished.factors:
        if 2 <= len(finished.levels(factor)) <= MAX_LEVELS:
            parts += _differences(finished, factor, measures)
    return pd.concat(parts, ignore_index=True) if parts else None


def _differences(finished: FinishedRuns, factor: str, measures: list[str]) -> list[pd.DataFrame]:
    """Return the tables of one factor; none if no two points differ by it alone."""
    points, first = finished.points, finished.levels(factor)[0]
    others = [name for name in finished.factors if name != factor]
    groups = codes_of(points, others)
    at_first = (points[factor] == first).to_numpy()
    against = pd.Series(points["point"].to_numpy()[at_first], index=groups[at_first])
    against = against[~against.index.duplicated()]
    base = against.reindex(groups).to_numpy()
    paired = ~at_first & ~np.isnan(base.astype(np.float64))
    if not paired.any():
        return []
    chosen = points[paired].reset_index(drop=True)
    chosen.insert(0, "against", base[paired].astype(np.int64))
    runs = finished.runs[["point", "iteration", *measures]]
    mine = runs.merge(chosen[["point", "against"]], on="point")
    theirs = runs.rename(columns={"point": "against"})
    pairs = mine.merge(theirs, on=["against", "iteration"], suffixes=("", " "))
    about = chosen[["point", "against"]].copy()
    about.insert(0, "factor", factor)
    about.insert(1, "level", chosen[factor].astype(object))
    about.insert(2, "first_level", pd.Series([first] * len(chosen), dtype=object))
    about = pd.concat([about, chosen[finished.factors]], axis=1)
    found = []
    for measure in measures:
        values = pairs[measure] - pairs[f"{measure} "]
        part = described(values, pairs["point"], yes_no=False).reindex(chosen["point"])
        part = part.reset_index(drop=True)
        part.insert(0, "measure", measure)
        part["n"] = part["n"].fillna(0).astype(np.int64)
        found.append(pd.concat([about, part], axis=1))
    return found
