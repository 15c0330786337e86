"""The folder of a report."""

from pathlib import Path

import pandas as pd

from samizdat.batch.experiment import ExperimentError
from samizdat.batch.results import Results, read_results
from samizdat.batch.verify import PAGE
from samizdat.report.bars import bars
from samizdat.report.contrasted import contrasted, table_of_cells, table_of_turns
from samizdat.report.earlier import begin, check_not_empty, remember
from samizdat.report.figures import draw_figures
from samizdat.report.page import Findings, page
from samizdat.report.sensitivity import analyse
from samizdat.report.tables import (
    finished_runs,
    table_of_cascades,
    table_of_differences,
    table_of_points,
)
from samizdat.system.files import atomic_write, check_writable
from samizdat.system.paths import outside_path

REPORT, FIGURES = "report", "figures"
TABLE, CASCADES = "table.csv", "cascades.csv"
DIFFERENCES, SENSITIVITY = "differences.csv", "sensitivity.csv"
CONTRASTS, TURNS = "contrasts.csv", "turns.csv"


def write_report(
    folder: str | Path, out: str | Path | None = None, *, skip_damaged: bool = False
) -> Path:
    """Write the report of a sweep, finished or not, and return its page.

    Parameters
    ----------
    folder
        Folder of the sweep.
    out
        Folder of the report, by default ``report`` in the sweep's own.
    skip_damaged
        Report the runs that are left if parts of the sweep are damaged.

    Raises
    ------
    ExperimentError
        If the folder holds no sweep, its runs are missing or damaged, or a figure needs data that
        is missing.
    """
    return write_findings(read_results(folder), out, skip_damaged=skip_damaged).page


def write_findings(
    results: Results, out: str | Path | None = None, *, skip_damaged: bool = False
) -> Findings:
    """Write the report of a sweep that was read, and return its content."""
    if results.damaged and not skip_damaged:
        more = f" (and {len(results.damaged) - 1} more)" if len(results.damaged) > 1 else ""
        raise ExperimentError(
            f"{results.folder / results.damaged[0]}: has changed since it was written{more}; "
            "sweeping again repeats its runs, --skip-damaged reports the others"
        )
    place = results.folder / REPORT if out is None else outside_path(out, "out", ExperimentError)
    check_not_empty(results, place, PAGE)
    check_writable(place)
    finished = finished_runs(results)
    sensitivity = analyse(results, finished)
    begin(place)
    figures = draw_figures(results, finished, place / FIGURES)
    of_factors = bars(results, finished, sensitivity, place / FIGURES) if sensitivity else []
    of_points = table_of_points(finished)
    contrasts = contrasted(results, finished)
    tables = {
        TABLE: of_points,
        CASCADES: table_of_cascades(finished),
        DIFFERENCES: table_of_differences(results, finished),
        SENSITIVITY: sensitivity.table if sensitivity else None,
        CONTRASTS: table_of_cells(contrasts),
        TURNS: table_of_turns(contrasts),
    }
    made = [figure.path for figure in [*figures, *of_factors]]
    for name, table in tables.items():
        if table is not None:
            made.append(_write_table(place / name, table))
    findings = Findings(
        place / PAGE, results, finished, of_points, tables[CASCADES], tables[DIFFERENCES],
        sensitivity, figures, of_factors, contrasts,
    )  # fmt: skip
    with atomic_write(place / PAGE) as partial:
        partial.write_text(page(findings), encoding="utf-8")
    remember(place, [*made, place / PAGE], len(results.table))
    return findings


def _write_table(path: Path, table: pd.DataFrame) -> Path:
    with atomic_write(path) as partial:
        table.to_csv(partial, index=False, lineterminator="\n")
    return path
