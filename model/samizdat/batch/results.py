"""The results of a sweep so far, as tidy tables: the rows of its current design."""

import math
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute, parquet

from samizdat.batch.experiment import CASCADE, CASCADE_SIZE, Experiment, ExperimentError
from samizdat.batch.factors import DUMMY
from samizdat.batch.folder import DESIGN, read_sweep_manifest, read_with_design
from samizdat.batch.parts import SERIES, damaged_in, read_runs, read_series
from samizdat.run.measures import OUTCOMES
from samizdat.run.records import NATION
from samizdat.run.tables import parsed_table
from samizdat.system.manifests import (
    COMPLETE,
    MANIFEST,
    ManifestError,
    bytes_of,
    listed,
    read_manifest,
    read_with_files,
)
from samizdat.system.paths import outside_path

NEITHER = "neither a run nor a sweep"
OF_THE_DESIGN = ("RunId", "point", "iteration", "seed")


class Results(NamedTuple):
    """A sweep read from its folder.

    Attributes
    ----------
    table
        One row per finished run, points and replicates in order: RunId, point, iteration, Step,
        the factors, seed, the measures. If a cascade is declared, also `cascade` (whether there was
        one; empty where its measure is) and `cascade_size` (its measure, empty where there was
        none).
    failed
        The runs that failed: RunId, point, iteration, seed, the factors, error.
    planned
        Number of runs that the current design asks for.
    damaged
        Parts that were skipped, because they have changed since they were written.
    """

    folder: Path
    manifest: dict[str, Any]
    experiment: Experiment
    factors: list[str]
    table: pd.DataFrame
    failed: pd.DataFrame
    planned: int
    damaged: list[str]

    def series(self) -> pd.DataFrame | None:
        """Return the series of the finished runs: RunId, Step, date, measures, and the factors."""
        found = read_series(self.folder, self.table["RunId"].to_numpy())
        if found is None:
            return None
        frame = found.to_pandas()
        frame["date"] = pd.to_datetime(frame["date"])
        about = self.table[[*OF_THE_DESIGN, *self.factors]].drop_duplicates("RunId")
        return about.merge(frame, on="RunId")


def read_results(folder: str | Path) -> Results:
    """Read and verify the rows of a sweep's current design.

    Raises
    ------
    ExperimentError
        If the folder holds no sweep.
    """
    folder = outside_path(folder, error=ExperimentError)
    manifest, design = read_design(folder)
    experiment = experiment_of(manifest)
    factors = [name for name in design.columns if name not in OF_THE_DESIGN]
    # A part may have columns that were factors of an earlier design.
    outcomes = OUTCOMES if experiment.scenario is not None else ()
    measures = list(dict.fromkeys([*outcomes, *experiment.measured]))
    read = read_runs(folder, ["Step", *measures])
    rows = read.table
    measures = [name for name in measures if name in rows.column_names]
    good = compute.is_null(rows["error"])  # split in Arrow: in pandas, booleans with missing values
    step = ["Step"] if "Step" in rows.column_names else []  # would lose their type
    table = _of_design(design, rows.filter(good).select(["RunId", *step, *measures]))
    table = table.assign(Step=table.get("Step", np.int32(0)))
    table = table[["RunId", "point", "iteration", "Step", *factors, "seed", *measures]]
    failed = _of_design(design, rows.filter(compute.invert(good)).select(["RunId", "error"]))
    cascade = experiment.cascade
    if cascade is not None and cascade.of in table:
        size = table[cascade.of].astype(np.float64)
        there = size >= cascade.at_least
        table[CASCADE] = there.astype("boolean").mask(size.isna())
        table[CASCADE_SIZE] = size.where(there)
    failed = failed[[*OF_THE_DESIGN, *factors, "error"]]
    lost = [*read.damaged, *damaged_in(folder / SERIES)]
    damaged = [f"{part.path.parent.name}/{part.path.name}" for part in lost]
    return Results(folder, manifest, experiment, factors, table, failed, len(design), damaged)


