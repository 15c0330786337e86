"""Hear: what each citizen can use today, and which of yesterday's voices she hears.

Hearing has two methods, which give the same integers: where few speak, each voice is added to the
counters of its listeners (push); where many do, each citizen reads along her ties (pull; after
the direction-optimising search of Beamer, Asanovic & Patterson 2012, SC '12,
doi:10.1109/SC.2012.50). Both run over ranges of listeners cut at multiples of NEAR, so that no two
threads write one counter. A counter is valid only where ``dirty`` marks that a voice arrived, so
that the others need not be cleared.
"""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled, inlined, internal
from samizdat.core.layout import (
    FIRST,
    FOREIGN,
    GROUP,
    GROUP_BITS,
    HEARS_FOREIGN,
    HELD,
    HELD_HEARD,
    IS_CUT_OFF,
    IS_ONLINE,
    LAST,
    N_CUT_OFF,
    N_ONLINE,
    NEAR,
    ONLINE,
    OTHERS_HEARD,
    PLATFORMS,
    POSTS_HEARD,
    REGION,
    STREET,
    STREET_HEARD,
    WITH_VOICE,
    World,
)
from samizdat.core.mechanisms.reach import (
    access_of,
    ears_of,
    hears_kin,
    hears_no_platform,
    hears_online,
)

_ONE, _THREE, _SEVEN = np.uint64(1), np.uint64(3), np.uint64(7)

MOST = 0.25  # share with a voice above which reading every voice costs less than testing its bit


@internal
def settle_reach(
    here: np.void,
    platforms: NDArray[np.uint16],
    rank: NDArray[np.float32],
    days_left: NDArray[np.uint16],
    circumventing: NDArray[np.uint8],
    access_now: NDArray[np.uint16],
    ears_now: NDArray[np.uint16],
    marks: NDArray[np.uint8],
) -> tuple[int, int]:
    """Set access and ears of a slice of citizens; return how many are online, and cut off."""
    allowed, blocked = int(here["allowed"]), int(here["blocked"])
    blackout, adoption = int(here["blackout"]), float(here["adoption"])
    n_online, n_cut_off = 0, 0
    for i in range(rank.size):
        access = access_of(int(platforms[i]), allowed, float(rank[i]), adoption)
        held = int(days_left[i]) > 0
        ears = ears_of(access, blocked, blackout, int(circumventing[i]), held)
        access_now[i] = access
        ears_now[i] = ears
        online = int((access & ONLINE) != 0)
        cut_off = int(ears != (access & (PLATFORMS | FOREIGN))) & (1 - int(held))
        marks[i] = (
            IS_ONLINE * online | IS_CUT_OFF * cut_off | HEARS_FOREIGN * int((ears & FOREIGN) != 0)
        )
        n_online += online
        n_cut_off += cut_off
    return n_online, n_cut_off


@compiled
def listen(b0: int, b1: int, world: World) -> None:
    """Set what each citizen can use today."""
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        here, tally = world.signals[world.blocks[b, REGION]], world.tallies[b]
        for first in range(int(world.blocks[b, FIRST]), int(world.blocks[b, LAST]), NEAR):
            last = min(first + NEAR, int(world.blocks[b, LAST]))
            online, cut_off = settle_reach(
                here, traits.platforms[first:last], traits.adoption_rank[first:last],
                state.days_left[first:last], state.circumventing[first:last],
                state.access[first:last], state.ears[first:last], state.marks[first:last],
            )  # fmt: skip
            tally[N_ONLINE] += online
            tally[N_CUT_OFF] += cut_off


@compiled
def mark_speakers(first: int, last: int, world: World) -> None:
    """Set the bit of each of the citizens first ... last - 1 who had a voice yesterday."""
    state, spoke_bits = world.state, world.caches.spoke_bits
    spoke_bits[first >> 3 : (last + 7) >> 3] = 0
    for b in range(world.blocks.shape[0]):
        slot = int(world.blocks[b, FIRST])
        if slot >= last or int(world.blocks[b, LAST]) <= first:
            continue
        for k in range(slot, slot + int(world.caches.last_actor_counts[b])):
            j = int(state.last_actors[k])
            if first <= j < last and int(state.last_voice[j]) != 0:
                spoke_bits[j >> 3] |= 1 << (j & 7)


@inlined
def of_kin(voice: int, ears: int) -> tuple[int, int, int, int]:
    """Return what the voice of a close tie adds to m, s, c and posts; without a branch."""
    heard, marches = int(hears_kin(voice, ears)), int((voice & STREET) != 0)
    held, post = int((voice & HELD) != 0), int(hears_online(voice, ears))
    return heard & marches, heard & (1 - marches), held, post


@inlined
def from_afar(voice: int, ears: int) -> tuple[int, int, int]:
    """Return what the voice of an online tie adds to m, s and posts; without a branch."""
    heard, marches = int(hears_online(voice, ears)), int((voice & STREET) != 0)
    return heard & marches, heard & (1 - marches), heard


