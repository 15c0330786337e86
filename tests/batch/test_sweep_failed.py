"""Runs that fail, and runs that take their process along."""

import pytest
from functions import (
    always_exiting,
    always_raising,
    exiting,
    killing,
    raising,
    silent,
)  # fmt: skip
from sweeping import (
    call,
    digest,
    digests,
    driven,
    finish,
    grid,
    manifest_of,
    read_results,
    swept,
    write_experiment,
)  # fmt: skip

from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.plan import SweepPlan
from samizdat.batch.results import FailedRuns
from samizdat.batch.sweep import run_sweep

TABLE = grid(levels=5, replicates=3, resources={"chunk_runs": 4})
RING = """
question = "How small may a ring be?"
scenario = "town"
until = 2014-03-04
[set]
"graph.kind" = "ring"
"graph.neighbours" = 3
[design.factors]
citizens = [60, 4, 50]
"""


def test_a_failed_run_ends_the_sweep_with_exit_code_1(tmp_path, capsys):
    out = tmp_path / "out"
    assert call("sweep", write_experiment(tmp_path, RING), "--out", out, "--jobs", 1) == 1
    message = capsys.readouterr()
    assert "neighbours" in message.err
    assert "1 failed" in message.out
    assert manifest_of(out)["status"] == "failed"
    assert len(read_results(out).table) == 1


@pytest.mark.parametrize("jobs", [[], ["--jobs", 1], ["--dry-run"]])
def test_a_point_that_fails_is_a_row_with_its_error(tmp_path, capsys, jobs):
    out = tmp_path / "out"
    code = call("sweep", write_experiment(tmp_path, RING), "--out", out, "--keep-going", *jobs)
    if "--dry-run" in jobs:
        assert code == 0, capsys.readouterr().err
        return
    assert code == 1
    found = read_results(out)
    assert found.table["citizens"].tolist() == [60, 50]
    assert found.failed["citizens"].tolist() == [4]
    assert found.failed["error"][0].startswith("ScenarioError: ")
    assert "neighbours" in found.failed["error"][0]
    assert found.table["fell"].dtype == bool
    assert "\n" not in found.failed["error"][0]


def test_without_keep_going_what_was_finished_stays(tmp_path):
    with pytest.raises(FailedRuns):
        swept(tmp_path / "out", TABLE, raising)
    found = read_results(tmp_path / "out")
    assert len(found.failed) == 1
    assert 0 < len(found.table) < 27
    assert found.manifest["status"] == "failed"


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_with_keep_going_all_others_are_done(tmp_path, jobs):
    with pytest.warns(UserWarning, match="6 of 30 runs failed"):
        table = swept(tmp_path / "out", TABLE, raising, keep_going=True, jobs=jobs)
    assert len(table) == 24
    found = read_results(tmp_path / "out")
    assert found.failed["x"].tolist() == [2] * 6
    assert found.failed["error"][0] == "ZeroDivisionError: no result for 1 in two lines"
    assert found.manifest["sessions"][0]["failed_now"] == 6


def test_failed_runs_are_tried_again_by_the_next_call(tmp_path, monkeypatch):
    for _ in range(2):
        with pytest.warns(UserWarning, match="6 of 30 runs failed"):
            swept(tmp_path / "out", TABLE, raising, keep_going=True)
    assert manifest_of(tmp_path / "out")["sessions"][1]["done_now"] == 6
    (tmp_path / "mended").touch()
    monkeypatch.setenv("SWEEP_TEST_MENDED", str(tmp_path / "mended"))
    table = swept(tmp_path / "out", TABLE, raising)
    assert manifest_of(tmp_path / "out")["sessions"][2]["done_now"] == 6
    assert manifest_of(tmp_path / "out")["status"] == "complete"
    fresh = swept(tmp_path / "fresh", TABLE, raising)
    assert digest(table) == digest(fresh)


def test_a_table_has_the_same_types_whether_or_not_runs_failed(tmp_path):
    with pytest.warns(UserWarning, match="failed"):
        table = swept(tmp_path / "out", TABLE, raising, keep_going=True)
    assert table.dtypes.equals(swept(tmp_path / "other", TABLE, silent).dtypes)


