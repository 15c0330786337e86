"""Count what no citizen needs to know: voices suppressed, preferences falsified."""

from samizdat.core.jit import internal
from samizdat.core.layout import (
    DETAINED,
    MOBILISE,
    N_LATENT,
    N_POSTS_SUPPRESSED,
    PLATFORMS,
    SHARE,
    STREET,
    TALK,
    World,
)
from samizdat.core.mechanisms.decision import post_risk, speaks, trace_probability
from samizdat.core.parameters import Parameters


@internal
def count_suppressed(b0: int, b1: int, world: World) -> None:
    """Count the voices of today that blocks and blackouts alone keep from a neighbour."""
    ties, state = world.ties, world.state
    for b in range(b0, b1):
        suppressed = 0
        first = int(world.blocks[b, 0])
        for k in range(first, first + int(world.actor_counts[b])):
            j = int(state.actors[k])
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
                begin += int(ties.close[j])  # kin hear her anyhow
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
        surveillance = float(world.signals[world.blocks[b, 2]]["surveillance"])
        latent = 0
        for i in range(int(world.blocks[b, 0]), int(world.blocks[b, 1])):
            if int(state.posture[i]) == DETAINED:
                continue
            opposition = float(state.grievance[i]) * (1.0 - float(state.trust[i]))
            motive = p.decision.opposition_weight * opposition
            aversion, threshold = float(traits.risk_aversion[i]), float(traits.threshold[i])
            if speaks(motive, 0.0, aversion, threshold, p.decision):
                platforms = int(state.ears[i]) & PLATFORMS
                traced = trace_probability(
                        surveillance, float(world.readable[platforms]), p.circumvention.anonymity,
                        int(state.circumventing[i]),
                    )  # fmt: skip
                risk = post_risk(traced, opposition, float(state.fear[i]), p.decision)
                latent += not speaks(motive, risk, aversion, threshold, p.decision)
        world.tallies[b, N_LATENT] = latent
