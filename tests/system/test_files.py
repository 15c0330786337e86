"""Files are whole or absent, and every error of the system names its file."""

import errno
import os

import pytest

from samizdat.system import files
from samizdat.system.files import FolderLock, atomic_write, check_writable, is_leftover, to_disk

FULL = errno.ENOSPC


def failing(*_args, **_kwargs):
    """Stand for a call of the system on a full disk; its error names no file."""
    raise OSError(FULL, "No space left on device")


def test_an_error_while_writing_names_the_file(tmp_path):
    path = tmp_path / "table.csv"

    def write():
        with atomic_write(path) as partial:
            partial.write_text("half")
            failing()

    with pytest.raises(OSError, match="No space left") as refusal:
        write()
    assert refusal.value.filename == str(path)
    assert not list(tmp_path.iterdir())


def test_an_error_of_the_temporary_file_names_the_file(tmp_path):
    path = tmp_path / "none" / "table.csv"
    with pytest.raises(FileNotFoundError) as refusal, atomic_write(path) as partial:
        partial.write_text("half")
    assert refusal.value.filename == str(path)


def test_an_error_of_another_file_keeps_its_name(tmp_path):
    with pytest.raises(FileNotFoundError) as refusal, atomic_write(tmp_path / "table.csv"):
        (tmp_path / "other.csv").read_text()
    assert refusal.value.filename == str(tmp_path / "other.csv")


def test_an_error_of_a_flush_names_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="No space left") as refusal:
        to_disk(tmp_path)
    assert refusal.value.filename == str(tmp_path)


def test_an_error_of_a_lock_names_the_folder(tmp_path, monkeypatch):
    def broken(*_args):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(files.fcntl, "flock", broken)
    with pytest.raises(OSError, match="Input/output error") as refusal:
        FolderLock(tmp_path)
    assert refusal.value.filename == str(tmp_path)


def test_a_proof_leaves_nothing(tmp_path):
    check_writable(tmp_path / "a" / "b" / "c")
    (tmp_path / "there").mkdir()
    check_writable(tmp_path / "there")
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def in_the_way(tmp_path):
    """Make what a folder cannot be written to or through, by name."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    return {
        "a file": (tmp_path / "file", tmp_path / "file", "is not a folder"),
        "below a file": (tmp_path / "file" / "x" / "y", tmp_path / "file", "is not a folder"),
        "a link to nothing": (tmp_path / "link", tmp_path / "link", "link to nothing"),
        "below such a link": (tmp_path / "link" / "x", tmp_path / "link", "link to nothing"),
        "a long name": (tmp_path / ("x" * 300), tmp_path / ("x" * 300), "too long"),
        "a long name below": (tmp_path / "a" / ("x" * 300), tmp_path / "a" / ("x" * 300), "long"),
    }


@pytest.mark.parametrize(
    "name",
    ["a file", "below a file", "a link to nothing", "below such a link", "a long name",
     "a long name below"],
)  # fmt: skip
def test_what_is_in_the_way_is_named_and_nothing_is_left(tmp_path, name):
    folder, named, reason = in_the_way(tmp_path)[name]
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError, match=reason) as refusal:
        check_writable(folder)
    assert refusal.value.filename == str(named)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_read_only_disk_is_noticed_though_rights_allow_to_write(tmp_path, monkeypatch):
    def read_only(*_args, **_kwargs):
        raise OSError(errno.EROFS, "Read-only file system", str(tmp_path / "x"))

    monkeypatch.setattr(files.Path, "mkdir", read_only)
    with pytest.raises(OSError, match="Read-only"):
        check_writable(tmp_path / "x")


def test_a_full_disk_is_noticed_though_a_name_can_be_made(tmp_path, monkeypatch):
    monkeypatch.setattr(files.Path, "write_bytes", failing)
    with pytest.raises(OSError, match="No space left") as refusal:
        check_writable(tmp_path / "x")
    assert refusal.value.filename == str(tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_too_little_room_is_told_in_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "disk_free", lambda folder: 5_000_000)
    check_writable(tmp_path / "x", size=5_000_000)
    with pytest.raises(OSError, match="7 MB are needed, 5 MB are free") as refusal:
        check_writable(tmp_path / "x", size=7_000_000)
    assert refusal.value.errno == FULL
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_too_long_while_it_is_written_is_noticed(tmp_path):
    name = "x" * 251 + ".gif"  # fits, but not with the ending of what is not finished
    (tmp_path / name).write_text("")
    with pytest.raises(OSError, match="too long"):
        check_writable(tmp_path, name=name)


def test_what_a_killed_process_leaves_is_known_by_its_name():
    assert is_leftover(".lock")
    assert is_leftover(".manifest.json.partial")
    assert not any(map(is_leftover, ("manifest.json", ".notes", "x.partial", ".report.json")))
