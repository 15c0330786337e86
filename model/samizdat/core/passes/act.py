"""Act: attend and decide, for the citizens marked active today; all others are silent."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.draws import ATTENTION, fill_words, filled, uniform
from samizdat.core.jit import embedded, internal
from samizdat.core.layout import (
    AWARE,
    DETAINED,
    FIRST,
    FOREIGN,
    GROUP_BITS,
    HELD,
    IS_ONLINE,
    LAST,
    MOBILISE,
    N_AWARE,
    N_DETAINED,
    N_MOBILISE,
    N_NEWLY_MOBILISED,
    N_ONLINE,
    N_POSTS,
    N_SELF_CENSOR,
    N_SHARE,
    N_SILENT,
    NEAR,
    NOW_AWARE,
    NOW_HELD,
    OTHERS_HEARD,
    PLATFORMS,
    REGION,
    SELF_CENSOR,
    SHARE,
    SILENT,
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
from samizdat.core.mechanisms.attention import (
    awakening_by_media,
    awakening_by_press,
)
from samizdat.core.mechanisms.decision import (
    motive,
    opposition,
    stays_silent,
    trace_probability,
)
from samizdat.core.mechanisms.reach import (
    diluted,
    ears_imply_access,
    exposure,
    least_reachable,
    ties_matter,
)
from samizdat.core.parameters import Parameters
from samizdat.core.passes.citizen import attend, decide, ties_in_reach
from samizdat.core.passes.feel import end_of, fixed, is_calm
from samizdat.core.prefetch import prefetch

MANY = NEAR // 16  # from this many citizens on, drawing for all NEAR costs less than one by one
_ONE = np.uint64(1)
AHEAD = 4  # citizens ahead whose ties are prefetched
FIRST_TIES = 24  # ties prefetched for each: the processor itself fetches the rest of long rows


@internal
def choose_touched(
    first: int,
    last: int,
    offline: float,
    online: float,
    everybody: bool,
    words: NDArray[np.uint32],
    marks: NDArray[np.uint8],
    attention: NDArray[np.uint8],
    touched: NDArray[np.uint32],
) -> int:
    """List which of the citizens first ... last - 1 are active today; return how many.

    These are the marked ones, and the unaware who may learn of an event from the media at home or
    from strangers: their draws lie below ``offline`` or ``online``, see `media_bounds`.
    """
    k = 0
    if everybody:
        for i in range(first, last):
            touched[k] = i
            k += 1
    elif max(offline, online) > 0.0:
        for i in range(first, last):
            below = online if int(marks[i]) & IS_ONLINE else offline
            wakes = int(filled(i, first, words) < below)
            wakes &= int(int(attention[i]) == UNAWARE)
            touched[k] = i
            k += wakes | (int(marks[i]) & TO_ACT)
    else:
        for i in range(first, last):
            touched[k] = i
            k += int(marks[i]) & TO_ACT
    return k


@internal
def media_bounds(b: int, world: World, p: Parameters) -> tuple[float, float]:
    """Return what the draws of those who hear no tie must lie below to learn of an event today.

    Two bounds of their chance: of citizens offline (`awakening_by_press`) and of those online
    (`awakening_by_media`), who may have a platform. Both are 0 if no event runs.
    """
    here = world.signals[world.blocks[b, REGION]]
    if p.attention.on == 0.0 or int(here["running"]) == 0:
        return 0.0, 0.0
    coverage, control = float(here["coverage"]), float(here["press_control"])
    offline = awakening_by_press(coverage, control, world.step_days, p.attention)
    pages = float(here["coverage_online"])
    posting = float(world.posting_share[int(here["allowed"]) & PLATFORMS])
    if (pages <= 0.0 and posting <= 0.0) or int(world.tallies[b, N_ONLINE]) == 0:
        return offline, offline
    flooding, days = float(here["flooding"]), world.step_days
    return offline, awakening_by_media(
        coverage, control, pages, flooding, posting, days, p.attention
    )


@internal
def reset_actors(b: int, world: World) -> None:
    """Set all citizens of a block silent before the day's decisions.

    The voices of today overwrite those of the day before yesterday: only the citizens listed as
    actors of either day are not silent yet.
    """
    state, caches, first = world.state, world.caches, int(world.blocks[b, FIRST])
    if world.shortcuts:
        for k in range(first, first + int(caches.actor_counts[b])):
            state.voice[int(state.actors[k])] = 0
        for k in range(first, first + int(caches.last_actor_counts[b])):
            state.posture[int(state.last_actors[k])] = SILENT
    else:
        state.voice[first : int(world.blocks[b, LAST])] = 0
        state.posture[first : int(world.blocks[b, LAST])] = SILENT
    caches.actor_counts[b] = 0
    caches.block_counts[b, WITH_VOICE] = 0


@embedded
def act(b0: int, b1: int, scratch: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Let the citizens marked active today attend and decide; ``scratch`` is the thread's row.

    In a calm block nobody decides, and attention changes only where an event runs or begins.
    """
    for b in range(b0, b1):
        reset_actors(b, world)
        counts, tally = world.caches.block_counts[b], world.tallies[b]
        here = world.signals[world.blocks[b, REGION]]
        if not is_calm(b, world) or int(here["running"]) != 0 or int(here["fresh"]) != 0:
            act_in_block(b, scratch, seed, step, world, p)
        tally[N_AWARE] = counts[NOW_AWARE]
        tally[N_SILENT] = (
            int(world.blocks[b, LAST]) - int(world.blocks[b, FIRST])
            - tally[N_DETAINED] - tally[N_MOBILISE] - tally[N_SHARE] - tally[N_SELF_CENSOR]
        )  # fmt: skip


