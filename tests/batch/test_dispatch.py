"""Sending chunks to workers: what a chunk holds, failed runs, a stop, progress."""

import itertools
import threading
from concurrent.futures import BrokenExecutor, CancelledError

import numpy as np
import pytest
from dispatching import KilledWorker, Workers, failing_once, finished, ids, made

from samizdat.batch import dispatch as module
from samizdat.batch.chunk import failed_alone
from samizdat.batch.dispatch import BEAT, GROWTH, LARGEST, Slice, Tally


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch):
    monkeypatch.setattr(module, "BEAT", 0.001)


# What a chunk holds.


def test_all_runs_are_sent_once_in_order_and_written():
    dispatch, written = made(runs=5)
    assert dispatch.run()
    assert dispatch.workers.sent == [[100, 101], [102, 103], [104]]
    assert written == [(k, None) for k in range(100, 105)]
    assert (dispatch.done, dispatch.failed, dispatch.trouble) == (5, 0, None)
    assert dispatch.workers.asked == 0


def test_a_chunk_has_each_of_its_points_once_and_the_runs_in_order():
    dispatch, _ = made()
    chunk = dispatch._chunk(Slice(np.array([3, 4, 5])))
    assert chunk.names == ("x", "what")
    assert [column.tolist() for column in chunk.points] == [[0.0, 10.0], ["a", "b"]]
    assert chunk.point.tolist() == [1, 0, 1]
    assert chunk.point.dtype == np.int32
    assert chunk.run_id.tolist() == [103, 104, 105]
    assert chunk.iteration.tolist() == [1, 2, 2]
    assert chunk.seed.tolist() == [8, 9, 9]
    assert (chunk.threads, chunk.keep_going, chunk.stop) == (3, True, None)
    assert chunk.model is dispatch.model


def test_no_more_chunks_are_in_flight_than_workers_can_hold():
    workers = Workers(finished, width=2, ahead=2, late=True)
    dispatch, _ = made(runs=40, workers=workers)
    dispatch._hand_out()
    assert len(dispatch._flying) == 4
    workers.settle()
    dispatch._take_in({f for f in dispatch._flying if f.done()})
    assert len(dispatch._flying) == 3
    dispatch._hand_out()
    assert len(dispatch._flying) == workers.most == 4


# How many runs a chunk has.


def sizes(dispatch, *, seconds_per_run, count):
    dispatch.seconds_per_run = seconds_per_run
    return [len(dispatch._cut().rows) for _ in range(count)]


def test_the_first_chunk_is_one_run_until_its_time_is_known():
    dispatch, _ = made(runs=500, chunk_runs=None)
    assert sizes(dispatch, seconds_per_run=None, count=3) == [1, 1, 1]


def test_a_chunk_takes_its_time_and_grows_by_steps():
    dispatch, _ = made(runs=100_000, chunk_runs=None, chunk_seconds=10)
    assert sizes(dispatch, seconds_per_run=0.01, count=4) == [GROWTH, 1000, 1000, 1000]


def test_chunks_shrink_near_the_end_so_that_workers_end_together():
    workers = Workers(finished, width=4)
    dispatch, _ = made(runs=1000, workers=workers, chunk_runs=None, chunk_seconds=100)
    dispatch._size = 100
    found = sizes(dispatch, seconds_per_run=0.1, count=40)
    assert found[:3] == [125, 110, 96]  # an eighth of what is left
    assert min(size for size in found if size) >= 5
    assert found[-5:] == [0] * 5
    assert sum(found) == 1000


def test_a_chunk_near_the_end_is_not_shorter_than_a_second():
    workers = Workers(finished, width=4)
    dispatch, _ = made(runs=100, workers=workers, chunk_runs=None, chunk_seconds=100)
    assert sizes(dispatch, seconds_per_run=0.05, count=5) == [20, 20, 20, 20, 20]


