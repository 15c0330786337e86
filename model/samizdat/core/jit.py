"""How numba compiles this package: its options, and where the machine code is stored.

Numba's disk cache checks only the file that defines a function: after an edit of a rule its
callers would keep the old machine code. The cache is therefore stored in a folder named after the
digest of every file in ``core``; any edit starts a new one.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def source_digest() -> str:
    """Return the SHA-256 of all source files in ``core``, in order of their paths."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(here.rglob("*.py")):
        digest.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Return the folder of this version's machine code.

    ``NUMBA_CACHE_DIR`` names the root when it is set, else ``XDG_CACHE_HOME``, else ``~/.cache``.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(named) if named else home / "samizdat" / "compiled") / source_digest()[:16]


numba.config.CACHE_DIR = str(cache_folder())


_ALL = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def compiled(function: F) -> F:
    """Compile a function; it releases the interpreter's lock, so that threads can run it."""
    return cast(F, numba.njit(**_ALL)(function))


def internal(function: F) -> F:
    """Compile a function for compiled callers only.

    It has no CPython wrapper; calling it from Python crashes. For a function that takes a world,
    the wrapper would take longer to compile than many passes do.
    """
    return cast(F, numba.njit(**_ALL, no_cpython_wrapper=True)(function))


def inlined(function: F) -> F:
    """Compile a function into each of its callers, whatever its size.

    Use it where a loop is vectorised only if the function is inlined; elsewhere it only makes the
    code longer.
    """
    return cast(F, numba.njit(**_ALL, forceinline=True)(function))


def interpreted(function: F) -> F:
    """Return the Python function behind a compiled one, to compare the two or to call it."""
    return cast(F, getattr(function, "py_func", function))
