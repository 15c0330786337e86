"""Trust again, naively: where it rests and how it moves; part of the oracle."""

import math

from samizdat.core.layout import AWARE, PLATFORMS


def at_rest(society, i):
    """Return the root in [0, 1] of the quadratic that the trust equation is if nobody speaks."""
    p, foreign = society.p.trust, society.is_foreign(i)
    if p.relax == 0:
        return society.resting_trust[i]
    persuasion = society.sig(i, "broadcast") * (1 - p.displacement * foreign)
    service = society.sig(i, "egov") * society.is_online(i)
    # persuasion * tau**2 + slope * tau - pull = 0
    slope = p.relax + service + p.doubt * foreign - persuasion
    pull = p.relax * society.resting_trust[i] + service
    root = math.sqrt(slope * slope + 4 * persuasion * pull)
    if slope > 0:
        return 2 * pull / (slope + root)
    return (root - slope) / (2 * persuasion)


def tomorrow(society, i, tau):
    """Return trust after a step in which she heard what she heard, not yet clipped."""
    p, foreign = society.p.trust, society.is_foreign(i)
    dissent = society.s[i] > 0
    elsewhere = dissent or foreign == 1
    change = p.relax * (society.resting_trust[i] - tau)
    change += society.sig(i, "broadcast") * (1 - p.displacement * elsewhere) * tau * (1 - tau)
    change += society.sig(i, "egov") * society.is_online(i) * (1 - tau)
    loss = p.doubt * foreign + p.dissent * dissent
    if society.attention[i] == AWARE:
        platform = society.ears[i] & PLATFORMS != 0
        told = 1 if elsewhere else p.told if platform else 0
        loss += p.cynicism * society.sig(i, "contradiction") * told
    change -= tau * loss
    return tau + change