@compiled
def hear_by_pull(first: int, last: int, world: World) -> None:
    """Let the citizens first ... last - 1 count the voices of the step before along their ties.

    Shortcuts: unless MOST have a voice, ``spoke_bits``, which fits a near cache, is tested first
    (where the bit is not set, the voice is 0 and adds nothing); and `hears_no_platform`.
    """
    state, dirty, spoke_bits = world.state, world.caches.dirty, world.caches.spoke_bits
    start, close, neighbour = world.ties.start, world.ties.close, world.ties.neighbour
    last_voice, heard = state.last_voice, state.heard
    days_left, ears_now = state.days_left, state.ears
    voices = world.caches.block_counts[:, WITH_VOICE].sum()
    ask = world.shortcuts and voices < MOST * ears_now.size
    for some in range(first, last, GROUP):
        anything = 0
        for i in range(some, min(some + GROUP, last)):
            street, others, held, posts = 0, 0, 0, 0
            free, ears = int(days_left[i]) == 0, int(ears_now[i])
            begin, middle = int(start[i]), int(start[i]) + int(close[i])
            e, online, end = np.uint64(begin), np.uint64(middle), np.uint64(start[i + 1])
            if not free:
                online = e
            if not free or (world.shortcuts and hears_no_platform(ears)):
                end = online  # the detained have no ears either
            if ask:
                while e < online:
                    j = np.uint64(neighbour[e])
                    e += _ONE
                    if np.uint64(spoke_bits[j >> _THREE]) >> (j & _SEVEN) & _ONE:
                        m, s, c, post = of_kin(int(last_voice[j]), ears)
                        street, others, held, posts = street + m, others + s, held + c, posts + post
                while e < end:
                    j = np.uint64(neighbour[e])
                    e += _ONE
                    if np.uint64(spoke_bits[j >> _THREE]) >> (j & _SEVEN) & _ONE:
                        m, s, post = from_afar(int(last_voice[j]), ears)
                        street, others, posts = street + m, others + s, posts + post
            else:
                while e < online:
                    m, s, c, post = of_kin(int(last_voice[np.uint64(neighbour[e])]), ears)
                    e += _ONE
                    street, others, held, posts = street + m, others + s, held + c, posts + post
                while e < end:
                    m, s, post = from_afar(int(last_voice[np.uint64(neighbour[e])]), ears)
                    e += _ONE
                    street, others, posts = street + m, others + s, posts + post
            heard[i, STREET_HEARD] = street
            heard[i, OTHERS_HEARD] = others
            heard[i, HELD_HEARD] = held
            heard[i, POSTS_HEARD] = posts
            anything |= street | others | held
        if anything:
            dirty[some >> GROUP_BITS] = 1


@internal
def first_at_least(neighbour: NDArray[np.int32], begin: int, end: int, citizen: int) -> int:
    """Return the first place in a sorted part of a row whose neighbour is >= citizen."""
    while begin < end:
        middle = (begin + end) >> 1
        if int(neighbour[middle]) < citizen:
            begin = middle + 1
        else:
            end = middle
    return begin


@internal
def reaches(i: int, last: int, dirty: NDArray[np.uint8], heard: NDArray[np.uint32]) -> None:
    """Clear the counters of the group of citizen i before the first voice is counted there."""
    some = i >> GROUP_BITS
    if int(dirty[some]) == 0:
        dirty[some] = 1
        heard[some << GROUP_BITS : min(last, (some + 1) << GROUP_BITS)] = 0


@compiled
def hear_by_push(first: int, last: int, world: World) -> None:
    """Add every voice of the step before to the counters of the citizens first ... last - 1.

    It gives the same integers as `hear_by_pull`; its cost grows with the voices, not the citizens.
    """
    state, dirty = world.state, world.caches.dirty
    start, close, neighbour = world.ties.start, world.ties.close, world.ties.neighbour
    heard, ears_now, days_left = state.heard, state.ears, state.days_left
    last_actors, last_voice, n = state.last_actors, state.last_voice, int(state.ears.size)
    for b in range(world.blocks.shape[0]):
        slot = int(world.blocks[b, FIRST])
        for k in range(slot, slot + int(world.caches.last_actor_counts[b])):
            j = int(last_actors[k])
            voice = int(last_voice[j])
            if voice == 0:
                continue
            column = STREET_HEARD if voice & STREET else OTHERS_HEARD
            begin, end = int(start[j]), int(start[j + 1])
            online = begin + int(close[j])
            for e in range(first_at_least(neighbour, begin, online, first), online):
                i = int(neighbour[e])
                if i >= last:
                    break
                if int(days_left[i]) > 0:
                    continue
                ears = int(ears_now[i])
                spoken = hears_kin(voice, ears)
                if not spoken and voice & HELD == 0:
                    continue
                reaches(i, n, dirty, heard)
                if spoken:
                    heard[i, column] += 1
                    heard[i, POSTS_HEARD] += hears_online(voice, ears)
                if voice & HELD:
                    heard[i, HELD_HEARD] += 1
            if world.shortcuts and voice & PLATFORMS == 0:
                continue  # `hears_online` needs a common platform
            for e in range(first_at_least(neighbour, online, end, first), end):
                i = int(neighbour[e])
                if i >= last:
                    break
                if hears_online(voice, int(ears_now[i])):  # the detained have no ears
                    reaches(i, n, dirty, heard)
                    heard[i, column] += 1
                    heard[i, POSTS_HEARD] += 1
