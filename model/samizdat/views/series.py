"""The time series of a run: what citizens do, believe and use, with rallies and events below."""

import math
from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray

from samizdat.core.layout import POSTURES
from samizdat.figures.frame import (
    COLOURS,
    PER,
    THEME,
    Days,
    Shown,
    amounts_axis,
    labelled,
    time_axis,
    unit_axis,
)
from samizdat.figures.panels import BELIEFS
from samizdat.run.arrivals import may_arrive
from samizdat.run.simulation import Simulation
from samizdat.views.bands import Strip
from samizdat.views.canvas import HEIGHT, WIDTH, BlitCanvas, Pixels
from samizdat.views.looks import FAINT, LETTERS, LOOKS, SMALL, date_in_words
from samizdat.views.rallies import RallyStrip
from samizdat.views.reading import history_columns, rally_counts
from samizdat.views.view import NamedView

Labels = Shown  # column -> (words, colour)

HELP = (
    "Time runs from left to right. At the top, what citizens do, for each 100,000 of them "
    "(logarithmic scale); then their mean beliefs, and how many are on the internet; then the days "
    "of rallies; at the bottom, events and the acts of the state."
)
ACTING: Labels = {name: (LOOKS[name].words, LOOKS[name].colour) for name in POSTURES[1:]}
CONNECTED: Labels = {
    "online": ("on the internet", COLOURS[0]),
    "circumventing": ("with a VPN", COLOURS[4]),
    "cut_off": ("cut off from a platform in use", COLOURS[5]),
}
COLUMNS = (*ACTING, *BELIEFS, *CONNECTED)
# Lines of a panel differ in line style too, while the days are far enough apart to see it.
STYLES: tuple[Any, ...] = ("-", (0, (4, 1.3)), (0, (6, 1, 1, 1)), (0, (1.6, 1)))
STROKES = dict(zip(("mobilise", "share", "detained", "self_censor"), STYLES, strict=True))
MANY = 400  # days
NARROW = 4.8  # inches: the legend takes two columns below this width
FIRST_MOST = 1000.0  # per 100,000: upper end of the scale until more citizens act
# Relative heights: postures (beliefs, internet), rallies, events.
WHOLE, BRIEF, SMALLEST = [2.0, 1.0, 0.9, 0.4, 1.7], [1.2, 0.3, 1.0], [0.95, 0.2, 1.2]
LOW = 2.8  # inches: a brief picture that is lower has the smallest lanes
LEFT = 0.95  # inches left of the axes
LEGEND = 0.26  # inches above them, for a legend

Columns = Mapping[str, NDArray[np.float64]]  # by name, a value a day


def thinned(
    days: Days, values: NDArray[np.float64], columns: int
) -> tuple[Days, NDArray[np.float64]]:
    """Return minimum and maximum of the days that share a column of pixels.

    A mean would hide protests, which last a day.
    """
    together = math.ceil(len(days) / columns)
    if together <= 2:
        return days, values
    firsts = np.arange(0, len(days), together)
    least, most = np.minimum.reduceat(values, firsts), np.maximum.reduceat(values, firsts)
    middle = (days[firsts] + days[np.append(firsts[1:] - 1, len(days) - 1)]) / 2
    return np.repeat(middle, 2), np.column_stack([least, most]).reshape(-1)


