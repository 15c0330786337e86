"""Act: attend and decide, for those whom today concerns; all others are silent."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import ATTENTION, SEEDS, fill_words, filled, uniform
from samizdat.core.jit import compiled, inlined, internal
from samizdat.core.layout import (
    AWARE,
    DETAINED,
    FOREIGN,
    GROUP_BITS,
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
    NEAR,
    NOW_AWARE,
    NOW_HELD,
    OTHERS_HEARD,
    PLATFORMS,
    SELF_CENSOR,
    SHARE,
    SILENT,
    SPENT,
    STREET,
    STREET_HEARD,
    SUM_VISIBLE_POSTS,
    TALK,
    TO_ACT,
    UNAWARE,
    WERE_HELD,
    WITH_VOICE,
    World,
)
from samizdat.core.mechanisms.attention import Attention, awakening, hazard, weariness
from samizdat.core.mechanisms.decision import (
    Decision,
    mobilises,
    post_risk,
    speaks,
    street_risk,
    trace_probability,
)
from samizdat.core.mechanisms.reach import Reach, exposure, reachable_ties
from samizdat.core.parameters import Parameters
from samizdat.core.passes.feel import end_of, fixed, is_calm
from samizdat.core.prefetch import prefetch

SURELY = 1.001
MANY = NEAR // 16  # from so many on, the draws of all NEAR cost less than their own
_ONE = np.uint64(1)
AHEAD = 4  # citizens ahead whose ties are asked for
FIRST_TIES = 24  # of each: who has more is not waited for long


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
            per_day = hazard(
                heard, float(here["flooding"]), float(here["coverage"]),
                float(here["coverage_abroad"]), reads_foreign, p,
            )  # fmt: skip
            # No chance exceeds its hazard (here with room for rounding): most need no exponential.
            if draw < SURELY * step_days * per_day and draw < awakening(per_day, step_days):
                return AWARE
    elif attention == AWARE:
        chance = weariness(heard, running, spoke, p)
        if draw < chance:
            return SPENT
    return attention


@inlined
def ties_in_reach(
    first: int,
    last: int,
    n_close: int,
    access: int,
    ears: int,
    withdrawn: int,
    neighbour: NDArray[np.int32],
    all_access: NDArray[np.uint16],
    last_ears: NDArray[np.uint16],
    p: Reach,
) -> float:
    """Return d: of how many ties the heard are a share; others' ears are those of yesterday.

    ``first`` and ``last`` are the places of her online ties. Where nothing was withdrawn since
    yesterday, whom she could hear then has today's access too, and one look a tie suffices.
    """
    n_net, n_open = 0, 0
    if p.reachable_only == 1.0 and withdrawn == 0:
        for e in range(first, last):
            n_open += (ears & int(last_ears[int(neighbour[e])]) & PLATFORMS) != 0
    else:
        for e in range(first, last):
            j = int(neighbour[e])
            common = (access & int(all_access[j]) & PLATFORMS) != 0
            n_net += common
            n_open += common & ((ears & int(last_ears[j]) & PLATFORMS) != 0)
    return reachable_ties(n_close, n_net, n_open, p)


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
    # Risk lies in 0 ... 1: who fails at 0 or dares at 1 does so at hers, without reckoning it.
    if mobilises(motive, 0.0, aversion, threshold, p) and (
        mobilises(motive, 1.0, aversion, threshold, p)
        or mobilises(motive, street_risk(street, d, fear, security, p), aversion, threshold, p)
    ):
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


@internal
def choose_touched(
    first: int,
    last: int,
    background: float,
    words: NDArray[np.uint32],
    marks: NDArray[np.uint8],
    attention: NDArray[np.uint8],
    touched: NDArray[np.uint32],
) -> int:
    """List the citizens first ... last - 1 whom today concerns; return how many.

    Those who learn of an event from the media alone wake by chance: ``background``, 0 if none do.
    """
    k = 0
    if background > 0.0:
        for i in range(first, last):
            wakes = int(filled(i, first, words) < background)
            wakes &= int(int(attention[i]) == UNAWARE)
            touched[k] = i
            k += wakes | (int(marks[i]) & TO_ACT)
    else:
        for i in range(first, last):
            touched[k] = i
            k += int(marks[i]) & TO_ACT
    return k


@internal
def reset_actors(b: int, world: World) -> None:
    """Let everybody of a block be silent who is not so yet, before the day's decisions.

    The voices of today are written where those of the day before yesterday stood.
    """
    state, first = world.state, int(world.blocks[b, 0])
    for k in range(first, first + int(world.actor_counts[b])):
        state.voice[int(state.actors[k])] = 0
    for k in range(first, first + int(world.last_actor_counts[b])):
        state.posture[int(state.last_actors[k])] = SILENT
    world.actor_counts[b] = 0
    world.block_counts[b, WITH_VOICE] = 0


@internal
def act(b0: int, b1: int, scratch: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Let those whom today concerns attend and decide; ``scratch`` is a row of one thread."""
    for b in range(b0, b1):
        reset_actors(b, world)
        counts, tally = world.block_counts[b], world.tallies[b]
        here = world.signals[world.blocks[b, 2]]
        if not is_calm(b, world) or int(here["running"]) != 0 or int(here["fresh"]) != 0:
            act_in_block(b, scratch, seed, step, world, p)
        tally[N_AWARE] = counts[NOW_AWARE]
        tally[N_SILENT] = (
            int(world.blocks[b, 1]) - int(world.blocks[b, 0])
            - tally[N_DETAINED] - tally[N_MOBILISE] - tally[N_SHARE] - tally[N_SELF_CENSOR]
        )  # fmt: skip


