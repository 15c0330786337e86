"""The power fails at any moment of a run: what is left is sound, and goes on."""

import itertools
import shutil
from pathlib import Path

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

from fake_disk import record, restored
from samizdat import Simulation
from samizdat.run import checkpoint
from samizdat.run.records import RunPlan, RunRecord
from samizdat.run.tables import table_digest
from samizdat.system.manifests import COMPLETE, accepted, file_digest
from worlds import same_state, town

# A power cut


def assert_sound(folder):
    """Check what the manifest lists; return its status and steps, None where there is none."""
    if not (folder / "manifest.json").exists():
        assert not [name for name in names_in(folder) if not Path(name).name.startswith(".")]
        return None
    facts = manifest_of(folder)
    for name in facts["files_sha256"]:
        assert file_digest(folder / name) in accepted(facts, name), name
    for name in (NATION, REGIONS):
        if (folder / name).exists() and accepted(facts, name):
            assert file_digest(folder / name) in accepted(facts, name)
    newest, complaints = checkpoint.latest(folder)
    assert complaints == []
    if "last_checkpoint" in facts:
        assert newest is not None
        assert newest.step >= facts["steps"]
    return facts["status"], facts["steps"]


@pytest.mark.parametrize("every", [None, 1.0])
def test_a_power_cut_leaves_a_run_that_is_sound(tmp_path, monkeypatch, every):
    there, again = tmp_path / "there", itertools.count()
    there.mkdir()
    with monkeypatch.context() as patch:
        disk = record(patch, there)
        kept, simulation = begun(there / "out", 2, every)
        stepped(kept, simulation, 2)
        kept.end(simulation, COMPLETE, 2.0)
    found = set()
    for state in disk.distinct():
        folder = restored(state, tmp_path / f"{next(again)}") / "out"
        if folder.exists():
            found.add(assert_sound(folder))
        shutil.rmtree(folder.parent)
    on_the_way = {("running", 1)} if every else set()
    assert found == {None, ("running", 0), ("complete", 2)} | on_the_way
    for state in disk.after():
        folder = restored(state, tmp_path / f"{next(again)}") / "out"
        assert assert_sound(folder) == ("complete", 2)
        assert {NATION, REGIONS} <= {*names_in(folder)}
        assert table_digest(table_of(folder)) == table_digest(simulation.nation)
        assert RunRecord(folder, resume=True).complete


def test_a_run_that_lost_its_power_goes_on_and_ends_the_same(tmp_path, monkeypatch, interrupted):
    whole = Simulation(town(60), seed=3, threads=1)
    while whole.step_number < 6:
        whole.step()
    there = tmp_path / "there"
    shutil.copytree(interrupted, there / "out")
    with monkeypatch.context() as patch:
        disk = record(patch, there)
        kept = RunRecord(there / "out", resume=True)
        simulation = Simulation.restore(checkpoint.latest(there / "out")[0].path, threads=1)
        kept.resume(simulation, RunPlan(6, 1.0))
        stepped(kept, simulation, 6)
        kept.end(simulation, COMPLETE, 1.0)
    states = disk.distinct()
    for k, state in enumerate(states[:: max(1, len(states) // 12)]):
        folder = restored(state, tmp_path / f"{k}") / "out"
        assert_sound(folder)
        again = RunRecord(folder, resume=True)
        if not again.complete:
            simulation = Simulation.restore(checkpoint.latest(folder)[0].path, threads=1)
            assert simulation.step_number in (4, 5)
            again.resume(simulation, RunPlan(6, 1.0))
            stepped(again, simulation, 6)
            assert same_state(simulation, whole)
            again.end(simulation, COMPLETE, 1.0)
        assert table_digest(table_of(folder)) == table_digest(whole.nation.iloc[:6])
