"""Values that are set by name: parameters, size, graph, distributions."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from samizdat.core.layout import MAX_CITIZENS
from samizdat.core.quantity import format_value, is_truth
from samizdat.regime.lever import Stage
from samizdat.regime.levers import LEVERS
from samizdat.regime.queries import acts_nationwide, lever_of
from samizdat.scenario.ladder import Rung
from samizdat.scenario.registry import DATED, LIST, PLATFORM_LISTS, REGISTRY
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.scenario.timeline import Setting, Value
from samizdat.society.population import TRAITS

_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,15}\s*")


def number_in(value: object) -> object:
    """Convert text that is a number; leave other values as they are."""
    if not isinstance(value, str):
        return value
    if _WHOLE.fullmatch(value):
        return int(value)
    try:
        return float(value)
    except ValueError:
        return value


def checked_parameters(given: Mapping[str, object], wrong: list[str]) -> dict[str, float]:
    """Return parameters as numbers; ``wrong`` takes a message for each that is not allowed."""
    checked = {}
    for name, value in given.items():
        try:
            checked[name] = REGISTRY[name].quantity.checked(name, value)
        except ValueError as error:
            wrong.append(str(error))
    return checked


def mistakes_in_setting(entry: Setting) -> Iterator[str]:
    """Yield what is wrong with the values of a setting of the timeline."""
    for name, value in entry.set.items():
        where = f"timeline.{entry.id}.set"
        if name not in REGISTRY:
            yield f"{where}: {unknown(name, REGISTRY, LIST)}"
        elif REGISTRY[name].group not in DATED:
            yield f"{where}: {name} cannot change in time"
        elif entry.regions and (REGISTRY[name].group != "regime" or acts_nationwide(name)):
            yield f"{where}: {name} holds for the nation, it takes no regions"
        else:
            try:
                REGISTRY[name].quantity.checked(name, value)
            except ValueError as error:
                yield f"{where}: {error}"


def mistakes_in_rung(number: int, rung: Rung) -> Iterator[str]:
    """Yield what is wrong with the effects of a rung of the ladder, ``number`` from 1."""
    where = f"regime.ladder (entry {number})"
    numbers = [name for name, entry in REGISTRY.items() if entry.group == "regime"]
    if not rung.add and not rung.set:
        yield f"{where}: add and set are both empty"
    for name in {*rung.add} & {*rung.set}:
        yield f"{where}: {name} is in add and in set"
    for kind, effects in (("add", rung.add), ("set", rung.set)):
        for name, value in effects.items():
            told = _mistake_in_effect(name, value, numbers, adds=kind == "add")
            if told:
                yield f"{where}.{kind}: {told}"


def _mistake_in_effect(name: str, value: Value, numbers: list[str], *, adds: bool) -> str:
    if name in REGISTRY and name not in numbers:
        return f"{name} is no number of the regime"
    if name in PLATFORM_LISTS:
        return f"{name} is a list of platforms, which no law changes"
    if name not in numbers:
        return unknown(name, numbers, LIST)
    if LEVERS[lever_of(name)].stage is Stage.MORNING:
        return f"{name} is a number of the threat itself, which no law changes"
    quantity = REGISTRY[name].quantity
    if adds and (quantity.whole or quantity.high > 1):
        return f"{name} is no share or rate to add to; set gives it a value"
    try:
        (quantity._replace(low=0.0) if adds else quantity).checked(name, value)
    except ValueError as error:
        return str(error)
    return ""


def citizens_in(value: object) -> int:
    """Return a number of citizens; text and whole floats, as in a table of points, are taken.

    Raises
    ------
    ScenarioError
        It names the value and what is allowed.
    """
    try:
        if is_truth(value) or value is np.ma.masked or getattr(value, "ndim", 0) > 0:
            raise TypeError
        number: int = int(value)  # type: ignore[call-overload]
        if number != float(value) or not 1 <= number <= MAX_CITIZENS:  # type: ignore[arg-type]
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        plain = isinstance(value, str) and 0 < len(value) < 40 and value.isprintable()
        given = value if plain else format_value(value)
        raise ScenarioError(
            f"citizens = {given} is not a whole number of 1 ... {MAX_CITIZENS}"
        ) from None
    return number


def names_in(value: object) -> object:
    """Return the names of a list that is given as text, as in ``[a, b]``; leave other values."""
    if not isinstance(value, str):
        return value
    inside = value.strip().removeprefix("[").removesuffix("]")
    names = (name.strip().strip("\"'") for name in inside.split(","))
    return tuple(name for name in names if name)


def set_field(spec: dict[str, Any], name: str, value: object) -> None:
    """Set a value that is not in `REGISTRY` in a dumped `ScenarioSpec`.

    Raises
    ------
    ScenarioError
        It names the value, or the unknown name and the nearest known one.
    """
    if name == "citizens":
        spec["citizens"] = citizens_in(value)
    elif name == "step_days":
        spec["step_days"] = number_in(value)
    elif name == "graph.kind":
        spec["graph"] = value
    elif name == "regime.actions":
        spec["actions"] = value
    elif name in PLATFORM_LISTS:
        spec[PLATFORM_LISTS[name]] = names_in(value)
    else:
        parts = name.split(".")
        known = [f"population.{t}.{f}" for t in TRAITS for f in spec["population"][t]]
        if name not in known:
            fields = ["citizens", "step_days", "graph.kind", "regime.actions", *PLATFORM_LISTS]
            also = [*REGISTRY, *fields, *known]
            raise ScenarioError(unknown(name, also, LIST))
        population = {trait: dict(law) for trait, law in spec["population"].items()}
        population[parts[1]][parts[2]] = number_in(value)
        spec["population"] = population
