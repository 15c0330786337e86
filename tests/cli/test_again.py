"""The same command again goes on; another command does not touch what is there."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from command import SLOWLY, call
from samizdat import verify
from samizdat.cli.run import _RunProgress
from samizdat.run import checkpoint
from samizdat.run.simulation import Simulation
from samizdat.system import files
from samizdat.system.files import FolderLock

TOWN = ["town", "--citizens", 60, "--seed", 4, "--until", "2014-03-20"]
QUIETLY = ["--no-figures", "--quiet"]


class Cut(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run that nothing happened to."""
    out = tmp_path_factory.mktemp("whole") / "run"
    assert call("run", *TOWN, "--out", out, *QUIETLY) == 0
    return out


def manifest_of(out):
    return json.loads((out / "manifest.json").read_text())


def killed(out, monkeypatch, step, *arguments):
    """Begin a run and end it before a step, with nothing written after that."""
    at_once = Simulation.step

    def cutting(self):
        if self.step_number == step:
            raise Cut
        at_once(self)

    held = []

    class Held(FolderLock):
        def __init__(self, folder):
            super().__init__(folder)
            held.append(self)

    with monkeypatch.context() as patch:
        patch.setattr(Simulation, "step", cutting)
        patch.setattr("samizdat.run.records.FolderLock", Held)
        with pytest.raises(Cut):
            call("run", *TOWN, "--out", out, *QUIETLY, *arguments)
    os.close(held[-1]._descriptor)  # as the system does when a process ends
    assert manifest_of(out)["status"] == "running"


def assert_the_same(out, whole):
    for name in ("nation.parquet", "regions.parquet"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
    assert manifest_of(out)["status"] == "complete"
    assert verify(out).sound


def test_a_run_killed_after_its_manifest_starts_over(whole, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    killed(out, monkeypatch, 7)
    assert call("run", *TOWN, "--out", out, "--no-figures") == 0
    assert "starting over" in capsys.readouterr().out
    assert_the_same(out, whole)


def test_a_run_killed_after_a_checkpoint_goes_on_from_it(whole, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    killed(out, monkeypatch, 12, "--checkpoint-every", 5)
    assert call("run", *TOWN, "--out", out, "--no-figures", "--checkpoint-every", 5) == 0
    assert "resumes after step 10 of 20" in capsys.readouterr().out
    assert_the_same(out, whole)
    assert not checkpoint.files_in(out)


def test_a_run_killed_before_its_manifest_is_repeated(whole, tmp_path):
    out = tmp_path / "run"
    out.mkdir()
    (out / ".lock").write_text("")
    (out / ".manifest.json.partial").write_text('{"status": "run')
    assert call("run", *TOWN, "--out", out, *QUIETLY) == 0
    assert_the_same(out, whole)
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_a_complete_run_is_left_as_it_is(whole, capsys):
    before = {path: path.read_bytes() for path in whole.rglob("*")}
    assert call("run", *TOWN, "--out", whole, "--no-figures", "--threads", 2) == 0
    assert "the run is complete, 20 steps; nothing to do" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in whole.rglob("*")} == before


def test_a_run_of_an_interrupted_graph_goes_on_with_its_ties(tmp_path, monkeypatch):
    ties = tmp_path / "ties.csv"
    rows = "".join(f"{i},{i + 1}\n" for i in range(59))
    ties.write_text("source,target\n" + rows)
    out = tmp_path / "run"
    killed(out, monkeypatch, 7, "--graph", ties)
    assert call("run", *TOWN, "--out", out, *QUIETLY) == 2  # without its graph
    assert call("run", *TOWN, "--graph", ties, "--out", out, *QUIETLY) == 0
    ties.write_text("source,target\n" + rows + "0,5\n")
    assert call("run", *TOWN, "--graph", ties, "--out", out, *QUIETLY) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--seed", 5], "seed = 4, not 5"),
        (["--until", "2014-03-21"], "steps = 20, not 21"),
        (["--set", "attention.beta=0.3"], "attention.beta = 0.12, not 0.3"),
        (["--citizens", 61], "citizens = 60, not 61"),
        (["--regime", "open"], "another run: "),
    ],
)
def test_another_run_is_refused_and_told_apart(whole, capsys, change, words):
    before = {path: path.read_bytes() for path in whole.rglob("*")}
    assert call("run", *TOWN, *change, "--out", whole, *QUIETLY) == 2
    line = capsys.readouterr().err.strip()
    assert len(line.splitlines()) == 1
    assert "the folder is not empty, it holds another run: " in line
    assert words in line
    assert {path: path.read_bytes() for path in whole.rglob("*")} == before


def test_another_version_of_the_model_is_refused(whole, capsys, monkeypatch):
    monkeypatch.setattr("samizdat.run.digests.model_digest", lambda: "another")
    assert call("run", *TOWN, "--out", whole, *QUIETLY) == 2
    assert "another source of the model" in capsys.readouterr().err


def test_force_replaces_a_complete_run_of_the_same(whole, tmp_path, capsys):
    out = tmp_path / "run"
    shutil.copytree(whole, out)
    assert call("run", *TOWN, "--out", out, "--no-figures", "--force") == 0
    assert "nothing to do" not in capsys.readouterr().out
    assert_the_same(out, whole)


