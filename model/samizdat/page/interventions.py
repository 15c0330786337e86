"""What a visitor ordered as the state while her simulation runs."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from samizdat.regime.levers import LEVERS

TimelineEntry = Mapping[str, object]  # as in a scenario file, without id and date


class Intervention(NamedTuple):
    """An entry that a visitor added to the timeline, and the steps before which it began and ended.

    Attributes
    ----------
    begins
        Number of steps done when it was ordered.
    id
        Its id in the timeline.
    ends
        Number of steps done when it was lifted; None until then.
    """

    begins: int
    id: str
    entry: TimelineEntry
    ends: int | None = None

    def lasts(self, step: int, step_days: float) -> bool:
        """Whether it is in force on the day of an upcoming step, or later."""
        if self.ends is not None:
            return False
        first = math.ceil(self.begins * step_days - 1e-9)  # it begins with a date
        days = self.entry.get("days")
        length = float(days) if isinstance(days, int | float) else math.inf
        return step * step_days < first + length


def is_same_order(one: TimelineEntry, other: TimelineEntry) -> bool:
    """Whether two entries order the same; their titles, which are for display, may differ."""
    return _without_title(one) == _without_title(other)


def replaced_by(entry: TimelineEntry, others: Iterable[Intervention]) -> list[str]:
    """Return the ids of settings that a later one of the same numbers and place replaces for good.

    They end with it: else they would be drawn on, and come back when it is ended.
    """
    return [each.id for each in others if _numbers_in(each.entry) == _numbers_in(entry) is not None]


def _numbers_in(entry: TimelineEntry) -> tuple[object, ...] | None:
    """Return which numbers a setting without an end sets, and where; None for other entries."""
    values = entry.get("set")
    if not isinstance(values, Mapping) or "days" in entry:
        return None
    regions = entry.get("regions", ())
    return frozenset(values), tuple(regions) if isinstance(regions, list | tuple) else ()


def without_lever(entry: TimelineEntry, lever: str) -> TimelineEntry | None:
    """Return what remains of an entry where a lever is off, None if nothing does."""
    if entry.get("lever") == lever:
        return None
    values = entry.get("set")
    if not isinstance(values, Mapping):
        return entry
    others = {n: value for n, value in values.items() if n not in LEVERS[lever].parameters}
    return {**entry, "set": others} if others else None


def _without_title(entry: TimelineEntry) -> dict[str, object]:
    return {name: value for name, value in entry.items() if name != "title"}
