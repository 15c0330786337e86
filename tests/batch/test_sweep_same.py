"""Whoever does the work, in whatever portions: the same table and the same series."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from functions import LOG, plain
from sweeping import (
    FEAR,
    call,
    commanded,
    digests,
    environment,
    finish,
    grid,
    manifest_of,
    parts_of,
    swept,
    write_experiment,
)  # fmt: skip

TABLE = grid(levels=9, replicates=7)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Digests of a sweep of a function, done here."""
    out = tmp_path_factory.mktemp("whole") / "out"
    swept(out, TABLE, plain)
    return digests(out)


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    """Digests of a sweep of the model, done here; of its series too."""
    folder = tmp_path_factory.mktemp("towns")
    assert (
        call("sweep", write_experiment(folder), "--out", folder / "out", "--jobs", 1, "--quiet")
        == 0
    )
    found = digests(folder / "out")
    assert found[1] is not None
    return found


def portions(runs):
    return TABLE | {"resources": {"chunk_runs": runs}}


@pytest.mark.parametrize("runs", [1, 3, 1000])
def test_portions_change_nothing(whole, tmp_path, runs):
    swept(tmp_path / "out", portions(runs), plain)
    assert digests(tmp_path / "out") == whole
    assert len(parts_of(tmp_path / "out")) == -(-9 * 2 * 7 // runs)


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_change_nothing(whole, tmp_path, threads):
    with ThreadPoolExecutor(threads) as executor:
        swept(tmp_path / "out", portions(3), plain, executor=executor)
    assert digests(tmp_path / "out") == whole


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_processes_of_the_caller_change_nothing(whole, tmp_path, processes):
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as executor:
        swept(tmp_path / "out", portions(3), plain, executor=executor)
    assert digests(tmp_path / "out") == whole


def test_processes_of_its_own_change_nothing(whole, tmp_path):
    swept(tmp_path / "out", TABLE, plain, jobs=2)
    assert digests(tmp_path / "out") == whole
    assert manifest_of(tmp_path / "out")["sessions"][0]["workers"] == "2 processes"


@pytest.mark.slow
def test_processes_give_the_model_s_series_too(towns, tmp_path):
    file, out = write_experiment(tmp_path), tmp_path / "out"
    assert call("sweep", file, "--out", out, "--jobs", 2, "--quiet") == 0
    assert digests(out) == towns


@pytest.mark.parametrize("runs", [1, 3, 1000])
def test_portions_do_not_change_the_model_s_series(towns, tmp_path, runs):
    text = FEAR + f"\n[resources]\nchunk_runs = {runs}\n"
    assert call("sweep", write_experiment(tmp_path, text), "--out", tmp_path / "out", "--jobs", 1,
                "--quiet") == 0  # fmt: skip
    assert digests(tmp_path / "out") == towns


def test_threads_of_a_run_change_nothing(towns, tmp_path):
    text = FEAR + "\n[resources]\nthreads = 3\n"
    assert call("sweep", write_experiment(tmp_path, text), "--out", tmp_path / "out", "--jobs", 1,
                "--quiet") == 0  # fmt: skip
    assert digests(tmp_path / "out") == towns


def test_shards_one_after_the_other_make_the_whole(towns, tmp_path):
    file, out = write_experiment(tmp_path), tmp_path / "out"
    for shard in ("2/3", "3/3", "1/3"):
        assert manifest_of(out)["status"] == "running" if out.exists() else True
        assert call("sweep", file, "--out", out, "--jobs", 1, "--shard", shard, "--quiet") == 0
    assert digests(out) == towns
    assert manifest_of(out)["status"] == "complete"
    assert [each["shard"] for each in manifest_of(out)["sessions"]] == ["2of3", "3of3", "1of3"]
    assert [each["done_now"] for each in manifest_of(out)["sessions"]] == [4, 4, 4]


@pytest.mark.slow
def test_shards_at_the_same_time_make_the_whole(towns, tmp_path):
    file, out, log = write_experiment(tmp_path), tmp_path / "out", tmp_path / "log"
    calls = [
        commanded("sweep", file, "--out", out, "--jobs", 1, "--shard", f"{k}/3",
                  env=environment(**{LOG: log}))
        for k in (1, 2, 3)
    ]  # fmt: skip
    for process in calls:
        code, _, err = finish(process)
        assert code == 0, err
    assert digests(out) == towns
    assert manifest_of(out)["status"] == "complete"
    assert len(manifest_of(out)["sessions"]) == 3
    assert sum(each["done_now"] for each in manifest_of(out)["sessions"]) == 12


def test_an_unsharded_call_takes_up_what_a_shard_left(towns, tmp_path):
    file, out = write_experiment(tmp_path), tmp_path / "out"
    assert call("sweep", file, "--out", out, "--jobs", 1, "--shard", "2/3", "--quiet") == 0
    assert call("sweep", file, "--out", out, "--jobs", 1, "--quiet") == 0
    assert digests(out) == towns
    assert manifest_of(out)["sessions"][1]["done_now"] == 8
