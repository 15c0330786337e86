"""What an experiment asks for, checked: its points, its runs, what is run."""

import time
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.design import points_of
from samizdat.batch.experiment import Experiment, ExperimentError, UntilHalfWidth
from samizdat.batch.figure_checks import check_figures
from samizdat.batch.function import Function, Model
from samizdat.batch.intervals import described
from samizdat.batch.run_ids import planned, run_ids, seeds_of
from samizdat.batch.worlds import Stopped, Worlds, rows_of

MAX_RUNS = 20_000_000  # of a design: each is a row that is held in memory


class Plan(NamedTuple):
    """What an experiment asks for."""

    experiment: Experiment
    subject: Any  # Worlds or Function
    points: pd.DataFrame
    digests: list[bytes]  # of the points

    @classmethod
    def of(cls, experiment: Experiment, model: Model | None = None) -> "Plan":
        """Check an experiment, every point of it, and return the plan.

        Parameters
        ----------
        model
            A function that takes the place of the scenario.

        Raises
        ------
        ExperimentError
            With one line that names what is wrong, and the experiment's file where it has one.
        """
        try:
            return cls._of(experiment, model)
        except ExperimentError as error:
            where = f"{experiment.file}: " if experiment.file else ""
            raise ExperimentError(f"{where}{error}") from None

    @classmethod
    def _of(cls, experiment: Experiment, model: Model | None) -> "Plan":
        subject: Any
        if model is None:
            subject = Worlds.of(experiment)
        else:
            experiment = experiment.of_a_function()
            subject = Function.of(experiment, model)
        points = points_of(experiment)
        check_figures(experiment, points)
        rule = experiment.replicates
        runs = len(points) * (rule.max if isinstance(rule, UntilHalfWidth) else rule)
        if runs > MAX_RUNS:
            raise ExperimentError(f"replicates: {runs:,} runs are more than {MAX_RUNS:,}")
        subject = subject.holding(points)
        return cls(experiment, subject, points, list(subject.digests(points)))

    @property
    def first_counts(self) -> NDArray[np.int64]:
        """How many replicates each point begins with (points,)."""
        rule = self.experiment.replicates
        count = rule.min if isinstance(rule, UntilHalfWidth) else rule
        return np.full(len(self.points), count, np.int64)

    def runs(self, counts: NDArray[np.int64]) -> pd.DataFrame:
        """Return the rows of the design: a run each."""
        seeds = seeds_of(self.points, self.experiment.seed, int(counts.max()))
        return planned(self.points, run_ids(self.digests, seeds), seeds, counts)


def half_widths(values: "pd.Series[float]", by: NDArray[np.int64], points: int) -> pd.DataFrame:
    """Return how wide the interval of each point's mean is: columns n and half_width (points,).

    Student's t for numbers; for yes and no, Wilson's (1927), which is not 0 where all agree.
    """
    numbers = values.to_numpy(np.float64, na_value=np.nan)
    found = described(numbers, by, values.dtype == bool).reindex(range(points))
    half = (found["high"] - found["low"]) / 2
    return pd.DataFrame({"n": found["n"].fillna(0).astype(np.int64), "half_width": half})


def wanted(
    rule: UntilHalfWidth, counts: NDArray[np.int64], half: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return how many replicates each point should have by now (points,).

    A point whose interval is narrow enough, or that has the most that are allowed, stays. One whose
    interval is unknown (no run gave the measure) goes on.
    """
    narrow = half <= rule.until_half_width
    return np.where(narrow, counts, np.minimum(counts + rule.batch, rule.max))


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
