"""The social graph: draws the ties that some consecutive citizens begin.

Each drawing function writes the pairs begun by the citizens ``first`` to ``last``, at most BATCH
and all in one town, into ``source`` and ``target`` of the buffers, and returns their number; a pair
of equal ends is no tie. A pair is a pure function of its address: the same pairs can be drawn
twice, by any thread, and need not be stored (see :mod:`samizdat.core.network.assembly`).

Loops are separate and have few branches, so that they are vectorised over several ties.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import many_words, uniform, unit
from samizdat.core.jit import internal
from samizdat.core.network.generators import (
    ABROAD,
    ACQUAINTANCE,
    ACQUAINTANCES,
    CELL,
    CELL_PAIRS,
    CIRCLES,
    CONTACT,
    CONTACTS,
    FAR,
    MEMBER,
    PARTITIONS,
    SCOPE,
    TOWN_ORDER,
    away,
    order,
    picked,
    ranked,
    rectangle,
    turned,
    walked,
)

BATCH = 1024


class Society(NamedTuple):
    """The numbers from which the social graph is drawn; R is the number of regions."""

    seed: int
    region_first: NDArray[np.int64]  # (R + 1,) where each region's citizens begin
    belonging: float  # chance that a citizen belongs to the circles of her cell
    acquainted: NDArray[np.float64]  # cumulative probabilities of 0, 1, ... acquaintances begun
    reach: float
    far: float
    towns: NDArray[np.int64]  # (R,) number of towns; their sizes in a region differ by at most one
    contacted: NDArray[np.float64]  # cumulative probabilities of 0, 1, ... online ties begun
    homophily: float
    near: float
    skew: int
    curves: NDArray[np.float64]  # (R, 2, 2) the a and b of `ranked` in a town and in the region
    keys: NDArray[np.int64]  # (R, 2) of the order of popularity in a region
    sides: NDArray[np.int64]  # (R, 2) of the rectangle that a region is shuffled on


class DrawBuffers(NamedTuple):
    """Scratch arrays of the draws. D is the number of draws, each for four citizens in a row."""

    source: NDArray[np.int32]  # (4 D + 1,)
    target: NDArray[np.int32]  # (4 D + 1,)
    begun: NDArray[np.int32]  # how many ties each citizen of the batch begins
    group: NDArray[np.int32]  # (D,) the group of four of a draw, and for which of their ties it is
    turn: NDArray[np.int32]  # (D,)
    words: NDArray[np.uint32]  # (3, 4, D): of three streams
    begins: NDArray[np.int32]  # (3, 4 D + 1): by scope, who begins a tie,
    word: NDArray[np.uint32]  # (3, 4 D + 1): and with what draw,
    place: NDArray[np.int32]  # (3, 4 D + 1): and to which place in her scope it leads
    there: NDArray[np.int32]  # (5, 4 D + 1): of ties to the nation: the region, its sides and keys


def buffers_for(who: Society) -> DrawBuffers:
    """Allocate the scratch arrays of the draws."""
    draws = (BATCH // 4 + 2) * max(CELL_PAIRS // CELL + 1, who.acquainted.size, who.contacted.size)
    ties = 4 * draws + 1
    return DrawBuffers(
        source=np.empty(ties, np.int32),
        target=np.empty(ties, np.int32),
        begun=np.empty(BATCH + 8, np.int32),
        group=np.empty(draws, np.int32),
        turn=np.empty(draws, np.int32),
        words=np.empty((3, 4, draws), np.uint32),
        begins=np.empty((3, ties), np.int32),
        word=np.empty((3, ties), np.uint32),
        place=np.empty((3, ties), np.int32),
        there=np.empty((5, ties), np.int32),
    )


@internal
def region_of(who: Society, i: int) -> int:
    """Return the region where citizen i lives."""
    r = 0
    for q in range(1, who.towns.size):
        r += int(int(who.region_first[q]) <= i)
    return r


@internal
def town_first(who: Society, r: int, town: int) -> int:
    """Return the first citizen of a town of region r."""
    begin, end, cut = int(who.region_first[r]), int(who.region_first[r + 1]), int(who.towns[r])
    return begin + (town * (end - begin) + cut - 1) // cut


@internal
def town_of(who: Society, r: int, i: int) -> int:
    """Return the town, counted within region r, where citizen i lives."""
    begin, end = int(who.region_first[r]), int(who.region_first[r + 1])
    return (i - begin) * int(who.towns[r]) // (end - begin)


@internal
def circles(who: Society, r: int, first: int, last: int, buffers: DrawBuffers) -> int:
    """Tie all members of each circle of each cell; each citizen is a member with a probability."""
    at, all_belong = 0, who.belonging >= 1.0
    begin, end = int(who.region_first[r]), int(who.region_first[r + 1])
    for cell in range(begin + (first - begin) // CELL * CELL, last, CELL):
        row = int(uniform(who.seed, cell, 0, CIRCLES) * PARTITIONS.shape[0])
        after = cell
        for c in range(PARTITIONS.shape[1]):
            circle, after = after, min(end, after + int(PARTITIONS[row, c]))
            for i in range(max(first, circle), min(last, after)):
                if not all_belong and uniform(who.seed, i, 0, MEMBER) >= who.belonging:
                    continue
                for j in range(i + 1, after):
                    if all_belong or uniform(who.seed, j, 0, MEMBER) < who.belonging:
                        buffers.source[at], buffers.target[at] = i, j
                        at += 1
    return at


@internal
def _listed(
    who: Society,
    first: int,
    last: int,
    stream: int,
    table: NDArray[np.float64],
    buffers: DrawBuffers,
) -> int:
    """Draw how many ties each citizen begins, and list the draws needed (group, k-th tie)."""
    head, groups = first >> 2, ((last + 3) >> 2) - (first >> 2)
    for g in range(groups):
        buffers.group[g], buffers.turn[g] = head + g, 0
    many_words(who.seed, buffers.group[:groups], buffers.turn[:groups], stream, buffers.words[0])
    at = 0
    for g in range(groups):
        most = 0
        for k in range(4):
            inside = first <= 4 * (head + g) + k < last
            begun = picked(unit(buffers.words[0, k, g]), table) if inside else 0
            buffers.begun[4 * g + k] = begun
            most = max(most, begun)
        for k in range(most):
            buffers.group[at], buffers.turn[at] = head + g, k
            at += 1
    return at


@internal
def acquaintances(who: Society, r: int, first: int, last: int, buffers: DrawBuffers) -> int:
    """Tie each citizen to acquaintances near her or anywhere in the region, which is circular."""
    begin, head = int(who.region_first[r]), first >> 2
    size = int(who.region_first[r + 1]) - begin
    draws = _listed(who, first, last, int(ACQUAINTANCES), who.acquainted, buffers)
    group, turn = buffers.group[:draws], buffers.turn[:draws]
    for k, stream in enumerate((ACQUAINTANCE, FAR)):
        many_words(who.seed, group, turn, stream, buffers.words[k])
    at = 0
    for e in range(draws):
        for k in range(4):
            if int(turn[e]) >= int(buffers.begun[4 * (int(group[e]) - head) + k]):
                continue
            i, u = 4 * int(group[e]) + k, unit(buffers.words[0, k, e])
            if unit(buffers.words[1, k, e]) < who.far:
                j = begin + int(u * size)
            else:
                j = begin + (i - begin + away(u, size, who.reach)) % size
            buffers.source[at], buffers.target[at] = i, j
            at += 1
    return at


_TOWN, _REGION, _NATION = range(3)


@internal
def contacts(who: Society, r: int, first: int, last: int, buffers: DrawBuffers) -> int:
    """Tie each citizen online to popular citizens of her town, her region or the nation."""
    draws = _listed(who, first, last, int(CONTACTS), who.contacted, buffers)
    town = town_of(who, r, first)
    begin, after = town_first(who, r, town), town_first(who, r, town + 1)
    in_town, in_region, anywhere = _by_scope(who, first, draws, buffers)
    a, b = float(who.curves[r, 0, 0]), float(who.curves[r, 0, 1])
    key = order(who.seed, begin, TOWN_ORDER)
    word, place = buffers.word[_TOWN, :in_town], buffers.place[_TOWN, :in_town]
    _popular(word, begin, after - begin, key, who.skew, a, b, place)
    begin, after = int(who.region_first[r]), int(who.region_first[r + 1])
    a, b = float(who.curves[r, 1, 0]), float(who.curves[r, 1, 1])
    key = (int(who.keys[r, 0]), int(who.keys[r, 1]))
    word, place = buffers.word[_REGION, :in_region], buffers.place[_REGION, :in_region]
    _popular(word, begin, after - begin, key, who.skew, a, b, place)
    _popular_abroad(who, anywhere, buffers)
    at = 0
    for scope, ties in enumerate((in_town, in_region, anywhere)):
        for e in range(ties):
            buffers.source[at], buffers.target[at] = (
                buffers.begins[scope, e],
                buffers.place[scope, e],
            )
            at += 1
    return at


@internal
def _by_scope(who: Society, first: int, draws: int, buffers: DrawBuffers) -> tuple[int, int, int]:
    """Sort the ties that begin by their scope, and return how many each has.

    Every tie is written at the end of all three lists, and only the list of its scope grows.
    """
    group, turn = buffers.group[:draws], buffers.turn[:draws]
    for k, stream in enumerate((SCOPE, CONTACT, ABROAD)):
        many_words(who.seed, group, turn, stream, buffers.words[k])
    near, homophilous, head = who.homophily * who.near, who.homophily, first >> 2
    n = int(who.region_first[who.region_first.size - 1])
    in_town, in_region, anywhere = 0, 0, 0
    for e in range(draws):
        for k in range(4):
            i, scope, word = (
                4 * int(group[e]) + k,
                unit(buffers.words[0, k, e]),
                buffers.words[1, k, e],
            )
            begins = int(turn[e]) < int(buffers.begun[i - 4 * head])
            buffers.begins[_TOWN, in_town], buffers.word[_TOWN, in_town] = i, word
            buffers.begins[_REGION, in_region], buffers.word[_REGION, in_region] = i, word
            buffers.begins[_NATION, anywhere], buffers.word[_NATION, anywhere] = i, word
            buffers.place[_NATION, anywhere] = int(unit(buffers.words[2, k, e]) * n)
            in_town += int(begins and scope < near)
            in_region += int(begins and near <= scope < homophilous)
            anywhere += int(begins and scope >= near and scope >= homophilous)
    return in_town, in_region, anywhere


@internal
def _popular(
    word: NDArray[np.uint32],
    begin: int,
    size: int,
    key: tuple[int, int],
    skew: int,
    a: float,
    b: float,
    place: NDArray[np.int32],
) -> None:
    """Draw, for each tie, a popular citizen among ``size`` citizens from ``begin`` on."""
    wide, tall = rectangle(size)
    height = float(tall)
    for e in range(word.size):
        place[e] = ranked(unit(word[e]), size, skew, a, b)
    for e in range(word.size):
        x = int(place[e])
        left = int(float(x) / height)  # exact below 2**31
        place[e] = turned(left, x - left * tall, wide, tall, key)
    for e in range(word.size):
        place[e] = begin + walked(int(place[e]), size, wide, tall, key)


@internal
def _popular_abroad(who: Society, ties: int, buffers: DrawBuffers) -> None:
    """Draw, for each tie, a popular citizen in the region of one drawn from the whole nation."""
    place, word = buffers.place[_NATION, :ties], buffers.word[_NATION, :ties]
    region, wide, tall = buffers.there[0, :ties], buffers.there[1, :ties], buffers.there[2, :ties]
    one, two = buffers.there[3, :ties], buffers.there[4, :ties]
    for e in range(ties):
        q = region_of(who, int(place[e]))
        size = int(who.region_first[q + 1]) - int(who.region_first[q])
        a, b = float(who.curves[q, 1, 0]), float(who.curves[q, 1, 1])
        place[e], region[e] = ranked(unit(word[e]), size, who.skew, a, b), q
        wide[e], tall[e] = who.sides[q, 0], who.sides[q, 1]
        one[e], two[e] = who.keys[q, 0], who.keys[q, 1]
    for e in range(ties):
        x, high = int(place[e]), int(tall[e])
        left = int(float(x) / float(high))
        place[e] = turned(left, x - left * high, int(wide[e]), high, (int(one[e]), int(two[e])))
    for e in range(ties):
        begin, end = int(who.region_first[region[e]]), int(who.region_first[region[e] + 1])
        key = (int(one[e]), int(two[e]))
        place[e] = begin + walked(int(place[e]), end - begin, int(wide[e]), int(tall[e]), key)
