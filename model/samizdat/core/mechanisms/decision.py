"""Decision: silence, self-censorship, sharing or the street.

    O = g (1 - tau),  B = opposition_weight O + exposure_weight x
    street   y = min(1, m/D),  C/A = S V / (1 + V y),  P = 1 - exp(-2.3 C/A),  R = 1 - (1-P)(1-phi)
    post     X0 = surveillance readable (1 - anonymity circumventing),  X = X0 + (1-X0) loudness O,
             R = 1 - (1-X)(1-phi)
    MOBILISE iff B - cost - risk_aversion penalty_street R_street >= threshold
    posts    iff B - risk_aversion penalty_post R_post >= ease threshold
    talks    iff B - risk_aversion penalty_post phi    >= ease threshold

g grievance, tau trust, phi fear, x exposure, m the ties seen in the street, D what they are divided
by (`reach.diluted`), S security forces per citizen, V people in sight. All are in [0, 1] except m,
D and V, which are counts, and x, which exceeds 1 where many act and D is small.

Thresholds: Granovetter (1978), AJS 83:1420; Watts (2002), PNAS 99:5766. Grievance, legitimacy and
the arrest probability: Epstein (2002), PNAS 99:7243. A citizen who would speak openly but for the
risk falsifies her preference: Kuran (1991), World Politics 44:7. The risk of a post: after
Daymude, Axelrod & Forrest (2025), arXiv 2509.03731.
"""

from typing import Annotated, NamedTuple

from samizdat.core.exponential import exp_minus
from samizdat.core.jit import compiled
from samizdat.core.quantity import Quantity

GUARD = 1e-6  # thresholds are float32: a share of exactly k/n must reach a threshold of k/n


class Decision(NamedTuple):
    """Parameters of the decision."""

    opposition_weight: Annotated[
        float, Quantity("weight of private opposition; fixed at 1, 0 for docking only", 0, 1)
    ] = 1.0
    exposure_weight: Annotated[float, Quantity("weight of the dissent she sees", 0, 2, off=0)] = 0.6
    cost: Annotated[
        float, Quantity("cost of the street beyond its risk (docking only)", 0, 100, off=0)
    ] = 0.0
    ease: Annotated[
        float, Quantity("threshold of speaking as a share of that of the street", 0, 1)
    ] = 0.25
    penalty_street: Annotated[float, Quantity("weight of the risk of the street", 0, 3, off=0)] = (
        1.0
    )
    penalty_post: Annotated[float, Quantity("weight of the risk of a post", 0, 3, off=0)] = 1.5
    loudness: Annotated[float, Quantity("how far opposition exposes a post", 0, 1, off=0)] = 0.0
    people_in_sight: Annotated[
        float,
        Quantity(
            "people in sight in the street; if none act, only its product with security matters",
            20,
            1000,
            "citizens",
        ),
    ] = 50.0


@compiled
def opposition(grievance: float, trust: float) -> float:
    """Return O, private opposition, in [0, 1].

    O = g (1 - tau): grievance g counts to the extent that she does not trust the state (trust tau).
    This is Epstein's (2002) grievance, G = H (1 - L).
    """
    return grievance * (1.0 - trust)


@compiled
def motive(opposition: float, exposure: float, p: Decision) -> float:
    """Return B, the motive to act before any risk is weighed.

    B = opposition_weight O + exposure_weight x, in units of the threshold: private opposition O and
    exposure x, the share of others seen to dissent (Granovetter 1978; Watts 2002).
    """
    return p.opposition_weight * opposition + p.exposure_weight * exposure


@compiled
def street_risk(street: int, divisor: float, fear: float, security: float, p: Decision) -> float:
    """Return R_street, the risk of the street as she perceives it, in [0, 1].

    y = min(1, m/D), C/A = S V / (1 + V y), P = 1 - exp(-2.3 C/A), R = 1 - (1 - P)(1 - phi).
    ``street`` is m, ``divisor`` D (`reach.diluted`), ``fear`` phi, ``security`` S (forces per
    citizen), people_in_sight V. The arrest probability P, with its constant 2.3 and its ratio
    of cops to actives C/A, is Epstein's (2002); S V forces stand against 1 + V y actives in sight.
    """
    y = min(1.0, street / divisor)
    cops_per_active = security * p.people_in_sight / (1.0 + p.people_in_sight * y)
    arrest = 1.0 - exp_minus(2.3 * cops_per_active)
    return 1.0 - (1.0 - arrest) * (1.0 - fear)


@compiled
def trace_probability(
    surveillance: float, readable: float, anonymity: float, circumventing: int
) -> float:
    """Return X0, the probability that a post is read by the state and traced to her.

    X0 = surveillance readable (1 - anonymity circumventing): ``readable`` is the share of a
    platform that can be read, ``circumventing`` 1 for a citizen with a VPN (assumed).
    """
    return surveillance * readable * (1.0 - anonymity * circumventing)


@compiled
def post_risk(traced: float, opposition: float, fear: float, p: Decision) -> float:
    """Return R_post, the risk of a post as she perceives it, in [0, 1].

    X = X0 + (1 - X0) loudness O, R = 1 - (1 - X)(1 - phi): ``traced`` is X0, ``opposition`` O,
    ``fear`` phi. After Daymude, Axelrod & Forrest (2025).
    """
    x = traced + (1.0 - traced) * p.loudness * opposition
    return 1.0 - (1.0 - x) * (1.0 - fear)


@compiled
def mobilises(
    motive: float, risk: float, risk_aversion: float, threshold: float, p: Decision
) -> bool:
    """Whether she takes to the street.

    B - cost - risk_aversion penalty_street R >= threshold, all in units of the threshold; ``risk``
    is R_street (`street_risk`). Thresholds: Granovetter (1978); the risk term: Epstein (2002).
    """
    return motive - p.cost - risk_aversion * p.penalty_street * risk >= threshold - GUARD


@compiled
def speaks(motive: float, risk: float, risk_aversion: float, threshold: float, p: Decision) -> bool:
    """Whether she says what she thinks at this risk; at risk 0, whether she would if it were safe.

    B - risk_aversion penalty_post R >= ease threshold: ``risk`` is R_post (`post_risk`) for a post
    and phi for talk. If she speaks at risk 0 but not at her own risk, she falsifies her preference
    (Kuran 1991).
    """
    return motive - risk_aversion * p.penalty_post * risk >= p.ease * threshold - GUARD


# Preconditions of shortcuts. Risk R lies in [0, 1], and `mobilises` and `speaks` weigh it by
# factors that are not negative: neither ever becomes true as R grows or as B falls, rounding
# included (rounding is monotone). A rule that breaks this invalidates the functions below.


@compiled
def stays_home(motive: float, risk_aversion: float, threshold: float, p: Decision) -> bool:
    """Whether no risk in [0, 1] lets her take to the street: she stays even at risk 0."""
    return not mobilises(motive, 0.0, risk_aversion, threshold, p)


@compiled
def marches_at_any_risk(motive: float, risk_aversion: float, threshold: float, p: Decision) -> bool:
    """Whether every risk in [0, 1] lets her take to the street: she goes even at risk 1."""
    return mobilises(motive, 1.0, risk_aversion, threshold, p)


@compiled
def stays_silent(most: float, threshold: float, p: Decision) -> bool:
    """Whether she neither mobilises nor speaks whatever the risk; ``most`` is an upper bound of B.

    At risk 0 neither depends on risk aversion.
    """
    return not (mobilises(most, 0.0, 0.0, threshold, p) or speaks(most, 0.0, 0.0, threshold, p))