class Panel:
    """Axes with growing lines and a legend above.

    Parameters
    ----------
    labels
        Column -> (words, colour).
    strokes
        Column -> line style (default: `STROKES`).
    named
        Whether the lines are in the legend.
    beside
        Number of legend entries side by side.
    """

    def __init__(
        self,
        ax: Axes,
        labels: Labels,
        label: str,
        strokes: Mapping[str, Any] | None = None,
        *,
        named: bool = True,
        beside: int = 9,
    ) -> None:
        self.ax = ax
        self.lines: dict[str, Line2D] = {}
        self._strokes: dict[str, Any] = {}
        for k, (name, (words, colour)) in enumerate(labels.items()):
            self._strokes[name] = (strokes or STROKES).get(name, STYLES[k])
            style: Any = {"color": colour, "ls": self._strokes[name], "lw": 1.5}
            self.lines[name] = ax.plot([], [], label=words if named else "", **style)[0]
        ax.set_ylabel(label)
        ax.grid(axis="y", color="0.9", linewidth=0.6)
        ax.set_axisbelow(True)
        if not named:
            return
        place: Any = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": beside}
        look: Any = {"fontsize": SMALL + 0.5, "frameon": False, "handlelength": 2.6}
        ax.legend(borderaxespad=0.15, columnspacing=1.2, borderpad=0.2, **place, **look)

    def set(self, days: Days, values: Columns, columns: int) -> None:
        """Draw the values of these days, one pixel column per day at most."""
        few = len(days) <= MANY
        for name, line in self.lines.items():
            x, y = thinned(days, values[name], columns)
            line.set_data(x, y)
            line.set(linewidth=1.5 if few else 0.8, linestyle=self._strokes[name] if few else "-")
            line.set(marker="o" if len(days) == 1 else "", markersize=3)


def rows_of(
    canvas: BlitCanvas, parts: list[float], head: float = 0.3, last_gap: float = LEGEND
) -> list[Axes]:
    """Return axes one above the other with a shared time axis; ``parts`` are relative heights.

    Above each is room for a legend; above the last axes, ``last_gap`` inches.
    """
    wide, high = canvas.inches
    foot, gaps = 0.42, [LEGEND] * (len(parts) - 1) + [last_gap]
    room = high - head - foot - sum(gaps)
    axes: list[Axes] = []
    top = high - head
    for part, gap in zip(parts, gaps, strict=True):
        tall = room * part / sum(parts)
        top -= gap + tall
        box = (LEFT / wide, top / high, 1 - (LEFT + 0.14) / wide, tall / high)
        shared: Any = {"sharex": axes[0]} if axes else {}
        axes.append(canvas.figure.add_axes(box, **shared))
        label: Any = axes[-1].yaxis
        label.set_label_coords(-0.62 / (box[2] * wide), 0.5)
    for ax in axes[:-1]:
        ax.tick_params(axis="x", which="both", length=0, labelbottom=False)
    return axes


class Heading:
    """The date, and a line of details beside it."""

    def __init__(self, canvas: BlitCanvas) -> None:
        wide, high = canvas.inches
        place: Any = {"y": 1 - 0.17 / high, "va": "center", "parse_math": False}
        self.date: Text = canvas.figure.text(
            0.09 / wide, s="", fontsize=LETTERS + 3.5, weight="bold", **place
        )
        self.details: Text = canvas.figure.text(
            2.0 / wide, s="", fontsize=LETTERS, color=FAINT, **place
        )

    def show_day(self, simulation: Simulation, more: str = "") -> None:
        """Show the date and the progress of the run, followed by more text."""
        date, day = date_in_words(simulation)
        self.date.set_text(date)
        self.details.set_text(f"{day}{more}")


