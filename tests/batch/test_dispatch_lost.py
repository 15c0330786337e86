"""Workers that die: which runs fail, which are sent again, when a call ends."""

from concurrent.futures import BrokenExecutor, CancelledError

import numpy as np
import pytest
from dispatching import KilledWorker, Workers, failing_once, finished, ids, made

from samizdat.batch import dispatch as module
from samizdat.batch.dispatch import Slice
from samizdat.batch.experiment import ExperimentError


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch):
    monkeypatch.setattr(module, "BEAT", 0.001)


def deadly(*runs, error=BrokenExecutor):
    """Answers of workers that die of some runs."""

    def answer(chunk):
        if set(runs) & set(chunk.run_id.tolist()):
            raise error
        return finished(chunk)

    return answer


@pytest.mark.parametrize("runs", [(103,), (100,), (107,), (103, 104), (100, 107)])
@pytest.mark.parametrize("error", [BrokenExecutor, KilledWorker])
def test_only_runs_that_end_their_workers_fail(runs, error):
    workers = Workers(deadly(*runs, error=error), width=2)
    dispatch, written = made(workers=workers, runs=8, chunk_runs=4)
    dispatch.done = 1  # else workers may have died too often before any run is done
    assert dispatch.run()
    assert sorted(ids(written)) == list(range(100, 108))
    assert sorted(run for run, error in written if error) == list(runs)
    assert dispatch.failed == len(runs)
    assert all(sent.count(run) == 1 for run in runs for sent in workers.sent if run in sent)


@pytest.mark.parametrize(("cause", "words"), [("SIGKILL", " (SIGKILL)"), (None, "")])
def test_a_run_that_ends_its_worker_twice_alone_fails_with_the_cause(monkeypatch, cause, words):
    monkeypatch.setattr(Workers, "cause", lambda self: cause)
    dispatch, written = made(deadly(101), runs=2, chunk_runs=1)
    assert dispatch.run()
    why = f"WorkerDied: the process that ran it ended{words}, twice, while it ran nothing else"
    assert written == [(100, None), (101, why)]
    assert dispatch.trouble is None
    assert dispatch.workers.sent == [[100], [101], [101], [101], [101]]


def test_a_worker_that_died_once_costs_no_run():
    dispatch, written = made(failing_once(BrokenExecutor()), runs=4)
    assert dispatch.run()
    assert sorted(ids(written)) == [100, 101, 102, 103]
    assert dispatch.failed == 0
    assert dispatch.workers.renewals == 1


def test_a_chunk_that_was_lost_once_is_next_and_whole():
    dispatch, _ = made(runs=6)
    dispatch._suspect(Slice(np.array([0, 1])))
    dispatch._suspect(Slice(np.array([2, 3])))
    assert [piece.rows.tolist() for piece in dispatch._again] == [[2, 3], [0, 1]]
    assert [piece.breaks for piece in dispatch._again] == [1, 1]
    dispatch._next = 4
    dispatch.workers.ahead = 1
    dispatch.run()
    assert dispatch.workers.sent == [[102, 103], [100, 101], [104, 105]]


def test_a_chunk_that_was_lost_twice_runs_alone_then_in_halves():
    dispatch, _ = made(runs=8)
    piece = Slice(np.arange(5), 1)
    dispatch._suspect(piece)
    assert list(dispatch._suspects) == [piece]
    assert piece.breaks == 2
    dispatch._suspects.clear()
    dispatch._suspect(piece)
    halves = list(dispatch._suspects)
    assert [half.rows.tolist() for half in halves] == [[0, 1], [2, 3, 4]]
    assert [half.breaks for half in halves] == [2, 2]
    assert not dispatch._again


def test_a_suspect_waits_until_nothing_else_is_in_flight_and_flies_alone():
    workers = Workers(finished, width=2, late=True)
    dispatch, _ = made(workers=workers, runs=8)
    dispatch._hand_out()
    assert len(workers.sent) == 4
    dispatch._next = 4  # as if two chunks had not been cut
    dispatch._suspects.append(Slice(np.array([6]), 2))
    workers.settle()
    dispatch._take_in({f for f in dispatch._flying if f.done()})
    dispatch._hand_out()
    assert len(workers.sent) == 4  # three others fly
    while workers.flying:
        workers.settle()
    dispatch._take_in(set(dispatch._flying))
    dispatch._hand_out()
    assert workers.sent[4:] == [[106]]
    dispatch._hand_out()
    assert workers.sent[4:] == [[106]]


def test_what_was_in_flight_beside_a_worker_that_died_is_kept_or_sent_again():
    answers = iter([BrokenExecutor(), 2, CancelledError(), BrokenExecutor()])

    def answer(chunk):
        found = next(answers, 2)
        if isinstance(found, Exception):
            raise found
        return finished(chunk, found)

    workers = Workers(answer, width=4, ahead=1)
    dispatch, written = made(workers=workers, runs=8)
    dispatch._hand_out()
    first = next(iter(dispatch._flying))
    dispatch._take_in({first})
    assert ids(written) == [102, 103]
    assert not dispatch._flying
    assert workers.renewals == 1
    assert sorted(piece.rows[0] for piece in dispatch._again) == [0, 4, 6]
    assert dispatch.run()
    assert sorted(ids(written)) == list(range(100, 108))


def test_workers_that_die_before_any_run_is_done_end_the_call():
    dispatch, written = made(deadly(*range(100, 108)), runs=8)
    with pytest.raises(ExperimentError, match=r"before any run is done \(SIGKILL\); try --jobs 1"):
        dispatch.run()
    assert written == []
    assert dispatch.workers.renewals == 3


def test_workers_may_die_often_once_a_run_is_done():
    dispatch, written = made(deadly(*range(102, 112)), runs=12)
    assert dispatch.run()
    assert dispatch.failed == 10
    assert len(written) == 12


def test_workers_that_cannot_be_replaced_end_the_call():
    workers = Workers(deadly(100), renewable=False)
    dispatch, _ = made(workers=workers)
    with pytest.raises(ExperimentError, match="executor: workers of a test lost a worker"):
        dispatch.run()


def test_a_scheduler_that_is_gone_ends_the_call():
    workers = Workers(finished, late=True)
    workers.is_gone = True
    dispatch, _ = made(workers=workers)
    with pytest.raises(ExperimentError, match="workers of a test: the scheduler is gone"):
        dispatch.run()


def test_a_scheduler_that_goes_during_a_stop_ends_the_call(monkeypatch):
    workers = Workers(finished, late=True)
    monkeypatch.setattr(workers, "ask_to_stop", lambda: setattr(workers, "is_gone", True))
    dispatch, _ = made(workers=workers, stop=lambda: bool(workers.sent))
    with pytest.raises(ExperimentError, match="the scheduler is gone"):
        dispatch.run()


@pytest.mark.parametrize(
    "error", [ExperimentError("the model"), OSError("a disk"), ArithmeticError("a sum")]
)
def test_an_error_that_is_no_loss_of_a_worker_passes(error):
    def answer(chunk):
        raise error

    dispatch, written = made(answer)
    with pytest.raises(type(error), match=str(error)):
        dispatch.run()
    assert written == []


def test_a_killed_chunk_is_alone_next_and_halved_then():
    """What dask gives up on has ended several workers already."""
    workers = Workers(deadly(103, error=KilledWorker), width=1, ahead=1)
    dispatch, _ = made(workers=workers, runs=4, chunk_runs=4)
    dispatch.run()
    assert workers.sent == [
        [100, 101, 102, 103], [100, 101], [102, 103], [102], [103],
    ]  # fmt: skip
