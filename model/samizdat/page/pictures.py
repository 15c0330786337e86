"""Which pictures the page shows, and how each is made of a simulation: the one place to change."""

import io
from collections.abc import Callable
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from samizdat.simulation import Simulation


class View(NamedTuple):
    """A picture that can be chosen."""

    name: str
    help: str
    draw: Callable[..., Figure]


def _network(simulation: Simulation, size: tuple[float, float]) -> Figure:
    import numpy as np

    figure = Figure(figsize=size, dpi=100)
    axes = figure.add_subplot()
    n = min(2000, simulation.scenario.citizens)
    side = int(np.ceil(np.sqrt(n)))
    i = np.arange(n)
    axes.scatter(i % side, i // side, c=simulation.state["posture"][:n], s=12, cmap="viridis")
    axes.set_axis_off()
    return figure


def png(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PNG."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def series(simulation: Simulation, size: tuple[float, float], twin: Any = None) -> Figure:
    """Draw the daily shares."""
    figure = Figure(figsize=size, dpi=100, layout="tight")
    axes = figure.add_subplot()
    for name in ("self_censor", "share", "mobilise"):
        axes.plot(simulation.daily(name), label=name)
    axes.legend()
    return figure


VIEWS = {"citizens": View("Citizens", "Each dot is a citizen.", _network)}
