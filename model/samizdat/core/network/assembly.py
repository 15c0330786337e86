"""The social graph written directly as compressed rows, on several threads, with no list of pairs.

The citizens are cut into ranges, one per thread. Only that thread counts and fills the rows of its
range. It draws the ties that its citizens begin twice: to count the ends in each row, and to fill
them in. Ends in another range (mostly of online ties) are put in an outbox for that range's thread.
Then every row is sorted, repeated ties are dropped, and the rows are moved together. The graph does
not depend on how the citizens are cut.
"""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled, internal
from samizdat.core.layout import Ties
from samizdat.core.network.csr import CLOSE, ONLINE
from samizdat.core.network.social import (
    BATCH,
    DrawBuffers,
    Society,
    acquaintances,
    buffers_for,
    circles,
    contacts,
    region_of,
    town_first,
    town_of,
)

_STRETCH = 1 << 18  # citizens between two checks whether to stop
_OUTBOX = 1 << 18  # smallest capacity of an outbox, in ends


Outbox = list[NDArray[np.int32]]  # arrays (2, k): the owner of the row, and her neighbour


def assemble(who: Society, threads: int) -> Ties:
    """Build the rows of all citizens on this many threads.

    Besides the rows it needs 8 bytes per citizen, and 8 for each end that crosses ranges.
    """
    work = _Assembly(who, threads)
    if len(work.ranges) == 1:
        work.count(0)
        work.make_room()
        return work.moved_together([work.fill(0)])
    with ThreadPoolExecutor(len(work.ranges), "samizdat-ties") as pool:
        everyone = range(len(work.ranges))
        try:
            for task in (work.count, work.count_sent):
                list(pool.map(task, everyone))
            work.make_room()
            return work.moved_together(list(pool.map(work.fill, everyone)))
        finally:
            work.stopped = True  # after an interrupt the other threads end soon


