"""Where runs are executed: this process, processes on this machine, or the caller's executor."""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from ctypes import c_byte
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import ORIGINAL_DIR  # type: ignore[attr-defined]
from multiprocessing.sharedctypes import RawValue
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Protocol

from samizdat.batch.chunk import Chunk, ChunkResult, run_chunk
from samizdat.batch.experiment import ExperimentError
from samizdat.system.interrupts import ENDING

AHEAD = 2  # chunks in flight per worker, so that no worker waits for the parent


class Workers(Protocol):
    """Where a sweep sends its chunks."""

    name: str
    width: int  # chunks that run in parallel
    ahead: int  # chunks in flight per worker

    def submit(self, chunk: Chunk) -> "Future[ChunkResult]":
        """Begin a chunk."""

    def ask_to_stop(self) -> None:
        """Stop running chunks at the next step; they return what is finished."""

    def withdraw(self, futures: "list[Future[ChunkResult]]") -> None:
        """Cancel chunks that no worker has started, where that is possible."""

    def renew(self) -> bool:
        """Replace the workers after one died; return whether that was possible."""

    def cause(self) -> str | None:
        """How the worker ended that died last; None: unknown."""

    def gone(self) -> bool:
        """Whether the scheduler is gone, so that no result will come back."""

    def close(self, *, immediately: bool = False) -> None:
        """End the workers; if ``immediately``, without waiting for their work."""


class InProcess:
    """The process itself: there is nothing to start or to lose."""

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
        """Do nothing: every chunk is done when `submit` returns."""

    def renew(self) -> bool:
        """Return False: there is nothing to replace."""
        return False

    def cause(self) -> None:
        """Return None: no worker can die."""

    def gone(self) -> bool:
        """Return False: it is this process."""
        return False

    def close(self, *, immediately: bool = False) -> None:
        """Do nothing: there are no workers to end."""


class SweepWorker(SpawnProcess):
    """A process of `Processes`; its name, which it has from the start, begins with its class."""


class _Spawn(SpawnContext):
    Process = SweepWorker


class Processes:
    """Processes on this machine that end with the sweep.

    They are spawned, since a forked process with threads can hang. They leave signals to their
    parent, check its stop flag between steps, and end when it ends, however it ends.

    Raises
    ------
    ExperimentError
        If they could not import the main module.
    """

    ahead = AHEAD

    def __init__(self, jobs: int) -> None:
        check_main_is_a_file()
        self.width, self.name = jobs, f"{jobs} processes"
        self._cause: str | None = None
        start_tracker()
        self._flag: c_byte = RawValue("b", 0)
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.width, _Spawn(), initializer=_begin_worker, initargs=(self._flag,)
        )

    def submit(self, chunk: Chunk) -> "Future[ChunkResult]":
        """Start a chunk; workers are started when there is work for them."""
        try:
            # A worker that starts inherits the blocked signals.
            with signals_held_back(*ENDING):
                return self._pool.submit(_run_in_worker, pickle.dumps(chunk))
        except BrokenProcessPool as error:
            return _failed(error)

    def ask_to_stop(self) -> None:
        """Set the flag that all workers check."""
        self._flag.value = 1

    def withdraw(self, futures: "list[Future[ChunkResult]]") -> None:
        """Do nothing: the workers return chunks as soon as the flag is set.

        A pool that breaks while one of its futures is cancelled never reports the others
        (Python 3.11: the thread that would report them ends with an InvalidStateError).
        """

    def renew(self) -> bool:
        """Start a new pool: a pool that loses one worker ends all of them.

        Raises
        ------
        ExperimentError
            If workers ended because the script that they import calls `sweep` again.
        """
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=True, cancel_futures=True)
        codes = [process.exitcode for process in processes]
        if IMPORTED in codes:
            raise ExperimentError(unguarded())
        # The pool ended the others with SIGTERM.
        own = [code for code in codes if code and code != -signal.SIGTERM] or [-signal.SIGTERM]
        self._cause = _format_end(own[0])
        self._pool = self._new_pool()
        return True

    def cause(self) -> str | None:
        """Return the exit code or the signal of the worker that died last."""
        return self._cause

    def gone(self) -> bool:
        """Return False: if the pool breaks, the futures of the chunks raise an error."""
        return False

    def close(self, *, immediately: bool = False) -> None:
        """End the workers; what still runs after an error ends at its next step."""
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
        except BrokenExecutor as error:  # it broke since the last check
            return _failed(error)

    def ask_to_stop(self) -> None:
        """Do nothing: running chunks cannot be told to stop, so they run to their end."""

    def withdraw(self, futures: "list[Future[ChunkResult]]") -> None:
        """Cancel chunks that have not started."""
        for future in futures:
            future.cancel()

    def renew(self) -> bool:
        """Return False: its owner may replace it."""
        return False

    def cause(self) -> None:
        """Return None: only its owner sees its workers."""

    def gone(self) -> bool:
        """Return False: if it breaks, the futures of the chunks raise an error."""
        return False

    def close(self, *, immediately: bool = False) -> None:
        """Do nothing: its owner ends it."""


