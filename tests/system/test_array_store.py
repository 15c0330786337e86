"""Arrays stored by content: limits, room, folders, the order of use, what is damaged."""

import contextlib
import errno
import json
import os
import re
import shutil
import stat
import time
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from samizdat.system import array_store
from samizdat.system.array_store import (
    LIMIT,
    Store,
    StoreError,
    default_folder,
    key_of,
    size_limit,
)

ONE, TWO, THREE = ("1" * 32, "2" * 32, "3" * 32)
KB = np.zeros(125)  # 1,000 bytes


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache" / "people"


@pytest.fixture
def store(folder):
    return Store(folder, 100_000, threads=2)


def keys(store):
    return [entry.path.name for entry in store.entries()]


def used(store, key, seconds):
    """Let an entry have been used this long after 1970."""
    os.utime(store.folder / key / "header.json", (seconds, seconds))


# Names and limits


def test_a_key_is_32_digits_of_what_determines_the_content():
    assert re.fullmatch("[0-9a-f]{32}", key_of({"a": 1}))
    assert key_of({"a": 1, "b": [2]}) == key_of({"b": [2], "a": 1})
    assert len({key_of(parts) for parts in (1, 2, [1], {"a": 1}, {"b": 1}, Path("a"), "b")}) == 7
    assert key_of(Path("a")) == key_of("a")


def test_the_folder_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "samizdat" / "people"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "/home/ann")
    assert default_folder() == Path("/home/ann/.cache/samizdat/people")

    def homeless():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(StoreError, match=r"^there is no home folder$"):
        default_folder()


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 8_000_000_000), ("  ", 8_000_000_000), ("0", 0), ("1", 1), ("12K", 12_000),
     ("3m", 3_000_000), ("2G", 2_000_000_000), ("1.5T", 1_500_000_000_000), (" 7 ", 7),
     ("999999T", 999_999 * 10**12), ("2.9", 2)],
)  # fmt: skip
def test_a_limit_is_a_number_of_bytes(monkeypatch, text, size):
    monkeypatch.setenv(LIMIT, text)
    assert size_limit() == size
    assert type(size_limit()) is int


@pytest.mark.parametrize(
    "text", ["-1", "1000000T", "1e18", "many", "K", "8GB", "5 5", "nan", "inf", "1_", "2. K", "T"]
)
def test_what_is_no_size_is_refused_by_name(monkeypatch, text):
    monkeypatch.setenv(LIMIT, text)
    wanted = f"{LIMIT} = {text!r} is not a size: bytes, or as in 500M, 8G"
    with pytest.raises(ValueError, match=f"^{re.escape(wanted)}$"):
        size_limit()


def test_without_a_limit_eight_gigabytes_may_be_stored(monkeypatch):
    monkeypatch.delenv(LIMIT, raising=False)
    assert size_limit() == 8_000_000_000


# Saving and loading


@pytest.mark.parametrize("chunk", [8, 24, 1 << 26])
def test_what_is_saved_is_loaded(store, monkeypatch, chunk):
    monkeypatch.setattr(array_store, "_CHUNK", chunk)
    arrays = {
        "a": np.arange(10, dtype=np.int32), "b": np.ones(3), "c": np.empty(0, np.uint16),
        "d": np.array([1], np.uint8),
    }  # fmt: skip
    store.save(ONE, "some", arrays, {"n": [1, "x"]})
    found, facts = store.load(ONE)
    assert facts == {"n": [1, "x"]}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].tolist() == array.tolist()
        assert np.load(store.folder / ONE / f"{name}.npy").tolist() == array.tolist()