def read_table(path: str | Path) -> pd.DataFrame:
    """Return a table that a run or a sweep wrote, verified.

    Parameters
    ----------
    path
        A table of a run, as in ``first/nation.parquet``; the folder of a run, for its table of
        the nation; or the folder of a sweep, finished or not.

    Returns
    -------
    DataFrame
        For a run one row per day, or per day and region. For a sweep one row per finished run, as
        `sweep` returns it: RunId, point, iteration, Step, factors, seed, measures; points and
        replicates in order. A part of a sweep that has changed since it was written is skipped,
        with a warning; so are runs of a complete sweep that are missing.
        Runs that are not done yet, or failed, have no row.

    Raises
    ------
    OSError
        In one line, if there is no such file or folder, or a table of a run is damaged, is none,
        or is not listed in a manifest beside it.
    ExperimentError
        In one line, if the folder holds neither a run nor a sweep.

    Examples
    --------
    >>> from samizdat import read_table, sweep
    >>> experiment = {
    ...     "question": "Who is in the street?", "scenario": "town", "until": "2014-03-03",
    ...     "set": {"citizens": 100}, "design": {"factors": {"regime": ["open", "ban"]}},
    ... }
    >>> table = sweep(experiment, "results/street", jobs=1)
    >>> read_table("results/street").equals(table)
    True
    """
    path = outside_path(path)
    file = path / NATION if path.is_dir() else path
    if path.is_dir() and not file.exists():
        return _read_sweep(path)
    try:
        content = bytes_of(file)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file or folder") from None
    if (file.parent / MANIFEST).exists():
        return _parsed(file, _verified(file, content))
    _parsed(file, content)  # what is wrong with it, if anything
    raise OSError(
        f"{file}: there is no {MANIFEST} beside it to verify it with "
        "(pandas.read_parquet reads it unverified)"
    )


def _verified(file: Path, content: bytes) -> bytes:
    """Return the bytes of a run's table, compared with the manifest beside it."""
    try:
        if file.name not in listed(read_manifest(file.parent / MANIFEST)):
            _parsed(file, content)  # if it is no table at all, this is what is told
        return read_with_files(file.parent, [file.name])[1][file.name]
    except ManifestError as error:
        raise OSError(str(error)) from None


def _parsed(file: Path, content: bytes) -> pd.DataFrame:
    try:
        return parsed_table(content)
    except (OSError, ValueError) as error:
        raise OSError(f"{file}: {' '.join(str(error).split())}") from error


def _read_sweep(folder: Path) -> pd.DataFrame:
    manifest = read_sweep_manifest(folder, NEITHER)
    if "experiment" in manifest:
        results = read_results(folder)
        for name in results.damaged:
            warnings.warn(
                f"{folder / name}: has changed since it was written; its runs are left out",
                stacklevel=3,
            )
        lost = results.planned - len(results.table) - len(results.failed)
        if lost and manifest.get("status") == COMPLETE and not results.damaged:
            warnings.warn(f"{folder}: {lost:,} runs of a complete sweep are missing", stacklevel=3)
        return results.table
    if "scenario" in manifest:
        raise ExperimentError(f"{folder}: the run has no {NATION}")
    raise ExperimentError(f"{folder}: holds {NEITHER}")


def _of_design(design: pd.DataFrame, rows: pa.Table) -> pd.DataFrame:
    joined = design.merge(rows.to_pandas(), on="RunId", how="inner")
    return joined.sort_values(["point", "iteration"], ignore_index=True)


def experiment_of(manifest: dict[str, Any]) -> Experiment:
    """Return the experiment of a manifest, with the folder where its file was."""
    folder = Path(str(manifest.get("folder", "")))
    return Experiment.from_table(manifest["experiment"], str(manifest["name"]), folder)


def read_design(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """Read the manifest of a sweep, and the runs that its current design asks for.

    Raises
    ------
    ExperimentError
        If the folder holds no sweep, or manifest or design are damaged.
    """
    manifest, content = read_with_design(folder)
    try:
        table = parquet.read_table(pa.BufferReader(content), page_checksum_verification=True)
        frame: pd.DataFrame = table.to_pandas()
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise ExperimentError(f"{folder / DESIGN}: {' '.join(str(error).split())}") from None
    return manifest, frame


LENGTH = 300  # most characters shown of an error


class FailedRuns(RuntimeError):  # noqa: N818 - named for what happened
    """Runs of a sweep failed; what was finished is in its folder.

    Parameters
    ----------
    message
        How many failed, and why, in one line.
    trouble
        The traceback of the first, if there is one; it becomes a note of the exception.
    """

    def __init__(self, message: str, trouble: str | None = None) -> None:
        super().__init__(message)
        if trouble:
            self.add_note(trouble.rstrip())


def failure_message(results: Results, failed: int, *, keep_going: bool) -> str:
    """Return one line: how many runs failed, at which point the first one did, and what to do.

    Parameters
    ----------
    failed
        Number of runs of the call that failed.
    keep_going
        Whether the call continued after the first failure.
    """
    message = f"{failed:,} of {results.planned:,} runs failed"
    if len(results.failed):
        run = results.failed.iloc[0]
        values = [
            f"{name} = {_format_value(run[name])}" for name in results.factors if name != DUMMY
        ]
        where = ", ".join([*values, f"seed = {run['seed']}"])
        message += f", the first at {where}: {str(run['error'])[:LENGTH]}"
    if keep_going:
        return f"{message}; the table has the {len(results.table):,} others"
    return (
        f"{message}; {len(results.table):,} are done and kept in {results.folder}, "
        "keep_going=True continues to the end and returns the others"
    )


def _format_value(value: object) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    return str(value)
