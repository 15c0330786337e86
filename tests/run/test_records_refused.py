"""Folders that hold no run to go on with, or have no place for a new one."""

import errno
import os
import re
from pathlib import Path

import pytest
from recording import (
    begun,
    manifest_of,
    names_in,
)

from samizdat import Simulation
from samizdat.run import records
from samizdat.run.records import RecordError, RunRecord
from samizdat.system.files import FolderLock
from samizdat.system.manifests import write_manifest
from worlds import town

# What is refused


def test_a_folder_without_a_run_cannot_be_resumed(tmp_path):
    wanted = f"resume = {tmp_path}: holds no run (manifest.json: no such file or directory)"
    with pytest.raises(RecordError, match=f"^{re.escape(wanted)}$"):
        RunRecord(tmp_path, resume=True)


def test_a_manifest_that_was_changed_cannot_be_resumed(copy):
    path = copy / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 3', '"seed": 4'))
    with pytest.raises(
        RecordError, match=r"^resume: .*manifest.json: has changed since .*--force$"
    ):
        RunRecord(copy, resume=True)


@pytest.mark.parametrize("name", records._NEEDED)
def test_a_manifest_must_hold_what_resuming_needs(copy, name):
    facts = manifest_of(copy)
    for wrong in ({k: v for k, v in facts.items() if k != name}, facts | {name: {"a": 1} if
                  records._NEEDED[name] is not dict else 3}):  # fmt: skip
        write_manifest(copy / "manifest.json", wrong)
        wanted = f"resume: {copy / 'manifest.json'}: {name} is missing or broken"
        with pytest.raises(RecordError, match=f"^{re.escape(wanted)}"):
            RunRecord(copy, resume=True)
        assert not (copy / ".lock").exists()


def test_a_folder_in_use_is_refused_unless_forced(out):
    out.mkdir()
    RunRecord(out)
    (out / "notes.txt").write_text("mine")
    with pytest.raises(RecordError, match=r"out: the folder is not empty \(--force replaces\)$"):
        RunRecord(out)
    RunRecord(out, force=True)
    lock = FolderLock(out)
    with pytest.raises(RecordError, match="another process is writing"):
        RunRecord(out, force=True)
    lock.release()
    RunRecord(out, force=True)
    assert os.listdir(out) == ["notes.txt"]


def test_a_file_is_no_folder(out):
    out.write_text("")
    with pytest.raises(RecordError, match=r"^out = .*out: is not a folder$"):
        RunRecord(out)
    with pytest.raises(RecordError, match=r"^out = .*/a/b: .*out: is not a folder$"):
        RunRecord(out / "a" / "b")


def test_a_folder_must_have_room_for_the_run(out):
    RunRecord(out, size=1000)
    with pytest.raises(RecordError, match=r"^out = .*out: no space left on device: 1,0"):
        RunRecord(out, size=10**18)
    assert not out.exists()


def test_a_folder_must_be_writable(out, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(RecordError, match=f"^out = {out}: permission denied$"):
        RunRecord(out)
    assert not out.exists()


def test_a_path_that_the_system_refuses_is_one_line(tmp_path):
    with pytest.raises(RecordError, match=r"^out = .*: file name too long$"):
        RunRecord(tmp_path / ("a" * 300))


def test_what_came_after_the_check_is_not_overwritten(out):
    simulation = Simulation(town(60), seed=3, threads=1)
    kept = RunRecord(out)
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError) as raised:
        kept.begin(simulation, [], None)
    assert (raised.value.errno, raised.value.filename) == (errno.EEXIST, str(out))
    assert os.listdir(out) == ["notes.txt"]


def test_force_replaces_a_run_and_leaves_what_is_not_its_own(copy):
    (copy / "notes.txt").write_text("mine")
    (copy / "figures").mkdir()
    (copy / "figures" / "a.png").write_bytes(b"a")
    kept, _ = begun(copy, force=True)
    assert names_in(copy) == [".lock", "manifest.json", "notes.txt"]
    assert manifest_of(copy)["steps"] == 0
    kept.release()
