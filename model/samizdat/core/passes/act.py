"""Act: attend and decide, for those whom today concerns; all others are silent."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import ATTENTION, SEEDS, lane, uniform, words
from samizdat.core.jit import compiled
from samizdat.core.layout import (
    AWARE,
    DETAINED,
    FOREIGN,
    HELD,
    MOBILISE,
    N_AWARE,
    N_DETAINED,
    N_MOBILISE,
    N_NEWLY_MOBILISED,
    N_POSTS,
    N_SELF_CENSOR,
    N_SHARE,
    N_SILENT,
    PLATFORMS,
    SELF_CENSOR,
    SHARE,
    SILENT,
    SPENT,
    STREET,
    SUM_VISIBLE_POSTS,
    TALK,
    TO_ACT,
    UNAWARE,
    World,
)
from samizdat.core.mechanisms.attention import Attention, awakening, weariness
from samizdat.core.mechanisms.decision import (
    Decision,
    exposed,
    mobilises,
    post_risk,
    speaks,
    street_risk,
)
from samizdat.core.mechanisms.reach import Reach, audible, exposure
from samizdat.core.parameters import Parameters
from samizdat.core.passes.feel import fixed


@compiled
def attend(
    attention: int,
    heard: int,
    reads_foreign: bool,
    spoke: bool,
    draw: float,
    address: tuple[int, int, int],
    here: np.void,
    step_days: float,
    p: Attention,
) -> int:
    """Return UNAWARE, AWARE or SPENT; ``draw`` serves whichever transition applies.

    ``address`` (seed, i, step) is that of her chance of being among the first to know.
    """
    seed, i, step = address
    fresh, running = int(here["fresh"]), int(here["running"])
    if fresh and attention == SPENT:
        attention = UNAWARE
    if attention == UNAWARE:
        if fresh:
            seeds = float(here["seeds"])
            if seeds > 0.0 and uniform(seed, i, step, SEEDS) < seeds:
                return AWARE
        if running:
            chance = awakening(
                heard,
                float(here["flooding"]),
                float(here["coverage"]),
                float(here["coverage_abroad"]),
                reads_foreign,
                step_days,
                p,
            )
            if draw < chance:
                return AWARE
    elif attention == AWARE:
        chance = weariness(heard, running, spoke, p)
        if draw < chance:
            return SPENT
    return attention


@compiled
def ties_in_reach(
    access: int,
    ears: int,
    n_close: int,
    online_ties: NDArray[np.int32],
    all_access: NDArray[np.uint16],
    last_ears: NDArray[np.uint16],
    p: Reach,
) -> float:
    """Return d: of how many ties the heard are a share; others' ears are those of yesterday."""
    n_net, n_open = 0, 0
    for e in range(online_ties.size):
        j = int(online_ties[e])
        common = (access & int(all_access[j]) & PLATFORMS) != 0
        n_net += common
        n_open += common & ((ears & int(last_ears[j]) & PLATFORMS) != 0)
    return audible(n_close, n_net, n_open, p)


@compiled
def decide(
    motive: float,
    street: int,
    d: float,
    opposition: float,
    fear: float,
    threshold: float,
    aversion: float,
    traced: float,
    platforms: int,
    security: float,
    word_of_mouth: float,
    p: Decision,
) -> tuple[int, int]:
    """Return the posture and the voice of an aware citizen who is free; ``traced`` is X0."""
    # No risk is negative: who fails without the risk fails with it, and needs no reckoning.
    if mobilises(motive, 0.0, aversion, threshold, p):
        risk = street_risk(street, d, fear, security, p)
        if mobilises(motive, risk, aversion, threshold, p):
            return MOBILISE, STREET | TALK | platforms
    no_channel = platforms == 0 and word_of_mouth == 0.0
    if no_channel or not speaks(motive, 0.0, aversion, threshold, p):
        return SILENT, 0
    voice = 0
    if platforms:
        risk = post_risk(traced, opposition, fear, p)
        if speaks(motive, risk, aversion, threshold, p):
            voice = platforms
    if word_of_mouth != 0.0 and speaks(motive, fear, aversion, threshold, p):
        voice |= TALK
    if voice & PLATFORMS or (voice & TALK and platforms == 0):
        return SHARE, voice
    return SELF_CENSOR, voice


