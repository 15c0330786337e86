"""Share or number: the table of D, by which what she hears along d ties is divided.

    D = d^delta d0^(1 - delta)

With dilution delta = 1 her exposure is a share of her d ties (Granovetter 1978, AJS 83:1420; Watts
2002, PNAS 99:5766), with delta = 0 a number of them in units of d0 (Centola & Macy 2007, AJS
113:702). At d = d0 the two are equal, whatever delta.
"""

import decimal
import math

import numpy as np
from numpy.typing import NDArray

_DIGITS = decimal.Context(prec=40)


def dilution_table(most: int, dilution: float, reference_ties: float) -> NDArray[np.float64]:
    """Return D for d = 0, 1 ... max(1, most) + 1; the first value has no meaning.

    Each is computed to 40 digits and rounded once, since the last bit of a power in float64 differs
    between machines. The power of a product is the product of powers: only primes are raised.

    Parameters
    ----------
    most
        The largest number of ties of a citizen.
    dilution
        delta, 0 ... 1.
    reference_ties
        d0, from 1 on.
    """
    size = max(1, most) + 2
    if dilution == 1.0:
        return np.arange(size, dtype=np.float64)
    delta, d0 = decimal.Decimal(dilution), decimal.Decimal(reference_ties)
    unit = _DIGITS.power(d0, _DIGITS.subtract(decimal.Decimal(1), delta))
    powers = [decimal.Decimal(0), decimal.Decimal(1)]
    for d, prime in enumerate(_least_primes(size)[2:].tolist(), start=2):
        if prime == d:
            powers.append(_DIGITS.power(decimal.Decimal(d), delta))
        else:
            powers.append(_DIGITS.multiply(powers[prime], powers[d // prime]))
    return np.array([float(_DIGITS.multiply(power, unit)) for power in powers])


def _least_primes(size: int) -> NDArray[np.int64]:
    """Return the least prime that divides each of 0 ... size - 1 (from 2 on)."""
    least = np.arange(size)
    for p in range(2, math.isqrt(size) + 1):
        if least[p] == p:
            multiples = least[p * p :: p]
            np.minimum(multiples, p, out=multiples)
    return least
