"""Arrays cached on disk by content: checksummed, memory-mapped, least recently used dropped.

An entry is a folder named after the digest of all that determines its content: one ``.npy`` file
per array, and a header with the checksums. It appears whole, by a rename, or not at all; an entry
with wrong checksums is removed, never used. Processes may share the folder without a lock.
"""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from samizdat.core.quantity import format_value
from samizdat.system.files import reason_of, to_disk

LIMIT = "SAMIZDAT_CACHE_LIMIT"
_DEFAULT_LIMIT = 8_000_000_000  # bytes
_CHUNK = 1 << 26  # bytes under one checksum
_HEADER, _FORMAT, _PARTIAL = "header.json", 1, ".partial-"
_ABANDONED = 3600  # seconds after which a half-written entry is removed
_KEY = 32  # hexadecimal digits

Arrays = dict[str, NDArray[Any]]


class StoreError(ValueError):
    """Why nothing can be stored or read, in one line."""


class StoredEntry(NamedTuple):
    """One entry of a store."""

    path: Path
    what: str
    bytes: int
    used: float  # seconds since 1970


def key_of(parts: object) -> str:
    """Return the digest of what determines a content: anything that JSON can hold."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.blake2b(text.encode(), digest_size=_KEY // 2).hexdigest()


def default_folder() -> Path:
    """Return the user's folder: below ``XDG_CACHE_HOME`` if set, else ``~/.cache``."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        raise StoreError("there is no home folder") from None
    return home / "samizdat" / "people"


def size_limit() -> int:
    """Return how many bytes may be stored, from the environment: as in 500M, 8G, or bytes.

    Raises
    ------
    ValueError
        Naming the variable, its value and what is allowed.
    """
    text = os.environ.get(LIMIT, "").strip()
    if not text:
        return _DEFAULT_LIMIT
    scale = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}.get(text[-1].upper(), 1.0)
    digits = text[:-1] if scale > 1 else text
    try:
        size = float(digits) * scale
        if not 0 <= size < 1e18 or not digits.strip()[-1:].isdigit():
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{LIMIT} = {format_value(text)} is not a size: bytes, or as in 500M, 8G"
        ) from None
    return int(size)


