"""Machine code on disk: checked when it is loaded, compiled again when damaged, bounded in size.

Numba's own cache unpickles whatever it finds: a shortened file ends the program, one wrong bit
crashes it, and two processes that compile two signatures of a function at once may swap them. Here
each signature has a file of its own, named after all that determines its machine code, with a
digest over all its bytes. Nothing here ends a run: what cannot be read or written is compiled for
this process alone, and one line on stderr says so.
"""

import contextlib
import functools
import hashlib
import inspect
import os
import pickle
import re
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple  # numba and llvmlite are untyped

import llvmlite
import numba
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

LIMIT = 500_000_000  # bytes of all versions; one version and one kind of processor take 25 MB
_IN_USE = 3600  # seconds since its last use in which no file is dropped
_ENDING, _PARTIAL = ".compiled", ".partial-"
_FORMAT = b"samizdat machine code 1\n"
_AGAIN = "it is compiled again, which may take a minute"
_LENGTH, _DIGEST = 8, 32  # bytes
_VERSION = re.compile("[0-9a-f]{16}")  # the name of a version's folder


class DamagedCodeError(ValueError):
    """A byte of a file is not as it was written."""


class Version(NamedTuple):
    """The machine code of one version of the source."""

    folder: Path
    bytes: int
    used: float  # seconds since 1970


class CompiledCache:
    """The machine code of one function: what a dispatcher of numba asks for its cache.

    Parameters
    ----------
    function
        The Python function.
    options
        How it is compiled; code for other options is other code.
    folder
        Of this version of the source; created when something is stored. None to store nothing.
    """

    def __init__(self, function: Any, options: object, folder: Path | None) -> None:
        source = _source_of(function)
        self._cells = function.__closure__ or ()
        self._folder = folder if source else None
        self._name = re.sub(r"[^\w.]", "", f"{function.__module__}.{function.__qualname__}")[-120:]
        self._made_of = (
            source,
            function.__code__.co_firstlineno,
            function.__code__.co_code,
            repr(options),
            (sys.implementation.cache_tag, numba.__version__, llvmlite.__version__),
        )
        self._enabled = True

    @property
    def cache_path(self) -> str | None:
        """The folder, or None."""
        return None if self._folder is None else str(self._folder)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the stored code of a signature, ready to run; None if it must be compiled."""
        target.refresh()
        key = self._key(signature, target.codegen())
        path = self._path(key)
        if path is None:
            return None
        try:
            stored, code = pickle.loads(_unpacked(path.read_bytes()))
            if stored != key:
                return None
            found = CompileResult._rebuild(target, *code)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            say_once(f"{path}: {_reason(error)}; {_AGAIN}")
            return None
        except MemoryError:
            raise
        except Exception as error:
            say_once(f"{path.parent}: {_damage(error)}; {_AGAIN}")
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):  # read-only: its last use is not recorded
            os.utime(path)
        return found

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Store what was compiled, if possible."""
        key = self._key(signature, compiled.codegen)
        path = self._path(key)
        if path is None or any(not part.can_cache for part in compiled.lifted):
            return
        if compiled.library.has_dynamic_globals:
            return
        try:
            content = _packed(dumps((key, compiled._reduce())))
            path.parent.mkdir(parents=True, exist_ok=True)
            drop_old_code(path.parents[1])
            _write(path, content)
        except OSError as error:
            say_once(f"{path.parent}: {_reason(error)}; compiled code is not kept")
        except Exception as error:  # numba cannot store it
            say_once(f"{path}: not kept ({error!r})")

    def enable(self) -> None:
        """Load and store from now on."""
        self._enabled = True

    def disable(self) -> None:
        """Neither load nor store from now on."""
        self._enabled = False

    def flush(self) -> None:
        """Remove the stored code of all signatures."""
        if self._folder is not None:
            for path in self._folder.glob(f"{self._name}-*{_ENDING}"):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _key(self, signature: Any, codegen: Any) -> tuple[Any, ...]:
        try:
            closed_over = dumps(tuple(cell.cell_contents for cell in self._cells))
        except Exception:  # it cannot be told from another, so it is not stored
            self._folder, closed_over = None, b""
        return signature, codegen.magic_tuple(), closed_over, self._made_of

    def _path(self, key: tuple[Any, ...]) -> Path | None:
        if self._folder is None or not self._enabled:
            return None
        digest = hashlib.blake2b(repr(key).encode(), digest_size=8).hexdigest()
        return self._folder / f"{self._name}-{digest}{_ENDING}"


def _packed(payload: bytes) -> bytes:
    length = len(payload).to_bytes(_LENGTH, "little")
    return _FORMAT + length + _digest(length + payload) + payload


def _unpacked(content: bytes) -> bytes:
    """Return the payload of a file of which every byte is as it was written."""
    start = len(_FORMAT) + _LENGTH + _DIGEST
    length, digest = content[len(_FORMAT) :][:_LENGTH], content[start - _DIGEST : start]
    if not content.startswith(_FORMAT) or digest != _digest(length + content[start:]):
        raise DamagedCodeError
    return content[start:]


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()


def _write(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    partial = path.with_name(f"{_PARTIAL}{uuid.uuid4().hex}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _source_of(function: Any) -> str | None:
    """Return the digest of the file that defines a function; typed in, of its own text."""
    try:
        file = Path(inspect.getfile(function))
        content = file.read_bytes() if file.is_file() else inspect.getsource(function).encode()
    except (OSError, TypeError):
        return None
    return hashlib.blake2b(content, digest_size=_DIGEST).hexdigest()


@functools.cache
def say_once(text: str) -> None:
    """Write a line on stderr, once in a process."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or there is none
        sys.stderr.write(f"samizdat: {' '.join(text.split())}\n")
        sys.stderr.flush()


def versions(root: Path) -> list[Version]:
    """Return every version whose code is stored below a folder, the least recently used first."""
    found = []
    for folder in _folders(root):
        stats = [stat for _, stat in _files(folder)]
        used = max((stat.st_mtime for stat in stats), default=0.0)
        found.append(Version(folder, sum(stat.st_size for stat in stats), used))
    return sorted(found, key=lambda version: version.used)


def clear(root: Path) -> int:
    """Remove the code of every version; return how many bytes were freed."""
    before = sum(version.bytes for version in versions(root))
    for folder in _folders(root):
        shutil.rmtree(folder, ignore_errors=True)
    return before - sum(version.bytes for version in versions(root))


@functools.cache
def drop_old_code(root: Path) -> None:
    """Remove the least recently used files above `LIMIT`, once in a process.

    A file that was used within an hour stays. A process that misses a file compiles it again.
    """
    recent = time.time() - _IN_USE
    files = [file for folder in _folders(root) for file in _files(folder)]
    total = sum(stat.st_size for _, stat in files)
    for path, stat in sorted(files, key=lambda file: file[1].st_mtime):
        if stat.st_mtime > recent:
            return
        if total > LIMIT or path.name.startswith(_PARTIAL):
            total -= stat.st_size
            with contextlib.suppress(OSError):
                path.unlink()
                for folder in path.parents[: len(path.relative_to(root).parts) - 1]:
                    folder.rmdir()  # if nothing else is in it


def _folders(root: Path) -> list[Path]:
    """Return the folders of versions; anything else there is left alone."""
    try:
        return [path for path in root.iterdir() if _VERSION.fullmatch(path.name) and path.is_dir()]
    except OSError:
        return []


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                yield path, path.stat()


def _damage(error: Exception) -> str:
    if isinstance(error, DamagedCodeError):
        return "a file of compiled code was damaged"
    return f"a file of compiled code cannot be used ({error!r})"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