def test_every_chunk_of_the_file_has_its_checksum(store, monkeypatch):
    monkeypatch.setattr(array_store, "_CHUNK", 400)
    store.save(ONE, "kb", {"a": KB}, None)
    header = json.loads((store.folder / ONE / "header.json").read_text())
    of = header["body"]["arrays"]["a"]
    assert len(of["digests"]) == 3
    assert (of["file"], of["dtype"], of["size"]) == ("a.npy", "<f8", 125)
    assert of["bytes"] == of["offset"] + 1000 == (store.folder / ONE / "a.npy").stat().st_size
    assert (header["body"]["format"], header["body"]["what"]) == (1, "kb")


@pytest.mark.parametrize("at", [0, 399, 400, 999])
def test_a_bit_in_any_chunk_is_noticed(store, monkeypatch, at):
    monkeypatch.setattr(array_store, "_CHUNK", 400)
    store.save(ONE, "kb", {"a": KB}, None)
    path = store.folder / ONE / "a.npy"
    content = bytearray(path.read_bytes())
    content[len(content) - 1000 + at] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"^11111111 was damaged \(a: wrong checksum\) and is bui"):
        store.load(ONE)
    assert store.load(ONE) is None
    assert os.listdir(store.folder) == []


def rewritten(store, change):
    """Change the header of an entry in a way that its own digest agrees with."""
    path = store.folder / ONE / "header.json"
    body = json.loads(path.read_text())["body"]
    change(body)
    digest = array_store._digest(array_store._canonical(body))
    path.write_text(json.dumps({"digest": digest, "body": body}))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda body: body.update(format=2), "wrong header"),
        (lambda body: body["arrays"]["a"].update(bytes=1), "a.npy: wrong size"),
        (lambda body: body["arrays"]["a"].update(bytes=10_000), "a.npy: wrong size"),
        (lambda body: body["arrays"]["a"]["digests"].append("0"), "a: wrong checksum"),
        (lambda body: body.pop("arrays"), "'arrays'"),
        (lambda body: body.update(arrays=3), "'int' object has no attribute 'items'"),
        (lambda body: body["arrays"].update(a=3), "'int' object is not subscriptable"),
    ],
)
def test_a_header_that_does_not_fit_is_damage(store, change, reason):
    store.save(ONE, "kb", {"a": KB}, None)
    rewritten(store, change)
    with pytest.raises(StoreError, match=re.escape(f"({reason})")):
        store.load(ONE)
    assert not (store.folder / ONE).exists()


def test_a_header_whose_digest_differs_is_damage(store):
    store.save(ONE, "kb", {"a": KB}, {"n": 1})
    path = store.folder / ONE / "header.json"
    path.write_text(path.read_text().replace('"n": 1', '"n": 2'))
    with pytest.raises(StoreError, match="wrong header"):
        store.load(ONE)


def test_an_entry_without_a_file_is_damage_and_no_entry_is_none(store):
    assert store.load(ONE) is None
    store.save(ONE, "kb", {"a": KB}, None)
    (store.folder / ONE / "a.npy").unlink()
    with pytest.raises(StoreError, match="was damaged"):
        store.load(ONE)
    assert store.load(ONE) is None


def test_an_entry_that_cannot_be_read_stays(store, monkeypatch):
    store.save(ONE, "kb", {"a": KB}, None)

    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(array_store, "_header_of", refuse)
        with pytest.raises(StoreError, match=r": permission denied$"):
            store.load(ONE)
    assert store.load(ONE) is not None


def test_an_entry_that_another_process_drops_while_it_is_read_is_none(store, monkeypatch):
    store.save(ONE, "kb", {"a": KB}, None)

    def dropped(entry):
        shutil.rmtree(entry)
        raise FileNotFoundError(errno.ENOENT, "No such file")

    monkeypatch.setattr(array_store, "_header_of", dropped)
    assert store.load(ONE) is None


def test_the_last_use_is_noted_if_it_can_be(store, monkeypatch):
    store.save(ONE, "kb", {"a": KB}, None)
    used(store, ONE, 1000)
    store.load(ONE)
    assert time.time() - (store.folder / ONE / "header.json").stat().st_mtime < 100

    def read_only(*_):
        raise PermissionError

    monkeypatch.setattr(os, "utime", read_only)
    assert store.load(ONE) is not None


