"""The rally is an appointment: the street is possible only where an assembly is on.

    a region's organisers: the max(committee, round(organisers n)) lowest thresholds of its n
    goes on    iff  u < kappa^days
    is called  with probability 1 - exp(-days call share), share of the organisers aware and free
    kappa      camp_continuation with probability camps, else continuation
    detained   with probability detain_organisers readable (1 - anonymity circumventing)

Who goes has to know where and when: calls are made by few and known in advance (McAdam 1986, AJS
92:64; Oliver & Marwell 1988, ASR 53:1, the critical mass). The numbers are assumed. These rules are
asked once a region and morning, not once a citizen, and are not compiled.
"""

import math
from typing import Annotated, NamedTuple

from samizdat.core.exponential import exp_minus
from samizdat.core.quantity import Quantity


class Rally(NamedTuple):
    """Parameters of rallies."""

    on: Annotated[
        float,
        Quantity("1: one mobilises only where a rally is on; 0: any day", 0, 1, off=0, whole=True),
    ] = 1.0
    organisers: Annotated[
        float, Quantity("share of a region's citizens who may call a rally", 0, 1)
    ] = 1e-3
    committee: Annotated[
        float, Quantity("organisers who call a rally", 1, 100, "citizens", whole=True)
    ] = 3.0
    notice: Annotated[float, Quantity("days from a call to its rally", 0, 60, "day")] = 2.0
    call: Annotated[
        float, Quantity("hazard of a call while an event runs", 0, 100, "1/day", off=0)
    ] = 0.1
    continuation: Annotated[
        float, Quantity("chance that a rally goes on for another day", 0, 1, "1/day", off=0)
    ] = 0.07
    camps: Annotated[float, Quantity("share of rallies that become a camp", 0, 1, off=0)] = 0.07
    camp_continuation: Annotated[
        float, Quantity("chance that a camp goes on for another day", 0, 1, "1/day", off=0)
    ] = 0.9


def by_appointment(p: Rally) -> bool:
    """Whether one mobilises only where a rally is on."""
    return p.on != 0.0


def organisers(citizens: int, p: Rally) -> int:
    """Return how many of a region's citizens may call a rally: at least a committee of them."""
    wanted = max(int(p.committee), math.floor(p.organisers * citizens + 0.5))
    return min(citizens, wanted)


def goes_on(draw: float, kappa: float, step_days: float) -> bool:
    """Whether a rally goes on for another step: u < kappa^days, kappa per day."""
    return bool(draw < kappa**step_days)


def endurance(draw: float, p: Rally) -> float:
    """Return kappa of a rally that begins: of a camp with probability camps, else of a rally."""
    return p.camp_continuation if draw < p.camps else p.continuation


def call_rate(given: float | None, p: Rally) -> float:
    """Return the hazard of a call (1/day) if all organisers are aware and free.

    ``given`` is the largest of the running events that give one.
    """
    return p.call if given is None else given


def is_called(draw: float, rate: float, share: float, step_days: float) -> bool:
    """Whether a rally is called in a step: u < 1 - exp(-days rate share).

    ``share``, of the organisers who are aware and free, and not their number: else a country of
    more citizens would have more protests.
    """
    return draw < 1.0 - exp_minus(step_days * rate * share)
