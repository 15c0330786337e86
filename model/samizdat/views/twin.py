"""Two runs with the same luck, and what differs between them."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from samizdat.figures.frame import (
    PER,
    THEME,
    Shown,
    amount,
    amounts_axis,
    labelled,
    time_axis,
    unit_axis,
)
from samizdat.figures.panels import BELIEFS
from samizdat.run.simulation import Simulation
from samizdat.views.reading import history
from samizdat.views.series import ACTING, COLUMNS, Heading, Panel, dates_of, rows_of
from samizdat.views.sheet import HEIGHT, WIDTH, BlitCanvas, Pixels

HELP = (
    "Two runs of the same citizens with the same luck, which differ in what you changed alone: the "
    "first is drawn in full lines, the second in dashed ones. The third picture is the first run "
    "less the second: above 0 there are more in the first."
)
STREET: Shown = {name: ACTING[name] for name in ("mobilise", "detained")}
VOICE: Shown = {name: ACTING[name] for name in ("self_censor", "share")}
FIRST_MOST = 1000.0  # per 100,000
FULL, DASHED = "-", (0, (2.2, 1.4))


class Twin:
    """Two runs laid over each other, and their difference.

    Parameters
    ----------
    names
        What the two are called.

    Raises
    ------
    ValueError
        If they are not of as many citizens and the same days.
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
            raise ValueError("two runs to compare must be of the same citizens and the same days")
        self.sheet, self.names = BlitCanvas(width, height), names
        self._dates = dates_of(first)
        self._one = PER / first.scenario.citizens
        self._most = FIRST_MOST
        with mpl.rc_context(THEME):
            axes = rows_of(self.sheet, [1.2, 1.2, 1.4, 1.0])
            labels = ("Citizens, of\n100,000 (log)",) * 2
            self.street = self._pair(axes[0], STREET, labels[0])
            self.voice = self._pair(axes[1], VOICE, labels[1])
            self.apart = Panel(axes[2], ACTING, "First less\nsecond (log)")
            self.beliefs = self._pair(axes[3], labelled(BELIEFS), "Mean\n(0 to 1)")
            axes[2].axhline(0, color="0.4", lw=0.8)
            unit_axis(axes[3])
            time_axis(axes[3], self._dates)
            for ax in axes:
                ax.set_xlabel("")
            self.heading = Heading(self.sheet)
            self._axes = axes
            self._scale()
        for panel in (*self.street, *self.voice, self.apart, *self.beliefs):
            self.sheet.let_move(panel.lines.values())
        self.sheet.let_move([self.heading.date, self.heading.rest])
        self.update(first, second)

    def _pair(self, ax: Axes, shown: Shown, label: str) -> tuple[Panel, Panel]:
        """Draw each line twice; the key names those of the first run, in full."""
        second = Panel(ax, shown, label, dict.fromkeys(shown, DASHED), named=False)
        if shown is STREET:
            for name, stroke in zip(self.names, (FULL, DASHED), strict=True):
                ax.plot([], [], color="0.45", lw=1.5, ls=stroke, label=name)
        return Panel(ax, shown, label, dict.fromkeys(shown, FULL)), second

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""
        return self.sheet.figure

    def update(self, first: Simulation, second: Simulation) -> Figure:
        """Show both as far as they have come."""
        one, two = self._scaled(first), self._scaled(second)
        k = min(first.step_number, second.step_number)
        apart = {name: one[name][:k] - two[name][:k] for name in ACTING}
        pixels = int(self._axes[0].bbox.width)
        most = max(float(run[name].max(initial=0.0)) for run in (one, two) for name in ACTING)
        with self.sheet.lock:
            if most > self._most:
                while most > self._most:
                    self._most *= 10
                with mpl.rc_context(THEME):
                    self._scale()
                self.sheet.paint_anew()
            for panels in (self.street, self.voice, self.beliefs):
                for panel, run in zip(panels, (one, two), strict=True):
                    done = len(run["mobilise"])
                    panel.set(self._dates[:done], run, pixels)
            self.apart.set(self._dates[:k], apart, pixels)
            self.heading.say(first, _said(first, second))
        return self.figure

    def _scaled(self, run: Simulation) -> Mapping[str, Any]:
        values = history(run, COLUMNS)
        return values | {name: values[name] * self._one for name in ACTING}

    def _scale(self) -> None:
        """Set the scales of what is counted."""
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
        return self.sheet.png()

    def pixels(self) -> Pixels:
        """Return the picture as an image (height, width, 3)."""
        return self.sheet.pixels()


def _said(first: Simulation, second: Simulation) -> str:
    """Say how many citizens do something else in the two runs."""
    if first.step_number != second.step_number:
        return f" – the other has come to day {second.step_number:,}"
    if first.step_number == 0:
        return ""
    differ = int(np.count_nonzero(first.state["posture"] != second.state["posture"]))
    return f" – {differ:,} of {first.scenario.citizens:,} citizens do something else today"
