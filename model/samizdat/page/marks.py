"""What the bar of days shows: events of the world and interventions of the state, with dates."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from samizdat.figures.chronicle import WORLD, lane_of
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario
from samizdat.views.bands import Band, bands_of
from samizdat.views.looks import day_in_words
from samizdat.views.series import dates_of

EVENTS, OTHERS, ORDERS = (0, 1), (2,), (3, 4, 5)  # rows of the bar, from above
NARROWEST = 0.012  # of the bar: what a mark takes of its row at least
MOST_TICKS = 8
YEARS_FROM = 900  # days from which there is a tick a year, not a month


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
    title
        What it is, with the dates.
    start, end
        Numbers of steps done at the end of its first and its last day; no end while it lasts.
    row
        From above: events, laws and other news of the world, what the state ordered.
    own
        Whether the visitor ordered it.
    """

    title: str
    dates: str
    start: int
    end: int | None
    row: int
    colour: str
    own: bool


def marks_of(done: DaysDone, simulation: Simulation) -> tuple[Mark, ...]:
    """Return the marks of all days done, the earliest first."""
    if not done.steps:
        return ()
    days = dates_of(simulation)
    today = float(days[done.steps - 1])
    taken = [-np.inf] * (1 + ORDERS[-1])
    narrowest = NARROWEST * simulation.steps
    found = []
    for band in bands_of(done.bands, today, done.own):
        start, end = _steps_of(band, days)
        lasts = band.end - 0.5 >= today
        row = _row_for(_rows_of(band), taken, start)
        taken[row] = max(np.inf if lasts else end, start + narrowest)
        found.append(
            Mark(
                title=band.text,
                dates=_dates_of(simulation, start, None if lasts else end),
                start=start,
                end=None if lasts else end,
                row=row,
                colour=to_hex(lane_of(band.kind)[1]),
                own=band.own,
            )
        )
    return tuple(found)


def ticks_of(scenario: Scenario) -> list[tuple[int, str]]:
    """Return where the bar names a date, in steps done, and how."""
    start, end = scenario.spec.start, scenario.spec.end
    yearly = (end - start).days > YEARS_FROM
    firsts = [
        dt.date(year, month, 1)
        for year in range(start.year, end.year + 1)
        for month in ((1,) if yearly else range(1, 13))
        if start <= dt.date(year, month, 1) <= end
    ]
    every = -(-len(firsts) // MOST_TICKS) or 1
    return [
        (scenario.steps_until(first), f"{first:%Y}" if yearly else f"{first:%b %Y}")
        for first in firsts[::every]
    ]


def _steps_of(band: Band, days: np.ndarray) -> tuple[int, int]:
    """Return how many steps are done at the end of a band's first and of its last day."""
    start = max(1, int(np.searchsorted(days, band.start + 0.5, side="right")))
    return start, max(start, int(np.searchsorted(days, band.end - 0.5, side="right")))


def _rows_of(band: Band) -> tuple[int, ...]:
    if band.kind not in WORLD:
        return ORDERS
    return EVENTS if band.kind == "event" else OTHERS


def _row_for(rows: tuple[int, ...], taken: list[float], start: int) -> int:
    """Return the first of the rows that is free at a step; if none is, the first to be free."""
    free = (row for row in rows if taken[row] < start)
    return next(free, min(rows, key=lambda row: taken[row]))


def _dates_of(simulation: Simulation, start: int, end: int | None) -> str:
    first, last = (
        None if k is None else day_in_words(simulation.scenario.date_of(k - 1))
        for k in (start, end)
    )
    if last is None:
        return f"since {first}"
    return str(first) if first == last else f"{first} to {last}"
