"""Which pictures the page shows, and how each is made of a simulation: the one place to change."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from samizdat.page.labels import lever_phrase
from samizdat.run.simulation import Simulation
from samizdat.views import HELP, VIEWS, Network, Series, Twin, Who, csv_of, gif_of
from samizdat.views.twin import HELP as TWIN_HELP

__all__ = ["COLOURINGS", "SHOWN", "View", "ViewCache", "csv_of", "film_of"]

FRAMES_A_SECOND = 6.0


class View(NamedTuple):
    """A picture that can be chosen."""

    title: str
    help: str


SHOWN = {
    "network": View("Citizens", HELP["network"]),
    "country": View("Country", HELP["country"]),
    "who": View("Who", HELP["who"]),
    "series": View("Days", HELP["series"]),
    "twin": View("Two worlds", TWIN_HELP),  # where there is a second one
}

COLOURINGS = (("turnout", "In the street"), ("fear", "Fear"), ("trust", "Trust"))  # of the country

Size = tuple[int, int]  # pixels


class ViewCache:
    """The pictures of one world, each made when it is first looked at."""

    def __init__(self) -> None:
        self._views: dict[str, tuple[Size, Any]] = {}
        self._seen: tuple[Any, Simulation] | None = None

    def draw(
        self,
        view: str,
        simulation: Simulation,
        size: Size,
        chosen: int | None,
        shows: str = "turnout",
    ) -> bytes:
        """Return a picture of a day as the bytes of a PNG.

        Parameters
        ----------
        shows
            What colours the regions of the country.
        """
        choices = {"shows": shows} if view == "country" else {}
        name = ".".join([view, *choices.values()])
        shown = self._made(name, size, lambda: VIEWS[view](simulation, *size, **choices))
        if isinstance(shown, Network | Who):
            shown.update(simulation, chosen)
            self._seen = (shown, simulation)
        else:
            shown.update(simulation)
            self._seen = None
        return bytes(shown.png())

    def beside(self, simulation: Simulation, size: Size) -> bytes:
        """Return the picture of the days that stands beside the other."""
        shown = self._made("beside", size, lambda: Series(simulation, *size, brief=True))
        shown.update(simulation)
        return bytes(shown.png())

    def compare(self, first: Simulation, second: Simulation, size: Size, lever: str) -> bytes:
        """Return a picture of two worlds as the bytes of a PNG."""
        self._seen, names = None, ("this world", f"without {lever_phrase(lever)}")
        shown = self._made(lever, size, lambda: Twin(first, second, *size, names=names))
        shown.update(first, second)
        return bytes(shown.png())

    def citizen_at(self, x: float, y: float) -> int | None:
        """Return who was drawn last at a place, in parts of width and height from the top left."""
        if self._seen is None:
            return None
        shown, simulation = self._seen
        if isinstance(shown, Who):
            return shown.citizen_at(x, y, simulation)
        found: int | None = shown.citizen_at(x, y)
        return found

    def _made(self, name: str, size: Size, make: Callable[[], Any]) -> Any:
        """Return a view of that size; of another size it is let go."""
        kept = self._views.get(name)
        if kept is None or kept[0] != size:
            kept = self._views[name] = (size, make())
        return kept[1]


def lesson(simulation: Simulation, twin: Simulation, lever: str) -> str:
    """Say in a sentence what a lever changed up to now."""
    here, there = (round(float(each.daily("mobilise").sum())) for each in (simulation, twin))
    words, more = lever_phrase(lever), "more" if here > there else "fewer"
    changed = f"With {words} it is {abs(here - there):,} {more}."
    return (
        f"So far {here:,} days spent in the street; without {words} {there:,}. "
        f"{'It made no difference.' if here == there else changed}"
    )


def film_of(frames: Sequence[bytes]) -> bytes:
    """Return pictures as a GIF film."""
    return gif_of(frames, FRAMES_A_SECOND)
