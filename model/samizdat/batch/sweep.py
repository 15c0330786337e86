"""Run a design: every run once; each result is stored as soon as its chunk is done."""

import sys
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.capacity import local_workers, threads_each
from samizdat.batch.dispatch import Dispatch, Tally
from samizdat.batch.executors import ExternalExecutor, Workers, check_not_imported
from samizdat.batch.experiment import MAX_JOBS, Experiment, ExperimentError, UntilHalfWidth
from samizdat.batch.folder import SweepFolder, check_same_experiment, default_folder
from samizdat.batch.function_model import ModelFunction
from samizdat.batch.parts import among, read_runs, unfinished
from samizdat.batch.plan import SweepPlan, half_widths, wanted
from samizdat.batch.results import FailedRuns, failure_message, read_results
from samizdat.core.quantity import format_value
from samizdat.run.population_cache import Notify
from samizdat.system.interrupts import StopSwitch
from samizdat.system.manifests import COMPLETE, FAILED, INTERRUPTED, RUNNING
from samizdat.system.paths import outside_path

if TYPE_CHECKING:
    from distributed import Client


class Shard(NamedTuple):
    """One part of a sweep's runs: number ``part``, from 1, of ``parts``."""

    part: int
    parts: int


class Ended(NamedTuple):
    """How a call of a sweep ended.

    Attributes
    ----------
    folder
        Folder of the sweep.
    status
        Status in the manifest: complete, running (other shards have runs left), failed or
        interrupted.
    planned
        Number of runs of the design by now.
    finished
        Number of them that are done, by this call or an earlier one.
    done
        Number of runs that this call finished, failed ones included.
    failed
        Number of runs that failed in this call.
    trouble
        The first traceback.
    exit_code
        Exit code of the signal, if there was one.
    """

    folder: Path
    status: str
    planned: int
    finished: int
    done: int
    failed: int
    trouble: str | None
    exit_code: int


def sweep(
    experiment: Experiment | Mapping[str, object] | str | Path,
    out: str | Path | None = None,
    executor: "Executor | Client | None" = None,
    *,
    jobs: int | None = None,
    model: ModelFunction | None = None,
    keep_going: bool = False,
    quick: bool = False,
) -> pd.DataFrame:
    """Run an experiment and return its table; runs that exist are not repeated.

    Parameters
    ----------
    experiment
        A file, the table of such a file, or an `Experiment`.
    out
        Folder of the sweep; by default ``results/NAME``.
    executor
        A `concurrent.futures.Executor` or a `distributed.Client`; by default processes on this
        machine.
    jobs
        Number of processes; 1: this process alone. By default one per core.
    model
        A function of a point's values and a seed to run instead of scenarios, at the top level of
        a module; it returns a number or None for each measure. The text of the module's file
        identifies its runs: anything else that they depend on belongs in the point.
    keep_going
        Continue after a run that failed, and warn of failed runs at the end.

    Returns
    -------
    DataFrame
        One row per finished run of the design: RunId, point, iteration, Step, factors, seed,
        measures.

    Raises
    ------
    ExperimentError
        In one line: the experiment is not valid, the folder cannot be used, or processes are to
        be started and the call is not below ``if __name__ == "__main__":``.
    FailedRuns
        If a run failed and `keep_going` is not set; finished runs stay in the folder.
    KeyboardInterrupt
        After SIGINT, when all finished runs are written.

    Examples
    --------
    >>> from samizdat import sweep
    >>> experiment = {
    ...     "question": "Does a ban keep the street empty?", "scenario": "town",
    ...     "until": "2014-03-05", "set": {"citizens": 100}, "replicates": 2,
    ...     "design": {"kind": "grid", "factors": {"regime": ["open", "ban"]}},
    ...     "measures": ["peak_share", "fear.last"],
    ... }
    >>> table = sweep(experiment, out="results/ban", jobs=1)
    >>> table[["regime", "seed"]].values.tolist()
    [['open', 1], ['open', 2], ['ban', 1], ['ban', 2]]
    """
    check_not_imported()
    if jobs is not None:
        check_jobs(jobs)
    if isinstance(experiment, Mapping):
        experiment = Experiment.from_table(experiment, quick=quick)
    elif not isinstance(experiment, Experiment):
        experiment = Experiment.load(experiment, quick=quick)
    folder = (
        outside_path(out, "out", ExperimentError) if out is not None else default_folder(experiment)
    )
    with StopSwitch(twice=True) as stop:
        workers = None if executor is None else workers_of(executor)
        ended = run_sweep(SweepPlan.of(experiment, model), folder, workers, jobs=jobs,
                          keep_going=keep_going, stop=stop)  # fmt: skip
    if ended.status == INTERRUPTED:
        raise KeyboardInterrupt
    results = read_results(folder)
    if ended.failed:
        message = failure_message(results, ended.failed, keep_going=keep_going)
        if not keep_going:
            raise FailedRuns(message, ended.trouble)
        warnings.warn(message, stacklevel=2)
    return results.table