class Store:
    """A folder of entries.

    Parameters
    ----------
    folder
        Created by the first `save` if absent, for its user alone.
    limit
        Largest number of bytes of all entries.
    threads
        Number of threads that compute checksums.
    """

    def __init__(self, folder: Path, limit: int, threads: int = 1) -> None:
        self.folder, self.limit, self.threads = folder, limit, threads

    def load(self, key: str) -> tuple[Arrays, dict[str, Any]] | None:
        """Return arrays, mapped into memory, and facts; None if there is no such entry.

        Raises
        ------
        StoreError
            If the entry was damaged; it is removed.
        """
        entry = self.folder / key
        try:
            if not entry.is_dir():
                return None
            header = _header_of(entry)
            arrays = {name: _mapped(entry, of) for name, of in header["arrays"].items()}
            self._verify(arrays, header)
            with contextlib.suppress(OSError):  # read-only: its last use is not recorded
                os.utime(entry / _HEADER)
            return arrays, header["facts"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
                raise StoreError(f"{entry}: {reason_of(error)}") from None  # not damaged: it stays
            if isinstance(error, FileNotFoundError) and not entry.is_dir():
                return None  # another process has just dropped it
            _remove(entry)
            raise StoreError(f"{entry.name[:8]} was damaged ({error}) and is built again") from None

    def save(self, key: str, what: str, arrays: Mapping[str, NDArray[Any]], facts: object) -> None:
        """Store arrays (1-d) and facts (JSON); drop older entries to stay below the limit.

        Raises
        ------
        StoreError
            If they cannot be stored.
        """
        size = sum(array.nbytes for array in arrays.values())
        if size > self.limit:
            raise StoreError(f"{size:,} bytes are more than {LIMIT} = {self.limit:,} allows")
        partial = None
        try:
            self._own_folder()
            self._drop_until(self.limit - size)
            if shutil.disk_usage(self.folder).free < 1.05 * size:
                raise StoreError(f"{self.folder}: no room for {size:,} bytes")
            partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self.folder))
            with ThreadPoolExecutor(self.threads) as pool:
                written = {
                    n: _write_array(partial / f"{n}.npy", a, pool) for n, a in arrays.items()
                }
            body = {"format": _FORMAT, "what": what, "arrays": written, "facts": facts}
            header = {"digest": _digest(_canonical(body)), "body": body}
            with (partial / _HEADER).open("x", encoding="utf-8") as file:
                json.dump(header, file)
                _sync(file)
            self._put(partial, self.folder / key)
        except OSError as error:
            raise StoreError(f"{self.folder}: {reason_of(error)}") from None
        finally:
            if partial is not None:
                shutil.rmtree(partial, ignore_errors=True)

    def entries(self) -> list[StoredEntry]:
        """Return all entries, the least recently used first."""
        found = []
        for path in self._folders():
            if path.name.startswith(_PARTIAL):
                continue
            try:
                used, size = (path / _HEADER).stat().st_mtime, _size(path)
                what = str(_header_of(path)["what"])
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                used, size, what = 0.0, _size(path), "damaged"
            found.append(StoredEntry(path, what, size, used))
        return sorted(found, key=lambda entry: entry.used)

    def clear(self) -> int:
        """Remove every entry, half-written ones too; return how many bytes were freed."""
        freed = 0
        for path in self._folders():
            freed += _size(path)
            _remove(path)
        return freed

    def _folders(self) -> list[Path]:
        """Return the folders of entries; anything else there is left alone."""
        try:
            paths = list(self.folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [
            path
            for path in paths
            if path.name.startswith(_PARTIAL)
            or (len(path.name) == _KEY and set(path.name) <= set("0123456789abcdef"))
        ]

    def _own_folder(self) -> None:
        """Create the folder, or check that it belongs to the user and close it to others."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        found = self.folder.stat()
        if found.st_uid != os.geteuid():
            raise StoreError(f"{self.folder} belongs to another user")
        if stat.S_IMODE(found.st_mode) & 0o077:
            self.folder.chmod(0o700)

    def _drop_until(self, room: int) -> None:
        """Remove the least recently used entries until at most this many bytes are left."""
        for path in self._folders():
            if path.name.startswith(_PARTIAL):
                try:
                    if time.time() - path.stat().st_mtime > _ABANDONED:
                        _remove(path)
                except FileNotFoundError:
                    continue
        entries = self.entries()
        total = sum(entry.bytes for entry in entries)
        for entry in entries:
            if total <= room:
                return
            _remove(entry.path)
            total -= entry.bytes

    def _put(self, partial: Path, entry: Path) -> None:
        """Rename the entry into place; if another process was faster, that one's stays."""
        to_disk(partial)
        try:
            partial.rename(entry)
        except OSError:
            if not entry.is_dir():
                raise
            return
        to_disk(self.folder)

    def _verify(self, arrays: Arrays, header: Mapping[str, Any]) -> None:
        """Compare every chunk with its checksum."""
        with ThreadPoolExecutor(self.threads) as pool:
            for name, of in header["arrays"].items():
                found = list(pool.map(_digest, _chunks(arrays[name])))
                if found != of["digests"]:
                    raise ValueError(f"{name}: wrong checksum")


def _canonical(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _digest(data: bytes | memoryview) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _chunks(array: NDArray[Any]) -> Iterator[memoryview]:
    data = array.view(np.uint8)
    return (data[at : at + _CHUNK].data for at in range(0, data.size, _CHUNK))


def _header_of(entry: Path) -> dict[str, Any]:
    header = json.loads((entry / _HEADER).read_text(encoding="utf-8"))
    body: dict[str, Any] = header["body"]
    if header["digest"] != _digest(_canonical(body)) or body["format"] != _FORMAT:
        raise ValueError("wrong header")
    return body


def _mapped(entry: Path, of: Mapping[str, Any]) -> NDArray[Any]:
    """Map an array copy-on-write: nothing written to it reaches the file."""
    path = entry / of["file"]
    if path.stat().st_size != of["bytes"]:
        raise ValueError(f"{of['file']}: wrong size")
    if of["size"] == 0:
        return np.empty(0, of["dtype"])
    return np.asarray(np.memmap(path, of["dtype"], "c", of["offset"], of["size"]))


def _write_array(path: Path, array: NDArray[Any], pool: ThreadPoolExecutor) -> dict[str, Any]:
    """Write an array as .npy; return its entry in the header."""
    digests = pool.map(_digest, _chunks(array))
    with path.open("xb") as file:
        npy.write_array_header_1_0(file, npy.header_data_from_array_1_0(array))
        offset = file.tell()
        for chunk in _chunks(array):
            file.write(chunk)
        _sync(file)
    return {
        "file": path.name,
        "dtype": array.dtype.str,
        "size": array.size,
        "offset": offset,
        "bytes": offset + array.nbytes,
        "digests": list(digests),
    }


def _sync(file: IO[bytes] | IO[str]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _size(folder: Path) -> int:
    """Return the bytes of a folder's files; a file that vanishes meanwhile counts 0."""
    size = 0
    for path in folder.glob("*"):
        try:
            size += path.stat().st_size
        except FileNotFoundError:
            continue
    return size


def _remove(entry: Path) -> None:
    """Rename an entry away first, then delete it; an entry that cannot be removed stays."""
    try:
        aside = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=entry.parent))
        entry.rename(aside / entry.name)
        entry = aside
    except OSError:
        pass
    shutil.rmtree(entry, ignore_errors=True)
