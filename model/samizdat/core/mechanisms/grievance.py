"""Grievance: events raise it above each citizen's own hardship, and it relaxes back.

    target = h + (1-h) shock [AWARE]
    g += (rise if target > g else relax) (target - g)
    g += (1-g) (backlash violence [AWARE]
                + frustration cut_off exp(-age/14 days) (1 - acceptance tau) (1 - deniability))

g is grievance, h hardship, tau trust; novelty is exp(-age/14 days) of the newest block or blackout.
State violence spurs protest (Dornschneider-Elkink & Edmonds 2022); losing the internet frustrates,
unless one believes that censorship keeps the peace or that there is a technical problem (Roberts
2018; Pan & Siegel 2020). Hardship is Epstein's H (2002, PNAS 99:7243).
"""

from typing import Annotated, NamedTuple

from samizdat.core.jit import compiled
from samizdat.core.quantity import Quantity


class Grievance(NamedTuple):
    """Parameters of grievance."""

    rise: Annotated[float, Quantity("pull up towards a shock", 0, 1, "1/day", rate=True)] = 0.3
    relax: Annotated[float, Quantity("pull back to resting hardship", 0, 1, "1/day", rate=True)] = (
        0.004
    )
    backlash: Annotated[
        float, Quantity("gain from full violence, if aware", 0, 1, "1/day", off=0, rate=True)
    ] = 0.05
    frustration: Annotated[
        float, Quantity("gain from being newly cut off", 0, 1, "1/day", off=0, rate=True)
    ] = 0.05
    acceptance: Annotated[float, Quantity("how far full trust excuses censorship", 0, 1, off=0)] = (
        1.0
    )


@compiled
def next_grievance(
    g: float,
    trust: float,
    hardship: float,
    aware: float,
    cut_off: float,
    shock: float,
    violence: float,
    novelty: float,
    deniability: float,
    p: Grievance,
) -> float:
    """Return g, grievance after this step, in [0, 1].

    target = h + (1 - h) shock [AWARE]; g += (rise if target > g else relax)(target - g)
    + (1 - g)(backlash violence [AWARE] + frustration [cut off] novelty (1 - acceptance tau)
    (1 - deniability)), clipped to [0, 1]. ``aware`` and ``cut_off`` are 0 or 1; rise, relax,
    backlash and frustration are shares that act in a step, 1 - exp(-rate days). Hardship: Epstein
    (2002); backlash: Dornschneider-Elkink & Edmonds (2022); frustration and what excuses it:
    Roberts (2018), Pan & Siegel (2020).
    """
    target = hardship + (1.0 - hardship) * shock * aware
    pull = (p.rise if target > g else p.relax) * (target - g)
    spur = (1.0 - g) * (
        p.backlash * violence * aware
        + p.frustration * cut_off * novelty * (1.0 - p.acceptance * trust) * (1.0 - deniability)
    )
    return min(1.0, max(0.0, g + pull + spur))


# Precondition of a shortcut.


@compiled
def only_relaxes(n_aware: int, n_cut_off: int, novelty: float) -> bool:
    """Whether `next_grievance` only pulls all citizens of a block to their hardship.

    Shock and backlash are 0 for the unaware; frustration is 0 for those not cut off, or if no
    block or blackout is new. Grievance then depends on itself, hardship, rise and relax alone: if
    no float32 of the block changed in a step, none changes in the next under the same two rates.
    """
    return n_aware == 0 and (n_cut_off == 0 or novelty == 0.0)
