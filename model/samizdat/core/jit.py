"""How numba compiles this package: its options, and where the machine code is stored.

What is stored of a function is named after the file that defines it: after an edit of a rule its
callers would keep the old machine code. It is therefore stored in a folder named after the digest
of every file in ``core``; any edit starts a new one.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from samizdat.core.compiled_cache import CompiledCache, say_once

F = TypeVar("F", bound=Callable[..., object])


def source_digest() -> str:
    """Return the SHA-256 of all source files in ``core``, in order of their paths."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(here.rglob("*.py")):
        digest.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def cache_root() -> Path:
    """Return the folder of all versions' machine code.

    ``NUMBA_CACHE_DIR`` names it when it is set, else it is below ``XDG_CACHE_HOME``, else
    ``~/.cache``.

    Raises
    ------
    RuntimeError
        If there is no home folder.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return Path(named)
    return (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "samizdat" / "compiled"
    )


def cache_folder() -> Path:
    """Return the folder of this version's machine code. See `cache_root`."""
    return cache_root() / source_digest()[:16]


def is_compiled() -> bool:
    """Return whether machine code of this version is stored."""
    return _FOLDER is not None and any(_FOLDER.glob("*.compiled"))


def _folder_of_this_process() -> Path | None:
    try:
        return cache_folder().absolute()
    except (OSError, RuntimeError) as error:
        say_once(f"compiled code is not kept: {error}")
        return None


_FOLDER = _folder_of_this_process()
_ALL = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def compiled(function: F) -> F:
    """Compile a function; it releases the interpreter's lock, so that threads can run it."""
    return _compiled(function)


def internal(function: F) -> F:
    """Compile a function for compiled callers only.

    It has no CPython wrapper; calling it from Python crashes. For a function that takes a world,
    the wrapper would take longer to compile than many passes do.
    """
    return _compiled(function, no_cpython_wrapper=True)


def embedded(function: F) -> F:
    """Compile a function for compiled callers only, and into each of them, whatever its size.

    Use it for a pass that is called once for each block: a call hands over the whole world, and
    counts the references to each of its arrays, which takes longer than a block of few citizens.
    """
    return _compiled(function, no_cpython_wrapper=True, forceinline=True)


def inlined(function: F) -> F:
    """Compile a function into each of its callers, whatever its size.

    Use it where a loop is vectorised only if the function is inlined; elsewhere it only makes the
    code longer.
    """
    return _compiled(function, forceinline=True)


def _compiled(function: F, **options: bool) -> F:
    dispatcher: Any = numba.njit(**_ALL, **options)(function)
    if hasattr(dispatcher, "_cache"):  # with NUMBA_DISABLE_JIT it is the function itself
        dispatcher._cache = CompiledCache(function, dispatcher.targetoptions, _FOLDER)
    return cast(F, dispatcher)


def interpreted(function: F) -> F:
    """Return the Python function behind a compiled one, to compare the two or to call it."""
    return cast(F, getattr(function, "py_func", function))