class SeriesView:
    """Postures, beliefs and internet use of the nation, with rallies and events below.

    Parameters
    ----------
    days
        Number of days shown up to today (default: all days of the scenario).
    brief
        Show postures, rallies and events only, in letters that can be read on a small panel.
    """

    def __init__(
        self,
        simulation: Simulation,
        width: int = WIDTH,
        height: int = HEIGHT,
        *,
        days: int | None = None,
        brief: bool = False,
    ) -> None:
        self.canvas = canvas = (
            BlitCanvas(width, height, least=0.92) if brief else BlitCanvas(width, height)
        )
        self._days, self._window = days, (0, 0)
        self.dates = dates_of(simulation)
        self._most = FIRST_MOST
        with mpl.rc_context(THEME):
            narrow = canvas.inches[0] < NARROW
            parts = BRIEF if brief else WHOLE
            if brief and canvas.inches[1] < LOW:
                parts = SMALLEST
            head = 0.45 if brief and narrow else 0.3
            axes = rows_of(canvas, parts, head, last_gap=0.12)  # bands have no legend
            doing = Panel(axes[0], ACTING, "Citizens, of\n100,000 (log)", beside=2 if narrow else 9)
            self.panels = (doing,) if brief else (doing, *self._beliefs_and_net(axes))
            self.heading = Heading(canvas)
            self.rallies = RallyStrip(axes[-2], canvas, arrivals=may_arrive(simulation.scenario))
            box = axes[-1].get_position()
            wide, high = canvas.inches
            room = box.width * wide, box.height * high
            self.strip = Strip(axes[-1], canvas, room, "Days" if brief else "")
            self._axes = axes
        for panel in self.panels:
            canvas.add_animated(panel.lines.values())
        canvas.add_animated([self.heading.date, self.heading.details])
        self.update(simulation)

    def _beliefs_and_net(self, axes: list[Axes]) -> tuple[Panel, Panel]:
        believing = Panel(axes[1], labelled(BELIEFS), "Mean\n(0 to 1)")
        connected = Panel(axes[2], CONNECTED, "Citizens\n(%)")
        unit_axis(axes[1])
        axes[2].set_ylim(-2, 102)
        axes[2].set_yticks([0, 50, 100])
        return believing, connected

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""
        return self.canvas.figure

    def update(self, simulation: Simulation) -> Figure:
        """Show all steps done."""
        k = simulation.step_number
        values = history_columns(simulation, COLUMNS)
        citizens = simulation.scenario.citizens
        scaled = {name: values[name] * (PER / citizens) for name in ACTING}
        scaled |= {name: values[name] for name in BELIEFS}
        scaled |= {name: 100.0 * values[name] / citizens for name in CONNECTED}
        most = max((float(scaled[name].max(initial=0.0)) for name in ACTING), default=0.0)
        with self.canvas.lock:
            self._scale(simulation, k, most, PER / citizens)
            first, last = self._window
            steps = slice(first, min(k, last))
            pixels = int(self._axes[0].bbox.width)
            for panel in self.panels:
                own = {name: scaled[name][steps] for name in panel.lines}
                panel.set(self.dates[steps], own, pixels)
            rallies = rally_counts(simulation)
            shown = {name: counts[steps] for name, counts in rallies.items()}
            self.rallies.update(self.dates[steps], shown)
            self.heading.show_day(simulation)
            today = self.dates[k - 1] if k else self.dates[0] - 1.0
            self.strip.update(simulation.bands, float(today), own_of(simulation))
        return self.figure

    def _scale(self, simulation: Simulation, k: int, most: float, one: float) -> None:
        """Widen the scales where needed; then everything is painted again."""
        window = window_of(k, simulation.steps, self._days)
        if window == self._window and most <= self._most:
            return
        while most > self._most:
            self._most *= 10
        with mpl.rc_context(THEME):
            self._window = window
            amounts_axis(self._axes[0], one, self._most)
            time_axis(self._axes[-1], self.dates[slice(*window)])
            self._axes[-1].set_xlabel("")
            for ax in self._axes[:-1]:
                ax.set_xlabel("")
        self.canvas.invalidate()
        self.strip.forget()

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        return self.canvas.png()

    def pixels(self) -> Pixels:
        """Return the picture as an image (height, width, 3)."""
        return self.canvas.pixels()


def dates_of(simulation: Simulation) -> Days:
    """Return the dates of the scenario (T,), as matplotlib counts days."""
    to_numbers: Any = matplotlib.dates.date2num
    return np.asarray(to_numbers(simulation.dates), np.float64)


def own_of(simulation: Simulation) -> set[str]:
    """Return the ids of the entries that were ordered while the simulation ran."""
    return {entry.id for entry in simulation.interventions}


def window_of(k: int, steps: int, days: int | None) -> tuple[int, int]:
    """Return the first and the last step shown (exclusive).

    The window moves by a quarter of its length at a time, so that scales rarely change.
    """
    if days is None or days >= steps:
        return 0, steps
    leap = max(1, days // 4)
    first = max(0, math.ceil((k - days) / leap) * leap)
    return min(first, steps - days), min(min(first, steps - days) + days, steps)


VIEW = NamedView("Days", HELP, SeriesView)
