"""The course of a run: internet use, postures, beliefs, and turnout by region."""

import math
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from samizdat.figures.frame import (
    COLOURS,
    COUNTED,
    PER,
    TEXT,
    THEME,
    WIDTH,
    Coloured,
    Table,
    amount,
    amounts_axis,
    citizens_of,
    days_of,
    draw_lines,
    key,
    labelled,
    new_axes,
    page_of,
    row_text,
    rows_height,
    shorten,
    spacing,
    time_axis,
    unit_axis,
)
from samizdat.figures.rallies import ARRIVED, PREVENTED, RallyLane
from samizdat.text.catalogue import name_of, words
from samizdat.text.numbers import number

CONNECTED: Coloured = {
    "cut_off": COLOURS[5],
    "circumventing": COLOURS[4],
    "online": COLOURS[0],
}
POSTURES: Coloured = {
    "self_censor": COLOURS[4],
    "share": COLOURS[0],
    "detained": "0.15",
    "mobilise": COLOURS[3],
}
BELIEFS: Coloured = {"grievance": COLOURS[1], "trust": COLOURS[2], "fear": COLOURS[9]}
INVISIBLE = 1.0  # percent: below this a line cannot be told from 0, and the key gives its maximum
LANDSCAPE = 11.69  # inches


def online(nation: Table, *, ax: Axes | None = None) -> Axes:
    """Citizens online, circumventing and cut off from a platform they use, in percent.

    Lines that are always 0 are left out; for a line too low to be seen the key gives its maximum.
    """
    with mpl.rc_context(THEME):
        ax = new_axes(ax, 1.8)
        percent = 100 * nation[list(CONNECTED)] / citizens_of(nation)
        shown = {}
        for column, (label, colour) in labelled(CONNECTED).items():
            most = float(percent[column].max())
            if 0 < most < INVISIBLE:
                label += f" (at most {number(most / 100, 'share', 2)})"
            if most > 0 or column == "online":
                shown[column] = (label, colour)
        draw_lines(ax, days_of(nation["date"]), percent, shown)
        key(ax, reverse=True)
        ax.set_ylim(-2, 102)
        ax.set_yticks(range(0, 101, 25))
        ax.set_ylabel(words("axis.percent"))
    return ax


def postures(nation: Table, *, ax: Axes | None = None) -> Axes:
    """Citizens who censor themselves, share, mobilise or are detained, per 100,000.

    The scale is logarithmic, because real turnout is a matter of 1e-5 to 1e-3 of a country, and
    linear below one citizen, so that 0 is drawn too. The postures are lines, each read from 0, and
    not stacked bands: on this scale the height of a band would depend on the bands below it; on a
    linear scale, where stacking is correct, the street would be thinner than a line.
    """
    with mpl.rc_context(THEME):
        days = days_of(nation["date"])
        ax = new_axes(ax, 2.4)
        one = PER / citizens_of(nation)
        most = one * int(nation.filter([*POSTURES, "posts"]).to_numpy().max())
        amounts_axis(ax, one, most)
        if "posts" in nation:  # broad and pale, to be seen beside the line that it nearly equals
            line: Any = {"color": "0.72", "lw": 2.2, "markersize": 2.2, "markeredgewidth": 0}
            ax.plot(days, nation["posts"] * one, "o-", label=name_of("measure", "posts"), **line)
        draw_lines(ax, days, nation[list(POSTURES)] * one, labelled(POSTURES))
        key(ax)
        ax.set_ylabel(words("axis.per_100000"))
    return ax


def beliefs(nation: Table, *, ax: Axes | None = None) -> Axes:
    """Mean grievance, trust and fear of all citizens, each between 0 and 1."""
    with mpl.rc_context(THEME):
        ax = new_axes(ax, 1.8)
        means = nation[list(BELIEFS)].astype(float)
        draw_lines(ax, days_of(nation["date"]), means, labelled(BELIEFS))
        key(ax)
        unit_axis(ax)
        ax.set_ylabel(words("axis.beliefs"))
    return ax


