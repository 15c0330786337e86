"""Grievance: events raise it above each citizen's own hardship, and it relaxes back.

    target = h + (1-h) shock [AWARE]
    g += (rise if target > g else relax) (target - g)
    g += (1-g) (backlash violence [AWARE]
                + frustration cut_off exp(-age/14 days) (1 - acceptance tau) (1 - deniability))

State violence spurs (Dornschneider-Elkink & Edmonds 2022); losing the net frustrates, unless one
believes that the censor keeps the peace or that it is a technical problem (Roberts 2018; Pan &
Siegel 2020). Hardship is Epstein's H (2002, PNAS 99:7243).
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
    """Return tomorrow's grievance in [0, 1]."""
    target = hardship + (1.0 - hardship) * shock * aware
    pull = (p.rise if target > g else p.relax) * (target - g)
    spur = (1.0 - g) * (
        p.backlash * violence * aware
        + p.frustration * cut_off * novelty * (1.0 - p.acceptance * trust) * (1.0 - deniability)
    )
    return min(1.0, max(0.0, g + pull + spur))