@internal
def act_in_block(b: int, scratch: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Let the citizens of a block who are marked active today attend and decide."""
    state, words, touched = (
        world.state,
        world.scratch.words[scratch],
        world.scratch.touched[scratch],
    )
    counts, tally = world.caches.block_counts[b], world.tallies[b]
    offline, online = media_bounds(b, world, p)
    background = max(offline, online) > 0.0
    counts[WERE_HELD] = 0
    first, end = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST])
    while first < end:
        last = end_of(NEAR, first, end)
        if background:
            fill_words(seed, first, last, step, ATTENTION, words)
        many = choose_touched(
            first, last, offline, online, not world.shortcuts, words, state.marks,
            state.attention, touched,
        )  # fmt: skip
        drawn = background
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
    """Update the attention of the citizens in ``touched``; keep there those who may not be silent.

    Returns
    -------
    How many these are. All others are silent (`stays_silent`), however many of their ties count:
    `least_reachable` gives an upper bound of their motive.
    """
    state, counts = world.state, world.caches.block_counts[b]
    start, close, neighbour = world.ties.start, world.ties.close, world.ties.neighbour
    attentions, heard, days_left = state.attention, state.heard, state.days_left
    grievance, trust, thresholds = state.grievance, state.trust, world.traits.threshold
    ears_now, last_voice, actors = state.ears, state.last_voice, state.actors
    postures, voices = state.posture, state.voice
    here = world.signals[world.blocks[b, REGION]]
    public, foreign_signal = float(here["mobilised_share"]), float(here["foreign_signal"])
    dirty, attends, shortcuts = world.caches.dirty, p.attention.on != 0.0, world.shortcuts
    table = world.diluted
    posting_share = world.posting_share
    slot = int(world.blocks[b, FIRST]) + int(world.caches.actor_counts[b])
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
        attention, ears = int(attentions[at]), int(ears_now[at])
        platforms, reads_foreign = ears & PLATFORMS, (ears & FOREIGN) != 0
        street, others = 0, 0
        if int(dirty[i >> GROUP_BITS]):
            street, others = int(heard[at, STREET_HEARD]), int(heard[at, OTHERS_HEARD])
        if attends:
            draw = filled(i, first, words) if drawn else uniform(seed, i, step, ATTENTION)
            spoke = int(last_voice[at]) & (PLATFORMS | TALK | STREET) != 0
            after = attend(
                attention, street + others, platforms != 0, float(posting_share[platforms]),
                reads_foreign, spoke, draw, (seed, i, step), here, world.step_days, shortcuts,
                p.attention,
            )  # fmt: skip
            woken += int(after == AWARE) - int(attention == AWARE)
            attention = after
            attentions[at] = attention
        if attention != AWARE:
            continue
        least = diluted(least_reachable(int(close[at]), street + others), table)
        x = exposure(street, others, least, public, foreign_signal, reads_foreign, p.reach)
        most = motive(opposition(float(grievance[at]), float(trust[at])), x, p.decision)
        if not (shortcuts and stays_silent(most, float(thresholds[at]), p.decision)):
            touched[few] = i
            few += 1
            if ties_matter(street + others):
                prefetch(neighbour, int(start[at]) + int(close[at]))
    world.caches.actor_counts[b] += held
    counts[NOW_AWARE] += woken
    counts[NOW_HELD] -= freed
    counts[WERE_HELD] += held
    counts[WITH_VOICE] += held
    return few


@internal
def decide_near(b: int, few: int, touched: NDArray[np.uint32], world: World, p: Parameters) -> None:
    """Let the citizens in ``touched`` decide, and count their postures."""
    state, readable = world.state, world.readable
    start, close, neighbour = world.ties.start, world.ties.close, world.ties.neighbour
    thresholds, aversions = world.traits.threshold, world.traits.risk_aversion
    grievance, trust, fear = state.grievance, state.trust, state.fear
    access_now, ears_now, last_ears = state.access, state.ears, state.last_ears
    heard, last_voice, circumventing = state.heard, state.last_voice, state.circumventing
    postures, voices, actors = state.posture, state.voice, state.actors
    here, tally = world.signals[world.blocks[b, REGION]], world.tallies[b]
    security, surveillance = float(here["security"]), float(here["surveillance"])
    rally = int(here["rally"])
    public, foreign_signal = float(here["mobilised_share"]), float(here["foreign_signal"])
    dirty, shortcuts, table = world.caches.dirty, world.shortcuts, world.diluted
    simple = shortcuts and ears_imply_access(int(here["withdrawn"]), p.reach)
    slot = int(world.blocks[b, FIRST]) + int(world.caches.actor_counts[b])
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
        if not shortcuts or ties_matter(street + others):
            d = ties_in_reach(
                int(start[at]) + n_close, int(start[at + _ONE]), n_close, int(access_now[at]), ears,
                simple, neighbour, access_now, last_ears, p.reach,
            )  # fmt: skip
        divisor = diluted(d, table)
        reads_foreign = (ears & FOREIGN) != 0
        x = exposure(street, others, divisor, public, foreign_signal, reads_foreign, p.reach)
        opposed = opposition(float(grievance[at]), float(trust[at]))
        platforms = ears & PLATFORMS
        traced = trace_probability(
            surveillance, float(readable[platforms]), p.circumvention.anonymity,
            int(circumventing[at]),
        )  # fmt: skip
        posture, voice = decide(
            motive(opposed, x, p.decision), street, divisor, opposed, float(fear[at]),
            float(thresholds[at]), float(aversions[at]), traced, platforms, security, rally,
            p.reach.word_of_mouth, shortcuts, p.decision,
        )  # fmt: skip
        if posture == SILENT and voice == 0:
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
    world.caches.actor_counts[b] = slot - int(world.blocks[b, FIRST])
    world.caches.block_counts[b, WITH_VOICE] += voiced
    tally[N_MOBILISE] += mobilised
    tally[N_NEWLY_MOBILISED] += newly_mobilised
    tally[N_SHARE] += sharing
    tally[N_POSTS] += posting
    tally[N_SELF_CENSOR] += censoring
    tally[SUM_VISIBLE_POSTS] += visible