def test_a_run_that_takes_longer_than_a_chunk_is_a_chunk():
    dispatch, _ = made(runs=10, chunk_runs=None, chunk_seconds=1)
    assert sizes(dispatch, seconds_per_run=30.0, count=3) == [1, 1, 1]


def test_runs_of_no_time_come_in_chunks_of_a_largest_size():
    dispatch, _ = made(runs=300_000, chunk_runs=None, chunk_seconds=10)
    dispatch._size = LARGEST
    assert sizes(dispatch, seconds_per_run=0.0, count=3) == [LARGEST] * 3


def test_the_time_of_a_run_is_that_of_its_chunk_over_its_runs():
    dispatch, _ = made(lambda chunk: finished(chunk, seconds=3.0), runs=2)
    dispatch.run()
    assert dispatch.seconds_per_run == 1.5


def test_a_run_that_nobody_timed_does_not_change_the_time_of_a_run():
    dispatch, _ = made(runs=2)
    dispatch.seconds_per_run = 4.0
    piece = Slice(np.array([0]))
    dispatch._keep(failed_alone(dispatch._chunk(piece), "died"), piece)
    assert dispatch.seconds_per_run == 4.0
    assert (dispatch.done, dispatch.failed) == (1, 1)


# Failed runs.


def test_the_first_of_two_failures_is_told():
    troubles = iter(["the first", "the second", "the third"])
    dispatch, written = made(lambda c: finished(c, failed=[1], trouble=next(troubles)))
    assert dispatch.run()
    assert dispatch.trouble == "the first"
    assert (dispatch.done, dispatch.failed) == (6, 3)
    assert [run for run, error in written if error] == [101, 103, 105]


def test_a_failure_ends_a_call_that_does_not_keep_going():
    dispatch, written = made(
        lambda c: finished(c, 1, failed=[0]), keep_going=False, workers=None, runs=6
    )
    assert not dispatch.run()
    assert dispatch.failed >= 1
    assert len(dispatch.workers.sent) == 2  # those in flight by then
    assert ids(written) == [100, 102]


def test_a_failure_does_not_end_a_call_that_keeps_going():
    dispatch, _ = made(lambda c: finished(c, failed=[0]))
    assert dispatch.run()
    assert (dispatch.done, dispatch.failed) == (6, 3)


# Chunks that come back unfinished.


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_chunk_that_lacks_runs_is_not_whole(count):
    answers = itertools.chain([count], itertools.repeat(None))
    dispatch, written = made(lambda c: finished(c, next(answers)), runs=3, chunk_runs=3)
    assert dispatch.run()
    assert dispatch.workers.sent == [[100, 101, 102], [100, 101, 102][count:]]
    assert ids(written) == [100, 101, 102]
    assert dispatch.done == 3


def test_a_last_chunk_that_lacks_a_run_at_a_stop_is_not_all_done():
    stopped = []
    dispatch, written = made(
        lambda c: stopped.append(1) or finished(c, 2), runs=3, chunk_runs=3, stop=lambda: stopped
    )
    assert not dispatch.run()
    assert ids(written) == [100, 101]


def test_a_chunk_that_was_cancelled_is_sent_again():
    dispatch, written = made(failing_once(CancelledError()), runs=2)
    assert dispatch.run()
    assert dispatch.workers.sent == [[100, 101]] * 2
    assert ids(written) == [100, 101]
    assert dispatch.workers.renewals == 0


# A stop.


def test_a_stop_before_the_first_chunk_sends_none():
    dispatch, written = made(stop=lambda: True)
    assert not dispatch.run()
    assert dispatch.workers.sent == written == []
    assert dispatch.workers.asked == 0


def test_a_stop_keeps_what_workers_have_done_and_says_that_runs_are_left():
    answers = iter([2, 1, 0])
    workers = Workers(lambda c: finished(c, next(answers)), width=3, ahead=1, late=True)
    dispatch, written = made(workers=workers, stop=lambda: bool(workers.sent))
    assert not dispatch.run()
    assert workers.asked == 1
    assert len(workers.withdrawn) == 3
    assert ids(written) == [100, 101, 102]
    assert dispatch.done == 3


