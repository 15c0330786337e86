"""Many small parts become few large ones; nothing is lost if that is cut short."""

from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from samizdat.batch import parts
from samizdat.batch.experiment import ExperimentError
from samizdat.batch.folder import SweepFolder, read_manifest

ROWS = 1_000_000  # of a part


class Compacted(NamedTuple):
    """What became of the parts."""

    before: int
    after: int
    rows: int
    moved: list[str]  # damaged ones, set aside


def compact(folder: Path) -> Compacted:
    """Rewrite the parts of a sweep as few, each run once.

    New parts are on the disk before old ones go: whatever happens, each run is there, and reading
    takes it once.

    Raises
    ------
    ExperimentError
        If there is no sweep, or somebody writes to it.
    """
    if "experiment" not in read_manifest(folder):
        raise ExperimentError(f"{folder}: holds no sweep")
    sweep = SweepFolder(folder)
    try:
        runs, series = folder / parts.RUNS, folder / parts.SERIES
        old = [*parts.parts_in(runs), *parts.parts_in(series)]
        before = len(parts.parts_in(runs))
        table = parts.read_runs(folder).table
        number = max((part.number for part in old if not part.shard), default=-1) + 1
        for piece in _pieces(folder, table):
            kept = parts.read_series(folder, piece["RunId"].to_numpy())
            if kept is not None:
                parts.write_part(series, "", number, kept)
            parts.write_part(runs, "", number, piece)
            number += 1
        for part in sorted(old, key=lambda part: part.path.parent.name):  # runs vouch for series
            part.path.unlink()
        return Compacted(before, len(parts.parts_in(runs)), len(table), sweep.moved)
    finally:
        sweep.release()


def _pieces(folder: Path, table: pa.Table) -> list[pa.Table]:
    """Cut a table of runs so that neither a part nor its series gets too large."""
    if not len(table):
        return []
    sizes = [part.path.stat().st_size for part in parts.parts_in(folder / parts.SERIES)]
    size = ROWS
    if sizes:
        size = max(1, min(ROWS, int(len(table) * _LARGEST_SERIES / max(sum(sizes), 1))))
    return [table.slice(begin, size) for begin in range(0, len(table), size)]


_LARGEST_SERIES = 200_000_000  # bytes
