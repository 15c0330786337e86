"""A chunk of runs, executed one after the other in one process; results are Arrow bytes."""

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from samizdat.batch.factors import Point
from samizdat.batch.process_state import handlers_restored
from samizdat.batch.scenario_model import Outcome, Stopped
from samizdat.run.population_cache import Notify
from samizdat.run.tables import as_days

ERROR_LENGTH = 2000  # largest number of characters stored of an error
TROUBLE_LENGTH = 20_000  # likewise of a traceback


class SweepModel(Protocol):
    """What a sweep runs: a `ScenarioModel`, or a `FunctionModel`."""

    @property
    def measures(self) -> dict[str, type]:
        """What is recorded of each run, and whether it is a number or a yes or no."""

    @property
    def resolved(self) -> dict[str, object] | None:
        """The scenario with every number; None if there is no scenario."""

    def holding(self, points: pd.DataFrame) -> "SweepModel":
        """Return the model with the text of every file that the points need."""

    def memory(self, points: pd.DataFrame) -> int:
        """Return the largest number of bytes that a process needs to run these points."""

    def prepare(self, notify: Notify) -> None:
        """Do work once that every process would otherwise repeat."""

    def digests(self, points: pd.DataFrame) -> Iterator[bytes]:
        """Yield what identifies each point: all that can change a result, except the seed."""

    def steps(self, point: Point) -> int:
        """Return the number of steps of a run of a point."""

    def run(self, point: Point, seed: int, threads: int, stop: Callable[[], bool]) -> Outcome:
        """Run one point with one seed."""


class Chunk(NamedTuple):
    """The task of a worker: the model, some points, and which of them to run with which seed.

    Attributes
    ----------
    model
        The same for the whole sweep.
    names
        Names of the factors.
    points
        One column per factor, each (points,).
    point
        Index of each run's point (runs,).
    run_id, iteration, seed
        Those of each run (runs,).
    threads
        Number of threads that a run may use.
    keep_going
        Whether to continue after a run that failed.
    stop
        The name of the stop flag that a worker of a cluster checks.
    """

    model: SweepModel
    names: tuple[str, ...]
    points: list[NDArray[np.generic]]
    point: NDArray[np.int32]
    run_id: NDArray[np.int64]
    iteration: NDArray[np.int32]
    seed: NDArray[np.int64]
    threads: int
    keep_going: bool
    stop: str | None = None


class ChunkResult(NamedTuple):
    """The result that a worker sends back; for a chunk that was stopped, its finished runs only.

    Attributes
    ----------
    runs
        The rows of the runs, in Arrow's stream format.
    series
        Their daily measures, likewise; None if no series is recorded.
    finished
        Number of runs that ended, failed ones included.
    failed
        Number of runs that failed.
    seconds
        Time that the chunk took.
    trouble
        The first traceback.
    """

    runs: bytes
    series: bytes | None
    finished: int
    failed: int
    seconds: float
    trouble: str | None = None


class _RunRow(NamedTuple):
    """A run that ended: its index in the chunk, its steps, its measures, its error if it failed."""

    place: int
    steps: int
    measures: Mapping[str, float | bool | None]
    error: str | None


def run_chunk(chunk: Chunk, stop: Callable[[], bool]) -> ChunkResult:
    """Execute the runs of a chunk one after the other, until told to stop.

    A run that raises anything becomes a row with that error; unless ``keep_going``, it is the last.
    Only Ctrl-C passes: a KeyboardInterrupt where the terminal may have caused it.
    """
    columns = [column.tolist() for column in chunk.points]
    began = time.perf_counter()
    rows: list[_RunRow] = []
    series: list[pd.DataFrame] = []
    trouble = None
    with handlers_restored():
        for k, place in enumerate(chunk.point):
            if stop():
                break
            point = {name: values[place] for name, values in zip(chunk.names, columns, strict=True)}
            seed = int(chunk.seed[k])
            try:
                outcome, error = chunk.model.run(point, seed, chunk.threads, stop), None
            except BaseException as failure:
                if isinstance(failure, KeyboardInterrupt) and _of_the_terminal(failure, stop):
                    raise
                if isinstance(failure, Stopped) and stop():
                    break
                outcome, error = Outcome(0, {}), _format_error(failure)
                trouble = trouble or _format_trouble(failure)
            rows.append(_RunRow(k, outcome.steps, outcome.measures, error))
            if outcome.series is not None:
                outcome.series.insert(0, "RunId", chunk.run_id[k])
                series.append(outcome.series)
            if error and not chunk.keep_going:
                break
    return ChunkResult(
        runs=_to_bytes(_table(chunk, rows)),
        series=_to_bytes(as_days(pd.concat(series, ignore_index=True))) if series else None,
        finished=len(rows),
        failed=sum(row.error is not None for row in rows),
        seconds=time.perf_counter() - began,
        trouble=trouble,
    )


def _of_the_terminal(failure: KeyboardInterrupt, stop: Callable[[], bool]) -> bool:
    """Whether a signal may have raised it: not in a worker, nor in a run under a `StopSwitch`."""
    if type(failure) is not KeyboardInterrupt or stop():
        return True
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def failed_alone(chunk: Chunk, reason: str) -> ChunkResult:
    """Return the single run of a chunk as failed, because it ended the process that ran it."""
    table = _table(chunk, [_RunRow(0, 0, {}, reason)])
    return ChunkResult(_to_bytes(table), None, finished=1, failed=1, seconds=0.0)


def table_of(content: bytes) -> pa.Table:
    """Read what a worker sent."""
    return pa.ipc.open_stream(content).read_all()


def _table(chunk: Chunk, rows: list[_RunRow]) -> pa.Table:
    """Order columns as Mesa does: RunId, iteration, Step, parameters, seed, measures."""
    index = np.array([row.place for row in rows], np.int64)
    columns = {
        "RunId": pa.array(chunk.run_id[index], pa.int64()),
        "iteration": pa.array(chunk.iteration[index], pa.int32()),
        "Step": pa.array([row.steps for row in rows], pa.int32()),
    }
    places = chunk.point[index]
    for name, column in zip(chunk.names, chunk.points, strict=True):
        values = column[places].tolist()
        words = any(isinstance(value, str) for value in values)
        columns[name] = pa.array([str(v) for v in values] if words else values,
                                 pa.string() if words else pa.float64())  # fmt: skip
    columns["seed"] = pa.array(chunk.seed[index], pa.int64())
    for name, kind in chunk.model.measures.items():
        values = [row.measures.get(name) for row in rows]
        columns[name] = pa.array(values, pa.bool_() if kind is bool else pa.float64())
    columns["error"] = pa.array([row.error for row in rows], pa.string())
    return pa.table(columns)


def _format_error(failure: BaseException) -> str:
    """Return the kind of an error and its message in one line that can be written and shown."""
    kind = type(failure).__name__
    try:
        message = _printable(" ".join(str(failure).split())[:ERROR_LENGTH])
    except BaseException as error:
        message = f"its message cannot be told, str() raises {type(error).__name__}"
    return (f"{kind}: {message}" if message else kind)[:ERROR_LENGTH]


def _format_trouble(failure: BaseException) -> str:
    try:
        text = "".join(traceback.format_exception(failure, limit=-8))
    except BaseException:  # of the error's own methods
        return _format_error(failure)
    return _printable(text[:TROUBLE_LENGTH])


def _printable(text: str) -> str:
    """Escape what is no text in a file, and what would change the terminal."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )


def _to_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())
