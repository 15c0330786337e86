"""Fate: arrest, prosecution, arrests beforehand; then VPNs come and go."""

from samizdat.core.draws import ARREST, PREEMPT, SANCTION, TERM, UPTAKE, uniform
from samizdat.core.jit import compiled
from samizdat.core.layout import (
    DETAINED,
    MOBILISE,
    N_CIRCUMVENTING,
    N_NEWLY_DETAINED,
    N_TO_CIRCUMVENT,
    PLATFORMS,
    SHARE,
    TO_CIRCUMVENT,
    World,
)
from samizdat.core.mechanisms.circumvention import next_circumventing
from samizdat.core.mechanisms.decision import exposed
from samizdat.core.mechanisms.fate import term
from samizdat.core.parameters import Parameters


@compiled
def fate(b0: int, b1: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Arrest, prosecute, pre-empt; then let VPNs come and go."""
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        first, last = int(world.blocks[b, 0]), int(world.blocks[b, 1])
        here = world.signals[world.blocks[b, 2]]
        tally = world.tallies[b]
        arrest, sanction = float(here["arrest_chance"]), float(here["sanction"])
        surveillance, preempt = float(here["surveillance"]), float(here["preempt"])
        if arrest > 0.0 or sanction > 0.0:
            for k in range(first, first + int(world.actor_counts[b])):
                i = int(state.actors[k])
                posture, platforms = int(state.posture[i]), int(state.voice[i]) & PLATFORMS
                taken = False
                if posture == MOBILISE:
                    taken = uniform(seed, i, step, ARREST) < arrest
                elif posture == SHARE and platforms:
                    chance = sanction * exposed(
                        surveillance, float(world.readable[platforms]), p.circumvention.anonymity,
                        int(state.circumventing[i]),
                    )  # fmt: skip
                    taken = uniform(seed, i, step, SANCTION) < chance
                if taken:
                    state.days_left[i] = term(uniform(seed, i, step, TERM), p.fate)
                    tally[N_NEWLY_DETAINED] += 1
        if preempt > 0.0:
            for i in range(first, last):
                platforms = int(state.last_voice[i]) & PLATFORMS
                free = int(state.posture[i]) != DETAINED and int(state.days_left[i]) == 0
                if platforms and free:
                    chance = preempt * exposed(
                        1.0, float(world.readable[platforms]), p.circumvention.anonymity,
                        int(state.circumventing[i]),
                    )  # fmt: skip
                    if uniform(seed, i, step, PREEMPT) < chance:
                        state.days_left[i] = term(uniform(seed, i, step, TERM), p.fate)
                        tally[N_NEWLY_DETAINED] += 1
        if tally[N_TO_CIRCUMVENT] > 0:
            blocked, blackout = int(here["blocked"]), int(here["blackout"])
            for i in range(first, last):
                if int(state.marks[i]) & TO_CIRCUMVENT == 0:
                    continue
                before = int(state.circumventing[i])
                after = next_circumventing(
                    before,
                    int(state.access[i]),
                    int(state.ears[i]),
                    blocked,
                    blackout,
                    float(traits.literacy_rank[i]),
                    uniform(seed, i, step, UPTAKE),
                    p.circumvention,
                )
                state.circumventing[i] = after
                tally[N_CIRCUMVENTING] += after - before
