"""How names and tables of an experiment file may be written, and laid over each other."""

from collections.abc import Iterable, Mapping
from typing import Any

from samizdat.measures import DAILY, HOW, OUTCOMES
from samizdat.schema import unknown


def flat_names(table: dict[str, Any]) -> dict[str, Any]:
    """Let names with dots be written with or without quotes, in ``set``, factors and points."""
    table = dict(table)
    if isinstance(table.get("set"), Mapping):
        table["set"] = dict(_leaves(table["set"]))
    design = table.get("design")
    if isinstance(design, Mapping):
        design = dict(design)
        if isinstance(design.get("factors"), Mapping):
            design["factors"] = dict(_leaves(design["factors"]))
        if isinstance(design.get("points"), list):
            design["points"] = [
                dict(_leaves(p)) if isinstance(p, Mapping) else p for p in design["points"]
            ]
        table["design"] = design
    return table


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Any:
    for key, value in table.items():
        ends = not isinstance(value, Mapping) or (bool(value) and set(value) <= _OF_A_RANGE)
        if ends:
            yield prefix + key, value
        else:
            yield from _leaves(value, f"{prefix}{key}.")


_OF_A_RANGE = {"low", "high", "steps", "log"}


def laid_over(below: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one table over another key by key; a factor, and what is no table, is replaced."""
    table = dict(below)
    for key, value in over.items():
        there = table.get(key)
        merges = isinstance(value, Mapping) and isinstance(there, Mapping)
        if merges and not set(value) <= _OF_A_RANGE:
            table[key] = laid_over(dict(there), value)  # type: ignore[arg-type]
        else:
            table[key] = value
    return table


def is_measure(name: str) -> bool:
    """Whether a run can be measured so."""
    daily, dot, how = name.rpartition(".")
    return name in OUTCOMES or (bool(dot) and daily in DAILY and how in HOW)


def check_measure(name: str, also: Iterable[str] = ()) -> None:
    """Check that a run can be measured so: by an outcome, or a daily measure's ``.max`` and such.

    Parameters
    ----------
    also
        Names that could have been meant besides.

    Raises
    ------
    ValueError
        Naming the nearest measure that is known.
    """
    daily, dot, how = name.rpartition(".")
    if is_measure(name):
        return
    if dot and daily in DAILY:
        raise ValueError(f"measure {name!r}: {how!r} is not one of {', '.join(HOW)}")
    if name in DAILY:
        raise ValueError(f"measure {name!r} is daily: say how, as in {name}.max or {name}.last")
    known = [*also, *OUTCOMES, *(f"{each}.{way}" for each in DAILY for way in HOW)]
    raise ValueError(f"measure: {unknown(name, known)}")
