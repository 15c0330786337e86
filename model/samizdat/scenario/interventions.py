"""Interventions: orders that a user gives as the state during a run, from the next day on.

Each is an entry of the timeline like those of a scenario file. The scenario with all of them
gives the same counts when it is run from the first day.
"""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import tomli_w
from pydantic import ValidationError

from samizdat.core.quantity import format_value
from samizdat.regime.queries import look_of, switch_of
from samizdat.scenario.dates import day_from
from samizdat.scenario.ladder import Rung, ladder_without
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError, ScenarioSpec, one_line, unknown

MARK = "live-"  # the ids of interventions begin with it
LAW = "law-"  # how the ids of laws by threat begin
_SWITCH = "-switch"  # ending of the id of a setting that switches on the lever of an action


class Moment(NamedTuple):
    """The next step."""

    date: dt.date  # the first that no step before touches: what begins then changes none of them
    day: float  # from the start


def moment_of(scenario: Scenario, step: int) -> Moment:
    """Return the moment before a step."""
    step_days = float(scenario.spec.step_days)
    over = step * step_days
    return Moment(scenario.spec.start + dt.timedelta(days=math.ceil(over)), over)


def amended(
    scenario: Scenario, entry: Mapping[str, Any], now: Moment, *, switch: bool = False
) -> Scenario:
    """Return the scenario with one more entry, which begins at a moment.

    A pinned parameter that is now set is no longer pinned. The timeline's own settings of it, and
    what the ladder does to it, are removed, so that nothing changes before the moment. If the
    regime acted by rule alone, the timeline's actions are removed for the same reason.

    Parameters
    ----------
    entry
        As in a scenario file: a kind and its fields, without id and date.
    switch
        Also switch on the lever of an action, in its regions and for as long as it holds.

    Raises
    ------
    ScenarioError
        If the entry is not valid.
    """
    if entry.get("kind") not in ("setting", "action"):
        raise ScenarioError(
            f"kind = {format_value(entry.get('kind'))} is not one of setting, action"
        )
    for given in ("id", "from", "begins"):
        if given in entry:
            raise ScenarioError(f"{given}: cannot be given, an intervention begins on the next day")
    if now.date > scenario.spec.end:
        raise ScenarioError(f"the scenario ends on {scenario.spec.end}")
    number = 1 + max((int(e.id.removeprefix(MARK)) for e in interventions(scenario)), default=0)
    new = {"id": f"{MARK}{number}", "from": now.date, **entry}
    lever = entry.get("lever")
    world = scenario.spec.model_dump(by_alias=True)
    pinned = set(scenario.pinned)
    if new["kind"] == "setting" and isinstance(new.get("set"), Mapping):
        freed = pinned & set(new["set"])
        pinned -= freed
        world["timeline"] = _without(world["timeline"], freed)
        world["ladder"] = ladder_without(scenario.spec.ladder, freed)
        if "security" in freed:  # else the regions' own values would come back
            world["regions"] = [{**region, "security": None} for region in world["regions"]]
    if new["kind"] == "action" and world["actions"] == "rule":
        world["timeline"] = [e for e in world["timeline"] if e["kind"] != "action"]
        world["actions"] = "both"
    added = [new]
    if switch and (name := switch_of(str(lever))):
        pinned.discard(name)
        freed = {name} & scenario.pinned
        world["timeline"] = _without(world["timeline"], freed)
        world["ladder"] = ladder_without(scenario.spec.ladder, freed)
        kept: dict[str, Any] = {k: new[k] for k in ("from", "regions", "days") if k in new}
        title = f"{look_of(str(lever)).label}: allowed"
        added.append(
            {"id": new["id"] + _SWITCH, "kind": "setting", "title": title, "set": {name: 1}, **kept}
        )
    world["timeline"] = [*world["timeline"], *added]
    return _checked(scenario, world, frozenset(pinned))


def lifted(scenario: Scenario, name: str, now: Moment) -> Scenario:
    """Return the scenario in which an intervention, an action, a setting or a law ends.

    Parameters
    ----------
    name
        Id of an action or setting of the timeline, or of a law by threat as `law_id` returns it.
    now
        The moment from which it does not hold.

    Raises
    ------
    ScenarioError
        If there is nothing with that id that can end.
    """
    entries = [e.id for e in scenario.spec.timeline if e.kind in ("action", "setting")]
    laws = [law_id(rung) for rung in scenario.spec.ladder]
    if name not in (*entries, *laws):
        raise ScenarioError(f"intervention: {unknown(name, (*entries, *laws))}")
    world = scenario.spec.model_dump(by_alias=True)
    if name not in entries:
        world["ladder"] = [
            rung.model_copy(update={"repealed": min(now.date, rung.repealed or now.date)})
            if law_id(rung) == name
            else rung
            for rung in scenario.spec.ladder
        ]
        return _checked(scenario, world, scenario.pinned)
    kept = []
    for entry in world["timeline"]:
        if entry["id"] in (name, name + _SWITCH):
            days = now.day - (entry["from"] - scenario.spec.start).days
            if days <= 0:
                continue
            entry = {**entry, "days": min(days, entry["days"] or days)}
        kept.append(entry)
    world["timeline"] = kept
    return _checked(scenario, world, scenario.pinned)


def law_id(rung: Rung) -> str:
    """Return the id by which the law of a rung is repealed: its height and its delay."""
    return f"{LAW}{rung.at:.12g}-{rung.delay_days:.12g}"


def interventions(scenario: Scenario) -> list[Any]:
    """Return the entries of the timeline that were added during a run, in order."""
    return [
        entry
        for entry in scenario.spec.timeline
        if entry.id.startswith(MARK) and entry.id.removeprefix(MARK).isdecimal()
    ]


def to_toml(scenario: Scenario, comment: str = "") -> str:
    """Return the whole scenario as a file that `samizdat run` takes."""
    table = _dated(scenario.to_table())
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return head + ("\n" if head else "") + tomli_w.dumps(table)


def _checked(scenario: Scenario, world: dict[str, Any], pinned: frozenset[str]) -> Scenario:
    try:
        changed = replace(scenario, spec=ScenarioSpec.model_validate(world), pinned=pinned)
    except ValidationError as error:
        raise ScenarioError(one_line(error, world)) from None
    changed.check()
    return changed


def _without(timeline: Any, names: set[str]) -> list[dict[str, Any]]:
    """Return the timeline without the settings of some parameters."""
    kept = []
    for entry in timeline:
        if entry["kind"] == "setting" and names & set(entry["set"]):
            left = {name: value for name, value in entry["set"].items() if name not in names}
            if not left:
                continue
            entry = {**entry, "set": left}
        kept.append(entry)
    return kept


def _dated(value: Any, key: str = "") -> Any:
    """Convert dates given as text into dates, which TOML has."""
    if isinstance(value, Mapping):
        return {name: _dated(each, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_dated(each, key) for each in value]
    named = key in ("start", "end", "from", "launched", "rallies", "repealed")
    is_date = named and isinstance(value, str)
    return day_from(value) if is_date else value
