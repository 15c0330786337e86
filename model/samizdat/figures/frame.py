"""Parts that all figures share: theme, pages, the time axis, lines and scales."""

import math
import textwrap
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.dates
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from samizdat.system.files import atomic_write
from samizdat.text.catalogue import name_of, words
from samizdat.text.numbers import number

mdates: Any = matplotlib.dates  # has no annotations
Days = NDArray[np.float64]  # dates as matplotlib counts them
Colour = str | tuple[float, float, float]
Shown = dict[str, tuple[str, Colour]]  # columns, their labels and colours
Coloured = dict[str, Colour]  # columns and their colours
Table = pd.DataFrame

COLOURS: list[tuple[float, float, float]] = list(sns.color_palette("colorblind"))
# DejaVu ships with matplotlib, so that text has the same width on every machine.
THEME = {
    **sns.plotting_context("paper"),
    **sns.axes_style("ticks"),
    "font.sans-serif": ["DejaVu Sans"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}
COUNTED = ["silent", "self_censor", "share", "mobilise", "detained"]

PER = 100_000
WIDTH, DPI = 8.27, 150  # inches: the width of A4
TEXT = 7.5  # points
DATE_WIDTH = 0.5  # inches that a labelled date takes
YEAR = 365
# Days between labelled dates (the first that has room is taken), a locator of them, and the days
# between the strokes that divide them.
DATES: dict[int, tuple[Any, int | None]] = {
    1: (mdates.DayLocator(), None),
    2: (mdates.DayLocator(range(1, 29, 2)), 1),
    7: (mdates.DayLocator((1, 8, 15, 22)), 1),
    15: (mdates.DayLocator((1, 15)), 7),
    30: (mdates.MonthLocator(), 15),
    61: (mdates.MonthLocator(range(1, 13, 2)), 30),
    91: (mdates.MonthLocator((1, 4, 7, 10)), 30),
    182: (mdates.MonthLocator((1, 7)), 30),
    YEAR: (mdates.YearLocator(), 91),
    2 * YEAR: (mdates.YearLocator(2), YEAR),
    5 * YEAR: (mdates.YearLocator(5), YEAR),
    10 * YEAR: (mdates.YearLocator(10), 5 * YEAR),
    50 * YEAR: (mdates.YearLocator(50), 10 * YEAR),
}


def new_axes(ax: Axes | None, height: float, width: float = WIDTH) -> Axes:
    """Return the axes given, or new ones about that many inches high."""
    return new_figure(height + 1.4, width).subplots() if ax is None else ax


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return a page without a display, in inches."""
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def page_of(panel: Axes) -> Figure:
    """Return the page that a panel stands on, past subfigures."""
    page: Figure = panel.figure.canvas.figure
    return page


def inscribe(panel: Axes, title: str, caption: str) -> Figure:
    """Put title and caption on the page of the panel."""
    figure = page_of(panel)
    room = figure.get_figwidth() / WIDTH
    with mpl.rc_context(THEME):
        place = {"x": 0.01, "ha": "left", "parse_math": False}
        wide = textwrap.fill(title, int(80 * room))
        figure.suptitle(wide, fontsize=11, weight="bold", **place)
        small = textwrap.fill(caption, int(150 * room))
        figure.supxlabel(small, fontsize=6.5, color="0.3", **place)
    return figure


def save(figure: Figure, path: Path) -> Path:
    """Write a PNG file: it is complete or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(THEME), atomic_write(path) as partial:
        figure.savefig(partial, format="png", dpi=DPI)
    return path


def days_of(dates: pd.Series) -> Days:
    """Return dates as matplotlib counts them; a missing date is NaN."""
    if dates.empty:
        raise ValueError("the table has no rows: there is no day to draw")
    return np.asarray(mdates.date2num(pd.to_datetime(dates).to_numpy()), dtype=np.float64)


def spacing(days: Days) -> float:
    """Days from one row to the next: 1, or the length of a step."""
    return float(np.diff(days).min()) if len(days) > 1 else 1.0


def time_axis(ax: Axes, days: Days) -> None:
    """Let the axis span the days, with as many dates as its width can name."""
    half = spacing(days) / 2
    span = (days[0] - half, days[-1] + half)
    ax.set_xlim(*span)
    room = max(2.0, ax.get_window_extent().width / ax.figure.dpi / DATE_WIDTH)
    every = next((days for days in DATES if span[1] - span[0] - 1 <= days * room), max(DATES))
    dates, finer = _dates(span, every), DATES[every][1]
    # Set once: matplotlib would look for them again whenever it measures the axis.
    ax.set_xticks(dates, _date_names(dates, every))
    ax.set_xticks([] if finer is None else _dates(span, finer), minor=True)
    ax.set_xlabel(words("axis.date"))


def _dates(span: tuple[float, float], every: int) -> list[float]:
    found = DATES[every][0].tick_values(*map(mdates.num2date, span))
    return [float(day) for day in found if span[0] <= day <= span[1]]


def _date_names(days: list[float], every: int) -> list[str]:
    """Label days, months or years; the year is below the first label and where it changes."""
    names, year = [], 0
    for date in map(mdates.num2date, days):
        name = f"{date.day} {date:%b}" if every < 28 else f"{date:%b}"
        turns, year = date.year != year, date.year
        names.append(str(year) if every > 182 else f"{name}\n{year}" if turns else name)
    return names


def labelled(columns: Coloured) -> Shown:
    """Return columns with their labels, in the readers' language, and colours."""
    return {name: (name_of("measure", name), colour) for name, colour in columns.items()}


def draw_lines(ax: Axes, days: Days, values: Table, shown: Shown) -> None:
    """Draw one line per column, unsmoothed: a protest lasts a day, and smoothing would hide it."""
    style: Any = {"marker": "o" if len(days) == 1 else None, "lw": 1.5 if len(days) <= 400 else 0.7}
    for column, (label, colour) in shown.items():
        ax.plot(days, values[column].to_numpy(), color=colour, label=label, **style)
    ax.grid(axis="y", color="0.9", linewidth=0.6)
    ax.set_axisbelow(True)
    time_axis(ax, days)


def key(ax: Axes, **place: Any) -> None:
    """Put the legend in a row above the axes, where no line can run through it."""
    spare: Any = {"fontsize": TEXT, "handlelength": 1.5, "columnspacing": 1.2, "frameon": False}
    where: Any = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 9, **place}
    legend = ax.legend(borderaxespad=0.2, **spare, **where)
    for handle in legend.get_lines():
        handle.set_linewidth(2.0)


