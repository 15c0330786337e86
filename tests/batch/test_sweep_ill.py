"""Functions that raise what is no Exception, or do something to their process."""

import io
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import functions
import pytest
from functions import DOING, ENDING, RAISING, ill, state
from sweeping import driven, finish, grid, group_of, manifest_of, read_results, swept, until

from samizdat.batch.chunk import run_chunk
from samizdat.batch.dispatch import Dispatch
from samizdat.batch.executors import InProcess
from samizdat.batch.experiment import Experiment
from samizdat.batch.plan import SweepPlan
from samizdat.batch.results import FailedRuns
from samizdat.system.interrupts import StopSwitch


def of(words, **more):
    table = grid(replicates=1, design={"factors": {"what": list(words)}}, **more)
    table.pop("cascade")
    return table


def errors(out):
    found = read_results(out).failed
    return dict(zip(found["what"], found["error"], strict=True))


@pytest.fixture
def own_streams(monkeypatch):
    """Call it for streams that a function may close; pytest sets its own before a test begins."""

    def begin():
        monkeypatch.setattr(sys, "stdout", io.StringIO())
        monkeypatch.setattr(sys, "stderr", io.StringIO())

    return begin


@pytest.fixture(scope="module")
def raised(tmp_path_factory):
    out = tmp_path_factory.mktemp("raised") / "out"
    with pytest.warns(UserWarning, match=f"{len(RAISING)} of {len(RAISING) + 1} runs failed"):
        swept(out, of([*RAISING, "nothing"]), ill, keep_going=True)
    return out


@pytest.mark.parametrize("what", RAISING)
def test_whatever_a_function_raises_or_returns_is_one_failed_run(raised, what):
    error = errors(raised)[what]
    assert error.startswith(RAISING[what][1])
    assert error.isprintable()
    assert len(error) <= 2000
    assert read_results(raised).table["what"].tolist() == ["nothing"]


def test_a_traceback_that_is_told_has_an_end(tmp_path):
    with pytest.raises(FailedRuns) as caught:
        swept(tmp_path / "out", of(["10 MB"]), ill)
    (note,) = caught.value.__notes__
    assert "in ill" in note
    assert len(note) <= 20_000


def test_whatever_a_function_changes_is_put_back(tmp_path, own_streams):
    own_streams()
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    words = ["alters", "first", "second"]
    table = swept(tmp_path / "out", of(words, resources={"chunk_runs": 3}), state)
    assert table["z"].tolist() == [0, 9, 9]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_a_process_that_a_function_forks_does_not_go_on_with_the_sweep(tmp_path, own_streams):
    own_streams()
    table = swept(tmp_path / "out", of(["forks", "forks and raises", "nothing"]), ill)
    assert len(table) == 3
    assert manifest_of(tmp_path / "out")["status"] == "complete"
    for _ in range(2):
        _, status = os.wait()
        assert status == 0


def sent(what, stop=lambda: False):
    """A chunk of one run in this process; return what comes back."""
    plan = SweepPlan.of(Experiment.from_table(of([what])), ill)
    runs = plan.runs(plan.first_counts)
    dispatch = Dispatch(plan.model, runs, InProcess(stop), plan.experiment.resources, 1, True,
                        print, stop)  # fmt: skip
    return run_chunk(dispatch._chunk(dispatch._cut()), stop)


def test_an_interrupt_of_the_terminal_is_no_failed_run(monkeypatch):
    with StopSwitch():
        assert sent("interrupt").failed == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        sent("interrupt")


def test_the_second_interrupt_under_a_switch_is_no_failed_run(monkeypatch):
    looks = iter([False, True])
    with StopSwitch(), pytest.raises(KeyboardInterrupt):
        sent("interrupt", lambda: next(looks))


def test_an_interrupt_of_a_thread_is_a_failed_run():
    with ThreadPoolExecutor(1) as executor:
        assert executor.submit(sent, "interrupt").result().failed == 1


def test_a_signal_that_raises_an_interrupt_of_its_own_is_no_failed_run(monkeypatch):
    class Ended(KeyboardInterrupt):
        pass

    monkeypatch.setitem(RAISING, "interrupt", (lambda: functions._raise(Ended()), ""))
    with StopSwitch(), pytest.raises(Ended):
        sent("interrupt")


@pytest.mark.slow
def test_what_a_function_does_to_a_worker_is_one_failed_run_or_none(tmp_path):
    """In a process of its own, so that children and threads that stay are seen to hold up none."""
    out = tmp_path / "out"
    process = driven(out, of([*RAISING, *DOING, *ENDING]), "ill", "keep_going=1")
    code, _, err = finish(process)
    assert code == 1, err
    found = errors(out)
    assert sorted(found) == sorted([*RAISING, *ENDING])
    for what, (_, error) in RAISING.items():
        assert found[what].startswith(error)
    for what, (_, cause) in ENDING.items():
        assert found[what] == (
            f"WorkerDied: the process that ran it ended ({cause}), twice, while it ran nothing else"
        )
    table = read_results(out).table
    assert sorted(table["what"]) == sorted(DOING)
    assert table.set_index("what")["y"].isna().sum() == 1
    assert manifest_of(out)["status"] == "failed"
    until(lambda: not group_of(process.pid))
