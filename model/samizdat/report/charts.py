"""The kinds of figures that an experiment may declare, each drawn on given axes.

The data have columns x, y, hue and facet; `AxisScale` says which factors and measures these are.
For means, each cell has one row, with n, mean, low and high instead of y.
Each hue has its own colour and its own marker or dash, so that either distinguishes it.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LogNorm
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogFormatter, NullLocator

from samizdat.batch.factors import Value
from samizdat.figures.frame import COLOURS, TEXT, Table, days_of, time_axis
from samizdat.report.labels import amount, level, number

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
DASHES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
MARKED = 40  # most points of a line with markers
INSCRIBED_COLUMNS, INSCRIBED_ROWS = 14, 30  # most of a heatmap whose cells show their number
DOTS = 3000  # most runs that are drawn one by one beside a box


class AxisScale(NamedTuple):
    """The meaning of the axes: levels in order, labels, and whether they are logarithmic."""

    x: list[Value]
    hues: list[Value]  # empty: no hue
    x_label: str
    y_label: str
    hue_label: str
    log_x: bool
    log_y: bool
    yes_no: bool
    y_range: tuple[float, float]  # of what is drawn
    y_least: float  # the smallest above 0

    def look(self, k: int) -> dict[str, Any]:
        """Return the colour, marker and dashes of the k-th hue."""
        colour = COLOURS[k % len(COLOURS)] if k < len(COLOURS) else "0.25"
        return {"color": colour, "marker": MARKERS[k % len(MARKERS)]}

    def split(self, data: Table) -> list[tuple[int, Table]]:
        """Return the rows of each hue."""
        if not self.hues:
            return [(0, data)]
        return [(k, data[data["hue"] == hue]) for k, hue in enumerate(self.hues)]


def line(ax: Axes, data: Table, scale: AxisScale) -> None:
    """Draw means with bands of their intervals against a numerical x."""
    for k, rows in scale.split(data):
        found = rows.sort_values("x")
        every = -(-len(found) // MARKED) or 1
        look = {**scale.look(k), "markevery": every, "markersize": 4, "lw": 1.3}
        sns.lineplot(found, x="x", y="mean", ax=ax, errorbar=None, legend=False, **look)
        band: Any = {"color": look["color"], "alpha": 0.2, "linewidth": 0}
        ax.fill_between(found["x"], found["low"], found["high"], **band)
    _numbers(ax, scale)


def points(ax: Axes, data: Table, scale: AxisScale) -> None:
    """Draw means with bars of their intervals, side by side if there are hues."""
    place = {value: k for k, value in enumerate(scale.x)}
    width = 0.6 / max(1, len(scale.hues))
    for k, found in scale.split(data):
        middle = np.asarray(found["x"].map(place), np.float64)
        at = middle + (k - (max(1, len(scale.hues)) - 1) / 2) * width
        mean = found["mean"].to_numpy()
        bars = [mean - found["low"].to_numpy(), found["high"].to_numpy() - mean]
        style: Any = {"linestyle": "none", "markersize": 5, "capsize": 2, "lw": 1.2}
        ax.errorbar(at, mean, yerr=bars, **scale.look(k), **style)
    _categories(ax, scale)
    _measure_axis(ax, scale)


def heatmap(ax: Axes, data: Table, scale: AxisScale) -> None:
    """Draw the mean at each x and hue as a colour, and write the number where there is room."""
    mean = data.set_index(["hue", "x"])["mean"].unstack()
    mean = mean.reindex(index=scale.hues, columns=scale.x)
    room = ax.get_position().width  # of the page
    fits = mean.shape[1] <= INSCRIBED_COLUMNS * room and mean.shape[0] <= INSCRIBED_ROWS
    numbers = mean.map(number).to_numpy() if fits else False
    low, high = scale.y_range
    norm: Any = LogNorm(low, high) if scale.log_y and low > 0 else None
    bounds: Any = {"norm": norm} if norm else {"vmin": low, "vmax": high}
    names = {
        "xticklabels": [_short(x) for x in scale.x],
        "yticklabels": [_short(h) for h in scale.hues],
    }
    values = mean.where(mean > 0) if norm else mean
    colours = sns.color_palette("flare", as_cmap=True)
    sns.heatmap(values, ax=ax, cmap=colours, cbar=False, annot=numbers, fmt="",
                annot_kws={"fontsize": 6.5}, linewidths=0.3, **names, **bounds)  # fmt: skip
    ax.invert_yaxis()
    ax.tick_params(length=0)
    ax.tick_params("y", rotation=0)
    _thinned(ax.xaxis, len(scale.x), 14)
    _thinned(ax.yaxis, len(scale.hues), 24)
    ax.set_xlabel(scale.x_label)
    ax.set_ylabel(scale.hue_label)


def _short(value: Value) -> str:
    return level(value) if isinstance(value, str) else number(value)


def _thinned(axis: Axis, count: int, most: int) -> None:
    every = -(-count // most)
    for k, label in enumerate(axis.get_ticklabels()):
        label.set_visible(k % every == 0)


def scatter(ax: Axes, data: Table, scale: AxisScale) -> None:
    """Draw every run as a dot."""
    style: Any = {"s": 14 if len(data) < 2000 else 5, "linewidth": 0, "legend": False}
    style["alpha"] = float(np.clip(800 / max(1, len(data)), 0.08, 0.8))
    if scale.hues or "hue" not in data:
        for k, rows in scale.split(data):
            sns.scatterplot(rows, x="x", y="y", ax=ax, **scale.look(k), **style)
    else:
        sns.scatterplot(data, x="x", y="y", hue="hue", palette="flare", ax=ax, **style)
    _numbers(ax, scale)


def distribution(ax: Axes, data: Table, scale: AxisScale) -> None:
    """Draw all runs: the share at or below a value, or boxes if there is an x."""
    if scale.x:
        _boxes(ax, data, scale)
        return
    for k, rows in scale.split(data.dropna(subset="y")):
        if len(rows):
            dash = DASHES[k % len(DASHES)]
            colour = scale.look(k)["color"]
            sns.ecdfplot(rows, x="y", ax=ax, color=colour, linestyle=dash, lw=1.4, legend=False)
    if scale.log_y:
        _log(ax, "x", scale)
    ax.xaxis.set_major_formatter(FuncFormatter(amount))
    ax.yaxis.set_major_formatter(FuncFormatter(amount))
    ax.set_ylim(-0.02, 1.02)
    ax.set_xlabel(scale.y_label)
    ax.set_ylabel("share of runs at or below")
    _grid(ax)


def _boxes(ax: Axes, data: Table, scale: AxisScale) -> None:
    width = 0.7 / max(1, len(scale.hues))
    for k, rows in scale.split(data.dropna(subset="y")):
        offset = (k - (max(1, len(scale.hues)) - 1) / 2) * width
        colour = scale.look(k)["color"]
        by_level = [rows.loc[rows["x"] == x, "y"].to_numpy() for x in scale.x]
        at = np.arange(len(scale.x)) + offset
        dots = len(data) <= DOTS
        line: Any = {"color": "0.2", "linewidth": 0.9}
        face = (*sns.desaturate(colour, 0.9), 0.45)
        ax.boxplot(by_level, positions=at, widths=0.85 * width, patch_artist=True,
                   manage_ticks=False, showfliers=not dots, medianprops=line, whiskerprops=line,
                   capprops=line, flierprops={"markersize": 2, "marker": "."},
                   boxprops={**line, "facecolor": face})  # fmt: skip
        if dots:  # each run, spread so that none hides another
            for place, values in zip(at, by_level, strict=True):
                spread = (np.arange(len(values)) * 0.618 % 1 - 0.5) * 0.7 * width
                ax.plot(place + spread, values, linestyle="none", markersize=2.2, alpha=0.7,
                        markeredgewidth=0, **scale.look(k))  # fmt: skip
    _categories(ax, scale)
    _measure_axis(ax, scale)


def series(ax: Axes, data: Table, scale: AxisScale) -> None:
    """Draw the mean of the replicates over time, with the band of its interval."""
    days = np.unique(days_of(data["x"]))
    for k, rows in scale.split(data):
        if rows.empty:
            continue
        found = rows.sort_values("x")
        at = days_of(found["x"])
        colour, dash = scale.look(k)["color"], DASHES[k % len(DASHES)]
        ax.plot(at, found["mean"], color=colour, linestyle=dash, lw=1.2)
        ax.fill_between(at, found["low"], found["high"], color=colour, alpha=0.2, linewidth=0)
    _measure_axis(ax, scale)
    time_axis(ax, days)
    ax.set_xlabel("")


CHARTS: dict[str, Callable[[Axes, Table, AxisScale], None]] = {
    "line": line,
    "points": points,
    "heatmap": heatmap,
    "scatter": scatter,
    "distribution": distribution,
    "series": series,
}


def handles(scale: AxisScale, kind: str) -> list[Line2D]:
    """Return the legend entries of the hues."""
    found = []
    for k in range(len(scale.hues)):
        look = scale.look(k)
        if kind in ("series", "distribution") and not (kind == "distribution" and scale.x):
            look = {"color": look["color"], "linestyle": DASHES[k % len(DASHES)]}
        elif kind != "line":
            look["linestyle"] = "none"
        name = level(scale.hues[k])
        found.append(Line2D([], [], label=name, markersize=5, lw=1.6, **look))
    return found


def _numbers(ax: Axes, scale: AxisScale) -> None:
    if scale.log_x:
        ax.set_xscale("log")
        _plain(ax.xaxis)
    ax.xaxis.set_major_formatter(FuncFormatter(amount))
    ax.set_xlabel(scale.x_label)
    _measure_axis(ax, scale)


def _categories(ax: Axes, scale: AxisScale) -> None:
    names = [level(value) for value in scale.x]
    long = sum(map(len, names)) > 60
    turned: Any = {"rotation": 35, "ha": "right"} if long else {}
    ax.set_xticks(range(len(names)), names, parse_math=False, **turned)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.set_xlabel(scale.x_label)


def _measure_axis(ax: Axes, scale: AxisScale) -> None:
    if scale.yes_no:
        ax.set_ylim(-0.02, 1.02)
    elif scale.log_y:
        _log(ax, "y", scale)
    ax.yaxis.set_major_formatter(FuncFormatter(amount))
    ax.set_ylabel(scale.y_label)
    _grid(ax)


def _log(ax: Axes, axis: str, scale: AxisScale) -> None:
    """Make an axis logarithmic; with a 0, linear below the smallest positive value."""
    setter: Any = ax.set_xscale if axis == "x" else ax.set_yscale
    on = ax.xaxis if axis == "x" else ax.yaxis
    low, high = scale.y_range
    if low > 0:
        setter("log")
        _plain(on)
        return
    setter("symlog", linthresh=scale.y_least, linscale=0.7)
    if low == 0:  # an interval that reaches below is cut there, as is the scale
        first, last = math.ceil(math.log10(scale.y_least)), math.ceil(math.log10(high))
        every = 1 + max(0, last - first) // 7
        on.set_major_locator(FixedLocator([0.0, *(10.0**k for k in range(first, last + 1, every))]))
        on.set_minor_locator(NullLocator())
        limits: Any = ax.set_xlim if axis == "x" else ax.set_ylim
        limits(-scale.y_least / 5, 1.3 * high)


def _plain(axis: Axis) -> None:
    """Label ticks between powers of ten in plain digits, if the axis spans only one."""
    axis.set_minor_formatter(_Between(labelOnlyBase=False, minor_thresholds=(1.5, 0.4)))


class _Between(LogFormatter):
    def __call__(self, value: float, position: int | None = None) -> str:
        """Write a number in full, or nothing."""
        return amount(value) if super().__call__(value, position) else ""


def _grid(ax: Axes) -> None:
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(labelsize=TEXT)
