"""Draws a page's pictures in a thread of its own, from snapshots, at most a few times a second."""

import copy
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any, NamedTuple

from samizdat.page import pictures
from samizdat.page.engine import Engine

SECONDS_BETWEEN = 0.25  # pictures are drawn no faster than a page can show them


class Shown(NamedTuple):
    """What the page shows: pictures, and what is said beside them."""

    view: bytes = b""
    series: bytes = b""
    counts: Any = None
    account: tuple[str, ...] = ()
    model: Any = None  # a copy, for Mesa's components
    status: Any = None


class Painter:
    """Waits for something new in the engine, and publishes it drawn.

    Parameters
    ----------
    publish
        Called in the thread with what there is to show.
    """

    def __init__(self, engine: Engine, publish: Callable[[Shown], None]) -> None:
        self.engine, self.publish = engine, publish
        self.view = "citizens"
        self.size = (7.0, 6.0)
        self._stopped = False
        self._thread = threading.Thread(target=self._live, name="samizdat-painter", daemon=True)

    def start(self) -> None:
        """Begin to draw."""
        self._thread.start()

    def stop(self) -> None:
        """End after the picture that it is at."""
        self._stopped = True
        self.engine.changed.set()

    def look(self, view: str) -> None:
        """Show another view."""
        self.view = view
        self.engine.changed.set()

    def _live(self) -> None:
        while not self._stopped:
            self.engine.changed.wait()
            self.engine.changed.clear()
            if self._stopped:
                return
            began = time.monotonic()
            self.publish(self._draw())
            time.sleep(max(0.05, SECONDS_BETWEEN - (time.monotonic() - began)))

    def _draw(self) -> Shown:
        status = self.engine.status
        if status.phase != "ready":
            return Shown(status=status)
        try:
            simulation, account, status = self.engine.ask(
                lambda model: (
                    copy.deepcopy(model.simulation), self.engine.account_now(), self.engine.status
                )
            ).result()  # fmt: skip
        except (ValueError, CancelledError):
            return Shown(status=self.engine.status)
        return Shown(
            view=pictures.png(pictures.VIEWS[self.view].draw(simulation, self.size)),
            series=pictures.png(pictures.series(simulation, self.size)),
            counts=simulation.counts,
            account=account,
            status=status,
        )
