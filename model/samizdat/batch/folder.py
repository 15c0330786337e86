"""The folder of a sweep: manifest, design, parts, and the locks of its writers."""

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from samizdat.batch import parts
from samizdat.batch.chunk import ChunkResult, table_of
from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.core.quantity import format_value
from samizdat.run import digests
from samizdat.run.provenance import commit_of_source, machine, peak_memory, versions
from samizdat.system.files import (
    LOCK,
    FolderLock,
    make_folder,
    naming,
    partial_of,
    reason_of,
    to_disk,
)
from samizdat.system.manifests import (
    COMPLETE,
    MANIFEST,
    RUNNING,
    ManifestError,
    publish,
    read_manifest,
    read_with_files,
    staged,
)
from samizdat.system.paths import outside_path

DESIGN, REPORT = "design.parquet", "report"
QUICK = "quick"  # folder of an experiment's quick form, inside that of the full form
FORMAT = 1
_ROWS = 100_000  # rows per group in the design's file


class SweepFolder:
    """A folder that one process writes a sweep to; with shards, one process per shard.

    Parameters
    ----------
    folder
        Created if absent. Existing results are kept: an unfinished sweep continues.
    shard
        As in 1of3; empty: the whole sweep.

    Raises
    ------
    ExperimentError
        If the folder cannot be used, or another process writes there.
    """

    def __init__(self, folder: Path, shard: str = "") -> None:
        self.folder, self.shard = folder, shard
        self._began = dt.datetime.now(dt.UTC)
        self._locks: list[FolderLock] = []
        try:
            make_folder(folder)
            self._check_others()
            for name in (parts.RUNS, parts.SERIES):
                (folder / name).mkdir(exist_ok=True)
            to_disk(folder)
            self._locks.append(FolderLock(folder, shared=bool(shard)))
            if shard:
                self._locks.append(FolderLock(folder, f"{LOCK}-{shard}"))
        except OSError as error:
            self.release()
            reason = reason_of(error)
            raise ExperimentError(f"out = {folder}: {reason}") from None
        self.moved = parts.set_aside(folder, shard or None)
        mine = [part.number for part in parts.parts_in(folder / parts.RUNS) if part.shard == shard]
        self._next = max(mine, default=-1) + 1
        self._session: dict[str, object] = {}

    def _check_others(self) -> None:
        """Check that a folder is empty or holds a sweep."""
        there = {path.name for path in self.folder.iterdir()}
        known = {MANIFEST, DESIGN, parts.RUNS, parts.SERIES, parts.DAMAGED, QUICK, REPORT}
        hidden = {name for name in there if name.startswith(".")}
        if MANIFEST not in there and there - hidden - known:
            raise ExperimentError(f"out = {self.folder}: the folder holds something else")
        if MANIFEST in there and "design" not in read_sweep_manifest(self.folder):
            raise ExperimentError(f"out = {self.folder}: the folder holds a run, not a sweep")

    def begin(
        self, experiment: Experiment, design: pd.DataFrame, resolved: dict[str, object] | None,
        command: Sequence[str], workers: dict[str, object],
    ) -> None:  # fmt: skip
        """Write the design, and a manifest with status running."""
        commit, dirty = commit_of_source()
        self._session = {
            "started": self._began.isoformat(timespec="milliseconds"),
            "shard": self.shard or None,
            "command": list(command),
            "commit": commit,
            "commit_dirty": dirty,
            "model_digest": digests.model_digest(),
            "versions": versions(),
            "machine": machine(),
            **workers,
        }
        table = experiment.to_table()
        self._write(
            design,
            {
                "format": FORMAT,
                "status": RUNNING,
                "name": experiment.name,
                "folder": str(experiment.folder),
                "question": experiment.question,
                "quick": experiment.quick,
                "design": table["design"],
                "experiment": table,
                "scenario": resolved,
                "points": int(design["point"].nunique()),
                "runs": len(design),
            },
        )

    def grow(self, design: pd.DataFrame) -> None:
        """Write a design that has grown, and its number of runs."""
        self._write(design, {"runs": len(design)})

    def _write(self, design: pd.DataFrame, facts: dict[str, object]) -> None:
        """Write the runs that the experiment now asks for, one row each, and the manifest."""
        with _turn(self.folder), staged() as partials:
            partials[DESIGN] = partial_of(self.folder / DESIGN)
            table = pa.Table.from_pandas(design, preserve_index=False)
            with naming(partials[DESIGN]):
                parquet.write_table(
                    table, partials[DESIGN], write_page_checksum=True, row_group_size=_ROWS
                )
            self._publish(facts, partials)

    def add(self, done: ChunkResult) -> None:
        """Write what a worker sent; it is on the disk when this returns."""
        if not done.finished:
            return
        if done.series is not None:
            self._write_part(parts.SERIES, table_of(done.series))
        self._write_part(parts.RUNS, table_of(done.runs))
        self._next += 1

    def _write_part(self, kind: str, table: pa.Table) -> None:
        parts.write_part(self.folder / kind, self.shard, self._next, table)

    def end(self, status: str, numbers: dict[str, int]) -> None:
        """Write the manifest with how the call ended, and release the folder.

        If the call ended before it began, by an error or an interrupt, the manifest is not changed.
        """
        try:
            if not self._session:
                return
            self._session |= {
                "ended": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
                "status": status,
                "peak_memory_bytes": peak_memory(),
                **numbers,
            }
            with _turn(self.folder):
                self._publish({"status": status, **numbers}, {})
        finally:
            self.release()

    def release(self) -> None:
        """Release the lock, so that other processes can write to the folder."""
        while self._locks:
            self._locks.pop().release()

    def _publish(self, facts: dict[str, object], partials: dict[str, Path]) -> None:
        """Put files in place, and update the manifest with them, facts and this session."""
        before: dict[str, Any] = {}
        with contextlib.suppress(ExperimentError):
            before = read_sweep_manifest(self.folder)
        if before.get("status") == COMPLETE and "ended" in self._session and self.shard:
            facts = {}  # another shard that ended later wrote first, and found all runs done
        sessions = [
            each for each in before.get("sessions", [])
            if (each["started"], each["shard"]) !=
               (self._session["started"], self._session["shard"])
        ]  # fmt: skip
        manifest = {**before, **facts, "sessions": [*sessions, self._session]}
        publish(self.folder, before, manifest, partials)


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Lock manifest and design while they are changed: one shard at a time."""
    lock = FolderLock(folder, ".manifest.lock", wait=True)
    try:
        yield
    finally:
        lock.release()


def read_sweep_manifest(folder: Path, lacks: str = "no sweep") -> dict[str, Any]:
    """Read the manifest of a sweep.

    Parameters
    ----------
    lacks
        What the message says that a folder without a manifest holds.

    Raises
    ------
    ExperimentError
        If there is none, or it is broken.
    """
    try:
        return read_manifest(folder / MANIFEST)
    except OSError as error:
        raise _unreadable(folder, error, lacks) from None
    except ManifestError as error:
        raise ExperimentError(f"{error}; {_REWRITE}") from None


def read_with_design(folder: Path) -> tuple[dict[str, Any], bytes]:
    """Read the manifest of a sweep and the file of its design, as they belong together.

    Raises
    ------
    ExperimentError
        If there is none, or one of them is damaged.
    """
    manifest = read_sweep_manifest(folder)
    if "experiment" not in manifest:
        raise ExperimentError(f"{folder}: holds no sweep")
    path = folder / DESIGN
    try:
        manifest, files = read_with_files(folder, [DESIGN])
    except FileNotFoundError:
        wrong = f"{path}: no such file"
    except OSError as error:
        raise ExperimentError(f"{path}: {reason_of(error)}") from None
    except ManifestError as error:
        wrong = f"{error}, the design is damaged"
    else:
        return manifest, files[DESIGN]
    raise ExperimentError(f"{wrong}; sweeping again with the same file rewrites it")


def _unreadable(folder: Path, error: OSError, lacks: str) -> ExperimentError:
    reason = reason_of(error)
    return ExperimentError(f"{folder}: holds {lacks} ({MANIFEST}: {reason})")


_REWRITE = f"remove {MANIFEST} and sweep again with the same file: finished runs are kept"


def check_same_experiment(folder: Path, experiment: Experiment) -> None:
    """Check that a folder holds no sweep of another experiment; one of this experiment may grow.

    Raises
    ------
    ExperimentError
        If the folder holds a sweep of another name, or of the same name in its other form.
    """
    try:
        before = read_sweep_manifest(folder)
    except ExperimentError:
        return
    there = _form(before.get("name"), before.get("quick"))
    comes = _form(experiment.name, experiment.quick)
    if "design" in before and there != comes:
        raise ExperimentError(
            f"out = {folder}: holds {there}, this is {comes}; choose another folder"
        )


def _form(name: object, quick: object) -> str:
    return f"the {'small' if quick else 'whole'} form of {format_value(name)}"


def default_folder(experiment: Experiment) -> Path:
    """Return the default folder of a sweep."""
    folder = Path("results") / experiment.name
    return folder / QUICK if experiment.quick else folder


PART_ROWS = 1_000_000  # rows of a compacted part


class Compacted(NamedTuple):
    """The result of compacting the parts of a sweep.

    Attributes
    ----------
    before, after
        Number of parts before and after.
    rows
        Number of runs in them.
    moved
        Names of damaged parts, which were moved aside.
    """

    before: int
    after: int
    rows: int
    moved: list[str]


def compact(folder: str | Path) -> Compacted:
    """Rewrite the parts of a sweep as fewer parts, with each run once.

    New parts are on the disk before old ones are removed: whatever happens, each run is there, and
    it is read once.

    Raises
    ------
    ExperimentError
        If there is no sweep, or another process writes to it.

    Examples
    --------
    >>> from samizdat import read_table, sweep
    >>> from samizdat.batch.folder import compact
    >>> experiment = {
    ...     "question": "Who is in the street?", "scenario": "town", "until": "2014-03-03",
    ...     "set": {"citizens": 100}, "design": {"factors": {"regime": ["open", "ban"]}},
    ...     "replicates": 2, "resources": {"chunk_runs": 1},
    ... }
    >>> table = sweep(experiment, "results/parts", jobs=1)
    >>> found = compact("results/parts")
    >>> found.before, found.after, found.rows
    (4, 1, 4)
    >>> read_table("results/parts").equals(table)
    True
    """
    folder = outside_path(folder, error=ExperimentError)
    if "experiment" not in read_sweep_manifest(folder):
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
        for part in sorted(old, key=lambda part: part.path.parent.name):  # runs first, then series
            part.path.unlink()
        return Compacted(before, len(parts.parts_in(runs)), len(table), sweep.moved)
    finally:
        sweep.release()


def _pieces(folder: Path, table: pa.Table) -> list[pa.Table]:
    """Cut a table of runs so that neither a part nor its series becomes too large."""
    if not len(table):
        return []
    sizes = [part.path.stat().st_size for part in parts.parts_in(folder / parts.SERIES)]
    size = PART_ROWS
    if sizes:
        size = max(1, min(PART_ROWS, int(len(table) * _LARGEST_SERIES / max(sum(sizes), 1))))
    return [table.slice(begin, size) for begin in range(0, len(table), size)]


_LARGEST_SERIES = 200_000_000  # bytes
