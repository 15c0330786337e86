"""A citizen's day, in order: hear, feel, act, fate.

Each pass runs over whole blocks, with a barrier between two passes. It reads of others only what the
barrier has settled and writes only its own citizens, so blocks may run in any order on any thread.
"""

from samizdat.core.draws import (
    ARREST,
    ATTENTION,
    PREEMPT,
    SANCTION,
    SEEDS,
    TERM,
    UPTAKE,
    uniform,
)
from samizdat.core.jit import compiled
from samizdat.core.layout import (
    AWARE,
    DETAINED,
    FIXED,
    FOREIGN,
    HELD,
    MOBILISE,
    N_AWARE,
    N_CIRCUMVENTING,
    N_CUT_OFF,
    N_DETAINED,
    N_LATENT,
    N_MOBILISE,
    N_NEWLY_DETAINED,
    N_NEWLY_MOBILISED,
    N_ONLINE,
    N_POSTS,
    N_POSTS_HEARD,
    N_POSTS_SUPPRESSED,
    N_SELF_CENSOR,
    N_SHARE,
    N_SILENT,
    N_TO_CIRCUMVENT,
    ONLINE,
    PLATFORMS,
    SELF_CENSOR,
    SHARE,
    SILENT,
    SPENT,
    STREET,
    SUM_FEAR,
    SUM_GRIEVANCE,
    SUM_OPPOSITION,
    SUM_TRUST,
    SUM_VISIBLE_POSTS,
    TALK,
    TO_ACT,
    TO_CIRCUMVENT,
    UNAWARE,
    State,
    Ties,
    World,
)
from samizdat.core.mechanisms.attention import awakening, weariness
from samizdat.core.mechanisms.circumvention import next_circumventing
from samizdat.core.mechanisms.decision import (
    exposed,
    mobilises,
    post_risk,
    speaks,
    street_risk,
)
from samizdat.core.mechanisms.fate import term
from samizdat.core.mechanisms.fear import next_fear
from samizdat.core.mechanisms.grievance import next_grievance
from samizdat.core.mechanisms.reach import (
    access_of,
    audible,
    ears_of,
    exposure,
    hears_kin,
    hears_online,
)
from samizdat.core.mechanisms.trust import next_trust, settled_trust
from samizdat.core.parameters import Parameters


@compiled
def listen(b0: int, b1: int, world: World) -> None:
    """Settle what each citizen can use today, and forget what was heard yesterday."""
    traits, state = world.traits, world.state
    for b in range(b0, b1):
        here = world.signals[world.blocks[b, 2]]
        allowed, blocked = int(here["allowed"]), int(here["blocked"])
        blackout, adoption = int(here["blackout"]), float(here["adoption"])
        for i in range(int(world.blocks[b, 0]), int(world.blocks[b, 1])):
            access = access_of(
                int(traits.platforms[i]), allowed, float(traits.adoption_rank[i]), adoption
            )
            held = int(state.days_left[i]) > 0
            state.access[i] = access
            state.ears[i] = ears_of(access, blocked, blackout, int(state.circumventing[i]), held)
            state.heard_street[i] = 0
            state.heard_others[i] = 0
            state.heard_held[i] = 0


@compiled
def hear_by_pull(b0: int, b1: int, world: World) -> None:
    """Let each citizen count the voices of the step before along her ties."""
    ties, state = world.ties, world.state
    for b in range(b0, b1):
        posts_heard = 0
        for i in range(int(world.blocks[b, 0]), int(world.blocks[b, 1])):
            if int(state.days_left[i]) > 0:
                continue
            ears = int(state.ears[i])
            street, others, held = 0, 0, 0
            begin, end = int(ties.start[i]), int(ties.start[i + 1])
            online = begin + int(ties.close[i])
            for e in range(begin, online):
                voice = int(state.last_voice[int(ties.neighbour[e])])
                if hears_kin(voice, ears):
                    street += (voice & STREET) != 0
                    others += (voice & STREET) == 0
                    posts_heard += hears_online(voice, ears)
                held += (voice & HELD) != 0
            for e in range(online, end):
                voice = int(state.last_voice[int(ties.neighbour[e])])
                if hears_online(voice, ears):
                    street += (voice & STREET) != 0
                    others += (voice & STREET) == 0
                    posts_heard += 1
            state.heard_street[i] = street
            state.heard_others[i] = others
            state.heard_held[i] = held
        world.tallies[b, N_POSTS_HEARD] = posts_heard


@compiled
def first_at_least(ties: Ties, begin: int, end: int, citizen: int) -> int:
    """Return the first place in a sorted part of a row whose neighbour is >= citizen."""
    while begin < end:
        middle = (begin + end) >> 1
        if int(ties.neighbour[middle]) < citizen:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled
