"""D again, naively: by logarithms to sixty digits, once for each number of ties."""

import functools
import math
from decimal import Context, Decimal

DIGITS = Context(prec=60)


@functools.cache
def of_whole(d: int, dilution: float, reference_ties: float) -> float:
    """D = d^delta d0^(1 - delta) of a whole d, rounded once."""
    delta = Decimal(dilution)
    own = DIGITS.multiply(delta, DIGITS.ln(Decimal(d)))
    common = DIGITS.multiply(DIGITS.subtract(Decimal(1), delta), DIGITS.ln(Decimal(reference_ties)))
    return float(DIGITS.exp(DIGITS.add(own, common)))


def naive_dilution(d: float, p) -> float:
    """D of any d >= 1: on the straight line between its whole neighbours; ``p`` is `Reach`."""
    whole = math.floor(d)
    below, above = (of_whole(k, p.dilution, p.reference_ties) for k in (whole, whole + 1))
    return below + (above - below) * (d - whole)
