"""Files that a user names: opened, bounded and read, or refused in one line."""

import os
import select
import stat
import time
from pathlib import Path

from samizdat.core.quantity import format_value
from samizdat.system import memory
from samizdat.system.files import reason_of

_PIECE = 1 << 20  # bytes read at once
_PATIENCE = 5.0  # seconds for which a pipe that nobody writes to is kept open


class InputError(ValueError):
    """A file, a table or an array of the user is refused; the message is one line."""


def read_bytes(path: Path, limit: int, of_a_pipe: int | None = None, where: str = "") -> bytes:
    """Return the content of a regular file or of a pipe.

    Parameters
    ----------
    limit
        Most bytes that are read.
    of_a_pipe
        Most bytes that are read from a pipe, whose size nobody knows; by default the same.
    where
        Name of the file in a message, by default its path.

    Raises
    ------
    InputError
        There is no such file, it must not be read, it is a folder or a device, it is larger than
        the limit or than the available memory.
    """
    where = where or str(path)
    try:
        _check_kind(os.stat(path), where)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(descriptor)
            _check_kind(found, where)
            piped = stat.S_ISFIFO(found.st_mode)
            most = of_a_pipe if piped and of_a_pipe is not None else limit
            _check_size(found.st_size, most, where)
            content = _all_of(descriptor, most, where, piped)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"{where}: {reason_of(error)}") from None
    except InputError:
        raise
    except ValueError:  # a NUL character, half a character
        raise InputError(f"{format_value(where)}: cannot be the path of a file") from None
    _check_size(len(content), most, where)
    return content


def _check_kind(found: os.stat_result, where: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{where}: is a directory, a file is needed")
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISFIFO(found.st_mode):
        raise InputError(f"{where}: is a device or a socket, a regular file is needed")


def _check_size(size: int, most: int, where: str) -> None:
    if size > most:
        raise InputError(
            f"{where}: is larger than {memory.in_words(most)}, the most that is read of such a file"
        )
    check_memory(size, where)


def check_memory(need: int, where: str) -> None:
    """Check that this many bytes are available, before they are allocated.

    Raises
    ------
    InputError
        It says what is needed and what is available.
    """
    if need < memory.WORTH_ASKING:
        return
    room, whose = memory.available()
    if need > room:
        raise InputError(
            f"{where}: reading it needs about {memory.in_words(need)}, available are "
            f"{memory.in_words(room)} ({whose})"
        )


def _all_of(descriptor: int, most: int, where: str, piped: bool) -> bytes:
    """Read to the end, or one byte more than the limit."""
    pieces, size, began = [], 0, time.monotonic()
    while size <= most:
        try:
            piece = os.read(descriptor, min(_PIECE, most + 1 - size))
        except BlockingIOError:  # a pipe whose writer has nothing yet
            select.select([descriptor], [], [])
            continue
        if piece:
            pieces.append(piece)
            size += len(piece)
        elif piped and not size and time.monotonic() < began + _PATIENCE:
            time.sleep(0.01)  # its writer may be about to open it
        else:
            break
    if piped and not size:
        raise InputError(f"{where}: is a pipe that nobody writes to")
    return b"".join(pieces)