def hear_by_push(b0: int, b1: int, world: World) -> None:
    """Let every voice of the step before count itself with those of these blocks who hear it.

    The same integers as by pull; its cost follows the voices, not the citizens.
    """
    ties, state = world.ties, world.state
    first, last = int(world.blocks[b0, 0]), int(world.blocks[b1 - 1, 1])
    for b in range(world.blocks.shape[0]):
        slot = int(world.blocks[b, 0])
        for k in range(slot, slot + int(world.actor_counts[b])):
            j = int(state.actors[k])
            voice = int(state.last_voice[j])
            begin, end = int(ties.start[j]), int(ties.start[j + 1])
            online = begin + int(ties.close[j])
            for e in range(first_at_least(ties, begin, online, first), online):
                i = int(ties.neighbour[e])
                if i >= last:
                    break
                if int(state.days_left[i]) > 0:
                    continue
                ears = int(state.ears[i])
                if hears_kin(voice, ears):
                    if voice & STREET:
                        state.heard_street[i] += 1
                    else:
                        state.heard_others[i] += 1
                    if hears_online(voice, ears):
                        row = max(b0, int(world.region_block[int(world.traits.region[i])]))
                        world.tallies[row, N_POSTS_HEARD] += 1
                if voice & HELD:
                    state.heard_held[i] += 1
            if voice & PLATFORMS == 0:
                continue
            for e in range(first_at_least(ties, online, end, first), end):
                i = int(ties.neighbour[e])
                if i >= last:
                    break
                if int(state.days_left[i]) == 0 and hears_online(voice, int(state.ears[i])):
                    if voice & STREET:
                        state.heard_street[i] += 1
                    else:
                        state.heard_others[i] += 1
                    row = max(b0, int(world.region_block[int(world.traits.region[i])]))
                    world.tallies[row, N_POSTS_HEARD] += 1


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
def ties_in_reach(i: int, ties: Ties, state: State, p: Parameters) -> float:
    """Return d for citizen i; the online ties of others are judged by their ears of yesterday."""
    access, ears = int(state.access[i]), int(state.ears[i])
    n_net, n_open = 0, 0
    for e in range(int(ties.start[i]) + int(ties.close[i]), int(ties.start[i + 1])):
        j = int(ties.neighbour[e])
        if access & int(state.access[j]) & PLATFORMS:
            n_net += 1
            n_open += (ears & int(state.last_ears[j]) & PLATFORMS) != 0
    return audible(int(ties.close[i]), n_net, n_open, p.reach)


@compiled
def attend(
    i: int, seed: int, step: int, heard: int, region: int, world: World, p: Parameters
) -> int:
    """Return whether citizen i is UNAWARE, AWARE or SPENT today."""
    state, here = world.state, world.signals[region]
    attention, fresh = int(state.attention[i]), int(here["fresh"])
    if fresh and attention == SPENT:
        attention = UNAWARE
    if attention == UNAWARE:
        if fresh:
            seeds = float(here["seeds"])
            if seeds > 0.0 and uniform(seed, i, step, SEEDS) < seeds:
                return AWARE
        if int(here["running"]):
            chance = awakening(
                heard,
                float(here["flooding"]),
                float(here["coverage"]),
                float(here["coverage_abroad"]),
                (int(state.ears[i]) & FOREIGN) != 0,
                world.step_days,
                p.attention,
            )
            if chance > 0.0 and uniform(seed, i, step, ATTENTION) < chance:
                return AWARE
    elif attention == AWARE:
        spoke = int(state.last_voice[i]) & (PLATFORMS | TALK | STREET) != 0
        chance = weariness(heard, int(here["running"]), spoke, p.attention)
        if chance > 0.0 and uniform(seed, i, step, ATTENTION) < chance:
            return SPENT
    return attention


@compiled
def traced_share(i: int, platforms: int, surveillance: float, world: World, p: Parameters) -> float:
    """Return the chance that what citizen i says on these platforms is traced to her."""
    return exposed(
        surveillance,
        float(world.readable[platforms]),
        p.circumvention.anonymity,
        int(world.state.circumventing[i]),
    )


