"""The folder of a sweep: who may write there, what is refused, what is left alone."""

import os
import shutil
import subprocess

import pytest
from functions import LOG, NAP, silent
from sweeping import (
    call,
    check_usage_error,
    commanded,
    contents,
    digest,
    digests,
    driven,
    end,
    environment,
    finish,
    grid,
    manifest_of,
    parts_of,
    read_results,
    swept,
    until,
    workers_of,
    write_experiment,
)  # fmt: skip

from samizdat.batch import parts
from samizdat.batch.folder import SweepFolder, compact
from samizdat.batch.sweep import sweep
from samizdat.system.files import FolderLock

TABLE = grid(levels=4, replicates=6, resources={"chunk_runs": 5})


@pytest.fixture
def copy(done, tmp_path):
    return shutil.copytree(done[0], tmp_path / "out")


# Who may write.


def test_a_second_writer_is_refused_while_the_first_goes_on(done, copy, capsys):
    before = contents(copy)
    lock = FolderLock(copy)
    words = [str(copy), "another process is writing"]
    check_usage_error(capsys, "sweep", done[1], "--out", copy, words=words)
    check_usage_error(capsys, "sweep", done[1], "--out", copy, "--shard", "1/2", words=words)
    check_usage_error(capsys, "compact", copy, words=words)
    lock.release()
    assert contents(copy) == before


def test_a_shard_keeps_others_out_but_not_other_shards(done, tmp_path, capsys):
    from samizdat.batch.folder import SweepFolder

    out = tmp_path / "out"
    one = SweepFolder(out, "1of2")
    check_usage_error(capsys, "sweep", done[1], "--out", out, words=["another process is writing"])
    check_usage_error(
        capsys, "sweep", done[1], "--out", out, "--shard", "1/2", words=["another process"]
    )
    assert call("sweep", done[1], "--out", out, "--shard", "2/2", "--jobs", 1, "--quiet") == 0
    check_usage_error(capsys, "compact", out, words=["another process is writing"])
    one.release()
    assert call("sweep", done[1], "--out", out, "--shard", "1/2", "--jobs", 1, "--quiet") == 0
    assert digests(out) == digests(done[0])


@pytest.mark.slow
def test_a_running_sweep_refuses_a_second_and_a_compaction_and_ends_well(tmp_path, capsys):
    out, log = tmp_path / "out", tmp_path / "log"
    process = driven(out, TABLE, "plain", env=environment(**{LOG: log, NAP: 0.1}))
    until(lambda: workers_of(log), process)
    file = write_experiment(tmp_path, name="unnamed.toml")
    check_usage_error(capsys, "sweep", file, "--out", out, words=["another process"])
    check_usage_error(capsys, "compact", out, words=["another process is writing"])
    code, _, err = finish(process)
    assert (code, err) == (0, "")
    swept(tmp_path / "other", TABLE, silent)
    values = ["x", "w", "seed", "y", "z"]
    one, two = (read_results(each).table[values] for each in (out, tmp_path / "other"))
    assert digest(one) == digest(two)


@pytest.mark.slow
def test_a_lock_that_a_killed_process_left_refuses_nobody(done, tmp_path):
    out, log = tmp_path / "out", tmp_path / "log"
    process = driven(out, TABLE, "plain", env=environment(**{LOG: log, NAP: 0.1}))
    until(lambda: workers_of(log), process)
    assert (out / ".lock").exists()
    end(process)
    assert (out / ".lock").exists()
    swept(out, TABLE, silent)
    assert not (out / ".lock").exists()


def test_a_sweep_leaves_no_lock_behind(done):
    assert not [path for path in done[0].iterdir() if path.name.startswith(".")]


# What is refused and left alone.


def test_the_folder_of_a_run_is_refused_and_left_alone(done, tmp_path, capsys):
    out = tmp_path / "run"
    assert call("run", "town", "--citizens", 50, "--until", "2014-03-03", "--out", out,
                "--no-figures", "--quiet") == 0  # fmt: skip
    before = contents(out)
    check_usage_error(capsys, "sweep", done[1], "--out", out, words=[str(out), "holds a run"])
    check_usage_error(capsys, "compact", out, words=[str(out), "holds no sweep"])
    assert contents(out) == before
    assert not (out / "runs").exists()


