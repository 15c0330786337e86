"""The folder of a report."""

from pathlib import Path

import pandas as pd

from samizdat.batch.results import Results, read_results
from samizdat.report.bars import bars
from samizdat.report.earlier import check_not_empty, remember
from samizdat.report.figures import drawn
from samizdat.report.page import Findings, page
from samizdat.report.sensitivity import analysed
from samizdat.report.tables import (
    sample_of,
    table_of_cascades,
    table_of_differences,
    table_of_points,
)
from samizdat.system.files import atomic_write

REPORT, PAGE, FIGURES = "report", "report.html", "figures"
TABLE, CASCADES = "table.csv", "cascades.csv"
DIFFERENCES, SENSITIVITY = "differences.csv", "sensitivity.csv"


def write_report(folder: str | Path, out: str | Path | None = None) -> Path:
    """Write the report of a sweep, finished or not, and return its page.

    Parameters
    ----------
    folder
        Of the sweep.
    out
        Folder of the report, by default ``report`` in the sweep's own.

    Raises
    ------
    ExperimentError
        If the folder holds no sweep, its runs are gone, or a figure asks for what is not there.
    """
    return written(read_results(folder), out).page


def written(results: Results, out: str | Path | None = None) -> Findings:
    """Write the report of a sweep that was read, and return what it says."""
    place = results.folder / REPORT if out is None else Path(out)
    check_not_empty(results, place, PAGE)
    sample = sample_of(results)
    sensitivity = analysed(results, sample)
    pictures = drawn(results, sample, place / FIGURES)
    of_factors = bars(results, sample, sensitivity, place / FIGURES) if sensitivity else []
    of_points = table_of_points(sample)
    tables = {
        TABLE: of_points,
        CASCADES: table_of_cascades(sample),
        DIFFERENCES: table_of_differences(results, sample),
        SENSITIVITY: sensitivity.table if sensitivity else None,
    }
    place.mkdir(parents=True, exist_ok=True)
    made = [picture.path for picture in [*pictures, *of_factors]]
    for name, table in tables.items():
        if table is not None:
            made.append(_write_table(place / name, table))
    remember(place, made, len(results.table))
    findings = Findings(
        place / PAGE, results, sample, of_points, tables[CASCADES], tables[DIFFERENCES],
        sensitivity, pictures, of_factors,
    )  # fmt: skip
    with atomic_write(place / PAGE) as partial:
        partial.write_text(page(findings), encoding="utf-8")
    return findings


def _write_table(path: Path, table: pd.DataFrame) -> Path:
    with atomic_write(path) as partial:
        table.to_csv(partial, index=False, lineterminator="\n")
    return path
