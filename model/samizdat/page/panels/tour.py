"""The card of the tour, which points at what it speaks of."""

from collections.abc import Callable
from typing import Any

import solara

from samizdat.page.guide import Guide
from samizdat.page.tour_words import STOPS


@solara.component_vue("../tour_card.vue")
def TourCard(
    *,
    stop: int,
    stops: int,
    title: str,
    lines: list[str],
    worlds: str,
    waiting: str,
    targets: list[str],
    event_move: Callable[[int], None],
    event_state: Callable[[Any], None],
    event_end: Callable[[Any], None],
) -> None:
    """Show what the tour tells.

    Parameters
    ----------
    worlds
        How the two runs differ, in a sentence; empty before the last stop.
    waiting
        What is said until the text is there; empty once it is.
    targets
        CSS selectors; the first that is on the page is pointed at.
    event_move
        Called with the number of stops to go on, or back if it is negative.
    """


@solara.component
def TourOver(guide: Guide) -> None:
    """Show the card of the stop, if there is a tour."""
    tour = guide.tour
    card = tour.card.value
    if card is None:
        return
    place = STOPS[card.stop - 1]
    TourCard(
        stop=card.stop, stops=tour.length, title=place.title, lines=list(card.lines),
        worlds=card.worlds, waiting=place.waiting if card.busy else "", targets=list(place.targets),
        event_move=tour.move,
        event_state=lambda _=None: guide.open_way("state"),
        event_end=lambda _=None: tour.leave(),
    )  # fmt: skip
