"""A scenario on a base: another's world, with what it says differently, and its part of history."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

Table = dict[str, Any]


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> Table:
    """Return the base's table with the own one laid over it.

    Tables are merged key by key (one of another ``kind`` is replaced), lists (regions, platforms)
    are replaced. The timeline is the base's within the own dates, followed by the own entries; an
    own entry takes the place of the base's of the same id. A concession goes with its event.
    What is not of the form of a scenario is passed on: whoever checks the schema will name it.
    """
    table = _laid_over(base, {k: v for k, v in own.items() if k != "timeline"})
    given = own.get("timeline", [])
    if not isinstance(given, list) or not all(isinstance(entry, Mapping) for entry in given):
        return {**table, "timeline": given}
    replaced = [entry.get("id") for entry in given]
    inherited = [entry for entry in base.get("timeline", []) if entry["id"] not in replaced]
    within = clipped(inherited, _day(table.get("start")), _day(table.get("end")))
    there = [entry["id"] for entry in within] + replaced
    within = [entry for entry in within if "event" not in entry or entry["event"] in there]
    return {**table, "timeline": [*within, *given]}


def clipped(entries: list[Table], start: dt.date | None, end: dt.date | None) -> list[Table]:
    """Return what of dated entries falls within the dates, each cut to them.

    What began before the start and still holds begins at the start (an event is then new there,
    and so is a block), the older before the younger; what is over, or comes after the end, is left
    out.
    """
    if start is None or end is None:
        return entries
    begun, later = [], []
    for entry in entries:
        begins, days = entry["from"], entry.get("days")
        late = (start - begins).days
        if begins > end or (days is not None and late >= days):
            continue
        if late > 0:
            rest = {} if days is None else {"days": days - late}
            begun.append((late, {**entry, "from": start, **rest}))
        else:
            later.append(entry)
    begun.sort(key=lambda pair: -pair[0])
    return [*(entry for _, entry in begun), *later]


def _day(value: Any) -> dt.date | None:
    """Return a date however TOML or a manifest gives it; None where it is none."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, dt.date) else None


def _laid_over(base: Mapping[str, Any], own: Mapping[str, Any]) -> Table:
    table = dict(base)
    for key, value in own.items():
        below = table.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            same_kind = value.get("kind", below.get("kind")) == below.get("kind")
            table[key] = _laid_over(below if same_kind or key == "graph" else {}, value)
        else:
            table[key] = value
    return table
