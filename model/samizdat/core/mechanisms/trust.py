"""Trust: the legitimacy that a citizen accords to the state.

    tau += relax (t0 - tau)
           + broadcast (1 - displacement [foreign press or s > 0]) tau (1-tau)
           + egov online (1-tau)
           - tau (doubt [foreign press] + dissent [s > 0]
                  + cynicism contradiction [AWARE] max([s > 0 or foreign press], told [platform]))

tau is trust, t0 its resting value, s the number of ties heard to speak; rates act per step.
State media persuade those who already trust, and persuade less those who hear other sources;
services online raise legitimacy; open dissent among one's ties reduces trust, and so do
contradictory accounts, once heard: from ties, from the foreign press or, as far as ``told``, from
any platform that one can use. This is Epstein's legitimacy L (2002), here one value per citizen.
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
    on_platform: float,
    broadcast: float,
    egov: float,
    contradiction: float,
    p: Trust,
) -> float:
    """Return tau, trust after this step, in [0, 1].

    tau += relax (t0 - tau) + broadcast (1 - displacement e) tau (1 - tau) + egov online (1 - tau)
    - tau (doubt f + dissent s + cynicism contradiction aware max(e, told k)), clipped to [0, 1],
    where f is 1 for readers of the foreign press (``reads_foreign``), s for those who hear ties
    speak (``hears_others``), k for those who can use a platform (``on_platform``), and e =
    max(f, s). All flags are 0 or 1; relax, doubt, dissent, cynicism, broadcast and egov are shares
    that act in a step, 1 - exp(-rate days). Legitimacy: Epstein (2002), where it is fixed and
    common to all; the terms are assumed.
    """
    elsewhere = max(reads_foreign, hears_others)
    told = max(elsewhere, p.told * on_platform)
    change = (
        p.relax * (resting - trust)
        + broadcast * (1.0 - p.displacement * elsewhere) * trust * (1.0 - trust)
        + egov * online * (1.0 - trust)
        - trust
        * (
            p.doubt * reads_foreign
            + p.dissent * hears_others
            + p.cynicism * contradiction * (aware * told)
        )
    )
    return min(1.0, max(0.0, trust + change))


@compiled
def settled_trust(
    resting: float, online: int, reads_foreign: int, broadcast: float, egov: float, p: Trust
) -> float:
    """Return tau*, the fixed point of `next_trust` if nothing is heard or contradicted.

    Neither dissent nor what a platform tells is a part of that. It is the stable root of
    b t^2 + (relax - b + egov + doubt) t - (relax t0 + egov) = 0.
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


# Preconditions of shortcuts.


@compiled
def nothing_told(contradiction: float, n_aware: int, heard: bool) -> bool:
    """Whether neither ties nor accounts can move the trust of any of some citizens.

    Dissent and displacement need a tie that is ``heard``; cynicism needs a contradiction and an
    aware citizen. Then `next_trust` is the same whatever its flags ``aware`` and ``on_platform``.
    """
    return not heard and (contradiction == 0.0 or n_aware == 0)
