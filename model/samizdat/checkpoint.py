"""A run put down after a step and taken up again: from there on it is the same, bit for bit.

A checkpoint holds what decides the rest and cannot be had otherwise: the dynamic state, what the
state remembers, the rows counted so far, and the scenario. Traits and graph are made anew from
scenario and seed, or given again, and compared by digest.
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.archive import DamagedError, read_archive, write_archive
from samizdat.core.layout import DYNAMIC, Traits
from samizdat.core.resume import resume_state
from samizdat.files import to_disk
from samizdat.orders import Memory, Order
from samizdat.scenario import Scenario

if TYPE_CHECKING:
    from samizdat.simulation import Simulation

FORMAT = 1
FOLDER, KEPT = "checkpoints", 2
# Sources that show and store; all others can change a result.
_EDGE = ("__main__.py", "app.py", "archive.py", "batch", "cache.py", "checkpoint.py",
         "citizens.py", "cli", "explain", "figures", "files.py", "interrupts.py", "intervals.py",
         "memory.py", "mesa_model.py", "page", "records.py", "report", "snowball.py", "store.py",
         "views", "yardstick.py")  # fmt: skip
_ROWS = ("tallies", "actions", "latent", "blocked_anywhere")  # of `counted.Counted`
_NAMED = {
    "model": "source of the model",
    "scenario": "scenario",
    "seed": "seed",
    "citizens": "number of citizens",
    "graph": "graph",
    "traits": "set of traits",
}


class CheckpointError(ValueError):
    """A checkpoint that does not belong to this run or this version, in one line."""


class Checkpoint(NamedTuple):
    """What a file holds."""

    path: Path
    facts: dict[str, Any]
    arrays: dict[str, NDArray[Any]]

    @property
    def step(self) -> int:
        """How many steps were done."""
        return int(self.facts["step"])

    @property
    def scenario(self) -> Scenario:
        """The world it was taken in."""
        return Scenario.from_table(self.facts["scenario"], self.facts["name"])

    def check(self, identity: Mapping[str, Any], *, force: bool = False) -> None:
        """Check that it belongs to what ``identity`` describes, wholly or in part.

        Raises
        ------
        CheckpointError
            Naming the first thing that differs, unless ``force``.
        """
        for name, value in identity.items():
            if self.facts["identity"][name] != value and not force:
                raise CheckpointError(
                    f"{self.path}: was taken with another {_NAMED[name]}"
                    " (force goes on all the same)"
                )


def save(simulation: "Simulation", path: Path) -> None:
    """Write a checkpoint; the file is whole or absent."""
    k, circumstances = simulation.step_number, simulation.circumstances
    facts = {
        "format": FORMAT,
        "step": k,
        "name": simulation.scenario.name,
        "identity": identity_of(simulation),
        "memory": circumstances.memory.to_table(),
        "given": [list(order) for order in circumstances._given.values()],
        "scenario": simulation.scenario.to_table(),
    }
    arrays = {name: getattr(simulation._world.state, name) for name in DYNAMIC}
    arrays["signals"] = simulation._world.signals
    arrays |= {name: getattr(simulation.counted, name)[:k] for name in _ROWS}
    write_archive(path, facts, arrays)


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


def take_up(simulation: "Simulation", checkpoint: Checkpoint, *, force: bool = False) -> None:
    """Put a simulation that is made and has not begun where the checkpoint was taken.

    Raises
    ------
    CheckpointError
        If the checkpoint belongs to another run, or does not fit.
    """
    checkpoint.check(identity_of(simulation), force=force)
    k, arrays, world = checkpoint.step, checkpoint.arrays, simulation._world
    places = {name: getattr(world.state, name) for name in DYNAMIC}
    places["signals"] = world.signals
    places |= {name: getattr(simulation.counted, name)[:k] for name in _ROWS}
    for name, place in places.items():
        found = arrays.get(name)
        if found is None or found.dtype != place.dtype or found.shape != place.shape:
            raise CheckpointError(f"{checkpoint.path}: {name} does not fit this version or world")
    for name, place in places.items():
        place[...] = arrays[name]
    circumstances, facts = simulation.circumstances, checkpoint.facts
    circumstances.memory = Memory.from_table(facts["memory"])
    given = [Order(*row) for row in facts["given"]]
    circumstances._given = {(o.lever, o.region, o.begins, o.title): o for o in given}
    simulation.step_number = k
    if k:
        resume_state(world)
        circumstances.go_on(k, world.signals)


def identity_of(simulation: "Simulation") -> dict[str, Any]:
    """Return what must be equal for a run to go on as it would have; taken once a simulation."""
    if simulation._identity is None:
        simulation._identity = {
            "model": model_digest(),
            "scenario": scenario_digest(simulation.scenario),
            "seed": simulation.seed,
            "citizens": simulation.scenario.citizens,
            "graph": simulation.graph.digest(),
            "traits": traits_digest(simulation._world.traits),
        }
    return simulation._identity


def model_digest() -> str:
    """Return the SHA-256 of every source file that can change a result."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(here.rglob("*.py")):
        name = file.relative_to(here)
        if name.parts[0] not in _EDGE:
            digest.update(name.as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def scenario_digest(scenario: Scenario) -> str:
    """Return the SHA-256 of a scenario, every number resolved, what is pinned included."""
    text = json.dumps(scenario.to_table(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def traits_digest(traits: Traits) -> str:
    """Return the SHA-256 of all traits."""
    digest = hashlib.sha256()
    for name, array in traits._asdict().items():
        digest.update(name.encode() + b"\0" + np.ascontiguousarray(array).data)
    return digest.hexdigest()


def files_in(folder: Path) -> list[Path]:
    """List the checkpoints of a run's folder, the newest first."""
    return sorted((folder / FOLDER).glob("step-*.npz"), reverse=True)


def write(simulation: "Simulation", folder: Path) -> Path:
    """Write a checkpoint into a run's folder, where the last two are kept; return its path.

    Raises
    ------
    OSError
        If it cannot be written; the one before stays.
    """
    place = folder / FOLDER
    path = place / f"step-{simulation.step_number:09d}.npz"
    try:
        place.mkdir(exist_ok=True)
        to_disk(folder)
        for partial in place.glob(".step-*.partial"):  # of a process that was killed
            partial.unlink()
        save(simulation, path)
        every = files_in(folder)
        for old in every[every.index(path) + KEPT :] + every[: every.index(path)]:
            old.unlink()  # what is newer was passed over: damaged
    except OSError as error:
        reason = f"no checkpoint could be written: {error.strerror or error}"
        raise OSError(error.errno, reason, str(path)) from error
    return path


def latest(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """Return the newest checkpoint of a run's folder that is whole, and why others were not.

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
            complaints.append(f"{path}: {(error.strerror or str(error)).lower()}")
    return None, complaints


def clear(folder: Path) -> None:
    """Remove the checkpoints of a run's folder, and nothing else."""
    for path in [*files_in(folder), *(folder / FOLDER).glob(".step-*.partial")]:
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # absent, or it holds something of the user's
        (folder / FOLDER).rmdir()
