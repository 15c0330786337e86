"""Feel: grievance, trust and fear of every citizen, and who is marked to act today."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled, embedded, internal
from samizdat.core.layout import (
    AWARE,
    FIRST,
    FIXED,
    FOREIGN,
    GROUP,
    GROUP_BITS,
    HEARS_FOREIGN,
    HEARS_OTHERS,
    HELD,
    HELD_HEARD,
    IS_CUT_OFF,
    IS_ONLINE,
    IS_RELEASED,
    LAST,
    N_CUT_OFF,
    N_POSTS_HEARD,
    NEAR,
    NOW_AWARE,
    NOW_HELD,
    ONLINE,
    OTHERS_HEARD,
    PLATFORMS,
    POSTS_HEARD,
    REGION,
    REST_CALM,
    REST_CHILL,
    REST_FEAR,
    REST_GRIEVANCE,
    REST_RELAX,
    REST_RISE,
    STREET_HEARD,
    SUM_FEAR,
    SUM_GRIEVANCE,
    SUM_OPPOSITION,
    SUM_TRUST,
    TO_ACT,
    UNAWARE,
    WAS_AWARE,
    WERE_HELD,
    World,
)
from samizdat.core.mechanisms.attention import concerned, reached
from samizdat.core.mechanisms.decision import opposition
from samizdat.core.mechanisms.fear import Fear, next_fear, only_calms
from samizdat.core.mechanisms.grievance import Grievance, next_grievance, only_relaxes
from samizdat.core.mechanisms.trust import Trust, next_trust, nothing_told, settled_trust
from samizdat.core.parameters import Parameters


@compiled
def fixed(x: float) -> int:
    """Return x in [0, 1] in units of 2^-24, so that sums do not depend on their order.

    It fits into 32 bits; vector units convert floats into 32-bit integers only.
    """
    return int(np.int32(x * FIXED + 0.5))


@internal
def end_of(size: int, i: int, last: int) -> int:
    """Return the next multiple of ``size`` after i, or ``last`` if that comes first."""
    return min(last, (i // size + 1) * size)


@internal
def is_calm(b: int, world: World) -> bool:
    """Whether nobody in a block is aware, in detention or just out of it.

    Then `concerned` marks nobody for her own state, only for what the day brings (`is_eventful`).
    """
    counts = world.caches.block_counts[b]
    return bool(world.shortcuts and counts[NOW_AWARE] + counts[NOW_HELD] + counts[WERE_HELD] == 0)


@internal
def is_eventful(here: np.void) -> bool:
    """Whether the day marks citizens of a region who are unaware and hear nobody.

    By `concerned`, an event that begins marks all citizens, and one that is covered abroad marks
    the readers of the foreign press. Who learns of it from domestic media is drawn in `act`.
    """
    abroad = int(here["running"]) != 0 and float(here["coverage_abroad"]) > 0.0
    return int(here["fresh"]) != 0 or abroad


@internal
def mark(
    here: np.void,
    last_voice: NDArray[np.uint16],
    days_left: NDArray[np.uint16],
    attention: NDArray[np.uint8],
    marks: NDArray[np.uint8],
) -> None:
    """Mark each citizen as aware, as released, and as active today if it follows from the day."""
    running, fresh = int(here["running"]), int(here["fresh"])
    readers = running & int(float(here["coverage_abroad"]) > 0.0)
    for i in range(marks.size):
        held = int(int(days_left[i]) > 0)
        released = int((int(last_voice[i]) & HELD) != 0) & (1 - held)
        aware = int(int(attention[i]) == AWARE)
        unaware = int(int(attention[i]) == UNAWARE)
        foreign = int((int(marks[i]) & HEARS_FOREIGN) != 0)
        acts = concerned(held, aware, unaware, fresh, readers & foreign)
        marks[i] = int(marks[i]) | (TO_ACT * acts | WAS_AWARE * aware | IS_RELEASED * released)


@internal
def mark_heard(
    here: np.void,
    heard: NDArray[np.uint32],
    attention: NDArray[np.uint8],
    marks: NDArray[np.uint8],
) -> tuple[int, int]:
    """Mark what each citizen heard; return the number of posts heard, and of close ties held."""
    running, posts, held = int(here["running"]), 0, 0
    for i in range(marks.size):
        others = int(int(heard[i, OTHERS_HEARD]) > 0)
        either = others | int(int(heard[i, STREET_HEARD]) > 0)
        acts = reached(int(int(attention[i]) == UNAWARE), running, either)
        marks[i] = int(marks[i]) | (TO_ACT * acts | HEARS_OTHERS * others)
        posts += int(heard[i, POSTS_HEARD])
        held += int(heard[i, HELD_HEARD])
    return posts, held


@internal
def mark_block(b: int, here: np.void, world: World) -> int:
    """Mark the active citizens of a block; return the sum of their close ties in detention."""
    state, dirty, heard = world.state, world.caches.dirty, world.state.heard
    attention, marks, tally = state.attention, state.marks, world.tallies[b]
    begin, end, kin = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST]), 0
    if not is_calm(b, world) or is_eventful(here):
        for first in range(begin, end, NEAR):
            last = min(first + NEAR, end)
            mark(
                here, state.last_voice[first:last], state.days_left[first:last],
                attention[first:last], marks[first:last],
            )  # fmt: skip
    first = begin
    while first < end:
        last = end_of(GROUP, first, end)
        if int(dirty[first >> GROUP_BITS]):
            posts, held = mark_heard(
                here, heard[first:last], attention[first:last], marks[first:last]
            )
            tally[N_POSTS_HEARD] += posts
            kin += held
        first = last
    return kin


@internal
def move_grievance(
    here: np.void,
    marks: NDArray[np.uint8],
    grievance: NDArray[np.float32],
    trust: NDArray[np.float32],
    hardship: NDArray[np.float32],
    p: Grievance,
) -> int:
    """Advance grievance, using the trust of the step before. Return how many changed."""
    shock, violence = float(here["shock"]), float(here["violence"])
    novelty, deniability = float(here["novelty"]), float(here["deniability"])
    moved = 0
    for i in range(marks.size):
        aware = 1.0 if int(marks[i]) & WAS_AWARE else 0.0
        cut_off = 1.0 if int(marks[i]) & IS_CUT_OFF else 0.0
        before = grievance[i]
        after = np.float32(
            next_grievance(
                float(before), float(trust[i]), float(hardship[i]), aware, cut_off,
                shock, violence, novelty, deniability, p,
            )
        )  # fmt: skip
        grievance[i] = after
        moved += int(after != before)
    return moved


@internal
def voice_came(first: int, last: int, dirty: NDArray[np.uint8]) -> bool:
    """Whether a voice reached any of the groups in which the citizens first ... last - 1 are."""
    came = 0
    for group in range(first >> GROUP_BITS, (last - 1 >> GROUP_BITS) + 1):
        came |= int(dirty[group])
    return came != 0


@internal
def move_trust(
    here: np.void,
    marks: NDArray[np.uint8],
    trust: NDArray[np.float32],
    resting: NDArray[np.float32],
    p: Trust,
) -> None:
    """Advance the trust of citizens to whom nothing is told (`nothing_told`).

    The resting value is widened by `np.float64`: in machine code, float() leaves a float32 as it is
    and the difference of two would be rounded.
    """
    broadcast, egov = float(here["broadcast"]), float(here["egov"])
    for i in range(marks.size):
        online = 1.0 if int(marks[i]) & IS_ONLINE else 0.0
        foreign = 1.0 if int(marks[i]) & HEARS_FOREIGN else 0.0
        trust[i] = next_trust(
            float(trust[i]), np.float64(resting[i]), 0.0, online, foreign, 0.0, 0.0,
            broadcast, egov, 0.0, p,
        )  # fmt: skip


@internal
def move_trust_of_hearers(
    here: np.void,
    marks: NDArray[np.uint8],
    ears: NDArray[np.uint16],
    trust: NDArray[np.float32],
    resting: NDArray[np.float32],
    p: Trust,
) -> None:
    """Advance trust, by all that a citizen hears and knows."""
    broadcast, egov = float(here["broadcast"]), float(here["egov"])
    contradiction = float(here["contradiction"])
    for i in range(marks.size):
        flags = int(marks[i])
        aware = 1.0 if flags & WAS_AWARE else 0.0
        online = 1.0 if flags & IS_ONLINE else 0.0
        foreign = 1.0 if flags & HEARS_FOREIGN else 0.0
        others = 1.0 if flags & HEARS_OTHERS else 0.0
        platform = 1.0 if int(ears[i]) & PLATFORMS else 0.0
        trust[i] = next_trust(
            float(trust[i]), np.float64(resting[i]), aware, online, foreign, others, platform,
            broadcast, egov, contradiction, p,
        )  # fmt: skip


@internal
def move_fear(here: np.void, marks: NDArray[np.uint8], fear: NDArray[np.float32], p: Fear) -> int:
    """Advance the fear of citizens without kin in detention. Return how many changed."""
    chill, violence = float(here["chill"]), float(here["violence"])
    moved = 0
    for i in range(marks.size):
        aware = 1.0 if int(marks[i]) & WAS_AWARE else 0.0
        released = 1.0 if int(marks[i]) & IS_RELEASED else 0.0
        before = fear[i]
        after = np.float32(next_fear(float(before), aware, released, 0.0, 1.0, chill, violence, p))
        fear[i] = after
        moved += int(after != before)
    return moved


@internal
def move_fear_for_kin(
    here: np.void,
    marks: NDArray[np.uint8],
    fear: NDArray[np.float32],
    heard: NDArray[np.uint32],
    close: NDArray[np.int32],
    p: Fear,
) -> None:
    """Advance fear where a voice arrived, which may be that of a detained tie."""
    chill, violence = float(here["chill"]), float(here["violence"])
    for i in range(marks.size):
        aware = 1.0 if int(marks[i]) & WAS_AWARE else 0.0
        released = 1.0 if int(marks[i]) & IS_RELEASED else 0.0
        fear[i] = next_fear(
            float(fear[i]), aware, released, float(heard[i, HELD_HEARD]), float(close[i]),
            chill, violence, p,
        )  # fmt: skip


@internal
def summed(belief: NDArray[np.float32]) -> int:
    """Return the sum of a belief, in units of 2^-24."""
    total = 0
    for i in range(belief.size):
        total += fixed(float(belief[i]))
    return total


@internal
def add_up(
    grievance: NDArray[np.float32], trust_now: NDArray[np.float32], tally: NDArray[np.int64]
) -> None:
    """Add trust and opposition, as this step leaves them, to the tally."""
    sum_trust, sum_opposition = 0, 0
    for i in range(trust_now.size):
        trust = float(trust_now[i])
        sum_trust += fixed(trust)
        sum_opposition += fixed(opposition(float(grievance[i]), trust))
    tally[SUM_TRUST] += sum_trust
    tally[SUM_OPPOSITION] += sum_opposition


@internal
def move_fear_in_block(b: int, here: np.void, kin: int, world: World, p: Fear) -> int:
    """Advance the fear of a block; return how many of those without kin in detention changed."""
    state, close = world.state, world.ties.close
    first, end, moved = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST]), 0
    by_group = kin > 0 or not world.shortcuts
    while first < end:
        last = end_of(GROUP if by_group else NEAR, first, end)
        marks, fear = state.marks[first:last], state.fear[first:last]
        if by_group and int(world.caches.dirty[first >> GROUP_BITS]):
            heard = state.heard[first:last]
            move_fear_for_kin(here, marks, fear, heard, close[first:last], p)
        else:
            moved += move_fear(here, marks, fear, p)
        first = last
    return moved


@embedded
def feel(b0: int, b1: int, world: World, p: Parameters) -> None:
    """Advance grievance, trust and fear, and mark who is active today.

    There is one short loop per belief, over slices that fit the nearest cache. The compiler
    vectorises a loop from 0 over whole slices of few arrays. It does not vectorise a loop from
    ``first`` (indices might be negative) or over many arrays (which might overlap).

    A block may be at rest in grievance (`only_relaxes`) and in fear (`only_calms`): if a step
    changed no float of it under that condition, the next does not either, as long as the condition
    holds and the numbers in ``rest_key`` are the same. The block is then skipped.
    """
    traits, state, dirty = world.traits, world.state, world.caches.dirty
    for b in range(b0, b1):
        here, tally = world.signals[world.blocks[b, REGION]], world.tallies[b]
        key, sums = world.caches.rest_key[b], world.caches.rest_sums[b]
        counts, chill = world.caches.block_counts[b], float(here["chill"])
        kin = mark_block(b, here, world)
        relaxes = world.shortcuts and only_relaxes(
            int(counts[NOW_AWARE]), int(tally[N_CUT_OFF]), float(here["novelty"])
        )
        calms = world.shortcuts and only_calms(int(counts[NOW_AWARE]), int(counts[WERE_HELD]), kin)
        grieves = not (
            relaxes and key[REST_RISE] == p.grievance.rise and key[REST_RELAX] == p.grievance.relax
        )
        fears = not (calms and key[REST_CALM] == p.fear.calm and key[REST_CHILL] == chill)
        begin, end, moved = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST]), 0
        for first in range(begin, end, NEAR):
            last = min(first + NEAR, end)
            marks, grievance = state.marks[first:last], state.grievance[first:last]
            trust = state.trust[first:last]
            if grieves:
                hardship = traits.hardship[first:last]
                moved += move_grievance(here, marks, grievance, trust, hardship, p.grievance)
                tally[SUM_GRIEVANCE] += summed(grievance)
            resting = traits.resting_trust[first:last]
            if world.shortcuts and nothing_told(
                float(here["contradiction"]), int(counts[NOW_AWARE]), voice_came(first, last, dirty)
            ):
                move_trust(here, marks, trust, resting, p.trust)
            else:
                move_trust_of_hearers(here, marks, state.ears[first:last], trust, resting, p.trust)
            add_up(grievance, trust, tally)
        if grieves:
            still = relaxes and moved == 0
            key[REST_RISE], key[REST_RELAX] = (
                (p.grievance.rise, p.grievance.relax) if still else (np.nan, np.nan)
            )
            sums[REST_GRIEVANCE] = tally[SUM_GRIEVANCE]
        if fears:
            still = move_fear_in_block(b, here, kin, world, p.fear) == 0 and calms
            key[REST_CALM], key[REST_CHILL] = (p.fear.calm, chill) if still else (np.nan, np.nan)
            sums[REST_FEAR] = summed(state.fear[begin:end])
        tally[SUM_GRIEVANCE], tally[SUM_FEAR] = sums[REST_GRIEVANCE], sums[REST_FEAR]


@internal
def settle(b0: int, b1: int, world: World, p: Parameters) -> None:
    """Set every citizen's initial beliefs: hardship, the chill, and trust at its fixed point."""
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        here = world.signals[world.blocks[b, REGION]]
        first, last = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST])
        for i in range(first, last):
            state.grievance[i] = float(traits.hardship[i])
            state.fear[i] = float(here["chill"])
            state.trust[i] = settled_trust(
                float(traits.resting_trust[i]),
                int((int(state.access[i]) & ONLINE) != 0),
                int((int(state.ears[i]) & FOREIGN) != 0),
                float(here["broadcast"]),
                float(here["egov"]),
                p.trust,
            )
            state.attention[i] = AWARE if p.attention.on == 0.0 else UNAWARE
        world.caches.block_counts[b, NOW_AWARE] = last - first if p.attention.on == 0.0 else 0
