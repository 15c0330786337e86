"""The pictures that the page offers, and how each is drawn from a simulation."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar, cast

from samizdat.page.labels import lever_phrase
from samizdat.run.arrivals import may_arrive
from samizdat.run.simulation import Simulation
from samizdat.views import (
    VIEWS,
    CitizenView,
    TwinView,
    View,
    csv_of,
    gif_of,
)
from samizdat.views.twin import HELP as TWIN_HELP

__all__ = ["COLOURINGS", "COUNTRY_LAYOUTS", "VIEW_NAMES", "ViewCache", "csv_of", "film_of"]

FRAMES_A_SECOND = 6.0


class ViewButton(NamedTuple):
    """The title of a view's button, how the picture is read, and whether citizens are clicked."""

    title: str
    help: str
    shows_citizens: bool


VIEW_NAMES = {
    **{name: ViewButton(v.title, v.help, v.shows_citizens) for name, v in VIEWS.items()},
    "twin": ViewButton("Two runs", TWIN_HELP, False),  # only where there is a twin
}

COLOURINGS = (("turnout", "In the street"), ("fear", "Fear"), ("trust", "Trust"))  # of the country
COUNTRY_LAYOUTS = (("map", "Map"), ("tiles", "Tiles"))

Size = tuple[int, int]  # pixels
V = TypeVar("V", bound=View | TwinView)


class _Sized(NamedTuple):
    """A view, and the size that it was made for."""

    size: Size
    view: View | TwinView


class ViewCache:
    """The views of one simulation, each made when it is first drawn."""

    def __init__(self) -> None:
        self._views: dict[str, _Sized] = {}
        self._last_drawn: View | TwinView | None = None
        self._last_simulation: Simulation | None = None

    def draw(
        self,
        view: str,
        simulation: Simulation,
        size: Size,
        chosen: int | None,
        country: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return a view of the last step as a PNG file.

        Parameters
        ----------
        view
            One of `views.VIEWS`.
        chosen
            The citizen to be marked.
        country
            How the country is drawn: the choices of `views.country.country_view`.
        """
        choices = dict(country or {}) if view == "country" else {}
        name = ".".join([view, *choices.values()])
        drawn = self._view_of_size(
            _named(name, simulation), size, lambda: VIEWS[view].make(simulation, *size, **choices)
        )
        if isinstance(drawn, CitizenView):
            drawn.update(simulation, chosen)
        else:
            drawn.update(simulation)
        self._last_drawn, self._last_simulation = drawn, simulation
        return drawn.png()

    def draw_twin(self, first: Simulation, second: Simulation, size: Size, lever: str) -> bytes:
        """Return two runs, the second without a lever, as a PNG file."""
        names = ("this run", f"without {lever_phrase(lever)}")
        drawn = self._view_of_size(
            f"twin.{lever}", size, lambda: TwinView(first, second, *size, names=names)
        )
        drawn.update(first, second)
        self._last_drawn = drawn
        return drawn.png()

    def citizen_at(self, x: float, y: float) -> int | None:
        """Return the citizen at a place of the view drawn last, None where there is none.

        Parameters
        ----------
        x, y
            Place in shares of width and height from the upper left corner.
        """
        if isinstance(self._last_drawn, CitizenView) and self._last_simulation is not None:
            return self._last_drawn.citizen_at(x, y, self._last_simulation)
        return None

    def _view_of_size(self, name: str, size: Size, make: Callable[[], V]) -> V:
        """Return the view of this name; one of another size is discarded."""
        found = self._views.get(name)
        if found is None or found.size != size:
            found = self._views[name] = _Sized(size, make())
        return cast(V, found.view)  # what a name stands for is always of one type


def _named(view: str, simulation: Simulation) -> str:
    """Return the name of a view; another one if grievances can arrive, which have a lane then."""
    return f"{view}.arrivals" if may_arrive(simulation.scenario) else view


def person_days_of(simulation: Simulation) -> int:
    """Return the person-days in the street up to now."""
    return round(float(simulation.daily("mobilise").sum()))


def describe_difference(simulation: Simulation, twin: Simulation, lever: str) -> str:
    """Return, in a sentence, how a lever changed the person-days in the street up to now."""
    with_it, without = person_days_of(simulation), person_days_of(twin)
    difference = with_it - without
    change = f"{abs(difference):,} {'more' if difference > 0 else 'fewer'}"
    return (
        f"Person-days in the street so far: {with_it:,} with {lever_phrase(lever)}, {without:,} "
        f"without: {change if difference else 'no difference'}."
    )


def film_of(frames: Sequence[bytes]) -> bytes:
    """Return pictures (PNG files) as a GIF film."""
    return gif_of(frames, FRAMES_A_SECOND)