@pytest.mark.parametrize("names", [["notes.txt"], ["notes.txt", "runs/mine.csv"]])
def test_a_folder_that_holds_something_else_is_refused_and_left_alone(
    done, tmp_path, capsys, names
):
    out = tmp_path / "mine"
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("mine")
    check_usage_error(capsys, "sweep", done[1], "--out", out, words=[str(out), "something else"])
    assert contents(out) == dict.fromkeys(names, b"mine")


def test_a_file_in_the_place_of_the_folder_is_refused(done, tmp_path, capsys):
    (tmp_path / "out").write_text("mine")
    check_usage_error(
        capsys, "sweep", done[1], "--out", tmp_path / "out", words=[str(tmp_path / "out")]
    )
    check_usage_error(
        capsys, "sweep", done[1], "--out", tmp_path / "out" / "in", words=["not a directory"]
    )
    assert (tmp_path / "out").read_text() == "mine"


def test_an_empty_folder_is_taken(done, tmp_path):
    (tmp_path / "out").mkdir()
    assert call("sweep", done[1], "--out", tmp_path / "out", "--jobs", 1, "--quiet") == 0


def test_a_sweep_that_was_killed_before_its_first_word_goes_on(done, tmp_path):
    for name in ("runs", "series"):
        (tmp_path / "out" / name).mkdir(parents=True)
    (tmp_path / "out" / ".lock").touch()
    assert call("sweep", done[1], "--out", tmp_path / "out", "--jobs", 1, "--quiet") == 0
    assert digests(tmp_path / "out") == digests(done[0])


@pytest.mark.parametrize("there", [True, False])
def test_an_interrupt_before_its_first_word_leaves_the_folder_as_it_was(
    done, tmp_path, monkeypatch, there
):
    out = tmp_path / "out"
    if there:
        shutil.copytree(done[0], out)
    before = contents(out)

    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SweepFolder, "begin", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sweep(done[1], out, jobs=1)
    assert contents(out) == before
    assert not there or digests(out) == digests(done[0])
    assert call("sweep", done[1], "--out", out, "--jobs", 1, "--quiet") == 0


def test_the_sweep_of_another_name_or_form_is_refused_and_left_alone(done, copy, tmp_path, capsys):
    before = contents(copy)
    other = write_experiment(tmp_path, done[1].read_text(), "other.toml")
    check_usage_error(
        capsys, "sweep", other, "--out", copy, words=["whole form of 'fear'", "'other'"]
    )
    words = ["whole form of 'fear'", "small form of 'fear'"]
    check_usage_error(capsys, "sweep", done[1], "--out", copy, "--quick", words=words)
    assert contents(copy) == before


def test_a_dry_run_tells_how_much_is_left(done, copy, capsys):
    parts_of(copy)[0].unlink()
    runs, left = (
        len(read_results(done[0]).table),
        len(read_results(done[0]).table) - len(read_results(copy).table),
    )
    assert call("sweep", done[1], "--out", copy, "--dry-run") == 0
    assert f"{runs:,}; {left:,} to do" in capsys.readouterr().out


def test_what_others_put_beside_a_sweep_stays(done, copy):
    (copy / "figures").mkdir()
    (copy / "figures" / "mine.png").write_bytes(b"mine")
    assert call("sweep", done[1], "--out", copy, "--jobs", 1, "--quiet") == 0
    assert (copy / "figures" / "mine.png").read_bytes() == b"mine"


# Compaction.


def test_compaction_keeps_table_and_series(done, copy, capsys):
    assert len(parts_of(copy)) > 1
    assert call("compact", copy) == 0
    assert "12 runs in 1 part(s), before in 3" in capsys.readouterr().out
    assert digests(copy) == digests(done[0])
    assert len(parts_of(copy)) == len(parts_of(copy, "series")) == 1
    assert call("compact", copy) == 0
    assert digests(copy) == digests(done[0])


def test_a_sweep_goes_on_after_a_compaction(tmp_path):
    swept(tmp_path / "out", grid(3, 2), silent)
    compact(tmp_path / "out")
    swept(tmp_path / "out", grid(4, 5), silent)
    assert manifest_of(tmp_path / "out")["sessions"][-1]["done_now"] == 28
    swept(tmp_path / "fresh", grid(4, 5), silent)
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")


def test_nobody_else_writes_while_parts_are_read_written_and_removed(copy, monkeypatch):
    steps = []

    def watched(name, step):
        def wrapped(*given, **how):
            with pytest.raises(BlockingIOError):
                FolderLock(copy).release()
            steps.append(name)
            return step(*given, **how)

        return wrapped

    for name in ("parts_in", "read_runs", "read_series", "write_part"):
        monkeypatch.setattr(parts, name, watched(name, getattr(parts, name)))
    monkeypatch.setattr(type(copy), "unlink", watched("unlink", type(copy).unlink))
    found = compact(copy)
    monkeypatch.undo()
    assert found.before > found.after == 1
    assert {"parts_in", "read_runs", "read_series", "write_part", "unlink"} == set(steps)
    FolderLock(copy).release()