# Room


def test_an_entry_of_the_limit_fits_and_a_byte_more_does_not(folder):
    Store(folder, 1000).save(ONE, "kb", {"a": KB}, None)
    wanted = f"1,000 bytes are more than {LIMIT} = 999 allows"
    with pytest.raises(StoreError, match=f"^{re.escape(wanted)}$"):
        Store(folder, 999).save(TWO, "kb", {"a": KB}, None)
    assert keys(Store(folder, 1)) == [ONE]


@pytest.mark.parametrize(("free", "room"), [(1049, False), (1051, True), (0, False)])
def test_the_disk_must_have_room_for_it_and_a_twentieth_more(folder, monkeypatch, free, room):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**6, 0, free))
    store = Store(folder, 10_000)
    if room:
        store.save(ONE, "kb", {"a": KB}, None)
        assert keys(store) == [ONE]
    else:
        with pytest.raises(StoreError, match=f"^{folder}: no room for 1,000 bytes$"):
            store.save(ONE, "kb", {"a": KB}, None)
        assert os.listdir(folder) == []


def test_the_least_recently_used_make_room_and_no_more_than_must(store):
    for k, key in enumerate((ONE, TWO, THREE)):
        store.save(key, "kb", {"a": KB}, None)
        used(store, key, 1000 * (3 - k))
    assert keys(store) == [THREE, TWO, ONE]
    sizes = [entry.bytes for entry in store.entries()]
    assert all(1000 < size < 2000 for size in sizes)
    store.limit = sum(sizes) + 1000
    store.save("4" * 32, "kb", {"a": KB}, None)
    assert {*keys(store)} == {ONE, TWO, THREE, "4" * 32}
    used(store, "4" * 32, 9000)
    store.limit = sum(sizes) + 1000
    store.save("5" * 32, "kb", {"a": KB}, None)
    assert {*keys(store)} == {ONE, TWO, "4" * 32, "5" * 32}


def test_a_failed_write_leaves_nothing_and_says_why(store, monkeypatch):
    store.save(ONE, "kb", {"a": KB}, None)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=f"^{store.folder}: no space left on device$"):
        store.save(TWO, "kb", {"a": KB}, None)
    assert os.listdir(store.folder) == [ONE]


def test_the_first_of_two_writers_stays_and_other_failures_are_told(store, monkeypatch):
    store.save(ONE, "first", {"a": KB}, None)
    store.save(ONE, "second", {"a": KB}, None)
    assert [entry.what for entry in store.entries()] == ["first"]
    (store.folder / TWO).write_text("a file")
    with pytest.raises(StoreError, match="not a directory"):
        store.save(TWO, "kb", {"a": KB}, None)
    assert sorted(os.listdir(store.folder)) == [ONE, TWO]


# The folder


