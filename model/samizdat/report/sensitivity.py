"""Which factors matter: variance-based indices and elementary effects, beside those of luck.

Sobol designs give the first-order and total indices of Saltelli et al. (2010), Morris designs the
mean absolute elementary effect mu* of Campolongo, Cariboni & Saltelli (2007) and the spread sigma
of Morris (1991), both through SALib and of the replicates' means. The dummy changes the luck alone:
what it reaches, a factor may reach without doing anything.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.design import places_of, points_of
from samizdat.batch.experiment import CASCADE, DUMMY, ExperimentError, Morris, Sobol
from samizdat.batch.results import Results
from samizdat.report.labels import number
from samizdat.report.tables import Sample

SOBOL, MORRIS = ("S1", "ST"), ("mu_star",)
RESAMPLES = 200  # for the intervals: Archer, Saltelli & Sobol (1997)


class Sensitivity(NamedTuple):
    """Indices of each measure and factor, or why there are none."""

    indices: tuple[str, ...]  # the columns with an interval, the one that ranks last
    table: pd.DataFrame | None
    notes: list[str]


def analysed(results: Results, sample: Sample) -> Sensitivity | None:
    """Return the sensitivity analysis of a Sobol or Morris design; None of another."""
    design = results.experiment.design
    if not isinstance(design, Sobol | Morris):
        return None
    indices = SOBOL if isinstance(design, Sobol) else MORRIS
    missing = results.planned - len(results.table)
    if missing:
        note = (
            f"{missing:,} of {results.planned:,} runs are missing, so there is no sensitivity "
            "analysis: each index needs every point."
        )
        return Sensitivity(indices, None, [note])
    places = _places(results, sample)
    if places is None:
        note = (
            "The SciPy and SALib that are installed sample other points than those that were run, "
            "so there is no sensitivity analysis; use the versions of the sweep."
        )
        return Sensitivity(indices, None, [note])
    measures = list(dict.fromkeys([*sample.measures, CASCADE]))
    found, notes = [], []
    for measure in [name for name in measures if name in sample.recorded]:
        values = sample.runs[measure]
        empty = int(values.isna().sum())
        means = values.groupby(sample.runs["point"]).mean().to_numpy()
        if empty:
            notes.append(f"{measure}: empty in {empty:,} runs, so it has no indices.")
        elif means.max() - means.min() <= 1e-12 * np.abs(means).max():
            notes.append(f"{measure}: the same at every point, so it has no indices.")
        else:
            found.append(_indices(design, measure, places, means))
    table = pd.concat(found, ignore_index=True) if found else None
    return Sensitivity(indices, table, notes)


def ranked(found: Sensitivity) -> list[str]:
    """Return a line a measure: its factors by their index, the largest first."""
    if found.table is None:
        return []
    index = found.indices[-1]
    said = []
    for measure, table in found.table.groupby("measure", sort=False):
        rows = table.sort_values(index, ascending=False, kind="stable")
        pairs = zip(rows["factor"], rows[index], strict=True)
        said.append(f"{measure}, {index}: " + ", ".join(f"{f} {number(v)}" for f, v in pairs))
    return said


def _places(results: Results, sample: Sample) -> NDArray[np.float64] | None:
    """Return the design as it was sampled, if it gives the very points that were run."""
    try:
        again = points_of(results.experiment)
    except ExperimentError:
        return None
    here = sample.points.drop(columns="point")
    if list(again.columns) != list(here.columns) or len(again) != len(here):
        return None
    for name in here.columns:
        mine, theirs = here[name].to_numpy(), again[name].to_numpy()
        numeric = pd.api.types.is_numeric_dtype(here[name])
        same = np.allclose(mine, theirs, rtol=1e-12) if numeric else (mine == theirs).all()
        if not same:
            return None
    design = results.experiment.design
    assert isinstance(design, Sobol | Morris)
    return places_of(design)


def _indices(
    design: Sobol | Morris, measure: str, places: NDArray[np.float64], means: NDArray[np.float64]
) -> pd.DataFrame:
    names = [*design.factors, *([DUMMY] if design.dummy else [])]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    luck = design.seed + 1  # SALib takes 0 for no seed
    columns: dict[str, Any]
    if isinstance(design, Sobol):
        from SALib.analyze import sobol

        found = sobol.analyze(
            problem, means, calc_second_order=False, num_resamples=RESAMPLES, seed=luck
        )
        columns, ranks = {key: found[key] for key in ("S1", "S1_conf", "ST", "ST_conf")}, "ST"
    else:
        from SALib.analyze import morris

        found = morris.analyze(
            problem, places, means, num_resamples=RESAMPLES, num_levels=design.levels, seed=luck
        )
        columns = {key: found[key] for key in ("mu_star", "mu_star_conf", "mu", "sigma")}
        ranks = "mu_star"
    table = pd.DataFrame({"measure": measure, "factor": names, **columns})
    return table.assign(above_dummy=_above(table, ranks) if design.dummy else None)


def _above(table: pd.DataFrame, index: str) -> "pd.Series[Any]":
    """Whether a factor's interval lies above all of the dummy's."""
    dummy = table[table["factor"] == DUMMY].iloc[0]
    ceiling = dummy[index] + dummy[f"{index}_conf"]
    above: pd.Series[Any] = (table[index] - table[f"{index}_conf"] > ceiling).astype(object)
    above[table["factor"] == DUMMY] = None
    return above
