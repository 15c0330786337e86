"""Whether a folder holds what was written: `verify`, from Python and from the command line."""

import json
import os
import random
import shutil
from pathlib import Path

import pytest
from sweeping import flipped

from command import call
from samizdat import Scenario, Simulation, read_table, verify
from samizdat.batch import folder as of_folder
from samizdat.batch import parts
from samizdat.batch.experiment import ExperimentError
from samizdat.batch.verify import DamageError, check_folder
from samizdat.report import write_report
from samizdat.run.records import RunPlan, RunRecord
from samizdat.system.manifests import COMPLETE, INTERRUPTED, read_manifest, write_manifest
from small_sweeps import GRID, TOWN, sweep, tipping

STEPS = 12


def written_run(out, status=COMPLETE, seed=1, *, steps=STEPS, draw=True, force=False):
    """Write a run as the command does, in this process."""
    simulation = Simulation(Scenario.load("town").change({"citizens": 60}), seed)
    record = RunRecord(out, force=force)
    record.begin(simulation, ["samizdat", "run"], None, RunPlan(STEPS, 4))
    for _ in range(steps):
        simulation.step()
        record.after_step(simulation, 0.1)

    def drawn():
        (out / "figures").mkdir(exist_ok=True)
        (out / "figures" / "one.png").write_bytes(b"a picture")
        return [out / "figures" / "one.png"]

    record.end(simulation, status, 1.0, drawn if draw else None)
    return out


@pytest.fixture(scope="module")
def one_run(tmp_path_factory):
    return written_run(tmp_path_factory.mktemp("verified") / "run")


@pytest.fixture
def run(one_run, tmp_path):
    return shutil.copytree(one_run, tmp_path / "run")


@pytest.fixture(scope="module")
def one_sweep(tmp_path_factory):
    """A sweep with its quick form, series and a report."""
    out = tmp_path_factory.mktemp("verified") / "sweep"
    town = TOWN | {"until": "2014-03-04", "set": {"citizens": 60}}
    sweep(out, town)
    sweep(out / "quick", town | {"replicates": 1})
    write_report(out)
    return out


@pytest.fixture
def swept(one_sweep, tmp_path):
    return shutil.copytree(one_sweep, tmp_path / "sweep")


def test_a_run_is_sound(run):
    found = verify(run)
    assert found.sound
    assert not found.notes
    assert found.checked == 4
    assert set(read_manifest(run / "manifest.json")["files_sha256"]) == {
        "nation.parquet",
        "regions.parquet",
        "figures/one.png",
    }


def test_an_interrupted_run_lists_its_checkpoints(tmp_path):
    found = verify(written_run(tmp_path / "run", INTERRUPTED, steps=9))
    assert (found.sound, found.notes, found.checked) == (True, [], 6)


def test_figures_that_cannot_be_drawn_leave_a_complete_run(tmp_path):
    def draw():
        raise MemoryError

    simulation = Simulation(Scenario.load("town").change({"citizens": 60}), 1)
    record = RunRecord(tmp_path / "run")
    record.begin(simulation, [], None, RunPlan(1))
    simulation.step()
    with pytest.raises(MemoryError):
        record.end(simulation, COMPLETE, 1.0, draw)
    assert read_manifest(tmp_path / "run" / "manifest.json")["status"] == COMPLETE
    assert verify(tmp_path / "run").sound
    assert not (tmp_path / "run" / ".lock").exists()


def test_a_sweep_with_its_quick_form_and_report_is_sound(swept):
    found = verify(swept)
    assert found.sound
    assert not found.notes
    files = [path for path in swept.rglob("*") if path.is_file()]
    assert found.checked == len(files)


def test_a_report_elsewhere_is_verified_too(one_sweep, tmp_path):
    write_report(one_sweep, tmp_path / "out")
    assert verify(tmp_path / "out").sound
    flipped(tmp_path / "out" / "table.csv", random.Random(1))
    assert verify(tmp_path / "out").wrong == ["table.csv: has changed since it was written"]


def test_another_runs_table_is_not_taken_for_its_own(run, tmp_path, capsys):
    other = written_run(tmp_path / "other", seed=2)
    shutil.copy(other / "nation.parquet", run / "nation.parquet")
    line = "nation.parquet: has changed since it was written"
    assert verify(run).wrong == [line]
    with pytest.raises(OSError, match=line):
        read_table(run)
    with pytest.raises(DamageError, match=line):
        check_folder(run)
    assert call("run", "--resume", run) == 2
    assert line in capsys.readouterr().err


