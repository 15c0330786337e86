"""The arrays of a run: their names, types and codes.

n is the number of citizens, R of regions, B of blocks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SILENT, SELF_CENSOR, SHARE, MOBILISE, DETAINED = range(5)
POSTURES = ("silent", "self_censor", "share", "mobilise", "detained")

UNAWARE, AWARE, SPENT = range(3)
ATTENTION = ("unaware", "aware", "spent")

# Bits of what a citizen can use, hear and say. Platforms have the lowest twelve.
MAX_PLATFORMS = 12
PLATFORMS = 0x0FFF
FOREIGN = 1 << 12  # the foreign press: citizens read it and never speak on it
TALK = 1 << 13  # by word of mouth (in a voice)
STREET = 1 << 14  # seen in the street (in a voice)
HELD = 1 << 15  # in detention (in a voice)
ONLINE = 1 << 15  # online by adoption (in access)

# Marks of a citizen at the start of the step, one bit each.
TO_ACT, WAS_AWARE, IS_ONLINE = 1, 4, 8
IS_CUT_OFF, HEARS_FOREIGN, HEARS_OTHERS, IS_RELEASED = 16, 32, 64, 128

# Counts of the voices that reach a citizen: the columns of ``State.heard``.
STREET_HEARD, OTHERS_HEARD, HELD_HEARD, POSTS_HEARD = range(4)  # m, s, c, and posts

# The columns of ``World.blocks``.
FIRST, LAST, REGION = range(3)

# Counts of a block, kept from step to step: the columns of ``Caches.block_counts``.
NOW_AWARE, NOW_HELD, WERE_HELD, WITH_VPN, WITH_VOICE = range(5)

# The parameters under which a block is at rest: the columns of ``Caches.rest_key``.
REST_RISE, REST_RELAX, REST_CALM, REST_CHILL = range(4)

# The sums over a block at rest: the columns of ``Caches.rest_sums``.
REST_GRIEVANCE, REST_FEAR = range(2)

MAX_CITIZENS = 2**31 - 1
MAX_REGIONS = 255
BLOCK = 1 << 13  # citizens in a block at most; a block never spans two regions
NEAR = 1 << 11  # citizens whose beliefs and marks fit the nearest cache
GROUP_BITS = 8
GROUP = 1 << GROUP_BITS  # citizens who share one flag: whether a voice reached any of them


class Ties(NamedTuple):
    """Who can hear whom, as compressed rows.

    The ties of citizen i are ``neighbour[start[i]:start[i + 1]]``: first her ``close[i]`` close
    ties, then the online ones, each part in ascending order. Every tie is in the rows of both ends.
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
    """What changes; arrays are (n,) unless noted. ``last_*`` are the values of the step before."""

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
    heard: NDArray[np.uint32]  # (n, 4): m, s, c and posts; valid only where ``Caches.dirty`` is 1
    marks: NDArray[np.uint8]  # TO_ACT ... IS_RELEASED
    actors: NDArray[np.int32]  # per block, from its first slot: the citizens who are not silent
    last_actors: NDArray[np.int32]


# The arrays from which a run is restored at the end of a step; all others follow from them.
DYNAMIC = ("grievance", "trust", "fear", "attention", "circumventing", "posture", "days_left",
           "voice", "ears")  # fmt: skip

# Arrays that only the passes can read: lists and marks that are valid for a time or in part.
WORKINGS = frozenset(("heard", "marks", "actors", "last_actors"))

STATE_TYPES: dict[str, type] = {
    **dict.fromkeys(("grievance", "trust", "fear"), np.float32),
    **dict.fromkeys(("attention", "circumventing", "posture", "marks"), np.uint8),
    **dict.fromkeys(("days_left", "voice", "last_voice"), np.uint16),
    **dict.fromkeys(("access", "ears", "last_ears"), np.uint16),
    "heard": np.uint32,
    **dict.fromkeys(("actors", "last_actors"), np.int32),
}


def blank_state(n: int) -> State:
    """Return the state of n citizens, all zero: silent, unaware, free."""
    shapes = {"heard": (n, 4)}
    return State(
        **{name: np.zeros(shapes.get(name, n), STATE_TYPES[name]) for name in State._fields}
    )


# What the day brings to a region: the timeline's world and the regime's response.
SIGNALS = np.dtype(
    [
        ("allowed", np.uint16),  # platforms launched and not banned, FOREIGN among them
        ("blocked", np.uint16),  # platforms blocked today
        ("blackout", np.uint8),  # 1: the network is off
        ("running", np.uint8),  # 1: an event runs
        ("fresh", np.uint8),  # 1: an event begins today
        ("withdrawn", np.uint8),  # 1: somewhere a platform was taken away or fewer are online
        ("rally", np.uint8),  # 1: an assembly is on, so that one can mobilise
        ("adoption", np.float64),  # A_r
        ("seeds", np.float64),  # share aware immediately of an event that begins today
        ("shock", np.float64),  # of the events running, at most 1
        ("seeds_online", np.float64),  # the same, of those who have a platform
        ("coverage", np.float64),  # per day, by press and word in public
        ("coverage_online", np.float64),  # per day, for those who have a platform
        ("coverage_abroad", np.float64),  # per day, if somebody in the event's regions shared
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
        ("press_control", np.float64),
        ("detain_organisers", np.float64),
        ("preempt", np.float64),
        ("security", np.float64),  # per citizen
        ("arrests", np.float64),  # how many the police can arrest today; 0: they do not respond
        ("arrest_chance", np.float64),  # q_r, known once the street is counted
    ]
)

