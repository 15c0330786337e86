"""Graphs: rows of ties, what the generators draw, and what users bring."""

import json
import math
import os
import re
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest

from samizdat.core.network import generators
from samizdat.society.graphs import GRAPHS, Graph, GraphShape, social

N = 20_000
REGIONS = np.array([0, 5_000, 5_000, 12_000, N], np.int64)  # the second one is empty
SEED = 11


def drawn(name, n=N, seed=SEED, **shape):
    regions = REGIONS if n == N else np.array([0, n // 3, n], np.int64)
    return GRAPHS[name](seed, regions, GraphShape(**shape))


def row(graph, i):
    start, close, neighbour = graph.ties
    mine = neighbour[start[i] : start[i + 1]].tolist()
    return mine[: close[i]], mine[close[i] :]


def tail_exponent(degrees, least):
    """Estimate a power law by maximum likelihood (Clauset, Shalizi & Newman 2009, eq. 3.7)."""
    tail = degrees[degrees >= least]
    return 1 + tail.size / np.log(tail / (least - 0.5)).sum()


@pytest.fixture(scope="module")
def society():
    return drawn("social")


# Rows


@pytest.mark.parametrize(
    ("name", "sequence"), [*((name, 0) for name in GRAPHS), ("configuration", 1)]
)
def test_rows_are_symmetric_rising_and_without_repetition(name, sequence):
    graph = GRAPHS[name](SEED, np.array([0, 100, 240]), GraphShape(sequence=sequence))
    pairs = [set(), set()]
    for i in range(graph.citizens):
        close, online = row(graph, i)
        assert close == sorted(set(close))
        assert online == sorted(set(online))
        assert not set(close) & set(online)
        assert i not in close + online
        for kind, part in enumerate((close, online)):
            pairs[kind] |= {(i, j) for j in part}
    for kind in pairs:
        assert kind == {(j, i) for i, j in kind}
    assert graph.ties.start[-1] == graph.ties.neighbour.size
    assert [array.dtype for array in graph.ties] == [np.int64, np.int32, np.int32]


def test_a_pair_both_close_and_online_is_one_close_tie():
    graph = Graph.from_edges(4, [0, 1, 3, 2, 0], [1, 0, 0, 1, 3], [1, 0, 1, 1, 1])
    assert [row(graph, i) for i in range(4)] == [
        ([1], [3]),
        ([0], [2]),
        ([], [1]),
        ([], [0]),
    ]


def test_rows_are_those_of_a_dictionary_of_pairs():
    rng = np.random.default_rng(5)
    source, target = rng.integers(0, 60, (2, 1500))
    kind = rng.integers(0, 2, 1500)
    keep = source != target
    graph = Graph.from_edges(60, source[keep], target[keep], kind[keep])
    kinds = {}
    for i, j, k in zip(source[keep], target[keep], kind[keep], strict=True):
        pair = frozenset((int(i), int(j)))
        kinds[pair] = min(int(k), kinds.get(pair, 1))
    for i in range(60):
        for k, part in enumerate(row(graph, i)):
            assert part == sorted(
                j for j in range(60) if j != i and kinds.get(frozenset((i, j))) == k
            )


# Chance


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 97, 1000, 4097])
def test_the_permutation_reaches_every_place_once(size):
    key = generators.order(SEED, 3, generators.TOWN_ORDER)
    assert sorted(generators.shuffled(x, size, key) for x in range(size)) == list(range(size))


def test_the_permutation_stays_inside_the_largest_sizes():
    size = (2**31 - 1) * (2**31 - 2) // 2  # all pairs of the most citizens
    key = generators.order(SEED, 0, generators.PAIR_ORDER)
    places = {generators.shuffled(x, size, key) for x in range(2000)}
    assert len(places) == 2000
    assert min(places) >= 0
    assert size / 2 < max(places) < size


CHANCY = ("social", "erdos_renyi", "watts_strogatz", "barabasi_albert", "configuration")


@pytest.mark.parametrize("name", CHANCY)
def test_a_graph_is_a_function_of_its_seed(name):
    once, again, other = (drawn(name, 600, seed).digest() for seed in (1, 1, 2))
    assert once == again
    assert once != other


PROGRAM = """
import json, sys
import numpy as np
from samizdat.society.graphs import GRAPHS, Graph, GraphShape
regions, found = np.array([0, 70, 70, 144]), {}
for skew in (1, 3):
    shape = GraphShape(online_skew=skew, sequence=skew // 2, town=32, neighbourhood=skew // 2)
    for name, graph in GRAPHS.items():
        g = graph(2**40 + 7, regions, shape)
        found[f"{name} {skew}"] = [g.digest(), g.measures(regions)]
json.dump(found, sys.stdout)
"""