def test_a_table_of_other_content_is_noticed_though_its_bytes_are_listed(run):
    path = run / "manifest.json"
    write_manifest(path, read_manifest(path) | {"nation_sha256": "0" * 64})
    assert "not the table whose content" in verify(run).wrong[0]


def test_a_missing_file_is_named(run, swept):
    (run / "figures" / "one.png").unlink()
    assert verify(run).wrong == ["figures/one.png: is missing"]
    (swept / "design.parquet").unlink()
    (swept / "report" / "table.csv").unlink()
    assert set(verify(swept).wrong) == {
        "design.parquet: is missing",
        "report/table.csv: is missing",
    }


def test_files_that_nobody_listed_are_named_and_no_failure(run):
    (run / "figures" / "mine.png").write_bytes(b"mine")
    (run / ".nation.parquet.partial").write_bytes(b"half")
    (run / ".lock").touch()
    found = verify(run)
    assert found.sound
    assert found.notes == [
        ".nation.parquet.partial: was left by a process that was killed",
        "figures/mine.png: is not listed",
    ]


@pytest.mark.parametrize("kind", [parts.RUNS, parts.SERIES])
def test_a_missing_part_of_a_complete_sweep_is_a_failure(swept, kind):
    parts.parts_in(swept / kind)[0].path.unlink()
    (line,) = verify(swept).wrong
    assert line.startswith(f"{kind}: ")
    assert "missing" in line


def test_a_sweep_without_its_rows_says_so(swept):
    shutil.rmtree(swept / "runs")
    shutil.rmtree(swept / "series")
    found = verify(swept)
    assert found.sound
    assert found.notes == ["runs: the runs of the sweep are not in this copy"]


def test_a_sweep_that_is_not_complete_is_sound(tmp_path):
    assert verify(sweep(tmp_path / "s", GRID, tipping, leave_out=range(10))).sound


def test_a_damaged_part_is_named_and_not_reported(swept, capsys):
    part = parts.parts_in(swept / "runs")[0].path
    flipped(part, random.Random(3))
    line = f"runs/{part.name}: has changed since it was written"
    assert verify(swept).wrong == [line]
    before = (swept / "report" / "report.html").read_bytes()
    assert call("report", swept) == 2
    assert line in capsys.readouterr().err
    assert (swept / "report" / "report.html").read_bytes() == before
    assert call("report", swept, "--skip-damaged", "--quiet") == 0


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to(path)])
@pytest.mark.parametrize("kind", ["runs", "series"])
def test_what_is_no_file_in_place_of_a_part_is_a_damaged_part(swept, make, kind, capsys):
    part = parts.parts_in(swept / kind)[0].path
    part.unlink()
    make(part)
    line = f"{kind}/{part.name}: has changed since it was written"
    assert verify(swept).wrong == [line]
    assert call("report", swept) == 2
    assert line in capsys.readouterr().err


def test_a_report_without_its_manifest_is_not_sound(swept):
    (swept / "report" / ".report.json").unlink()
    assert verify(swept).wrong == ["report/.report.json: is missing"]


