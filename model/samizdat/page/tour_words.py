"""What the tour says at each stop, from what was read of the run."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from samizdat.views.looks import day_in_words


class Card(NamedTuple):
    """What the tour tells at a stop.

    Attributes
    ----------
    stop
        1 ... the number of stops.
    busy
        Whether it is not there yet: days pass.
    worlds
        How the two runs differ, in a sentence.
    """

    stop: int
    lines: tuple[str, ...] = ()
    worlds: str = ""
    busy: bool = False


class TourStop(NamedTuple):
    """A stop of the tour.

    Attributes
    ----------
    title
        What stands above its text.
    targets
        The parts of the page that it points at: the first that is there.
    waiting
        What is said until its text is there.
    """

    title: str
    targets: tuple[str, ...]
    waiting: str = "Days pass …"


class Street(NamedTuple):
    """What citizens do on a day.

    Attributes
    ----------
    peak, peak_date
        The most in the street on one day after a given one, and when; None where nobody was.
    """

    date: dt.date
    step: int
    citizens: int
    silent: int
    self_censor: int
    share: int
    mobilise: int
    peak: int = 0
    peak_date: dt.date | None = None


class AskedCitizen(NamedTuple):
    """A citizen who is asked why she acts: what she does, and whom she heard the day before."""

    citizen: int
    posture: str
    heard: int


STOPS = (
    TourStop("A town", (".samizdat-middle .samizdat-frame", ".samizdat-middle")),
    TourStop("Who acts", (".samizdat-day-summary",)),
    TourStop("Why did she?", (".samizdat-why",)),
    TourStop(
        "An order of the state",
        (".samizdat-side .samizdat-harsh.samizdat-down", ".samizdat-side"),
    ),
    TourStop("What came of it?", (".samizdat-right .samizdat-frame", ".samizdat-right")),
    TourStop(
        "Two worlds",
        (".samizdat-comparison", ".samizdat-right"),
        "The same days again, without the order …",
    ),
)
_DOES = {
    "mobilise": "is in the street",
    "share": "speaks out",
    "self_censor": "would speak openly, and keeps quiet out of fear",
    "silent": "says nothing",
    "detained": "is in detention",
}


def a_town(now: Street, event: str) -> Sequence[str]:
    """Return what is said before anything happens."""
    silent = "all" if now.silent == now.citizens else f"{now.silent:,}"
    coming = f" The next day brings news: “{event}”." if event else ""
    return (
        f"{now.citizens:,} invented citizens. Each mark is one of them; a line joins two who can "
        "hear each other.",
        f"On {day_in_words(now.date)} {silent} of them are silent.{coming}",
    )


def who_acts(now: Street, event: str) -> Sequence[str]:
    """Return what is said when somebody is in the street, or nobody is."""
    spreads = f"News of “{event}” goes from citizen to citizen. " if event else ""
    street = f"{now.mobilise:,}" if now.mobilise else "nobody"
    verb = "are" if now.mobilise > 1 else "is"
    return (
        f"{spreads}On {day_in_words(now.date)} {now.share:,} speak out, {now.self_censor:,} keep "
        f"quiet out of fear, and {street} {verb} in the street.",
        "The line at the top tells these numbers for every day.",
    )


def why_she_acts(asked: AskedCitizen) -> Sequence[str]:
    """Return what is said about the citizen who was asked."""
    if asked.heard:
        people = "person" if asked.heard == 1 else "people"
        heard = f"The day before, she heard {asked.heard:,} {people} dissent"
    else:
        heard = "The day before, she heard nobody dissent"
    return (
        f"Citizen {asked.citizen:,} {_DOES[asked.posture]}. {heard}.",
        "The marked panel gives her reasons with all their numbers: what she heard, what moved "
        "her, what she risked. A click on any citizen in the picture asks that one.",
    )


def an_order(now: Street, title: str) -> Sequence[str]:
    """Return what is said when the tour gives an order."""
    tomorrow = day_in_words(now.date + dt.timedelta(days=1))
    return (
        f"The tour now gives an order for you, as the state: “{title}”, everywhere, from "
        f"{tomorrow} on.",
        "All that a state can do here stands in this panel. A second click on the button would "
        "end the order.",
    )


def what_came(before: Street, now: Street) -> Sequence[str]:
    """Return what is said some days after the order."""
    days = now.step - before.step
    if now.peak_date is None:
        most = "In these days nobody was in the street."
    else:
        most = f"The most in the street on one day were {now.peak:,}, on "
        most += f"{day_in_words(now.peak_date)}."
    return (
        f"{days:,} days with the order have passed. {most}",
        "Would it have been more without the order, or fewer? One run cannot tell.",
    )


def two_worlds(with_it: int, without: int) -> Sequence[str]:
    """Return what is said beside the sentence about the two runs."""
    if with_it == without:
        did = "changed nothing"
    else:
        did = f"{'kept people from' if with_it < without else 'brought more people to'} the street"
    return (
        "The same citizens have lived the same days again, with the same random numbers and "
        f"without that order. In this case the order {did}.",
        "Another order, another day or another random seed may say otherwise. Now it is your turn.",
    )
