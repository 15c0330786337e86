"""Counts that no rule reads: posts suppressed by blocking, and latent self-censorship."""

from samizdat.core.jit import internal
from samizdat.core.layout import (
    DETAINED,
    FIRST,
    LAST,
    MOBILISE,
    N_LATENT,
    N_POSTS_SUPPRESSED,
    PLATFORMS,
    REGION,
    SHARE,
    STREET,
    TALK,
    World,
)
from samizdat.core.mechanisms.decision import (
    motive,
    opposition,
    post_risk,
    speaks,
    trace_probability,
)
from samizdat.core.parameters import Parameters


@internal
def count_suppressed(b0: int, b1: int, world: World) -> None:
    """Count today's voices that only a block or blackout keeps from a neighbour.

    Only citizens who are not silent have a voice; all of them are in the list of actors.
    """
    ties, state = world.ties, world.state
    for b in range(b0, b1):
        suppressed = 0
        first, last = int(world.blocks[b, FIRST]), int(world.blocks[b, LAST])
        if world.shortcuts:
            last = first + int(world.caches.actor_counts[b])
        for k in range(first, last):
            j = int(state.actors[k]) if world.shortcuts else k
            voice, access, posture = (
                int(state.voice[j]),
                int(state.access[j]),
                int(state.posture[j]),
            )
            muted = (
                posture in (SHARE, MOBILISE)
                and int(state.ears[j]) & PLATFORMS == 0
                and access & PLATFORMS != 0
            )
            if voice & PLATFORMS == 0 and not muted:
                continue
            begin, end = int(ties.start[j]), int(ties.start[j + 1])
            if voice & (TALK | STREET):
                begin += int(ties.close[j])  # close ties hear her anyway
            for e in range(begin, end):
                i = int(ties.neighbour[e])
                if (
                    int(state.posture[i]) != DETAINED
                    and access & int(state.access[i]) & PLATFORMS
                    and voice & int(state.ears[i]) & PLATFORMS == 0
                ):
                    suppressed += 1
        world.tallies[b, N_POSTS_SUPPRESSED] = suppressed


@internal
def count_latent(b0: int, b1: int, world: World, p: Parameters) -> None:
    """Count who would speak openly, aware or not, but for the risk of a post."""
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        surveillance = float(world.signals[world.blocks[b, REGION]]["surveillance"])
        latent = 0
        for i in range(int(world.blocks[b, FIRST]), int(world.blocks[b, LAST])):
            if int(state.posture[i]) == DETAINED:
                continue
            opposed = opposition(float(state.grievance[i]), float(state.trust[i]))
            drive = motive(opposed, 0.0, p.decision)
            aversion, threshold = float(traits.risk_aversion[i]), float(traits.threshold[i])
            if speaks(drive, 0.0, aversion, threshold, p.decision):
                platforms = int(state.ears[i]) & PLATFORMS
                traced = trace_probability(
                        surveillance, float(world.readable[platforms]), p.circumvention.anonymity,
                        int(state.circumventing[i]),
                    )  # fmt: skip
                risk = post_risk(traced, opposed, float(state.fear[i]), p.decision)
                latent += not speaks(drive, risk, aversion, threshold, p.decision)
        world.tallies[b, N_LATENT] = latent