@compiled
def decide(i: int, region: int, world: World, p: Parameters) -> tuple[int, int]:
    """Return the posture and the voice of an aware citizen who is free."""
    state, traits, here = world.state, world.traits, world.signals[region]
    street, others = int(state.heard_street[i]), int(state.heard_others[i])
    ears = int(state.ears[i])
    fear, threshold = float(state.fear[i]), float(traits.threshold[i])
    aversion = float(traits.risk_aversion[i])
    d = ties_in_reach(i, world.ties, state, p) if street + others > 0 else 1.0
    x = exposure(
        street,
        others,
        d,
        float(here["mobilised_share"]),
        float(here["foreign_signal"]),
        (ears & FOREIGN) != 0,
        p.reach,
    )
    opposition = float(state.grievance[i]) * (1.0 - float(state.trust[i]))
    motive = p.decision.opposition_weight * opposition + p.decision.exposure_weight * x
    platforms = ears & PLATFORMS
    # No risk is negative: who fails without the risk fails with it, and needs no reckoning.
    if mobilises(motive, 0.0, aversion, threshold, p.decision):
        risk = street_risk(street, d, fear, float(here["security"]), p.decision)
        if mobilises(motive, risk, aversion, threshold, p.decision):
            return MOBILISE, STREET | TALK | platforms
    if not speaks(motive, 0.0, aversion, threshold, p.decision):
        return SILENT, 0
    voice = 0
    if platforms:
        traced = traced_share(i, platforms, float(here["surveillance"]), world, p)
        risk = post_risk(traced, opposition, fear, p.decision)
        if speaks(motive, risk, aversion, threshold, p.decision):
            voice = platforms
    if p.reach.word_of_mouth != 0.0 and speaks(motive, fear, aversion, threshold, p.decision):
        voice |= TALK
    if voice & PLATFORMS or (voice & TALK and platforms == 0):
        return SHARE, voice
    return SELF_CENSOR, voice


@compiled
def act(b0: int, b1: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Let those whom today concerns attend and decide; all others are silent."""
    state = world.state
    for b in range(b0, b1):
        first, last = int(world.blocks[b, 0]), int(world.blocks[b, 1])
        region = int(world.blocks[b, 2])
        tally = world.tallies[b]
        state.posture[first:last] = SILENT
        state.voice[first:last] = 0
        slot = first
        for i in range(first, last):
            if int(state.marks[i]) & TO_ACT == 0:
                continue
            if int(state.days_left[i]) > 0:
                state.days_left[i] -= 1
                state.posture[i] = DETAINED
                state.voice[i] = HELD
                state.actors[slot] = i
                slot += 1
                tally[N_DETAINED] += 1
                continue
            attention = int(state.attention[i])
            if p.attention.on != 0.0:
                heard = int(state.heard_street[i]) + int(state.heard_others[i])
                after = attend(i, seed, step, heard, region, world, p)
                tally[N_AWARE] += int(after == AWARE) - int(attention == AWARE)
                attention = after
                state.attention[i] = attention
            if attention != AWARE:
                continue
            posture, voice = decide(i, region, world, p)
            state.posture[i] = posture
            state.voice[i] = voice
            if posture == MOBILISE:
                tally[N_MOBILISE] += 1
                tally[N_NEWLY_MOBILISED] += (int(state.last_voice[i]) & STREET) == 0
            elif posture == SHARE:
                tally[N_SHARE] += 1
                tally[N_POSTS] += (voice & PLATFORMS) != 0
            elif posture == SELF_CENSOR:
                tally[N_SELF_CENSOR] += 1
            if voice:
                state.actors[slot] = i
                slot += 1
                tally[SUM_VISIBLE_POSTS] += fixed(float(world.readable[voice & PLATFORMS]))
        world.actor_counts[b] = slot - first
        tally[N_SILENT] = (
            last - first - tally[N_MOBILISE] - tally[N_SHARE] - tally[N_SELF_CENSOR]
        ) - tally[N_DETAINED]  # fmt: skip


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
                    chance = sanction * traced_share(i, platforms, surveillance, world, p)
                    taken = uniform(seed, i, step, SANCTION) < chance
                if taken:
                    state.days_left[i] = term(uniform(seed, i, step, TERM), p.fate)
                    tally[N_NEWLY_DETAINED] += 1
        if preempt > 0.0:
            for i in range(first, last):
                platforms = int(state.last_voice[i]) & PLATFORMS
                free = int(state.posture[i]) != DETAINED and int(state.days_left[i]) == 0
                if platforms and free:
                    chance = preempt * traced_share(i, platforms, 1.0, world, p)
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


@compiled
def count_suppressed(b0: int, b1: int, world: World) -> None:
    """Count the voices of today that blocks and blackouts alone keep from a neighbour."""
    ties, state = world.ties, world.state
    for b in range(b0, b1):
        suppressed = 0
        first = int(world.blocks[b, 0])
        for k in range(first, first + int(world.actor_counts[b])):
            j = int(state.actors[k])
            voice, access, posture = int(state.voice[j]), int(state.access[j]), state.posture[j]
            muted = (
                (posture == SHARE or posture == MOBILISE)
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


@compiled
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
                traced = traced_share(i, platforms, surveillance, world, p)
                risk = post_risk(traced, opposition, float(state.fear[i]), p.decision)
                latent += not speaks(motive, risk, aversion, threshold, p.decision)
        world.tallies[b, N_LATENT] = latent


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