@internal
def act_in_block(b: int, scratch: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Let those of a block attend and decide whom today concerns."""
    state, words, touched = world.state, world.words[scratch], world.touched[scratch]
    here, counts, tally = world.signals[world.blocks[b, 2]], world.block_counts[b], world.tallies[b]
    background = 0.0
    if p.attention.on != 0.0 and int(here["running"]) and float(here["coverage"]) > 0.0:
        media = hazard(0, 0.0, float(here["coverage"]), 0.0, False, p.attention)
        background = awakening(media, world.step_days)
    counts[WERE_HELD] = 0
    first, end = int(world.blocks[b, 0]), int(world.blocks[b, 1])
    while first < end:
        last = end_of(NEAR, first, end)
        if background > 0.0:
            fill_words(seed, first, last, step, ATTENTION, words)
        many = choose_touched(first, last, background, words, state.marks, state.attention, touched)
        drawn = background > 0.0
        if not drawn and many >= MANY and p.attention.on != 0.0:
            fill_words(seed, first, last, step, ATTENTION, words)
            drawn = True
        if many > 0:
            few = attend_near(b, first, many, drawn, words, touched, seed, step, world, p)
            decide_near(b, few, touched, world, p)
        first = last
    tally[N_DETAINED] = counts[WERE_HELD]


@internal
def attend_near(
    b: int,
    first: int,
    many: int,
    drawn: bool,
    words: NDArray[np.uint32],
    touched: NDArray[np.uint32],
    seed: int,
    step: int,
    world: World,
    p: Parameters,
) -> int:
    """Let the touched attend; keep in ``touched`` those who may break their silence.

    Returns
    -------
    How many these are. All others stay silent however many of their ties count.
    """
    state, counts = world.state, world.block_counts[b]
    start, close, neighbour = world.ties.start, world.ties.close, world.ties.neighbour
    attentions, heard, days_left = state.attention, state.heard, state.days_left
    grievance, trust, thresholds = state.grievance, state.trust, world.traits.threshold
    ears_now, last_voice, actors = state.ears, state.last_voice, state.actors
    postures, voices = state.posture, state.voice
    here = world.signals[world.blocks[b, 2]]
    public, foreign_signal = float(here["mobilised_share"]), float(here["foreign_signal"])
    dirty, attends = world.dirty, p.attention.on != 0.0
    slot = int(world.blocks[b, 0]) + int(world.actor_counts[b])
    few, woken, held, freed = 0, 0, 0, 0
    for t in range(many):
        i, at = int(touched[t]), np.uint64(touched[t])
        if int(days_left[at]) > 0:
            days_left[at] -= 1
            freed += int(days_left[at]) == 0
            postures[at] = DETAINED
            voices[at] = HELD
            actors[slot + held] = i
            held += 1
            continue
        attention, reads_foreign = int(attentions[at]), (int(ears_now[at]) & FOREIGN) != 0
        street, others = 0, 0
        if int(dirty[i >> GROUP_BITS]):
            street, others = int(heard[at, STREET_HEARD]), int(heard[at, OTHERS_HEARD])
        if attends:
            draw = filled(i, first, words) if drawn else uniform(seed, i, step, ATTENTION)
            spoke = int(last_voice[at]) & (PLATFORMS | TALK | STREET) != 0
            after = attend(
                attention, street + others, reads_foreign, spoke, draw,
                (seed, i, step), here, world.step_days, p.attention,
            )  # fmt: skip
            woken += int(after == AWARE) - int(attention == AWARE)
            attention = after
            attentions[at] = attention
        if attention != AWARE:
            continue
        opposition = float(grievance[at]) * (1.0 - float(trust[at]))
        least = max(1.0, float(close[at])) if street + others > 0 else 1.0
        x = exposure(street, others, least, public, foreign_signal, reads_foreign, p.reach)
        motive = p.decision.opposition_weight * opposition + p.decision.exposure_weight * x
        threshold = float(thresholds[at])
        # No risk is negative: who fails without it fails with it, and needs no reckoning.
        if mobilises(motive, 0.0, 0.0, threshold, p.decision) or speaks(
            motive, 0.0, 0.0, threshold, p.decision
        ):
            touched[few] = i
            few += 1
            if street + others > 0:
                prefetch(neighbour, int(start[at]) + int(close[at]))
    world.actor_counts[b] += held
    counts[NOW_AWARE] += woken
    counts[NOW_HELD] -= freed
    counts[WERE_HELD] += held
    counts[WITH_VOICE] += held
    return few


@internal
def decide_near(b: int, few: int, touched: NDArray[np.uint32], world: World, p: Parameters) -> None:
    """Let those in ``touched`` decide, and count."""
    state, readable = world.state, world.readable
    start, close, neighbour = world.ties.start, world.ties.close, world.ties.neighbour
    thresholds, aversions = world.traits.threshold, world.traits.risk_aversion
    grievance, trust, fear = state.grievance, state.trust, state.fear
    access_now, ears_now, last_ears = state.access, state.ears, state.last_ears
    heard, last_voice, circumventing = state.heard, state.last_voice, state.circumventing
    postures, voices, actors = state.posture, state.voice, state.actors
    here, tally = world.signals[world.blocks[b, 2]], world.tallies[b]
    security, surveillance = float(here["security"]), float(here["surveillance"])
    public, foreign_signal = float(here["mobilised_share"]), float(here["foreign_signal"])
    withdrawn = int(here["withdrawn"])
    dirty = world.dirty
    slot = int(world.blocks[b, 0]) + int(world.actor_counts[b])
    mobilised, newly_mobilised, sharing, posting, censoring, visible, voiced = 0, 0, 0, 0, 0, 0, 0
    for t in range(few):
        i, at = int(touched[t]), np.uint64(touched[t])
        if t + AHEAD < few:
            j = int(touched[t + AHEAD])
            if int(dirty[j >> GROUP_BITS]):
                begin = int(start[j]) + int(close[j])
                for e in range(begin, min(begin + FIRST_TIES, int(start[j + 1]))):
                    prefetch(last_ears, int(neighbour[e]))
        street, others = 0, 0
        if int(dirty[i >> GROUP_BITS]):
            street, others = int(heard[at, STREET_HEARD]), int(heard[at, OTHERS_HEARD])
        ears, n_close, d = int(ears_now[at]), int(close[at]), 1.0
        if street + others > 0:
            d = ties_in_reach(
                int(start[at]) + n_close, int(start[at + _ONE]), n_close, int(access_now[at]), ears,
                withdrawn, neighbour, access_now, last_ears, p.reach,
            )  # fmt: skip
        x = exposure(street, others, d, public, foreign_signal, (ears & FOREIGN) != 0, p.reach)
        opposition = float(grievance[at]) * (1.0 - float(trust[at]))
        motive = p.decision.opposition_weight * opposition + p.decision.exposure_weight * x
        platforms = ears & PLATFORMS
        traced = trace_probability(
            surveillance, float(readable[platforms]), p.circumvention.anonymity,
            int(circumventing[at]),
        )  # fmt: skip
        posture, voice = decide(
            motive, street, d, opposition, float(fear[at]), float(thresholds[at]),
            float(aversions[at]), traced, platforms, security, p.reach.word_of_mouth,
            p.decision,
        )  # fmt: skip
        if posture == SILENT:
            continue
        postures[at] = posture
        voices[at] = voice
        voiced += voice != 0
        actors[slot] = i
        slot += 1
        mobilised += posture == MOBILISE
        newly_mobilised += posture == MOBILISE and int(last_voice[at]) & STREET == 0
        sharing += posture == SHARE
        posting += posture == SHARE and voice & PLATFORMS != 0
        censoring += posture == SELF_CENSOR
        if voice & PLATFORMS:
            visible += fixed(float(readable[voice & PLATFORMS]))
    world.actor_counts[b] = slot - int(world.blocks[b, 0])
    world.block_counts[b, WITH_VOICE] += voiced
    tally[N_MOBILISE] += mobilised
    tally[N_NEWLY_MOBILISED] += newly_mobilised
    tally[N_SHARE] += sharing
    tally[N_POSTS] += posting
    tally[N_SELF_CENSOR] += censoring
    tally[SUM_VISIBLE_POSTS] += visible
