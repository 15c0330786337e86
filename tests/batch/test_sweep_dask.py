"""Workers of a dask cluster: the same table, whoever of them dies."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from functions import DOING, LOG, NAP, RAISING, exiting, ill, plain
from sweeping import (
    FEAR,
    HERE,
    call,
    check_usage_error,
    commanded,
    digests,
    end,
    environment,
    grid,
    manifest_of,
    parts_of,
    read_results,
    repeated,
    swept,
    until,
    workers_of,
    write_experiment,
)  # fmt: skip

from samizdat.batch.cluster import connect
from samizdat.batch.experiment import ExperimentError

dask = pytest.importorskip("dask", reason="dask is not installed")
distributed = pytest.importorskip("distributed", reason="dask is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # dask's own
CHUNK = 4
TABLE = grid(levels=8, replicates=10, resources={"chunk_runs": CHUNK})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "out"
    swept(out, TABLE, plain)
    return digests(out)


@pytest.fixture
def log(tmp_path, monkeypatch):
    """What runs write to; they take a moment."""
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    monkeypatch.setenv(NAP, "0.02")
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    return tmp_path / "log"


@pytest.fixture
def cluster(log):
    """Call it with a number of workers; it returns a client."""
    opened = []

    def begin(workers):
        cluster = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
            silence_logs=50,
        )  # fmt: skip
        opened.extend([cluster, distributed.Client(cluster)])
        return opened[-1]

    yield begin
    for each in reversed(opened):
        each.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_cluster_gives_the_same_table(cluster, whole, tmp_path, workers):
    swept(tmp_path / "out", TABLE, plain, executor=cluster(workers))
    assert digests(tmp_path / "out") == whole


def test_a_worker_that_is_killed_costs_no_run(cluster, whole, tmp_path, log):
    client = cluster(2)

    def kill():
        until(lambda: len(workers_of(log)) == 2)
        os.kill(workers_of(log)[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    swept(tmp_path / "out", TABLE, plain, executor=client)
    killer.join()
    assert digests(tmp_path / "out") == whole
    assert repeated(log) <= 2 * 2 * CHUNK


def test_a_run_that_kills_every_worker_is_one_failed_run(cluster, tmp_path):
    table = grid(levels=4, replicates=1, resources={"chunk_runs": 2})
    table["design"]["factors"]["w"] = [0]
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        swept(tmp_path / "out", table, exiting, executor=cluster(2), keep_going=True)
    found = read_results(tmp_path / "out")
    assert found.failed["x"].tolist() == [2]
    assert "WorkerDied" in found.failed["error"][0]
    assert len(found.table) == 3


def test_whatever_a_function_raises_or_does_is_one_failed_run_or_none(cluster, tmp_path):
    table = grid(replicates=1, design={"factors": {"what": [*RAISING, *DOING]}})
    table.pop("cascade")
    swept(tmp_path / "out", table, ill, executor=cluster(2), keep_going=True)
    found = read_results(tmp_path / "out")
    assert sorted(found.table["what"]) == sorted(DOING)
    errors = dict(zip(found.failed["what"], found.failed["error"], strict=True))
    assert [
        what for what, (_, error) in RAISING.items() if not errors[what].startswith(error)
    ] == []


def test_a_scheduler_that_is_killed_ends_the_sweep_in_one_line(tmp_path, log, whole):
    def begun(module, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments, "--no-dashboard"], env=environment(),
            stderr=subprocess.DEVNULL, cwd=HERE,
        )  # fmt: skip

    file = tmp_path / "scheduler.json"
    scheduler = begun("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
                      "--scheduler-file", str(file))  # fmt: skip
    worker = begun("distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1")
    client = distributed.Client(scheduler_file=str(file), timeout=60)
    client.wait_for_workers(1, timeout=60)

    def kill():
        until(lambda: workers_of(log))
        scheduler.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ExperimentError, match="scheduler is gone"):
        swept(tmp_path / "out", TABLE, plain, executor=client)
    killer.join()
    worker.kill()
    scheduler.wait()
    worker.wait()
    client.close()
    swept(tmp_path / "out", TABLE, plain)
    assert digests(tmp_path / "out") == whole


def test_a_cluster_of_our_own_answers_none_but_us():
    pytest.importorskip("cryptography")
    client = connect("local", 1)
    try:
        addresses = [client.scheduler.address, *client.nthreads()]
        assert all(address.startswith("tls://127.0.0.1:") for address in addresses)
        for foreign in (distributed.Security(), distributed.Security.temporary()):
            with pytest.raises((OSError, TypeError)):
                distributed.Client(addresses[0], security=foreign, timeout=2)
        plain = addresses[0].replace("tls", "tcp")
        with pytest.raises(OSError):
            distributed.Client(plain, timeout=2)
        assert client.submit(int).result() == 0
    finally:
        client.shutdown()
        client.close()


def test_without_keys_a_cluster_of_our_own_is_refused_unless_it_may_be_open(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ExperimentError, match=r"keys need cryptography.*--insecure"):
        connect("local", 1)
    client = connect("local", 1, insecure=True)
    assert client.scheduler.address.startswith("tcp://127.0.0.1:")
    client.shutdown()
    client.close()


def test_the_command_starts_a_cluster_of_its_own_and_ends_it(tmp_path, log):
    pytest.importorskip("cryptography")
    file = write_experiment(tmp_path)
    assert call("sweep", file, "--out", tmp_path / "one", "--jobs", 1, "--quiet") == 0
    assert call("sweep", file, "--out", tmp_path / "two", "--dask", "local", "--jobs", 2,
                "--quiet") == 0  # fmt: skip
    assert digests(tmp_path / "two") == digests(tmp_path / "one")


def test_an_interrupt_of_the_whole_group_ends_a_cluster_of_its_own(tmp_path, log):
    pytest.importorskip("cryptography")
    text = FEAR.replace("replicates = 2", "replicates = 300\nresources.chunk_runs = 10")
    file, out = (
        write_experiment(tmp_path, text.replace("citizens = 60", "citizens = 2000")),
        tmp_path / "out",
    )
    process = commanded("sweep", file, "--out", out, "--dask", "local", "--jobs", 2)
    until(lambda: len(parts_of(out)) > 1, process)
    code, *_ = end(process, signal.SIGINT)  # what dask says of its end is not ours
    assert code == 130
    assert manifest_of(out)["finished"] == len(read_results(out).table) < 1800


def test_a_scheduler_that_nobody_answers_for_is_one_line(capsys, tmp_path):
    file = write_experiment(tmp_path, FEAR)
    check_usage_error(capsys, "sweep", file, "--out", tmp_path / "out", "--dask",
            "tcp://127.0.0.1:9", words=["tcp://127.0.0.1:9"])  # fmt: skip
    assert not (tmp_path / "out").exists()
