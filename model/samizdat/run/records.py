"""The only module that writes a run: manifest, tables, figures; each file is whole or absent."""

import contextlib
import datetime as dt
import errno
import hashlib
import json
import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from samizdat.core.jit import source_digest
from samizdat.run import checkpoint, digests
from samizdat.run.measures import population_measures
from samizdat.run.provenance import commit_of_source, machine, peak_memory, versions
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario
from samizdat.system.files import LOCK, FolderLock, atomic_write, check_writable, is_leftover

RUNNING, INTERRUPTED, COMPLETE, FAILED = "running", "interrupted", "complete", "failed"
MANIFEST, NATION, REGIONS = "manifest.json", "nation.parquet", "regions.parquet"
FIGURES = "figures"
_OF_RESULTS = ("error", "summary", "bands", "files_sha256", "nation_sha256", "last_date")
_WRITTEN = (MANIFEST, NATION, REGIONS, FIGURES)


# What a manifest must hold for its run to be resumed.
_NEEDED: dict[str, Any] = {
    **dict.fromkeys(("status", "scenario_name", "model_digest", "graph_digest"), str),
    **dict.fromkeys(("seed", "steps", "steps_asked", "threads", "peak_memory_bytes"), int),
    "wall_seconds": int | float,
    "checkpoint_every_days": int | float | None,
    "graph_file": str | None,
    "resumed": list,
    "scenario": dict,
}


class RecordError(ValueError):
    """Why a folder cannot hold a run, or its run cannot be resumed; one line."""


class RunPlan(NamedTuple):
    """The last step of a run, and how often it writes a checkpoint."""

    steps: int
    checkpoint_days: float | None = None  # None: never


