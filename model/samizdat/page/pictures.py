"""Which pictures the page shows, and how each is made of a simulation: the one place to change."""

import io
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from samizdat.simulation import Simulation


class View(NamedTuple):
    """A picture that can be chosen."""

    title: str
    help: str


VIEWS = {
    "citizens": View("Citizens", "Each dot is a citizen. Click on one to ask why."),
    "country": View("Country", "Each tile is a region."),
    "who": View("Who", "Who keeps quiet, who speaks out."),
}
SERIES_HELP = "How many, day by day."


class Gallery:
    """The pictures of one world at one size."""

    def __init__(self, simulation: Simulation, sizes: dict[str, tuple[int, int]]) -> None:
        self.sizes = sizes

    def draw(
        self, view: str, simulation: Simulation, chosen: int | None, twin: Simulation | None
    ) -> bytes:
        """Return a picture as the bytes of a PNG."""
        width, height = self.sizes["series" if view == "series" else "view"]
        figure = Figure(figsize=(width / 100, height / 100), dpi=100)
        axes = figure.add_subplot()
        if view == "series":
            for name in ("self_censor", "share", "mobilise"):
                axes.plot(simulation.daily(name), label=name)
                if twin is not None:
                    axes.plot(twin.daily(name), "--")
            axes.legend()
        else:
            n = min(2000, simulation.scenario.citizens)
            i = np.arange(n)
            axes.scatter(i % 50, i // 50, c=simulation.state["posture"][:n], s=12)
            axes.set_axis_off()
        stream = io.BytesIO()
        figure.savefig(stream, format="png")
        return stream.getvalue()

    def citizen_at(self, x: float, y: float) -> int | None:
        """Return who is drawn at a place, in parts of the width and height."""
        return int(min(39, max(0, 39 * (1 - y)))) * 50 + int(min(49, max(0, 50 * x)))

    def lesson(self, simulation: Simulation, twin: Simulation | None) -> str:
        """Say what the twin shows."""
        if twin is None:
            return ""
        here, there = (float(each.daily("mobilise").sum()) for each in (simulation, twin))
        return f"{here:,.0f} days in the street here, {there:,.0f} without: {here - there:+,.0f}."


def csv_of(simulation: Any) -> str:
    """Return the daily series as CSV."""
    return str(simulation.nation.to_csv(index=False))
