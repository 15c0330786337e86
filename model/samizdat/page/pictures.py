"""Which pictures the page shows, and how each is made of a simulation: the one place to change."""

import io
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from samizdat.simulation import Simulation
from samizdat.views import Country, Network, country, network
from samizdat.views.looks import LOOKS


class View(NamedTuple):
    """A picture that can be chosen."""

    title: str
    help: str


VIEWS = {
    "citizens": View("Citizens", network.HELP),
    "country": View("Country", country.HELP),
    "who": View("Who", "Who keeps quiet, who speaks out."),
}
SERIES_HELP = "How many, day by day."

Size = tuple[int, int]  # pixels


class Gallery:
    """The pictures of one world at one size; each is made when it is first looked at."""

    def __init__(self, simulation: Simulation, sizes: dict[str, Size]) -> None:
        self.sizes = sizes
        self._views: dict[str, Any] = {}

    def draw(
        self, view: str, simulation: Simulation, chosen: int | None, twin: Simulation | None
    ) -> bytes:
        """Return a picture of a day as the bytes of a PNG."""
        width, height = self.sizes["series" if view == "series" else "view"]
        if view == "citizens":
            shown = self._made(view, Network, simulation, width, height)
            shown.update(simulation, chosen)
            return bytes(shown.png())
        if view == "country":
            shown = self._made(view, Country, simulation, width, height)
            shown.update(simulation)
            return bytes(shown.png())
        figure = Figure(figsize=(width / 100, height / 100), dpi=100)
        axes = figure.add_subplot()
        if view == "series":
            for name in ("self_censor", "share", "mobilise"):
                axes.plot(simulation.daily(name), label=LOOKS[name].words)
                if twin is not None:
                    axes.plot(twin.daily(name), "--")
            axes.legend()
        else:
            n = min(2000, simulation.scenario.citizens)
            i = np.arange(n)
            axes.scatter(i % 50, i // 50, c=simulation.state["posture"][:n], s=12)
        stream = io.BytesIO()
        figure.savefig(stream, format="png")
        return stream.getvalue()

    def citizen_at(self, x: float, y: float) -> int | None:
        """Return who is drawn at a place, in parts of the width and height from the top left."""
        shown = self._views.get("citizens")
        return None if shown is None else shown.citizen_at(x, y)

    def lesson(self, simulation: Simulation, twin: Simulation | None) -> str:
        """Say what the twin shows."""
        if twin is None:
            return ""
        here, there = (float(each.daily("mobilise").sum()) for each in (simulation, twin))
        return f"{here:,.0f} days in the street here, {there:,.0f} without: {here - there:+,.0f}."

    def _made(self, name: str, view: Any, *arguments: Any) -> Any:
        if name not in self._views:
            self._views[name] = view(*arguments)
        return self._views[name]


def csv_of(simulation: Any) -> str:
    """Return the daily series as CSV."""
    return str(simulation.nation.to_csv(index=False))
