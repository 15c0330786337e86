"""The folder of a run through its life: what is written and listed when."""

import errno
import json
import re

import pytest
from recording import (
    NATION,
    REGIONS,
    begun,
    manifest_of,
    names_in,
    stepped,
    table_of,
)

from samizdat import Simulation
from samizdat.run import checkpoint, records
from samizdat.run.records import RecordError, RunPlan, RunRecord, bytes_needed, earlier_manifest
from samizdat.run.tables import table_digest
from samizdat.system.files import FolderLock
from samizdat.system.manifests import COMPLETE, INTERRUPTED, file_digest, write_manifest
from samizdat.system.memory import bytes_per_unit
from worlds import town

# The beginning


def test_a_run_begins_with_a_manifest_and_a_lock(out):
    kept, simulation = begun(out, 6, 2.0)
    facts = manifest_of(out)
    assert names_in(out) == [".lock", "manifest.json"]
    assert {**facts, "graph": 0, "population": 0, "scenario": 0} == {
        **kept.manifest, "graph": 0, "population": 0, "scenario": 0,
    }  # fmt: skip
    told = {
        "status": "running", "scenario_name": "town", "seed": 3, "citizens": 60, "steps": 0,
        "steps_asked": 6, "threads": 1, "command": ["run", "town"], "wall_seconds": 0.0,
        "peak_memory_bytes": 0, "resumed": [], "graph_file": None, "checkpoint_every_days": 2.0,
        "files_sha256": {},
    }  # fmt: skip
    assert {name: facts[name] for name in told} == told
    identity = simulation.identity()
    for name in ("model", "graph", "traits", "scenario"):
        assert facts[f"{name}_digest"] == identity[name]
    assert facts["scenario"] == json.loads(json.dumps(simulation.scenario.to_table(), default=str))
    regions = facts["population"]["region_citizens"]
    assert sum(regions.values()) == 60
    assert list(regions) == list(simulation.scenario.region_names)
    assert not kept.complete
    with pytest.raises(BlockingIOError):
        FolderLock(out)
    kept.release()
    FolderLock(out).release()


def test_without_a_plan_all_steps_are_asked_for_and_no_checkpoints(out):
    simulation = Simulation(town(60), seed=3, threads=1)
    kept = RunRecord(out)
    kept.begin(simulation, [], "ties.csv")
    assert kept.manifest["steps_asked"] == simulation.steps
    assert kept.manifest["graph_file"] == "ties.csv"
    assert "checkpoint_every_days" not in kept.manifest
    assert not kept.checkpoints
    kept.release()


@pytest.mark.parametrize(
    ("step_days", "days", "due"),
    [(1, 2.0, [2, 4]), (1, 2.9, [2, 4]), (1, 0.3, [1, 2, 3, 4, 5]), (1, 6.0, []), (1, None, []),
     (0.5, 1.0, [2, 4]), (0.1, 0.3, [3]), (3, 7.0, [2, 4])],
)  # fmt: skip
def test_a_checkpoint_is_due_every_so_many_days_but_not_at_the_end(out, step_days, days, due):
    kept, simulation = begun(out, 6, days, world=town(60, step_days=step_days))
    assert kept.checkpoints is (days is not None)
    found = []
    for k in range(1, 7):
        before = manifest_of(out)["steps"]
        stepped(kept, simulation, k)
        if manifest_of(out)["steps"] != before:
            found.append(manifest_of(out)["steps"])
            assert checkpoint.latest(out)[0].step == k
    assert found == due
    kept.release()


def test_what_is_written_on_the_way_is_listed_and_whole(out):
    kept, simulation = begun(out, 6, 2.0)
    stepped(kept, simulation, 5)
    facts = manifest_of(out)
    assert (facts["status"], facts["steps"], facts["wall_seconds"]) == ("running", 4, 4.0)
    assert "summary" not in facts
    assert facts["last_checkpoint"] == "checkpoints/step-000000004.npz"
    assert facts["last_date"] == "2014-03-04"
    assert facts["peak_memory_bytes"] > 10**6
    assert {*facts["files_sha256"]} == {
        NATION, REGIONS, "checkpoints/step-000000002.npz", "checkpoints/step-000000004.npz",
    }  # fmt: skip
    for name, digest in facts["files_sha256"].items():
        assert file_digest(out / name) == digest
    assert table_of(out)["step"].tolist() == [0, 1, 2, 3]
    assert len(table_of(out, REGIONS)) == 8
    assert facts["nation_sha256"] == table_digest(table_of(out))
    kept.release()


