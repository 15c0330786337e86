"""The only module that writes a run: manifest, tables, figures, each whole or not at all."""

import contextlib
import datetime as dt
import errno
import hashlib
import json
import math
import os
import platform
import resource
import shutil
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from samizdat.core.jit import source_digest
from samizdat.run import checkpoint, digests
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario
from samizdat.system.files import LOCK, FolderLock
from samizdat.system.files import written_whole as written_whole
from samizdat.version import __version__

RUNNING, INTERRUPTED, COMPLETE, FAILED = "running", "interrupted", "complete", "failed"
MANIFEST, NATION, REGIONS = "manifest.json", "nation.parquet", "regions.parquet"
FIGURES = "figures"
_OF_RESULTS = ("error", "summary", "files_sha256", "nation_sha256", "last_date")
_WRITTEN = (MANIFEST, NATION, REGIONS, FIGURES)
_LIBRARIES = ("numba", "numpy", "pandas", "pyarrow", "pydantic", "scipy")


# What a run can only go on with.
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
    """A folder that cannot be written to, in one line."""


class Plan(NamedTuple):
    """How far a run goes, and how often it writes a checkpoint."""

    steps: int
    checkpoint_days: float | None = None  # None: never


class RunRecord:
    """The folder of one run.

    Parameters
    ----------
    folder
        Made by `begin` if absent. A folder that holds anything is refused, unless ``force``: then
        what a run writes there is replaced, and nothing else is touched.
    resume
        The folder is that of a run which is to go on.

    Raises
    ------
    RecordError
        If the folder cannot be used so, or another process writes there.
    """

    def __init__(self, folder: Path, *, force: bool = False, resume: bool = False) -> None:
        self.folder, self._force = folder, force
        self._began = dt.datetime.now(dt.UTC)
        self._manifest: dict[str, Any] = {}
        self._lock: FolderLock | None = None
        self._every = 0  # steps from checkpoint to checkpoint; 0: none
        self.seconds_before = 0.0  # of the processes that worked on it before
        if resume:
            self._reopen()
            return
        try:
            if folder.is_dir() and any(folder.iterdir()) and not force:
                raise RecordError(f"out = {folder}: the folder is not empty (--force replaces)")
            if folder.exists() and not folder.is_dir():
                raise RecordError(f"out = {folder}: is not a folder")
            above = next(p for p in (folder, *folder.absolute().parents) if p.exists())
            if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
                raise RecordError(f"out = {folder}: cannot write in {above}")
            if (folder / LOCK).exists():
                FolderLock(folder).release()
        except OSError as error:
            raise RecordError(f"out = {folder}: {_reason(error)}") from None

    def _reopen(self) -> None:
        """Read the manifest of a run that is to go on; lock the folder if it is unfinished."""
        self._read_manifest()
        if not self.complete:
            try:
                self._lock = FolderLock(self.folder)
            except OSError as error:
                raise RecordError(f"resume = {self.folder}: {_reason(error)}") from None
            self._read_manifest()  # it may have changed before the lock was ours

    def _read_manifest(self) -> None:
        path = self.folder / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise RecordError(
                f"resume = {self.folder}: holds no run ({MANIFEST}: {_reason(error)})"
            ) from None
        except (ValueError, RecursionError):
            raise RecordError(f"resume: {path} is broken, it is no JSON") from None
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
        """What the manifest says."""
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
        plan: Plan | None = None,
    ) -> None:
        """Write the manifest, status running; results of an earlier run there are removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = FolderLock(self.folder)
        left = {path.name for path in self.folder.iterdir()} - {LOCK}
        if left and not self._force:  # of a run that began since we looked
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
            "population": simulation.population_measures(),
            "scenario": scenario.to_table(),
        }
        if plan:
            self._plan(plan, simulation)
        self._write_manifest()

    def resume(self, simulation: Simulation, plan: Plan) -> None:
        """Note that the run goes on, from the step where the simulation stands."""
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
        self._plan(plan, simulation)
        self._write_manifest()

    def _plan(self, plan: Plan, simulation: Simulation) -> None:
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
        """Write a checkpoint and the tables so far, where that is due and not the end."""
        done = simulation.step_number
        if self._every and done % self._every == 0 and done < self._manifest["steps_asked"]:
            self._write_checkpoint(simulation)
            self._write_results(simulation, RUNNING, seconds)

    def end(self, simulation: Simulation, status: str, seconds: float) -> dict[str, Any]:
        """Write the tables, then the manifest that vouches for them; return the manifest.

        An interrupted run leaves a checkpoint, if it writes any; a complete one needs none.
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
        """Note in the manifest that the run broke, if it can still be written."""
        self._manifest |= {"status": FAILED, "error": f"{type(error).__name__}: {error}"}
        with contextlib.suppress(OSError):
            self._write_manifest()
        self.release()

    def release(self) -> None:
        """Let other processes write to the folder."""
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
        self._write_manifest()

    def _write_manifest(self) -> None:
        text = json.dumps(self._manifest, indent=1, ensure_ascii=False, default=str)
        with written_whole(self.folder / MANIFEST) as partial:
            partial.write_text(text + "\n", encoding="utf-8")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet with page checksums; dates as date32."""
    arrow = as_days(table)
    words = [each.name for each in arrow.schema if pa.types.is_dictionary(each.type)]
    with written_whole(path) as partial:
        # Dictionaries of numbers take twice the time and save a tenth of the space.
        parquet.write_table(arrow, partial, write_page_checksum=True, use_dictionary=words)


def as_days(table: pd.DataFrame) -> pa.Table:
    """Return a table of Arrow whose dates are days."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    place = arrow.schema.get_field_index("date")
    return arrow.set_column(place, "date", arrow.column("date").cast(pa.date32()))


def read_table(path: Path) -> pd.DataFrame:
    """Read a table that `write_table` wrote, its checksums verified.

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
    """Return the SHA-256 of a table's names and values, whatever file holds them."""
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


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    found = {"samizdat": __version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in _LIBRARIES}


def machine() -> dict[str, Any]:
    """Describe the machine, without naming it."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    }


def peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes.

    From its own status where there is one: what ``getrusage`` gives may be of who began it.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def commit_of_source() -> tuple[str | None, bool | None]:
    """Return the commit of the source tree that runs, and whether it was changed since."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return None, None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return commit, bool(_git(root, "status", "--porcelain", "--", "model"))
    except (OSError, subprocess.SubprocessError):
        return None, None


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
