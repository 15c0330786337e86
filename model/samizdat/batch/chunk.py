"""Some runs in a row, in whatever process: from values and seeds to Arrow bytes."""

import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from samizdat.batch.worlds import Outcome, Stopped
from samizdat.run.records import as_days

ERROR_LENGTH = 2000  # characters kept of what went wrong


class Subject(Protocol):
    """What a sweep runs: `worlds.Worlds`, or `function.Function`."""

    @property
    def measures(self) -> dict[str, type]:
        """What is recorded of each run."""

    def run(
        self, point: dict[str, Any], seed: int, threads: int, stop: Callable[[], bool]
    ) -> Outcome:
        """Run one point with one seed."""


class Job(NamedTuple):
    """What a worker is sent: the subject, some points, and which of them to run with which seed."""

    subject: "Subject"  # the same for all of a sweep
    names: tuple[str, ...]  # of the factors
    points: list[NDArray[Any]]  # a column a factor
    point: NDArray[np.int32]  # of each run, an index into points
    run_id: NDArray[np.int64]
    iteration: NDArray[np.int32]
    seed: NDArray[np.int64]
    threads: int
    keep_going: bool
    stop: Any = None  # what the worker finds its stop flag by


class Done(NamedTuple):
    """What a worker sends back; of a chunk that was stopped only what is finished."""

    runs: bytes  # Arrow
    series: bytes | None
    finished: int
    failed: int
    seconds: float
    trouble: str | None = None  # the first traceback


def run_chunk(job: Job, stop: Callable[[], bool]) -> Done:
    """Run a job's runs one after the other, until told to stop.

    A run that raises is a row with its error; unless the job keeps going, it is the last.
    """
    columns = [column.tolist() for column in job.points]
    began = time.perf_counter()
    rows: list[Any] = []
    series: list[pd.DataFrame] = []
    trouble = None
    for k, place in enumerate(job.point):
        if stop():
            break
        point = {name: values[place] for name, values in zip(job.names, columns, strict=True)}
        seed = int(job.seed[k])
        try:
            outcome, error = job.subject.run(point, seed, job.threads, stop), None
        except Stopped:
            break
        except Exception as failure:
            outcome, error = Outcome(0, {}), _told(failure)
            trouble = trouble or traceback.format_exc(limit=-8)
        rows.append((k, outcome.steps, outcome.measures, error))
        if outcome.series is not None:
            outcome.series.insert(0, "RunId", job.run_id[k])
            series.append(outcome.series)
        if error and not job.keep_going:
            break
    failed = sum(row[3] is not None for row in rows)
    runs = _bytes(_table(job, rows))
    kept = _bytes(as_days(pd.concat(series, ignore_index=True))) if series else None
    return Done(runs, kept, len(rows), failed, time.perf_counter() - began, trouble)


def failed_alone(job: Job, reason: str) -> Done:
    """Return the one run of a job as failed: it ended the process that ran it."""
    table = _table(job, [(0, 0, {}, reason)])
    return Done(_bytes(table), None, 1, 1, 0.0)


def table_of(content: bytes) -> pa.Table:
    """Read what a worker sent."""
    return pa.ipc.open_stream(content).read_all()


def _table(job: Job, rows: list[Any]) -> pa.Table:
    """Lay rows out as Mesa does: RunId, iteration, Step, parameters, seed, measures."""
    which = np.array([row[0] for row in rows], np.int64)
    columns: dict[str, Any] = {
        "RunId": pa.array(job.run_id[which], pa.int64()),
        "iteration": pa.array(job.iteration[which], pa.int32()),
        "Step": pa.array([row[1] for row in rows], pa.int32()),
    }
    places = job.point[which]
    for f, name in enumerate(job.names):
        values = job.points[f][places].tolist()
        words = any(isinstance(value, str) for value in values)
        columns[name] = pa.array([str(v) for v in values] if words else values,
                                 pa.string() if words else pa.float64())  # fmt: skip
    columns["seed"] = pa.array(job.seed[which], pa.int64())
    for name, kind in job.subject.measures.items():
        values = [row[2].get(name) for row in rows]
        columns[name] = pa.array(values, pa.bool_() if kind is bool else pa.float64())
    columns["error"] = pa.array([row[3] for row in rows], pa.string())
    return pa.table(columns)


def _told(failure: Exception) -> str:
    return " ".join(f"{type(failure).__name__}: {failure}".split())[:ERROR_LENGTH]


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())