def test_the_newest_two_checkpoints_stay_and_are_listed(out):
    kept, simulation = begun(out, 6, 1.0)
    stepped(kept, simulation, 5)
    there = [f"checkpoints/step-{k:09d}.npz" for k in (4, 5)]
    assert sorted(manifest_of(out)["files_sha256"]) == [*there, NATION, REGIONS]
    assert [name for name in names_in(out) if name.startswith("checkpoints/")] == there
    kept.release()


def test_the_room_that_a_run_needs_is_that_of_tables_figures_and_three_checkpoints():
    tables = 5_000_000 + 300 * 6 * (1 + 2)  # of the nation and of two regions
    assert bytes_needed(town(60), RunPlan(6)) == tables
    checkpoints = int(3 * 60 * bytes_per_unit().state)
    assert bytes_needed(town(60), RunPlan(6, 1.0)) == tables + checkpoints


# The end


def test_a_complete_run_has_tables_a_summary_and_no_checkpoints(out):
    kept, simulation = begun(out, 6, 2.0)
    stepped(kept, simulation, 6)
    facts = kept.end(simulation, COMPLETE, 7.12345)
    assert facts == kept.manifest
    assert kept.complete
    assert names_in(out) == ["manifest.json", NATION, REGIONS]
    facts = manifest_of(out)
    assert (facts["status"], facts["steps"], facts["wall_seconds"]) == ("complete", 6, 7.123)
    assert "last_checkpoint" not in facts
    assert facts["summary"] == json.loads(json.dumps(simulation.summary, default=str))
    assert {*facts["files_sha256"]} == {NATION, REGIONS}
    assert table_digest(table_of(out)) == table_digest(simulation.nation) == facts["nation_sha256"]
    assert table_digest(table_of(out, REGIONS)) == table_digest(simulation.regions)


def test_an_interrupted_run_leaves_a_checkpoint_if_it_writes_any(interrupted, out):
    facts = manifest_of(interrupted)
    assert (facts["status"], facts["steps"]) == ("interrupted", 4)
    assert "summary" in facts
    assert checkpoint.latest(interrupted)[0].step == 4
    assert not (interrupted / ".lock").exists()
    kept, simulation = begun(out)
    stepped(kept, simulation, 3)
    kept.end(simulation, INTERRUPTED, 1.0)
    assert names_in(out) == ["manifest.json", NATION, REGIONS]
    assert "last_checkpoint" not in manifest_of(out)


def test_a_run_that_took_no_step_has_no_last_date(out):
    kept, simulation = begun(out)
    kept.end(simulation, INTERRUPTED, 1.0)
    assert manifest_of(out)["last_date"] is None


def test_what_is_drawn_is_listed_and_the_lock_goes_whatever_happens(out):
    kept, simulation = begun(out)

    def draw():
        assert manifest_of(out)["status"] == "complete"
        (out / "figures").mkdir()
        (out / "figures" / "a.png").write_bytes(b"a")
        return [out / "figures" / "a.png"]

    stepped(kept, simulation, 6)
    kept.end(simulation, COMPLETE, 1.0, draw)
    files = manifest_of(out)["files_sha256"]
    assert {*files} == {NATION, REGIONS, "figures/a.png"}
    assert files["figures/a.png"] == file_digest(out / "figures" / "a.png")
    assert not (out / ".lock").exists()

    kept, simulation = begun(out, force=True)
    assert names_in(out) == [".lock", "manifest.json"]

    def fail():
        raise MemoryError

    with pytest.raises(MemoryError):
        kept.end(simulation, COMPLETE, 1.0, fail)
    assert not (out / ".lock").exists()
    assert table_of(out) is not None


def test_a_failed_run_says_why_and_keeps_what_it_has(out):
    kept, simulation = begun(out, 6, 2.0)
    stepped(kept, simulation, 3)
    kept.fail(ValueError("no"))
    facts = manifest_of(out)
    assert (facts["status"], facts["error"], facts["steps"]) == ("failed", "ValueError: no", 2)
    assert checkpoint.latest(out)[0].step == 2
    assert {NATION, REGIONS} <= facts["files_sha256"].keys()
    assert not (out / ".lock").exists()


def test_a_failure_that_cannot_be_written_is_no_second_one(out, monkeypatch):
    kept, _ = begun(out)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(records, "write_manifest", full)
    kept.fail(ValueError("no"))
    assert not (out / ".lock").exists()
    assert manifest_of(out)["status"] == "running"


# Going on


