"""Which factors matter: variance-based indices and elementary effects, compared with chance.

Sobol designs give the first-order and total indices of Saltelli et al. (2010), Morris designs the
mean absolute elementary effect mu* of Campolongo, Cariboni & Saltelli (2007) and the spread sigma
of Morris (1991), both through SALib and of the replicates' means; the design computes them. The
dummy changes the random numbers alone: an index that is not above the dummy's may be due to chance.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from samizdat.batch.design import varies
from samizdat.batch.design_kind import Indices
from samizdat.batch.experiment import CASCADE, ExperimentError
from samizdat.batch.factors import DUMMY
from samizdat.batch.results import Results
from samizdat.report.labels import number
from samizdat.report.tables import FinishedRuns


class Sensitivity(NamedTuple):
    """The sensitivity analysis of a design.

    Attributes
    ----------
    indices
        The kind of indices.
    table
        One row per measure and factor: measure, factor, the indices, above_dummy; None if there are
        none.
    notes
        Why a measure, or all of them, have no indices.
    """

    indices: Indices
    table: pd.DataFrame | None
    notes: list[str]


def analyse(results: Results, finished: FinishedRuns) -> Sensitivity | None:
    """Return the sensitivity analysis of a design that has indices, else None."""
    design = results.experiment.design
    indices = design.indices
    if indices is None:
        return None
    missing = results.planned - len(results.table)
    if missing:
        note = (
            f"{missing:,} of {results.planned:,} runs are missing, so there is no sensitivity "
            "analysis: each index needs every point."
        )
        return Sensitivity(indices, None, [note])
    if not _samples_the_same(results, finished):
        note = (
            "The SciPy and SALib that are installed sample other points than those that were run, "
            "so there is no sensitivity analysis; use the versions of the sweep."
        )
        return Sensitivity(indices, None, [note])
    measures = list(dict.fromkeys([*finished.measures, CASCADE]))
    found, notes = [], []
    for measure in [name for name in measures if name in finished.recorded]:
        values = finished.runs[measure]
        empty = int(values.isna().sum())
        infinite = int(np.isinf(values.to_numpy(np.float64, na_value=np.nan)).sum())
        means = values.groupby(finished.runs["point"]).mean().to_numpy(np.float64, na_value=np.nan)
        if empty or infinite:
            how = f"empty in {empty:,}" if empty else f"infinite in {infinite:,}"
            notes.append(f"{measure}: {how} runs, so it has no indices.")
            continue
        if not varies(means):
            notes.append(f"{measure}: the same at every point, so it has no indices.")
            continue
        table = design.analyse(means)
        if table[list(indices.columns)].isna().all(axis=None):
            notes.append(
                f"{measure}: the same at all points of the design's two samples, so it has no "
                "indices, which are shares of their variance; more samples may show one."
            )
            continue
        table.insert(0, "measure", measure)
        found.append(table.assign(above_dummy=_above_dummy(table, indices.columns[-1])))
    return Sensitivity(indices, pd.concat(found, ignore_index=True) if found else None, notes)


def format_ranking(found: Sensitivity) -> list[str]:
    """Return one line per measure: its factors ordered by their index, the largest first."""
    if found.table is None:
        return []
    index = found.indices.columns[-1]
    lines = []
    for measure, table in found.table.groupby("measure", sort=False):
        rows = table.sort_values(index, ascending=False, kind="stable")
        pairs = zip(rows["factor"], rows[index], strict=True)
        lines.append(f"{measure}, {index}: " + ", ".join(f"{f} {number(v)}" for f, v in pairs))
    return lines


def _samples_the_same(results: Results, finished: FinishedRuns) -> bool:
    """Whether the design, sampled now, gives exactly the points that were run."""
    try:
        again = results.experiment.points()
    except ExperimentError:
        return False
    here = finished.points.drop(columns="point")
    if list(again.columns) != list(here.columns) or len(again) != len(here):
        return False
    for name in here.columns:
        mine, theirs = here[name].to_numpy(), again[name].to_numpy()
        numeric = pd.api.types.is_numeric_dtype(here[name])
        same = np.allclose(mine, theirs, rtol=1e-12) if numeric else (mine == theirs).all()
        if not same:
            return False
    return True


def _above_dummy(table: pd.DataFrame, index: str) -> pd.Series | None:
    """Whether each factor's interval lies above that of the dummy; None if there is no dummy."""
    is_dummy = table["factor"] == DUMMY
    if not is_dummy.any():
        return None
    dummy = table[is_dummy].iloc[0]
    ceiling = dummy[index] + dummy[f"{index}_conf"]
    above: pd.Series = (table[index] - table[f"{index}_conf"] > ceiling).astype(object)
    above[is_dummy] = None
    return above
