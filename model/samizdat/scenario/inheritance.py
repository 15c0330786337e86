"""Scenarios with a base: the base's table, overridden by the scenario's own, cut to its dates."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from samizdat.core.quantity import format_value
from samizdat.scenario.dates import day_from
from samizdat.scenario.mistakes import together
from samizdat.scenario.schema import ENTRIES, ScenarioError, unknown

TomlTable = dict[str, Any]
LEAVE_OUT = "leave_out"  # what of the base's timeline a scenario goes without


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> TomlTable:
    """Return the base's table overridden by the scenario's own.

    Tables are merged key by key (a table of another ``kind`` is replaced), lists (regions,
    platforms) are replaced. The timeline is the base's within the scenario's dates, followed by the
    scenario's own entries; an own entry replaces the base's entry of the same id. A table
    ``leave_out`` names entries that are not taken over, by ``kinds`` or ``ids``. A concession is
    dropped with its event. Values of a wrong type are passed on; the schema check reports them.

    Raises
    ------
    ScenarioError
        If ``leave_out`` names what the base does not have.
    """
    entries = _chosen(base.get("timeline", []), own.get(LEAVE_OUT, {}))
    table = _overridden(base, {k: v for k, v in own.items() if k not in ("timeline", LEAVE_OUT)})
    given = own.get("timeline", [])
    if not isinstance(given, list) or not all(isinstance(entry, Mapping) for entry in given):
        return {**table, "timeline": given}
    replaced = [entry.get("id") for entry in given]
    inherited = [entry for entry in entries if entry["id"] not in replaced]
    within = clipped(inherited, _day(table.get("start")), _day(table.get("end")))
    present = [entry["id"] for entry in within] + replaced
    within = [entry for entry in within if "event" not in entry or entry["event"] in present]
    return {**table, "timeline": [*within, *given]}


def _chosen(entries: list[TomlTable], left_out: object) -> list[TomlTable]:
    """Return the entries of a base but those that a scenario leaves out."""
    if not isinstance(left_out, Mapping):
        raise ScenarioError(f"{LEAVE_OUT} = {format_value(left_out)} is not a table")
    known = {"kinds": list(ENTRIES), "ids": [entry["id"] for entry in entries]}
    wrong = [f"{LEAVE_OUT}: {unknown(key, known)}" for key in left_out if key not in known]
    for key, names in left_out.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            wrong.append(f"{LEAVE_OUT}.{key} = {format_value(names)} is not a list of names")
        elif key in known:
            strange = (name for name in names if name not in known[key])
            wrong += [f"{LEAVE_OUT}.{key}: {unknown(name, known[key])}" for name in strange]
    if wrong:
        raise ScenarioError(together(wrong))
    kinds, ids = left_out.get("kinds", ()), left_out.get("ids", ())
    return [entry for entry in entries if entry["kind"] not in kinds and entry["id"] not in ids]


def clipped(
    entries: list[TomlTable], start: dt.date | None, end: dt.date | None
) -> list[TomlTable]:
    """Return the dated entries that fall within the dates, each cut to them.

    An entry that began before the start and still holds begins at the start, the oldest first (an
    event or a block is then new there); rallies before the start are left out. So are entries that
    are over, or begin after the end.
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
            if entry.get("rallies"):
                rest["rallies"] = [date for date in entry["rallies"] if date >= start]
            begun.append((late, {**entry, "from": start, **rest}))
        else:
            later.append(entry)
    begun.sort(key=lambda pair: -pair[0])
    return [*(entry for _, entry in begun), *later]


def _day(value: object) -> dt.date | None:
    """Return a date from TOML or a manifest as a date; None if it is not one."""
    try:
        return day_from(value)
    except ValueError:
        return None


def _overridden(base: Mapping[str, Any], own: Mapping[str, Any]) -> TomlTable:
    table = dict(base)
    for key, value in own.items():
        below = table.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            same_kind = value.get("kind", below.get("kind")) == below.get("kind")
            table[key] = _overridden(below if same_kind or key == "graph" else {}, value)
        else:
            table[key] = value
    return table
