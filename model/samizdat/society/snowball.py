"""Snowball samples: citizens found along ties, as in a survey; few enough to draw."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from samizdat.core.layout import Ties

if TYPE_CHECKING:
    import networkx as nx

NAMED = 10  # most ties that each names; else the ties of popular citizens would fill the sample


def snowball(ties: Ties, among: range | NDArray[np.int64], k: int, seed: int) -> NDArray[np.int64]:
    """Return up to k citizens in the order in which they are found; the same for the same seed.

    The first is drawn from ``among``. Each citizen found names at most `NAMED` of her ties, also
    drawn; when nobody new is named, another citizen is drawn from ``among``.
    """
    rng = np.random.default_rng(seed)
    found: dict[int, None] = {}
    for first in _in_turn(rng, among, few=len(among) > 2 * k):
        if len(found) >= k:
            break
        wave = [] if first in found else [first]
        while wave:
            found |= dict.fromkeys(wave)
            named: list[int] = []
            for i in wave:
                row = ties.neighbour[int(ties.start[i]) : int(ties.start[i + 1])]
                named += [j for j in rng.permutation(row)[:NAMED].tolist() if j not in found]
            wave = list(dict.fromkeys(named))[: k - len(found)]
    return np.array(list(found), np.int64)


def _in_turn(
    rng: np.random.Generator, among: range | NDArray[np.int64], few: bool
) -> Iterator[int]:
    """Draw citizens one by one; without a list of all, if few of many are needed."""
    if not few:
        yield from rng.permutation(np.asarray(among)).tolist()
    while few:
        yield int(among[int(rng.integers(len(among)))])


def network(ties: Ties, ids: Sequence[int], nodes: Sequence[dict[str, Any]]) -> "nx.Graph[Any]":
    """Return the ties among some citizens as a networkx graph; ``kind`` is "close" or "online".

    Parameters
    ----------
    nodes
        Attributes of each node.
    """
    import networkx as nx

    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(zip(ids, nodes, strict=True))
    for i in ids:
        begin, end = int(ties.start[i]), int(ties.start[i + 1])
        for e, j in enumerate(ties.neighbour[begin:end].tolist()):
            if i < j and j in graph:
                graph.add_edge(i, j, kind="close" if e < int(ties.close[i]) else "online")
    return graph
