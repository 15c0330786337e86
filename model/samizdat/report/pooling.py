"""Means of the cells of a figure, and their intervals, where a cell may hold several points.

Runs that share a seed share their luck, so they are no independent draws: of points that were
chosen the replicates are, of sampled points the samples are. What is drawn is the mean of those
units, each the mean of its own runs.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.experiment import Experiment, FigureSpec, LatinHypercube, Morris, Sobol
from samizdat.batch.intervals import bounded, codes_of, name_of
from samizdat.figures.frame import Table
from samizdat.report.labels import counted, listed
from samizdat.report.tables import Sample

KINDS = ("line", "points", "heatmap", "series")  # of figures that draw means
DRAWS = {
    LatinHypercube: ("sampled point", "sampled points"),
    Sobol: ("sample", "samples (blocks of Saltelli's design)"),
    Morris: ("trajectory", "trajectories"),
}


class Pooled(NamedTuple):
    """The cells of a figure.

    Attributes
    ----------
    cells
        A row a cell: x, hue and facet, n, mean, low, high, and how many runs.
    runs
        The rows that went in.
    unit
        What is counted by n, one and many of it.
    left_out
        How many runs went in nowhere, since their replicate is not complete.
    trials
        Whether a yes or no has Wilson's interval: in all cells, in some.
    """

    cells: Table
    runs: Table
    unit: tuple[str, str]
    left_out: int
    trials: tuple[bool, bool]


def pooled(experiment: Experiment, sample: Sample, spec: FigureSpec, data: Table) -> Pooled:
    """Return the mean and the interval of each cell.

    Of chosen points a replicate counts in a cell once all of the cell's points have it, so that an
    unfinished sweep leans to no side; of sampled points each counts with the runs that it has.

    Parameters
    ----------
    data
        A row a run, or a run and step: point, iteration, x, y, hue and facet.
    """
    over_time = spec.kind == "series"
    roles = {"x": None if over_time else spec.x, "hue": spec.hue, "facet": spec.facet}
    named = {role: name for role, name in roles.items() if name is not None}
    codes = codes_of(sample.points, list(dict.fromkeys(named.values())))
    cell_of = pd.Series(codes, index=sample.points["point"].to_numpy())
    sizes = np.bincount(codes)
    cell = cell_of.loc[data["point"]].to_numpy()
    kind = type(experiment.design)
    sampled = kind in DRAWS and int(sizes.max()) > 1
    if sampled:
        unit = data["point"].to_numpy() // _block(experiment.design)
        runs, left_out = data, 0
    else:
        unit = data["iteration"].to_numpy()
        whole = _whole(sample.runs, cell_of, sizes)
        kept = np.isin(_key(cell, unit), whole)
        mine = _key(cell_of.loc[sample.runs["point"]].to_numpy(), sample.runs["iteration"])
        left_out = int((~np.isin(mine, whole)).sum())
        runs, cell, unit = data[kept], cell[kept], unit[kept]
    keys: list[Any] = [pd.Series(cell, name="cell")]
    if over_time:
        keys.append(pd.Series(runs["x"].to_numpy(), name="x"))
    cells, trials = _means(runs, keys, unit, spec.y in sample.yes_no and not over_time)
    first = sample.points.groupby(codes).first()  # a point of each cell
    for role, name in named.items():
        cells[role] = first[name].reindex(cells["cell"]).to_numpy()
    words = DRAWS[kind] if sampled else ("run", "runs")
    if not sampled and int(sizes.max()) > 1:
        words = ("replicate", "replicates")
    every = bool(trials.all()), bool(trials.any())
    return Pooled(cells.drop(columns="cell"), runs, words, left_out, every)


def _block(design: Any) -> int:
    """Return how many points beside each other are one draw."""
    if isinstance(design, LatinHypercube):
        return 1
    steps: int = len(design.factors) + design.dummy
    return steps + 2 if isinstance(design, Sobol) else steps + 1


def _key(cell: Any, iteration: Any) -> NDArray[np.int64]:
    return np.asarray(cell, np.int64) * 2**32 + np.asarray(iteration, np.int64)


def _whole(
    runs: pd.DataFrame, cell_of: "pd.Series[int]", sizes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the keys of the cells and iterations that all points of the cell have."""
    cell = cell_of.loc[runs["point"]].to_numpy()
    found, count = np.unique(_key(cell, runs["iteration"]), return_counts=True)
    return np.asarray(found[count == sizes[found // 2**32]])


def _means(
    runs: Table, keys: list[Any], unit: Any, yes_no: bool
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Return n, mean, low and high of each cell that has any, and where the units are trials.

    Trials of a yes or no are units of one run, and units that all say the same in all their runs:
    Student's t would call that certain.
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
    if yes_no:  # no share lies beyond
        bounds = ["low", "high"]
        found[bounds] = found[bounds].clip(0.0, 1.0)
        found.loc[trials, bounds] = bounded(means[trials], yes_no=True)[bounds]
    return found.reset_index(), trials


def said(found: Pooled, spec: FigureSpec, yes_no: bool, others: list[str]) -> str:
    """Return what a caption says of the means: of how many, which interval, over what."""
    one, many = found.unit
    share = yes_no and spec.kind != "series"
    n, runs = found.cells["n"], found.cells["runs"]
    count = counted(int(n.min()), int(n.max()))
    of = one if int(n.max()) == 1 and one != "run" else many
    interval = name_of(found.trials[0])
    if one != "run":
        interval += f" over {many.partition(' (')[0]}"
    if found.trials[1] and not found.trials[0]:
        interval += ", Wilson where all of them agree"
    bare = spec.kind == "heatmap" or found.cells["low"].isna().all()
    band = "" if bare else f" with its 95 % interval ({interval})"
    what = f"{'Share of runs' if share else 'Mean'}{band}, n = {count} {of} each"
    if one != "run":
        what += f" ({counted(int(runs.min()), int(runs.max()))} runs)"
    if others:
        what += f", over all values of {listed(others)}"
    if one not in ("run", "replicate"):
        what += "; all have the same seeds, whose luck is in no interval"
    if found.left_out == 1:
        what += "; 1 run is left out, since other points lack its replicate"
    elif found.left_out:
        what += f"; {found.left_out:,} runs are left out, since other points lack their replicate"
    return what
