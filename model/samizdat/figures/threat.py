"""The chart of the threat that the state feels, and of the laws that it makes at some heights."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from samizdat.figures.chronicle import lane_of
from samizdat.figures.frame import (
    TEXT,
    THEME,
    Table,
    days_of,
    new_axes,
    shorten,
    time_axis,
    unit_axis,
)
from samizdat.text.catalogue import words

COLUMN, LAW = "threat", "law"  # a column of the nation, a kind of bands
HEIGHT = 0.9  # inches of the chart on a page
NAMED = 32  # letters of a law's name
LINES = 4  # of names, one below the other: laws may follow each other soon


def has_threat(nation: Table) -> bool:
    """Whether the state felt a threat on some day; an older table has no column of it."""
    return COLUMN in nation and bool(nation[COLUMN].to_numpy().any())


def threat(nation: Table, bands: Table, *, ax: Axes | None = None) -> Axes:
    """Draw the threat, 0 to 1, as a line; a stroke and a name where a law began to act."""
    with mpl.rc_context(THEME):
        ax = new_axes(ax, HEIGHT)
        days = days_of(nation["date"])
        colour = lane_of(LAW)[1]
        ax.plot(days, nation[COLUMN].to_numpy(), color=colour)
        unit_axis(ax)
        ax.set_ylabel(words("axis.threat"))
        time_axis(ax, days)
        laws = bands[bands["kind"] == LAW]
        starts = days_of(laws["start"]) if len(laws) else ()  # no law may have begun
        named = zip(starts, laws["name"].astype(str), strict=True)
        shown = sorted(law for law in named if law[0] <= days[-1])
        for k, (start, name) in enumerate(shown):
            ax.axvline(start, color="0.3", lw=0.8, ls=(0, (3, 2)))
            late = start > np.mean(days)
            ax.annotate(
                shorten(name, NAMED), (start, 0.96 - 0.22 * (k % LINES)), (-3 if late else 3, 0),
                textcoords="offset points", fontsize=TEXT - 0.5, parse_math=False,
                ha="right" if late else "left", va="top",
            )  # fmt: skip
    return ax
