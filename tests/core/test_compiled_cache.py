"""Machine code on disk: damage is found and mended, and nothing that happens to it ends a run."""

import errno
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import numba
import pytest

from samizdat.core import compiled_cache, jit
from samizdat.core.compiled_cache import DamagedCodeError, clear, drop_old_code, say_once, versions

VERSION = "0123456789abcdef"
HOUR = 3600


def tripled(x):
    return 3 * x + 1


def halved(x):
    return 0.5 * x


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a version that has compiled nothing yet."""
    monkeypatch.setattr(jit, "_FOLDER", tmp_path / VERSION)
    forget()
    yield tmp_path / VERSION
    forget()


def forget():
    say_once.cache_clear()
    drop_old_code.cache_clear()


def called(function=tripled, argument=2):
    """Call a function as a new process would; return the result, and whether it was loaded."""
    forget()
    fresh = jit.compiled(function)
    result = fresh(argument)
    return result, bool(fresh.stats.cache_hits)


def only_file(folder):
    (file,) = folder.iterdir()
    return file


def test_what_was_compiled_is_loaded(folder, capsys):
    assert called() == (7, False)
    assert called() == (7, True)
    assert capsys.readouterr().err == ""


def shortened(file):
    file.write_bytes(file.read_bytes()[:-1])


def halved_in_length(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def without_its_payload(file):
    file.write_bytes(file.read_bytes()[:64])


def emptied(file):
    file.write_bytes(b"")


def of_garbage(file):
    file.write_bytes(random.Random(1).randbytes(file.stat().st_size))


def longer(file):
    file.write_bytes(file.read_bytes() + b"\0")


def with_one_bit_of_its_code_flipped(file):
    content = bytearray(file.read_bytes())
    content[-2000] ^= 1
    file.write_bytes(content)


def with_one_bit_of_its_header_flipped(file):
    content = bytearray(file.read_bytes())
    content[30] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "damaged",
    [
        shortened,
        halved_in_length,
        without_its_payload,
        emptied,
        of_garbage,
        longer,
        with_one_bit_of_its_code_flipped,
        with_one_bit_of_its_header_flipped,
    ],
)
def test_a_damaged_file_is_compiled_again_and_mended(folder, capsys, damaged):
    called()
    damaged(only_file(folder))
    assert called() == (7, False)
    said = f"samizdat: {folder}: a file of compiled code was damaged; it is compiled again"
    assert capsys.readouterr().err == f"{said}, which may take a minute\n"
    assert called() == (7, True)
    assert capsys.readouterr().err == ""


def test_one_line_for_many_damaged_files(folder, capsys):
    fresh = jit.compiled(tripled)
    for argument in (1, 1.0, 1j):
        fresh(argument)
    for file in folder.iterdir():
        shortened(file)
    forget()
    fresh = jit.compiled(tripled)
    assert [fresh(1), fresh(1.0), fresh(1j)] == [4, 4.0, 1 + 3j]
    assert capsys.readouterr().err.count("\n") == 1


def test_no_flipped_bit_passes(folder):
    called()
    whole = only_file(folder).read_bytes()
    draw = random.Random(20140301)
    places = [*range(80), *(draw.randrange(len(whole)) for _ in range(2000))]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << draw.randrange(8)
        with pytest.raises(DamagedCodeError):
            compiled_cache._unpacked(bytes(flipped))
    assert compiled_cache._unpacked(whole)


def test_a_file_of_other_code_is_not_used(folder):
    called(halved)
    other = only_file(folder).rename(folder / "other")
    called()
    (own,) = [file for file in folder.iterdir() if file != other]
    other.replace(own)
    assert called() == (7, False)
    assert called() == (7, True)


def test_code_that_this_numba_cannot_use_is_compiled_again(folder, capsys, monkeypatch):
    called()

    def refuses(*_):
        raise TypeError("a field is missing")

    with monkeypatch.context() as patch:
        patch.setattr(compiled_cache.CompileResult, "_rebuild", refuses)
        assert called() == (7, False)
    assert "cannot be used (TypeError('a field is missing'))" in capsys.readouterr().err
    assert called() == (7, True)


def test_lack_of_memory_is_no_damage(folder, monkeypatch):
    called()

    def too_much(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(compiled_cache.CompileResult, "_rebuild", too_much)
        with pytest.raises(MemoryError):
            called()
    assert called() == (7, True)


def test_each_signature_has_a_file_of_its_own(folder):
    called()
    called(argument=1.5)
    assert len(list(folder.iterdir())) == 2
    assert called() == (7, True)
    assert called(argument=1.5) == (5.5, True)


def test_other_options_are_other_code(folder):
    called()
    wide = jit.inlined(tripled)
    assert wide(2) == 7
    assert not wide.stats.cache_hits


def test_an_edited_file_is_compiled_again(folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    text = "FACTOR = {}\n\n\ndef scaled(x):\n    return FACTOR * x\n"
    for factor, loaded in ((2, False), (2, True), (3, False)):
        file = tmp_path / "edited_rule.py"
        file.write_text(text.format(factor))
        scope = {"__name__": "edited_rule"}
        exec(compile(file.read_text(), str(file), "exec"), scope)
        assert called(scope["scaled"], 5) == (5 * factor, loaded)


def test_what_a_function_closes_over_counts(folder):
    def times(factor):
        def multiplied(x):
            return factor * x

        return multiplied

    assert called(times(2), 5) == (10, False)
    assert called(times(3), 5) == (15, False)
    assert called(times(2), 5) == (10, True)


def test_a_function_that_closes_over_what_cannot_be_stored_is_compiled_each_time(folder):
    lock = threading.Lock()

    def locked(x):
        return x if lock is None else x + 1

    with pytest.raises(numba.TypingError):  # no failure of the cache
        called(locked)
    assert not folder.exists()


def test_a_function_without_a_file_is_compiled_each_time(folder):
    scope = {"__name__": "typed_in"}
    exec("def typed(x):\n    return x - 1\n", scope)
    assert called(scope["typed"]) == (1, False)
    assert called(scope["typed"]) == (1, False)
    assert not folder.exists()


def test_recompiling_removes_what_is_stored(folder):
    fresh = jit.compiled(tripled)
    fresh(2)
    file = only_file(folder)
    shortened(file)
    fresh.recompile()
    assert called() == (7, True)


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
from test_compiled_cache import tripled
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
