"""Snapshots of a simulation at some of the days done, within a budget of memory.

A day is shown again from the nearest snapshot before it. Snapshots lie evenly over the days: they
are taken every so many steps, and whenever they need more memory than allowed, every second one
is dropped.
"""

import copy
import math
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from samizdat.run.environment import Environment
from samizdat.run.simulation import Simulation

MEMORY = 512 * 1024**2  # bytes for the snapshots of a visitor
_ELSEWHERE = ("_team", "history")  # parts of a simulation that no snapshot holds
# What an environment works out of its scenario: it changes only where that does.
_OF_THE_SCENARIO = ("dates", "_adoption", "_falling", "_turns", "_course", "_dated")

Parts = dict[str, Any]  # attributes of a simulation by name


class Snapshot(NamedTuple):
    """A simulation after a step.

    Attributes
    ----------
    applied
        Number of changes that the simulation had seen: see `replay.Replay`.
    ids
        Ids of interventions, where they differ in the simulation.
    parts
        Everything of it but the rows of its history, which the simulation itself keeps.
    size
        Bytes that no other snapshot shares.
    """

    step: int
    applied: int
    ids: Mapping[str, str | None]
    parts: Parts
    size: int
    whole: bool  # with what citizens heard, which the next step clears


class Snapshots:
    """The snapshots of one simulation.

    Parameters
    ----------
    memory
        Bytes that they may take together. The snapshot before the first step always stays.
    """

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.stride = 0  # steps from one snapshot to the next; 0: not yet known
        self._kept: dict[int, Snapshot] = {}
        self._left: Snapshot | None = None  # where the visitor left the last day done
        self._sizes: dict[int, tuple[object, int]] = {}  # of shared parts, by identity

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps at which there is a snapshot."""
        return tuple(sorted(each.step for each in self._all()))

    @property
    def bytes(self) -> int:
        """What all snapshots take together."""
        held: dict[int, int] = {}
        for each in self._all():
            for part in _shared_by(each.parts):
                held[id(part)] = self._size_of_shared(part)
        return sum(each.size for each in self._all()) + sum(held.values())

    def take(self, simulation: Simulation, applied: int, ids: Mapping[str, str | None]) -> None:
        """Take a snapshot if one is due at this step."""
        step = simulation.step_number
        if step in self._kept or (self.stride and step % self.stride):
            return
        self._kept[step] = taken = _snapshot(simulation, applied, ids, whole=False)
        if not self.stride:
            self.stride = max(1, math.ceil((simulation.steps + 1) * taken.size / self.memory))
        self._thin()

    def leave(self, simulation: Simulation, applied: int, ids: Mapping[str, str | None]) -> None:
        """Take a snapshot of the last day done, before an earlier one is shown."""
        self._left = None
        self._left = _snapshot(simulation, applied, ids, whole=True)
        if self.bytes > self.memory:
            self._left = None

    def nearest(self, step: int, *, exact: bool) -> Snapshot:
        """Return the last snapshot before a step; with ``exact``, at the step if one is whole."""
        fits = [
            each
            for each in self._all()
            if each.step < step or each.step == 0 or (exact and each.whole and each.step == step)
        ]
        return max(fits, key=lambda each: each.step)

    def forget_after(self, step: int) -> None:
        """Drop the snapshots of later steps."""
        self._kept = {k: each for k, each in self._kept.items() if k <= step}
        if self._left is not None and self._left.step > step:
            self._left = None

    def _all(self) -> list[Snapshot]:
        return [*self._kept.values(), *([self._left] if self._left is not None else [])]

    def _thin(self) -> None:
        while self.bytes > self.memory and len(self._kept) > 1:
            self._left = None
            self.stride *= 2
            self._kept = {k: each for k, each in self._kept.items() if k % self.stride == 0}
        held = {id(part) for each in self._all() for part in _shared_by(each.parts)}
        self._sizes = {key: size for key, size in self._sizes.items() if key in held}

    def _size_of_shared(self, part: object) -> int:
        found = self._sizes.get(id(part))
        if found is None:
            found = self._sizes[id(part)] = (part, _bytes_of(part, set()))
        return found[1]


def copied(simulation: Simulation) -> Simulation:
    """Return a copy to read; with it are shared ties, traits, dates and the rows of days done."""
    history = copy.copy(simulation.history)  # its own number of steps
    memo = {id(part): part for part in _shared_by(vars(simulation))}
    memo[id(simulation.history)] = history
    return simulation.__deepcopy__(memo)


def restore(simulation: Simulation, snapshot: Snapshot) -> None:
    """Set a simulation, or a copy of it, back or forward to a snapshot of it.

    Arrays that a snapshot does not hold stay the simulation's own: a copy may be stepped in
    another thread than the original.
    """
    memo = {id(part): part for part in _constant(snapshot.parts)}
    if not snapshot.whole:
        own = _cleared_by_a_step(vars(simulation))
        memo |= {
            id(part): mine
            for part, mine in zip(_cleared_by_a_step(snapshot.parts), own, strict=True)
        }
    vars(simulation).update(copy.deepcopy(snapshot.parts, memo))
    history = copy.copy(simulation.history)  # pictures may still be drawn from the old one
    history.steps = snapshot.step
    simulation.history = history


def keep_own_rows(simulation: Simulation) -> None:
    """Give a simulation rows of its own, before other days take the place of those done."""
    history = copy.copy(simulation.history)
    for name, rows in vars(history).items():
        if isinstance(rows, np.ndarray) and name not in ("sizes", "dates"):
            setattr(history, name, rows.copy())
    simulation.history = history


def _snapshot(
    simulation: Simulation, applied: int, ids: Mapping[str, str | None], *, whole: bool
) -> Snapshot:
    parts = {n: value for n, value in vars(simulation).items() if n not in _ELSEWHERE}
    shared = _constant(parts) if whole else (*_constant(parts), *_cleared_by_a_step(parts))
    parts = copy.deepcopy(parts, {id(part): part for part in shared})
    size = _bytes_of(parts, {id(part) for part in shared})
    return Snapshot(simulation.step_number, applied, dict(ids), parts, size, whole)


def _constant(parts: Parts) -> tuple[object, ...]:
    """Return what no step changes."""
    return *_never_changing(parts), *_shared_by(parts)


def _never_changing(parts: Parts) -> tuple[object, ...]:
    """Return what a simulation has from its beginning to its end."""
    world = parts["_world"]
    return (
        parts["graph"], parts["sizes"], world.ties, world.traits, world.readable, world.blocks,
        world.region_block, parts["_feed"].order,
    )  # fmt: skip


def copied_environment(simulation: Simulation) -> Environment:
    """Return a copy of the environment that can go on by itself."""
    shared = _shared_by(vars(simulation))
    return copy.deepcopy(simulation.environment, {id(part): part for part in shared})


def _shared_by(parts: Parts) -> tuple[object, ...]:
    """Return what changes only where the scenario does."""
    environment = parts["environment"]
    return (parts["scenario"], *(getattr(environment, name) for name in _OF_THE_SCENARIO))


def _cleared_by_a_step(parts: Parts) -> tuple[object, ...]:
    """Return what the next step does not read: what was heard in the last, and work arrays."""
    return parts["_world"].state.heard, *parts["_world"].scratch


def _bytes_of(value: object, seen: set[int]) -> int:
    """Return the memory that a value takes, without the objects already seen."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    total = sys.getsizeof(value)
    if isinstance(value, Mapping):
        total += sum(_bytes_of(k, seen) + _bytes_of(v, seen) for k, v in value.items())
    elif isinstance(value, tuple | list | set | frozenset):
        total += sum(_bytes_of(each, seen) for each in value)
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        total += _bytes_of(vars(value), seen)
    return total