def _format_end(code: int) -> str:
    """Return how a process ended."""
    if code > 0:
        return f"exit code {code}"
    known = {number.value for number in signal.Signals}
    return signal.Signals(-code).name if -code in known else f"signal {-code}"


def _failed(error: Exception) -> "Future[ChunkResult]":
    future: Future[ChunkResult] = Future()
    future.set_exception(error)
    return future


def start_tracker() -> None:
    """Start the process that cleans up after this one; unlike others it would end with SIGHUP."""
    with signals_held_back(signal.SIGHUP):
        resource_tracker.ensure_running()


@contextmanager
def signals_held_back(*held: int) -> Iterator[None]:
    """Block signals, here and in every thread and process that starts meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def check_not_imported() -> None:
    """Check that `sweep` is not called because a worker imports the caller's script.

    A worker of a sweep ends here, and its parent tells why.

    Raises
    ------
    ExperimentError
        In a process that something else started.
    """
    process = multiprocessing.current_process()
    if process.name.startswith(SweepWorker.__name__) and not _busy:
        os._exit(IMPORTED)
    if getattr(process, "_inheriting", False):  # it imports the main module of its parent
        raise ExperimentError(unguarded())


def check_main_is_a_file() -> None:
    """Check that processes can import the main module, where they would try to.

    Raises
    ------
    ExperimentError
        For a script from standard input.
    """
    main = sys.modules["__main__"]
    script = getattr(main, "__file__", None)
    if script is None or getattr(main, "__spec__", None) is not None:
        return
    if not Path(ORIGINAL_DIR or "", script).exists():
        raise ExperimentError(
            f"{script}: is no file, so the processes of a sweep cannot import it; "
            "save the script in one, or use jobs=1"
        )


def unguarded() -> str:
    """Return the line for a script that runs again in each process that imports it."""
    script = getattr(sys.modules["__main__"], "__file__", None)
    where = f"{script}, or a module that it imports" if script else "a module that is imported"
    return (
        f'{where}, calls sweep without `if __name__ == "__main__":` above the call, so that every '
        "process that the sweep starts would call it again; write that line, or use jobs=1"
    )


IMPORTED = 113  # exit code of a worker that calls `sweep` while it imports
LEAVE = 5.0  # seconds that a worker has for its end: threads and children of a run may not end

# In a worker process.
_flag: c_byte | None = None
_busy = False  # in a run, which may call `sweep` itself


def _begin_worker(flag: c_byte) -> None:
    """Make this process a worker: it ignores signals for the parent and ends with it."""
    global _flag
    _flag = flag
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the pool ends its workers with it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)  # blocked while this process started
    threading.Thread(target=_end_with_parent, daemon=True).start()
    Finalize(None, _leave, exitpriority=100)  # before it waits for them


def _leave() -> None:
    last = threading.Timer(LEAVE, os._exit, [0])
    last.daemon = True
    last.start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _run_in_worker(content: bytes) -> ChunkResult:
    """Run a pickled chunk; unpickled by the pool, a model that cannot be imported ends the worker.

    Raises
    ------
    ExperimentError
        If it cannot be imported here.
    """
    global _busy
    try:
        chunk: Chunk = pickle.loads(content)
    except BaseException as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ExperimentError(f"workers: cannot import the model: {reason}") from None
    _busy = True
    try:
        return run_chunk(chunk, lambda: _flag is not None and bool(_flag.value))
    finally:
        _busy = False


def _run_unstopped(chunk: Chunk) -> ChunkResult:
    return run_chunk(chunk, lambda: False)
