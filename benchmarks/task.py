"""The common task: a synchronous threshold contagion with probability, on one graph.

Each step, who is not yet attentive becomes so with probability p. Who is attentive is active if
the share of her neighbours that were active in the step before is at least her threshold; seeds
have threshold 0. Nothing here knows samizdat: a peer's process imports only what the peer needs.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

THRESHOLD, SEEDS, COVERAGE, STEPS, DEGREE = 0.2, 0.1, 0.02, 100, 10.0
GUARD = 1e-6  # so that 2 of 10 reach 0.2
Uniforms = Callable[[int], NDArray[np.float64]]  # step -> a number in (0, 1) for each


class Task(NamedTuple):
    """A graph in compressed rows, everybody's threshold, and the chance of a step."""

    start: NDArray[np.int64]  # (n + 1,)
    neighbour: NDArray[np.int32]
    threshold: NDArray[np.float32]  # (n,), 0 for seeds
    p: float = 1.0 - math.exp(-COVERAGE)
    steps: int = STEPS
    seed: int = 1

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.threshold)

    def active_needed(self) -> NDArray[np.int64]:
        """Return how many of each one's neighbours must be active (n,)."""
        degree = np.diff(self.start)
        needed = np.ceil((self.threshold.astype(np.float64) - GUARD) * np.maximum(1, degree))
        return np.maximum(0, needed).astype(np.int64)

    def seeds(self) -> list[int]:
        """Return who has threshold 0."""
        return [int(i) for i in np.flatnonzero(self.threshold == 0)]

    def networkx(self) -> Any:
        """Return the graph as a networkx graph."""
        import networkx as nx

        source = np.repeat(np.arange(self.n), np.diff(self.start))
        once = source < self.neighbour
        graph: Any = nx.Graph()
        graph.add_nodes_from(range(self.n))
        graph.add_edges_from(zip(source[once].tolist(), self.neighbour[once].tolist(), strict=True))
        return graph

    def save(self, folder: Path) -> None:
        """Write the arrays, for the processes of the peers."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("start", "neighbour", "threshold"):
            np.save(folder / f"{name}.npy", getattr(self, name))


def load(folder: Path, seed: int, steps: int = STEPS) -> Task:
    """Read the arrays of a task."""
    arrays = {name: np.load(folder / f"{name}.npy") for name in ("start", "neighbour", "threshold")}
    return Task(**arrays, seed=seed, steps=steps)


class Played(NamedTuple):
    """What a peer did: seconds to set up, seconds of all steps, and how many were active."""

    setup: float
    seconds: float
    active: list[int]


class Peer(Protocol):
    """A module of `benchmarks.peers`."""

    NAME: str
    RULE: str

    def play(self, task: Task, uniforms: Uniforms | None = None) -> Played:
        """Do the task; with ``uniforms``, with these draws instead of the peer's own."""


def timed(setup: Callable[[], Callable[[int], int]], steps: int) -> Played:
    """Set up, then step; ``setup`` returns a step that returns how many are active."""
    began = time.perf_counter()
    step = setup()
    ready = time.perf_counter()
    active = [step(k) for k in range(steps)]
    return Played(ready - began, time.perf_counter() - ready, active)
