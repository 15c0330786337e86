"""Atomic writes of files, proofs that they will succeed, folders with one writer at a time."""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

LOCK = ".lock"
_PARTIAL = ".partial"


def partial_of(path: Path) -> Path:
    """Return the name under which a file is written before it takes its place."""
    return path.with_name(f".{path.name}{_PARTIAL}")


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``, which replaces ``path`` once all is on the disk.

    Raises
    ------
    OSError
        If it cannot be written; its file name is ``path``.
    """
    partial = partial_of(path)
    try:
        with naming(partial):
            yield partial
            to_disk(partial)
            partial.replace(path)
            to_disk(path.parent)
    finally:
        with contextlib.suppress(OSError):  # of a folder that vanished or a name that is too long
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
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an error of the system that names no file name this one, a temporary one as its target.

    Raises
    ------
    OSError
        It has a file name.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename not in (None, str(path), path):
            raise
        named = path
        if is_leftover(path.name) and path.name != LOCK:
            named = path.with_name(path.name.removeprefix(".").removesuffix(_PARTIAL))
        raise OSError(error.errno, os.strerror(error.errno), str(named)) from error


def check_regular(path: Path) -> None:
    """Check that a file is neither a folder, nor a pipe or a device, which may never end.

    Raises
    ------
    OSError
        Its error number is EINVAL if it is one of these.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "Is not a regular file", str(path))


def reason_of(error: OSError) -> str:
    """Return why the system refused, as the end of a line."""
    text = error.strerror or str(error)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def is_leftover(name: str) -> bool:
    """Whether a file of this name may be left by a process that was killed before its results."""
    return name == LOCK or (name.startswith(".") and name.endswith(_PARTIAL))


def check_writable(folder: Path, size: int = 0, name: str = "proof") -> None:
    """Prove that files can be written to a folder, by writing one; afterwards nothing is there.

    Parameters
    ----------
    folder
        It need not exist: folders are made, and removed again.
    size
        Bytes that are to be written.
    name
        Of the file that is to be written, where its length is not known to be short.

    Raises
    ------
    OSError
        It names what is in the way: a file, a read-only disk, a link to nothing, too little room.
    """
    made: list[Path] = []
    try:
        _make(folder, made)
        probe = partial_of(folder / name)
        try:
            probe.write_bytes(b"0")
        except OSError as error:  # the folder is what the user knows
            raise OSError(error.errno, error.strerror, str(folder)) from error
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)
        free = disk_free(folder)
        if size > free:
            reason = f"{size / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free"
            raise OSError(errno.ENOSPC, f"no space left on device: {reason}", str(folder))
    finally:
        for path in reversed(made):
            with contextlib.suppress(OSError):  # somebody has put a file there
                path.rmdir()


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; note what was made, the deepest last."""
    missing: list[Path] = []
    for path in (folder, *folder.absolute().parents):
        if path.is_symlink() and not path.exists():
            raise OSError(errno.ENOENT, f"a link to nothing ({os.readlink(path)})", str(path))
        if path.is_dir():
            break
        if path.exists():
            raise NotADirectoryError(errno.ENOTDIR, "is not a folder", str(path))
        missing.append(path)
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def disk_free(folder: Path) -> int:
    """Return how many bytes are free where a folder is, or would be."""
    above = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    found = os.statvfs(above)
    return found.f_bavail * found.f_frsize


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
                raise OSError(error.errno, error.strerror, str(folder)) from None
            # else the file system has no locks: continue without

    def _is_still_there(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False