def turnout_map(regions: Table, *, ax: Axes | None = None) -> Axes:
    """Who mobilised, region by region: rows are regions, colour is per 100,000 inhabitants.

    Over long runs a column stands for several days and shows the highest of them: a day narrower
    than a pixel would hide a protest. A cross marks a rally that was prevented, so that nobody is
    in the street where one was called; a small stroke below, a grievance that arrived.
    """
    with mpl.rc_context(THEME):
        days = np.unique(days_of(regions["date"]))
        turnout = _turnout(regions)
        names = [shorten(name, 26) for name in turnout.index]
        ax = new_axes(ax, 1.5 * rows_height(len(names)), LANDSCAPE)
        half = spacing(days) / 2
        columns = int(600 * page_of(ax).get_figwidth() / WIDTH)
        together = math.ceil(len(days) / columns)
        firsts = np.arange(0, len(days), together)
        values = np.maximum.reduceat(turnout.to_numpy(), firsts, axis=1)
        mesh = ax.pcolormesh(
            np.append(days[firsts], days[-1] + 2 * half) - half,
            np.arange(len(names) + 1) - 0.5,
            np.ma.masked_less_equal(values, 0),
            cmap=sns.color_palette("flare", as_cmap=True),
            norm=_decades(values, PER / citizens_of(regions)),
            zorder=2,
        )
        label = words("axis.turnout")
        label += f"; highest of {together} steps" if together > 1 else ""
        place: Any = {"location": "top", "shrink": 0.55, "aspect": 60, "anchor": (0, 0)}
        bar = ax.figure.colorbar(mesh, ax=ax, pad=0.03, **place)
        bar.set_label(label, fontsize=TEXT, loc="left")
        bar.ax.tick_params(labelsize=TEXT)
        bar.formatter = FuncFormatter(amount)
        bar.update_ticks()
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.set_ylabel(words("axis.region"))
        _mark(ax, regions, list(turnout.index))
        time_axis(ax, days)
        size, every = row_text(ax, len(names))
        ax.set_yticks(range(0, len(names), every), names[::every], fontsize=size, parse_math=False)
        ax.tick_params(axis="y", length=0)
        # Lead the eye from a protest to its region and date.
        ax.hlines(np.arange(len(names) - 1) + 0.5, *ax.get_xlim(), "0.9", lw=0.6, zorder=1)
        ax.grid(axis="x", color="0.9", linewidth=0.6)
        ax.set_axisbelow(True)
    return ax


def _mark(ax: Axes, regions: Table, names: list[str]) -> None:
    """Mark the days and regions of rallies that were prevented and of grievances that arrived."""

    def draw(lane: RallyLane, words_key: str, lower: float, **look: Any) -> None:
        if lane.column in regions and regions[lane.column].any():
            some = regions[regions[lane.column] > 0]
            rows = [names.index(str(name)) + lower for name in some["region"]]
            style: Any = {"linestyle": "none", "label": words(words_key), "zorder": 3}
            ax.plot(days_of(some["date"]), rows, **style, **look)

    draw(ARRIVED, "arrival.first", 0.34, color=ARRIVED.colour, marker="|", ms=3, mew=0.7)
    draw(PREVENTED, "rally.map", 0.0, color="0.1", marker="x", ms=3.2, mew=0.9)
    if ax.get_legend_handles_labels()[0]:
        key(ax, loc="lower right", bbox_to_anchor=(1, 1))


def _turnout(regions: Table) -> Table:
    """Mobilised per 100,000 inhabitants: one row per region, in order; one column per date."""
    share = PER * regions["mobilise"] / regions[COUNTED].sum(axis=1).clip(lower=1)
    tidy = regions[["region", "date"]].assign(region=regions["region"].astype(str), share=share)
    wide = tidy.pivot(index="region", columns="date", values="share")
    return wide.reindex(tidy["region"].unique()).fillna(0.0)


def _decades(values: NDArray[np.float64], one: float) -> LogNorm:
    some = np.append(values[values > 0], one)
    bottom = math.floor(math.log10(some.min()))
    return LogNorm(10.0**bottom, 10.0 ** max(bottom + 1, math.ceil(math.log10(some.max()))))
