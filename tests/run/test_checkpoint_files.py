"""The files of checkpoints: which are kept, which is read, what a power cut leaves of them."""

import errno
import itertools
import os
import re

import numpy as np
import pytest
from recording import write_newest

from fake_disk import record, restored
from samizdat import Scenario
from samizdat.run import checkpoint
from samizdat.run.checkpoint import Checkpoint, CheckpointError
from samizdat.system.archive import DamagedError, read_archive, write_archive

IDENTITY = {"model": "m", "scenario": "s", "seed": 3, "citizens": 60, "graph": "g", "traits": "t"}


def write(folder, *steps):
    """Write small checkpoints; each array holds the number of the step."""
    for step in steps:
        arrays = {"x": np.full(5, step)}
        write_newest(
            folder, step, lambda path, k=step, a=arrays: checkpoint.write(path, {"step": k}, a)
        )


def steps_in(folder):
    """The steps of the checkpoints, the newest first."""
    return [checkpoint.read(path).step for path in checkpoint.files_in(folder)]


def names_in(folder):
    return sorted(path.name for path in (folder / checkpoint.FOLDER).iterdir())


# What is kept


def test_the_newest_two_are_kept_under_the_number_of_their_step(tmp_path):
    write(tmp_path, 5)
    assert names_in(tmp_path) == ["step-000000005.npz"]
    write(tmp_path, 12, 100)
    assert names_in(tmp_path) == ["step-000000012.npz", "step-000000100.npz"]
    assert steps_in(tmp_path) == [100, 12]


def test_the_path_that_was_written_is_returned(tmp_path):
    path = write_newest(tmp_path, 7, lambda path: checkpoint.write(path, {}, {}))
    assert path == tmp_path / "checkpoints" / "step-000000007.npz"
    assert path.is_file()


def test_newer_ones_than_the_one_written_go_as_they_were_passed_over(tmp_path):
    write(tmp_path, 4, 8)
    write(tmp_path, 6)
    assert steps_in(tmp_path) == [6, 4]


def test_other_files_there_are_left_alone(tmp_path):
    write(tmp_path, 4)
    for name in ("notes.txt", "step-1.txt", ".step-000000009.npz.partial"):
        (tmp_path / checkpoint.FOLDER / name).write_text("mine")
    write(tmp_path, 5)
    assert names_in(tmp_path) == [
        "notes.txt", "step-000000004.npz", "step-000000005.npz", "step-1.txt",
    ]  # fmt: skip


def test_no_folder_holds_no_checkpoints(tmp_path):
    assert checkpoint.files_in(tmp_path) == []
    assert checkpoint.latest(tmp_path) == (None, [])


# What is read


def test_what_was_written_is_read(tmp_path):
    facts = {"step": 9, "name": "town", "identity": IDENTITY}
    checkpoint.write(tmp_path / "a.npz", facts, {"x": np.arange(4), "y": np.zeros(2, np.uint8)})
    found = checkpoint.read(tmp_path / "a.npz")
    assert found.path == tmp_path / "a.npz"
    assert found.step == 9
    assert found.facts == {"format": checkpoint.FORMAT, **facts}
    assert found.arrays["x"].tolist() == [0, 1, 2, 3]
    assert found.arrays["y"].dtype == np.uint8


def test_a_step_is_a_whole_number():
    step = Checkpoint(None, {"step": 9.0}, {}).step
    assert (step, type(step)) == (9, int)


def test_the_scenario_is_that_of_the_run():
    town = Scenario.load("town")
    facts = {"scenario": town.to_table(), "name": "mine"}
    found = Checkpoint(None, facts, {}).scenario
    assert (found.name, found.to_table()) == ("mine", town.to_table())


@pytest.mark.parametrize("other", [1, 2, 3, 5, None, "4"])
def test_another_format_is_refused(tmp_path, other):
    path = tmp_path / "a.npz"
    write_archive(path, {"format": other}, {})
    wanted = f"{path}: format = {other}, this version reads 4"
    with pytest.raises(CheckpointError, match=f"^{re.escape(wanted)}$"):
        checkpoint.read(path)
    write_archive(path, {}, {})
    with pytest.raises(CheckpointError, match="format = None"):
        checkpoint.read(path)


def test_the_newest_that_is_sound_is_the_latest(tmp_path):
    write(tmp_path, 4, 8)
    found, complaints = checkpoint.latest(tmp_path)
    assert (found.step, complaints) == (8, [])
    newest = tmp_path / checkpoint.FOLDER / "step-000000008.npz"
    newest.write_bytes(newest.read_bytes()[:-1])
    found, complaints = checkpoint.latest(tmp_path)
    assert found.step == 4
    assert complaints == [f"{newest}: damaged or cut short"]


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_cannot_be_read_is_told_and_passed_over(tmp_path, make):
    write(tmp_path, 4, 8)
    newest = tmp_path / checkpoint.FOLDER / "step-000000008.npz"
    newest.unlink()
    make(newest)
    found, complaints = checkpoint.latest(tmp_path)
    assert found.step == 4
    assert complaints == [f"{newest}: is not a regular file"]


def test_where_none_is_sound_each_is_told(tmp_path):
    write(tmp_path, 4, 8)
    for path in checkpoint.files_in(tmp_path):
        path.write_bytes(b"")
    found, complaints = checkpoint.latest(tmp_path)
    assert found is None
    assert [complaint.split("/")[-1][:18] for complaint in complaints] == [
        "step-000000008.npz", "step-000000004.npz",
    ]  # fmt: skip


