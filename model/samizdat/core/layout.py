"""The arrays that a run lives in: their names, types and codes.

n is the number of citizens, R of regions, B of blocks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SILENT, SELF_CENSOR, SHARE, MOBILISE, DETAINED = range(5)
POSTURES = ("silent", "self_censor", "share", "mobilise", "detained")

UNAWARE, AWARE, SPENT = range(3)
ATTENTION = ("unaware", "aware", "spent")

# Bits of what a citizen can use, hear and say. Platforms take the lowest twelve.
MAX_PLATFORMS = 12
PLATFORMS = 0x0FFF
FOREIGN = 1 << 12  # the foreign press: heard, never spoken on
TALK = 1 << 13  # by word of mouth (in a voice)
STREET = 1 << 14  # seen in the street (in a voice)
HELD = 1 << 15  # in detention (in a voice)
ONLINE = 1 << 15  # online by adoption (in access)

# What a citizen is marked for and with, a bit each; as of the morning.
TO_ACT, TO_CIRCUMVENT, WAS_AWARE, IS_ONLINE = 1, 2, 4, 8
IS_CUT_OFF, HEARS_FOREIGN, HEARS_OTHERS, IS_RELEASED = 16, 32, 64, 128

MAX_CITIZENS = 2**31 - 1
MAX_REGIONS = 255
BLOCK = 1 << 15  # citizens in a block at most; a block never spans two regions


class Ties(NamedTuple):
    """Who can hear whom, as compressed rows.

    The ties of citizen i are ``neighbour[start[i]:start[i + 1]]``: first her ``close[i]`` close
    ties, then the online ones, each part in rising order. Every tie stands in both rows.
    """

    start: NDArray[np.int64]  # (n + 1,)
    close: NDArray[np.int32]  # (n,)
    neighbour: NDArray[np.int32]  # (2 * ties,)


class Traits(NamedTuple):
    """What never changes about a citizen; every array is (n,)."""

    region: NDArray[np.uint8]
    adoption_rank: NDArray[np.float32]  # [0, 1): online once adoption exceeds it
    platforms: NDArray[np.uint16]  # bits of those she uses once online, FOREIGN among them
    hardship: NDArray[np.float32]  # [0, 1], resting grievance
    resting_trust: NDArray[np.float32]  # [0, 1], legitimacy accorded at rest
    threshold: NDArray[np.float32]  # net motive needed for the street
    risk_aversion: NDArray[np.float32]  # [0, 1)
    literacy_rank: NDArray[np.float32]  # [0, 1): can use a VPN if below circumvention.literacy


class State(NamedTuple):
    """What changes; every array is (n,). ``last_*`` is what the step before left."""

    grievance: NDArray[np.float32]  # [0, 1]
    trust: NDArray[np.float32]  # [0, 1]
    fear: NDArray[np.float32]  # [0, 1]
    attention: NDArray[np.uint8]  # UNAWARE, AWARE, SPENT
    circumventing: NDArray[np.uint8]  # 1: has a working VPN
    posture: NDArray[np.uint8]  # as decided today; DETAINED for those held today
    days_left: NDArray[np.uint16]  # steps still to be spent in detention
    voice: NDArray[np.uint16]  # what others can hear tomorrow of today's decision
    last_voice: NDArray[np.uint16]
    access: NDArray[np.uint16]  # P_i(t) once online, with ONLINE; 0 offline
    ears: NDArray[np.uint16]  # E_i(t)
    last_ears: NDArray[np.uint16]
    heard_street: NDArray[np.uint32]  # m
    heard_others: NDArray[np.uint32]  # s
    heard_held: NDArray[np.uint32]  # c
    marks: NDArray[np.uint8]  # TO_ACT ... IS_RELEASED
    actors: NDArray[np.int32]  # per block, from its first slot: who has a voice


# What of it decides all that follows; the rest is derived or written anew in each step.
DYNAMIC = (
    "grievance",
    "trust",
    "fear",
    "attention",
    "circumventing",
    "posture",
    "days_left",
    "voice",
    "ears",
)

STATE_TYPES: dict[str, type] = {
    **dict.fromkeys(("grievance", "trust", "fear"), np.float32),
    **dict.fromkeys(("attention", "circumventing", "posture", "marks"), np.uint8),
    **dict.fromkeys(("days_left", "voice", "last_voice"), np.uint16),
    **dict.fromkeys(("access", "ears", "last_ears"), np.uint16),
    **dict.fromkeys(("heard_street", "heard_others", "heard_held"), np.uint32),
    "actors": np.int32,
}


def blank_state(n: int) -> State:
    """Return the state of n citizens, all zero: silent, unaware, free."""
    return State(**{name: np.zeros(n, STATE_TYPES[name]) for name in State._fields})


# What the day brings to a region: the timeline's world and the regime's response.
SIGNALS = np.dtype(
    [
        ("allowed", np.uint16),  # platforms launched and not banned, FOREIGN among them
        ("blocked", np.uint16),  # platforms blocked today
        ("blackout", np.uint8),  # 1: the network is off
        ("running", np.uint8),  # 1: an event runs
        ("fresh", np.uint8),  # 1: an event begins today
        ("adoption", np.float64),  # A_r
        ("seeds", np.float64),  # share aware at once of an event that begins today
        ("shock", np.float64),  # of the events running, at most 1
        ("coverage", np.float64),  # per day
        ("coverage_abroad", np.float64),  # per day, once somebody called abroad
        ("contradiction", np.float64),  # of the accounts running
        ("foreign_signal", np.float64),  # C(t)
        ("mobilised_share", np.float64),  # M_r, of the step before
        ("violence", np.float64),  # [0, 1]
        ("novelty", np.float64),  # exp(-age_r / 14 days) of the newest block or blackout
        ("deniability", np.float64),  # > 0 where a cover story is told
        ("broadcast", np.float64),  # acting in a step, as are all that follow
        ("egov", np.float64),
        ("flooding", np.float64),
        ("surveillance", np.float64),
        ("sanction", np.float64),
        ("chill", np.float64),
        ("preempt", np.float64),
        ("security", np.float64),  # per citizen
        ("arrests", np.float64),  # how many the police can arrest today; 0: they do not respond
        ("arrest_chance", np.float64),  # q_r, known once the street is counted
    ]
)

# What each block counts, in integers; means are sums of round(x * FIXED).
TALLIES = (
    "silent",
    "self_censor",
    "share",
    "mobilise",
    "detained",
    "aware",
    "online",
    "circumventing",
    "cut_off",
    "newly_detained",
    "newly_mobilised",
    "grievance",
    "trust",
    "fear",
    "opposition",
    "posts",
    "posts_heard",
    "posts_suppressed",
    "visible_posts",
    "latent_self_censor",
    "to_circumvent",
)
(
    N_SILENT,
    N_SELF_CENSOR,
    N_SHARE,
    N_MOBILISE,
    N_DETAINED,
    N_AWARE,
    N_ONLINE,
    N_CIRCUMVENTING,
    N_CUT_OFF,
    N_NEWLY_DETAINED,
    N_NEWLY_MOBILISED,
    SUM_GRIEVANCE,
    SUM_TRUST,
    SUM_FEAR,
    SUM_OPPOSITION,
    N_POSTS,
    N_POSTS_HEARD,
    N_POSTS_SUPPRESSED,
    SUM_VISIBLE_POSTS,
    N_LATENT,
    N_TO_CIRCUMVENT,
) = range(len(TALLIES))
FIXED = 2.0**24


class World(NamedTuple):
    """All that the passes of one step read and write."""

    ties: Ties
    traits: Traits
    state: State
    blocks: NDArray[np.int64]  # (B, 3): first, last, region
    region_block: NDArray[np.int64]  # (R,): the first block of a region
    actor_counts: NDArray[np.int64]  # (B,): how many stand in ``state.actors``
    signals: NDArray[np.void]  # (R,) of SIGNALS
    readable: NDArray[np.float64]  # (2**12,): the most readable of a set of platforms
    tallies: NDArray[np.int64]  # (B, len(TALLIES))
    step_days: float


def blocks_of(region_first: NDArray[np.int64], size: int = BLOCK) -> NDArray[np.int64]:
    """Cut the regions, which begin at ``region_first`` (R + 1,), into blocks (B, 3)."""
    cuts = [
        (first, min(first + size, int(region_first[r + 1])), r)
        for r in range(len(region_first) - 1)
        for first in range(int(region_first[r]), int(region_first[r + 1]), size)
    ]
    return np.array(cuts, np.int64).reshape(-1, 3)
