"""What an experiment asks for, checked: its points, its runs, what is run."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.design import points_of
from samizdat.batch.drawable import check_figures
from samizdat.batch.experiment import Experiment, ExperimentError, UntilHalfWidth
from samizdat.batch.function import Function, Model
from samizdat.batch.identity import planned, run_ids, seeds_of
from samizdat.batch.worlds import Worlds

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