def test_a_folder_in_use_is_not_gone_on_with(tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    killed(out, monkeypatch, 7)
    lock = FolderLock(out)
    assert call("run", *TOWN, "--out", out, *QUIETLY) == 2
    assert "another process is writing to this folder" in capsys.readouterr().err
    lock.release()


@pytest.mark.parametrize("place", ["file", "link", "file/below"])
def test_what_is_in_the_way_is_told_before_the_first_step(tmp_path, capsys, monkeypatch, place):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    monkeypatch.setattr(Simulation, "step", None)
    for command in ("run", "compare"):
        assert call(command, *TOWN, "--out", tmp_path / place, "--quiet") == 2
        line = capsys.readouterr().err.strip()
        assert len(line.splitlines()) == 1
        assert str(tmp_path / place.partition("/")[0]) in line
    assert call("animate", *TOWN, "--out", tmp_path / place / "x.gif", "--quiet") == 2
    assert not (tmp_path / "nothing").exists()


def test_too_little_room_is_told_before_the_first_step(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(files, "disk_free", lambda folder: 1_000_000)
    monkeypatch.setattr(Simulation, "step", None)
    assert call("run", *TOWN, "--out", tmp_path / "run", "--quiet") == 2
    assert "5 MB are needed, 1 MB are free" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def short_of_memory(*_args, **_options):
    raise MemoryError("std::bad_alloc")


def test_figures_are_not_tried_with_too_little_memory(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("samizdat.system.memory.available", lambda: (1e6, "limit of the process"))
    monkeypatch.setattr("samizdat.figures.save_all", None)
    assert call("run", *TOWN, "--out", tmp_path / "run", "--quiet") == 2
    line = capsys.readouterr().err.strip()
    assert len(line.splitlines()) == 1
    for word in ("the tables are complete", "they need about 300 MB", "1 MB (limit of the process"):
        assert word in line
    assert verify(tmp_path / "run").sound


def test_figures_that_come_later_are_drawn_from_the_same_tables(tmp_path, monkeypatch):
    out, drawn = tmp_path / "run", []

    def save(nation, regions, bands, folder, **texts):
        drawn.append([nation, regions, bands[["kind", "name", "region", "start", "end"]]])
        drawn[-1].append(pd.DataFrame([texts]))
        return []

    monkeypatch.setattr("samizdat.figures.save_all", save)
    arguments = ["town", "--citizens", 60, "--until", "2014-04-10", "--out", out, "--quiet"]
    assert call("run", *arguments) == 0
    assert call("run", *arguments) == 0  # since nothing was drawn
    at_once, later = drawn
    assert len(at_once[2]) > 3
    for one, two in zip(at_once, later, strict=True):
        for name in {"date", "start", "end"} & set(one):
            one[name], two[name] = pd.to_datetime(one[name]), pd.to_datetime(two[name])
        pd.testing.assert_frame_equal(one, two, check_dtype=False, check_categorical=False)


def test_a_damaged_table_is_not_drawn(tmp_path, capsys, monkeypatch):
    out = tmp_path / "run"
    monkeypatch.setattr("samizdat.figures.save_all", short_of_memory)
    assert call("run", *TOWN, "--out", out, "--quiet") == 2
    content = (out / "regions.parquet").read_bytes()
    (out / "regions.parquet").write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    capsys.readouterr()
    assert call("run", "--resume", out) == 2
    assert "regions.parquet: has changed since it was written" in capsys.readouterr().err


@pytest.mark.slow
def test_figures_that_do_not_fit_lose_nothing_and_come_later(tmp_path, capsys, monkeypatch):
    out = tmp_path / "run"
    arguments = ("run", *TOWN, "--out", out)
    with monkeypatch.context() as patch:
        patch.setattr("samizdat.figures.save_all", short_of_memory)
        assert call(*arguments) == 2
        told = capsys.readouterr()
        assert "Regime:" in told.out
        line = told.err.strip().splitlines()[-1]
        for word in ("the tables are complete", "out of memory", f"--resume {out}"):
            assert word in line
        assert manifest_of(out)["status"] == "complete"
        assert verify(out).sound
    assert call("run", "--resume", out) == 0
    assert "the figures are drawn" in capsys.readouterr().out
    assert verify(out).sound
    assert not verify(out).notes
    other = tmp_path / "other"
    assert call("run", *TOWN, "--out", other, "--quiet") == 0
    names = sorted(path.name for path in (other / "figures").iterdir())
    assert names == sorted(path.name for path in (out / "figures").iterdir())
    for name in names:
        one, two = ((each / "figures" / name).read_bytes() for each in (out, other))
        assert one == two, name
    assert call(*arguments) == 0
    assert "figures are drawn" not in capsys.readouterr().out


def test_the_first_step_is_not_counted_in_the_time_left(monkeypatch, capsys):
    clock = iter([60.0, 70.0, 80.0])  # the first step was compiled for a minute
    monkeypatch.setattr("samizdat.cli.run.time.monotonic", lambda: next(clock))
    progress = _RunProgress(steps=60, quiet=False)

    class Days:
        date = "2014-03-01"

    for done in (1, 11, 21):
        Days.step_number = done
        progress._line(Days)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("about")[1] for line in lines] == [" 49 s left", " 39 s left"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_leaves_a_run_that_the_same_command_ends(whole, tmp_path, number):
    out = tmp_path / "run"
    command = [sys.executable, "-c", SLOWLY, "0.05", "run", *map(str, TOWN), "--out", str(out),
               "--checkpoint-every", "5", *QUIETLY]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not checkpoint.files_in(out) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert manifest_of(out)["status"] == "interrupted"
    assert verify(out).sound
    assert call("run", *TOWN, "--out", out, *QUIETLY) == 0
    assert_the_same(out, whole)
