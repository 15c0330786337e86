"""The loops that draw ties: each writes pairs into ``source`` and ``target``.

Every draw is addressed by (seed, citizen or tie, ordinal, stream), so that the graph is a pure
function of its seed. Only + - * / are used before a rounding down, so that it does not depend on
the machine either.
"""

import math

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import TIES, uniform
from samizdat.core.jit import compiled, inlined

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

LARGEST_AUDIENCE = 5_000.0  # largest mean number of online ties that others begin with one citizen
LARGEST_SHARE = 0.05  # of her town or region; beyond it too many ties would be repeated


def cumulated(weights: list[float]) -> NDArray[np.float64]:
    """Return cumulative probabilities, rounded to the grid of the draws, so no last bit matters."""
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

    ``begun`` is the mean number of ties that a citizen begins in this scope. The most popular
    citizen is drawn ``peak`` times as often as if all were equally popular; peak falls as a rises.
    The values are rounded, so that no last bit of a power matters.
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
_POSITIVE = 2**63 - 1


@compiled
def picked(u: float, table: NDArray[np.float64]) -> int:
    """Return the first k with u < table[k]; the table is cumulative and ends in 1."""
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
    """Return the sum of the numbers that the citizens 0 ... n - 1 draw from a table."""
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
def rectangle(size: int) -> tuple[int, int]:
    """Return the sides of a rectangle that just holds ``size`` cells, wide and tall."""
    wide = int(math.sqrt(float(size)))
    while wide * wide < size:
        wide += 1
    return wide, (size + wide - 1) // wide


@inlined
def turned(left: int, right: int, wide: int, tall: int, key: tuple[int, int]) -> int:
    """Return where a cell of the rectangle goes: three rounds of a Feistel network."""
    one, two = key
    for turn in range(3):
        left += (_mixed(right, one + turn * 0x1E3779B9) * wide) >> 31
        left = min(left, (left - wide) & _POSITIVE)  # below zero it would be larger
        right += (_mixed(left, two + turn * 0x1E3779B9) * tall) >> 31
        right = min(right, (right - tall) & _POSITIVE)
    return left * tall + right


@compiled
def walked(x: int, size: int, wide: int, tall: int, key: tuple[int, int]) -> int:
    """Return the image of a cell, permuted repeatedly until it is one of the first ``size``."""
    while x >= size:
        x = turned(x // tall, x % tall, wide, tall, key)
    return x


@compiled
def shuffled(x: int, size: int, key: tuple[int, int]) -> int:
    """Return the place of x under a pseudo-random permutation of 0 ... size - 1.

    A Feistel network on the cells of a rectangle that just holds ``size``, applied again while the
    result is outside (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").
    """
    wide, tall = rectangle(size)
    return walked(turned(x // tall, x % tall, wide, tall, key), size, wide, tall, key)


@inlined
def ranked(u: float, size: int, skew: int, a: float, b: float) -> int:
    """Draw a rank of popularity in 0 ... size - 1; skew is 1, 2, 3 or 4.

    The density falls as (x + a**skew) ** (1/skew - 1) over x = rank / size; its inverse is a whole
    power, so that multiplications suffice.
    """
    base = a + u * (b - a)
    x, offset = base, a
    if skew > 1:
        x, offset = x * base, offset * a
    if skew > 2:
        x, offset = x * base, offset * a
    if skew > 3:
        x, offset = x * base, offset * a
    return min(size - 1, int((x - offset) * size))


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
def scattered(seed: int, n: int, source: NDArray[np.int32], target: NDArray[np.int32]) -> None:
    """Fill in distinct pairs, all equally likely: the first ones of a permutation of all pairs.

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
    itself copied; the latter is drawn again by its address, so that nothing has to be stored.
    """
    for e in range(m * (n - 1)):
        tie, end = e, -1
        while end < 0:
            newcomer = 1 + tie // m
            if newcomer <= m:  # too few earlier citizens to choose from
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
    """Tie the owners of the stubs in pairs, in shuffled order; a pair of equal ends is no tie."""
    key, at = order(seed, 0, STUB_ORDER), 0
    for e in range(owner.size // 2):
        i = int(owner[shuffled(2 * e, owner.size, key)])
        j = int(owner[shuffled(2 * e + 1, owner.size, key)])
        if i != j:
            source[at], target[at] = i, j
            at += 1
    return at
