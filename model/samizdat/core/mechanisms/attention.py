"""Attention: news of an event spreads along ties and through media, and tires.

    UNAWARE -> AWARE  with p = 1 - exp(-days * (beta (1 - flooding)(s + m) + coverage
                                                + foreign_reach * coverage_abroad * [foreign]))
    AWARE -> SPENT    at rate fatigue; at max(fatigue, fade) if nothing is heard or nothing runs

An epidemic of attention (Daley & Kendall 1965); with fade = 0 it is SIR on the graph, whose final
size is known (Newman 2002, Phys. Rev. E 66:016128). With speaking_tires = 1 only those who spoke
tire, and silencing a citizen makes her attention last longer.
"""

from typing import Annotated, NamedTuple

from samizdat.core.exponential import exp_minus
from samizdat.core.jit import compiled
from samizdat.core.quantity import Quantity


class Attention(NamedTuple):
    """Parameters of attention."""

    on: Annotated[float, Quantity("0: everybody is aware always", 0, 1, off=0, whole=True)] = 1.0
    beta: Annotated[
        float, Quantity("hazard of becoming aware for each tie heard", 0, 5, "1/day/tie", off=0)
    ] = 0.07
    fade: Annotated[
        float, Quantity("loss of attention where nothing is heard", 0, 5, "1/day", off=0, rate=True)
    ] = 0.07
    fatigue: Annotated[
        float, Quantity("loss of attention, heard or not", 0, 5, "1/day", off=0, rate=True)
    ] = 0.25
    foreign_reach: Annotated[
        float,
        Quantity("hazard from full coverage abroad, for foreign press readers", 0, 1, "1/day", 0),
    ] = 0.005
    speaking_tires: Annotated[
        float,
        Quantity("1: fatigue only for those who spoke (structural variant)", 0, 1, whole=True),
    ] = 0.0


@compiled
def hazard(
    heard: int,
    flooding: float,
    coverage: float,
    coverage_abroad: float,
    reads_foreign: bool,
    p: Attention,
) -> float:
    """Return the hazard per day of an unaware citizen to become aware."""
    return (
        p.beta * (1.0 - flooding) * heard
        + coverage
        + p.foreign_reach * coverage_abroad * reads_foreign
    )


@compiled
def awakening(per_day: float, step_days: float) -> float:
    """Return the probability that an unaware citizen becomes aware in this step."""
    return 1.0 - exp_minus(step_days * per_day)


@compiled
def weariness(heard: int, running: int, spoke: bool, p: Attention) -> float:
    """Return the probability that an aware citizen is spent in this step."""
    deserted = heard == 0 or running == 0
    if p.speaking_tires != 0.0:
        if spoke:
            return p.fatigue
        return p.fade if deserted else 0.0
    return max(p.fatigue, p.fade) if deserted else p.fatigue