def test_a_resumed_run_keeps_its_steps_and_adds_its_seconds(copy):
    kept = RunRecord(copy, resume=True)
    assert kept.seconds_before == 4.5
    assert not kept.complete
    with pytest.raises(BlockingIOError):
        FolderLock(copy)
    simulation = Simulation.restore(checkpoint.latest(copy)[0].path, threads=1)
    kept.resume(simulation, RunPlan(6, 1.0))
    facts = manifest_of(copy)
    assert (facts["status"], facts["steps"], facts["wall_seconds"]) == ("running", 4, 4.5)
    assert not {"summary", "error", "last_date"} & facts.keys()
    (resumption,) = facts["resumed"]
    assert (resumption["steps"], resumption["threads"]) == (4, 1)
    assert resumption["model_digest"] == facts["model_digest"]
    assert facts["checkpoint_every_days"] == 1.0
    assert checkpoint.latest(copy)[0].step == 4
    stepped(kept, simulation, 6)
    kept.end(simulation, COMPLETE, 2.25)
    facts = manifest_of(copy)
    assert (facts["steps"], facts["wall_seconds"], len(facts["resumed"])) == (6, 6.75, 1)
    assert table_of(copy)["step"].tolist() == list(range(6))


def test_a_run_resumed_twice_notes_both(copy):
    for k in (1, 2):
        kept = RunRecord(copy, resume=True)
        simulation = Simulation.restore(checkpoint.latest(copy)[0].path, threads=1)
        kept.resume(simulation, RunPlan(6, 1.0))
        kept.end(simulation, INTERRUPTED, 1.0)
        assert len(manifest_of(copy)["resumed"]) == k
        assert manifest_of(copy)["wall_seconds"] == 4.5 + k


def test_a_run_that_starts_over_keeps_no_steps_seconds_or_files(copy):
    (copy / "figures").mkdir()
    (copy / "figures" / "a.png").write_bytes(b"a")
    (copy / "notes.txt").write_text("mine")
    kept = RunRecord(copy, resume=True)
    kept.resume(Simulation(town(60), seed=3, threads=1), RunPlan(6))
    facts = manifest_of(copy)
    assert (facts["steps"], facts["wall_seconds"], facts["files_sha256"]) == (0, 0.0, {})
    assert not {"last_checkpoint", "nation_sha256", "summary"} & facts.keys()
    assert names_in(copy) == [".lock", "manifest.json", "notes.txt"]
    assert kept.seconds_before == 0.0
    kept.release()


def test_figures_of_before_are_not_listed_once_it_goes_on(copy):
    facts = manifest_of(copy)
    (copy / "figures").mkdir()
    (copy / "figures" / "a.png").write_bytes(b"a")
    facts["files_sha256"]["figures/a.png"] = file_digest(copy / "figures" / "a.png")
    write_manifest(copy / "manifest.json", facts)
    kept = RunRecord(copy, resume=True)
    simulation = Simulation.restore(checkpoint.latest(copy)[0].path, threads=1)
    kept.resume(simulation, RunPlan(6, 1.0))
    listed = manifest_of(copy)["files_sha256"]
    assert "figures/a.png" not in listed
    assert NATION in listed
    kept.release()


def test_a_complete_run_is_reopened_without_a_lock(out):
    kept, simulation = begun(out)
    stepped(kept, simulation, 6)
    kept.end(simulation, COMPLETE, 1.0)
    lock = FolderLock(out)
    again = RunRecord(out, resume=True)
    assert again.complete
    again.release()
    lock.release()


def test_no_other_process_may_be_writing(copy):
    lock = FolderLock(copy)
    wanted = f"resume = {copy}: another process is writing to this folder"
    with pytest.raises(RecordError, match=f"^{re.escape(wanted)}$"):
        RunRecord(copy, resume=True)
    lock.release()


def test_what_changes_before_the_lock_is_held_is_read_again(copy, monkeypatch):
    facts = manifest_of(copy)

    class Late(FolderLock):
        def __init__(self, folder):
            write_manifest(folder / "manifest.json", facts | {"wall_seconds": 9.5})
            super().__init__(folder)

    monkeypatch.setattr(records, "FolderLock", Late)
    kept = RunRecord(copy, resume=True)
    assert kept.seconds_before == 9.5
    kept.release()


def test_an_earlier_run_is_known_by_its_whole_manifest(copy, tmp_path):
    facts = manifest_of(copy)
    assert earlier_manifest(copy) == facts
    write_manifest(copy / "manifest.json", {**facts, "checkpoint_every_days": "never"})
    assert earlier_manifest(copy)["checkpoint_every_days"] == "never"
    for name in ("seed", "status", "scenario"):
        write_manifest(copy / "manifest.json", {**facts, name: None})
        assert earlier_manifest(copy) is None
    (copy / "manifest.json").write_text("{}")
    assert earlier_manifest(copy) is None
    assert earlier_manifest(tmp_path / "none") is None