# What belongs to a run


def checked(force=False, **changed):
    """Check a checkpoint of the run IDENTITY against a run that differs in this."""
    Checkpoint("a.npz", {"identity": IDENTITY}, {}).check(IDENTITY | changed, force=force)


def test_its_own_run_is_accepted():
    checked()
    Checkpoint("a.npz", {"identity": IDENTITY}, {}).check({"seed": 3})


@pytest.mark.parametrize(
    ("name", "words"),
    [("model", "source of the model"), ("scenario", "scenario"), ("seed", "seed"),
     ("citizens", "number of citizens"), ("graph", "graph"), ("traits", "set of traits")],
)  # fmt: skip
def test_another_run_is_refused_by_name_unless_forced(name, words):
    wanted = f"a.npz: was written with another {words} (force resumes anyway)"
    with pytest.raises(CheckpointError, match=f"^{re.escape(wanted)}$"):
        checked(**{name: "another"})
    checked(force=True, **{name: "another"})


def test_the_first_that_differs_is_named():
    with pytest.raises(CheckpointError, match="another scenario"):
        checked(traits="another", scenario="another")


# Arrays


@pytest.mark.parametrize(
    "target", [np.zeros(4, np.int32), np.zeros(5, np.int64), np.zeros((4, 1), np.int64)]
)
def test_an_array_that_does_not_fit_is_named_and_nothing_is_copied(target):
    of = Checkpoint("a.npz", {}, {"x": np.arange(4), "y": np.arange(4)})
    first = np.full(4, 7)
    with pytest.raises(CheckpointError, match=r"^a.npz: y does not fit this version or world$"):
        of.copy_to({"x": first, "y": target})
    assert first.tolist() == [7] * 4
    with pytest.raises(CheckpointError, match="z does not fit"):
        of.copy_to({"z": first})


def test_arrays_that_fit_are_copied_in_place():
    targets = {"x": np.zeros(4, np.int64), "y": np.zeros((2, 2))}
    held = dict(targets)
    Checkpoint("a.npz", {}, {"x": np.arange(4), "y": np.ones((2, 2)), "z": 0}).copy_to(targets)
    assert held["x"].tolist() == [0, 1, 2, 3]
    assert held["y"].tolist() == [[1, 1], [1, 1]]


# What fails


def test_a_failure_names_the_file_and_leaves_the_one_before(tmp_path):
    write(tmp_path, 4)

    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match=r"(?i)no space left") as raised:
        write_newest(tmp_path, 5, full)
    assert raised.value.errno == errno.ENOSPC
    assert raised.value.strerror.lower() == (
        "no checkpoint could be written: no space left on device"
    )
    assert raised.value.filename == str(tmp_path / checkpoint.FOLDER / "step-000000005.npz")
    assert steps_in(tmp_path) == [4]

    def odd(path):
        raise OSError("odd")

    with pytest.raises(OSError, match="no checkpoint could be written: odd"):
        write_newest(tmp_path, 5, odd)


def test_clearing_removes_what_is_ours_alone(tmp_path):
    write(tmp_path, 4, 5)
    (tmp_path / checkpoint.FOLDER / ".step-000000009.npz.partial").write_bytes(b"half")
    (tmp_path / checkpoint.FOLDER / "mine").write_bytes(b"")
    checkpoint.clear(tmp_path)
    assert names_in(tmp_path) == ["mine"]
    (tmp_path / checkpoint.FOLDER / "mine").unlink()
    checkpoint.clear(tmp_path)
    assert os.listdir(tmp_path) == []
    checkpoint.clear(tmp_path)
    assert os.listdir(tmp_path) == []


def test_clearing_meets_files_that_another_process_removed(tmp_path, monkeypatch):
    gone = tmp_path / checkpoint.FOLDER / "step-000000009.npz"
    monkeypatch.setattr(checkpoint, "files_in", lambda folder: [gone])
    checkpoint.clear(tmp_path)
    assert os.listdir(tmp_path) == []


# A power cut


@pytest.mark.parametrize("before", [(), (2,), (2, 4)])
def test_a_power_cut_leaves_the_newest_or_the_one_before(tmp_path, monkeypatch, before):
    there, again = tmp_path / "there", itertools.count()
    there.mkdir()
    write(there, *before)
    with monkeypatch.context() as patch:
        disk = record(patch, there)
        write(there, 6)
    known = {before[-1] if before else None, 6}
    for states, steps in ((disk.distinct(), known), (disk.after(), {6})):
        found = set()
        for state in states:
            left, complaints = checkpoint.latest(restored(state, tmp_path / f"{next(again)}"))
            assert complaints == []
            assert left is None or left.arrays["x"].tolist() == [left.step] * 5
            found.add(left and left.step)
        assert found == steps


def test_after_a_power_cut_the_next_is_written(tmp_path, monkeypatch):
    there = tmp_path / "there"
    there.mkdir()
    write(there, 2)
    with monkeypatch.context() as patch:
        disk = record(patch, there)
        write(there, 4)
    for k, state in enumerate(disk.distinct()):
        folder = restored(state, tmp_path / f"{k}")
        write(folder, 6)
        assert steps_in(folder) in ([6, 4], [6, 2])
        assert not [name for name in names_in(folder) if name.startswith(".")]


def test_a_bit_that_flips_is_noticed(tmp_path):
    write(tmp_path, 4)
    (path,) = checkpoint.files_in(tmp_path)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(DamagedError):
        read_archive(path)
