"""The chart of rallies: grievances that arrived; rallies called, held, and prevented."""

from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from samizdat.figures.frame import (
    COLOURS,
    TEXT,
    THEME,
    Colour,
    Table,
    days_of,
    new_axes,
    spacing,
    time_axis,
)
from samizdat.text.catalogue import words
from samizdat.text.numbers import number


class RallyLane(NamedTuple):
    """What a lane counts: the column that counts it by day, its words and its colour."""

    column: str
    words_key: str
    colour: Colour


CALLED = RallyLane("rallies_called", "rally.called", COLOURS[0])
HELD = RallyLane("rallies_held", "rally.held", COLOURS[3])
PREVENTED = RallyLane("rallies_prevented", "rally.prevented", "0.1")
LANES = (CALLED, HELD, PREVENTED)
ARRIVED = RallyLane("arrivals", "arrival.arrived", COLOURS[4])
ON = "rally"  # the column of where an assembly is on: one that was called, or that goes on
TALL = 0.84  # of a lane: the stroke of the day with most
PALE = 0.35  # share of the colour in the days on which a rally goes on
LANE_HEIGHT = 0.25  # inches of a lane on a page


def lanes_of(table: Table) -> tuple[RallyLane, ...]:
    """Return the lanes of what a table counts at all; an older one has no columns of them.

    Where rallies are off, the street is open on any day, and there is none to call.
    """

    def counts(*lanes: RallyLane) -> bool:
        columns = [lane.column for lane in lanes]
        return set(columns) <= set(table) and bool(table[columns].to_numpy().any())

    arrived = (ARRIVED,) if counts(ARRIVED) else ()
    return (*arrived, *LANES) if counts(*LANES) else arrived


def rallies(nation: Table, *, ax: Axes | None = None) -> Axes:
    """Grievances that arrived, and rallies called, held and prevented: a lane of strokes for each.

    Each has its total; where no grievance arrives, rallies alone have lanes. A stroke is a day, and
    its height how many there were on it; all lanes have one scale. In the lane of those held, days
    on which rallies go on are pale. Strokes are never narrower than a pixel, so that a rally of one
    day is seen in twelve years.
    """
    with mpl.rc_context(THEME):
        days = days_of(nation["date"])
        lanes = lanes_of(nation)
        ax = new_axes(ax, LANE_HEIGHT * len(lanes))
        half = spacing(days) / 2
        going_on = _going_on(nation)
        columns = [lane.column for lane in lanes]
        most = max(1, int(nation[columns].to_numpy().max(initial=0)), *going_on)
        names = []
        for y, lane in enumerate(lanes):
            foot = y + TALL / 2
            counts = nation[lane.column].to_numpy()
            if lane is HELD:
                # One shade of the lane's colour, behind the days on which a rally began.
                _strokes(ax, days, half, going_on, foot, most, _paler(lane.colour))
            _strokes(ax, days, half, counts, foot, most, lane.colour)
            names.append(f"{number(int(counts.sum()), 'count')} {words(lane.words_key)}")
        ax.set_ylim(len(lanes) - 0.4, -0.6)
        ax.set_yticks(range(len(lanes)), names)
        ax.tick_params(axis="y", length=0, labelsize=TEXT)
        ax.set_ylabel(words("axis.arrivals" if ARRIVED in lanes else "axis.rallies"))
        time_axis(ax, days)
        lines = [y + TALL / 2 for y in range(len(lanes))]
        ax.hlines(lines, *ax.get_xlim(), "0.85", lw=0.6, zorder=0)
        ax.grid(axis="x", color="0.92", linewidth=0.6)
        ax.set_axisbelow(True)
        scale = words("rally.scale").format(most=number(most, "count")) if most > 1 else ""
        style: Any = {"fontsize": TEXT - 1, "color": "0.4", "ha": "right", "va": "bottom"}
        ax.text(0.995, 1.0, scale, transform=ax.transAxes, **style)
    return ax


def _going_on(nation: Table) -> Any:
    """Return in how many regions a rally was on, by day; nothing where the column is missing."""
    return nation[ON].to_numpy() if ON in nation else np.zeros(len(nation), np.int64)


def _strokes(
    ax: Axes, days: Any, half: float, counts: Any, foot: float, most: int, colour: Colour
) -> None:
    some = np.flatnonzero(counts)
    tops = foot - TALL * counts[some] / most
    bars: Any = {"linewidth": 0.7, "edgecolor": colour, "facecolor": colour}
    ax.bar(days[some], tops - foot, 2 * half, foot, align="center", **bars)


def _paler(colour: Colour) -> Colour:
    red, green, blue = (1 - PALE + PALE * part for part in mpl.colors.to_rgb(colour))
    return red, green, blue
