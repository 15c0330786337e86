"""Atomic writes of files, and folders that only one process writes to at a time."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

LOCK = ".lock"


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``, which replaces ``path`` once all is on the disk."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        to_disk(partial)
        partial.replace(path)
        to_disk(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Create a folder, and those above it, if absent; then all their names are on the disk."""
    fresh = [each for each in (path, *path.absolute().parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for each in fresh:
        to_disk(each.absolute().parent)


def to_disk(path: Path) -> None:
    """Flush a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderLock:
    """Keeps other processes out of a folder; the system releases it when this process ends.

    Parameters
    ----------
    name
        Name of the lock file; each name is a separate lock.
    shared
        Several processes may hold a shared lock, while none holds an exclusive one.
    wait
        Wait until it is free.

    Raises
    ------
    BlockingIOError
        If another process holds it.
    """

    def __init__(
        self, folder: Path, name: str = LOCK, *, shared: bool = False, wait: bool = False
    ) -> None:
        self._path, self._shared = folder / name, shared
        self._how = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        self._descriptor: int | None = None
        while self._descriptor is None:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                self._lock(descriptor, folder)
            except OSError:
                os.close(descriptor)
                raise
            if self._is_still_there(descriptor):
                self._descriptor = descriptor
            else:  # its holder removed it between our two calls
                os.close(descriptor)

    def release(self) -> None:
        """Release the lock; a second call does nothing."""
        if self._descriptor is not None:
            if not self._shared:  # a shared holder must not remove the file of the others
                self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _lock(self, descriptor: int, folder: Path) -> None:
        try:
            fcntl.flock(descriptor, self._how)
        except BlockingIOError:
            reason = "another process is writing to this folder"
            raise BlockingIOError(errno.EWOULDBLOCK, reason, str(folder)) from None
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise  # else the file system has no locks: continue without

    def _is_still_there(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False
