"""The only module that writes a run: manifest, tables, figures; each file is whole or absent."""

import contextlib
import datetime as dt
import errno
import math
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from samizdat.core.jit import source_digest
from samizdat.run import checkpoint, digests
from samizdat.run.arrivals import may_arrive
from samizdat.run.measures import population_measures
from samizdat.run.provenance import commit_of_source, machine, peak_memory, versions
from samizdat.run.simulation import Simulation
from samizdat.run.tables import table_digest, write_csv, write_table
from samizdat.scenario.scenario import Scenario
from samizdat.system.files import (
    LOCK,
    FolderLock,
    check_writable,
    is_leftover,
    make_folder,
    partial_of,
    reason_of,
)
from samizdat.system.manifests import (
    COMPLETE,
    FAILED,
    FILES,
    MANIFEST,
    RUNNING,
    ManifestError,
    file_digest,
    not_empty,
    publish,
    read_manifest,
    settled,
    staged,
    write_manifest,
)
from samizdat.system.memory import bytes_per_unit

NATION, REGIONS, FIGURES = "nation.parquet", "regions.parquet", "figures"
ARRIVALS = "arrivals.csv"  # only where grievances can arrive
_ROW, _FIGURES = 300, 5_000_000  # bytes of a row of a table, and of all figures
_OF_RESULTS = ("error", "summary", "bands", "last_date")

