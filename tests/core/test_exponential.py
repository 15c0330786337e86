"""exp(-z), the same bits on every machine."""

import itertools
import math

import numpy as np
import pytest

from samizdat.core.exponential import exp_minus
from samizdat.core.jit import interpreted

DEEPEST = 693.4  # about 1000.4 ln 2, beyond which it is 0
GRID = np.concatenate(
    [
        10.0 ** np.linspace(-320, math.log10(DEEPEST), 4001),  # from below the normal numbers on
        np.linspace(0.0, 60.0, 30_001),
        np.linspace(60.0, DEEPEST, 10_001),
        [k * math.log(2) for k in range(1000)],  # where the remainder is 0
        [(k + 0.5) * math.log(2) for k in range(1000)],  # where it is largest
    ]
).tolist()


def test_it_is_within_2e_15_of_exp():
    # the promised bound; the library's own error, below 1.2e-16, is inside it
    assert max(abs(exp_minus(z) / math.exp(-z) - 1) for z in GRID) <= 2e-15


def test_it_is_exactly_1_at_0():
    assert exp_minus(0.0) == interpreted(exp_minus)(0.0) == 1.0


@pytest.mark.parametrize("z", [694.0, 745.2, 1e4, 1e12])
def test_it_is_0_beyond_what_matters(z):
    assert exp_minus(z) == interpreted(exp_minus)(z) == 0.0


def test_compiled_equals_interpreted_bit_for_bit():
    slow = interpreted(exp_minus)
    assert [exp_minus(z) for z in GRID] == [slow(z) for z in GRID]


def test_it_never_exceeds_1_so_that_no_chance_is_negative():
    assert max(map(exp_minus, GRID)) == 1.0
    assert all(exp_minus(z) <= 1.0 for z in np.nextafter(0, 1) * np.arange(50.0))


def test_it_falls():
    # 2e-3 apart, so that each value is a fifth of a per cent below the one before
    values = [exp_minus(z) for z in np.linspace(0.0, 60.0, 30_001).tolist()]
    assert all(after < before for before, after in itertools.pairwise(values))