# What is counted per block, as integers; means are sums of round(x * FIXED).
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
) = range(len(TALLIES))
FIXED = 2.0**24


class Caches(NamedTuple):
    """Derived values that save work. All follow from the state, the ties and the signals.

    A checkpoint leaves them out: `resume_state` and the next step compute them again.
    """

    actor_counts: NDArray[np.int64]  # (B,): number of citizens listed in ``state.actors``
    last_actor_counts: NDArray[np.int64]  # (B,): the same of ``state.last_actors``
    block_counts: NDArray[np.int64]  # (B, 5): citizens of a block, NOW_AWARE ... WITH_VOICE
    rest_key: NDArray[np.float64]  # (B, 4): REST_RISE ... REST_CHILL as of the last step; or NaN
    rest_sums: NDArray[np.int64]  # (B, 2): sums of grievance and of fear, in units of 1 / FIXED
    dirty: NDArray[np.uint8]  # (n / GROUP,): 1 if a voice reached any of the group today
    spoke_bits: NDArray[np.uint8]  # (n / 8,): one bit per citizen, 1 if she had a voice yesterday


class Scratch(NamedTuple):
    """Work arrays for NEAR citizens, one row per thread; not valid between passes."""

    words: NDArray[np.uint32]  # (B, NEAR): their random words
    touched: NDArray[np.uint32]  # (B, NEAR): those of them who are marked active today


class World(NamedTuple):
    """All that the passes of one step read and write, grouped by use."""

    # Does not change in a run
    ties: Ties
    traits: Traits
    blocks: NDArray[np.int64]  # (B, 3): FIRST citizen, LAST + 1, REGION
    region_block: NDArray[np.int64]  # (R,): the first block of a region
    readable: NDArray[np.float64]  # (2**12,): the largest readable share in a set of platforms
    diluted: NDArray[np.float64]  # (largest degree + 2,): D by d, see `dilution`
    step_days: float  # days in a step
    shortcuts: bool  # False in tests only: nothing is skipped, see `passes`
    # Input of a step
    signals: NDArray[np.void]  # (R,) of SIGNALS
    posting_share: NDArray[np.float64]  # (2**12,): sum over a set of platforms of posters / users
    # Advanced by a step
    state: State
    caches: Caches
    scratch: Scratch
    # Output of a step
    tallies: NDArray[np.int64]  # (B, len(TALLIES)): what each block counted


def blocks_of(region_first: NDArray[np.int64], size: int = BLOCK) -> NDArray[np.int64]:
    """Cut the regions, which begin at ``region_first`` (R + 1,), into blocks (B, 3).

    Cuts fall on multiples of ``size`` and where a region begins.
    """
    cuts = [
        (max(first, int(region_first[r])), min(first + size, int(region_first[r + 1])), r)
        for r in range(len(region_first) - 1)
        for first in range(int(region_first[r]) // size * size, int(region_first[r + 1]), size)
    ]
    return np.array(cuts, np.int64).reshape(-1, 3)


def new_world(
    ties: Ties,
    traits: Traits,
    region_first: NDArray[np.int64],
    readable: NDArray[np.float64],
    step_days: float,
    size: int = BLOCK,
) -> World:
    """Return a world before its first step; the state of its citizens is all zero."""
    n, regions = int(region_first[-1]), len(region_first) - 1
    blocks = blocks_of(region_first, size)
    return World(
        ties=ties,
        traits=traits,
        blocks=blocks,
        region_block=np.searchsorted(blocks[:, REGION], np.arange(regions)),
        readable=readable,
        diluted=np.arange(2 + int(np.diff(ties.start).max(initial=1)), dtype=np.float64),
        step_days=step_days,
        shortcuts=True,
        signals=np.zeros(regions, SIGNALS),
        posting_share=np.zeros(PLATFORMS + 1),
        state=blank_state(n),
        caches=_blank_caches(n, len(blocks)),
        scratch=Scratch(*np.zeros((2, len(blocks), NEAR), np.uint32)),
        tallies=np.zeros((len(blocks), len(TALLIES)), np.int64),
    )


def _blank_caches(n: int, blocks: int) -> Caches:
    """Return the caches of n citizens in this many blocks before the first step: all empty."""
    return Caches(
        actor_counts=np.zeros(blocks, np.int64),
        last_actor_counts=np.zeros(blocks, np.int64),
        block_counts=np.zeros((blocks, 5), np.int64),
        rest_key=np.full((blocks, 4), np.nan),
        rest_sums=np.zeros((blocks, 2), np.int64),
        dirty=np.zeros((n >> GROUP_BITS) + 1, np.uint8),
        spoke_bits=np.zeros((n >> 3) + 1, np.uint8),
    )


def voices_heard(world: World) -> dict[str, NDArray[np.uint32]]:
    """Return the voices that reached each citizen in the last step (n,): street, others, held."""
    reached = np.repeat(world.caches.dirty, GROUP)[: len(world.state.voice)] != 0
    columns = {"street": STREET_HEARD, "others": OTHERS_HEARD, "held": HELD_HEARD}
    return {
        name: np.where(reached, world.state.heard[:, column], np.uint32(0))
        for name, column in columns.items()
    }