def test_compaction_keeps_runs_that_the_present_design_does_not_ask_for(tmp_path):
    swept(tmp_path / "out", grid(4, 5), silent)
    swept(tmp_path / "out", grid(2, 2), silent)
    compact(tmp_path / "out")
    swept(tmp_path / "out", grid(4, 5), silent)
    assert manifest_of(tmp_path / "out")["sessions"][-1]["done_now"] == 0


def test_compaction_of_shards_and_damage_loses_no_sound_run(done, tmp_path):
    out = tmp_path / "out"
    for shard in ("2/2", "1/2"):
        assert call("sweep", done[1], "--out", out, "--shard", shard, "--jobs", 1, "--quiet") == 0
    part = parts_of(out)[0]
    part.write_bytes(part.read_bytes()[:-7])
    assert call("compact", out) == 0
    assert len(read_results(out).table) < 12
    assert call("sweep", done[1], "--out", out, "--jobs", 1, "--quiet") == 0
    assert digests(out) == digests(done[0])


class Killed(BaseException):
    """As if the process had ended there."""


@pytest.mark.parametrize("pieces", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_a_compaction_that_is_killed_anywhere_loses_nothing(done, tmp_path, monkeypatch, pieces):
    """At each of its file operations in turn."""
    from pathlib import Path

    from samizdat.batch import folder as module

    monkeypatch.setattr(module, "PART_ROWS", 12 // pieces)
    whole, ends = digests(done[0]), 0
    for moment in range(1000):
        out = shutil.copytree(done[0], tmp_path / f"{moment}")
        left = [moment]

        def counted(name, left=left):
            original = getattr(Path, name)

            def operation(self, *args, **kwargs):
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
                return original(self, *args, **kwargs)

            return operation

        with monkeypatch.context() as patch:
            for name in ("write_bytes", "replace", "unlink"):
                patch.setattr(Path, name, counted(name))
            try:
                compact(out)
            except Killed:
                ends += 1
            else:
                break
        (out / ".lock").unlink(missing_ok=True)
        assert digests(out) == whole
        assert call("sweep", done[1], "--out", out, "--jobs", 1, "--quiet") == 0
        assert manifest_of(out)["sessions"][-1]["done_now"] == 0
        assert digests(out) == whole
        compact(out)
        assert digests(out) == whole
        assert len(parts_of(out)) == pieces
    assert ends > 8


# A full disk.


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    try:
        made = subprocess.run(mount, capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no mount here")
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted: {made.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, 24_000, 60_000])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_ends_a_sweep_in_one_line_and_room_lets_it_go_on(
    done, tmp_path, small_disk, room, jobs
):
    out, ballast = small_disk / "out", small_disk / "ballast"
    free = os.statvfs(small_disk)
    ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - room))
    code, _, err = finish(commanded("sweep", done[1], "--out", out, "--jobs", jobs, "--quiet"))
    assert code == 2, err
    assert len(err.splitlines()) == 1, err
    assert err.startswith("samizdat: ")
    assert "no space left" in err
    assert not [path for path in small_disk.rglob("*") if "partial" in path.name]
    if (out / "manifest.json").exists():
        assert not read_results(out).damaged
    ballast.unlink()
    assert call("sweep", done[1], "--out", out, "--jobs", 1, "--quiet") == 0
    assert digests(out) == digests(done[0])


def test_a_disk_that_fills_between_two_parts_loses_no_part(tmp_path, monkeypatch):
    from samizdat.batch import folder, parts

    original, calls = parts.write_part, []

    def full(*args):
        calls.append(args)
        if len(calls) > 4:
            raise OSError(28, "No space left on device", str(tmp_path))
        return original(*args)

    monkeypatch.setattr(folder.parts, "write_part", full)
    with pytest.raises(OSError, match="No space left"):
        swept(tmp_path / "out", TABLE, silent)
    monkeypatch.undo()
    assert len(read_results(tmp_path / "out").table) == 20
    assert manifest_of(tmp_path / "out")["status"] == "failed"
    swept(tmp_path / "out", TABLE, silent)
    swept(tmp_path / "fresh", TABLE, silent)
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")
