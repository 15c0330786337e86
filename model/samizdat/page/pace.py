"""How fast a run plays: a fixed number of days a second, or more slowly where something happens."""

import time
from collections.abc import Callable

from samizdat.page.moments import EVENT, OTHER, Beginnings, acted, began
from samizdat.run.simulation import Simulation

AUTOMATIC = -1.0  # the speed by which play slows down by itself
UNPACED = 0.0  # steps a second: no limit
FAST = 60.0  # steps a second from which pictures are drawn between slices, not between steps
# How a fast run lets others draw: it takes steps for a slice of time, then waits for a picture.
SHORTEST, LONGEST = 0.3, 1.0  # seconds of a slice
PICTURES_SHARE = 0.25  # of the time of a fast run, at most, unless its slices are the longest
DRAW_SECONDS, WAIT_SECONDS = 0.5, 0.01

# The automatic speed [steps a second].
SLOW = 3.0  # people are in the street, or something began
LONG = 10.0  # people have been there for weeks
EMPTY = 10.0  # nothing happens: at least this, and the whole scenario in a few seconds
EMPTY_SECONDS = 5.0
WEEKS = 21  # steps in the street after which play is faster again


class Pace:
    """When the next step is due, and when a fast run waits for its pictures.

    Parameters
    ----------
    speed
        Steps a second, UNPACED or AUTOMATIC.

    Attributes
    ----------
    measured
        Steps a second of the last slice of a fast run, the time for its picture included.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._due, self.measured = 0.0, 0.0
        self._has_painter, self._drawn = False, False
        self._waits_until = self._waits_since = 0.0
        self._slice, self._slice_ended = SHORTEST, 0.0

    def rate(self, simulation: Simulation, begins: Beginnings) -> float:
        """Return the steps a second that the run may take now; 0.0 for no limit."""
        return automatic(simulation, begins) if self.speed == AUTOMATIC else self.speed

    def play(self) -> None:
        """Let the next step be due now."""
        self._due = time.monotonic()

    def set_speed(self, speed: float) -> None:
        """Play at another speed, from the next step on."""
        self.speed = speed
        pause = 1.0 / speed if speed > 0.0 else 0.0
        self._due = time.monotonic() + pause

    def begin_step(self, rate: float) -> None:
        """Tell that a step is taken; the next one is due later."""
        self._due = time.monotonic() + (1.0 / rate if rate else 0.0)

    @property
    def seconds(self) -> float:
        """How long until the next step is due."""
        return max(0.0, self._due - time.monotonic())

    def run_slice(self, step: Callable[[], bool], limit: float = 0.0) -> None:
        """Take steps for a while, no faster than a limit, until ``step`` returns False."""
        start = now = time.monotonic()
        if start - self._slice_ended > 2.0 * DRAW_SECONDS:
            self._slice_ended = start
        taken, more = 0, True
        while more and now - start < self._slice:
            more = step()
            taken += 1
            now = time.monotonic()
            ahead = taken / limit - (now - start) if limit else 0.0
            if ahead > 0.0:
                time.sleep(ahead)
                now = time.monotonic()
        self.measured = taken / max(now - self._slice_ended, 1e-3)
        self._slice_ended = now

    def mark_drawn(self) -> None:
        """Tell that the last changes were drawn; fast runs wait for it from now on."""
        self._has_painter = self._drawn = True

    def wait_for_picture(self) -> None:
        """Let the run stand until the picture is drawn, which would otherwise get no time."""
        if self._has_painter:
            self._drawn, self._waits_since = False, time.monotonic()
            self._waits_until = self._waits_since + DRAW_SECONDS

    @property
    def waits(self) -> bool:
        """Whether a fast run stands, for its picture."""
        now = time.monotonic()
        if self._waits_until and (self._drawn or now > self._waits_until):
            self._waits_until = 0.0
            drawing = now - self._waits_since
            self._slice = min(max(drawing * (1.0 / PICTURES_SHARE - 1.0), SHORTEST), LONGEST)
        return self._waits_until > 0.0


def automatic(simulation: Simulation, begins: Beginnings) -> float:
    """Return the steps a second at which a run plays by itself after the last step done."""
    k = simulation.step_number
    if k == 0:
        return SLOW
    first = max(1, k - EVENT)  # what begins on the first day is what has always been
    fresh = began(simulation, begins, first, k)
    if fresh[-OTHER:].any() or (fresh & (begins[first:k] != OTHER)).any():
        return SLOW
    lately = acted(simulation, max(0, k - WEEKS), k)
    if lately[-EVENT:].any():
        return LONG if len(lately) == WEEKS and lately.mean() > 0.9 else SLOW
    return max(EMPTY, simulation.steps / EMPTY_SECONDS)
