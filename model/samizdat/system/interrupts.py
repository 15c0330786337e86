"""SIGINT and SIGTERM as requests that are met at a moment of the run's own choosing."""

import signal
import threading
from typing import Any


class StopSwitch:
    """Notes a signal instead of dying of it; calling it says whether there was one.

    Outside the main thread, where Python delivers no signals, it does nothing.

    Parameters
    ----------
    twice
        A second SIGINT is a KeyboardInterrupt, for whoever cannot wait.
    """

    def __init__(self, *, twice: bool = False) -> None:
        self.asked, self.exit_code = False, 130
        self._twice = twice
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self.asked

    def __enter__(self) -> "StopSwitch":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, _: object) -> None:
        if self._twice and self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked, self.exit_code = True, 128 + number
