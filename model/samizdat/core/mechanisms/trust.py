"""Trust: the legitimacy that a citizen accords to the state.

    tau += relax (t0 - tau)
           + broadcast (1 - displacement [foreign press or s > 0]) tau (1-tau)
           + egov online (1-tau)
           - tau (doubt [foreign press] + cynicism contradiction [AWARE and (s > 0 or foreign)])

tau is trust, t0 its resting value, s the number of ties heard to speak; rates act per step.
State media persuade those who already trust, and persuade less those who hear other sources;
services online raise legitimacy; contradictory accounts, once heard, reduce trust. This is
Epstein's legitimacy L (2002), here one value per citizen.
"""

import math
from typing import Annotated, NamedTuple

from samizdat.core.jit import compiled
from samizdat.core.quantity import Quantity


class Trust(NamedTuple):
    """Parameters of trust."""

    relax: Annotated[float, Quantity("pull back to resting trust", 0, 1, "1/day", rate=True)] = (
        0.002
    )
    displacement: Annotated[
        float, Quantity("broadcasts' loss of effect on those who hear others", 0, 1, off=0)
    ] = 0.5
    doubt: Annotated[
        float, Quantity("loss from reading the foreign press", 0, 1, "1/day", off=0, rate=True)
    ] = 2e-4
    cynicism: Annotated[
        float,
        Quantity("loss from a full contradiction, once heard", 0, 1, "1/day", off=0, rate=True),
    ] = 0.02
    dissent: Annotated[
        float, Quantity("loss from hearing others dissent", 0, 0.002, "1/day", off=0, rate=True)
    ] = 0.001
    told: Annotated[
        float, Quantity("how far a platform tells of a contradiction by itself", 0, 1, off=0)
    ] = 1.0


@compiled
def next_trust(
    trust: float,
    resting: float,
    aware: float,
    online: float,
    reads_foreign: float,
    hears_others: float,
    broadcast: float,
    egov: float,
    contradiction: float,
    p: Trust,
) -> float:
    """Return tau, trust after this step, in [0, 1].

    tau += relax (t0 - tau) + broadcast (1 - displacement e) tau (1 - tau) + egov online (1 - tau)
    - tau (doubt f + cynicism contradiction aware e), clipped to [0, 1], where f is 1 for readers of
    the foreign press (``reads_foreign``) and e = max(f, ``hears_others``). All flags are 0 or 1;
    relax, doubt, cynicism, broadcast and egov are shares that act in a step, 1 - exp(-rate days).
    Legitimacy: Epstein (2002), where it is fixed and common to all; the terms are assumed.
    """
    elsewhere = max(reads_foreign, hears_others)
    change = (
        p.relax * (resting - trust)
        + broadcast * (1.0 - p.displacement * elsewhere) * trust * (1.0 - trust)
        + egov * online * (1.0 - trust)
        - trust * (p.doubt * reads_foreign + p.cynicism * contradiction * (aware * elsewhere))
    )
    return min(1.0, max(0.0, trust + change))


@compiled
def settled_trust(
    resting: float, online: int, reads_foreign: int, broadcast: float, egov: float, p: Trust
) -> float:
    """Return tau*, the fixed point of `next_trust` if nothing is heard or contradicted.

    It is the stable root of b t^2 + (relax - b + egov + doubt) t - (relax t0 + egov) = 0.
    """
    if p.relax == 0.0:
        return resting
    b = broadcast * (1.0 - p.displacement * reads_foreign)
    source = p.relax * resting + egov * online
    slope = p.relax - b + egov * online + p.doubt * reads_foreign
    root = math.sqrt(slope * slope + 4.0 * b * source)
    if slope > 0.0:
        return min(1.0, 2.0 * source / (slope + root))
    return min(1.0, (root - slope) / (2.0 * b)) if b > 0.0 else resting