def test_compiled_and_interpreted_graphs_are_equal():
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", PROGRAM]
    interpreted = subprocess.run(command, env=environment, capture_output=True, check=True)
    expected = json.loads(interpreted.stdout)
    regions = np.array([0, 70, 70, 144])
    for skew in (1, 3):
        shape = GraphShape(online_skew=skew, sequence=skew // 2, town=32, neighbourhood=skew // 2)
        for name, graph in GRAPHS.items():
            g = graph(2**40 + 7, regions, shape)
            assert [g.digest(), g.measures(regions)] == expected[f"{name} {skew}"]


# The social graph


@pytest.mark.parametrize("skew", [1, 2, 3, 4])
@pytest.mark.parametrize(("close", "online"), [(5, 8), (2, 20), (12, 4)])
def test_mean_degrees_are_those_asked_for(skew, close, online):
    graph = drawn("social", close_degree=close, online_degree=online, online_skew=skew)
    # 3 %: repeated ties cost up to 1.5 %, and the mean of a Poisson number of 2 varies by 0.5 %
    assert graph.degrees("close").mean() == pytest.approx(close, rel=0.03)
    assert graph.degrees("online").mean() == pytest.approx(online, rel=0.03)


def test_close_ties_are_clustered(society):
    assert society.measures()["close_clustering"] > 0.35


def test_close_ties_stay_in_the_region(society):
    assert society.measures(REGIONS)["close_within_region"] == 1.0


def test_acquaintances_live_near(society):
    far = [abs(i - j) for i in range(2_000, 3_000) for j in row(society, i)[0]]
    assert np.median([d for d in far if d > generators.CELL]) == pytest.approx(60, rel=0.35)


def test_homophily_is_the_share_of_online_ties_kept_in_the_region(society):
    population = np.diff(REGIONS) / N
    # who ties to the nation may find somebody of her own region
    share = 0.8 + 0.2 * (population**2).sum()
    assert society.measures(REGIONS)["online_within_region"] == pytest.approx(share, abs=0.01)


def test_without_homophily_regions_mix_online():
    share = drawn("social", homophily=0.0).measures(REGIONS)["online_within_region"]
    assert share == pytest.approx(((np.diff(REGIONS) / N) ** 2).sum(), abs=0.01)


@pytest.mark.parametrize(("skew", "exponent"), [(2, 3.0), (3, 2.5), (4, 2.33)])
def test_online_degrees_have_the_tail_asked_for(skew, exponent):
    graph = social(
        SEED, np.array([0, 200_000]), GraphShape(online_skew=skew, homophily=1.0, near=0.0)
    )
    # half of a degree is Poisson, which bends the tail upward by up to 0.3 at 40 ties
    assert tail_exponent(graph.degrees("online"), 40) == pytest.approx(exponent, abs=0.3)


def test_unskewed_online_degrees_are_poisson():
    degrees = drawn("social", online_skew=1.0).degrees("online")
    assert degrees.var() == pytest.approx(degrees.mean(), rel=0.05)  # 5 sd of the variance


def test_no_audience_is_larger_than_a_twentieth_of_town_and_region():
    degrees = drawn("social", online_skew=4.0).degrees("online")
    assert degrees.max() < 1.25 * 0.05 * (8_000 + 8_000)


def test_the_most_popular_live_anywhere(society):
    popular = np.argsort(society.degrees("online"))[-200:]
    assert abs((popular < N // 2).mean() - 0.5) < 0.15  # 4 sd of 200 throws of a coin


@pytest.mark.parametrize("kind", ["close", "online"])
def test_no_degree_means_no_ties(kind):
    graph = drawn("social", **{f"{kind}_degree": 0.0})
    assert graph.degrees(kind).sum() == 0
    assert graph.tie_count > 0


# Textbook graphs


def test_erdos_renyi_has_as_many_ties_as_asked_for():
    assert drawn("erdos_renyi").tie_count == 5 * N
    assert drawn("erdos_renyi", 9, degree=8.0).tie_count == 36  # all there are
    assert drawn("erdos_renyi", 10, degree=9.0).tie_count == 45


def test_erdos_renyi_degrees_are_poisson():
    degrees = drawn("erdos_renyi").degrees()
    law = [math.exp(-10) * 10**k / math.factorial(k) for k in range(41)]
    found = np.bincount(degrees, minlength=41)[:41]
    common = np.array(law) * N > 20
    law, found = np.array(law)[common] * N, found[common]
    chi2 = ((found - law) ** 2 / law).sum()
    assert chi2 < found.size + 4 * math.sqrt(2 * found.size)  # 4 sd


@pytest.mark.parametrize("rewiring", [0.0, 0.05, 0.2, 0.5])
def test_watts_strogatz_clusters_by_the_formula(rewiring):
    graph = drawn("watts_strogatz", rewiring=rewiring, neighbours=4.0)
    expected = 9 / 14 * (1 - rewiring) ** 3  # 3 (K - 2) / 4 (K - 1), K = 8: Barrat & Weigt 2000
    assert graph.measures()["close_clustering"] == pytest.approx(expected, abs=0.012)
    assert graph.mean_degree == pytest.approx(8, rel=0.001)


def test_barabasi_albert_has_a_tail_of_exponent_three():
    graph = drawn("barabasi_albert", 100_000)
    assert tail_exponent(graph.degrees(), 12) == pytest.approx(3, abs=0.15)
    assert graph.mean_degree == pytest.approx(6, rel=0.005)
    assert graph.degrees().min() >= 1


def test_regular_configuration_has_one_degree():
    degrees = drawn("configuration", degree=6.0).degrees()
    # about (d * d - 1) / 4 ties of the whole graph are dropped, here 9
    assert (degrees == 6).sum() > N - 60
    assert degrees.max() == 6


def test_power_law_configuration_has_the_exponent_asked_for():
    degrees = drawn("configuration", 100_000, sequence=1.0, exponent=2.5, minimum=4.0).degrees()
    # 0.1: the law is cut at the root of n
    assert tail_exponent(degrees, 6) == pytest.approx(2.5, abs=0.1)
    assert degrees.max() <= 316


def test_ring_ties_each_to_her_nearest():
    graph = drawn("ring", 10, neighbours=2.0)
    assert row(graph, 0) == ([1, 2, 8, 9], [])
    assert row(graph, 5) == ([3, 4, 6, 7], [])


@pytest.mark.parametrize(("neighbourhood", "degree"), [(0.0, 4), (1.0, 8)])
def test_lattice_is_a_torus(neighbourhood, degree):
    graph = drawn("lattice", 30, neighbourhood=neighbourhood)  # 5 x 6
    assert set(graph.degrees().tolist()) == {degree}
    expected = nx.grid_2d_graph(5, 6, periodic=True)
    if neighbourhood:
        ends = [((r, c), ((r + 1) % 5, (c + s) % 6)) for r, c in expected for s in (1, -1)]
        expected.add_edges_from(ends)
    numbered = {frozenset(r * 6 + c for r, c in edge) for edge in expected.edges()}
    assert {frozenset(edge) for edge in graph.to_networkx().edges()} == numbered


def test_none_ties_nobody():
    graph = drawn("none")
    assert graph.tie_count == 0
    assert graph.citizens == N


def test_textbook_ties_are_of_the_kind_asked_for():
    assert drawn("ring").degrees("online").sum() == 0
    assert drawn("ring", tie=1.0).degrees("close").sum() == 0


@pytest.mark.parametrize(
    ("name", "n", "shape", "message"),
    [
        ("ring", 6, {}, "graph.neighbours = 3 is impossible among 6 citizens: at most 2 to a side"),
        ("watts_strogatz", 6, {}, "graph.neighbours = 3 is impossible among 6 citizens"),
        ("erdos_renyi", 10, {}, "graph.degree = 10 is impossible among 10 citizens: at most 9"),
        ("barabasi_albert", 3, {}, "graph.attachments = 3 is impossible among 3 citizens"),
        ("configuration", 99, {"degree": 3.0}, "even times 99"),
        ("configuration", 100, {"degree": 2.5}, "graph.degree = 2.5 is impossible"),
        ("configuration", 8, {"sequence": 1.0}, "graph.minimum = 3 is impossible"),
        ("lattice", 101, {}, "101 citizens cannot form a lattice, as 101 is prime; 102 can"),
        ("social", 10, {}, "graph.online_degree = 13 is impossible among 10 citizens: at most 9"),
        ("none", 0, {}, "0 citizens; allowed are 1"),
    ],
)
def test_impossible_graphs_are_refused(name, n, shape, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        drawn(name, n, **shape)


@pytest.mark.parametrize("n", [1, 2, 3, 13, 25])
def test_the_smallest_societies_can_be_drawn(n):
    graph = drawn("social", n, close_degree=(n - 1) / 2, online_degree=(n - 1) / 2)
    assert graph.citizens == n


def test_defaults_lie_in_their_ranges():
    for name, kind in GraphShape.__annotations__.items():
        (quantity,) = kind.__metadata__
        default = GraphShape._field_defaults[name]
        assert quantity.checked(name, default) == default


# Measures


def test_clustering_is_that_of_networkx():
    graph = drawn("social", 300)
    g = graph.to_networkx()
    g.remove_edges_from([(i, j) for i, j, kind in g.edges(data="kind") if kind == "online"])
    assert graph.measures()["close_clustering"] == pytest.approx(nx.average_clustering(g))


def test_measures_count_ties_and_distances():
    graph = Graph.from_edges(5, [0, 1, 0], [1, 2, 4], ["close", "close", "online"])
    measures = graph.measures(np.array([0, 2, 5]))
    assert measures["close_ties"] == 2
    assert measures["online_degree_mean"] == pytest.approx(0.4)
    assert measures["close_degree_maximum"] == 2
    assert measures["close_within_region"] == 0.5
    assert measures["online_within_region"] == 0.0
    assert measures["mean_index_distance"] == 2.0
    assert measures["close_clustering_citizens"] == 5


def test_measures_can_be_written_to_a_manifest(society):
    json.dumps(society.measures(REGIONS))
