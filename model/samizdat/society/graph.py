"""A graph: who can hear whom, as ties in rows, whatever they come from.

Citizens are 0 ... n - 1, region by region.
"""

import hashlib
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samizdat.core.layout import Ties
from samizdat.core.network import csr as rows
from samizdat.society.edge_lists import (
    EdgeList,
    given_ties,
    read_ties,
    ties_of,
    ties_of_networkx,
)
from samizdat.society.graph_shape import GraphFacts
from samizdat.system.input_files import InputError
from samizdat.system.paths import outside_path

if TYPE_CHECKING:
    import networkx as nx


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
