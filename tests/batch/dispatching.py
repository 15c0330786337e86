"""Dispatches of few runs, with workers that a test holds in its hand: no process, no run."""

from concurrent.futures import Future

import numpy as np
import pandas as pd

from samizdat.batch.chunk import ChunkResult, table_of
from samizdat.batch.dispatch import Dispatch
from samizdat.batch.experiment import Resources


class Model:
    """Measures y."""

    @property
    def measures(self):
        return {"y": float}


class KilledWorker(Exception):  # noqa: N818
    """As dask names its own."""


def plan(runs):
    """Runs 100, 101, ...: two points at each seed, a number and a word."""
    point = np.arange(runs) % 2
    return pd.DataFrame({
        "RunId": np.arange(100, 100 + runs), "point": point.astype(np.int32),
        "iteration": (np.arange(runs) // 2).astype(np.int32), "seed": 7 + np.arange(runs) // 2,
        "x": point * 10.0, "what": np.where(point, "b", "a"),
    })  # fmt: skip


def finished(chunk, count=None, *, failed=(), seconds=1.0, trouble=None):
    """What a worker sends: the first runs of a chunk, all if not said, some of them failed."""
    count = len(chunk.run_id) if count is None else count
    rows = [(int(chunk.run_id[k]), "E" if k in failed else None) for k in range(count)]
    return ChunkResult(rows, None, count, len(failed), seconds, trouble)


def failing_once(error):
    """An answer for `Workers`: the error to the first chunk, all runs of every other one."""
    errors = iter([error])

    def answer(chunk):
        for each in errors:
            raise each
        return finished(chunk)

    return answer


class Workers:
    """Workers that answer as a test says: `answer` takes a chunk and returns or raises."""

    name = "workers of a test"

    def __init__(self, answer, width=1, ahead=2, *, renewable=True, late=False):
        self.width, self.ahead = width, ahead
        self.renewable, self.late = renewable, late
        self.sent, self.flying, self.renewals = [], [], 0
        self.asked, self.withdrawn, self.is_gone = 0, [], False
        self._answer = answer
        self.most = 0

    def submit(self, chunk):
        future = Future()
        self.sent.append(chunk.run_id.tolist())
        self.flying.append((future, chunk))
        self.most = max(self.most, sum(not f.done() for f, _ in self.flying))
        if not self.late:
            self.settle()
        return future

    def settle(self):
        """Answer the oldest chunk."""
        future, chunk = self.flying.pop(0)
        try:
            future.set_result(self._answer(chunk))
        except BaseException as error:
            future.set_exception(error)

    def ask_to_stop(self):
        self.asked += 1
        while self.flying:
            self.settle()

    def withdraw(self, futures):
        self.withdrawn = futures

    def renew(self):
        self.renewals += 1
        return self.renewable

    def cause(self):
        return "SIGKILL"

    def gone(self):
        return self.is_gone


def made(answer=finished, runs=6, *, keep_going=True, stop=None, workers=None, **resources):
    """A dispatch of some runs, and what it writes: a list of (RunId, error)."""
    resources.setdefault("chunk_runs", 2)
    workers = Workers(answer) if workers is None else workers
    written = []

    def write(done):
        rows = done.runs
        if isinstance(rows, bytes):
            table = table_of(rows)
            rows = zip(table["RunId"].to_pylist(), table["error"].to_pylist(), strict=True)
        written.extend(rows)

    dispatch = Dispatch(Model(), plan(runs), workers, Resources(**resources), 3, keep_going, write,
                        stop or (lambda: False))  # fmt: skip
    return dispatch, written


def ids(written):
    return [run for run, _ in written]
