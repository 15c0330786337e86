"""Paths that come from outside, from a command line, a file or a caller: expanded or refused."""

import os
from pathlib import Path

from samizdat.core.quantity import format_value

_LONGEST_NAME, _LONGEST_PATH = 255, 4095  # bytes, of Linux


class PathError(ValueError):
    """Why a path cannot be used; one line."""


def outside_path(
    given: str | os.PathLike[str], name: str = "path", error: type[ValueError] = PathError
) -> Path:
    """Return a path that came from outside, with ``~`` and ``~user`` expanded.

    Parameters
    ----------
    name
        Of the argument, for messages.
    error
        What is raised.

    Raises
    ------
    PathError
        If it is empty, holds a NUL, is too long, or names the home of an unknown user.

    Examples
    --------
    >>> outside_path("runs/first").as_posix()
    'runs/first'
    >>> outside_path("", "out")
    Traceback (most recent call last):
    samizdat.system.paths.PathError: out = '': a path is needed
    """
    text = os.fspath(given)
    if not isinstance(text, str):
        raise error(f"{name} = {format_value(text)}: text is needed, not bytes")
    if not text.strip():
        raise error(f"{name} = {format_value(text)}: a path is needed")
    if "\0" in text:
        raise error(f"{name} = {format_value(text)}: a path cannot hold a NUL character")
    expanded = os.path.expanduser(text)
    if expanded.startswith("~"):
        user, _, _ = text.partition("/")
        raise error(
            f"{name} = {format_value(text)}: no home folder of {format_value(user)} is known"
            " (./ before it if the name begins with ~)"
        )
    parts = [os.fsencode(part) for part in Path(expanded).parts]
    if (
        len(os.fsencode(expanded)) > _LONGEST_PATH
        or max(map(len, parts), default=0) > _LONGEST_NAME
    ):
        raise error(
            f"{name} = {text[:20]!r}...: the name is too long; a name has at most "
            f"{_LONGEST_NAME} bytes, a path {_LONGEST_PATH}"
        )
    return Path(expanded)
