"""The social graph at scale: drawn in ranges, the same as pair by pair; offsets beyond 2**31."""

import mmap

import numpy as np
import pytest

from naive_society import society
from samizdat import Simulation
from samizdat.core.layout import Ties
from samizdat.core.network import assembly, csr
from samizdat.society.graphs import Graph, GraphShape, social
from worlds import same_history, same_state, town

SEED = 11
REGIONS = np.array([0, 700, 700, 1_001, 2_999], np.int64)  # the second one is empty

SHAPES = {
    "default": {},
    "few close": {"close_degree": 1.5},
    "no close": {"close_degree": 0.0},
    "no online": {"online_degree": 0.0},
    "dense": {"close_degree": 20.0, "online_degree": 150.0},
    "small towns": {"town": 16.0, "near": 0.9},
    "no home": {"homophily": 0.0, "close_far": 1.0},
    "all alike": {"online_skew": 1.0, "near": 0.0, "homophily": 1.0},
    "skew 3": {"online_skew": 3.0, "near": 1.0},
    "skew 4": {"online_skew": 4.0, "town": 100.0},
}
# Of the generator that wrote all pairs down, before there were ranges.
LARGE = "372e38276f103c1adad9bcc8e1cc3ec5f6be04a6507f776a2d8b5bcc69c32d2c"


def same(a: Graph, b: Graph) -> bool:
    return all(
        x.dtype == y.dtype and np.array_equal(x, y) for x, y in zip(a.ties, b.ties, strict=True)
    )


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_the_society_is_that_of_a_list_of_pairs(shape):
    asked = GraphShape(**shape)
    expected = society(SEED, REGIONS, asked)
    for threads in (1, 2, 3, 7):
        assert same(social(SEED, REGIONS, asked, threads), expected)


@pytest.mark.parametrize("seed", [0, 5, 2**63 - 1])
@pytest.mark.parametrize("n", [1, 2, 5, 13, 63])
def test_the_smallest_societies_are_those_of_a_list_of_pairs(n, seed):
    asked = GraphShape(close_degree=(n - 1) / 2, online_degree=(n - 1) / 2)
    regions = np.array([0, n // 3, n], np.int64)
    assert same(social(seed, regions, asked, 4), society(seed, regions, asked))


def test_a_large_society_is_the_one_it_always_was():
    regions = np.array([0, 150_000, 170_001, 400_000], np.int64)
    graph = social(7, regions, GraphShape(), 2)
    assert graph.digest() == LARGE


def test_full_boxes_are_emptied_and_long_stretches_cut(monkeypatch):
    monkeypatch.setattr(assembly, "_OUTBOX", 1)
    monkeypatch.setattr(assembly, "_STRETCH", 100)
    asked = GraphShape(homophily=0.0, close_far=1.0)
    assert same(social(SEED, REGIONS, asked, 3), society(SEED, REGIONS, asked))


def test_an_error_in_a_thread_ends_the_others(monkeypatch):
    def broken(*_):
        raise OSError("no more")

    monkeypatch.setattr(assembly, "_settle", broken)
    with pytest.raises(OSError, match="no more"):
        social(SEED, REGIONS, GraphShape(), 2)


# Beyond 2**31 ends of ties. The rows of a small graph stand behind that many places that nobody
# owns, in memory that is mapped and never touched.

FAR_OFF = 2**31 + 4_321


def far_off(size):
    """Return int32 zeros of FAR_OFF + size, of which only what is written takes memory."""
    bytes_ = 4 * (FAR_OFF + size)
    no_reserve = 0x4000  # as in Linux; named in mmap from Python 3.13 on
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | no_reserve
    return np.frombuffer(mmap.mmap(-1, bytes_, flags=flags), np.int32)


def moved_far_off(graph):
    start, close, neighbour = graph.ties
    places = far_off(neighbour.size)
    places[FAR_OFF:] = neighbour
    return Graph(Ties(start + FAR_OFF, close, places))


@pytest.fixture(scope="module")
def two():
    graph = social(SEED, REGIONS, GraphShape())
    return graph, moved_far_off(graph)


def test_what_is_counted_on_ties_does_not_overflow(two):
    near, far = (graph.ties for graph in two)
    everybody = np.arange(near.close.size)
    x = np.random.default_rng(1).random(near.close.size).astype(np.float32)
    assert csr.clustering(near, everybody) == csr.clustering(far, everybody)
    assert csr.inside(near, REGIONS) == csr.inside(far, REGIONS)
    assert csr.distance(near) == csr.distance(far)
    assert csr.close_moments(near, x) == csr.close_moments(far, x)
    assert np.array_equal(two[0].degrees("online"), two[1].degrees("online"))


def test_hearing_does_not_overflow():
    scenario = town(3_000)  # from 1 % of voices, who push, to 20 %, who are pulled
    near = Simulation(scenario, 3)
    far = Simulation(scenario, 3, graph=moved_far_off(near.graph))
    for simulation in (near, far):
        for _ in range(20):
            simulation.step()
    assert same_history(near, far)
    assert same_state(near, far)
    assert near.nation["posts_heard"].sum() > 0


def test_counts_are_cumulated_beyond_32_bits():
    close, online = np.full(3_000, 2**20), np.full(3_000, 2**19)
    assert assembly._cumulate(close, online) == 3_000 * (2**20 + 2**19) > 2**32
    assert close[-1] == 2_999 * (2**20 + 2**19)
    assert online[-1] == close[-1] + 2**20


def test_rows_are_filled_and_settled_beyond_32_bits():
    places, close = far_off(12), np.empty(3, np.int32)
    next_close, next_online = np.array([0, 4, 8]) + FAR_OFF, np.array([3, 6, 10]) + FAR_OFF
    for row, whose, what in (
        (next_close, [0, 1, 0, 0, 1, 2, 2], [2, 0, 1, 1, 0, 0, 0]),
        (next_online, [0, 1, 2, 1, 2], [1, 2, 1, 0, 1]),
    ):
        assembly._receive(np.array([whose, what], np.int32), 0, 3, True, row, places)
    assert next_online.tolist() == [FAR_OFF + k for k in (4, 8, 12)]
    begin = FAR_OFF, FAR_OFF
    assert assembly._settle(0, 3, *begin, next_close, next_online, close, places) == (
        FAR_OFF + 12,
        FAR_OFF + 6,
    )
    assert close.tolist() == [2, 1, 1]
    assert (next_online - FAR_OFF).tolist() == [2, 4, 6]
    assert places[FAR_OFF : FAR_OFF + 6].tolist() == [1, 2, 0, 2, 0, 1]
