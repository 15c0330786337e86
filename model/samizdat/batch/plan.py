"""The plan of a sweep: the checked points of an experiment, its runs, and the model."""

import time
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.chunk import SweepModel
from samizdat.batch.contrast_checks import check_contrasts
from samizdat.batch.experiment import Experiment, ExperimentError, UntilHalfWidth
from samizdat.batch.factors import Point
from samizdat.batch.figure_checks import check_figures
from samizdat.batch.function_model import FunctionModel, ModelFunction
from samizdat.batch.intervals import described
from samizdat.batch.run_ids import planned, run_ids, seeds_of
from samizdat.batch.scenario_model import ScenarioModel, Stopped, rows_of

MAX_RUNS = 20_000_000  # largest design: each run is a row in memory


class SweepPlan(NamedTuple):
    """The runs that an experiment asks for, checked.

    Attributes
    ----------
    model
        The model that is run.
    points
        One row per point, one column per factor.
    digests
        What identifies each point (points,); see `run_ids`.
    """

    experiment: Experiment
    model: SweepModel
    points: pd.DataFrame
    digests: list[bytes]

    @classmethod
    def of(cls, experiment: Experiment, function: ModelFunction | None = None) -> "SweepPlan":
        """Check an experiment and each of its points, and return the plan.

        Parameters
        ----------
        function
            A function that takes the place of the scenario.

        Raises
        ------
        ExperimentError
            In one line that says what is wrong, with the experiment's file if it has one.
        """
        try:
            return cls._of(experiment, function)
        except ExperimentError as error:
            where = f"{experiment.file}: " if experiment.file else ""
            raise ExperimentError(f"{where}{error}") from None

    @classmethod
    def _of(cls, experiment: Experiment, function: ModelFunction | None) -> "SweepPlan":
        model: SweepModel
        if function is None:
            model = ScenarioModel.of(experiment)
        else:
            experiment = experiment.of_a_function()
            model = FunctionModel.of(experiment, function)
        points = experiment.points()
        check_figures(experiment, points)
        check_contrasts(experiment, points)
        rule = experiment.replicates
        runs = len(points) * (rule.max if isinstance(rule, UntilHalfWidth) else rule)
        if runs > MAX_RUNS:
            raise ExperimentError(f"replicates: {runs:,} runs are more than {MAX_RUNS:,}")
        model = model.holding(points)
        return cls(experiment, model, points, list(model.digests(points)))

    @property
    def first_counts(self) -> NDArray[np.int64]:
        """Initial number of replicates of each point (points,)."""
        rule = self.experiment.replicates
        count = rule.min if isinstance(rule, UntilHalfWidth) else rule
        return np.full(len(self.points), count, np.int64)

    def runs(self, counts: NDArray[np.int64]) -> pd.DataFrame:
        """Return the rows of the design, one per run."""
        seeds = seeds_of(self.points, self.experiment.seed, int(counts.max()))
        return planned(self.points, run_ids(self.digests, seeds), seeds, counts)


def half_widths(values: "pd.Series[float]", by: NDArray[np.int64], points: int) -> pd.DataFrame:
    """Return the width of the interval of each point's mean: columns n and half_width (points,).

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

    A point whose interval is narrow enough, or that has the largest number allowed, keeps its
    number. A point whose interval is unknown (no run gave the measure) gets more.
    """
    narrow = half <= rule.until_half_width
    return np.where(narrow, counts, np.minimum(counts + rule.batch, rule.max))


LONGEST = 20.0  # seconds after which a timed run is stopped
_ROW = 60  # bytes of a run on disk besides its measures
_PACKED = 0.5  # approximate compression of a series by Parquet


class Estimate(NamedTuple):
    """The estimated cost of a sweep.

    Attributes
    ----------
    seconds_per_run
        Time of one run, measured.
    cut_short
        Whether the run was too long to be timed whole.
    disk
        Bytes of all runs.
    """

    seconds_per_run: float
    cut_short: bool
    disk: int


def estimate(plan: SweepPlan, runs: int, threads: int) -> Estimate:
    """Time a run of the point with most citizens, at most 20 s; estimate the cost of all runs."""
    points = plan.points
    row = int(np.argmax(points["citizens"].to_numpy())) if "citizens" in points else 0
    point = rows_of(points.iloc[[row]])[0]
    seed = plan.experiment.seed
    plan.model.prepare(lambda text: None)
    _timed(plan.model, point, seed, threads, limit=0.0)  # most runs use a cached population
    timed = _timed(plan.model, point, seed, threads, limit=LONGEST)
    row_bytes = _ROW + 8 * len(plan.model.measures)
    series = plan.experiment.spaced
    if series is not None:
        steps = plan.model.steps(point)
        row_bytes += int(_PACKED * (steps / series.every) * 8 * (3 + len(series.of)))
    return Estimate(timed.seconds / timed.share, timed.share < 1.0, runs * row_bytes)


class _Timed(NamedTuple):
    """The time of a run, and the share of it that was done."""

    seconds: float
    share: float


def _timed(model: SweepModel, point: Point, seed: int, threads: int, limit: float) -> _Timed:
    """Run a point for at most `limit` seconds; return the time and the share done."""
    looks, began = 0, time.perf_counter()

    def enough() -> bool:
        nonlocal looks
        looks += 1
        return looks > 1 and time.perf_counter() - began > limit

    try:
        model.run(point, seed, threads, enough)
    except Stopped:
        return _Timed(time.perf_counter() - began, (looks - 1) / model.steps(point))
    return _Timed(time.perf_counter() - began, 1.0)
