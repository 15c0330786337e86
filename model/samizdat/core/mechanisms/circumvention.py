"""Circumvention: a VPN is got when needed, by those who can, and dropped when it is not.

Free access alone is hardly used: uptake follows need (Chen & Yang 2019, Am. Econ. Rev. 109:2294).
"""

from typing import Annotated, NamedTuple

from samizdat.core.jit import compiled
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
    """Return 1 if she has a working VPN tomorrow; for citizens who are not detained."""
    usable = access & (PLATFORMS | FOREIGN)
    if circumventing:
        needless = (access & ONLINE) != 0 and (usable & blocked) == 0
        return 0 if needless and draw < p.lapse else 1
    needs = ears != usable and blackout == 0
    return 1 if needs and rank < p.literacy and draw < p.uptake else 0