@pytest.mark.parametrize("error", [CancelledError(), BrokenExecutor(), KilledWorker()])
def test_what_is_lost_at_a_stop_is_left_for_the_next_call(error):
    def answer(chunk):
        raise error

    workers = Workers(answer, late=True, ahead=1)
    dispatch, written = made(workers=workers, runs=2, stop=lambda: bool(workers.sent))
    assert not dispatch.run()
    assert written == []
    assert workers.renewals == 0


def test_what_is_withdrawn_is_not_waited_for_though_nobody_notifies_of_it():
    class Forgetful(Workers):  # as dask is if it fails while it passes on that a chunk is cancelled
        def ask_to_stop(self):
            self.asked += 1

        def withdraw(self, futures):
            assert all(future.cancel() for future in futures)

    workers = Forgetful(finished, late=True, width=2, ahead=1)
    dispatch, written = made(workers=workers, stop=lambda: bool(workers.sent))
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(dispatch.run()), daemon=True)
    thread.start()
    thread.join(timeout=30)
    assert outcome == [False]
    assert written == []


def test_an_error_at_a_stop_that_is_no_loss_passes():
    def answer(chunk):
        raise OSError("no space")

    workers = Workers(answer, late=True, ahead=1)
    dispatch, _ = made(workers=workers, runs=2, stop=lambda: bool(workers.sent))
    with pytest.raises(OSError, match="no space"):
        dispatch.run()


def test_all_done_in_the_moment_of_a_stop_is_done():
    workers = Workers(finished, late=True, ahead=1)
    dispatch, written = made(workers=workers, runs=2, stop=lambda: bool(workers.sent))
    assert dispatch.run()
    assert ids(written) == [100, 101]


# Progress.


def test_a_tally_tells_rate_and_time_left():
    tally = Tally(done=10, failed=1, total=40, seconds=5.0)
    assert tally.rate == 2.0
    assert tally.left == 15.0
    assert Tally(0, 0, 40, 5.0).left is None
    assert Tally(0, 0, 40, 0.0).rate == 0.0


def test_the_start_of_the_workers_is_no_part_of_the_rate():
    """One run in a minute, then ten in a second: not half an hour for the 289 others."""
    assert Tally(1, 0, 300, 60.0, first=1, started=60.0).left is None
    tally = Tally(11, 0, 300, 61.0, first=1, started=60.0)
    assert tally.rate == 10.0
    assert tally.left == 28.9


def test_what_came_back_first_is_the_start(monkeypatch):
    clock = itertools.count(10, 10)
    monkeypatch.setattr(module.time, "perf_counter", lambda: float(next(clock)))
    dispatch, _ = made(runs=6, workers=Workers(finished, ahead=1))
    told = []
    dispatch.progress = told.append
    dispatch._began = 0.0
    dispatch.run()
    assert [tally.first for tally in told] == [2, 2, 2]
    assert len({tally.started for tally in told}) == 1
    assert 0 < told[0].started < told[0].seconds
    assert [tally.left is None for tally in told][1:] == [False, False]


def test_progress_is_told_after_each_chunk_that_came_back():
    dispatch, _ = made(lambda c: finished(c, failed=[0]))
    told = []
    dispatch.progress = told.append
    dispatch.run()
    assert [(tally.done, tally.failed, tally.total) for tally in told][-1] == (6, 3, 6)
    assert len(told) == 2  # two chunks, then one
    assert all(tally.seconds >= 0 for tally in told)


def test_nothing_is_told_while_nothing_comes_back():
    workers = Workers(finished, late=True)
    dispatch, _ = made(workers=workers)
    told = []
    dispatch.progress = told.append
    dispatch._take_in(set())
    assert told == []


def test_the_stop_flag_is_looked_at_several_times_a_second():
    assert 0.05 <= BEAT <= 0.5
