"""The folder of compiled code: where it cannot be used, how large it grows, who shares it."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from compiling import called, only_file

from samizdat.core import compiled_cache, jit
from samizdat.core.compiled_cache import clear, drop_old_code, say_once, versions

HOUR = 3600


# Places that cannot be used


def test_a_file_in_the_folders_place(folder, capsys):
    folder.write_text("no folder")
    assert called() == (7, False)
    assert (
        capsys.readouterr().err == f"samizdat: {folder}: file exists; compiled code is not kept\n"
    )


def test_a_full_disk(folder, capsys, monkeypatch):
    def full(path, content):
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        assert called() == (7, False)
    said = f"samizdat: {folder}: no space left on device; compiled code is not kept\n"
    assert capsys.readouterr().err == said
    assert list(folder.iterdir()) == []
    assert called() == (7, False)
    assert called() == (7, True)


def test_a_folder_that_cannot_be_written(folder, capsys, monkeypatch):
    def denied(path, *_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", denied)
        assert called() == (7, False)
    said = f"samizdat: {folder}: permission denied; compiled code is not kept\n"
    assert capsys.readouterr().err == said


def test_a_read_only_folder_is_read(folder, capsys, monkeypatch):
    called()

    def denied(path, *_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    for name in ("mkdir", "write_bytes", "unlink"):
        monkeypatch.setattr(Path, name, denied)
    monkeypatch.setattr(os, "utime", denied)
    assert called() == (7, True)
    assert capsys.readouterr().err == ""


def test_a_file_that_cannot_be_read(folder, capsys, monkeypatch):
    called()

    file, read = only_file(folder), Path.read_bytes

    def denied(path):
        if path == file:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", denied)
        assert called() == (7, False)
    said = f"samizdat: {file}: permission denied; it is compiled again, which may take a minute\n"
    assert capsys.readouterr().err == said
    assert called() == (7, True)


def test_no_home_folder(monkeypatch, capsys):
    say_once.cache_clear()

    def none():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", none)
    monkeypatch.setattr(jit, "_FOLDER", jit._folder_of_this_process())
    assert jit._FOLDER is None
    assert not jit.is_compiled()
    assert "compiled code is not kept: Could not determine home" in capsys.readouterr().err
    assert called() == (7, False)


def test_the_folder_has_the_name_that_is_set(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert jit.cache_folder() == tmp_path / jit.source_digest()[:16]


# Size


def stored(root, version, name, size, hours):
    """Write a file that was last used some hours ago."""
    path = root / version / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    used = time.time() - hours * HOUR
    os.utime(path, (used, used))
    return path


def test_what_was_not_used_for_longest_is_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled_cache, "LIMIT", 500)
    drop_old_code.cache_clear()
    ancient = stored(tmp_path, "a" * 16, "passes_12/act.nbc", 400, 90)
    old = stored(tmp_path, "b" * 16, "act.compiled", 400, 50)
    newer = stored(tmp_path, "c" * 16, "act.compiled", 400, 2)
    others = stored(tmp_path, "another_project", "act.nbc", 4000, 500)
    drop_old_code(tmp_path)
    assert [path.exists() for path in (ancient, old, newer, others)] == [False, False, True, True]
    assert not (tmp_path / ("a" * 16)).exists()
    assert not (tmp_path / ("b" * 16)).exists()


def test_what_is_in_use_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled_cache, "LIMIT", 500)
    drop_old_code.cache_clear()
    files = [stored(tmp_path, letter * 16, "act.compiled", 400, 0.5) for letter in "abc"]
    drop_old_code(tmp_path)
    assert all(file.exists() for file in files)


def test_half_written_files_are_dropped(tmp_path):
    drop_old_code.cache_clear()
    left = stored(tmp_path, "a" * 16, ".partial-1", 10, 2)
    being_written = stored(tmp_path, "a" * 16, ".partial-2", 10, 0)
    drop_old_code(tmp_path)
    assert not left.exists()
    assert being_written.exists()


def test_storing_drops_old_code(folder, monkeypatch):
    monkeypatch.setattr(compiled_cache, "LIMIT", 500)
    old = stored(folder.parent, "a" * 16, "act.compiled", 600, 5)
    called()
    assert not old.exists()


def test_use_is_recorded(folder):
    called()
    file = only_file(folder)
    os.utime(file, (0, 0))
    called()
    assert time.time() - file.stat().st_mtime < HOUR


def test_versions_are_listed_and_cleared(tmp_path):
    stored(tmp_path, "a" * 16, "passes_12/act.nbc", 300, 90)
    stored(tmp_path, "b" * 16, "act.compiled", 400, 1)
    others = stored(tmp_path, "another_project", "act.nbc", 4000, 500)
    listed = [(version.folder.name[0], version.bytes) for version in versions(tmp_path)]
    assert listed == [("a", 300), ("b", 400)]
    assert clear(tmp_path) == 700
    assert versions(tmp_path) == []
    assert others.exists()


def test_nothing_stored_yet(tmp_path):
    assert versions(tmp_path / "absent") == []
    assert clear(tmp_path / "absent") == 0


PROGRAM = """
import sys
from pathlib import Path
from samizdat.core import jit
from samizdat.core.exponential import exp_minus
jit._FOLDER = Path(sys.argv[1])
from compiling import tripled
for k in range(30):
    assert jit.compiled(tripled)(k) == 3 * k + 1
    for file in jit._FOLDER.glob("*.compiled"):
        if k % 3 == int(sys.argv[2]):
            file.unlink(missing_ok=True)
"""


@pytest.mark.slow
def test_processes_share_the_folder(folder):
    paths = [str(Path(__file__).parent), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    started = [
        subprocess.Popen([*command, str(k)], stderr=subprocess.PIPE, env=environment)
        for k in range(3)
    ]
    said = [process.communicate(timeout=300)[1] for process in started]
    assert said == [b""] * 3
    assert [process.returncode for process in started] == [0] * 3
