"""What the bar of days shows: events of the world and interventions of the state, with dates."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from samizdat.figures.chronicle import WORLD, lane_of
from samizdat.run.simulation import Simulation
from samizdat.views.bands import bands_of
from samizdat.views.series import dates_of


class DaysDone(NamedTuple):
    """What is known of all days done, also of those after the day shown.

    Attributes
    ----------
    bands
        As `Simulation.bands`, on the last day done.
    own
        Ids of what the visitor ordered.
    """

    steps: int
    bands: pd.DataFrame
    own: frozenset[str]


class Mark(NamedTuple):
    """An entry of the timeline or an order, on the bar.

    Attributes
    ----------
    start, end
        Numbers of steps done at the end of its first and its last day so far.
    world
        Whether it happened to the state; else the state did it.
    own
        Whether the visitor ordered it.
    """

    title: str
    dates: str
    start: int
    end: int
    colour: str
    world: bool
    own: bool


def marks_of(done: DaysDone, simulation: Simulation) -> tuple[Mark, ...]:
    """Return the marks of all days done, the earliest first."""
    if not done.steps:
        return ()
    days = dates_of(simulation)
    today = float(days[done.steps - 1])
    found = []
    for band in bands_of(done.bands, today, done.own):
        first, last = band.start + 0.5, min(band.end - 0.5, today)
        start = int(np.searchsorted(days, first, side="right"))
        end = int(np.searchsorted(days, last, side="right"))
        if start > done.steps:
            continue
        dates = [str(simulation.dates[max(1, k) - 1])[:10] for k in (start, end)]
        found.append(
            Mark(
                title=band.text,
                dates=dates[0] if dates[0] == dates[1] else f"{dates[0]} to {dates[1]}",
                start=max(1, start),
                end=max(1, start, end),
                colour=to_hex(lane_of(band.kind)[1]),
                world=band.kind in WORLD,
                own=band.own,
            )
        )
    return tuple(found)
