"""A run that is killed, interrupted or damaged, and goes on from its last checkpoint."""

import random
import shutil
import signal
import time

import pandas as pd
import pytest
from resuming import (
    QUIETLY,
    TOWN,
    assert_the_same,
    interrupted,
    refused,
    slowly,
    steps_kept,
    stopped,
    until,
)
from test_cli import manifest_of

from command import call
from samizdat import read_table, verify
from samizdat.run import checkpoint, digests
from samizdat.run.records import RunRecord
from samizdat.run.tables import table_digest
from samizdat.system.files import FolderLock
from samizdat.system.manifests import read_manifest, write_manifest


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run that nothing happened to."""
    out = tmp_path_factory.mktemp("whole") / "run"
    assert call("run", *TOWN, "--out", out, *QUIETLY) == 0
    return out


def test_checkpoints_change_nothing_and_are_gone_at_the_end(whole, tmp_path):
    out = tmp_path / "run"
    assert call("run", *TOWN, "--out", out, "--checkpoint-every", 7, *QUIETLY) == 0
    assert_the_same(out, whole)


@pytest.mark.parametrize("moment", [0, *(pytest.param(m, marks=pytest.mark.slow) for m in (1, 2))])
def test_a_killed_run_loses_at_most_the_days_since_its_checkpoint(whole, tmp_path, capsys, moment):
    out = tmp_path / "run"
    wait = random.Random(moment).uniform(0, 0.15)
    process, *_ = interrupted(out, wait=wait, after=10 + 10 * moment)
    assert process.returncode == -signal.SIGKILL
    kept = steps_kept(out)
    assert 1 <= len(kept) <= 3  # three between the writing of one and the removal of another
    manifest = manifest_of(out)
    assert manifest["status"] == "running"
    assert manifest["steps"] in kept
    assert verify(out).sound
    nation = read_table(out / "nation.parquet")
    assert table_digest(nation) == table_digest(
        read_table(whole / "nation.parquet").iloc[: len(nation)].reset_index(drop=True)
    )
    assert call("run", "--resume", out, "--no-figures") == 0
    told = capsys.readouterr().out
    assert f"resumes after step {kept[0]} of 60" in told
    assert_the_same(out, whole)
    after = manifest_of(out)
    assert after["started"] == manifest["started"]
    assert after["command"] == manifest["command"]
    assert after["wall_seconds"] > manifest["wall_seconds"]
    assert [each["steps"] for each in after["resumed"]] == [kept[0]]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
def test_who_asks_a_run_to_end_loses_nothing(whole, tmp_path, number, code):
    out = tmp_path / "a run"
    process, said, _ = interrupted(out, number=number, wait=0.05)
    assert process.returncode == code
    assert f"To resume: samizdat run --resume '{out}'" in said
    manifest = manifest_of(out)
    assert manifest["status"] == "interrupted"
    assert manifest["steps"] == max(steps_kept(out))
    assert manifest["steps"] == len(read_table(out / "nation.parquet"))
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, whole)


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_ends_the_same(whole, tmp_path):
    out, rng = tmp_path / "run", random.Random(1)
    interrupted(out, after=5)
    for lives in range(3, 40):
        process = slowly("--resume", out, "--no-figures", "--threads", 1 + lives % 2)
        begun = max(steps_kept(out))
        time.sleep(rng.uniform(0, 3))  # it may not even have begun
        if process.poll() is None and lives < 9:
            process.kill()
        process.communicate(timeout=120)
        if manifest_of(out)["status"] == "complete":  # its checkpoints go when all is written
            break
        assert max(steps_kept(out)) >= begun
    assert verify(out).sound
    assert call("run", "--resume", out, *QUIETLY) == 0  # killed at its very end, it is complete
    assert_the_same(out, whole)
    assert manifest_of(out)["resumed"]


def test_checkpoints_of_a_run_that_was_killed_at_its_very_end_go(whole, tmp_path, monkeypatch):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "clear", lambda folder: None)
        arguments = ["--out", out, "--checkpoint-every", 7, *QUIETLY]
        assert call("run", *TOWN, *arguments) == 0
    assert steps_kept(out)
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, whole)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A run that was killed after its second checkpoint."""
    out = tmp_path_factory.mktemp("killed") / "run"
    interrupted(out, after=10)
    assert len(steps_kept(out)) >= 2
    return out


def test_threads_may_change(whole, killed, tmp_path):
    out = shutil.copytree(killed, tmp_path / "run")
    assert call("run", "--resume", out, "--threads", 3, *QUIETLY) == 0
    assert_the_same(out, whole)
    assert manifest_of(out)["resumed"][0]["threads"] == 3