def test_a_report_that_was_not_finished_says_so(swept, monkeypatch):
    from samizdat.report import write

    def killed(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(write, "page", killed)
    with pytest.raises(KeyboardInterrupt):
        write_report(swept)
    found = verify(swept)
    assert found.sound
    assert "report/.report.json: the report was not finished: write it again" in found.notes
    monkeypatch.undo()
    write_report(swept)
    assert not verify(swept).notes


def test_a_comparison_is_verified_with_its_runs(run, tmp_path):
    out = tmp_path / "compared"
    shutil.copytree(run, out / "open")
    (out / "compare.csv").write_text("regime\nopen\n")
    facts = {"status": "complete", "files_sha256": {}}
    write_manifest(out / "manifest.json", facts)
    found = verify(out)
    assert (found.sound, found.notes) == (True, ["compare.csv: is not listed"])
    flipped(out / "open" / "regions.parquet", random.Random(1))
    assert verify(out).wrong == ["open/regions.parquet: has changed since it was written"]


def test_a_manifest_of_an_earlier_version_is_refused_by_name(run, capsys):
    path = run / "manifest.json"
    table = json.loads(path.read_text())
    del table["manifest_sha256"]
    path.write_text(json.dumps(table))
    words = "carries no digest (manifest_sha256), so it was written by an earlier version"
    assert verify(run).wrong == [f"manifest.json: {words}"]
    assert call("run", "--resume", run) == 2
    assert f"{path}: {words}" in capsys.readouterr().err
    with pytest.raises(OSError, match="carries no digest"):
        read_table(run)


def test_a_sweep_of_an_earlier_version_says_what_to_do(swept, capsys):
    path = swept / "manifest.json"
    table = json.loads(path.read_text())
    del table["manifest_sha256"]
    path.write_text(json.dumps(table))
    assert call("report", swept) == 2
    line = capsys.readouterr().err
    assert "earlier version; remove manifest.json and sweep again" in line


def test_the_command_prints_a_line_for_each_file_and_a_summary(run, capsys):
    assert call("verify", run) == 0
    assert capsys.readouterr().out == f"{run}: 4 files compared, sound\n"
    flipped(run / "nation.parquet", random.Random(1))
    (run / "regions.parquet").unlink()
    (run / "mine.txt").touch()
    assert call("verify", run) == 1
    assert capsys.readouterr().out.splitlines() == [
        "nation.parquet: has changed since it was written",
        "regions.parquet: is missing",
        "note: mine.txt: is not listed",
        f"{run}: 3 files compared, 2 damaged or missing",
    ]


def test_a_folder_of_nothing_is_a_usage_error(tmp_path, capsys):
    (tmp_path / "notes.txt").touch()
    for folder in (tmp_path, tmp_path / "none", tmp_path / "notes.txt"):
        assert call("verify", folder) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("name", ["manifest.json", "nation.parquet", "figures/one.png"])
def test_a_pipe_or_a_folder_in_place_of_a_file_is_named(run, name):
    for make in (os.mkfifo,) if name == "manifest.json" else (os.mkfifo, os.mkdir):
        shutil.move(run / name, run.parent / "kept")
        make(run / name)
        assert verify(run).wrong == [f"{name}: is not a regular file"]
        if name != "figures/one.png":
            with pytest.raises((OSError, ExperimentError), match=r"(?i)is not a regular file"):
                read_table(run)
        (Path.rmdir if make is os.mkdir else Path.unlink)(run / name)
        shutil.move(run.parent / "kept", run / name)


class Moments:
    """A copy of a folder before each rename and each removal, as a kill there would leave it."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.verified, self.wrong = folder, 0, []
        for name in ("replace", "unlink"):
            monkeypatch.setattr(Path, name, self._looked(getattr(Path, name)))

    def _looked(self, done):
        def look(path, *arguments, **how):
            if self.folder in path.parents:
                self.look()
            return done(path, *arguments, **how)

        return look

    def look(self):
        if (self.folder / "manifest.json").exists():
            self.wrong += verify(self.folder).wrong
            self.verified += 1
            if (self.folder / "nation.parquet").exists() and read_manifest(
                self.folder / "manifest.json"
            )["files_sha256"]:
                read_table(self.folder)


def test_a_run_is_sound_at_every_moment(tmp_path, monkeypatch):
    seen = Moments(tmp_path / "run", monkeypatch)
    written_run(tmp_path / "run", INTERRUPTED, steps=9)
    written_run(tmp_path / "run", force=True)
    assert not seen.wrong
    assert seen.verified > 30


def test_a_run_that_is_resumed_is_sound_at_every_moment(tmp_path, monkeypatch):
    out = written_run(tmp_path / "run", INTERRUPTED, steps=9)
    seen = Moments(out, monkeypatch)
    assert call("run", "--resume", out, "--no-figures", "--quiet") == 0
    assert not seen.wrong
    assert seen.verified > 8
    assert verify(out).notes == ["figures/one.png: is not listed"]


def test_a_sweep_that_grows_is_sound_at_every_moment(tmp_path, monkeypatch):
    seen = Moments(tmp_path / "s", monkeypatch)
    rule = {"until_half_width": 0.4, "of": "a", "min": 2, "max": 8, "batch": 2}
    from samizdat import sweep as swept_at_once

    table = GRID | {"replicates": rule, "cascade": None, "resources": {"chunk_runs": 4}}
    table.pop("cascade")
    swept_at_once(table, tmp_path / "s", model=tipping, jobs=1)
    assert not seen.wrong
    assert seen.verified > 20
    assert verify(tmp_path / "s").sound


def test_two_shards_leave_a_sound_folder(tmp_path):
    """The second begins while what the first was about to write is still pending."""
    out = sweep(tmp_path / "s", GRID, tipping, leave_out=range(10))
    path = out / "manifest.json"
    facts = read_manifest(path)
    digest = facts["files_sha256"].pop("design.parquet")
    write_manifest(path, facts | {"pending_sha256": {"design.parquet": digest}})
    assert verify(out).sound
    here = of_folder.SweepFolder(out, "1of2")
    here._session = {"started": "now", "shard": "1of2"}
    here.end("running", {})
    assert read_manifest(path)["files_sha256"] == {"design.parquet": digest}
    assert "pending_sha256" not in read_manifest(path)
    assert verify(out).sound
