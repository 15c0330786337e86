"""Random draws addressed by (seed, citizen or region, step, stream), with no state to share.

The same address gives the same number whatever the threads, the order of the citizens, or the
mechanisms switched on; two runs that differ only in a policy therefore share every draw (common
random numbers).
Philox-4x32-10: Salmon, Moraes, Dror & Shaw (2011), SC '11, doi:10.1145/2063384.2063405. One call
yields four words, which serve the four neighbours i, i+1, i+2, i+3 with i divisible by 4.
"""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled, inlined

# Each use of random numbers has a stream of its own; no two uses share a stream number.
(
    ADOPTION_OWN,
    ADOPTION_CIRCLE,
    HARDSHIP,
    RESTING_TRUST,
    THRESHOLD,
    INSTIGATOR,
    RISK_AVERSION,
    LITERACY,
    ONLY_PLATFORM,
    ATTENTION,
    SEEDS,
    RESPONSE,
    ARREST,
    SANCTION,
    PREEMPT,
    TERM,
    UPTAKE,
    RALLY_CONTINUES,  # by region, as the next two
    RALLY_CALL,
    RALLY_KIND,
    ORGANISER,
    ARRIVE,  # by region, as the next two
    ARRIVAL_MARK,
    ARRIVAL_NEWS,
) = range(24)
PLATFORM = 32  # to 47: one stream a platform
TIES = 64  # to 127: streams of the graphs

_MULTIPLY_0, _MULTIPLY_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_UNIT = 2.0**-32


@inlined
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Scramble a 128-bit counter under a 64-bit key; every argument holds 32 bits."""
    for _ in range(10):
        p0, p1 = _MULTIPLY_0 * c0, _MULTIPLY_1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@compiled
def words(
    seed: int, group: int, step: int, stream: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words of the citizens 4 * group ... 4 * group + 3."""
    s, g = np.uint64(seed), np.uint64(group)
    return philox(g & _LOW, g >> _HALF, np.uint64(step), np.uint64(stream), s & _LOW, s >> _HALF)


@compiled
def lane(four: tuple[np.uint64, np.uint64, np.uint64, np.uint64], i: int) -> float:
    """Return the draw of citizen i, inside (0, 1), from the words of her group of four."""
    a, b, c, d = four
    k = i & 3
    word = a if k == 0 else b if k == 1 else c if k == 2 else d
    return (float(word) + 0.5) * _UNIT


@compiled
def unit(word: np.uint32) -> float:
    """Return a word of 32 bits as a number inside (0, 1)."""
    return (float(word) + 0.5) * _UNIT


@compiled
def fill_words(
    seed: int, first: int, last: int, step: int, stream: int, out: NDArray[np.uint32]
) -> None:
    """Write the words of the citizens first ... last - 1 into ``out``, to be read by `filled`.

    The four words of a call go to four planes, so that eight calls fit a vector unit.
    """
    group, width = first >> 2, out.size >> 2
    count = ((last - 1) >> 2) - group + 1
    one, two = out[:count], out[width : width + count]
    three, four = out[2 * width : 2 * width + count], out[3 * width : 3 * width + count]
    k0, k1 = np.uint64(seed) & _LOW, np.uint64(seed) >> _HALF
    for k in range(one.size):
        g = np.uint64(group + k)
        a, b, c, d = philox(
            g & _LOW, g >> _HALF, np.uint64(step) & _LOW, np.uint64(stream) & _LOW, k0, k1
        )
        one[k], two[k] = np.uint32(a), np.uint32(b)
        three[k], four[k] = np.uint32(c), np.uint32(d)


@compiled
def filled(i: int, first: int, out: NDArray[np.uint32]) -> float:
    """Return the draw of citizen i from what `fill_words` wrote for first, first + 1, ..."""
    return unit(out[(i & 3) * (out.size >> 2) + (i >> 2) - (first >> 2)])


@compiled
def uniform(seed: int, i: int, step: int, stream: int) -> float:
    """Return the draw of citizen (or region) i at this step in this stream, inside (0, 1)."""
    return lane(words(seed, i >> 2, step, stream), i)


@compiled
def fill(seed: int, first: int, step: int, stream: int, out: NDArray[np.float64]) -> None:
    """Write the draws of the citizens first, first + 1, ... into ``out``."""
    before = min(out.size, -first & 3)  # citizens before the first whole group of four
    for k in range(before):
        out[k] = uniform(seed, first + k, step, stream)
    groups = (out.size - before) >> 2
    fours = out[before : before + 4 * groups]
    head, k2, k3 = (first + before) >> 2, np.uint64(step), np.uint64(stream)
    k0, k1 = np.uint64(seed) & _LOW, np.uint64(seed) >> _HALF
    for g in range(groups):
        group = np.uint64(head + g)
        a, b, c, d = philox(group & _LOW, group >> _HALF, k2, k3, k0, k1)
        fours[4 * g], fours[4 * g + 1] = (float(a) + 0.5) * _UNIT, (float(b) + 0.5) * _UNIT
        fours[4 * g + 2], fours[4 * g + 3] = (float(c) + 0.5) * _UNIT, (float(d) + 0.5) * _UNIT
    for k in range(before + 4 * groups, out.size):
        out[k] = uniform(seed, first + k, step, stream)


def uniforms(seed: int, first: int, last: int, step: int, stream: int) -> NDArray[np.float64]:
    """Return the draws of the citizens ``first <= i < last``, in (0, 1), as float64."""
    out = np.empty(last - first)
    fill(seed, first, step, stream, out)
    return out


@compiled
def many_words(
    seed: int,
    groups: NDArray[np.int32],
    steps: NDArray[np.int32],
    stream: int,
    out: NDArray[np.uint32],
) -> None:
    """Write the four words of each group at its step into the columns of ``out`` (4, groups)."""
    k0, k1, last = np.uint64(seed) & _LOW, np.uint64(seed) >> _HALF, np.uint64(stream)
    for k in range(groups.size):
        group, step = np.uint64(groups[k]), np.uint64(steps[k])
        a, b, c, d = philox(group, np.uint64(0), step, last, k0, k1)
        out[0, k], out[1, k], out[2, k], out[3, k] = a, b, c, d


@compiled
def gather(
    seed: int, ids: NDArray[np.int64], step: int, stream: int, out: NDArray[np.float64]
) -> None:
    """Write the draws of the citizens listed in ``ids`` into ``out``."""
    for k in range(ids.size):
        out[k] = uniform(seed, int(ids[k]), step, stream)
