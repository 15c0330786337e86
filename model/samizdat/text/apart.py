"""Names of things that are called the same, told apart by place and date."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple


class Titled(NamedTuple):
    """A title with what tells it from others of the same title."""

    title: str
    place: str = ""  # empty: the whole country
    date: str = ""


def told_apart(entries: Sequence[Titled]) -> list[str]:
    """Return the titles; those that several share have their place, and if need be their date.

    >>> told_apart([Titled("Strike", "North", "1 May"), Titled("Strike", "South", "1 May")])
    ['Strike, North', 'Strike, South']
    >>> told_apart([Titled("Strike", "", "1 May"), Titled("Strike", "", "3 June"), Titled("Law")])
    ['Strike, from 1 May', 'Strike, from 3 June', 'Law']
    """
    titles = Counter(each.title for each in entries)
    places = Counter(each[:2] for each in entries)
    found = []
    for each in entries:
        text = each.title
        if titles[each.title] > 1:
            text += f", {each.place}" if each.place else ""
            text += f", from {each.date}" if each.date and places[each[:2]] > 1 else ""
        found.append(text)
    return found
