"""Who can hear whom: graphs generated, read from a file, or taken from networkx.

Every generator is a pure function of (seed, regions, shape); ``GRAPHS`` lists them.
Citizens are 0 ... n - 1, region by region; region r is ``region_first[r]`` to
``region_first[r + 1]``. Textbook graphs ignore regions and give all ties the same kind.
"""

import hashlib
import math
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samizdat.core.layout import MAX_CITIZENS, Ties
from samizdat.core.network import csr as rows
from samizdat.core.network import generators
from samizdat.core.network.assembly import assemble
from samizdat.core.network.social import Society
from samizdat.society.edge_lists import (
    EdgeList,
    given_ties,
    read_ties,
    ties_of,
    ties_of_networkx,
)
from samizdat.society.graph_shape import GraphFacts
from samizdat.society.graph_shape import GraphShape as GraphShape
from samizdat.system.input_files import InputError
from samizdat.system.paths import outside_path

if TYPE_CHECKING:
    import networkx as nx

_ALONE_BELOW = 20_000  # citizens: starting threads costs more than it saves


class GraphWarning(UserWarning):
    """Most citizens of a user's graph have no tie."""


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """Who can hear whom: an undirected graph of close and online ties.

    Attributes
    ----------
    ties
        The graph in CSR form, see `core.layout.Ties`.
    known
        Digest and measures, if they are known already (see :meth:`facts`).
    """

    ties: Ties
    known: GraphFacts | None = field(default=None, repr=False)

    @property
    def citizens(self) -> int:
        """Number of citizens."""
        return self.ties.close.size

    @property
    def tie_count(self) -> int:
        """Number of ties, each counted once."""
        return self.ties.neighbour.size // 2

    @property
    def without_tie(self) -> int:
        """Number of citizens without a tie."""
        return self.citizens - int(np.count_nonzero(np.diff(self.ties.start)))

    @property
    def in_words(self) -> str:
        """Citizens and ties in one line."""
        return (
            f"{self.tie_count:,} tie{'s' * (self.tie_count != 1)}; {self.without_tie:,} of "
            f"{self.citizens:,} citizens have no tie"
        )

    def __repr__(self) -> str:
        return f"<Graph: {self.in_words}>"

    @property
    def mean_degree(self) -> float:
        """Mean number of ties per citizen."""
        return self.ties.neighbour.size / self.citizens

    def degrees(self, kind: str | None = None) -> NDArray[np.int64]:
        """Return the number of ties per citizen (n,): all, ``"close"`` or ``"online"`` ones."""
        close = self.ties.close.astype(np.int64)
        if kind == "close":
            return close
        every = np.diff(self.ties.start)
        return every - close if kind == "online" else every

    def measures(self, region_first: NDArray[np.int64] | None = None) -> dict[str, float | int]:
        """Return measures of the graph by name, for a manifest.

        Clustering (mean local clustering of the close ties) is exact up to 100,000 citizens, and
        otherwise taken on 20,000 evenly spaced ones, see ``close_clustering_citizens``. Shares of
        ties within a region are given if the regions are given and there are such ties.
        """
        regions = None if region_first is None else np.asarray(region_first).tolist()
        if self.known and regions == self.known["region_first"]:
            return dict(self.known["measures"])
        return rows.measures(self.ties, region_first)

    def correlation(self, trait: NDArray[np.float32]) -> float | None:
        """Return the Pearson correlation of a trait (n,) over close ties; None if undefined."""
        trait = np.ascontiguousarray(trait, np.float32).view()
        trait.flags.writeable = False  # one type of array for compiled code, see `Simulation.state`
        total, squares, products, ends = rows.close_moments(self.ties, trait)
        if ends == 0 or squares / ends - (total / ends) ** 2 < 1e-12:
            return None
        mean = total / ends
        return float((products / ends - mean * mean) / (squares / ends - mean * mean))

    def digest(self) -> str:
        """Return the SHA-256 of all ties: equal for equal graphs, on any machine."""
        if self.known:
            return self.known["digest"]
        digest = hashlib.sha256()
        for array, dtype in zip(self.ties, ("<i8", "<i4", "<i4"), strict=True):
            digest.update(np.ascontiguousarray(array, dtype).data)
        return digest.hexdigest()

    def facts(self, region_first: NDArray[np.int64]) -> GraphFacts:
        """Return digest and measures, which take seconds for millions of citizens, to be cached."""
        return {
            "digest": self.digest(),
            "region_first": region_first.tolist(),
            "measures": self.measures(region_first),
        }

    @classmethod
    def from_edges(
        cls, n: int, source: ArrayLike, target: ArrayLike, kind: ArrayLike | None = None
    ) -> "Graph":
        """Return the graph of ties given as arrays.

        A tie may be given in either direction or both; close wins over online.

        Parameters
        ----------
        n
            Number of citizens.
        source, target
            (m,) ids of the two citizens of each tie, 0 ... n - 1.
        kind
            (m,) or a scalar: 0 or ``"close"``, 1 or ``"online"``; by default online.

        Raises
        ------
        ValueError
            For a tie of a citizen to herself, an id outside 0 ... n - 1, an unknown kind.

        Examples
        --------
        >>> from samizdat import Graph
        >>> graph = Graph.from_edges(3, [0, 1], [1, 2], ["close", "online"])
        >>> graph.citizens, graph.tie_count
        (3, 2)
        >>> graph.degrees("close"), graph.degrees("online")
        (array([1, 1, 0]), array([0, 1, 1]))
        """
        return cls._told(*given_ties("edges", n, source, target, kind))

    @classmethod
    def from_networkx(cls, g: "nx.Graph[Any]") -> "Graph":
        """Return the graph of a networkx graph with nodes 0 ... n - 1.

        An edge is online unless its attribute ``kind`` is ``"close"``. An arc of a directed graph
        counts as a tie in both directions, parallel edges as one tie.

        Raises
        ------
        ValueError
            If the nodes are not 0 ... n - 1, or there are self-loops.

        Examples
        --------
        >>> import networkx as nx
        >>> Graph.from_networkx(nx.karate_club_graph()).tie_count
        78
        """
        return cls._told(*ties_of_networkx(g))

    @classmethod
    def from_file(cls, path: str | Path, citizens: int | None = None) -> "Graph":
        r"""Read ties from a CSV or Parquet file with columns source, target and optionally kind.

        Kind is ``close`` or ``online``; without that column all ties are online.

        Parameters
        ----------
        citizens
            Number of citizens n; ids are 0 ... n - 1. By default the largest id + 1, and at least
            half of them must have a tie, since ids with gaps are most likely not numbered so.

        Raises
        ------
        ValueError
            Naming the file, the row (from 1), the value and what is allowed.

        Examples
        --------
        >>> from pathlib import Path
        >>> _ = Path("ties.csv").write_text("source,target,kind\n0,1,close\n1,2,online\n")
        >>> Graph.from_file("ties.csv").tie_count
        2
        """
        edges = read_ties(outside_path(path, "graph"), citizens)
        if citizens is not None:
            return cls._told(citizens, edges)
        n = edges.highest + 1
        alone = edges.without_tie(n)
        if 2 * alone > n:
            raise InputError(
                f"{path}: ids go up to {edges.highest}, but {alone} of {n} citizens have no tie; "
                "ids are 0 ... n - 1 without gaps (if this is meant, give the number of citizens)"
            )
        return cls(ties_of(n, edges))

    @classmethod
    def _told(cls, n: int, edges: EdgeList) -> "Graph":
        """Return the graph; warn if most citizens have no tie, though there are ties."""
        graph = cls(ties_of(int(n), edges))
        if graph.tie_count and 2 * graph.without_tie > graph.citizens:
            warnings.warn(f"{edges.thing}: {graph.in_words}", GraphWarning, stacklevel=3)
        return graph

    def to_networkx(self) -> "nx.Graph[int]":
        """Return a networkx graph with nodes 0 ... n - 1 and edge attribute ``kind``."""
        import networkx as nx

        g: nx.Graph[int] = nx.Graph()
        g.add_nodes_from(range(self.citizens))
        start, close, neighbour = (a.tolist() for a in self.ties)
        for i in range(self.citizens):
            for e in range(start[i], start[i + 1]):
                if i < neighbour[e]:
                    kind = rows.KINDS[int(e >= start[i] + close[i])]
                    g.add_edge(i, neighbour[e], kind=kind)
        return g


