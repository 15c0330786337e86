"""The clock of a visitor's page: its bar of days, and the warning before the past is changed."""

from collections.abc import Callable
from typing import NamedTuple

import solara

from samizdat.page.engine import Engine
from samizdat.page.marks import Mark
from samizdat.page.pace import AUTOMATIC, UNPACED
from samizdat.page.status import Status

SPEEDS = (
    (AUTOMATIC, "automatic speed"),
    (1.0, "1 day a second"),
    (3.0, "3 days a second"),
    (10.0, "10 days a second"),
    (30.0, "30 days a second"),
    (UNPACED, "as fast as possible"),
)


class WaitingOrder(NamedTuple):
    """An order that waits: it would change days that are done.

    Attributes
    ----------
    name
        What it is.
    days
        How many.
    step
        Number of steps done on the day that it is for.
    order
        Gives it.
    """

    name: str
    days: int
    step: int
    order: Callable[[], None]


class Clock:
    """What the bar of days shows and does.

    Attributes
    ----------
    marks
        Events and interventions of all days done.
    listed
        Whether they are listed.
    warning
        The order that waits for the visitor's decision.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.marks: solara.Reactive[tuple[Mark, ...]] = solara.reactive(())
        self.listed = solara.reactive(False)
        self.warning: solara.Reactive[WaitingOrder | None] = solara.reactive(None)

    def seek(self, step: int) -> None:
        """Show the day after so many steps."""
        self.engine.seek(step)

    def go_to_mark(self, mark: Mark) -> None:
        """Show the first day of an event or intervention."""
        self.listed.set(False)
        self.seek(mark.start)

    def branch(self) -> None:
        """Forget the days after the one that the order is for, and give it.

        If another day is shown by then, nothing is forgotten, and the order is asked about again.
        """
        waiting = self.warning.value
        self.warning.set(None)
        if waiting is not None:
            self.engine.branch(waiting.step)
            waiting.order()

    def leaves(self, before: int, after: int) -> bool:
        """Whether the day of the order that waits was shown, and is not any more."""
        waiting = self.warning.value
        return waiting is not None and before == waiting.step != after


def pace_in_words(status: Status) -> str:
    """Return how fast the days pass, for the heading."""
    if status.seeking >= 0:
        return f"on the way to day {status.seeking:,}, {_rate(status.rate)}"
    if not status.playing:
        return "paused"
    return _rate(status.rate)


def _rate(rate: float) -> str:
    if rate <= 0.0:
        return "every day simulated"
    days = f"{rate:,.0f}" if rate >= 1.0 else "less than 1"
    return f"{days} day{'' if days in ('1', 'less than 1') else 's'} a second"
