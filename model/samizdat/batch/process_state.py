"""What a function of the user's changes in its process is put back after the call.

Else a run would depend on those that its process did before. Put back are the working folder, the
environment, numpy's error state and other context variables, the recursion limit, the interval
timer, standard output and error, and, after a chunk, the handlers of signals. A process that the
function forked ends where the function does: it must not go on with the sweep. Threads and child
processes stay; so do changes in modules.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import NamedTuple, TextIO, TypeVar

HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)

T = TypeVar("T")


def call_restored(function: Callable[..., T], *arguments: object) -> T:
    """Call a function and put back what it changed in this process; its errors pass."""
    before, own = _State.now(), os.getpid()
    try:
        return copy_context().run(function, *arguments)
    finally:
        if os.getpid() != own:
            os._exit(0)  # a fork of the function's
        before.put_back()


class _State(NamedTuple):
    """What a call may change; None: unknown."""

    folder: str | None
    environment: dict[bytes, bytes]
    recursion_limit: int
    timer: float
    output: TextIO | None
    errors: TextIO | None

    @classmethod
    def now(cls) -> "_State":
        return cls(
            _working_folder(), _environment().copy(), sys.getrecursionlimit(),
            signal.getitimer(signal.ITIMER_REAL)[0], sys.stdout, sys.stderr,
        )  # fmt: skip

    def put_back(self) -> None:
        if self.folder is not None and _working_folder() != self.folder:
            os.chdir(self.folder)
        if _environment() != self.environment:
            os.environb.clear()
            os.environb.update(self.environment)
        if sys.getrecursionlimit() != self.recursion_limit:
            sys.setrecursionlimit(self.recursion_limit)
        if not self.timer and signal.getitimer(signal.ITIMER_REAL)[0]:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        sys.stdout, sys.stderr = _opened(self.output, 1), _opened(self.errors, 2)


def _working_folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return None


def _environment() -> dict[bytes, bytes]:
    """Return what `os.environ` holds; to decode and encode it costs more than a small run."""
    content: dict[bytes, bytes] = os.environ._data  # type: ignore[attr-defined]
    return content


def _opened(stream: TextIO | None, descriptor: int) -> TextIO | None:
    """Return a stream, or a new one of the descriptor if it was closed."""
    if stream is None or not stream.closed:
        return stream
    try:
        return open(descriptor, "w", buffering=1, errors="backslashreplace", closefd=False)
    except OSError:  # that was closed too
        return open(os.devnull, "w")


@contextlib.contextmanager
def handlers_restored() -> Iterator[None]:
    """Put back the handlers of signals that change meanwhile; in the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in HANDLED}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)