class RunRecord:
    """The folder of one run.

    Parameters
    ----------
    folder
        Created by `begin` if absent. It must be empty, unless ``force``: then files of an earlier
        run are replaced, and nothing else is touched.
    resume
        The folder holds a run that is to be resumed.
    size
        Bytes that the run will take on the disk.

    Raises
    ------
    RecordError
        If the folder cannot be used, or another process writes there.
    """

    def __init__(
        self, folder: Path, *, force: bool = False, resume: bool = False, size: int = 0
    ) -> None:
        self.folder, self._force = folder, force
        self._began = dt.datetime.now(dt.UTC)
        self._manifest: dict[str, Any] = {}
        self._lock: FolderLock | None = None
        self._every = 0  # steps between checkpoints; 0: none
        self.seconds_before = 0.0  # of wall time in earlier processes
        if resume:
            self._reopen()
            return
        try:
            if folder.is_dir() and _held(folder) and not force:
                raise RecordError(f"out = {folder}: the folder is not empty (--force replaces)")
            check_writable(folder, size)
            if (folder / LOCK).exists():
                FolderLock(folder).release()
        except OSError as error:
            there = str(error.filename)
            where = f"{there}: " if there != str(folder) else ""
            raise RecordError(f"out = {folder}: {where}{_reason(error)}") from None

    def _reopen(self) -> None:
        """Read the manifest of a run to resume; lock the folder if the run is unfinished."""
        self._read_manifest()
        if not self.complete:
            try:
                self._lock = FolderLock(self.folder)
            except OSError as error:
                raise RecordError(f"resume = {self.folder}: {_reason(error)}") from None
            self._read_manifest()  # it may have changed before the lock was held

    def _read_manifest(self) -> None:
        path = self.folder / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise RecordError(
                f"resume = {self.folder}: holds no run ({MANIFEST}: {_reason(error)})"
            ) from None
        except (ValueError, RecursionError):
            raise RecordError(f"resume: {path} is broken, it is not JSON") from None
        for name, types in _NEEDED.items():
            found = manifest.get(name, ...) if isinstance(manifest, dict) else ...
            if not isinstance(found, types):
                raise RecordError(
                    f"resume: {path}: {name} is missing or broken"
                    " (was it written by `samizdat run` of this version?)"
                )
        self._manifest = manifest
        self.seconds_before = float(manifest["wall_seconds"])

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of the manifest."""
        return self._manifest

    @property
    def complete(self) -> bool:
        """Whether all steps asked for are done and written."""
        return self._manifest.get("status") == COMPLETE

    def scenario(self) -> Scenario:
        """Return the scenario of a run that was reopened."""
        try:
            return Scenario.from_table(self._manifest["scenario"], self._manifest["scenario_name"])
        except ValueError as error:
            raise RecordError(f"resume: {self.folder / MANIFEST}: {error}") from None

    def begin(
        self,
        simulation: Simulation,
        command: Sequence[str],
        graph_file: str | None,
        plan: RunPlan | None = None,
    ) -> None:
        """Write the manifest, with status running; remove results of an earlier run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = FolderLock(self.folder)
        if _held(self.folder) and not self._force:  # left by a run that began after the first check
            self.release()
            raise FileExistsError(errno.EEXIST, "the folder is not empty", str(self.folder))
        self._remove_results()
        scenario = simulation.scenario
        commit, dirty = commit_of_source()
        self._manifest = {
            "status": RUNNING,
            "scenario_name": scenario.name,
            "seed": simulation.seed,
            "citizens": scenario.citizens,
            "steps": 0,
            "steps_asked": plan.steps if plan else simulation.steps,
            "threads": simulation.threads,
            "command": list(command),
            "started": self._began.isoformat(timespec="seconds"),
            "versions": versions(),
            "source_digest": source_digest(),
            "model_digest": digests.model_digest(),
            "commit": commit,
            "commit_dirty": dirty,
            "machine": machine(),
            "wall_seconds": 0.0,
            "peak_memory_bytes": 0,
            "resumed": [],
            "graph_file": graph_file,
            "graph_digest": simulation.graph.digest(),
            "graph": simulation.graph.measures(scenario.region_first),
            "population": _population(simulation),
            "scenario": scenario.to_table(),
        }
        if plan:
            self._set_plan(plan, simulation)
        self._write_manifest()

    def resume(self, simulation: Simulation, plan: RunPlan) -> None:
        """Note in the manifest that the run is resumed, from the step of the simulation."""
        if not simulation.step_number:
            self._remove_results(but=MANIFEST)  # which is replaced below
            self._manifest |= {"steps": 0, "wall_seconds": 0.0}
        for name in _OF_RESULTS:
            self._manifest.pop(name, None)
        resumption = {
            "at": self._began.isoformat(timespec="seconds"),
            "steps": simulation.step_number,
            "threads": simulation.threads,
            "model_digest": digests.model_digest(),
            "versions": versions(),
        }
        self._manifest |= {
            "status": RUNNING,
            "resumed": [*self._manifest["resumed"], resumption],
        }
        self._set_plan(plan, simulation)
        self._write_manifest()

    def _set_plan(self, plan: RunPlan, simulation: Simulation) -> None:
        self._manifest["checkpoint_every_days"] = plan.checkpoint_days
        if plan.checkpoint_days is not None:
            days = float(simulation.scenario.spec.step_days)
            self._every = max(1, math.floor(plan.checkpoint_days / days + 1e-9))

    def _remove_results(self, but: str = "") -> None:
        for name in _WRITTEN:
            if name == but:
                continue
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        checkpoint.clear(self.folder)

    def after_step(self, simulation: Simulation, seconds: float) -> None:
        """Write a checkpoint and the tables so far, if one is due before the last step."""
        done = simulation.step_number
        if self._every and done % self._every == 0 and done < self._manifest["steps_asked"]:
            self._write_checkpoint(simulation)
            self._write_results(simulation, RUNNING, seconds)

    def end(self, simulation: Simulation, status: str, seconds: float) -> dict[str, Any]:
        """Write the tables, then the manifest with their digests; return the manifest.

        An interrupted run leaves a checkpoint, if it writes any; a complete one leaves none.
        """
        try:
            if self._every and status == INTERRUPTED:
                self._write_checkpoint(simulation)
            if status == COMPLETE:
                self._manifest.pop("last_checkpoint", None)
            self._write_results(simulation, status, seconds)
            if status == COMPLETE:
                checkpoint.clear(self.folder)
        finally:
            self.release()
        return self._manifest

    def fail(self, error: BaseException) -> None:
        """Note in the manifest that the run failed, if it can still be written."""
        self._manifest |= {"status": FAILED, "error": f"{type(error).__name__}: {error}"}
        with contextlib.suppress(OSError):
            self._write_manifest()
        self.release()

    def release(self) -> None:
        """Release the lock, so that other processes can write to the folder."""
        if self._lock:
            self._lock.release()

    @property
    def checkpoints(self) -> bool:
        """Whether it writes checkpoints."""
        return self._every > 0

    def _write_checkpoint(self, simulation: Simulation) -> None:
        path = checkpoint.write_newest(self.folder, simulation.step_number, simulation.save)
        self._manifest["last_checkpoint"] = path.relative_to(self.folder).as_posix()

    def _write_results(self, simulation: Simulation, status: str, seconds: float) -> None:
        nation = simulation.nation
        write_table(nation, self.folder / NATION)
        write_table(simulation.regions, self.folder / REGIONS)
        self._manifest |= {
            "status": status,
            "steps": simulation.step_number,
            "last_date": str(simulation.date) if simulation.step_number else None,
            "wall_seconds": round(self.seconds_before + seconds, 3),
            "peak_memory_bytes": max(self._manifest["peak_memory_bytes"], peak_memory()),
            "nation_sha256": table_digest(nation),
            "files_sha256": {
                name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                for name in (NATION, REGIONS)
            },
        }
        self._manifest.pop("summary", None)
        if status != RUNNING:
            self._manifest["summary"] = simulation.summary
            self._manifest["bands"] = _plain(simulation.bands)
        self._write_manifest()

    def _write_manifest(self) -> None:
        text = json.dumps(self._manifest, indent=1, ensure_ascii=False, default=str)
        with atomic_write(self.folder / MANIFEST) as partial:
            partial.write_text(text + "\n", encoding="utf-8")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet with page checksums; dates as date32."""
    arrow = as_days(table)
    words = [each.name for each in arrow.schema if pa.types.is_dictionary(each.type)]
    with atomic_write(path) as partial:
        # Dictionary encoding of numbers takes twice the time and saves a tenth of the space.
        parquet.write_table(arrow, partial, write_page_checksum=True, use_dictionary=words)


def as_days(table: pd.DataFrame) -> pa.Table:
    """Return an Arrow table whose dates are days (date32)."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    index = arrow.schema.get_field_index("date")
    return arrow.set_column(index, "date", arrow.column("date").cast(pa.date32()))


