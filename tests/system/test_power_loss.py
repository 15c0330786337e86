"""The power fails at any moment: who reads then finds the old or the new content, and it whole."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from fake_disk import record, restored
from samizdat.system.archive import read_archive, write_archive
from samizdat.system.array_store import Store
from samizdat.system.files import atomic_write, make_folder

OLD, NEW = b"what was there", b"what takes its place"


def names(states):
    return {frozenset(state) for state in states}


# The disk itself


def test_what_is_not_flushed_may_be_lost(tmp_path, monkeypatch):
    path = tmp_path / "file"
    with monkeypatch.context() as patch:
        disk = record(patch, tmp_path)
        path.write_bytes(NEW)
        os.rename(path, tmp_path / "other")
    left = [frozenset(state.items()) for state in disk.after()]
    assert {frozenset(), frozenset({("other", b"")}), frozenset({("other", NEW)})} <= {*left}
    assert frozenset({("file", NEW)}) in left


def test_a_flushed_file_keeps_its_content_and_a_flushed_folder_its_names(tmp_path, monkeypatch):
    path = tmp_path / "file"
    with monkeypatch.context() as patch:
        disk = record(patch, tmp_path)
        path.write_bytes(NEW)
        for flushed in (path, tmp_path):
            descriptor = os.open(flushed, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
            assert {"file": NEW} in disk.after()
            assert ({} in disk.after()) is (flushed == path)
    assert disk.after() == [{"file": NEW}]


# One file


@pytest.mark.parametrize("before", [None, OLD])
def test_a_file_is_the_old_or_the_new_and_once_written_the_new(tmp_path, monkeypatch, before):
    path = tmp_path / "table"
    if before is not None:
        path.write_bytes(before)
    with monkeypatch.context() as patch:
        disk = record(patch, tmp_path)
        with atomic_write(path) as partial:
            partial.write_bytes(NEW)
    assert {state.get("table") for state in disk.distinct()} == {before, NEW}
    assert disk.after() == [{"table": NEW}]


def test_a_file_whose_writer_fails_is_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "table"
    path.write_bytes(OLD)

    def fail():
        with atomic_write(path) as partial:
            partial.write_bytes(NEW[:3])
            raise InterruptedError

    with monkeypatch.context() as patch:
        disk = record(patch, tmp_path)
        with pytest.raises(InterruptedError):
            fail()
    assert {state["table"] for state in disk.distinct()} == {OLD}


def test_an_archive_is_the_old_or_the_new(tmp_path, monkeypatch):
    there, again = tmp_path / "there", itertools.count()
    there.mkdir()
    write_archive(there / "a.npz", {"n": 1}, {"x": np.arange(3)})
    with monkeypatch.context() as patch:
        disk = record(patch, there)
        write_archive(there / "a.npz", {"n": 2}, {"x": np.arange(5)})
    for states, known in ((disk.distinct(), {1, 2}), (disk.after(), {2})):
        found = set()
        for state in states:
            facts, arrays = read_archive(restored(state, tmp_path / f"{next(again)}") / "a.npz")
            assert len(arrays["x"]) == 2 * facts["n"] + 1
            found.add(facts["n"])
        assert found == known


# Folders


def test_a_folder_that_was_made_stays_with_all_above_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        disk = record(patch, tmp_path)
        make_folder(Path("a", "b", "c"))
    assert disk.after() == [{"a": None, "a/b": None, "a/b/c": None}]
    make_folder(tmp_path / "a" / "b")


# The store of arrays


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """Save an entry beside an older one, with the power about to fail."""
    store = Store(tmp_path / "there" / "people", 10**6)
    store.save("1" * 32, "old", {"a": np.arange(4)}, {"n": 1})
    with monkeypatch.context() as patch:
        disk = record(patch, tmp_path / "there")
        store.save("2" * 32, "new", {"a": np.arange(9), "b": np.ones(3)}, {"n": 2})
    return disk


def test_a_stored_entry_is_whole_or_absent(saved, tmp_path):
    found = []
    for k, state in enumerate(saved.distinct()):
        store = Store(restored(state, tmp_path / f"{k}") / "people", 10**6)
        assert store.load("1" * 32)[1] == {"n": 1}
        found.append(store.load("2" * 32))
    assert None in found
    whole = [each for each in found if each]
    assert whole
    for arrays, facts in whole:
        assert facts == {"n": 2}
        assert (arrays["a"].tolist(), arrays["b"].tolist()) == ([*range(9)], [1, 1, 1])


def test_a_stored_entry_stays(saved, tmp_path):
    assert len(saved.after()) == 1
    store = Store(restored(saved.after()[0], tmp_path / "later") / "people", 10**6)
    assert store.load("2" * 32)[1] == {"n": 2}
    assert store.load("1" * 32)[1] == {"n": 1}
    assert sorted(os.listdir(store.folder)) == ["1" * 32, "2" * 32]
