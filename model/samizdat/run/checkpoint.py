"""Checkpoint files: written as a whole, verified when read, stored in a run's folder.

A checkpoint holds what determines the rest of a run and cannot be derived: the dynamic state of the
citizens, the state of the regime, the history so far, and the scenario. Traits and graph are drawn
again from scenario and seed, or supplied again, and compared by digest. This module handles facts
and arrays; `Simulation.save` and `Simulation.restore` decide which.
"""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from samizdat.scenario.scenario import Scenario
from samizdat.system.archive import DamagedError, read_archive, write_archive
from samizdat.system.files import partial_of, reason_of, to_disk

FORMAT = 4
FOLDER, KEEP = "checkpoints", 2  # the newest two are kept
_PARTIAL = ".*step-*.partial"
_NAMED = {
    "model": "source of the model",
    "scenario": "scenario",
    "seed": "seed",
    "citizens": "number of citizens",
    "graph": "graph",
    "traits": "set of traits",
}


class CheckpointError(ValueError):
    """Why a checkpoint does not belong to this run or this version; one line."""


class Checkpoint(NamedTuple):
    """The content of a checkpoint file."""

    path: Path
    facts: dict[str, Any]
    arrays: dict[str, NDArray[Any]]

    @property
    def step(self) -> int:
        """Number of steps done."""
        return int(self.facts["step"])

    @property
    def scenario(self) -> Scenario:
        """The scenario of the run."""
        return Scenario.from_table(self.facts["scenario"], self.facts["name"])

    def copy_to(self, targets: Mapping[str, NDArray[Any]]) -> None:
        """Copy arrays into ``targets`` by name; nothing is copied unless all fit.

        Raises
        ------
        CheckpointError
            It names the first array that is missing or of another type or shape.
        """
        for name, target in targets.items():
            found = self.arrays.get(name)
            if found is None or found.dtype != target.dtype or found.shape != target.shape:
                raise CheckpointError(f"{self.path}: {name} does not fit this version or world")
        for name, target in targets.items():
            target[...] = self.arrays[name]

    def check(self, identity: Mapping[str, str | int], *, force: bool = False) -> None:
        """Check that it belongs to the run that ``identity`` describes, completely or in part.

        Raises
        ------
        CheckpointError
            Unless ``force``: it names the first thing that differs.
        """
        for name, value in identity.items():
            if self.facts["identity"][name] != value and not force:
                raise CheckpointError(
                    f"{self.path}: was written with another {_NAMED[name]} (force resumes anyway)"
                )


def write(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a checkpoint; the file is whole or absent.

    Parameters
    ----------
    facts
        JSON values; among them ``step``, ``name``, ``scenario`` and ``identity``.
    arrays
        By name.
    """
    write_archive(path, {"format": FORMAT, **facts}, dict(arrays))


def read(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    DamagedError
        If any byte differs from what was written.
    CheckpointError
        If it is of another format.
    OSError
        If it cannot be read.
    """
    facts, arrays = read_archive(path)
    if facts.get("format") != FORMAT:
        raise CheckpointError(
            f"{path}: format = {facts.get('format')}, this version reads {FORMAT}"
        )
    return Checkpoint(path, facts, arrays)


def files_in(folder: Path) -> list[Path]:
    """List the checkpoints of a run's folder, the newest first."""
    return sorted((folder / FOLDER).glob("step-*.npz"), reverse=True)


def stage(folder: Path, step: int, save: Callable[[Path], None]) -> Path:
    """Write a checkpoint beside its place in a run's folder (see `partial_of`); return the place.

    Raises
    ------
    OSError
        If it cannot be written; the one before it stays.
    """
    checkpoints = folder / FOLDER
    path = checkpoints / f"step-{step:09d}.npz"
    try:
        checkpoints.mkdir(exist_ok=True)
        to_disk(folder)
        for partial in checkpoints.glob(_PARTIAL):  # of a process that was killed
            partial.unlink()
        save(partial_of(path))
    except OSError as error:
        reason = f"no checkpoint could be written: {reason_of(error)}"
        raise OSError(error.errno, reason, str(path)) from error
    return path


def kept(folder: Path, newest: Path) -> list[Path]:
    """List the checkpoints that stay in a run's folder beside the newest one."""
    older = [path for path in files_in(folder) if path.name < newest.name]
    return older[: KEEP - 1]


def prune(folder: Path, newest: Path) -> None:
    """Remove all but the newest checkpoints; later steps were skipped because they are damaged."""
    stay = {newest, *kept(folder, newest)}
    for path in files_in(folder):
        if path not in stay:
            path.unlink()


def latest(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """Return the newest undamaged checkpoint of a run's folder, and messages about damaged ones.

    Raises
    ------
    CheckpointError
        If it is of another format.
    """
    complaints: list[str] = []
    for path in files_in(folder):
        try:
            return read(path), complaints
        except DamagedError as error:
            complaints.append(str(error))
        except OSError as error:
            complaints.append(f"{path}: {reason_of(error)}")
    return None, complaints


def clear(folder: Path) -> None:
    """Remove the checkpoints of a run's folder, and nothing else."""
    for path in [*files_in(folder), *(folder / FOLDER).glob(_PARTIAL)]:
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # absent, or it holds other files
        (folder / FOLDER).rmdir()
