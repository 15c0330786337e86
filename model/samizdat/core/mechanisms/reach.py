"""Reach: whom a citizen can hear, and of how many the heard are a share.

A platform carries a voice only if both its ends can use it. Blocking takes platforms away unless a
VPN goes round the block; a blackout takes all. Kin and co-workers also hear by word of mouth.

    d = max(1, n_close + (1 - reachable_only) * n_net + reachable_only * n_open)
    x = (m + post_weight * s) / d + public_signal * M_r + demonstration * C(t) * [foreign press]

Whether a silenced friend counts as a silent one (reachable_only = 0) or as none (1) decides much of
the sign of blocking: Hassanpour (2014), Political Communication 31:1.
"""

from typing import Annotated, NamedTuple

from samizdat.core.jit import compiled
from samizdat.core.layout import FOREIGN, ONLINE, PLATFORMS, STREET, TALK
from samizdat.core.quantity import Quantity


class Reach(NamedTuple):
    """Parameters of reach."""

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
        float, Quantity("weight of a voice heard against a body in the street", 0, 1, off=0)
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
    """Return P_i(t) with the bit ONLINE, or 0 for who has not adopted the internet."""
    return ((platforms & allowed) | ONLINE) * (rank < adoption)


@compiled
def ears_of(access: int, blocked: int, blackout: int, circumventing: int, held: bool) -> int:
    """Return E_i(t), the platforms and the foreign press that she can use today."""
    usable = (access & (PLATFORMS | FOREIGN)) & ~(blocked * (1 - circumventing))
    return usable * (1 - blackout) * (1 - held)


@compiled
def hears_kin(voice: int, ears: int) -> bool:
    """Whether a close tie is heard: in person, in the street or on a common platform."""
    return ((voice & (TALK | STREET)) | (voice & ears & PLATFORMS)) != 0


@compiled
def hears_online(voice: int, ears: int) -> bool:
    """Whether an online tie is heard: on a common platform."""
    return (voice & ears & PLATFORMS) != 0


@compiled
def reachable_ties(n_close: int, n_net: int, n_open: int, p: Reach) -> float:
    """Return d: of how many ties the heard ones are a share."""
    return max(1.0, n_close + (1.0 - p.reachable_only) * n_net + p.reachable_only * n_open)


@compiled
def exposure(
    street: int,
    others: int,
    d: float,
    mobilised_share: float,
    foreign_signal: float,
    reads_foreign: bool,
    p: Reach,
) -> float:
    """Return x: how much of her world is seen to dissent."""
    return (
        (street + p.post_weight * others) / d
        + p.public_signal * mobilised_share
        + p.demonstration * foreign_signal * reads_foreign
    )
