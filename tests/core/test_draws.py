"""Draws addressed by seed, citizen, step and stream."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core import draws
from samizdat.core.jit import interpreted
from samizdat.core.layout import MAX_PLATFORMS
from samizdat.core.network import generators

ONES = 0xFFFFFFFF
KNOWN_ANSWERS = {  # Salmon et al. (2011), Random123's kat_vectors: counter, key, words
    "zeros": ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    "ones": ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    "pi": (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}  # fmt: skip
N = 200_000
AXES = {  # which of (seed, step, stream) differs from (7, 3, draws.ATTENTION)
    "the next step": (7, 4, draws.ATTENTION),
    "another stream": (7, 3, draws.SEEDS),
    "the next seed": (8, 3, draws.ATTENTION),
    "a seed that differs in its high word": (7 + (1 << 32), 3, draws.ATTENTION),
    "step and stream exchanged": (7, draws.ATTENTION, 3),
}
# Of n independent pairs the correlation is Normal(0, 1/sqrt(n)); five times that happens once in
# two million, and the draws are fixed.
CORRELATION = 5 / np.sqrt(N)


def drawn(seed=7, step=3, stream=draws.ATTENTION, first=0, n=N):
    return draws.uniforms(seed, first, first + n, step, stream)


def correlation(u, v):
    return np.corrcoef(u, v)[0, 1]


# The generator


@pytest.mark.parametrize("read", [lambda rule: rule, interpreted], ids=["compiled", "interpreted"])
@pytest.mark.parametrize("known", KNOWN_ANSWERS.values(), ids=KNOWN_ANSWERS)
def test_philox_gives_the_words_that_its_authors_published(known, read):
    counter, key, answer = known
    words = read(draws.philox)(*(np.uint64(word) for word in (*counter, *key)))
    assert tuple(int(word) for word in words) == answer


def test_an_address_is_the_counter_and_a_seed_the_key():
    # counter (group low, group high, step, stream), key (seed low, seed high)
    seed, group = (0x299F31D0 << 32) + 0xA4093822, (0x85A308D3 << 32) + 0x243F6A88
    whole = interpreted(draws.words)(seed, group, 0x13198A2E, 0x03707344)  # beyond any citizen
    assert tuple(int(word) for word in whole) == KNOWN_ANSWERS["pi"][2]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.integers(0, 2**63 - 1), st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1),
    st.integers(0, 127),
)  # fmt: skip
def test_compiled_equals_interpreted_for_any_address(seed, i, step, stream):
    u = draws.uniform(seed, i, step, stream)
    assert u == interpreted(draws.uniform)(seed, i, step, stream)
    words = interpreted(draws.words)(seed, i >> 2, step, stream)
    assert u == (int(words[i & 3]) + 0.5) / 2**32


# Lanes


def test_four_neighbours_share_one_call_and_get_its_four_words():
    words = draws.words(7, 25, 3, draws.ATTENTION)
    assert drawn(first=100, n=4).tolist() == [(int(word) + 0.5) / 2**32 for word in words]


@pytest.mark.parametrize("first", range(5))
def test_a_draw_does_not_depend_on_where_the_filling_begins(first):
    assert drawn(first=first, n=20).tolist() == drawn(n=25)[first : first + 20].tolist()


def test_gathered_draws_are_those_of_the_citizens_named():
    ids = np.array([901, 3, 77, 3])
    out = np.empty(4)
    draws.gather(7, ids, 3, draws.ATTENTION, out)
    assert out.tolist() == drawn()[ids].tolist()


# Streams


def test_every_use_of_chance_has_a_number_of_its_own():
    def numbers(module):
        named = {n: v for n, v in vars(module).items() if n.isupper() and type(v) is int}
        return {n: v for n, v in named.items() if not n.startswith("_")}

    single = [v for n, v in numbers(draws).items() if n not in ("PLATFORM", "TIES")]
    platforms = [draws.PLATFORM + k for k in range(MAX_PLATFORMS + 1)]  # the foreign press too
    ties = [v for n, v in numbers(generators).items() if n != "TIES" and v >= draws.TIES]
    assert max(single) < draws.PLATFORM <= max(platforms) < draws.TIES
    assert max(ties) < 2 * draws.TIES  # none is a constant of another kind
    every = single + platforms + ties
    assert len({*every}) == len(every)
    assert len(single) >= 17
    assert len(ties) >= 17


# Chance


def test_draws_are_inside_0_and_1():
    u = drawn(n=2_000_000)
    assert 0 < u.min() < 1e-5
    assert 1 - 1e-5 < u.max() < 1


def test_the_extreme_words_stay_inside():
    assert 0.5 * draws._UNIT > 0
    assert (ONES + 0.5) * draws._UNIT < 1


def test_draws_are_uniform():
    counts = np.bincount((drawn() * 1000).astype(int), minlength=1000)
    square = float(((counts - N / 1000) ** 2).sum() / (N / 1000))
    assert abs(square - 999) < 5 * np.sqrt(2 * 999)  # chi-squared: mean 999, variance twice that


def test_the_low_bits_are_uniform_too():
    # 17 million daily draws of small chances need all 32 bits
    words = (drawn() * 2**32 - 0.5).astype(np.uint64)
    for bit in range(32):
        share = float((words >> np.uint64(bit) & np.uint64(1)).mean())
        assert abs(share - 0.5) < 5 * 0.5 / np.sqrt(N), bit


@pytest.mark.parametrize("lag", [1, 2, 3, 4, 12])
def test_neighbours_are_uncorrelated(lag):
    u = drawn()
    assert abs(correlation(u[:-lag], u[lag:])) < CORRELATION


@pytest.mark.parametrize("other", AXES.values(), ids=AXES)
def test_no_draw_is_correlated_with_its_like_elsewhere(other):
    assert abs(correlation(drawn(), drawn(*other))) < CORRELATION


def test_seeds_steps_and_streams_next_to_each_other_are_pairwise_uncorrelated():
    u = [drawn(s, k, stream, n=N) for s, k, stream in itertools.product((1, 2), (0, 1), (9, 10))]
    matrix = np.corrcoef(u) - np.eye(len(u))
    assert np.abs(matrix).max() < CORRELATION


# Many at a time


@pytest.mark.parametrize("first", [0, 1, 2, 3, 4, 2**31 - 9])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 8, 9])
def test_draws_in_a_row_are_those_of_each_citizen(first, size):
    row = draws.uniforms(2**40 + 7, first, first + size, 3, draws.ARREST)
    alone = [draws.uniform(2**40 + 7, first + k, 3, draws.ARREST) for k in range(size)]
    assert row.tolist() == alone


def test_words_of_many_groups_are_those_of_each():
    groups, steps = np.arange(5, dtype=np.int32) * 10**8, np.arange(5, dtype=np.int32)[::-1].copy()
    found = np.empty((4, 5), np.uint32)
    draws.many_words(2**40 + 7, groups, steps, draws.TIES, found)
    for k in range(5):
        four = interpreted(draws.words)(2**40 + 7, int(groups[k]), int(steps[k]), draws.TIES)
        assert found[:, k].tolist() == [int(word) for word in four]
        assert draws.unit(found[2, k]) == draws.lane(four, 2)
