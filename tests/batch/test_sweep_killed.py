"""A sweep that is killed, whole or in part, and goes on to the same table."""

import os
import random
import signal
import time

import pytest
from functions import LOG, NAP, plain
from sweeping import (
    digests,
    driven,
    end,
    environment,
    finish,
    grid,
    group_of,
    lives,
    manifest_of,
    parts_of,
    repeated,
    swept,
    until,
    workers_of,
)  # fmt: skip

CHUNK = 4
JOBS = 2
IN_FLIGHT = 2 * JOBS * CHUNK  # a worker holds one chunk and has the next one waiting
TABLE = grid(levels=10, replicates=12, resources={"chunk_runs": CHUNK})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Digests of the sweep that nothing happened to."""
    out = tmp_path_factory.mktemp("whole") / "out"
    swept(out, TABLE, plain)
    return digests(out)


@pytest.fixture
def begun(tmp_path):
    """Start the sweep, slowly, in a process of its own; returns it, its folder and its log."""
    out, log = tmp_path / "out", tmp_path / "log"
    started = []

    def begin(nap=0.01, table=TABLE, function="plain", *options, parts=0):
        lines = len(log.read_text()) if log.exists() else 0
        process = driven(out, table, function, *options, env=environment(**{LOG: log, NAP: nap}))
        started.append(process)
        until(lambda: log.exists() and len(log.read_text()) > lines, process)
        until(lambda: len(parts_of(out)) >= parts, process)
        return process, out, log

    yield begin
    for process in started:
        end(process)


def completed(process, out, whole):
    code, _, err = finish(process)
    assert code == 0, err
    assert digests(out) == whole
    assert manifest_of(out)["status"] == "complete"
    assert not [path for path in out.rglob("*") if "partial" in path.name]


@pytest.mark.slow
def test_a_sweep_that_is_killed_again_and_again_ends_with_the_same_table(begun, whole):
    seed = 20
    print("seed", seed)
    rng, kills = random.Random(seed), 0
    for _ in range(10):
        process, out, log = begun()
        time.sleep(rng.uniform(0, 0.25))
        kills += process.poll() is None
        end(process)
    process, out, log = begun(0.0)
    completed(process, out, whole)
    assert kills >= 5
    assert repeated(log) <= kills * IN_FLIGHT


def test_what_is_written_survives_a_kill_and_is_not_done_again(begun, whole):
    process, out, log = begun(parts=3)
    end(process)
    kept = len(parts_of(out))
    assert kept >= 3
    completed(begun(0.0)[0], out, whole)
    assert len(parts_of(out)) >= kept
    assert repeated(log) <= IN_FLIGHT


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced(begun, whole):
    process, out, log = begun(parts=2)
    os.kill(workers_of(log)[0], signal.SIGKILL)
    completed(process, out, whole)
    assert repeated(log) <= IN_FLIGHT


@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed_alone(begun, whole):
    process, out, log = begun(parts=1)
    workers = group_of(process.pid)
    assert len(workers) >= 2
    end(process, group=False)
    until(lambda: not any(map(lives, workers)), patience=30)
    completed(begun(0.0)[0], out, whole)
    assert repeated(log) <= IN_FLIGHT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "group"),
    [(signal.SIGINT, 130, False), (signal.SIGTERM, 143, False), (signal.SIGINT, 130, True),
     (signal.SIGHUP, 129, True)],
)  # fmt: skip
def test_who_asks_a_sweep_to_end_loses_no_finished_run(begun, whole, number, code, group):
    process, out, log = begun(0.05, parts=2)
    found, _, err = end(process, number, group=group)
    assert (found, err) == (code, "")
    assert manifest_of(out)["status"] == "interrupted"
    done = [line for line in log.read_text().splitlines() if line.startswith("done")]
    assert manifest_of(out)["finished"] == len(done) < 240
    completed(begun(0.0)[0], out, whole)
    assert repeated(log) <= JOBS


@pytest.mark.slow
def test_a_signal_to_the_whole_group_that_ends_workers_too_ends_the_sweep(begun, whole):
    process, out, _ = begun(0.05, parts=2)
    found, _, err = end(process, signal.SIGTERM, group=True)
    assert (found, err) == (143, "")
    assert manifest_of(out)["status"] == "interrupted"
    completed(begun(0.0)[0], out, whole)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("later", [0.0, 0.4, 1.2, 2.5])
def test_a_signal_to_the_whole_group_while_workers_start_ends_the_sweep(tmp_path, number, later):
    out = tmp_path / "out"
    process = driven(out, TABLE, env=environment(**{NAP: 0.05}))
    until(lambda: group_of(process.pid), process)
    time.sleep(later)
    found, _, err = end(process, number, group=True)
    assert (found, err) == (128 + number, "")
    assert manifest_of(out)["status"] == "interrupted"
    until(lambda: not group_of(process.pid), patience=30)


@pytest.mark.slow
def test_no_orphan_is_left_after_an_end_that_was_asked_for(begun):
    process, _, _ = begun(parts=1)
    workers = group_of(process.pid)
    assert len(workers) >= 2
    end(process, signal.SIGINT, group=False)
    until(lambda: not any(map(lives, workers)), patience=30)


@pytest.mark.slow
def test_a_second_interrupt_ends_it_immediately(begun, whole):
    process, out, log = begun(30)  # each run takes longer than anybody waits
    os.kill(process.pid, signal.SIGINT)
    time.sleep(1)
    code, _, _ = end(process, signal.SIGINT, group=False)
    assert code != 0
    until(lambda: not any(map(lives, workers_of(log))), patience=30)
    assert manifest_of(out)["status"] == "interrupted"
    completed(begun(0.0)[0], out, whole)