def check_jobs(jobs: object) -> None:
    """Check the number of processes that a caller requests.

    Raises
    ------
    ExperimentError
        It names the number, and what is allowed.
    """
    if isinstance(jobs, bool) or not isinstance(jobs, Integral):
        raise ExperimentError(
            f"jobs = {format_value(jobs)}: a whole number is needed, 1 ... {MAX_JOBS}"
        )
    if not 1 <= int(jobs) <= MAX_JOBS:
        raise ExperimentError(f"jobs = {jobs} is outside 1 ... {MAX_JOBS}")


def workers_of(executor: object) -> Workers:
    """Return the workers of a `concurrent.futures.Executor`, or of a dask client."""
    if isinstance(executor, Executor):
        return ExternalExecutor(executor)
    if hasattr(executor, "get_executor"):
        from samizdat.batch.cluster import Dask

        return Dask(executor)
    raise ExperimentError(
        f"executor: {type(executor).__name__} is neither a concurrent.futures.Executor "
        "nor a distributed.Client"
    )


def run_sweep(
    plan: SweepPlan,
    out: Path,
    workers: Workers | None = None,
    *,
    jobs: int | None = None,
    shard: Shard | None = None,
    keep_going: bool = False,
    stop: StopSwitch | None = None,
    notify: Notify = lambda text: None,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> Ended:
    """Do the runs of a plan that are not done yet; see `sweep`.

    Parameters
    ----------
    workers
        By default ``jobs`` processes on this machine, which end with the call.
    shard
        The part of the runs to do; None: all.
    notify
        Called with a line for the user.
    progress
        Called with the progress of the call.
    """
    if shard and isinstance(plan.experiment.replicates, UntilHalfWidth):
        raise ExperimentError("shard: until_half_width needs all points in one place")
    check_same_experiment(out, plan.experiment)
    folder = SweepFolder(out, f"{shard.part}of{shard.parts}" if shard else "")
    call = _Call(
        plan, folder, workers, jobs, shard, keep_going, stop or StopSwitch(), notify, progress
    )
    try:
        call.run()
    except KeyboardInterrupt:
        call.status = INTERRUPTED
        call.close(immediately=True)
        raise
    finally:
        call.close()
        folder.end(call.status, call.numbers)
    return call.ended


@dataclass
class _Call:
    """One call of a sweep: its arguments and its progress."""

    plan: SweepPlan
    folder: SweepFolder
    workers: Workers | None
    jobs: int | None
    shard: Shard | None
    keep_going: bool
    stop: StopSwitch
    notify: Notify
    progress: Callable[[Tally], None]
    status: str = FAILED
    done: int = 0
    failed: int = 0
    trouble: str | None = None
    design: pd.DataFrame = field(default_factory=pd.DataFrame)
    finished: int = 0
    _own: bool = False

    def run(self) -> None:
        """Do the runs that are not done, and add replicates as long as intervals are too wide."""
        for name in self.folder.moved:
            self.notify(f"{name} was damaged: it is set aside and its runs are repeated")
        counts, tried = self.plan.first_counts, np.zeros(0, np.int64)
        counts = self._as_before(counts)
        left = self._unfinished()
        rows = self._mine(left)
        self._notify_of_runs(rows)
        self._begin(rows)
        while True:
            whole = self._dispatch(rows)
            left = self._unfinished() if len(rows) else left
            missing = among(self.design["RunId"].to_numpy(), np.sort(left["RunId"].to_numpy()))
            self.finished = len(self.design) - int(missing.sum())
            if not whole or (self.failed and not self.keep_going):
                self.status = INTERRUPTED if self.stop() else FAILED
                return
            more = self._on_evidence(counts)
            if (more == counts).all():
                break
            counts, tried = more, np.concatenate([tried, rows["RunId"]])
            self.design = self.plan.runs(counts)
            self.folder.grow(self.design)
            left = self._unfinished()
            rows = left[~left["RunId"].isin(tried)].reset_index(drop=True)  # one try per call
            if len(rows):
                self.notify(f"{len(rows):,} more runs: some intervals are not narrow enough")
        if self.failed:
            self.status = FAILED
        else:
            all_done = self.finished == len(self.design)
            self.status = COMPLETE if all_done else RUNNING

    @property
    def numbers(self) -> dict[str, int]:
        """The entry of the call in the manifest at its end."""
        return {"finished": self.finished, "runs": len(self.design),
                "done_now": self.done, "failed_now": self.failed}  # fmt: skip

    @property
    def ended(self) -> Ended:
        """How it ended."""
        return Ended(self.folder.folder, self.status, len(self.design), self.finished, self.done,
                     self.failed, self.trouble, self.stop.exit_code)  # fmt: skip

    def close(self, *, immediately: bool = False) -> None:
        """End the workers that this call started."""
        if self._own and self.workers is not None:
            self.workers.close(immediately=immediately)
            self._own = False

    def _begin(self, rows: pd.DataFrame) -> None:
        """Start the workers; then write the design and the manifest."""
        self._find_workers(rows)
        about: dict[str, object] = {
            "workers": self.workers.name if self.workers else None,
            "threads": threads_each(self.plan.experiment, self.workers),
        }
        command = ["samizdat", *sys.argv[1:]]
        self.folder.begin(
            self.plan.experiment, self.design, self.plan.model.resolved, command, about
        )

    def _find_workers(self, rows: pd.DataFrame) -> None:
        """Start workers on this machine, unless there are some or there is nothing to do."""
        if self.workers is None and len(rows):
            self._own = True
            self.workers = local_workers(self.plan, self.jobs, len(rows), self.stop, self.notify)

    def _dispatch(self, rows: pd.DataFrame) -> bool:
        """Run rows of the design; return whether all were done."""
        if rows.empty:
            return True
        self._find_workers(rows)
        assert self.workers is not None
        experiment = self.plan.experiment
        dispatch = Dispatch(
            self.plan.model, rows, self.workers, experiment.resources,
            threads_each(experiment, self.workers), self.keep_going, self.folder.add, self.stop,
            self.progress,
        )  # fmt: skip
        try:
            return dispatch.run()
        finally:
            self.done += dispatch.done
            self.failed += dispatch.failed
            self.trouble = self.trouble or dispatch.trouble

    def _unfinished(self) -> pd.DataFrame:
        return unfinished(self.design, self.folder.folder)

    def _mine(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return a shard's part of the rows: adjacent runs of the design, which share seeds.

        The design is divided, not the runs left, so the parts do not depend on the progress of
        other shards.
        """
        if self.shard is None:
            return rows
        ids = self.design["RunId"].drop_duplicates().to_numpy()
        part, parts = self.shard
        begin, end = (len(ids) * (part - 1)) // parts, (len(ids) * part) // parts
        return rows[rows["RunId"].isin(ids[begin:end])].reset_index(drop=True)

    def _notify_of_runs(self, rows: pd.DataFrame) -> None:
        part = f", shard {self.shard.part} of {self.shard.parts}" if self.shard else ""
        self.notify(
            f"{self.plan.experiment.name}: {len(self.plan.points):,} points, "
            f"{len(self.design):,} runs{part}; {len(rows):,} to do"
        )

    def _as_before(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Build the design as far as an earlier call had extended it; return its replicates.

        With `until_half_width`, more are added once all existing runs have ended, failed or not.
        """
        self.design = self.plan.runs(counts)
        if not isinstance(self.plan.experiment.replicates, UntilHalfWidth):
            return counts
        ended = np.sort(read_runs(self.folder.folder, ["error"]).table["RunId"].to_numpy())
        while among(self.design["RunId"].to_numpy(), ended).all():
            more = self._on_evidence(counts)
            if (more == counts).all():
                break
            counts = more
            self.design = self.plan.runs(counts)
        return counts

    def _on_evidence(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many replicates each point should have by now."""
        rule = self.plan.experiment.replicates
        if not isinstance(rule, UntilHalfWidth):
            return counts
        found = read_runs(self.folder.folder, [rule.of]).table.to_pandas()
        known = self.design[["RunId", "point"]].merge(found, on="RunId")
        known = known[known["error"].isna()]
        values = known[rule.of]
        if values.dtype == object:  # booleans, missing in failed rows
            values = values.astype(bool)
        points = len(self.plan.points)
        half = half_widths(values, known["point"].to_numpy(), points)["half_width"]
        return wanted(rule, counts, half.to_numpy())
