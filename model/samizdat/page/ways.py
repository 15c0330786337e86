"""The ways into the page: worlds to begin with, and what is shown of each first."""

import datetime as dt
from typing import NamedTuple

from samizdat.page.choice import Choice

QUESTION = "When people are angry, is the internet a government's foe or its friend?"
LEAD = (
    "A simulated population, day by day: who hears what, who keeps quiet, who goes to the street, "
    "and what the orders of the state change."
)
TOUR_BUTTON = "Or take the tour: six stops, about two minutes"
NOTES = (
    "Every citizen here is synthetic: no data of any real person is used. The town is invented, a "
    "toy to learn with. Kazakhstan's regions, populations and dates come from public sources; how "
    "strongly each thing acts is assumed. The model compares what a state could do to the same "
    "citizens. It forecasts nothing."
)


class Beginning(NamedTuple):
    """A world, and how the page shows it at first.

    Attributes
    ----------
    view
        One of `pictures.VIEW_NAMES`; empty for that which suits the world.
    panel
        One of `layout.PANELS`.
    task
        Whether a first task is set in the panel.
    tour
        Whether the tour begins.
    """

    choice: Choice
    playing: bool = True
    view: str = ""
    panel: str = "regime"
    task: bool = False
    tour: bool = False


class Way(NamedTuple):
    """A large button of the entrance, and the world behind it."""

    title: str
    text: str
    opening: Beginning


WAYS = {
    "town": Way(
        "Watch a town",
        "2,000 citizens, 60 days. A factory closes and the news spreads: some speak out, some keep "
        "quiet out of fear, some go to the street.",
        Beginning(Choice("town"), view="network"),
    ),
    "state": Way(
        "Be the state",
        "The same town, where nobody gives orders but you: block a platform, switch the network "
        "off, use violence in the street, or give in. Then see what it changed.",
        Beginning(
            Choice("town", regime="open", first_day=dt.date(2014, 3, 13)),
            playing=False,
            view="network",
            task=True,
        ),
    ),
    "kazakhstan": Way(
        "Kazakhstan 2016",
        "The land protests of spring 2016, region by region. 100,000 synthetic citizens stand for "
        "the country; the dates are those of the real protests.",
        Beginning(
            Choice("land_protests", citizens=100_000, first_day=dt.date(2016, 4, 11)),
            view="country",
        ),
    ),
}


TOUR = Beginning(Choice("town", regime="open"), playing=False, view="network", tour=True)


def opening_of_way(name: str) -> Beginning:
    """Return where a button of the entrance leads."""
    return TOUR if name == "tour" else WAYS[name].opening


def opens_directly(query: str) -> bool:
    """Whether a link says what to open, so that no entrance is shown first."""
    return query.strip("&") != ""