def test_the_folder_is_closed_to_others(folder):
    Store(folder, 10_000).save(ONE, "kb", {"a": KB}, None)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for mode in (0o701, 0o710, 0o704, 0o777):
        folder.chmod(mode)
        Store(folder, 10_000).save(TWO, "kb", {"a": KB}, None)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_it_is_made_for_its_user_whatever_the_habit(folder, umask):
    before = os.umask(umask)
    try:
        Store(folder, 10_000).save(ONE, "kb", {"a": KB}, None)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_its_user_made_read_only_stays_so(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    with contextlib.suppress(StoreError):  # the superuser may write there all the same
        Store(folder, 10_000).save(ONE, "kb", {"a": KB}, None)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o500
    folder.chmod(0o700)


def test_another_users_folder_is_refused(folder, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: folder.parent.parent.stat().st_uid + 1)
    with pytest.raises(StoreError, match=f"^{folder} belongs to another user$"):
        Store(folder, 10_000).save(ONE, "kb", {"a": KB}, None)


def test_entries_are_listed_with_what_they_are(store):
    store.save(ONE, "ties", {"a": KB}, None)
    store.save(TWO, "traits", {"a": KB, "b": KB}, None)
    used(store, ONE, 2000)
    used(store, TWO, 1000)
    (store.folder / ".partial-x").mkdir()
    listed = [(entry.path, entry.what, entry.used) for entry in store.entries()]
    assert listed == [(store.folder / TWO, "traits", 1000), (store.folder / ONE, "ties", 2000)]
    sizes = [sum(file.stat().st_size for file in entry.path.iterdir()) for entry in store.entries()]
    assert [entry.bytes for entry in store.entries()] == sizes


def test_a_damaged_entry_is_listed_first_and_one_without_header_is_not(store):
    for key in (ONE, TWO, THREE):
        store.save(key, "kb", {"a": KB}, None)
    (store.folder / TWO / "header.json").write_text("{}")
    (store.folder / THREE / "header.json").unlink()
    first, second = store.entries()
    assert (first.path.name, first.what, first.used) == (TWO, "damaged", 0.0)
    assert first.bytes > 1000
    assert second.path.name == ONE


def test_clearing_frees_what_it_says_and_leaves_the_rest(store):
    store.save(ONE, "kb", {"a": KB}, None)
    store.save(TWO, "kb", {"a": KB}, None)
    half = store.folder / ".partial-x"
    half.mkdir()
    (half / "a.npy").write_bytes(b"12345")
    for name in ("1" * 31, "1" * 33, "g" * 32, "notes"):
        (store.folder / name).mkdir()
    size = sum(entry.bytes for entry in store.entries())
    assert store.clear() == size + 5
    assert sorted(os.listdir(store.folder)) == sorted(["1" * 31, "1" * 33, "g" * 32, "notes"])
    assert store.clear() == 0


def test_where_there_is_no_folder_there_are_no_entries(tmp_path):
    assert Store(tmp_path / "none", 1).entries() == []
    assert Store(tmp_path / "none", 1).clear() == 0
    (tmp_path / "file").write_text("")
    assert Store(tmp_path / "file", 1).entries() == []


@pytest.mark.parametrize(("age", "left"), [(3500, True), (3700, False)])
def test_what_was_half_written_an_hour_ago_is_swept(store, age, left):
    store.save(ONE, "kb", {"a": KB}, None)
    half = store.folder / ".partial-x"
    half.mkdir()
    then = time.time() - age
    os.utime(half, (then, then))
    store.save(TWO, "kb", {"a": KB}, None)
    assert half.exists() is left
    assert {*keys(store)} == {ONE, TWO}


def vanished(folder, prefix):
    """Names that are listed and lead to nothing, as those that another process removes."""
    for k in range(9):
        (folder / f"{prefix}{k}").symlink_to(folder / "nowhere")


def test_what_vanishes_while_it_is_looked_at_hides_nothing_else(store):
    for key in (ONE, TWO, THREE):
        store.save(key, "kb", {"a": KB}, None)
    sizes = {entry.path.name: entry.bytes for entry in store.entries()}
    vanished(store.folder / ONE, "file")
    vanished(store.folder, ".partial-")
    vanished(store.folder, "a" * 31)
    assert {entry.path.name: entry.bytes for entry in store.entries()} == sizes
    halves = [store.folder / f".partial-x{k}" for k in range(3)]
    for half in halves:
        half.mkdir()
        os.utime(half, (0, 0))
    store.save("4" * 32, "kb", {"a": KB}, None)
    assert not any(half.exists() for half in halves)


def test_an_entry_that_cannot_be_moved_aside_is_removed_where_it_stands(store, monkeypatch):
    store.save(ONE, "kb", {"a": KB}, None)

    def refuse(*_args, **_named):
        raise OSError

    monkeypatch.setattr(array_store.tempfile, "mkdtemp", refuse)
    store.clear()
    assert os.listdir(store.folder) == []
