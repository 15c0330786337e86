"""What a step is measured with: the time to copy its bytes, the time of a read at random.

A figure in seconds ages with the machine that gave it; its ratio to what the same machine, in the
same minute, needs to copy the same bytes does not. `TOUCHED` says which bytes a step asks for.
"""

import itertools
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled

COPIED_AT_MOST = 1 << 29  # bytes: a larger copy takes as long a byte
CITIZEN, MOVED, ACTED, AWARE, REACHED, VOICE_END = (
    "citizen", "citizen not at rest", "citizen where somebody is aware", "aware", "reached",
    "end of a voice's tie",
)  # fmt: skip


class Touch(NamedTuple):
    """What a pass reads and writes of one citizen, or of one of those of whom it asks more."""

    part: str
    per: str
    read: int
    written: int
    what: str


# One line a pass and kind of citizen, in the order of `core.step.take_step`. Bytes asked for, each
# once: a line of the cache that is fetched for one of its bytes counts as that byte.
TOUCHED = (
    Touch("listen", CITIZEN, 9, 5, "platforms, rank, days left, VPN; access, ears, mark"),
    Touch("hear", VOICE_END, 10, 8, "neighbour, days left, ears; two counters"),
    Touch("feel", CITIZEN, 13, 4, "mark, grievance, trust, resting trust; trust"),
    Touch("feel", MOVED, 8, 8, "hardship, fear; grievance, fear"),
    Touch("feel", ACTED, 6, 1, "voice, days left, attention, mark; mark"),
    Touch("feel", REACHED, 17, 1, "counters, attention; mark"),
    Touch("act", ACTED, 1, 4, "mark; whom it concerns"),
    Touch("act", AWARE, 27, 1, "whom, attention, days left, ears, voice, beliefs, threshold"),
    Touch("act", REACHED, 24, 1, "whom, attention, days left, ears, voice, counters"),
)  # fmt: skip


class Bytes(NamedTuple):
    """Bytes of a citizen and step."""

    read: float
    written: float

    @property
    def total(self) -> float:
        """Read and written."""
        return self.read + self.written


def bytes_touched(
    aware: float = 0.0, reached: float = 0.0, voice_ends: float = 0.0, moved: bool = False
) -> Bytes:
    """Return what a step reads and writes of a citizen, on average.

    Parameters
    ----------
    aware
        Share of the citizens who are aware.
    reached
        Share who are unaware and may become aware in the step.
    voice_ends
        Ties of those who have a voice, a citizen: each is where a voice may be heard.
    moved
        Whether beliefs move, though nobody is aware; where somebody is, all do.
    """
    weight = {
        CITIZEN: 1.0,
        MOVED: float(moved or aware > 0.0),
        ACTED: float(aware > 0.0),
        AWARE: aware,
        REACHED: reached,
        VOICE_END: voice_ends,
    }
    read = sum(touch.read * weight[touch.per] for touch in TOUCHED)
    written = sum(touch.written * weight[touch.per] for touch in TOUCHED)
    return Bytes(read, written)


class Timing(NamedTuple):
    """Repeated measures of one thing, in whatever unit."""

    median: float
    least: float
    most: float
    repeats: int

    @classmethod
    def of(cls, values: list[float]) -> "Timing":
        """Sum repeated measures up."""
        return cls(median(values), min(values), max(values), len(values))


class Steps(Protocol):
    """What can be advanced: a `Simulation`."""

    def step(self) -> None:
        """Advance by one step."""


def step_seconds(simulation: Steps, steps: int) -> list[float]:
    """Advance by some steps; return the seconds of each."""
    times = []
    for _ in range(steps):
        began = time.perf_counter()
        simulation.step()
        times.append(time.perf_counter() - began)
    return times


def shared_out(work: Callable[[int, int], object], size: int, threads: int) -> Callable[[], None]:
    """Return a call that does ``work(first, last)`` over 0 ... size, on some threads at once."""
    cuts = [size * k // threads for k in range(threads + 1)]
    pairs = list(itertools.pairwise(cuts))
    if threads == 1:
        return lambda: (work(0, size), None)[1]
    pool = ThreadPoolExecutor(threads)

    def all_parts() -> None:
        for job in [pool.submit(work, first, last) for first, last in pairs]:
            job.result()

    return all_parts


def copy_seconds(total: float, threads: int = 1, repeats: int = 9) -> Timing:
    """Time a copy that reads half of ``total`` bytes and writes as many.

    It is numpy's, on one thread or shared out over ``threads``, whichever is faster: a large one
    writes past the caches, which no loop of ours does, and so is the stricter measure. Beyond
    `COPIED_AT_MOST` a part is copied and the rest reckoned from it.
    """
    size = max(threads, int(min(total, COPIED_AT_MOST)) // 2)
    source, target = np.ones(size, np.uint8), np.zeros(size, np.uint8)

    def part(first: int, last: int) -> None:
        np.copyto(target[first:last], source[first:last])

    return _fastest(part, size, threads, repeats, total / (2 * size))


def gather_seconds(n: int, width: int, threads: int = 1, repeats: int = 5) -> Timing:
    """Time one read at a random place among n entries of ``width`` bytes.

    As many reads as entries, the places in sequence, drawn beforehand: the reads do not depend on
    each other, and the machine may have as many under way as it can. On one thread or shared out
    over ``threads``, whichever is faster.
    """
    rng = np.random.default_rng(1)
    reads = min(max(n, 1 << 16), 1 << 24)
    places = rng.integers(0, n, reads, dtype=np.int32)
    entries = rng.integers(0, 100, n).astype({1: np.uint8, 2: np.uint16}[width])
    sums = np.zeros(reads, np.int64)  # each part's at its first place: else it might be left out

    def part(first: int, last: int) -> None:
        sums[first] = gather(entries, places, first, last)

    return _fastest(part, reads, threads, repeats, 1.0 / reads)


def _fastest(
    work: Callable[[int, int], object], size: int, threads: int, repeats: int, scale: float
) -> Timing:
    """Time work on one thread and on ``threads``, in turn; a short one is repeated more often."""
    ways = [shared_out(work, size, t) for t in sorted({1, threads})]
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(max(repeats, min(50, (1 << 26) // size)) + 1):
        for way, seen in zip(ways, times, strict=True):
            began = time.perf_counter()
            way()
            seen.append((time.perf_counter() - began) * scale)
    return min(Timing.of(seen[1:]) for seen in times)  # the first compiles, and touches the pages


@compiled
def gather(entries: NDArray[np.uint8], places: NDArray[np.int32], first: int, last: int) -> int:
    """Add up the entries at some places."""
    total = 0
    for k in range(first, last):
        total += int(entries[places[k]])
    return total


def machine_in_words() -> str:
    """Describe the machine as a caption does, naming nobody: processor, cores, memory."""
    processor = _field(Path("/proc/cpuinfo"), "model name") or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{processor}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB"


def _field(file: Path, name: str) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