@compiled
def act(b0: int, b1: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Let those whom today concerns attend and decide."""
    ties, traits, state, readable = world.ties, world.traits, world.state, world.readable
    start, close, neighbour = ties.start, ties.close, ties.neighbour
    for b in range(b0, b1):
        first, last = int(world.blocks[b, 0]), int(world.blocks[b, 1])
        here = world.signals[world.blocks[b, 2]]
        security, surveillance = float(here["security"]), float(here["surveillance"])
        public, foreign_signal = float(here["mobilised_share"]), float(here["foreign_signal"])
        state.posture[first:last] = SILENT
        state.voice[first:last] = 0
        slot, woken, visible = first, 0, 0
        group, shared = -1, words(seed, 0, step, ATTENTION)  # four neighbours share a call
        held, mobilised, newly_mobilised, sharing, posting, censoring = 0, 0, 0, 0, 0, 0
        for i in range(first, last):
            if int(state.marks[i]) & TO_ACT == 0:
                continue
            if int(state.days_left[i]) > 0:
                state.days_left[i] -= 1
                state.posture[i] = DETAINED
                state.voice[i] = HELD
                state.actors[slot] = i
                slot += 1
                held += 1
                continue
            attention, last_voice = int(state.attention[i]), int(state.last_voice[i])
            street, others = int(state.heard_street[i]), int(state.heard_others[i])
            ears = int(state.ears[i])
            if p.attention.on != 0.0:
                if i >> 2 != group:
                    group = i >> 2
                    shared = words(seed, group, step, ATTENTION)
                spoke = last_voice & (PLATFORMS | TALK | STREET) != 0
                after = attend(
                    attention, street + others, (ears & FOREIGN) != 0, spoke, lane(shared, i),
                    (seed, i, step), here, world.step_days, p.attention,
                )  # fmt: skip
                woken += int(after == AWARE) - int(attention == AWARE)
                attention = after
                state.attention[i] = attention
            if attention != AWARE:
                continue
            d = 1.0
            if street + others > 0:
                online_ties = neighbour[start[i] + close[i] : start[i + 1]]
                d = ties_in_reach(
                    int(state.access[i]), ears, int(close[i]), online_ties,
                    state.access, state.last_ears, p.reach,
                )  # fmt: skip
            x = exposure(street, others, d, public, foreign_signal, (ears & FOREIGN) != 0, p.reach)
            opposition = float(state.grievance[i]) * (1.0 - float(state.trust[i]))
            motive = p.decision.opposition_weight * opposition + p.decision.exposure_weight * x
            platforms = ears & PLATFORMS
            traced = exposed(
                surveillance, float(readable[platforms]), p.circumvention.anonymity,
                int(state.circumventing[i]),
            )  # fmt: skip
            posture, voice = decide(
                motive, street, d, opposition, float(state.fear[i]), float(traits.threshold[i]),
                float(traits.risk_aversion[i]), traced, platforms, security,
                p.reach.word_of_mouth, p.decision,
            )  # fmt: skip
            state.posture[i] = posture
            state.voice[i] = voice
            if posture == MOBILISE:
                mobilised += 1
                newly_mobilised += (last_voice & STREET) == 0
            elif posture == SHARE:
                sharing += 1
                posting += (voice & PLATFORMS) != 0
            elif posture == SELF_CENSOR:
                censoring += 1
            if voice:
                state.actors[slot] = i
                slot += 1
                visible += fixed(float(readable[voice & PLATFORMS]))
        world.actor_counts[b] = slot - first
        tally = world.tallies[b]
        tally[N_AWARE] += woken
        tally[N_DETAINED] = held
        tally[N_MOBILISE] = mobilised
        tally[N_NEWLY_MOBILISED] = newly_mobilised
        tally[N_SHARE] = sharing
        tally[N_POSTS] = posting
        tally[N_SELF_CENSOR] = censoring
        tally[N_SILENT] = last - first - held - mobilised - sharing - censoring
        tally[SUM_VISIBLE_POSTS] = visible
