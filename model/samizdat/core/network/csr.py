"""Compressed rows of ties (CSR): how they are built from pairs, and measures of them."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled
from samizdat.core.layout import Ties

CLOSE, ONLINE = range(2)
KINDS = ("close", "online")
EXACT_CLUSTERING, SAMPLED = 100_000, 20_000  # citizens


def csr(
    n: int, source: NDArray[np.int32], target: NDArray[np.int32], kind: NDArray[np.uint8]
) -> Ties:
    """Build the rows of n citizens from pairs in any order and direction.

    Three passes in time proportional to the pairs, with no sorting: spread every pair over both
    rows, then go through the rows j = 0, 1, ... and write j into the rows of all her neighbours.
    These fill in ascending order, so a repeated pair equals the entry just written.

    Parameters
    ----------
    n
        Citizens.
    source, target
        The two ends of each pair, in 0 ... n - 1 and never equal (the caller has checked).
    kind
        CLOSE or ONLINE; a pair given as both is one close tie.
    """
    ends = (np.ascontiguousarray(source, np.int32), np.ascontiguousarray(target, np.int32))
    kind = np.ascontiguousarray(kind, np.uint8)
    start, close = np.zeros(n + 1, np.int64), np.zeros(n, np.int32)
    _count(*ends, kind, start, close)
    np.cumsum(start, out=start)
    raw = np.empty(int(start[n]), np.int32)
    _spread(*ends, kind, start[:n].copy(), start[:n] + close, raw)
    next_close, next_online = start[:n].copy(), start[:n] + close
    neighbour = np.empty_like(raw)
    _gather(start, close, raw, next_close, next_online, neighbour)
    del raw
    kept = _close_up(start, close, next_close, next_online, neighbour)
    return Ties(start, close, neighbour if kept == neighbour.size else neighbour[:kept].copy())


@compiled
def _count(
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    kind: NDArray[np.uint8],
    start: NDArray[np.int64],
    close: NDArray[np.int32],
) -> None:
    """Count the pairs of i in start[i + 1], and the close ones among them in close[i]."""
    for e in range(source.size):
        a, b = int(source[e]), int(target[e])
        start[a + 1] += 1
        start[b + 1] += 1
        if int(kind[e]) == CLOSE:
            close[a] += 1
            close[b] += 1


@compiled
def _spread(
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    kind: NDArray[np.uint8],
    next_close: NDArray[np.int64],
    next_online: NDArray[np.int64],
    raw: NDArray[np.int32],
) -> None:
    """Write every pair into both rows, in the order given."""
    for e in range(source.size):
        a, b = int(source[e]), int(target[e])
        place = next_close if int(kind[e]) == CLOSE else next_online
        raw[place[a]] = b
        place[a] += 1
        raw[place[b]] = a
        place[b] += 1


@compiled
def _gather(
    start: NDArray[np.int64],
    close: NDArray[np.int32],
    raw: NDArray[np.int32],
    next_close: NDArray[np.int64],
    next_online: NDArray[np.int64],
    neighbour: NDArray[np.int32],
) -> None:
    """Transpose the rows: each part of a row becomes ascending and free of repetitions."""
    for j in range(close.size):
        middle = int(start[j]) + int(close[j])
        for e in range(int(start[j]), middle):
            i = int(raw[e])
            at = int(next_close[i])
            if at == int(start[i]) or int(neighbour[at - 1]) != j:
                neighbour[at] = j
                next_close[i] = at + 1
        for e in range(middle, int(start[j + 1])):
            i = int(raw[e])
            at, beside = int(next_online[i]), int(next_close[i])
            if beside > int(start[i]) and int(neighbour[beside - 1]) == j:
                continue  # j is in the close part already
            if at == int(start[i]) + int(close[i]) or int(neighbour[at - 1]) != j:
                neighbour[at] = j
                next_online[i] = at + 1


@compiled
def _close_up(
    start: NDArray[np.int64],
    close: NDArray[np.int32],
    next_close: NDArray[np.int64],
    next_online: NDArray[np.int64],
    neighbour: NDArray[np.int32],
) -> int:
    """Close the gaps that repeated pairs left between rows; return what remains."""
    to = 0
    for i in range(close.size):
        first, middle = int(start[i]), int(start[i]) + int(close[i])
        start[i] = to
        for e in range(first, int(next_close[i])):
            neighbour[to] = neighbour[e]
            to += 1
        close[i] = to - int(start[i])
        for e in range(middle, int(next_online[i])):
            neighbour[to] = neighbour[e]
            to += 1
    start[close.size] = to
    return to


@compiled
def stands(row: NDArray[np.int32], j: int) -> bool:
    """Whether j is in an ascending row."""
    low, high = 0, row.size
    while low < high:
        middle = (low + high) // 2
        if int(row[middle]) < j:
            low = middle + 1
        else:
            high = middle
    return low < row.size and int(row[low]) == j


@compiled
def clustering(ties: Ties, citizens: NDArray[np.int64]) -> float:
    """Return the mean local clustering of the close ties of some citizens.

    The share of the pairs of her close ties that are closely tied themselves; 0 for a citizen
    with fewer than two (Watts & Strogatz 1998, as in networkx).
    """
    total = 0.0
    for k in range(citizens.size):
        i = int(citizens[k])
        mine = ties.neighbour[ties.start[i] : ties.start[i] + ties.close[i]]
        found = 0
        for e in range(mine.size):
            j = int(mine[e])
            hers = ties.neighbour[ties.start[j] : ties.start[j] + ties.close[j]]
            few, many = (mine, hers) if mine.size < hers.size else (hers, mine)
            for f in range(few.size):
                if stands(many, int(few[f])):
                    found += 1
        if mine.size > 1:
            total += found / (mine.size * (mine.size - 1.0))
    return total / max(1, citizens.size)


@compiled
def inside(ties: Ties, region_first: NDArray[np.int64]) -> tuple[int, int]:
    """Count the ends of close and of online ties whose two citizens live in the same region."""
    close, online = 0, 0
    for r in range(region_first.size - 1):
        first, last = int(region_first[r]), int(region_first[r + 1])
        for i in range(first, last):
            middle = int(ties.start[i]) + int(ties.close[i])
            for e in range(int(ties.start[i]), middle):
                close += int(first <= int(ties.neighbour[e]) < last)
            for e in range(middle, int(ties.start[i + 1])):
                online += int(first <= int(ties.neighbour[e]) < last)
    return close, online


@compiled
def distance(ties: Ties) -> int:
    """Return the sum of |i - j| over both ends of all ties."""
    total = 0
    for i in range(ties.close.size):
        for e in range(int(ties.start[i]), int(ties.start[i + 1])):
            total += abs(i - int(ties.neighbour[e]))
    return total


def measures(ties: Ties, region_first: NDArray[np.int64] | None = None) -> dict[str, float | int]:
    """Describe a graph in numbers: its size, degrees, clustering, homophily, length of ties."""
    n = ties.close.size
    found: dict[str, float | int] = {"citizens": n}
    every = np.diff(ties.start)
    for kind, degrees in zip(KINDS, (ties.close, every - ties.close), strict=True):
        found[f"{kind}_ties"] = int(degrees.sum(dtype=np.int64)) // 2
        found[f"{kind}_degree_mean"] = float(degrees.mean())
        found[f"{kind}_degree_sd"] = float(degrees.std())
        found[f"{kind}_degree_maximum"] = int(degrees.max())
    asked = n if n <= EXACT_CLUSTERING else SAMPLED
    whom = np.arange(asked, dtype=np.int64) * n // asked
    found["close_clustering"] = float(clustering(ties, whom))
    found["close_clustering_citizens"] = asked
    if region_first is not None:
        ends = inside(ties, np.ascontiguousarray(region_first, np.int64))
        for kind, home in zip(KINDS, ends, strict=True):
            if found[f"{kind}_ties"]:
                found[f"{kind}_within_region"] = home / (2 * found[f"{kind}_ties"])
    if ties.neighbour.size:
        found["mean_index_distance"] = distance(ties) / ties.neighbour.size
    return found


@compiled
def close_moments(ties: Ties, x: NDArray[np.float32]) -> tuple[float, float, float, int]:
    """Return the sums of x_i, x_i^2, x_i x_j over both ends of the close ties, and their number."""
    total, squares, products, ends = 0.0, 0.0, 0.0, 0
    for i in range(ties.close.size):
        mine = float(x[i])
        begin = int(ties.start[i])
        for e in range(begin, begin + int(ties.close[i])):
            total += mine
            squares += mine * mine
            products += mine * float(x[int(ties.neighbour[e])])
            ends += 1
    return total, squares, products, ends
