"""The loops that draw ties: each writes pairs into ``source`` and ``target``.

Every draw is addressed by (seed, citizen or tie, ordinal, stream), so that the graph is a pure
function of its seed. Only + - * / stand before a rounding down, so that it does not depend on the
machine either. A loop begins at place ``at`` and returns the place after its last pair.
"""

import math

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import TIES, uniform
from samizdat.core.jit import compiled

(
    CIRCLES,
    MEMBER,
    ACQUAINTANCES,
    ACQUAINTANCE,
    FAR,
    CONTACTS,
    CONTACT,
    SCOPE,
    ABROAD,
    TOWN_ORDER,
    REGION_ORDER,
    PAIR_ORDER,
    REWIRE,
    REWIRED_TO,
    COPY,
    STUBS,
    STUB_ORDER,
) = range(TIES, TIES + 17)

CELL = 12
# How a cell of twelve neighbours falls into circles; each row is as likely as any other.
PARTITIONS = np.array(
    [
        [4, 4, 4, 0],
        [5, 4, 3, 0],
        [6, 4, 2, 0],
        [6, 5, 1, 0],
        [5, 5, 2, 0],
        [3, 3, 3, 3],
    ],
    np.int64,
)
CIRCLE_DEGREE = float((PARTITIONS * (PARTITIONS - 1)).sum()) / PARTITIONS.shape[0] / CELL
CELL_PAIRS = int((PARTITIONS * (PARTITIONS - 1) // 2).sum(axis=1).max())

LARGEST_AUDIENCE = 5_000.0  # mean online ties that others begin with one citizen, at most
LARGEST_SHARE = 0.05  # of her town or region; more would be lost to repeated ties


def cumulated(weights: list[float]) -> NDArray[np.float64]:
    """Return cumulative probabilities, on the grid of the draws so that no last bit matters."""
    table = np.cumsum(weights) / math.fsum(weights)
    table[-1] = 1.0
    return np.round(table * 2.0**32) / 2.0**32


def poisson(mean: float) -> NDArray[np.float64]:
    """Return the cumulative probabilities of 0, 1, 2, ... under a Poisson law."""
    weights = [math.exp(-mean)]
    while len(weights) < mean or weights[-1] > 1e-12:
        weights.append(weights[-1] * mean / len(weights))
    return cumulated(weights)


def popularity(skew: int, size: int, begun: float) -> tuple[float, float]:
    """Return the a and b of :func:`ranked` that keep the largest mean audience bounded.

    ``begun`` is the mean number of ties that a citizen begins in this scope. The most popular of
    all is drawn ``peak`` times as often as if all were alike; peak falls as a rises. What is
    returned is rounded, so that no last bit of a power matters.
    """
    if skew == 1:
        return 0.0, 1.0
    peak = max(1.5, min(LARGEST_AUDIENCE, LARGEST_SHARE * size) / max(begun, 1e-9))
    low, high = 0.0, 2.0
    for _ in range(60):
        a = 0.5 * (low + high)
        b = (1.0 + a**skew) ** (1.0 / skew)
        if 1.0 / (skew * a ** (skew - 1) * (b - a)) > peak:
            low = a
        else:
            high = a
    a = max(1.0, round(high * 2.0**40)) / 2.0**40
    return a, round((1.0 + a**skew) ** (1.0 / skew) * 2.0**40) / 2.0**40


_WORD = 2.0**31
_BITS = 2**31 - 1


@compiled
def picked(u: float, table: NDArray[np.float64]) -> int:
    """Return the first k with u < table[k], of cumulative probabilities that end in 1."""
    low, high = 0, table.size - 1
    while low < high:
        middle = (low + high) // 2
        if u < float(table[middle]):
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def picks(seed: int, n: int, table: NDArray[np.float64], stream: int) -> int:
    """Return the sum of what the citizens 0 ... n - 1 pick from a table."""
    total = 0
    for i in range(n):
        total += picked(uniform(seed, i, 0, stream), table)
    return total


@compiled
def order(seed: int, scope: int, stream: int) -> tuple[int, int]:
    """Return the key of a permutation: two numbers of 31 bits."""
    one, two = uniform(seed, scope, 0, stream), uniform(seed, scope, 1, stream)
    return int(one * _WORD), int(two * _WORD)


@compiled
def _mixed(x: int, key: int) -> int:
    """Hash 31 bits to 31 bits; no product leaves 62 bits, so signed integers suffice."""
    x = (x * 0x2C1B3C6D + key) & _BITS
    x = ((x ^ (x >> 15)) * 0x297A2D39) & _BITS
    x = ((x ^ (x >> 13)) * 0x45D9F3B5) & _BITS
    return x ^ (x >> 16)


@compiled
def shuffled(x: int, size: int, key: tuple[int, int]) -> int:
    """Return the place of x under a pseudo-random permutation of 0 ... size - 1.

    A Feistel network on the cells of a rectangle that just holds ``size``, walked on while it
    falls outside (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").
    """
    wide = int(math.sqrt(float(size)))
    while wide * wide < size:
        wide += 1
    tall = (size + wide - 1) // wide
    one, two = key
    while True:
        left, right = x // tall, x % tall
        for turn in range(3):
            left += (_mixed(right, one + turn * 0x1E3779B9) * wide) >> 31
            left -= wide if left >= wide else 0
            right += (_mixed(left, two + turn * 0x1E3779B9) * tall) >> 31
            right -= tall if right >= tall else 0
        x = left * tall + right
        if x < size:
            return x


@compiled
def ranked(u: float, size: int, skew: int, a: float, b: float) -> int:
    """Draw a rank of popularity in 0 ... size - 1.

    The density falls as (x + a**skew) ** (1/skew - 1) over x = rank / size; its inverse is a whole
    power, so that multiplications suffice.
    """
    base = a + u * (b - a)
    x, offset = 1.0, 1.0
    for _ in range(skew):
        x *= base
        offset *= a
    return min(size - 1, int((x - offset) * size))


@compiled
def circles(
    seed: int,
    region_first: NDArray[np.int64],
    belonging: float,
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    at: int,
) -> int:
    """Tie all members of each circle of each cell; a citizen belongs with a chance."""
    for r in range(region_first.size - 1):
        last = int(region_first[r + 1])
        for cell in range(int(region_first[r]), last, CELL):
            row = int(uniform(seed, cell, 0, CIRCLES) * PARTITIONS.shape[0])
            first = cell
            for c in range(PARTITIONS.shape[1]):
                after = min(last, first + int(PARTITIONS[row, c]))
                for i in range(first, after):
                    if uniform(seed, i, 0, MEMBER) >= belonging:
                        continue
                    for j in range(i + 1, after):
                        if uniform(seed, j, 0, MEMBER) < belonging:
                            source[at], target[at] = i, j
                            at += 1
                first = after
    return at


@compiled
def away(u: float, size: int, reach: float) -> int:
    """Draw how many places away an acquaintance lives, to either side.

    Beyond her own cell the density falls as (d + reach) ** -2, cut at half the region.
    """
    room = max(0.0, 0.5 * size - CELL)
    side = 2.0 * u - 1.0
    v = abs(side) * room / (room + reach)
    d = CELL + int(reach * v / (1.0 - v))
    return d if side > 0.0 else -d


@compiled
def acquaintances(
    seed: int,
    region_first: NDArray[np.int64],
    numbers: NDArray[np.float64],
    reach: float,
    far: float,
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    at: int,
) -> int:
    """Tie each citizen to acquaintances near her, or anywhere in the region; its ends meet."""
    for r in range(region_first.size - 1):
        first, last = int(region_first[r]), int(region_first[r + 1])
        size = last - first
        for i in range(first, last):
            for k in range(picked(uniform(seed, i, 0, ACQUAINTANCES), numbers)):
                u = uniform(seed, i, k, ACQUAINTANCE)
                if uniform(seed, i, k, FAR) < far:
                    j = first + int(u * size)
                else:
                    j = first + (i - first + away(u, size, reach)) % size
                if j != i:
                    source[at], target[at] = i, j
                    at += 1
    return at


@compiled
def contacts(
    seed: int,
    region_first: NDArray[np.int64],
    towns: NDArray[np.int64],
    numbers: NDArray[np.float64],
    homophily: float,
    near: float,
    skew: int,
    curves: NDArray[np.float64],
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    at: int,
) -> int:
    """Tie each citizen online to popular citizens of her town, her region or the nation.

    ``towns`` (R,) is the number of towns of a region, which differ by one citizen at most;
    ``curves`` (R, 2, 2) the a and b of :func:`ranked` within a town and within the region.
    """
    n = int(region_first[region_first.size - 1])
    for r in range(region_first.size - 1):
        first, size = int(region_first[r]), int(region_first[r + 1]) - int(region_first[r])
        cut = int(towns[r])
        for i in range(first, first + size):
            town = (i - first) * cut // size
            town_first = first + (town * size + cut - 1) // cut
            town_size = first + ((town + 1) * size + cut - 1) // cut - town_first
            for k in range(picked(uniform(seed, i, 0, CONTACTS), numbers)):
                scope = uniform(seed, i, k, SCOPE)
                u = uniform(seed, i, k, CONTACT)
                if scope < homophily * near:
                    a, b = float(curves[r, 0, 0]), float(curves[r, 0, 1])
                    key = order(seed, town_first, TOWN_ORDER)
                    j = town_first + shuffled(ranked(u, town_size, skew, a, b), town_size, key)
                else:
                    q = r
                    if scope >= homophily:
                        anyone = int(uniform(seed, i, k, ABROAD) * n)
                        q = int(np.searchsorted(region_first, anyone, "right")) - 1
                    a, b = float(curves[q, 1, 0]), float(curves[q, 1, 1])
                    there, those = int(region_first[q]), int(region_first[q + 1])
                    key, those = order(seed, q, REGION_ORDER), those - there
                    j = there + shuffled(ranked(u, those, skew, a, b), those, key)
                if j != i:
                    source[at], target[at] = i, j
                    at += 1
    return at


@compiled
def scattered(seed: int, n: int, source: NDArray[np.int32], target: NDArray[np.int32]) -> None:
    """Fill in different pairs, all equally likely: the first of a permutation of all pairs.

    Pair x is (i, i + d) on a circle, i = x mod n, d = 1 + x div n; this counts each pair once.
    """
    key, every = order(seed, 0, PAIR_ORDER), n * (n - 1) // 2
    for e in range(source.size):
        x = shuffled(e, every, key)
        source[e], target[e] = x % n, (x + 1 + x // n) % n


@compiled
def rewired(
    seed: int,
    n: int,
    side: int,
    chance: float,
    source: NDArray[np.int32],
    target: NDArray[np.int32],
) -> None:
    """Tie each citizen to ``side`` on either side of a ring; some ties get a new far end."""
    at = 0
    for i in range(n):
        for k in range(side):
            step = k + 1
            if uniform(seed, i, k, REWIRE) < chance:
                step = 1 + int(uniform(seed, i, k, REWIRED_TO) * (n - 1))
            source[at], target[at] = i, (i + step) % n
            at += 1


@compiled
def copied(seed: int, n: int, m: int, source: NDArray[np.int32], target: NDArray[np.int32]) -> None:
    """Grow a graph: each newcomer ties to m ends of earlier ties, found by walking back.

    Tie e belongs to newcomer 1 + e div m. An end of a tie is either its newcomer or what that tie
    itself copied; the walk re-draws the latter by its address, so that nothing is looked up.
    """
    for e in range(m * (n - 1)):
        tie, end = e, -1
        while end < 0:
            newcomer = 1 + tie // m
            if newcomer <= m:  # too few came before to choose from
                end = (tie % m) % newcomer
            else:
                place = int(uniform(seed, tie, 0, COPY) * (2 * m * (newcomer - 1)))
                tie = place // 2
                if place % 2 == 0:
                    end = 1 + tie // m
        source[e], target[e] = 1 + e // m, end


@compiled
def stubs(
    seed: int, n: int, least: int, numbers: NDArray[np.float64], owner: NDArray[np.int32]
) -> None:
    """Write each citizen once for every tie that she is to have."""
    at = 0
    for i in range(n):
        for _ in range(least + picked(uniform(seed, i, 0, STUBS), numbers)):
            owner[at] = i
            at += 1


@compiled
def matched(
    seed: int, owner: NDArray[np.int32], source: NDArray[np.int32], target: NDArray[np.int32]
) -> int:
    """Tie the owners of the stubs two by two in shuffled order, but nobody to herself."""
    key, at = order(seed, 0, STUB_ORDER), 0
    for e in range(owner.size // 2):
        i = int(owner[shuffled(2 * e, owner.size, key)])
        j = int(owner[shuffled(2 * e + 1, owner.size, key)])
        if i != j:
            source[at], target[at] = i, j
            at += 1
    return at
