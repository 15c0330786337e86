"""Hear: what each citizen can use today, and whom of yesterday's voices she hears."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled
from samizdat.core.layout import HELD, N_POSTS_HEARD, PLATFORMS, STREET, Ties, World
from samizdat.core.mechanisms.reach import access_of, ears_of, hears_kin, hears_online


@compiled
def settle_reach(
    here: np.void,
    platforms: NDArray[np.uint16],
    rank: NDArray[np.float32],
    days_left: NDArray[np.uint16],
    circumventing: NDArray[np.uint8],
    access_now: NDArray[np.uint16],
    ears_now: NDArray[np.uint16],
) -> None:
    """Settle access and ears of a slice of citizens."""
    allowed, blocked = int(here["allowed"]), int(here["blocked"])
    blackout, adoption = int(here["blackout"]), float(here["adoption"])
    for i in range(rank.size):
        access = access_of(int(platforms[i]), allowed, float(rank[i]), adoption)
        held = int(days_left[i]) > 0
        access_now[i] = access
        ears_now[i] = ears_of(access, blocked, blackout, int(circumventing[i]), held)


@compiled
def listen(b0: int, b1: int, world: World) -> None:
    """Settle what each citizen can use today, and forget what was heard yesterday."""
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        first, last = int(world.blocks[b, 0]), int(world.blocks[b, 1])
        settle_reach(
            world.signals[world.blocks[b, 2]], traits.platforms[first:last],
            traits.adoption_rank[first:last], state.days_left[first:last],
            state.circumventing[first:last], state.access[first:last], state.ears[first:last],
        )  # fmt: skip
        state.heard_street[first:last] = 0
        state.heard_others[first:last] = 0
        state.heard_held[first:last] = 0


@compiled
def hear_by_pull(b0: int, b1: int, world: World) -> None:
    """Let each citizen count the voices of the step before along her ties."""
    ties, state = world.ties, world.state
    for b in range(b0, b1):
        posts_heard = 0
        for i in range(int(world.blocks[b, 0]), int(world.blocks[b, 1])):
            if int(state.days_left[i]) > 0:
                continue
            ears = int(state.ears[i])
            street, others, held = 0, 0, 0
            begin, end = int(ties.start[i]), int(ties.start[i + 1])
            online = begin + int(ties.close[i])
            for e in range(begin, online):
                voice = int(state.last_voice[int(ties.neighbour[e])])
                if hears_kin(voice, ears):
                    street += (voice & STREET) != 0
                    others += (voice & STREET) == 0
                    posts_heard += hears_online(voice, ears)
                held += (voice & HELD) != 0
            for e in range(online, end):
                voice = int(state.last_voice[int(ties.neighbour[e])])
                if hears_online(voice, ears):
                    street += (voice & STREET) != 0
                    others += (voice & STREET) == 0
                    posts_heard += 1
            state.heard_street[i] = street
            state.heard_others[i] = others
            state.heard_held[i] = held
        world.tallies[b, N_POSTS_HEARD] = posts_heard


@compiled
def first_at_least(ties: Ties, begin: int, end: int, citizen: int) -> int:
    """Return the first place in a sorted part of a row whose neighbour is >= citizen."""
    while begin < end:
        middle = (begin + end) >> 1
        if int(ties.neighbour[middle]) < citizen:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled
def hear_by_push(b0: int, b1: int, world: World) -> None:
    """Let every voice of the step before count itself with those of these blocks who hear it.

    The same integers as by pull; its cost follows the voices, not the citizens.
    """
    ties, state = world.ties, world.state
    if b0 == b1:
        return
    first, last = int(world.blocks[b0, 0]), int(world.blocks[b1 - 1, 1])
    for b in range(world.blocks.shape[0]):
        slot = int(world.blocks[b, 0])
        for k in range(slot, slot + int(world.actor_counts[b])):
            j = int(state.actors[k])
            voice = int(state.last_voice[j])
            begin, end = int(ties.start[j]), int(ties.start[j + 1])
            online = begin + int(ties.close[j])
            for e in range(first_at_least(ties, begin, online, first), online):
                i = int(ties.neighbour[e])
                if i >= last:
                    break
                if int(state.days_left[i]) > 0:
                    continue
                ears = int(state.ears[i])
                if hears_kin(voice, ears):
                    if voice & STREET:
                        state.heard_street[i] += 1
                    else:
                        state.heard_others[i] += 1
                    if hears_online(voice, ears):
                        row = max(b0, int(world.region_block[int(world.traits.region[i])]))
                        world.tallies[row, N_POSTS_HEARD] += 1
                if voice & HELD:
                    state.heard_held[i] += 1
            if voice & PLATFORMS == 0:
                continue
            for e in range(first_at_least(ties, online, end, first), end):
                i = int(ties.neighbour[e])
                if i >= last:
                    break
                if int(state.days_left[i]) == 0 and hears_online(voice, int(state.ears[i])):
                    if voice & STREET:
                        state.heard_street[i] += 1
                    else:
                        state.heard_others[i] += 1
                    row = max(b0, int(world.region_block[int(world.traits.region[i])]))
                    world.tallies[row, N_POSTS_HEARD] += 1