# What a manifest must hold for its run to be resumed.
_NEEDED: dict[str, Any] = {
    **dict.fromkeys(("status", "scenario_name"), str),
    **dict.fromkeys(("model_digest", "graph_digest", "scenario_digest", "traits_digest"), str),
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
                raise RecordError(f"out = {folder}: {not_empty(folder)} (--force replaces)")
            check_writable(folder, size)
            if (folder / LOCK).exists():
                FolderLock(folder).release()
        except OSError as error:
            there = str(error.filename)
            where = f"{there}: " if there != str(folder) else ""
            raise RecordError(f"out = {folder}: {where}{reason_of(error)}") from None

    def _reopen(self) -> None:
        """Read the manifest of a run to resume; lock the folder if the run is unfinished."""
        self._read_manifest()
        if not self.complete:
            try:
                self._lock = FolderLock(self.folder)
            except OSError as error:
                raise RecordError(f"resume = {self.folder}: {reason_of(error)}") from None
            self._read_manifest()  # it may have changed before the lock was held

    def _read_manifest(self) -> None:
        path = self.folder / MANIFEST
        try:
            manifest = read_manifest(path)
        except OSError as error:
            raise RecordError(
                f"resume = {self.folder}: holds no run ({MANIFEST}: {reason_of(error)})"
            ) from None
        except ManifestError as error:
            raise RecordError(f"resume: {error}; run it again with --force") from None
        for name, types in _NEEDED.items():
            if not isinstance(manifest.get(name, ...), types):
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

    def begin(
        self,
        simulation: Simulation,
        command: Sequence[str],
        graph_file: str | None,
        plan: RunPlan | None = None,
        steps: int | None = None,
    ) -> None:
        """Write the manifest, with status running; remove results of an earlier run.

        Parameters
        ----------
        plan
            None: the run cannot be resumed.
        steps
            Number of steps without a plan; by default all of the scenario.
        """
        make_folder(self.folder)
        self._lock = FolderLock(self.folder)
        if _held(self.folder) and not self._force:  # left by a run that began after the first check
            self.release()
            raise FileExistsError(errno.EEXIST, "the folder is not empty", str(self.folder))
        scenario = simulation.scenario
        commit, dirty = commit_of_source()
        identity = simulation.identity()
        self._manifest = {
            "status": RUNNING,
            "scenario_name": scenario.name,
            "seed": simulation.seed,
            "citizens": scenario.citizens,
            "steps": 0,
            "steps_asked": plan.steps if plan else steps or simulation.steps,
            "threads": simulation.threads,
            "command": list(command),
            "started": self._began.isoformat(timespec="seconds"),
            "versions": versions(),
            "source_digest": source_digest(),
            "model_digest": identity["model"],
            "commit": commit,
            "commit_dirty": dirty,
            "machine": machine(),
            "wall_seconds": 0.0,
            "peak_memory_bytes": 0,
            "resumed": [],
            "graph_file": graph_file,
            "graph_digest": identity["graph"],
            "traits_digest": identity["traits"],
            "scenario_digest": identity["scenario"],
            "graph": simulation.graph.measures(scenario.region_first),
            "population": _population(simulation),
            "scenario": scenario.to_table(),
            FILES: {},
        }
        if plan:
            self._set_plan(plan, simulation)
        self._write_manifest()  # before files go that the manifest of an earlier run lists
        self._remove_results()

    def resume(self, simulation: Simulation, plan: RunPlan) -> None:
        """Note in the manifest that the run is resumed, from the step of the simulation."""
        over = not simulation.step_number
        kept = settled(self.folder, self._manifest)
        if over:
            self.seconds_before = 0.0
            kept |= {"steps": 0, "wall_seconds": 0.0, FILES: {}}
            kept.pop("last_checkpoint", None)
            kept.pop("nation_sha256", None)
        self._manifest = kept | {FILES: _without(kept[FILES], FIGURES)}  # they will be drawn again
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
        if over:
            self._remove_results()

    def _set_plan(self, plan: RunPlan, simulation: Simulation) -> None:
        self._manifest["checkpoint_every_days"] = plan.checkpoint_days
        if plan.checkpoint_days is not None:
            days = float(simulation.scenario.spec.step_days)
            self._every = max(1, math.floor(plan.checkpoint_days / days + 1e-9))

    def _remove_results(self) -> None:
        for name in (NATION, REGIONS, ARRIVALS):
            (self.folder / name).unlink(missing_ok=True)
        if (self.folder / FIGURES).is_dir():
            shutil.rmtree(self.folder / FIGURES)
        checkpoint.clear(self.folder)

    def after_step(self, simulation: Simulation, seconds: float) -> None:
        """Write a checkpoint and the tables so far, if one is due before the last step."""
        done = simulation.step_number
        if self._every and done % self._every == 0 and done < self._manifest["steps_asked"]:
            self._write_results(simulation, RUNNING, seconds)

    def end(
        self,
        simulation: Simulation,
        status: str,
        seconds: float,
        draw: Callable[[], Iterable[Path]] | None = None,
    ) -> dict[str, Any]:
        """Write the tables, then the manifest with their digests; return the manifest.

        An interrupted run leaves a checkpoint, if it writes any; a complete one leaves none.

        Parameters
        ----------
        draw
            Draws figures below the folder and returns their paths. It is called when all else is
            on the disk, and what it drew is listed in the manifest too.
        """
        try:
            self._manifest["figures_missing"] = draw is not None
            self._write_results(simulation, status, seconds)
            if status == COMPLETE:
                checkpoint.clear(self.folder)
            if draw is not None:
                self.add_figures(draw())
        finally:
            self.release()
        return self._manifest

    def add_figures(self, paths: Iterable[Path]) -> None:
        """Add figures that are in the folder to the files that the manifest lists."""
        made = {path.relative_to(self.folder).as_posix(): file_digest(path) for path in paths}
        self._manifest |= {FILES: self._manifest[FILES] | made, "figures_missing": not made}
        self._write_manifest()

    def fail(self, error: BaseException) -> None:
        """Note in the manifest that the run failed, if it can still be written."""
        with contextlib.suppress(OSError, ManifestError):
            there = read_manifest(self.folder / MANIFEST)  # it may list what was about to come
            self._manifest[FILES] = settled(self.folder, there)[FILES]
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

    def _write_results(self, simulation: Simulation, status: str, seconds: float) -> None:
        """Write tables, manifest and, unless the run is complete, the checkpoint that is due."""
        facts = self._manifest | {
            "status": status,
            "steps": simulation.step_number,
            "last_date": str(simulation.date) if simulation.step_number else None,
            "wall_seconds": round(self.seconds_before + seconds, 3),
            "peak_memory_bytes": max(self._manifest["peak_memory_bytes"], peak_memory()),
            "nation_sha256": table_digest(simulation.nation),
        }
        facts.pop("summary", None)
        if status != RUNNING:
            facts["summary"] = simulation.summary
            facts["bands"] = _plain(simulation.bands)
        with staged() as partials:
            newest = None
            if self._every and status != COMPLETE:
                newest = checkpoint.stage(self.folder, simulation.step_number, simulation.save)
                partials[f"{checkpoint.FOLDER}/{newest.name}"] = partial_of(newest)
                facts["last_checkpoint"] = f"{checkpoint.FOLDER}/{newest.name}"
            for name in (NATION, REGIONS):
                partials[name] = partial_of(self.folder / name)
            write_table(simulation.nation, partials[NATION])
            write_table(simulation.regions, partials[REGIONS])
            if may_arrive(simulation.scenario):
                partials[ARRIVALS] = partial_of(self.folder / ARRIVALS)
                write_csv(simulation.arrivals.table(simulation.scenario), partials[ARRIVALS])
            stay = checkpoint.kept(self.folder, newest) if newest else []
            if status == COMPLETE:
                facts.pop("last_checkpoint", None)
            names = {f"{checkpoint.FOLDER}/{path.name}" for path in stay}
            before = self._manifest[FILES]
            facts[FILES] = _without(before, checkpoint.FOLDER) | {
                name: before[name] for name in names & before.keys()
            }
            self._manifest = publish(self.folder, self._manifest, facts, partials)
        if newest:
            checkpoint.prune(self.folder, newest)

    def _write_manifest(self) -> None:
        write_manifest(self.folder / MANIFEST, self._manifest)


def _without(files: Mapping[str, str], folder: str) -> dict[str, str]:
    """Return the listed files that are not in a folder."""
    return {name: digest for name, digest in files.items() if not name.startswith(f"{folder}/")}


def earlier_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of the run in a folder; None if there is none that is whole."""
    try:
        manifest = read_manifest(folder / MANIFEST)
    except (OSError, ManifestError):
        return None
    names = _NEEDED.keys() - {"checkpoint_every_days"}  # of a comparison, it holds none
    whole = all(isinstance(manifest.get(name, ...), _NEEDED[name]) for name in names)
    return manifest if whole else None


def bytes_needed(scenario: Scenario, plan: RunPlan) -> int:
    """Return how many bytes a run takes on the disk, at most; checkpoints included."""
    rows = plan.steps * (1 + len(scenario.region_names))
    kept = 0 if plan.checkpoint_days is None else checkpoint.KEEP + 1
    return int(_FIGURES + rows * _ROW + kept * scenario.citizens * bytes_per_unit().state)


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
