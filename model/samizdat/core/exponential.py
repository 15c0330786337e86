"""exp(-z) that gives the same bits on every machine.

The C library's exp may differ in the last bit from one machine to another, and a last bit can
change a decision. Range reduction after Cody & Waite (1980), then the Taylor polynomial of degree
13, whose error on [-ln2/2, ln2/2] is below 5e-18; the relative error of the result is below 2e-15.
"""

import math

import numpy as np

from samizdat.core.jit import compiled

_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_DEEPEST = 1000  # 2**-1000 is as good as 0
_HALVINGS = np.array([2.0**-k for k in range(_DEEPEST + 1)])
_C = tuple(1.0 / math.factorial(k) for k in range(14))


@compiled
def exp_minus(z: float) -> float:
    """Return exp(-z) for z >= 0; exactly 1 at 0."""
    k = math.floor(z * _LOG2E + 0.5)
    if k > _DEEPEST:
        return 0.0
    r = k * _LN2_HIGH - z
    r = r + k * _LN2_LOW
    total = _C[13]
    for n in range(12, -1, -1):
        total = total * r + _C[n]
    return total * float(_HALVINGS[k])