def amounts_axis(ax: Axes, one: float, most: float) -> None:
    """Make a logarithmic scale per 100,000, linear below one citizen, so that 0 is on it too."""
    ax.set_yscale("symlog", linthresh=one, linscale=0.7)
    low = math.ceil(math.log10(one))
    high = max(low + 1, math.ceil(math.log10(max(one, most))))
    decades = range(low, high + 1, 1 + (high - low) // 7)
    ax.set_ylim(-one / 5, 1.3 * 10.0**high)
    ax.yaxis.set_major_locator(FixedLocator([0.0, *(10.0**k for k in decades)]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(amount))


def unit_axis(ax: Axes) -> None:
    """Make a scale for values between 0 and 1."""
    ax.set_ylim(-0.02, 1.02)
    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "", "0.5", "", "1"])


def citizens_of(nation: Table) -> int:
    """Return how many citizens the table counts."""
    return max(1, int(nation[COUNTED].sum(axis=1).max()))


def row_text(ax: Axes, rows: int) -> tuple[float, int]:
    """Points of a text that fits a row, and of how many rows only one can be named."""
    if (layout := ax.figure.get_layout_engine()) is not None:
        layout.execute(page_of(ax))  # labels and keys take room from the axes
    height = 72 * ax.get_window_extent().height / ax.figure.dpi / rows
    return min(TEXT, max(4.5, 0.72 * height)), max(1, math.ceil(5 / height))


def rows_height(rows: int) -> float:
    """Height [inches] in which this many rows can be named in full size."""
    return 0.16 * max(6, rows)


def shorten(text: str, length: int) -> str:
    """Shorten a text, marked by an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip(" ,(") + "…"


def amount(value: float, _position: int | None = None) -> str:
    """Write a number in full, with commas."""
    return number(value, digits=10)
