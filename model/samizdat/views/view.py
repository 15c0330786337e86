"""What a view is: a picture of one simulation, which follows it from step to step."""

from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

from matplotlib.figure import Figure

from samizdat.run.simulation import Simulation
from samizdat.views.canvas import BlitCanvas, Pixels


class View(Protocol):
    """A picture of one simulation; made from it, a width and a height [pixels]."""

    canvas: BlitCanvas

    @property
    def figure(self) -> Figure:
        """The picture, to be saved as any other."""

    def update(self, simulation: Simulation) -> Figure:
        """Show the simulation after its last step."""

    def png(self) -> bytes:
        """Return the picture as a PNG file."""

    def pixels(self) -> Pixels:
        """Return the picture as an image (height, width, 3)."""


@runtime_checkable
class CitizenView(View, Protocol):
    """A view of single citizens: one of them can be ringed, and found by a click."""

    def update(self, simulation: Simulation, chosen: int | None = None) -> Figure:
        """Show the simulation after its last step, and ring the chosen citizen."""

    def citizen_at(self, x: float, y: float, simulation: Simulation, /) -> int | None:
        """Return the citizen nearest to a click, None where nobody is near.

        Parameters
        ----------
        x, y
            Place in shares of the picture's width from the left and of its height from the top.
        simulation
            The simulation, as drawn last.
        """


class NamedView(NamedTuple):
    """A view as it is offered; the constant VIEW of its file, whose name is the view's name."""

    title: str  # of its button
    help: str  # how the picture is read
    make: Callable[..., View]  # its class

    @property
    def shows_citizens(self) -> bool:
        """Whether it is a `CitizenView`."""
        return hasattr(self.make, "citizen_at")
