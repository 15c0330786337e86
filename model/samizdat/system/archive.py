"""Arrays and facts in one file, with a digest that detects any changed byte.

The file is an uncompressed .npz, so `numpy.load` opens it too, with a member ``facts.json``. The
last 64 bytes, within the comment of the zip file, are the SHA-256 of all bytes before them.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from samizdat.system.files import atomic_write, check_regular, naming

FACTS = "facts.json"
_MARK = b"sha256:"
_DIGITS = 64
_CHUNK = 1 << 22


class DamagedError(ValueError):
    """A file that differs from what was written."""


def write_archive(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write facts (JSON values) and arrays; the file is whole or absent."""
    with atomic_write(path) as partial, partial.open("w+b") as file:
        pen = _Digesting(file)
        with zipfile.ZipFile(pen, "w") as archive:  # type: ignore[call-overload]
            archive.comment = _MARK + b"0" * _DIGITS
            with archive.open(zipfile.ZipInfo(FACTS), "w") as member:
                member.write(json.dumps(facts, ensure_ascii=False).encode())
            for name, array in arrays.items():
                # Without a time stamp equal content gives equal bytes.
                with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                    npy.write_array(member, np.asarray(array), allow_pickle=False)
        file.seek(-_DIGITS, 2)
        file.write(pen.digest())


def read_archive(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read what `write_archive` wrote.

    Raises
    ------
    DamagedError
        If any byte differs from what was written, or the file is not such an archive.
    OSError
        If it cannot be read.
    """
    check_regular(path)
    with naming(path), path.open("rb") as file:
        _verify(path, file)
        try:
            with zipfile.ZipFile(file) as archive:
                facts = json.loads(archive.read(FACTS))
                arrays = {}
                for member in archive.namelist():
                    if member != FACTS:
                        with archive.open(member) as content:
                            array = npy.read_array(content, allow_pickle=False)
                        arrays[member.removesuffix(".npy")] = array
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
            raise DamagedError(f"{path}: not an archive of samizdat ({error})") from None
    return facts, arrays


def _verify(path: Path, file: BinaryIO) -> None:
    """Compare the digest at the end with that of all before it, then rewind."""
    left = file.seek(0, 2) - _DIGITS
    if left <= 0:
        raise DamagedError(f"{path}: damaged or cut short")
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0 and (part := file.read(min(left, _CHUNK))):
        digest.update(part)
        left -= len(part)
    if file.read() != digest.hexdigest().encode():
        raise DamagedError(f"{path}: damaged or cut short")
    file.seek(0)


class _Digesting:
    """Writes to a file and digests all but the last 64 bytes; has no seek, so zipfile streams."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest, self._tail = file, hashlib.sha256(), b""

    def write(self, data: bytes | bytearray | memoryview) -> int:
        view = memoryview(data).cast("B")
        self._file.write(view)
        if len(view) >= _DIGITS:
            self._digest.update(self._tail)
            self._digest.update(view[:-_DIGITS])
            self._tail = bytes(view[-_DIGITS:])
        else:
            held = self._tail + bytes(view)
            self._digest.update(held[:-_DIGITS])
            self._tail = held[-_DIGITS:]
        return len(view)

    def flush(self) -> None:
        self._file.flush()

    def digest(self) -> bytes:
        """Return the digest, 64 hexadecimal digits."""
        return self._digest.hexdigest().encode()
