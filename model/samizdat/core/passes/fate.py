"""Fate: arrest, prosecution, arrests beforehand; then VPNs are gained and lost."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import ARREST, PREEMPT, SANCTION, TERM, UPTAKE, uniform
from samizdat.core.jit import internal
from samizdat.core.layout import (
    DETAINED,
    FIRST,
    IS_CUT_OFF,
    LAST,
    MOBILISE,
    N_CIRCUMVENTING,
    N_CUT_OFF,
    N_NEWLY_DETAINED,
    NEAR,
    NOW_HELD,
    PLATFORMS,
    REGION,
    SHARE,
    WITH_VPN,
    World,
)
from samizdat.core.mechanisms.circumvention import (
    may_change,
    next_circumventing,
    vpns_may_change,
)
from samizdat.core.mechanisms.decision import trace_probability
from samizdat.core.mechanisms.fate import may_arrest, may_preempt, term
from samizdat.core.parameters import Parameters

FEW = 64  # citizens looked at together for a VPN that may change: hardly any does


@internal
def fate(b0: int, b1: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Arrest, prosecute, arrest beforehand; then update VPNs."""
    touched = world.scratch.touched[b0]
    for b in range(b0, b1):
        here, counts, tally = (
            world.signals[world.blocks[b, REGION]],
            world.caches.block_counts[b],
            world.tallies[b],
        )
        everybody, taken = not world.shortcuts, 0
        if everybody or may_arrest(float(here["arrest_chance"]), float(here["sanction"])):
            taken += arrest(b, seed, step, here, world, p)
        if everybody or may_preempt(float(here["preempt"])):
            taken += arrest_beforehand(b, seed, step, here, world, p)
        tally[N_NEWLY_DETAINED] = taken
        counts[NOW_HELD] += taken
        if everybody or vpns_may_change(
            int(counts[WITH_VPN]), int(tally[N_CUT_OFF]), int(here["blackout"])
        ):
            counts[WITH_VPN] += circumvent(b, seed, step, here, touched, world, p)
        tally[N_CIRCUMVENTING] = counts[WITH_VPN]


@internal
def arrest(b: int, seed: int, step: int, here: np.void, world: World, p: Parameters) -> int:
    """Arrest some of those in the street, prosecute some of those who posted; return how many.

    Only citizens who are not silent can be detained; all of them are in the list of actors.
    """
    state, newly = world.state, 0
    first, last = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST])
    if world.shortcuts:
        last = first + int(world.caches.actor_counts[b])
    chance, sanction = float(here["arrest_chance"]), float(here["sanction"])
    for k in range(first, last):
        i = int(state.actors[k]) if world.shortcuts else k
        posture, platforms = int(state.posture[i]), int(state.voice[i]) & PLATFORMS
        taken = False
        if posture == MOBILISE:
            taken = uniform(seed, i, step, ARREST) < chance
        elif posture == SHARE and platforms:
            traced = trace_probability(
                float(here["surveillance"]), float(world.readable[platforms]),
                p.circumvention.anonymity, int(state.circumventing[i]),
            )  # fmt: skip
            taken = uniform(seed, i, step, SANCTION) < sanction * traced
        if taken:
            state.days_left[i] = term(uniform(seed, i, step, TERM), p.fate)
            newly += 1
    return newly


@internal
def arrest_beforehand(
    b: int, seed: int, step: int, here: np.void, world: World, p: Parameters
) -> int:
    """Detain some of those who posted yesterday and are still free; return how many."""
    state, newly, preempt = world.state, 0, float(here["preempt"])
    first, last = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST])
    if world.shortcuts:
        last = first + int(world.caches.last_actor_counts[b])
    for k in range(first, last):
        i = int(state.last_actors[k]) if world.shortcuts else k
        platforms = int(state.last_voice[i]) & PLATFORMS
        free = int(state.posture[i]) != DETAINED and int(state.days_left[i]) == 0
        if platforms and free:
            chance = preempt * trace_probability(
                1.0, float(world.readable[platforms]), p.circumvention.anonymity,
                int(state.circumventing[i]),
            )  # fmt: skip
            if uniform(seed, i, step, PREEMPT) < chance:
                state.days_left[i] = term(uniform(seed, i, step, TERM), p.fate)
                newly += 1
    return newly


@internal
def any_may_change(
    circumventing: NDArray[np.uint8],
    marks: NDArray[np.uint8],
    ranks: NDArray[np.float32],
    literacy: float,
) -> bool:
    """Whether any citizen of a slice may get or lose a VPN (`may_change`); without a branch."""
    found = 0
    for i in range(marks.size):
        cut_off = int((int(marks[i]) & IS_CUT_OFF) != 0)
        found |= may_change(int(circumventing[i]), cut_off, float(ranks[i]), literacy)
    return found != 0


@internal
def circumvent(
    b: int, seed: int, step: int, here: np.void, touched: NDArray[np.uint32], world: World,
    p: Parameters,
) -> int:  # fmt: skip
    """Update the VPNs of a block; return the change in their number."""
    circumventing, marks, ranks = (
        world.state.circumventing, world.state.marks, world.traits.literacy_rank
    )  # fmt: skip
    more, end, literacy = 0, int(world.blocks[b, LAST]), p.circumvention.literacy
    everybody = int(not world.shortcuts)
    for first in range(int(world.blocks[b, FIRST]), end, NEAR):
        k = 0
        for few in range(first, min(first + NEAR, end), FEW):
            last = min(few + FEW, first + NEAR, end)
            if everybody == 0 and not any_may_change(
                circumventing[few:last], marks[few:last], ranks[few:last], literacy
            ):
                continue
            for i in range(few, last):
                cut_off, vpn = int((int(marks[i]) & IS_CUT_OFF) != 0), int(circumventing[i])
                touched[k] = i
                k += everybody | may_change(vpn, cut_off, float(ranks[i]), literacy)
        more += circumvent_near(k, seed, step, here, touched, world, p)
    return more


@internal
def circumvent_near(
    many: int, seed: int, step: int, here: np.void, touched: NDArray[np.uint32], world: World,
    p: Parameters,
) -> int:  # fmt: skip
    """Update the VPNs of the citizens in ``touched``; return the change in their number."""
    state, ranks, more = world.state, world.traits.literacy_rank, 0
    blocked, blackout = int(here["blocked"]), int(here["blackout"])
    for t in range(many):
        i = int(touched[t])
        if int(state.posture[i]) == DETAINED:
            continue
        before = int(state.circumventing[i])
        after = next_circumventing(
            before, int(state.access[i]), int(state.ears[i]), blocked, blackout, float(ranks[i]),
            uniform(seed, i, step, UPTAKE), p.circumvention,
        )  # fmt: skip
        state.circumventing[i] = after
        more += after - before
    return more
