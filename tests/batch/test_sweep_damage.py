"""Bits that flip, files that are cut, files that nobody asked for: found, set aside, done again."""

import random
import shutil

import pytest
from functions import plain
from sweeping import (
    FEAR,
    call,
    digests,
    flipped,
    grid,
    manifest_of,
    parts_of,
    read_results,
    swept,
    write_experiment,
)  # fmt: skip

from samizdat import verify
from samizdat.batch import parts
from samizdat.batch.experiment import ExperimentError

TABLE = grid(levels=3, replicates=4, resources={"chunk_runs": 6})
FLIPS = 60


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sweep of a function, and its digests."""
    out = tmp_path_factory.mktemp("sound") / "out"
    swept(out, TABLE, plain)
    return out, digests(out)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A sweep of the model with series, its file and its digests."""
    folder = tmp_path_factory.mktemp("town")
    file = write_experiment(folder, FEAR + "\n[resources]\nchunk_runs = 4\n")
    assert call("sweep", file, "--out", folder / "out", "--jobs", 1, "--quiet") == 0
    return folder / "out", file, digests(folder / "out")


@pytest.fixture
def copy(sound, tmp_path):
    return shutil.copytree(sound[0], tmp_path / "out")


def test_every_bit_that_flips_is_noticed(sound, copy):
    seed, noticed = 7, 0
    print("seed", seed)
    rng = random.Random(seed)
    for _ in range(FLIPS):
        part = rng.choice(parts_of(copy))
        whole = part.read_bytes()
        flipped(part, rng)
        noticed += read_results(copy).damaged == [f"runs/{part.name}"]
        part.write_bytes(whole)
    assert noticed == FLIPS
    assert digests(copy) == sound[1]


def test_runs_of_a_damaged_part_are_not_shown(copy):
    flipped(parts_of(copy)[1], random.Random(1))
    found = read_results(copy)
    assert len(found.table) == 18
    assert found.planned == 24


def test_a_damaged_part_is_set_aside_and_its_runs_are_done_again(sound, copy):
    part = parts_of(copy)[1]
    flipped(part, random.Random(2))
    damaged = part.read_bytes()
    swept(copy, TABLE, plain)
    assert digests(copy) == sound[1]
    assert (copy / "damaged" / "runs" / part.name).read_bytes() == damaged
    assert manifest_of(copy)["sessions"][-1]["done_now"] == 6


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_a_part_that_was_cut_is_done_again(sound, copy, kept):
    part = parts_of(copy)[0]
    part.write_bytes(part.read_bytes()[:kept])
    assert read_results(copy).damaged == [f"runs/{part.name}"]
    swept(copy, TABLE, plain)
    assert digests(copy) == sound[1]


def test_a_damaged_series_is_set_aside_with_the_runs_that_vouch_for_it(town, tmp_path, capsys):
    out, file, whole = shutil.copytree(town[0], tmp_path / "out"), *town[1:]
    part = parts_of(out, "series")[1]
    flipped(part, random.Random(3))
    assert read_results(out).damaged == [f"series/{part.name}"]
    assert call("sweep", file, "--out", out, "--jobs", 1) == 0
    assert f"series/{part.name} was damaged" in capsys.readouterr().err
    assert digests(out) == whole
    assert manifest_of(out)["sessions"][-1]["done_now"] == 4


def test_a_damaged_series_of_a_shard_is_done_again_by_who_sweeps_the_whole(town, tmp_path):
    out, file, whole = tmp_path / "out", *town[1:]
    for shard in ("1/2", "2/2"):
        assert call("sweep", file, "--out", out, "--jobs", 1, "--shard", shard, "--quiet") == 0
    flipped(parts_of(out, "series")[0], random.Random(4))
    assert call("sweep", file, "--out", out, "--jobs", 1, "--quiet") == 0
    assert digests(out) == whole


def test_a_series_without_its_runs_vanishes(town, tmp_path):
    """As if the call had been killed between the two."""
    out, file, whole = shutil.copytree(town[0], tmp_path / "out"), *town[1:]
    parts_of(out)[-1].unlink()
    assert len(read_results(out).series()["RunId"].unique()) == 8
    assert call("sweep", file, "--out", out, "--jobs", 1, "--quiet") == 0
    assert digests(out) == whole
    assert len(parts_of(out, "series")) == len(parts_of(out))


def test_what_a_killed_writer_left_unfinished_vanishes(town, tmp_path):
    out, file, whole = shutil.copytree(town[0], tmp_path / "out"), *town[1:]
    for kind in ("runs", "series"):
        (out / kind / ".part-000009-0123456789abcdef.parquet.partial").write_bytes(b"half")
    assert call("sweep", file, "--out", out, "--jobs", 1, "--quiet") == 0
    assert digests(out) == whole
    assert not [*out.rglob("*.partial")]


def test_alien_files_among_the_parts_are_ignored_and_left(sound, copy):
    aliens = ["notes.txt", "part-000001.parquet", "part-000000-0123456789abcdef.parquet.bak",
              ".part-000009-0123456789abcdef.parquet"]  # fmt: skip
    for name in aliens:
        (copy / "runs" / name).write_bytes(b"mine")
    (copy / "runs" / "folder").mkdir()
    assert digests(copy) == sound[1]
    swept(copy, TABLE, plain)
    assert digests(copy) == sound[1]
    assert all((copy / "runs" / name).read_bytes() == b"mine" for name in aliens)


def test_a_part_that_was_copied_counts_once(sound, copy):
    part = parts.parts_in(copy / "runs")[0]
    shutil.copy(part.path, part.path.with_name(f"part-000077-{part.digest}.parquet"))
    assert digests(copy) == sound[1]


@pytest.mark.parametrize("name", ["manifest.json", "design.parquet"])
def test_sweeping_again_writes_a_damaged_manifest_or_design_again(sound, copy, name):
    path = copy / name
    flipped(path, random.Random(5))
    with pytest.raises(ExperimentError, match=r"sweep again|sweeping again"):
        read_results(copy)
    if name == "manifest.json":
        with pytest.raises(ExperimentError, match=r"remove .* and sweep again"):
            swept(copy, TABLE, plain)
        path.unlink()
    swept(copy, TABLE, plain)
    assert digests(copy) == sound[1]
    assert manifest_of(copy)["sessions"][-1]["done_now"] == 0
    assert verify(copy).sound


def test_a_broken_manifest_is_one_line(copy, capsys):
    (copy / "manifest.json").write_text('{"status": ')
    assert call("compact", copy) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "manifest.json" in lines[0]


def test_a_sweep_that_has_done_nothing_yet_is_read_as_empty(copy):
    for part in parts_of(copy):
        part.unlink()
    found = read_results(copy)
    assert len(found.table) == 0
    assert {"RunId", "Step", "x", "w", "seed"} <= set(found.table)
    assert found.planned == 24
    assert found.series() is None
