"""A scenario on a base: another's world, with what it says differently, and its part of history."""

import datetime as dt
from collections.abc import Mapping
from typing import Any


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the base's table with its own laid over it.

    Tables are merged key by key, lists (regions, platforms) are replaced, and the timeline is the
    base's within the own dates, followed by the own entries; an own entry takes the place of the
    base's of the same id. A concession goes with its event.
    """
    table = _laid_over(base, {k: v for k, v in own.items() if k != "timeline"})
    replaced = {entry.get("id") for entry in own.get("timeline", [])}
    inherited = [entry for entry in base.get("timeline", []) if entry.get("id") not in replaced]
    within = clipped(inherited, table.get("start"), table.get("end"))
    there = {entry.get("id") for entry in within} | replaced
    within = [entry for entry in within if entry.get("event", None) in {None, *there}]
    return {**table, "timeline": [*within, *own.get("timeline", [])]}


def clipped(entries: list[dict[str, Any]], start: Any, end: Any) -> list[dict[str, Any]]:
    """Return what of dated entries falls within the dates, each cut to them.

    What began before the start and still holds begins at the start; what is over is left out.
    """
    kept = []
    for entry in entries:
        begins, days = entry.get("from"), entry.get("days")
        if not all(isinstance(date, dt.date) for date in (begins, start, end)):
            kept.append(entry)  # whoever checks the schema will say so
            continue
        late = (start - begins).days
        if begins > end or (days is not None and late >= days):
            continue
        if late > 0:
            entry = {**entry, "from": start}
            if days is not None:
                entry["days"] = days - late
        kept.append(entry)
    return kept


def _laid_over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    table = dict(base)
    for key, value in own.items():
        below = table.get(key)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        table[key] = _laid_over(below, value) if both else value  # type: ignore[arg-type]
    return table
