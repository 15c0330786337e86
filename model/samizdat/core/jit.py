"""The one place that says how numba compiles this package.

Numba's disk cache watches only the file a function stands in: after an edit of a rule its callers
would keep the old machine code. The cache therefore lives in a folder named after the digest of
every file in ``core``; any edit starts a fresh one.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


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
    """Compile a pure function; it releases the GIL, so that threads can share the citizens out."""
    return cast(F, numba.njit(**_ALL)(function))


def internal(function: F) -> F:
    """Compile a function that compiled code alone may call: Python has no door to it, and crashes.

    The door of a function that is handed a world takes longer to compile than many a pass.
    """
    return cast(F, numba.njit(**_ALL, no_cpython_wrapper=True)(function))


def inlined(function: F) -> F:
    """Compile a pure function into each of its callers, whatever its size.

    For what a loop must see whole to be vectorised; elsewhere it only makes the code longer.
    """
    return cast(F, numba.njit(**_ALL, forceinline=True)(function))


def interpreted(function: F) -> F:
    """Give back the Python source of a compiled function, to hold the one against the other."""
    return cast(F, getattr(function, "py_func", function))
