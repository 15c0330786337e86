"""What a sweep will take, from one run that is timed."""

import time
from typing import Any, NamedTuple

import numpy as np

from samizdat.batch.plan import Plan
from samizdat.batch.worlds import Stopped, rows_of

LONGEST = 20.0  # seconds after which a run that is timed is cut short
_ROW = 60  # bytes of a run on disk besides its measures
_PACKED = 0.5  # what Parquet makes of a byte of a series, about


class Estimate(NamedTuple):
    """What a sweep is about to take."""

    seconds_per_run: float
    cut_short: bool  # the run was too long to be timed whole
    disk: int  # bytes of all runs


def estimate(plan: Plan, runs: int, threads: int) -> Estimate:
    """Time a run of the point with most citizens, for at most 20 s, and say what all will take."""
    points = plan.points
    row = int(np.argmax(points["citizens"].to_numpy())) if "citizens" in points else 0
    point = rows_of(points.iloc[[row]])[0]
    seed = plan.experiment.seed
    plan.subject.prepare(lambda text: None)
    _timed(plan.subject, point, seed, threads, limit=0.0)  # most runs find the population made
    seconds, share = _timed(plan.subject, point, seed, threads, limit=LONGEST)
    row_bytes = _ROW + 8 * len(plan.subject.measures)
    series = plan.experiment.spaced
    if series is not None:
        steps = plan.subject.steps(plan.subject.world(point))
        row_bytes += int(_PACKED * (steps / series.every) * 8 * (3 + len(series.of)))
    return Estimate(seconds / share, share < 1.0, runs * row_bytes)


def _timed(
    subject: Any, point: dict[str, Any], seed: int, threads: int, limit: float
) -> tuple[float, float]:
    """Run a point until so many seconds are over; return seconds and which share was done."""
    looks, began = 0, time.perf_counter()

    def enough() -> bool:
        nonlocal looks
        looks += 1
        return looks > 1 and time.perf_counter() - began > limit

    try:
        steps = subject.run(point, seed, threads, enough).steps
    except Stopped:
        steps = subject.steps(subject.world(point))
        return time.perf_counter() - began, (looks - 1) / steps
    return time.perf_counter() - began, 1.0
