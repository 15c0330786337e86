"""Who does the work: this process, processes of this machine, or an executor of the caller."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from ctypes import c_byte
from multiprocessing.connection import wait
from multiprocessing.sharedctypes import RawValue
from typing import Protocol

from samizdat.batch.chunk import Chunk, ChunkResult, run_chunk

AHEAD = 2  # chunks in flight per worker, so that none waits for the parent


class Workers(Protocol):
    """Where a sweep sends its chunks."""

    name: str
    width: int  # chunks that run beside each other
    ahead: int  # chunks in flight per worker

    def submit(self, chunk: Chunk) -> "Future[ChunkResult]":
        """Begin a chunk."""

    def ask_to_stop(self) -> None:
        """Let running chunks end at the next step and return what is finished."""

    def withdraw(self, futures: "list[Future[ChunkResult]]") -> None:
        """Cancel chunks that no worker has begun, where that is possible."""

    def renew(self) -> bool:
        """Replace the workers after one died; return whether that was possible."""

    def gone(self) -> bool:
        """Whether the scheduler is gone, so that no result will come back."""

    def close(self, *, immediately: bool = False) -> None:
        """End the workers; `immediately`: whatever they do."""


class InProcess:
    """The process itself: nothing to start, nothing to lose."""

    name, width, ahead = "this process", 1, 1

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._asked = False

    def submit(self, chunk: Chunk) -> "Future[ChunkResult]":
        """Run a chunk, now."""
        future: Future[ChunkResult] = Future()
        future.set_result(run_chunk(chunk, lambda: self._asked or self._stop()))
        return future

    def ask_to_stop(self) -> None:
        """Stop before the next chunk: none is running."""
        self._asked = True

    def withdraw(self, futures: "list[Future[ChunkResult]]") -> None:
        """Every chunk is done when it is handed out."""

    def renew(self) -> bool:
        """Return False: there is nothing to replace."""
        return False

    def gone(self) -> bool:
        """Never gone: it is this process."""
        return False

    def close(self, *, immediately: bool = False) -> None:
        """Nothing to end."""


class Processes:
    """Processes of this machine that end with the sweep.

    They are spawned, since a fork of a process with threads can hang; they leave signals to their
    parent, look at its stop flag between steps, and end when it ends, however it ends.
    """

    ahead = AHEAD

    def __init__(self, jobs: int) -> None:
        self.width, self.name = jobs, f"{jobs} processes"
        self._context = multiprocessing.get_context("spawn")
        self._flag: c_byte = RawValue("b", 0)
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.width, self._context, initializer=_begin_worker, initargs=(self._flag,)
        )

    def submit(self, chunk: Chunk) -> "Future[ChunkResult]":
        """Begin a chunk; workers are started when there is something for them to do."""
        try:
            # A worker that starts inherits that.
            with signals_held_back(signal.SIGINT, signal.SIGTERM):
                return self._pool.submit(_run_in_worker, chunk)
        except BrokenProcessPool as error:
            return _failed(error)

    def ask_to_stop(self) -> None:
        """Raise the flag that all workers see."""
        self._flag.value = 1

    def withdraw(self, futures: "list[Future[ChunkResult]]") -> None:
        """Leave that to the workers: they hand chunks back as soon as the flag is up.

        A pool that breaks while one of its futures is cancelled never reports the others
        (Python 3.11: the thread that would report them ends with an InvalidStateError).
        """

    def renew(self) -> bool:
        """Start a new pool: one that lost a worker ends them all."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._new_pool()
        return True

    def gone(self) -> bool:
        """Leave that to the chunks, whose futures raise when a pool broke."""
        return False

    def close(self, *, immediately: bool = False) -> None:
        """End the workers; what still runs, after something went wrong, ends at its next step."""
        self.ask_to_stop()
        if immediately:
            for process in list((self._pool._processes or {}).values()):
                process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)


class ExternalExecutor:
    """Any `concurrent.futures.Executor`; it is neither stopped nor shut down here."""

    ahead = AHEAD

    def __init__(self, executor: Executor) -> None:
        self.width = int(getattr(executor, "_max_workers", 0) or os.cpu_count() or 1)
        self.name = type(executor).__name__
        self._executor = executor

    def submit(self, chunk: Chunk) -> "Future[ChunkResult]":
        """Begin a chunk."""
        try:
            return self._executor.submit(_run_unstopped, chunk)
        except BrokenExecutor as error:  # between two looks
            return _failed(error)

    def ask_to_stop(self) -> None:
        """Wait for what runs: there is no way to ask it."""

    def withdraw(self, futures: "list[Future[ChunkResult]]") -> None:
        """Cancel what nobody has begun."""
        for future in futures:
            future.cancel()

    def renew(self) -> bool:
        """Return False: its owner may replace it."""
        return False

    def gone(self) -> bool:
        """Leave that to the chunks, whose futures raise when it broke."""
        return False

    def close(self, *, immediately: bool = False) -> None:
        """Its owner ends it."""


def _failed(error: Exception) -> "Future[ChunkResult]":
    future: Future[ChunkResult] = Future()
    future.set_exception(error)
    return future


@contextmanager
def signals_held_back(*held: int) -> Iterator[None]:
    """Block signals, here and in every thread and process that begins meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# Of a worker process.
_flag: c_byte | None = None


def _begin_worker(flag: c_byte) -> None:
    """Make this process a worker: it ignores signals for the parent and ends with it."""
    global _flag
    _flag = flag
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Both were held back while this process started; the pool ends its workers with SIGTERM.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _run_in_worker(chunk: Chunk) -> ChunkResult:
    return run_chunk(chunk, lambda: _flag is not None and bool(_flag.value))


def _run_unstopped(chunk: Chunk) -> ChunkResult:
    return run_chunk(chunk, lambda: False)