@pytest.mark.slow
def test_threads_are_those_that_it_began_with(tmp_path):
    interrupted(tmp_path / "run", "--threads", 2)
    assert call("run", "--resume", tmp_path / "run", *QUIETLY) == 0
    assert manifest_of(tmp_path / "run")["resumed"][0]["threads"] == 2


@pytest.mark.slow
def test_pictures_are_the_same_too(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    assert call("run", *TOWN, "--out", one, "--quiet") == 0
    interrupted(two)
    assert call("run", "--resume", two, "--quiet") == 0
    pictures = sorted(path.name for path in (one / "figures").iterdir())
    assert pictures
    for name in pictures:
        assert (one / "figures" / name).read_bytes() == (two / "figures" / name).read_bytes()


def test_a_damaged_newest_is_passed_over(whole, killed, tmp_path, capsys):
    out = shutil.copytree(killed, tmp_path / "run")
    newest, before = checkpoint.files_in(out)[:2]
    data = bytearray(newest.read_bytes())
    data[len(data) // 3] ^= 16
    newest.write_bytes(data)
    step = int(before.stem.removeprefix("step-"))
    assert call("run", "--resume", out, "--no-figures") == 0
    told = capsys.readouterr().out
    assert f"{newest}: damaged or cut short; skipped" in told
    assert f"resumes after step {step} of 60" in told
    assert_the_same(out, whole)


def test_without_a_valid_one_it_starts_over(whole, killed, tmp_path, capsys):
    out = shutil.copytree(killed, tmp_path / "run")
    for path in checkpoint.files_in(out):
        path.write_bytes(path.read_bytes()[:-9])
    assert call("run", "--resume", out, "--no-figures") == 0
    assert "no checkpoint to resume from: starting over" in capsys.readouterr().out
    assert_the_same(out, whole)
    assert manifest_of(out)["resumed"][0]["steps"] == 0


def test_a_run_that_starts_over_keeps_no_steps_and_seconds(killed, tmp_path, monkeypatch):
    """What the manifest says while it runs, and the seconds at its end."""
    out = shutil.copytree(killed, tmp_path / "run")
    shutil.rmtree(out / "checkpoints")
    path = out / "manifest.json"
    before = read_manifest(path)
    files = {n: d for n, d in before["files_sha256"].items() if not n.startswith("checkpoints/")}
    write_manifest(path, before | {"wall_seconds": 5000.0, "files_sha256": files})
    seen = []
    after_step = RunRecord.after_step

    def looked(record, simulation, seconds):
        if simulation.step_number == 1:
            seen.append(manifest_of(out) | {"before": record.seconds_before})
        after_step(record, simulation, seconds)

    monkeypatch.setattr(RunRecord, "after_step", looked)
    assert before["steps"] >= 5
    assert call("run", "--resume", out, *QUIETLY) == 0
    (began,) = seen
    assert (began["status"], began["steps"], began["wall_seconds"]) == ("running", 0, 0.0)
    assert began["before"] == 0.0
    assert began["files_sha256"] == {}
    assert not {"nation_sha256", "last_checkpoint", "summary", "last_date"} & set(began)
    assert manifest_of(out)["wall_seconds"] < 1000


def test_a_run_that_wrote_none_starts_over(whole, tmp_path, capsys):
    out = tmp_path / "run"
    stopped(out, after=4, number=signal.SIGINT)
    assert "--resume" not in capsys.readouterr().out
    assert call("run", "--resume", out, "--no-figures") == 0
    assert "starting over" in capsys.readouterr().out
    assert_the_same(out, whole)


def test_a_complete_run_is_left_alone(whole, capsys):
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    assert call("run", "--resume", whole) == 0
    assert "is complete, 60 steps" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


def test_another_source_is_refused_unless_forced(whole, killed, tmp_path, capsys, monkeypatch):
    out = shutil.copytree(killed, tmp_path / "run")
    monkeypatch.setattr(digests, "model_digest", lambda: "another")
    assert "source has changed" in refused(capsys, "--resume", out)
    assert call("run", "--resume", out, "--force", *QUIETLY) == 0
    assert_the_same(out, whole)
    assert manifest_of(out)["resumed"][0]["model_digest"] == "another"


def test_ties_that_were_brought_must_still_be_those(tmp_path, capsys):
    file, out = tmp_path / "ties.csv", tmp_path / "run"
    ties = pd.DataFrame({"source": range(299), "target": range(1, 300), "kind": "close"})
    ties.to_csv(file, index=False)
    unbroken = tmp_path / "unbroken"
    assert call("run", *TOWN, "--graph", file, "--out", unbroken, *QUIETLY) == 0
    stopped(out, "--graph", file, "--checkpoint-every", 5, after=12, number=signal.SIGTERM)
    assert manifest_of(out)["steps"] == max(steps_kept(out)) == 12
    ties.iloc[1:].to_csv(file, index=False)
    assert "not those that the run began with" in refused(capsys, "--resume", out)
    file.unlink()
    assert "ties.csv" in refused(capsys, "--resume", out)
    ties.to_csv(file, index=False)
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, unbroken)


def test_two_processes_never_write_to_one_folder(whole, killed, tmp_path, capsys):
    out = shutil.copytree(killed, tmp_path / "run")
    lock = FolderLock(out)
    before = manifest_of(out)
    assert "another process is writing" in refused(capsys, "--resume", out)
    assert "another process is writing" in refused(capsys, *TOWN, "--out", out, "--force")
    assert manifest_of(out) == before
    lock.release()
    lock.release()
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, whole)


