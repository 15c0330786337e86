"""Signals that ask a process to end: SIGINT, SIGTERM, and SIGHUP of a terminal that is closed."""

import contextlib
import os
import signal
import termios
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ONE_REQUEST = 1.0  # seconds: a shell and the system both tell that a terminal is closed


class Interrupted(KeyboardInterrupt):
    """A signal that asks the process to end.

    Attributes
    ----------
    exit_code
        128 + the number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class StopSwitch:
    """Records a signal instead of ending the process; calling it tells whether there was one.

    Outside the main thread, where Python delivers no signals, it does nothing.

    Parameters
    ----------
    twice
        A second SIGINT raises KeyboardInterrupt immediately.
    """

    def __init__(self, *, twice: bool = False) -> None:
        self.asked, self.exit_code = False, 130
        self._twice = twice
        self._handled = contextlib.ExitStack()

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self.asked

    def __enter__(self) -> "StopSwitch":
        self._handled.enter_context(handled_by(self._ask))
        return self

    def __exit__(self, *_: object) -> None:
        self._handled.close()

    def _ask(self, number: int) -> None:
        if self._twice and self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked, self.exit_code = True, 128 + number


@contextlib.contextmanager
def raising_interrupted() -> Iterator[None]:
    """Let a signal raise `Interrupted` in the main thread, so that files are whole or absent."""
    last = -_ONE_REQUEST

    def interrupt(number: int) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before >= _ONE_REQUEST:
            raise Interrupted(number)

    with handled_by(interrupt):
        yield


@contextlib.contextmanager
def handled_by(handler: Callable[[int], None]) -> Iterator[None]:
    """Pass signals to a handler; a SIGHUP that is ignored, as under nohup, stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    terminals = [output for output in (1, 2) if os.isatty(output)]

    def handle(number: int, _: object) -> None:
        if number == signal.SIGHUP:
            _leave_closed(terminals)
        handler(number)

    before: dict[signal.Signals, Any] = {}
    try:
        for number in ENDING:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, handle)
        yield
    finally:
        for changed, earlier in before.items():
            signal.signal(changed, earlier)


def _leave_closed(terminals: list[int]) -> None:
    """Write to nowhere instead of a terminal that is closed, where every write is an error."""
    for output in terminals:
        try:
            termios.tcgetattr(output)
        except termios.error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, output)
            os.close(nowhere)
