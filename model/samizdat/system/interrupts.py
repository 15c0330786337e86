"""SIGINT and SIGTERM as requests to stop, which a run follows between two steps."""

import signal
import threading
from typing import Any


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