def test_a_run_is_locked_while_it_lives(tmp_path, capsys):
    out = tmp_path / "run"
    process = slowly(*TOWN, "--out", out, "--checkpoint-every", 5, "--no-figures")
    until(process, lambda: steps_kept(out))
    assert "another process is writing" in refused(capsys, "--resume", out)
    process.kill()
    process.communicate(timeout=120)
    assert (out / ".lock").exists()
    assert call("run", "--resume", out, *QUIETLY) == 0


def test_a_full_disk_ends_in_one_line_and_the_last_checkpoint_stays(
    whole, tmp_path, capsys, monkeypatch
):
    out = tmp_path / "run"
    write = checkpoint.write

    def full(path, facts, arrays):
        if facts["step"] > 20:
            path.with_name(f".{path.name}.partial").write_bytes(b"half")
            raise OSError(28, "No space left on device")
        write(path, facts, arrays)

    monkeypatch.setattr(checkpoint, "write", full)
    line = refused(capsys, *TOWN, "--out", out, "--checkpoint-every", 5, *QUIETLY)
    assert "no checkpoint could be written: no space left on device" in line
    assert "step-000000025.npz" in line
    assert steps_kept(out) == [20, 15]
    assert manifest_of(out)["status"] == "failed"
    assert verify(out).sound
    monkeypatch.setattr(checkpoint, "write", write)
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, whole)
    assert "error" not in manifest_of(out)


@pytest.mark.slow
def test_a_checkpoint_longer_than_the_run_is_written_on_interruption_alone(whole, tmp_path):
    out = tmp_path / "run"
    process = slowly(*TOWN, "--out", out, "--checkpoint-every", 5000, "--no-figures")
    until(process, lambda: (out / "manifest.json").exists())
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == 143
    assert steps_kept(out) == [manifest_of(out)["steps"]]
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, whole)


@pytest.mark.slow
def test_the_interval_can_be_changed_on_the_way(whole, tmp_path):
    out = tmp_path / "run"
    interrupted(out)
    process = slowly("--resume", out, "--checkpoint-every", 4, "--no-figures")
    until(process, lambda: len(steps_kept(out)) == 2 and not any(k % 4 for k in steps_kept(out)))
    process.kill()
    process.communicate(timeout=120)
    assert manifest_of(out)["checkpoint_every_days"] == 4
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, whole)
    assert len(manifest_of(out)["resumed"]) == 2


@pytest.mark.slow
def test_steps_of_half_a_day_and_a_last_day_are_kept(tmp_path):
    arguments = ["--set", "step_days=0.5", "--until", "2014-04-05"]
    unbroken, out = tmp_path / "unbroken", tmp_path / "run"
    assert call("run", *TOWN, *arguments, "--out", unbroken, *QUIETLY) == 0
    interrupted(out, *arguments, after=20)
    assert not [k for k in steps_kept(out) if k % 10]
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, unbroken)
    assert manifest_of(out)["last_date"] == "2014-04-05"


def test_a_fresh_run_by_force_removes_what_an_earlier_one_left(killed, tmp_path):
    out = shutil.copytree(killed, tmp_path / "run")
    assert call("run", "town", "--citizens", 50, "--until", "2014-03-05", "--out", out, "--force",
                *QUIETLY) == 0  # fmt: skip
    assert not (out / "checkpoints").exists()
    assert manifest_of(out)["resumed"] == []


def test_a_signal_before_the_first_day_is_met_too(whole, tmp_path, monkeypatch):
    """As if it had come while the bar was drawn."""
    from samizdat.system.interrupts import StopSwitch

    out = tmp_path / "run"
    monkeypatch.setattr(StopSwitch, "__enter__", lambda self: setattr(self, "asked", True))
    arguments = [*TOWN, "--out", out, "--checkpoint-every", 5, "--no-figures"]
    assert call("run", *arguments) == 130
    assert manifest_of(out)["steps"] == 0
    monkeypatch.undo()
    assert call("run", "--resume", out, *QUIETLY) == 0
    assert_the_same(out, whole)
