"""Reach: which ties a citizen hears, and the number of ties that these are divided by.

A platform carries a voice only if both citizens can use it. Blocking takes platforms away except
from those with a VPN; a blackout takes all. Kin and co-workers also hear by word of mouth.

    d = max(1, n_close + (1 - reachable_only) * n_net + reachable_only * n_open)
    D = d^dilution * reference_ties^(1 - dilution)
    x = (m + post_weight * s) / D + public_signal * M_r + demonstration * C(t) * [foreign press]

m ties are heard in the street and s others; n_close, n_net and n_open are numbers of ties: close,
online with a platform in common, and those of the latter that could be heard yesterday. M_r is the
region's mobilised share and C(t) a revolution abroad, both in [0, 1]. Seeing others act lowers the
bar for one's own act (Granovetter 1978, AJS 83:1420): as a share of her ties (dilution = 1; Watts
2002, PNAS 99:5766), or as a number of them (0; Centola & Macy 2007, AJS 113:702). With a number x
may exceed 1.

Whether a silenced friend counts as a silent one (reachable_only = 0) or not at all (1) largely
decides the sign of the effect of blocking: Hassanpour (2014), Political Communication 31:1. Where
dilution = 0, the silent do not count anyway.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled
from samizdat.core.layout import FOREIGN, ONLINE, PLATFORMS, STREET, TALK
from samizdat.core.quantity import Quantity


class Reach(NamedTuple):
    """Parameters of reach."""

    dilution: Annotated[
        float,
        Quantity(
            "how far the silent dilute what is heard; 1: exposure is a share of the ties, "
            "0: their number over the reference",
            0,
            1,
            off=1,
        ),
    ] = 0.5
    reference_ties: Annotated[
        float, Quantity("ties at which share and number are equal", 1, 100, "ties")
    ] = 5.0
    word_of_mouth: Annotated[
        float, Quantity("1: opinions are also spoken to close ties", 0, 1, off=0, whole=True)
    ] = 1.0
    reachable_only: Annotated[
        float,
        Quantity(
            "1: only ties that could be heard yesterday count in the share that speaks; 0: all",
            0,
            1,
        ),
    ] = 1.0
    post_weight: Annotated[
        float, Quantity("weight of a tie heard speaking; one in the street: 1", 0, 1, off=0)
    ] = 0.5
    public_signal: Annotated[
        float, Quantity("weight of the region's mobilised share, seen by all", 0, 1, off=0)
    ] = 0.0
    demonstration: Annotated[
        float,
        Quantity("weight of a revolution abroad, for readers of the foreign press", 0, 0.1, off=0),
    ] = 0.02


@compiled
def access_of(platforms: int, allowed: int, rank: float, adoption: float) -> int:
    """Return P_i(t) with the bit ONLINE, or 0 for a citizen who has not adopted the internet.

    P_i(t) = platforms & allowed, as bits; adopted iff rank < A_r(t): ``rank`` is the citizen's
    adoption rank in [0, 1), ``adoption`` the region's share online.
    """
    return ((platforms & allowed) | ONLINE) * (rank < adoption)


@compiled
def ears_of(access: int, blocked: int, blackout: int, circumventing: int, held: bool) -> int:
    """Return E_i(t), the platforms and the foreign press that she can use today, as bits.

    E_i = P_i less the blocked ones unless circumventing; empty in a blackout and in detention.
    """
    usable = (access & (PLATFORMS | FOREIGN)) & ~(blocked * (1 - circumventing))
    return usable * (1 - blackout) * (1 - held)


@compiled
def hears_kin(voice: int, ears: int) -> bool:
    """Whether a close tie is heard: in person, in the street or on a common platform.

    ``voice`` is what the tie said yesterday (bits), ``ears`` is E_i(t) of the listener.
    """
    return ((voice & (TALK | STREET)) | (voice & ears & PLATFORMS)) != 0


@compiled
def hears_online(voice: int, ears: int) -> bool:
    """Whether an online tie is heard: on a common platform; ``voice`` and ``ears`` are bits."""
    return (voice & ears & PLATFORMS) != 0


@compiled
def reachable_ties(n_close: int, n_net: int, n_open: int, p: Reach) -> float:
    """Return d, the number of ties of which the heard ones are a share; at least 1.

    d = max(1, n_close + (1 - reachable_only) n_net + reachable_only n_open). Whether those who
    cannot be heard count largely decides the sign of the effect of blocking (Hassanpour 2014).
    """
    return max(1.0, n_close + (1.0 - p.reachable_only) * n_net + p.reachable_only * n_open)


@compiled
def diluted(d: float, table: NDArray[np.float64]) -> float:
    """Return D = d^dilution reference_ties^(1 - dilution), what heard ties are divided by.

    ``table`` has D by d (`dilution.dilution_table`); between whole d, D is linear. With dilution =
    1 it is d, without any rounding: (d - k) is exact for k <= d < k + 1, and so is k + (d - k).
    Share or number: Watts (2002), Centola & Macy (2007).
    """
    k = int(d)
    below, above = float(table[k]), float(table[k + 1])
    return below + (above - below) * (d - k)


@compiled
def exposure(
    street: int,
    others: int,
    divisor: float,
    mobilised_share: float,
    foreign_signal: float,
    reads_foreign: bool,
    p: Reach,
) -> float:
    """Return x, exposure: how much dissent she sees around her.

    x = (m + post_weight s) / D + public_signal M_r + demonstration C(t) [foreign press].
    ``street`` is m and ``others`` s, in ties; ``divisor`` is D (`diluted`). Granovetter (1978) has
    the region's share (public_signal), Watts (2002) the share of ties.
    """
    return (
        (street + p.post_weight * others) / divisor
        + p.public_signal * mobilised_share
        + p.demonstration * foreign_signal * reads_foreign
    )


# Preconditions of shortcuts.


@compiled
def ties_matter(heard: int) -> bool:
    """Whether the value of d can matter: it divides only what is heard along ties (m + s)."""
    return heard > 0


@compiled
def least_reachable(n_close: int, heard: int) -> float:
    """Return a lower bound of d from close ties alone; `exposure` then gives an upper bound of x.

    `reachable_ties` adds terms that are not negative to the close ties, and is at least 1. Where d
    does not matter the bound is 1. `diluted` never falls as d rises, rounding included: D of the
    bound is a lower bound of D. (D at most doubles from k to k + 1, so the difference is exact.)
    """
    return max(1.0, float(n_close)) if ties_matter(heard) else 1.0


@compiled
def ears_imply_access(withdrawn: int, p: Reach) -> bool:
    """Whether d needs only n_close and n_open, and n_open follows from ears without access.

    With reachable_only = 1, n_net has the weight 0. A tie counts in n_open if both ends had the
    platform yesterday or today and have access to it today. Ears are a part of access, and where
    nothing was withdrawn since yesterday (``withdrawn`` = 0), yesterday's access holds today.
    """
    return p.reachable_only == 1.0 and withdrawn == 0


@compiled
def hears_no_platform(ears: int) -> bool:
    """Whether no online tie can be heard: `hears_online` needs a common platform."""
    return ears & PLATFORMS == 0
