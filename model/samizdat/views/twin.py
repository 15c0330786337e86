"""Two runs with common random numbers, and their difference."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from samizdat.figures.frame import PER, THEME, amount, amounts_axis, labelled, time_axis, unit_axis
from samizdat.figures.panels import BELIEFS
from samizdat.run.simulation import Simulation
from samizdat.views.canvas import HEIGHT, WIDTH, BlitCanvas, Pixels
from samizdat.views.reading import history_columns
from samizdat.views.series import (
    ACTING,
    COLUMNS,
    Columns,
    Heading,
    Labels,
    Panel,
    dates_of,
    rows_of,
)

HELP = (
    "Two runs of the same citizens with common random numbers: whatever differs is the effect of "
    "the lever. Solid lines are the first run, dashed lines the second. The third panel is the "
    "first run minus the second: above 0 there are more citizens in the first."
)
STREET: Labels = {name: ACTING[name] for name in ("mobilise", "detained")}
VOICE: Labels = {name: ACTING[name] for name in ("self_censor", "share")}
FIRST_MOST = 1000.0  # per 100,000
FULL, DASHED = "-", (0, (2.2, 1.4))


class TwinView:
    """Two runs in the same panels, and their difference.

    Parameters
    ----------
    names
        Names of the two runs.

    Raises
    ------
    ValueError
        If the runs differ in the number of citizens or in their days.
    """

    def __init__(
        self,
        first: Simulation,
        second: Simulation,
        width: int = WIDTH,
        height: int = HEIGHT,
        *,
        names: tuple[str, str] = ("this run", "the other"),
    ) -> None:
        same = (first.scenario.citizens, first.steps, str(first.dates[0]))
        if same != (second.scenario.citizens, second.steps, str(second.dates[0])):
            raise ValueError("two runs to compare need the same citizens and the same days")
        self.canvas, self.names = BlitCanvas(width, height), names
        self.dates = dates_of(first)
        self._one = PER / first.scenario.citizens
        self._most = FIRST_MOST
        with mpl.rc_context(THEME):
            axes = rows_of(self.canvas, [1.2, 1.2, 1.4, 1.0])
            labels = ("Citizens, of\n100,000 (log)",) * 2
            self.street = self._pair(axes[0], STREET, labels[0])
            self.voice = self._pair(axes[1], VOICE, labels[1])
            self.apart = Panel(axes[2], ACTING, "First minus\nsecond (log)")
            self.beliefs = self._pair(axes[3], labelled(BELIEFS), "Mean\n(0 to 1)")
            axes[2].axhline(0, color="0.4", lw=0.8)
            unit_axis(axes[3])
            time_axis(axes[3], self.dates)
            for ax in axes:
                ax.set_xlabel("")
            self.heading = Heading(self.canvas)
            self._axes = axes
            self._scale()
        for panel in (*self.street, *self.voice, self.apart, *self.beliefs):
            self.canvas.add_animated(panel.lines.values())
        self.canvas.add_animated([self.heading.date, self.heading.details])
        self.update(first, second)

    def _pair(self, ax: Axes, labels: Labels, label: str) -> tuple[Panel, Panel]:
        """Return the panels of the first and the second run on the same axes."""
        second = Panel(ax, labels, label, dict.fromkeys(labels, DASHED), named=False)
        if labels is STREET:
            for name, stroke in zip(self.names, (FULL, DASHED), strict=True):
                ax.plot([], [], color="0.45", lw=1.5, ls=stroke, label=name)
        return Panel(ax, labels, label, dict.fromkeys(labels, FULL)), second

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""
        return self.canvas.figure

    def update(self, first: Simulation, second: Simulation) -> Figure:
        """Show the steps that each has done."""
        one, two = self._scaled(first), self._scaled(second)
        k = min(first.step_number, second.step_number)
        apart = {name: one[name][:k] - two[name][:k] for name in ACTING}
        pixels = int(self._axes[0].bbox.width)
        most = max(float(run[name].max(initial=0.0)) for run in (one, two) for name in ACTING)
        with self.canvas.lock:
            if most > self._most:
                while most > self._most:
                    self._most *= 10
                with mpl.rc_context(THEME):
                    self._scale()
                self.canvas.invalidate()
            for panels in (self.street, self.voice, self.beliefs):
                for panel, run in zip(panels, (one, two), strict=True):
                    done = len(run["mobilise"])
                    panel.set(self.dates[:done], run, pixels)
            self.apart.set(self.dates[:k], apart, pixels)
            self.heading.show_day(first, _difference(first, second))
        return self.figure

    def _scaled(self, run: Simulation) -> Columns:
        values = history_columns(run, COLUMNS)
        return values | {name: values[name] * self._one for name in ACTING}

    def _scale(self) -> None:
        """Set the scales of the counts."""
        for ax in self._axes[:2]:
            amounts_axis(ax, self._one, self._most)
        ax = self._axes[2]
        ax.set_yscale("symlog", linthresh=self._one, linscale=0.7)
        ax.set_ylim(-1.3 * self._most, 1.3 * self._most)
        low = int(np.ceil(np.log10(self._one)))
        high = int(np.log10(self._most))
        decades = [10.0**d for d in range(high, low - 1, -max(1, (high - low + 2) // 3))]
        ax.yaxis.set_major_locator(FixedLocator([*(-d for d in decades), 0.0, *decades]))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(FuncFormatter(amount))

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        return self.canvas.png()

    def pixels(self) -> Pixels:
        """Return the picture as an image (height, width, 3)."""
        return self.canvas.pixels()


def _difference(first: Simulation, second: Simulation) -> str:
    """Return how many citizens have another posture in the second run, in words."""
    if first.step_number != second.step_number:
        return f" – the second run is at day {second.step_number:,}"
    if first.step_number == 0:
        return ""
    differ = int(np.count_nonzero(first.state["posture"] != second.state["posture"]))
    return f" – {differ:,} of {first.scenario.citizens:,} citizens act differently today"
