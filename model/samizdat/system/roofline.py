"""The roofline of a step: the time to copy the bytes that it reads and writes.

Seconds depend on the machine; the ratio to the time that the same machine needs to copy the same
bytes, measured together, depends on it much less. `TOUCHED` lists the bytes that a step reads and
writes. The time of random reads is measured too.
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

COPIED_AT_MOST = 1 << 29  # bytes; a larger copy takes the same time per byte
CITIZEN, MOVED, ACTED, AWARE, REACHED, VOICE_END = (
    "citizen", "citizen not at rest", "citizen where somebody is aware", "aware", "reached",
    "end of a voice's tie",
)  # fmt: skip


class Touch(NamedTuple):
    """Bytes that a pass reads and writes per citizen, or per citizen of a certain kind."""

    part: str
    per: str
    read: int
    written: int
    what: str


# One line per pass and kind of citizen, in the order of `core.step.take_step`. Each byte counts
# once; the other bytes of a cache line that is fetched do not count.
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


class Traffic(NamedTuple):
    """Bytes read and written per citizen and step."""

    read: float
    written: float

    @property
    def total(self) -> float:
        """Bytes read plus bytes written."""
        return self.read + self.written


def bytes_touched(
    aware: float = 0.0, reached: float = 0.0, voice_ends: float = 0.0, moved: bool = False
) -> Traffic:
    """Return the mean bytes that a step reads and writes per citizen.

    Parameters
    ----------
    aware
        Share of the citizens who are aware.
    reached
        Share who are unaware and may become aware in the step.
    voice_ends
        Ties of citizens who have a voice, per citizen: each is where a voice may be heard.
    moved
        Whether beliefs change although nobody is aware; where somebody is aware, all change.
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
    return Traffic(read, written)


class Timing(NamedTuple):
    """Statistics of repeated measurements, in any unit."""

    median: float
    least: float
    most: float
    repeats: int

    @classmethod
    def of(cls, values: list[float]) -> "Timing":
        """Summarise repeated measurements."""
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


def split_over_threads(
    work: Callable[[int, int], object], size: int, threads: int
) -> Callable[[], None]:
    """Return a call that does ``work(first, last)`` over 0 ... size, in parallel on threads."""
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
    """Time a copy that reads half of ``total`` bytes and writes the other half.

    The copy is numpy's, on one thread or split over ``threads``, whichever is faster. A large copy
    bypasses the caches, which our loops do not, so it is the stricter reference. Beyond
    `COPIED_AT_MOST` a part is copied and the time scaled up.
    """
    size = max(threads, int(min(total, COPIED_AT_MOST)) // 2)
    source, target = np.ones(size, np.uint8), np.zeros(size, np.uint8)

    def part(first: int, last: int) -> None:
        np.copyto(target[first:last], source[first:last])

    return _fastest(part, size, threads, repeats, total / (2 * size))


def gather_seconds(n: int, width: int, threads: int = 1, repeats: int = 5) -> Timing:
    """Time one read at a random index of n entries of ``width`` bytes.

    There are as many reads as entries, at indices drawn beforehand: the reads are independent, so
    that the machine can overlap them. On one thread or split over ``threads``, whichever is faster.
    """
    rng = np.random.default_rng(1)
    reads = min(max(n, 1 << 16), 1 << 24)
    indices = rng.integers(0, n, reads, dtype=np.int32)
    entries = rng.integers(0, 100, n).astype({1: np.uint8, 2: np.uint16}[width])
    sums = np.zeros(reads, np.int64)  # stored per part, so that the compiler cannot drop the reads

    def part(first: int, last: int) -> None:
        sums[first] = gather(entries, indices, first, last)

    return _fastest(part, reads, threads, repeats, 1.0 / reads)


def _fastest(
    work: Callable[[int, int], object], size: int, threads: int, repeats: int, scale: float
) -> Timing:
    """Time work on one thread and on ``threads``, in turn; short work is repeated more often."""
    ways = [split_over_threads(work, size, t) for t in sorted({1, threads})]
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(max(repeats, min(50, (1 << 26) // size)) + 1):
        for way, seen in zip(ways, times, strict=True):
            began = time.perf_counter()
            way()
            seen.append((time.perf_counter() - began) * scale)
    return min(Timing.of(seen[1:]) for seen in times)  # the first compiles, and touches the pages


@compiled
def gather(entries: NDArray[np.uint8], indices: NDArray[np.int32], first: int, last: int) -> int:
    """Return the sum of the entries at some indices."""
    total = 0
    for k in range(first, last):
        total += int(entries[indices[k]])
    return total


def describe_machine() -> str:
    """Describe the machine for a caption: processor, cores, memory; not its name."""
    processor = _field(Path("/proc/cpuinfo"), "model name") or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{processor}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB"


def _field(file: Path, name: str) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