@pytest.mark.slow
def test_a_run_that_ends_its_process_is_a_failed_run(tmp_path):
    process = driven(tmp_path / "out", TABLE, "killing", "keep_going=1")
    code, _, err = finish(process)
    assert code == 1, err
    found = read_results(tmp_path / "out")
    assert found.failed["x"].tolist() == [2] * 2
    assert found.failed["error"].str.startswith("WorkerDied").all()
    assert len(found.table) == 28


@pytest.mark.slow
def test_one_poison_run_among_few_is_found_too(tmp_path):
    table = grid(levels=3, replicates=1)
    table["design"]["factors"]["w"] = [0]
    with pytest.warns(UserWarning, match="WorkerDied"):
        swept(tmp_path / "out", table, exiting, keep_going=True, jobs=2)
    found = read_results(tmp_path / "out")
    assert found.failed["x"].tolist() == [2]
    assert found.table["x"].tolist() == [0, 1]


@pytest.mark.slow
def test_a_run_that_ends_its_process_ends_a_sweep_that_does_not_keep_going(tmp_path):
    with pytest.raises(FailedRuns, match=r"1 of 30 runs failed.*WorkerDied"):
        swept(tmp_path / "out", TABLE, killing, jobs=2)
    found = read_results(tmp_path / "out")
    assert len(found.failed) == 1
    assert found.manifest["status"] == "failed"


@pytest.mark.slow
def test_workers_that_always_die_end_the_sweep_in_one_line(tmp_path):
    with pytest.raises(ExperimentError, match="workers: they die before any run is done"):
        swept(tmp_path / "out", TABLE, always_exiting, jobs=2, keep_going=True)
    assert manifest_of(tmp_path / "out")["status"] == "failed"


@pytest.mark.slow
def test_a_pool_of_the_caller_that_broke_is_one_line(tmp_path):
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(2, mp_context=spawn) as executor,
        pytest.raises(ExperimentError, match="lost a worker and is broken"),
    ):
        swept(tmp_path / "out", TABLE, exiting, executor=executor)
    swept(tmp_path / "out", TABLE, silent)
    assert digests(tmp_path / "out")


def test_a_sweep_of_failures_alone_has_an_empty_table(tmp_path):
    with pytest.warns(UserWarning, match="30 of 30 runs failed"):
        assert len(swept(tmp_path / "out", TABLE, always_raising, keep_going=True)) == 0
    assert len(read_results(tmp_path / "out").failed) == 30


def test_from_python_a_failed_run_is_an_error_of_one_line(tmp_path):
    with pytest.raises(FailedRuns) as caught:
        swept(tmp_path / "out", TABLE, raising)
    message = str(caught.value)
    assert isinstance(caught.value, RuntimeError)
    assert message.startswith("1 of 30 runs failed, the first at x = 2, w = 0, seed = 1: ")
    assert "ZeroDivisionError: no result for 1 in two lines; 4 are done" in message
    assert "keep_going=True" in message
    assert "\n" not in message
    assert "in raising" in caught.value.__notes__[0]  # where it was


def test_from_python_failed_runs_are_warned_of_where_it_keeps_going(tmp_path):
    with pytest.warns(UserWarning, match="failed") as caught:
        table = swept(tmp_path / "out", TABLE, raising, keep_going=True)
    (message,) = [str(each.message) for each in caught]
    assert message == (
        "6 of 30 runs failed, the first at x = 2, w = 0, seed = 1: "
        "ZeroDivisionError: no result for 1 in two lines; the table has the 24 others"
    )
    assert len(table) == 24


@pytest.mark.parametrize("replicates", [3, {"until_half_width": 1, "of": "y", "min": 2, "max": 4}])
@pytest.mark.parametrize("chunk", [1, 4])
def test_the_traceback_that_is_told_is_that_of_the_first_run_that_failed(
    tmp_path, replicates, chunk
):
    table = grid(2, replicates, resources={"chunk_runs": chunk})
    plan = SweepPlan.of(Experiment.from_table(table), always_raising)
    ended = run_sweep(plan, tmp_path / "out", jobs=1, keep_going=True)
    assert ended.failed == ended.planned == 4 * (3 if replicates == 3 else 4)
    assert ended.trouble.rstrip().endswith("ZeroDivisionError: ('never', 1)")
