"""Feel: grievance, trust and fear of every citizen, and whom today concerns further."""

from samizdat.core.jit import compiled
from samizdat.core.layout import (
    AWARE,
    FIXED,
    FOREIGN,
    HELD,
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
    World,
)
from samizdat.core.mechanisms.fear import next_fear
from samizdat.core.mechanisms.grievance import next_grievance
from samizdat.core.mechanisms.trust import next_trust, settled_trust
from samizdat.core.parameters import Parameters


@compiled
def fixed(x: float) -> int:
    """Return x in [0, 1] in units of 2^-24, so that sums do not depend on their order."""
    return int(x * FIXED + 0.5)


@compiled
def feel(b0: int, b1: int, world: World, p: Parameters) -> None:
    """Move grievance, trust and fear, and mark whom today concerns further."""
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        here = world.signals[world.blocks[b, 2]]
        shock, violence = float(here["shock"]), float(here["violence"])
        novelty, deniability = float(here["novelty"]), float(here["deniability"])
        broadcast, egov = float(here["broadcast"]), float(here["egov"])
        contradiction, chill = float(here["contradiction"]), float(here["chill"])
        blackout = int(here["blackout"])
        running, fresh = int(here["running"]), int(here["fresh"])
        everybody = int(float(here["coverage"]) > 0.0)
        readers = int(float(here["coverage_abroad"]) > 0.0)
        n_online, n_cut_off, n_aware, n_circumventing, n_to_circumvent = 0, 0, 0, 0, 0
        sum_g, sum_trust, sum_fear, sum_opposition = 0, 0, 0, 0
        for i in range(int(world.blocks[b, 0]), int(world.blocks[b, 1])):
            access, ears = int(state.access[i]), int(state.ears[i])
            held = int(int(state.days_left[i]) > 0)
            released = int((int(state.last_voice[i]) & HELD) != 0) & (1 - held)
            attention = int(state.attention[i])
            aware = int(attention == AWARE)
            online = int((access & ONLINE) != 0)
            cut_off = int(ears != (access & (PLATFORMS | FOREIGN))) & (1 - held)
            foreign = int((ears & FOREIGN) != 0)
            others = int(int(state.heard_others[i]) > 0)
            heard = others | int(int(state.heard_street[i]) > 0)
            g, trust, fear = float(state.grievance[i]), float(state.trust[i]), float(state.fear[i])

            state.grievance[i] = next_grievance(
                g, trust, float(traits.hardship[i]), aware, cut_off,
                shock, violence, novelty, deniability, p.grievance,
            )  # fmt: skip
            state.trust[i] = next_trust(
                trust, float(traits.resting_trust[i]), aware, online, foreign, others,
                broadcast, egov, contradiction, p.trust,
            )  # fmt: skip
            state.fear[i] = next_fear(
                fear, aware, released, int(state.heard_held[i]), int(world.ties.close[i]),
                chill, violence, p.fear,
            )  # fmt: skip
            g, trust, fear = float(state.grievance[i]), float(state.trust[i]), float(state.fear[i])

            reached = int(attention == UNAWARE) & running & (heard | everybody | readers & foreign)
            circumventing = int(state.circumventing[i])
            to_circumvent = (circumventing | cut_off & (1 - blackout)) & (1 - held)
            state.marks[i] = (
                TO_ACT * (held | aware | reached | fresh) + TO_CIRCUMVENT * to_circumvent
            )
            n_online += online
            n_cut_off += cut_off
            n_aware += aware
            n_circumventing += circumventing
            n_to_circumvent += to_circumvent
            sum_g += fixed(g)
            sum_trust += fixed(trust)
            sum_fear += fixed(fear)
            sum_opposition += fixed(g * (1.0 - trust))
        tally = world.tallies[b]
        tally[N_ONLINE] = n_online
        tally[N_CUT_OFF] = n_cut_off
        tally[N_AWARE] = n_aware
        tally[N_CIRCUMVENTING] = n_circumventing
        tally[N_TO_CIRCUMVENT] = n_to_circumvent
        tally[SUM_GRIEVANCE] = sum_g
        tally[SUM_TRUST] = sum_trust
        tally[SUM_FEAR] = sum_fear
        tally[SUM_OPPOSITION] = sum_opposition


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
