"""Fate: arrest, prosecution, arrests beforehand; then VPNs come and go."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import ARREST, PREEMPT, SANCTION, TERM, UPTAKE, uniform
from samizdat.core.jit import internal
from samizdat.core.layout import (
    DETAINED,
    IS_CUT_OFF,
    MOBILISE,
    N_CIRCUMVENTING,
    N_CUT_OFF,
    N_NEWLY_DETAINED,
    NEAR,
    NOW_HELD,
    PLATFORMS,
    SHARE,
    WITH_VPN,
    World,
)
from samizdat.core.mechanisms.circumvention import next_circumventing
from samizdat.core.mechanisms.decision import trace_probability
from samizdat.core.mechanisms.fate import term
from samizdat.core.parameters import Parameters


@internal
def fate(b0: int, b1: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Arrest, prosecute, pre-empt; then let VPNs come and go."""
    touched = world.touched[b0]
    for b in range(b0, b1):
        here, counts, tally = (
            world.signals[world.blocks[b, 2]],
            world.block_counts[b],
            world.tallies[b],
        )
        taken = 0
        if int(world.actor_counts[b]) > 0:
            taken += arrest(b, seed, step, here, world, p)
        if int(world.last_actor_counts[b]) > 0 and float(here["preempt"]) > 0.0:
            taken += arrest_beforehand(b, seed, step, here, world, p)
        tally[N_NEWLY_DETAINED] = taken
        counts[NOW_HELD] += taken
        if counts[WITH_VPN] > 0 or (tally[N_CUT_OFF] > 0 and int(here["blackout"]) == 0):
            counts[WITH_VPN] += circumvent(b, seed, step, here, touched, world, p)
        tally[N_CIRCUMVENTING] = counts[WITH_VPN]


@internal
def arrest(b: int, seed: int, step: int, here: np.void, world: World, p: Parameters) -> int:
    """Arrest some of those in the street, prosecute some of those who posted; return how many."""
    state, first, newly = world.state, int(world.blocks[b, 0]), 0
    chance, sanction = float(here["arrest_chance"]), float(here["sanction"])
    if chance == 0.0 and sanction == 0.0:
        return 0
    for k in range(first, first + int(world.actor_counts[b])):
        i = int(state.actors[k])
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
    state, first, newly = world.state, int(world.blocks[b, 0]), 0
    preempt = float(here["preempt"])
    for k in range(first, first + int(world.last_actor_counts[b])):
        i = int(state.last_actors[k])
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
def circumvent(
    b: int, seed: int, step: int, here: np.void, touched: NDArray[np.uint32], world: World,
    p: Parameters,
) -> int:  # fmt: skip
    """Let VPNs come and go; return how many more there are."""
    circumventing, marks, ranks = (
        world.state.circumventing, world.state.marks, world.traits.literacy_rank
    )  # fmt: skip
    more, end = 0, int(world.blocks[b, 1])
    for first in range(int(world.blocks[b, 0]), end, NEAR):
        k = 0
        for i in range(first, min(first + NEAR, end)):
            able = int((int(marks[i]) & IS_CUT_OFF) != 0)
            able &= int(float(ranks[i]) < p.circumvention.literacy)
            touched[k] = i
            k += able | int(circumventing[i])
        more += circumvent_near(k, seed, step, here, touched, world, p)
    return more


@internal
def circumvent_near(
    many: int, seed: int, step: int, here: np.void, touched: NDArray[np.uint32], world: World,
    p: Parameters,
) -> int:  # fmt: skip
    """Let those in ``touched`` get or lose a VPN; return how many more have one."""
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
