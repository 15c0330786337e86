"""Means of the cells of a figure, and their intervals, where a cell may hold several points.

Runs that share a seed share their random numbers, so they are not independent. Where the points
were chosen, the replicates are independent; where they were sampled, the samples are. A mark is the
mean of those units, each the mean of its own runs.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from samizdat.batch.design_kind import IndependentUnit
from samizdat.batch.experiment import Experiment, FigureSpec
from samizdat.batch.intervals import bounded, codes_of, name_of
from samizdat.figures.frame import Table
from samizdat.report.labels import counted, listed
from samizdat.report.tables import FinishedRuns

RUN = IndependentUnit("run", "runs", 1)
REPLICATE = IndependentUnit("replicate", "replicates", 1)
KINDS = ("line", "points", "heatmap", "series")  # figures that draw means


class Pooled(NamedTuple):
    """The cells of a figure.

    Attributes
    ----------
    cells
        One row per cell: x, hue and facet, n, mean, low, high, and the number of runs.
    runs
        The rows that the means include.
    unit
        What n counts.
    left_out
        Number of runs that no cell includes, since their replicate is not complete.
    all_trials, some_trials
        Whether all cells, or some, have Wilson's interval of a yes or no.
    cut
        Whether an interval of counts reached below 0, where no count is, and is drawn from 0.
    """

    cells: Table
    runs: Table
    unit: IndependentUnit
    left_out: int
    all_trials: bool
    some_trials: bool
    cut: bool


def pooled(experiment: Experiment, finished: FinishedRuns, spec: FigureSpec, data: Table) -> Pooled:
    """Return the mean and the interval of each cell.

    If the points were chosen, a replicate counts in a cell when all points of the cell have it, so
    that an unfinished sweep is not biased; sampled points count with the runs that they have.

    Parameters
    ----------
    data
        One row per run, or per run and step: point, iteration, x, y, hue and facet.
    """
    over_time = spec.kind == "series"
    roles = {"x": None if over_time else spec.x, "hue": spec.hue, "facet": spec.facet}
    named = {role: name for role, name in roles.items() if name is not None}
    codes = codes_of(finished.points, list(dict.fromkeys(named.values())))
    cell_of = pd.Series(codes, index=finished.points["point"].to_numpy())
    sizes = np.bincount(codes)
    cell = cell_of.loc[data["point"]].to_numpy()
    sampled = experiment.design.unit if int(sizes.max()) > 1 else None
    if sampled is not None:
        unit = data["point"].to_numpy() // sampled.points
        runs, left_out = data, 0
    else:
        unit = data["iteration"].to_numpy()
        whole = _whole(finished.runs, cell_of, sizes)
        kept = np.isin(_key(cell, unit), whole)
        mine = _key(cell_of.loc[finished.runs["point"]].to_numpy(), finished.runs["iteration"])
        left_out = int((~np.isin(mine, whole)).sum())
        runs, cell, unit = data[kept], cell[kept], unit[kept]
    keys = [pd.Series(cell, name="cell")]
    if over_time:
        keys.append(pd.Series(runs["x"].to_numpy(), name="x"))
    cells, trials, cut = _means(runs, keys, unit, spec.y in finished.yes_no and not over_time)
    first = finished.points.groupby(codes).first()  # a point of each cell
    for role, name in named.items():
        cells[role] = first[name].reindex(cells["cell"]).to_numpy()
    return Pooled(
        cells.drop(columns="cell"), runs, sampled or (REPLICATE if sizes.max() > 1 else RUN),
        left_out, all_trials=bool(trials.all()), some_trials=bool(trials.any()), cut=cut,
    )  # fmt: skip


def _key(cell: ArrayLike, iteration: ArrayLike) -> NDArray[np.int64]:
    return np.asarray(cell, np.int64) * 2**32 + np.asarray(iteration, np.int64)


def _whole(
    runs: pd.DataFrame, cell_of: "pd.Series[int]", sizes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the keys of cells and iterations for which all points of the cell have a run."""
    cell = cell_of.loc[runs["point"]].to_numpy()
    found, count = np.unique(_key(cell, runs["iteration"]), return_counts=True)
    return np.asarray(found[count == sizes[found // 2**32]])


def _means(
    runs: Table, keys: list[pd.Series], unit: NDArray[np.int64], yes_no: bool
) -> tuple[pd.DataFrame, NDArray[np.bool_], bool]:
    """Return n, mean, low and high of each cell with runs; which are of trials; if any is cut.

    Units of a yes or no are trials if each has one run, or if all runs of each agree: Student's t
    would then give an interval of width 0.
    """
    values = pd.Series(runs["y"].to_numpy(np.float64))
    each = values.groupby([*keys, pd.Series(unit, name="unit")]).agg(["mean", "count"])
    each = each[each["count"] > 0]
    names = [key.name for key in keys]
    over = each.groupby(level=names)
    means = over["mean"].agg(["count", "mean", "std"])
    means.columns = ["n", "mean", "sd"]
    means["runs"] = over["count"].sum()
    same = means["mean"].isin([0.0, 1.0]).to_numpy()
    trials = ((over["count"].max() == 1).to_numpy() | same) & yes_no
    found = bounded(means, yes_no=False)
    if yes_no:  # shares are in 0 ... 1
        bounds = ["low", "high"]
        found[bounds] = found[bounds].clip(0.0, 1.0)
        found.loc[trials, bounds] = bounded(means[trials], yes_no=True)[bounds]
    cut = not yes_no and _are_counts(values) and bool((found["low"] < 0).any())
    if cut:
        found["low"] = found["low"].clip(lower=0.0)
    return found.reset_index(), trials, cut


def _are_counts(values: "pd.Series[float]") -> bool:
    known = values.dropna()
    return bool(((known >= 0) & (known == np.floor(known))).all())


def format_means(found: Pooled, spec: FigureSpec, yes_no: bool, others: list[str]) -> str:
    """Return a caption's description of the means: n, the kind of interval, what is averaged."""
    one, many = found.unit.one, found.unit.many
    share = yes_no and spec.kind != "series"
    n, runs = found.cells["n"], found.cells["runs"]
    count = counted(int(n.min()), int(n.max()))
    of = one if int(n.max()) == 1 and found.unit is not RUN else many
    interval = name_of(found.all_trials)
    if found.unit is not RUN:
        interval += f" over {many.partition(' (')[0]}"
    interval += ", cut at 0" if found.cut else ""
    if found.some_trials and not found.all_trials:
        interval += ", Wilson where all of them agree"
    bare = spec.kind == "heatmap" or found.cells["low"].isna().all()
    band = "" if bare else f" with its 95 % interval ({interval})"
    what = f"{'Share of runs' if share else 'Mean'}{band}, n = {count} {of} each"
    if found.unit is not RUN:
        what += f" ({counted(int(runs.min()), int(runs.max()))} runs)"
    if others:
        what += f", over all values of {listed(others)}"
    if found.unit not in (RUN, REPLICATE):
        what += "; all have the same seeds: intervals reflect variation between "
        what += f"{many.partition(' (')[0]}, not between seeds"
    if found.left_out == 1:
        what += "; 1 run is left out, since other points lack its replicate"
    elif found.left_out:
        what += f"; {found.left_out:,} runs are left out, since other points lack their replicate"
    return what