class _Assembly:
    """The arrays that the threads share, and the work of each on its own range of citizens."""

    def __init__(self, who: Society, threads: int) -> None:
        n = int(who.region_first[-1])
        cuts = sorted({n * k // threads for k in range(threads + 1)})
        self.who, self.ranges = who, list(itertools.pairwise(cuts))
        self.start, self.close = np.zeros(n + 1, np.int64), np.empty(n, np.int32)
        # First the counts of a row, then the places of its next close and its next online tie.
        self.next_close, self.next_online = np.zeros(n, np.int64), self.start[1:]
        self.neighbour = np.empty(0, np.int32)
        self.begins: list[int] = []
        self.outboxes: list[tuple[Outbox, Outbox]] = [([], []) for _ in self.ranges]
        self.stopped = False

    def count(self, k: int) -> None:
        """Count the ends of the ties begun in range k; send those in other ranges to outboxes."""
        buffers = buffers_for(self.who)
        outbox = np.empty((2, 2, max(_OUTBOX, buffers.source.size)), np.int32)
        for sent in self._drawn(k, buffers, outbox, False):
            for kind in (CLOSE, ONLINE):
                self.outboxes[k][kind].append(outbox[kind, :, : sent[kind]].copy())

    def count_sent(self, k: int) -> None:
        """Count the ends that other ranges sent to range k."""
        for sender in range(len(self.ranges)):
            self._deliver(sender, k, False)

    def make_room(self) -> None:
        """Assign each row its place."""
        self.neighbour = np.empty(_cumulate(self.next_close, self.next_online), np.int32)
        self.begins = [int(self.next_close[first]) for first, _ in self.ranges]

    def fill(self, k: int) -> int:
        """Fill the rows of range k, sort and compact them; return where the last one ends."""
        for sender in range(k):  # in ascending order: most of a row is then sorted
            self._deliver(sender, k, True)
        for _ in self._drawn(k, buffers_for(self.who), np.empty((2, 2, 0), np.int32), True):
            pass
        for sender in range(k + 1, len(self.ranges)):
            self._deliver(sender, k, True)
        first, last = self.ranges[k]
        row, to = self.begins[k], self.begins[k]
        for at in range(first, last, _STRETCH):
            until = self._unless_stopped(min(at + _STRETCH, last))
            ends = (self.next_close, self.next_online)
            row, to = _settle(at, until, row, to, *ends, self.close, self.neighbour)
        return to

    def moved_together(self, ends: list[int]) -> Ties:
        """Close the gap that each range left behind its last row."""
        kept = ends[0]
        for (first, last), begin, end in list(zip(self.ranges, self.begins, ends, strict=True))[1:]:
            self.neighbour[kept : kept + end - begin] = self.neighbour[begin:end]
            self.next_online[first:last] -= begin - kept
            kept += end - begin
        return Ties(self.start, self.close, self.neighbour[:kept])

    def _drawn(
        self, k: int, buffers: DrawBuffers, outbox: NDArray[np.int32], filling: bool
    ) -> Iterator[tuple[int, int]]:
        """Draw the ties begun in range k; yield how many ends of each kind the outbox holds."""
        first, last = self.ranges[k]
        rows = (self.next_close, self.next_online, self.neighbour)
        at = first
        while at < last:
            until = self._unless_stopped(min(at + _STRETCH, last))
            at, *sent = _draw(self.who, at, until, first, last, buffers, outbox, filling, *rows)
            yield sent[0], sent[1]

    def _deliver(self, sender: int, k: int, filling: bool) -> None:
        """Count or fill in the ends that one range sent to range k."""
        if sender == k:
            return
        for kind, row in ((CLOSE, self.next_close), (ONLINE, self.next_online)):
            for outbox in self.outboxes[sender][kind]:
                self._unless_stopped(0)
                _receive(outbox, *self.ranges[k], filling, row, self.neighbour)

    def _unless_stopped(self, until: int) -> int:
        if self.stopped:
            raise InterruptedError("the ties are no longer wanted")
        return until


@compiled
def _draw(
    who: Society,
    at: int,
    until: int,
    first: int,
    last: int,
    buffers: DrawBuffers,
    outbox: NDArray[np.int32],
    filling: bool,
    next_close: NDArray[np.int64],
    next_online: NDArray[np.int64],
    neighbour: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Draw the ties that citizens from ``at`` on begin; count or fill in the ends in the own range.

    Returns
    -------
    Where it stopped (at ``until``, or earlier if the outbox might overflow), and how many ends of
    close and of online ties the outbox holds.
    """
    close, online, full = 0, 0, outbox.shape[2] - buffers.source.size
    while at < until and (filling or max(close, online) <= full):
        r = region_of(who, at)
        town = town_of(who, r, at)
        end = min(until, at + BATCH, town_first(who, r, town + 1))
        ties = circles(who, r, at, end, buffers)
        close = _enter(
            buffers, ties, first, last, filling, next_close, neighbour, outbox[CLOSE], close
        )
        ties = acquaintances(who, r, at, end, buffers)
        close = _enter(
            buffers, ties, first, last, filling, next_close, neighbour, outbox[CLOSE], close
        )
        ties = contacts(who, r, at, end, buffers)
        online = _enter(
            buffers, ties, first, last, filling, next_online, neighbour, outbox[ONLINE], online
        )
        at = end
    return at, close, online


@compiled
def _enter(
    buffers: DrawBuffers,
    ties: int,
    first: int,
    last: int,
    filling: bool,
    row: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    outbox: NDArray[np.int32],
    sent: int,
) -> int:
    """Count or fill in the ends of the buffered ties; put those of other ranges in the outbox."""
    if filling:
        for e in range(ties):
            i, j = int(buffers.source[e]), int(buffers.target[e])
            if i == j:
                continue
            neighbour[row[i]] = j
            row[i] += 1
            if first <= j < last:
                neighbour[row[j]] = i
                row[j] += 1
        return sent
    for e in range(ties):
        i, j = int(buffers.source[e]), int(buffers.target[e])
        if i == j:
            continue
        row[i] += 1
        if first <= j < last:
            row[j] += 1
        else:
            outbox[0, sent], outbox[1, sent] = j, i
            sent += 1
    return sent


@compiled
def _receive(
    outbox: NDArray[np.int32],
    first: int,
    last: int,
    filling: bool,
    row: NDArray[np.int64],
    neighbour: NDArray[np.int32],
) -> None:
    """Count or fill in the ends of an outbox that belong in the own range."""
    for e in range(outbox.shape[1]):
        i = int(outbox[0, e])
        if first <= i < last:
            if filling:
                neighbour[row[i]] = outbox[1, e]
            row[i] += 1


@compiled
def _cumulate(next_close: NDArray[np.int64], next_online: NDArray[np.int64]) -> int:
    """Turn the counts of all rows into the places where they begin; return the sum."""
    total = 0
    for i in range(next_close.size):
        close, online = int(next_close[i]), int(next_online[i])
        next_close[i], next_online[i] = total, total + close
        total += close + online
    return total


@internal
def _sort(neighbour: NDArray[np.int32], begin: int, end: int) -> None:
    """Sort a part of a row in place, by Shell's method: most are short or nearly sorted."""
    gap = 1
    while 9 * gap < end - begin:
        gap = 3 * gap + 1
    while gap > 0:
        for e in range(begin + gap, end):
            j, to = int(neighbour[e]), e
            while to >= begin + gap and int(neighbour[to - gap]) > j:
                neighbour[to] = neighbour[to - gap]
                to -= gap
            neighbour[to] = j
        gap //= 3


@compiled
def _settle(
    first: int,
    last: int,
    row: int,
    to: int,
    next_close: NDArray[np.int64],
    next_online: NDArray[np.int64],
    close: NDArray[np.int32],
    neighbour: NDArray[np.int32],
) -> tuple[int, int]:
    """Sort filled rows, drop repeated ties, and move the rows together.

    The first row begins at ``row`` and is moved to ``to``; the two places that follow the last row
    are returned. ``next_online`` then holds the end of each row.
    """
    for i in range(first, last):
        middle, end, head = int(next_close[i]), int(next_online[i]), to
        _sort(neighbour, row, middle)
        _sort(neighbour, middle, end)
        last_close = -1
        for e in range(row, middle):
            j = int(neighbour[e])
            if j != last_close:
                neighbour[to] = j
                to += 1
            last_close = j
        close[i] = to - head
        beside, after, last_online = head, to, -1
        for e in range(middle, end):
            j = int(neighbour[e])
            while beside < after and int(neighbour[beside]) < j:
                beside += 1
            if j != last_online and (beside == after or int(neighbour[beside]) != j):
                neighbour[to] = j
                to += 1
            last_online = j
        next_online[i] = to
        row = end
    return row, to
