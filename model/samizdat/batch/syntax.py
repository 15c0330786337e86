"""Reading experiment files: names with dots, the quick form, and errors in one line."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from samizdat.core.quantity import format_value
from samizdat.scenario.mistakes import in_words, short_name, together
from samizdat.scenario.schema import unknown

KnownAt = Callable[[tuple[int | str, ...]], list[str]]


def one_line(error: ValidationError, known_at: KnownAt) -> str:
    """Tell what pydantic found in one line: names, values, what is allowed.

    Parameters
    ----------
    known_at
        Returns the names that are allowed where pydantic found an unknown one.
    """
    by_thing: dict[tuple[str, ...], list[ErrorDetails]] = {}
    for problem in error.errors(include_url=False):
        by_thing.setdefault(_thing(problem), []).append(problem)
    return together([_told(_most_specific(each), known_at) for each in by_thing.values()])


def _path(problem: ErrorDetails) -> list[str]:
    """Return where a mistake is, without what pydantic adds."""
    parts = [str(part) for part in problem["loc"]]
    path = [short_name(part) for part in parts if not _OF_PYDANTIC.fullmatch(part)]
    if len(path) > 1 and path[0] == "design":
        path.pop(1)  # pydantic names the kind there
    return path


def _thing(problem: ErrorDetails) -> tuple[str, ...]:
    """Return what a mistake is about: of a value that may have several types there are several."""
    path = _path(problem)
    if path[:1] in (["series"], ["replicates"]):
        return tuple(path[:1])
    return tuple(path[:3] if path[:2] == ["design", "factors"] else path)


def _told(problem: ErrorDetails, known_at: KnownAt) -> str:
    path = _path(problem)
    name, kind, value = ".".join(path), problem["type"], problem.get("input")
    if kind == "extra_forbidden":
        return f"{name}: {unknown(str(problem['loc'][-1]), known_at(problem['loc']))}"
    if kind == "missing":
        return f"{name} is missing"
    if kind.startswith("union_tag"):
        kinds = known_at((*problem["loc"], "kind"))
        tag = problem.get("ctx", {}).get("tag")
        wrong = "is missing" if tag is None else f"= {format_value(tag)} is unknown"
        return f"design.kind {wrong}; known are {', '.join(kinds)}"
    if kind == "value_error":
        message = str(problem["msg"]).removeprefix("Value error, ")
        joint = " = " if path == ["until"] else ": "
        return f"{name}{joint}{message}" if name else message
    given = type(value).__name__ if isinstance(value, dict | list) else format_value(value)
    allowed = None
    if path[:2] == ["design", "factors"] and len(path) > 2 and kind != "finite_number":
        allowed = "give levels, as in [0, 0.5, 1], or a range { low = 0, high = 1 }"
        name = "design.factors." + ".".join(path[2:3])
    if (path[:1] == ["set"] or path[:2] == ["design", "points"]) and kind != "finite_number":
        allowed = "give a number, a word, or true or false"
    if path == ["replicates"] and isinstance(value, str | list | dict):
        allowed = "give a number, or { until_half_width = ..., of = ... }"
    if path[:1] == ["figures"] and len(path) <= 2:
        allowed = "give a list of tables, [[figures]]"
    if path[:1] == ["contrasts"] and len(path) <= 2:
        allowed = "give a list of tables, [[contrasts]]"
    if path == ["series"]:
        allowed = 'give "off", or every n-th step as a whole number from 1 to 10,000,000'
    return f"{name} = {given}: {allowed}" if allowed else f"{name} {in_words(problem)}"


# What pydantic adds to a path for each of several types that it tried.
_OF_PYDANTIC = re.compile(
    r"Range|SeriesSpec|UntilHalfWidth|int|float|bool|str|(tuple|literal|function|constrained)\b.*"
)
_TABLED = ("Range", "SeriesSpec", "UntilHalfWidth")  # types of values that need not be tables
_SHAPELESS = ("model_type", "model_attributes_type")


def _most_specific(problems: list[ErrorDetails]) -> ErrorDetails:
    """Choose the error to report: that of the type whose shape the value has, else the first."""
    first = problems[0]
    same = [each for each in problems if each["loc"][:1] == first["loc"][:1]]
    for each in same:
        tabled = any(kind in str(part) for part in each["loc"] for kind in _TABLED)
        if each["type"] == "finite_number" or (tabled and each["type"] not in _SHAPELESS):
            return each
    return first


def flat_names(table: dict[str, Any]) -> dict[str, Any]:
    """Let names with dots be written without quotes, in set, factors, points and contrasts."""
    table = dict(table)
    if isinstance(table.get("set"), Mapping):
        table["set"] = dict(_leaves(table["set"]))
    if isinstance(table.get("contrasts"), list):
        table["contrasts"] = [
            {k: dict(_leaves(v)) if isinstance(v, Mapping) else v for k, v in each.items()}
            if isinstance(each, Mapping) else each for each in table["contrasts"]
        ]  # fmt: skip
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


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        ends = not isinstance(value, Mapping) or (bool(value) and set(value) <= _OF_A_RANGE)
        if ends:
            yield prefix + key, value
        else:
            yield from _leaves(value, f"{prefix}{key}.")


_OF_A_RANGE = {"low", "high", "steps", "log"}


def laid_over(below: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Override keys of a table by those of another, table by table; factors are replaced whole."""
    table = dict(below)
    for key, value in over.items():
        there = table.get(key)
        merges = isinstance(value, Mapping) and isinstance(there, Mapping)
        if merges and not set(value) <= _OF_A_RANGE:
            table[key] = laid_over(dict(there), value)  # type: ignore[arg-type]
        else:
            table[key] = value
    return table
