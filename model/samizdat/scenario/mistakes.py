"""Mistakes in what a user wrote, told in one line: what has the value, and what is allowed."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from samizdat.core.quantity import format_value

TOLD = 3  # most mistakes of one line
LONG = 64  # most characters of a name
LISTED = 16  # most names of one line


def together(mistakes: Sequence[str]) -> str:
    """Return several mistakes in one line; of many, the first and how many more there are."""
    told = list(dict.fromkeys(mistakes))
    more = len(told) - TOLD
    return "; ".join(told[:TOLD]) + (f"; and {more} more" if more > 0 else "")


def unknown(name: object, known: Iterable[str], listed: str = "") -> str:
    """Return a message that the name is unknown, with the nearest known name, or all if few.

    Parameters
    ----------
    listed
        What lists the names, if they are many.
    """
    names = sorted(set(known))
    near = difflib.get_close_matches(str(name)[:100], names, n=1, cutoff=0.5)
    if near:
        return f"unknown {format_value(name)}; did you mean {near[0]!r}?"
    if len(names) > LISTED:
        see = f", see {listed}" if listed else ""
        return f"unknown {format_value(name)}; none of the {len(names)} known names is near{see}"
    return f"unknown {format_value(name)}; known are {', '.join(names) or 'none'}"


def short_name(name: str) -> str:
    """Return a name that a user wrote as part of a message: one line, a long one is cut."""
    text = " ".join(name.split())
    return text if len(text) <= LONG else f"{text[: LONG - 3]}..."


def path_of(loc: Sequence[int | str], table: object) -> str:
    """Return where a mistake is, with the id or name of a table in a list, or its place from 1.

    Parameters
    ----------
    table
        What was checked.
    """
    parts: list[str] = []
    here: Any = table
    for k, part in enumerate(loc):
        try:
            here = here[part]
        except (LookupError, TypeError):
            if k < len(loc) - 1:
                continue  # a kind, which pydantic names too
        named = here.get("id", here.get("name")) if isinstance(here, dict) else None
        if part == "[key]":
            continue
        if isinstance(part, str):
            parts.append(short_name(part))
        elif isinstance(named, str) and named:
            parts.append(short_name(named))
        else:
            parts[-1:] = [f"{parts[-1] if parts else ''} (entry {part + 1})"]
    return ".".join(parts)


def in_words(problem: ErrorDetails) -> str:
    """Return what is wrong with a value that pydantic refused, without its name."""
    kind, value, about = problem["type"], problem.get("input"), problem.get("ctx", {})
    given = _WHAT.get(type(value).__name__) or format_value(value)
    if kind in _BOUNDS:
        word, key = _BOUNDS[kind]
        return f"= {given}: it must be {word} {about[key]:g}"
    if kind in ("float_type", "float_parsing") and isinstance(value, int) and value is not True:
        return f"= {given} is too large"
    if kind == "literal_error":
        words = str(about["expected"]).replace("'", "").replace(" or ", ", ")
        return f"= {given} is not one of {words}"
    if kind in _LENGTHS:
        return f"{_LENGTHS[kind]} {about.get('min_length', about.get('max_length'))}"
    if kind in _KINDS:
        return f"= {given} is not {_KINDS[kind]}"
    message = str(problem["msg"])
    return f"= {given}: {message[:1].lower()}{message[1:]}"


_WHAT = {"dict": "a table", "list": "a list", "tuple": "a list"}
_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
_LENGTHS = {
    "too_short": "needs entries, at least",
    "too_long": "has too many entries, at most",
    "string_too_short": "needs characters, at least",
    "string_too_long": "has too many characters, at most",
}
_KINDS = {
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    "int_parsing_size": "a whole number of this size",
    "finite_number": "a finite number",
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    "string_type": "text",
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type", "mapping_type"),
                    "a table"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list"),
}  # fmt: skip
