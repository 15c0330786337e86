"""Circumvention: citizens who are able to get a VPN when they need it, and drop it when not.

    none -> VPN   at rate uptake if cut off, not in a blackout, and literacy_rank < literacy
    VPN -> none   at rate lapse if online and nothing that she uses is blocked

Free access alone is hardly used: uptake follows need (Chen & Yang 2019, Am. Econ. Rev. 109:2294).
"""

from typing import Annotated, NamedTuple

from samizdat.core.jit import compiled, inlined
from samizdat.core.layout import FOREIGN, ONLINE, PLATFORMS
from samizdat.core.quantity import Quantity


class Circumvention(NamedTuple):
    """Parameters of circumvention."""

    literacy: Annotated[float, Quantity("share who can use a VPN", 0, 1, off=0)] = 0.05
    anonymity: Annotated[float, Quantity("how far a VPN hides who posted", 0, 1, off=0)] = 0.5
    uptake: Annotated[
        float, Quantity("rate of getting a VPN when cut off", 0, 1, "1/day", off=0, rate=True)
    ] = 0.05
    lapse: Annotated[
        float,
        Quantity("rate of losing it when nothing is blocked", 0, 1, "1/day", off=0, rate=True),
    ] = 0.01


@compiled
def next_circumventing(
    circumventing: int,
    access: int,
    ears: int,
    blocked: int,
    blackout: int,
    rank: float,
    draw: float,
    p: Circumvention,
) -> int:
    """Return 1 if she has a working VPN tomorrow, else 0; for citizens who are not detained.

    ``access`` is P_i(t), ``ears`` E_i(t), ``blocked`` the platforms blocked in her region (bits);
    ``rank`` her literacy rank in [0, 1). uptake and lapse are given as they act in a step,
    1 - exp(-rate days), and compared with ``draw``. Uptake on need: Chen & Yang (2019).
    """
    usable = access & (PLATFORMS | FOREIGN)
    if circumventing:
        needless = (access & ONLINE) != 0 and (usable & blocked) == 0
        return 0 if needless and draw < p.lapse else 1
    needs = ears != usable and blackout == 0
    return 1 if needs and rank < p.literacy and draw < p.uptake else 0


# Preconditions of shortcuts.


@compiled
def vpns_may_change(n_circumventing: int, n_cut_off: int, blackout: int) -> bool:
    """Whether anybody in a block can get or lose a VPN.

    Only those who have one can lose it; only those cut off, and not in a blackout, can get one.
    """
    return n_circumventing > 0 or (n_cut_off > 0 and blackout == 0)


@inlined
def may_change(circumventing: int, cut_off: int, rank: float, literacy: float) -> int:
    """Return 1 for a citizen who can get or lose a VPN by `next_circumventing`, else 0.

    Only those who have one can lose it; only those cut off, with a rank below ``literacy``, can get
    one.
    """
    return circumventing | (cut_off & int(rank < literacy))
