"""The only module that writes a run: manifest, tables, figures, each whole or not at all."""

import contextlib
import datetime as dt
import hashlib
import json
import os
import platform
import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from samizdat import __version__
from samizdat.core.jit import source_digest
from samizdat.simulation import Simulation

RUNNING, INTERRUPTED, COMPLETE, FAILED = "running", "interrupted", "complete", "failed"
MANIFEST, NATION, REGIONS = "manifest.json", "nation.parquet", "regions.parquet"
FIGURES = "figures"
_WRITTEN = (MANIFEST, NATION, REGIONS, FIGURES)
_LIBRARIES = ("numba", "numpy", "pandas", "pyarrow", "pydantic", "scipy")


class RecordError(ValueError):
    """A folder that cannot be written to, in one line."""


class RunRecord:
    """The folder of one run.

    Parameters
    ----------
    folder
        Made by `begin` if absent. A folder that holds anything is refused, unless ``force``: then
        what a run writes there is replaced, and nothing else is touched.
    """

    def __init__(self, folder: Path, *, force: bool = False) -> None:
        self.folder = folder
        self._began = dt.datetime.now(dt.UTC)
        self._manifest: dict[str, Any] = {}
        try:
            if folder.is_dir() and any(folder.iterdir()) and not force:
                raise RecordError(f"out = {folder}: the folder is not empty (--force replaces)")
            if folder.exists() and not folder.is_dir():
                raise RecordError(f"out = {folder}: is not a folder")
            above = next(p for p in (folder, *folder.absolute().parents) if p.exists())
            if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
                raise RecordError(f"out = {folder}: cannot write in {above}")
        except OSError as error:
            raise RecordError(f"out = {folder}: {_reason(error)}") from None

    def begin(self, simulation: Simulation, command: Sequence[str], graph_file: str | None) -> None:
        """Write the manifest, status running; results of an earlier run there are removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in _WRITTEN:
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        scenario = simulation.scenario
        commit, dirty = commit_of_source()
        self._manifest = {
            "status": RUNNING,
            "scenario_name": scenario.name,
            "seed": simulation.seed,
            "citizens": scenario.citizens,
            "steps": 0,
            "steps_asked": simulation.steps,
            "threads": simulation.threads,
            "command": list(command),
            "started": self._began.isoformat(timespec="seconds"),
            "versions": versions(),
            "source_digest": source_digest(),
            "commit": commit,
            "commit_dirty": dirty,
            "machine": machine(),
            "graph_file": graph_file,
            "graph_digest": simulation.graph.digest(),
            "graph": simulation.graph.measures(scenario.region_first),
            "population": simulation.population_measures(),
            "scenario": scenario.to_table(),
        }
        self._write_manifest()

    def end(self, simulation: Simulation, status: str, seconds: float) -> dict[str, Any]:
        """Write the tables, then the manifest that vouches for them; return the manifest."""
        nation = simulation.nation
        write_table(nation, self.folder / NATION)
        write_table(simulation.regions, self.folder / REGIONS)
        self._manifest |= {
            "status": status,
            "steps": simulation.step_number,
            "last_date": str(simulation.date) if simulation.step_number else None,
            "wall_seconds": round(seconds, 3),
            "peak_memory_bytes": peak_memory(),
            "nation_sha256": table_digest(nation),
            "files_sha256": {
                name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                for name in (NATION, REGIONS)
            },
            "summary": simulation.summary,
        }
        self._write_manifest()
        return self._manifest

    def fail(self, error: BaseException) -> None:
        """Note in the manifest that the run broke."""
        self._manifest |= {"status": FAILED, "error": f"{type(error).__name__}: {error}"}
        self._write_manifest()

    def _write_manifest(self) -> None:
        text = json.dumps(self._manifest, indent=1, ensure_ascii=False, default=str)
        with written_whole(self.folder / MANIFEST) as partial:
            partial.write_text(text + "\n", encoding="utf-8")


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``, which replaces it once all is on the disk."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        descriptor = os.open(partial, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet with page checksums; dates as date32."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    place = arrow.schema.get_field_index("date")
    arrow = arrow.set_column(place, "date", arrow.column("date").cast(pa.date32()))
    with written_whole(path) as partial:
        parquet.write_table(arrow, partial, write_page_checksum=True)


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
    """Return the largest resident size of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def commit_of_source() -> tuple[str | None, bool | None]:
    """Return the commit of the source tree that runs, and whether it was changed since."""
    root = Path(__file__).resolve().parents[2]
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
