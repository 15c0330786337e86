"""Each row of the case table: its sign and size with every seed, and without its mechanism."""

import pytest
from case_internet import ROWS as INTERNET
from case_state import ROWS as STATE

TABLE = {row.id: row for row in (*INTERNET, *STATE)}


def marked(names):
    """Mark the rows that take long."""
    return [pytest.param(n, marks=[pytest.mark.slow] * TABLE[n].slow) for n in names]


@pytest.mark.parametrize("name", marked(TABLE))
def test_each_claim_has_its_sign_and_size_with_every_seed(name):
    row = TABLE[name]
    found = [*row.effects()]
    least, most = row.size
    assert all(least <= each <= most for each in found), f"{found} is not in {row.size}: {row.why}"


@pytest.mark.parametrize("name", marked(n for n in TABLE if TABLE[n].mechanism_off))
def test_without_its_mechanism_a_claim_vanishes(name):
    row = TABLE[name]
    found = [*row.effects(off=True)]
    if row.gap is not None:
        falls = [of - off for of, off in zip(row.effects(), found, strict=True)]
        assert min(falls) >= row.gap, falls
    least, most = row.left
    assert all(least <= each <= most for each in found), f"{found} is not in {row.left}"


def test_no_row_stands_twice_and_every_row_says_why():
    assert len(TABLE) == len(INTERNET) + len(STATE)
    for row in TABLE.values():
        assert row.claim, row.id
        assert row.source, row.id
        assert row.why, row.id
        assert row.mechanism, row.id
        assert len(row.seeds) >= 3, row.id
        least, most = row.size
        assert least <= most, row.id
        assert row.small or least > 0 or most < 0, row.id
        apart = row.left[1] < least or row.left[0] > most
        assert apart or row.small or row.gap or not row.mechanism_off, row.id