def _size(region_first: NDArray[np.int64]) -> int:
    n = int(region_first[-1])
    if not 1 <= n <= MAX_CITIZENS:
        raise ValueError(f"graph: {n} citizens; allowed are 1 ... {MAX_CITIZENS}")
    return n


def _fail(asked: str, value: float, n: int, allowed: str) -> NoReturn:
    raise ValueError(f"graph.{asked} = {value:g} is impossible among {n} citizens: {allowed}")


def _textbook(n: int, source: NDArray[Any], target: NDArray[Any], shape: GraphShape) -> Graph:
    """Give all ties the kind that the shape names."""
    return Graph(rows.csr(n, source, target, np.full(source.size, int(shape.tie), np.uint8)))


def _arrays(pairs: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return np.empty(pairs, np.int32), np.empty(pairs, np.int32)


def social(
    seed: int, region_first: NDArray[np.int64], shape: GraphShape, threads: int | None = None
) -> Graph:
    """Draw the social graph: circles of kin and co-workers, acquaintances, and online contacts.

    Close ties: each cell of twelve consecutive citizens falls into circles of one to six, whose
    members are all tied; a Poisson number of acquaintances, most of them near in the numbering,
    adds up to the requested mean degree. (If that is below the 3.25 ties that circles give, only
    some citizens belong to circles.) Online ties: each citizen begins a Poisson number of ties, in
    her town, her region or the nation, with citizens drawn by popularity there. Repeated ties are
    dropped: where the degrees are not small compared with reach, town or region, the graph has a
    few per cent fewer ties than requested. The graph does not depend on ``threads``, by default one
    for each core that this process may use.
    """
    n = _size(region_first)
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if n >= _ALONE_BELOW else 1
    if shape.close_degree + shape.online_degree > n - 1:
        degree = shape.close_degree + shape.online_degree
        _fail("close_degree + graph.online_degree", degree, n, f"at most {n - 1}")
    region_first = np.ascontiguousarray(region_first, np.int64)
    sizes = np.diff(region_first)
    begun, skew = shape.online_degree / 2, int(shape.online_skew)
    towns = np.maximum(1, -(-sizes // int(shape.town)))
    town, beyond = begun * shape.homophily * shape.near, begun * (1 - shape.homophily * shape.near)
    curves = [
        (generators.popularity(skew, m // cuts, town), generators.popularity(skew, m, beyond))
        for m, cuts in zip(sizes.tolist(), towns.tolist(), strict=True)
    ]
    regions = range(sizes.size)
    return Graph(
        assemble(
            Society(
                seed=seed,
                region_first=region_first,
                belonging=math.sqrt(min(1.0, shape.close_degree / generators.CIRCLE_DEGREE)),
                acquainted=generators.poisson(
                    max(0.0, shape.close_degree - generators.CIRCLE_DEGREE) / 2
                ),
                reach=float(shape.acquaintance_reach),
                far=float(shape.close_far),
                towns=towns,
                contacted=generators.poisson(begun),
                homophily=float(shape.homophily),
                near=float(shape.near),
                skew=skew,
                curves=np.array(curves),
                keys=np.array(
                    [generators.order(seed, r, generators.REGION_ORDER) for r in regions]
                ),
                sides=np.array([generators.rectangle(max(1, m)) for m in sizes.tolist()]),
            ),
            threads,
        )
    )


def erdos_renyi(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie n * degree / 2 pairs, all distinct and equally likely: G(n, M).

    Erdős & Rényi 1959, Publ. Math. Debrecen 6:290.
    """
    n = _size(region_first)
    if shape.degree > n - 1:
        _fail("degree", shape.degree, n, f"at most {n - 1}")
    source, target = _arrays(round(n * shape.degree / 2))
    generators.scattered(seed, n, source, target)
    return _textbook(n, source, target, shape)


def watts_strogatz(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie each citizen to her neighbours on a ring, some of the ties rewired at random.

    Watts & Strogatz 1998, Nature 393:440. A rewired tie that repeats another is dropped, which
    loses a share of about rewiring * 2 * neighbours / n.
    """
    n, side = _size(region_first), _side(region_first, shape)
    source, target = _arrays(n * side)
    generators.rewired(seed, n, side, shape.rewiring, source, target)
    return _textbook(n, source, target, shape)


def barabasi_albert(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Let citizens join one by one, tied preferentially to citizens who have many ties.

    Barabási & Albert 1999, Science 286:509; drawn by the copy model of Sanders & Schulz 2016, Inf.
    Process. Lett. 116:489. The first m + 1 are all tied to each other; a repeated tie is dropped.
    The tail exponent is 3, the mean degree 2 m; the first citizens have the most ties.
    """
    n, m = _size(region_first), int(shape.attachments)
    if m >= n:
        _fail("attachments", m, n, f"at most {n - 1}")
    source, target = _arrays(m * (n - 1))
    generators.copied(seed, n, m, source, target)
    return _textbook(n, source, target, shape)


def configuration(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie citizens at random with given degrees, all equal or from a power law.

    Molloy & Reed 1995, Random Struct. Algorithms 6:161; Newman, Strogatz & Watts 2001, Phys. Rev.
    E 64:026118. Ties to oneself and repeated ties are dropped. Power-law degrees are cut at
    sqrt(n), below which they leave the graph uncorrelated (Catanzaro et al. 2005, Phys. Rev. E
    71:027103).
    """
    n = _size(region_first)
    if shape.sequence == 0:
        least, most = int(shape.degree), int(shape.degree)
        if least != shape.degree or least >= n or least * n % 2:
            _fail("degree", shape.degree, n, f"whole, below {n}, and even times {n}, if regular")
    else:
        least, most = int(shape.minimum), math.isqrt(n)
        if least > most:
            _fail("minimum", least, n, f"at most {most}, the root of their number")
    numbers = generators.cumulated(
        [k**-shape.exponent for k in range(max(1, least), max(1, most) + 1)]
    )
    ends = least * n + generators.picks(seed, n, numbers, generators.STUBS)
    owner = np.empty(ends, np.int32)
    generators.stubs(seed, n, least, numbers, owner)
    source, target = _arrays(ends // 2)
    at = generators.matched(seed, owner, source, target)
    return _textbook(n, source[:at], target[:at], shape)


def _side(region_first: NDArray[np.int64], shape: GraphShape) -> int:
    n, side = _size(region_first), int(shape.neighbours)
    if 2 * side >= n:
        _fail("neighbours", side, n, f"at most {(n - 1) // 2} to a side")
    return side


def ring(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie each citizen to her neighbours on a ring; nothing is random."""
    n = _size(region_first)
    steps = np.arange(1, _side(region_first, shape) + 1)
    source = np.repeat(np.arange(n), steps.size)
    return _textbook(n, source, (source + np.tile(steps, n)) % n, shape)


def lattice(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie each cell of a torus to the four or eight around it; nothing is random.

    The rectangle is as close to a square as n allows, numbered row by row. Where it is one or two
    cells wide, some ties coincide and a citizen has fewer.
    """
    n = _size(region_first)
    high = max(k for k in range(1, math.isqrt(n) + 1) if n % k == 0)
    if high == 1 and n > 3:
        raise ValueError(f"graph: {n} citizens cannot form a lattice, as {n} is prime; {n + 1} can")
    wide = n // high
    row, column = np.divmod(np.arange(n), wide)
    steps = [(0, 1), (1, 0)] + ([(1, 1), (1, -1)] if shape.neighbourhood == 1 else [])
    target = [(row + down) % high * wide + (column + right) % wide for down, right in steps]
    source, ends = np.tile(np.arange(n), len(steps)), np.concatenate(target)
    return _textbook(n, source[source != ends], ends[source != ends], shape)


def none(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Leave every citizen alone."""
    return _textbook(_size(region_first), *_arrays(0), shape)


GRAPHS: dict[str, Callable[[int, NDArray[np.int64], GraphShape], Graph]] = {
    "social": social,
    "erdos_renyi": erdos_renyi,
    "watts_strogatz": watts_strogatz,
    "barabasi_albert": barabasi_albert,
    "configuration": configuration,
    "ring": ring,
    "lattice": lattice,
    "none": none,
}
