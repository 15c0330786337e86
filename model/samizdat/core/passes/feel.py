"""Feel: grievance, trust and fear of every citizen, and whom today concerns further."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled
from samizdat.core.layout import (
    AWARE,
    FIXED,
    FOREIGN,
    HEARS_FOREIGN,
    HEARS_OTHERS,
    HELD,
    IS_CUT_OFF,
    IS_ONLINE,
    IS_RELEASED,
    N_AWARE,
    N_CIRCUMVENTING,
    N_CUT_OFF,
    N_ONLINE,
    N_TO_CIRCUMVENT,
    ONLINE,
    PLATFORMS,
    SUM_FEAR,
    SUM_GRIEVANCE,
    SUM_OPPOSITION,
    SUM_TRUST,
    TO_ACT,
    TO_CIRCUMVENT,
    UNAWARE,
    WAS_AWARE,
    World,
)
from samizdat.core.mechanisms.fear import Fear, next_fear
from samizdat.core.mechanisms.grievance import Grievance, next_grievance
from samizdat.core.mechanisms.trust import Trust, next_trust, settled_trust
from samizdat.core.parameters import Parameters

NEAR = 2048  # citizens whose beliefs and marks fit the nearest cache


@compiled
def fixed(x: float) -> int:
    """Return x in [0, 1] in units of 2^-24, so that sums do not depend on their order."""
    return int(x * FIXED + 0.5)


@compiled
def mark(
    here: np.void,
    access_now: NDArray[np.uint16],
    ears_now: NDArray[np.uint16],
    last_voice: NDArray[np.uint16],
    days_left: NDArray[np.uint16],
    attention: NDArray[np.uint8],
    circumvents: NDArray[np.uint8],
    heard_street: NDArray[np.uint32],
    heard_others: NDArray[np.uint32],
    marks: NDArray[np.uint8],
    tally: NDArray[np.int64],
) -> None:
    """Pack what concerns each citizen today into one byte, and count."""
    blackout, running, fresh = int(here["blackout"]), int(here["running"]), int(here["fresh"])
    everybody = int(float(here["coverage"]) > 0.0)
    readers = int(float(here["coverage_abroad"]) > 0.0)
    n_online, n_cut_off, n_aware, n_circumventing, n_to_circumvent = 0, 0, 0, 0, 0
    for i in range(marks.size):
        access, ears = int(access_now[i]), int(ears_now[i])
        held = int(int(days_left[i]) > 0)
        released = int((int(last_voice[i]) & HELD) != 0) & (1 - held)
        aware = int(int(attention[i]) == AWARE)
        unaware = int(int(attention[i]) == UNAWARE)
        online = int((access & ONLINE) != 0)
        cut_off = int(ears != (access & (PLATFORMS | FOREIGN))) & (1 - held)
        foreign = int((ears & FOREIGN) != 0)
        others = int(int(heard_others[i]) > 0)
        heard = others | int(int(heard_street[i]) > 0)
        reached = unaware & running & (heard | everybody | readers & foreign)
        circumventing = int(circumvents[i])
        to_circumvent = (circumventing | cut_off & (1 - blackout)) & (1 - held)
        marks[i] = (
            TO_ACT * (held | aware | reached | fresh)
            | TO_CIRCUMVENT * to_circumvent
            | WAS_AWARE * aware
            | IS_ONLINE * online
            | IS_CUT_OFF * cut_off
            | HEARS_FOREIGN * foreign
            | HEARS_OTHERS * others
            | IS_RELEASED * released
        )
        n_online += online
        n_cut_off += cut_off
        n_aware += aware
        n_circumventing += circumventing
        n_to_circumvent += to_circumvent
    tally[N_ONLINE] += n_online
    tally[N_CUT_OFF] += n_cut_off
    tally[N_AWARE] += n_aware
    tally[N_CIRCUMVENTING] += n_circumventing
    tally[N_TO_CIRCUMVENT] += n_to_circumvent


@compiled
def move_grievance(
    here: np.void,
    marks: NDArray[np.uint8],
    grievance: NDArray[np.float32],
    trust: NDArray[np.float32],
    hardship: NDArray[np.float32],
    p: Grievance,
) -> None:
    """Let grievance move; it reads the trust of the morning."""
    shock, violence = float(here["shock"]), float(here["violence"])
    novelty, deniability = float(here["novelty"]), float(here["deniability"])
    for i in range(marks.size):
        aware = 1.0 if int(marks[i]) & WAS_AWARE else 0.0
        cut_off = 1.0 if int(marks[i]) & IS_CUT_OFF else 0.0
        grievance[i] = next_grievance(
            float(grievance[i]), float(trust[i]), float(hardship[i]), aware, cut_off,
            shock, violence, novelty, deniability, p,
        )  # fmt: skip


@compiled
def move_trust(
    here: np.void,
    marks: NDArray[np.uint8],
    trust: NDArray[np.float32],
    resting: NDArray[np.float32],
    p: Trust,
) -> None:
    """Let trust move."""
    broadcast, egov = float(here["broadcast"]), float(here["egov"])
    contradiction = float(here["contradiction"])
    for i in range(marks.size):
        flags = int(marks[i])
        aware = 1.0 if flags & WAS_AWARE else 0.0
        online = 1.0 if flags & IS_ONLINE else 0.0
        foreign = 1.0 if flags & HEARS_FOREIGN else 0.0
        others = 1.0 if flags & HEARS_OTHERS else 0.0
        trust[i] = next_trust(
            float(trust[i]), float(resting[i]), aware, online, foreign, others,
            broadcast, egov, contradiction, p,
        )  # fmt: skip


@compiled
def move_fear(
    here: np.void,
    marks: NDArray[np.uint8],
    fear: NDArray[np.float32],
    held_kin: NDArray[np.uint32],
    close: NDArray[np.int32],
    p: Fear,
) -> None:
    """Let fear move."""
    chill, violence = float(here["chill"]), float(here["violence"])
    for i in range(marks.size):
        aware = 1.0 if int(marks[i]) & WAS_AWARE else 0.0
        released = 1.0 if int(marks[i]) & IS_RELEASED else 0.0
        fear[i] = next_fear(
            float(fear[i]), aware, released, float(held_kin[i]), float(close[i]),
            chill, violence, p,
        )  # fmt: skip


@compiled
def add_up(
    grievance: NDArray[np.float32],
    trust_now: NDArray[np.float32],
    fear: NDArray[np.float32],
    tally: NDArray[np.int64],
) -> None:
    """Add the beliefs of the evening to the tally."""
    sum_g, sum_trust, sum_fear, sum_opposition = 0, 0, 0, 0
    for i in range(fear.size):
        g, trust = float(grievance[i]), float(trust_now[i])
        sum_g += fixed(g)
        sum_trust += fixed(trust)
        sum_fear += fixed(float(fear[i]))
        sum_opposition += fixed(g * (1.0 - trust))
    tally[SUM_GRIEVANCE] += sum_g
    tally[SUM_TRUST] += sum_trust
    tally[SUM_FEAR] += sum_fear
    tally[SUM_OPPOSITION] += sum_opposition


@compiled
def feel(b0: int, b1: int, world: World, p: Parameters) -> None:
    """Move grievance, trust and fear, and mark whom today concerns further.

    One short loop a belief, over slices few enough to stay in the nearest cache: the compiler
    vectorises a loop from 0 over whole slices of few arrays, and neither one from ``first`` (it
    would have to allow for negative indices) nor one over many arrays (which might overlap).
    """
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        here, tally = world.signals[world.blocks[b, 2]], world.tallies[b]
        for first in range(int(world.blocks[b, 0]), int(world.blocks[b, 1]), NEAR):
            last = min(first + NEAR, int(world.blocks[b, 1]))
            marks, grievance = state.marks[first:last], state.grievance[first:last]
            trust, fear = state.trust[first:last], state.fear[first:last]
            mark(
                here, state.access[first:last], state.ears[first:last],
                state.last_voice[first:last], state.days_left[first:last],
                state.attention[first:last], state.circumventing[first:last],
                state.heard_street[first:last], state.heard_others[first:last], marks, tally,
            )  # fmt: skip
            hardship, resting = traits.hardship[first:last], traits.resting_trust[first:last]
            move_grievance(here, marks, grievance, trust, hardship, p.grievance)
            move_trust(here, marks, trust, resting, p.trust)
            held_kin, close = state.heard_held[first:last], world.ties.close[first:last]
            move_fear(here, marks, fear, held_kin, close, p.fear)
            add_up(grievance, trust, fear, tally)


@compiled
def settle(b0: int, b1: int, world: World, p: Parameters) -> None:
    """Give every citizen her first beliefs: hardship, the chill, and trust at its fixed point."""
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        here = world.signals[world.blocks[b, 2]]
        for i in range(int(world.blocks[b, 0]), int(world.blocks[b, 1])):
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