def read_run_table(path: Path) -> pd.DataFrame:
    """Read a table that `write_table` wrote, and verify its checksums.

    Raises
    ------
    OSError
        If the file is damaged.
    """
    table = parquet.read_table(path, page_checksum_verification=True)
    frame: pd.DataFrame = table.to_pandas()
    frame["date"] = pd.to_datetime(frame["date"])
    return frame


def table_digest(table: pd.DataFrame) -> str:
    """Return the SHA-256 of a table's column names and values, whatever the file format."""
    digest = hashlib.sha256()
    for name in table.columns:
        column = table[name]
        if str(column.dtype) == "Int64":
            values = column.to_numpy("float64", na_value=float("nan"))
        elif column.dtype.kind == "M":
            values = column.to_numpy("datetime64[D]").astype("int64")
        else:
            values = column.to_numpy()
        data = "\0".join(map(str, values)).encode() if values.dtype == object else values.tobytes()
        digest.update(f"{name}\0{len(table)}\0".encode() + data)
    return digest.hexdigest()


def _held(folder: Path) -> list[str]:
    """Return the names in a folder, but what a process leaves that was killed before it began."""
    return [path.name for path in folder.iterdir() if not is_leftover(path.name)]


def _plain(bands: pd.DataFrame) -> list[dict[str, str | None]]:
    """Return bands as JSON can hold them: dates as text, None for what is missing."""
    rows = bands.to_dict("records")
    return [{str(k): None if pd.isna(v) else str(v) for k, v in row.items()} for row in rows]


def _population(simulation: Simulation) -> dict[str, Any]:
    """Describe the population: citizens by region, means of traits."""
    sizes = zip(simulation.scenario.region_names, simulation.sizes.tolist(), strict=True)
    return {"region_citizens": dict(sizes)} | population_measures(
        simulation.state, simulation.graph
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
