"""Sends runs to workers in chunks and writes the results, even if workers die."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.chunk import Chunk, ChunkResult, SweepModel, failed_alone
from samizdat.batch.executors import Workers
from samizdat.batch.experiment import ExperimentError, Resources
from samizdat.batch.results import OF_THE_DESIGN

LARGEST = 100_000  # most runs of a chunk
SHORTEST = 1.0  # least seconds of work of a chunk; near the end chunks shrink, to end together
GROWTH = 32  # largest ratio of a chunk to the one before
BEAT = 0.2  # seconds between two checks of the stop flag
_BREAKS_ALLOWED = 3  # workers that may be lost in a row before any run is done


class Tally(NamedTuple):
    """The progress of a call of a sweep.

    Attributes
    ----------
    done
        Runs that this call has finished, failed ones included.
    failed
        How many of them failed.
    total
        Runs that this call is to do.
    seconds
        Since the call began.
    first, started
        Runs that came back first, and the seconds until then: much of them is the start of the
        workers, so that they do not count in the rate.
    """

    done: int
    failed: int
    total: int
    seconds: float
    first: int = 0
    started: float = 0.0

    @property
    def rate(self) -> float:
        """Runs per second; 0 while that is not known."""
        seconds = self.seconds - self.started
        return (self.done - self.first) / seconds if seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left; None while that is not known."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


@dataclass
class Slice:
    """Runs that are sent together, by their rows of the plan."""

    rows: NDArray[np.int64]
    breaks: int = 0  # how often workers died while it was in flight


@dataclass
class Dispatch:
    """Sends the rows of a plan to workers and passes their results to ``write``.

    Parameters
    ----------
    plan
        From `run_ids.planned`; rows of one seed are adjacent, so that a worker can use the
        population that it has in memory.
    stop
        Called between chunks, and between steps of the runs in this process.
    """

    model: SweepModel
    plan: pd.DataFrame
    workers: Workers
    resources: Resources
    threads: int
    keep_going: bool
    write: Callable[[ChunkResult], None]
    stop: Callable[[], bool]
    progress: Callable[[Tally], None] = lambda tally: None
    done: int = 0
    failed: int = 0
    trouble: str | None = None
    seconds_per_run: float | None = None
    _began: float = field(default_factory=time.perf_counter)
    _first: int = 0
    _started: float = 0.0
    _next: int = 0
    _size: int = 1
    _suspects: "deque[Slice]" = field(default_factory=deque)
    _again: "deque[Slice]" = field(default_factory=deque)
    _flying: "dict[Future[ChunkResult], Slice]" = field(default_factory=dict)
    _losses: int = 0

    def __post_init__(self) -> None:
        self._names = tuple(name for name in self.plan.columns if name not in OF_THE_DESIGN)
        self._columns = {name: self.plan[name].to_numpy() for name in self.plan.columns}

    def run(self) -> bool:
        """Run all rows; return whether all are done: False after a stop or a failure."""
        while not self._ended():
            self._hand_out()
            ready, _ = wait(self._flying, timeout=BEAT, return_when=FIRST_COMPLETED)
            self._take_in(ready)
            self._not_gone()
        if self._flying:
            self._drain()
        return not (self._rest() or self._again or self._suspects)

    def _not_gone(self) -> None:
        if self.workers.gone():
            raise ExperimentError(f"workers: {self.workers.name}: the scheduler is gone")

    def _ended(self) -> bool:
        if self.stop() or (self.failed and not self.keep_going):
            return True
        return not (self._rest() or self._again or self._suspects or self._flying)

    def _rest(self) -> int:
        return len(self.plan) - self._next

    def _hand_out(self) -> None:
        """Keep every worker busy; a chunk in which workers died runs alone."""
        while len(self._flying) < self.workers.width * self.workers.ahead:
            if any(piece.breaks > 1 for piece in self._flying.values()):
                return
            if self._suspects:
                if self._flying:
                    return
                piece = self._suspects.popleft()
            elif self._again:
                piece = self._again.popleft()
            elif self._rest():
                piece = self._cut()
            else:
                return
            self._flying[self.workers.submit(self._chunk(piece))] = piece

    def _cut(self) -> Slice:
        """Take the next runs: about as many as fill the time of a chunk, fewer near the end."""
        if self.resources.chunk_runs is not None:
            size = self.resources.chunk_runs
        elif self.seconds_per_run is None:
            size = 1
        else:
            each = max(self.seconds_per_run, 1e-9)
            fits = self.resources.chunk_seconds / each
            fair = max(-(-self._rest() // (2 * self.workers.width)), SHORTEST / each)
            size = int(max(1, min(fits, fair, GROWTH * self._size, LARGEST)))
            self._size = size
        rows = np.arange(self._next, min(self._next + size, len(self.plan)))
        self._next += len(rows)
        return Slice(rows)

    def _chunk(self, piece: Slice) -> Chunk:
        rows, columns = piece.rows, self._columns
        points, where = np.unique(columns["point"][rows], return_index=True)
        first = rows[where]
        return Chunk(
            model=self.model,
            names=self._names,
            points=[columns[name][first] for name in self._names],
            point=np.searchsorted(points, columns["point"][rows]).astype(np.int32),
            run_id=columns["RunId"][rows],
            iteration=columns["iteration"][rows],
            seed=columns["seed"][rows],
            threads=self.threads,
            keep_going=self.keep_going,
        )

    def _take_in(self, ready: set[Future[ChunkResult]]) -> None:
        lost, broken = [], False
        for future in [each for each in self._flying if each in ready]:  # in the order of the plan
            piece = self._flying.pop(future)
            try:
                self._keep(future.result(), piece)
            except CancelledError:
                self._again.append(piece)
            except BrokenExecutor:
                broken = True
                lost.append(piece)
            except ExperimentError as error:
                raise error from None  # one line, without the worker's frames
            except Exception as error:
                if not _lost_several_workers(error):
                    raise
                piece.breaks = 3 if piece.breaks > 1 else 2  # it was alone, or will be next time
                lost.append(piece)
        if broken:
            lost += self._renewed()
        for piece in lost:
            self._suspect(piece)
        if ready:
            if self.done and not self._first:
                self._first, self._started = self.done, time.perf_counter() - self._began
            self.progress(self.tally)

    @property
    def tally(self) -> Tally:
        """The progress of the call."""
        seconds = time.perf_counter() - self._began
        return Tally(self.done, self.failed, len(self.plan), seconds, self._first, self._started)

    def _keep(self, done: ChunkResult, piece: Slice) -> None:
        self.write(done)
        self.done += done.finished
        self.failed += done.failed
        self.trouble = self.trouble or done.trouble
        if done.finished:
            self._losses = 0
            if done.seconds:  # else it failed, and no process timed it
                self.seconds_per_run = done.seconds / done.finished
        if done.finished < len(piece.rows):  # it was stopped
            self._again.append(Slice(piece.rows[done.finished :]))

    def _renewed(self) -> list[Slice]:
        """Replace the workers after one died; return what else was in flight."""
        lost = []
        wait(self._flying)  # a broken pool gives up all its chunks
        for future, piece in self._flying.items():
            try:
                self._keep(future.result(), piece)
            except (CancelledError, BrokenExecutor):
                lost.append(piece)
        self._flying.clear()
        self._losses += 1
        if self._losses > _BREAKS_ALLOWED and not self.done:
            raise ExperimentError(
                f"workers: they die before any run is done{self._cause()}; try --jobs 1"
            )
        if not self.workers.renew():
            raise ExperimentError(f"executor: {self.workers.name} lost a worker and is broken")
        return lost

    def _cause(self) -> str:
        cause = self.workers.cause()
        return f" ({cause})" if cause else ""

    def _suspect(self, piece: Slice) -> None:
        """Repeat lost chunks, and find the run in which a worker died.

        A chunk that was twice in flight when workers died is run alone, then in halves; a run that
        ends its worker twice while it runs alone is a failed run.
        """
        piece.breaks += 1
        if piece.breaks < 2:
            self._again.appendleft(piece)
        elif len(piece.rows) > 1 and piece.breaks > 2:
            half = len(piece.rows) // 2
            self._suspects.extend([Slice(piece.rows[:half], 2), Slice(piece.rows[half:], 2)])
        elif len(piece.rows) == 1 and piece.breaks > 3:
            self._keep(failed_alone(self._chunk(piece), DIED.format(self._cause())), piece)
        else:
            self._suspects.append(piece)

    def _drain(self) -> None:
        """Stop running chunks early, and keep what they have done."""
        self.workers.ask_to_stop()
        self.workers.withdraw(list(self._flying))
        while self._flying:
            self._not_gone()
            # `wait` does not return what was withdrawn if dask fails to notify of it.
            ready, _ = wait(self._flying, timeout=BEAT, return_when=FIRST_COMPLETED)
            for future in [each for each in self._flying if each in ready or each.cancelled()]:
                piece = self._flying.pop(future)
                try:
                    self._keep(future.result(), piece)
                except (CancelledError, BrokenExecutor):
                    self._again.append(piece)
                except Exception as error:
                    if not _lost_several_workers(error):
                        raise
                    self._again.append(piece)


def _lost_several_workers(error: Exception) -> bool:
    """Whether dask gave up on a chunk; dask need not be installed."""
    return type(error).__name__ == "KilledWorker"


DIED = "WorkerDied: the process that ran it ended{}, twice, while it ran nothing else"
