"""Ties supplied by a user: from a file, from arrays, from networkx; each tie is checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samizdat.core.layout import MAX_CITIZENS, Ties
from samizdat.core.network import csr as rows
from samizdat.core.quantity import format_value
from samizdat.system.cells import Column, as_whole, values_in
from samizdat.system.input_files import InputError, check_memory
from samizdat.system.tables import columns_of

if TYPE_CHECKING:
    import networkx as nx

_KIND = Column("choice", words=rows.KINDS, optional=True)
_CITIZEN, _TIE = 20, 25  # bytes while the rows of a graph are built, about


class EdgeList(NamedTuple):
    """Ties as they were given, each in one row or several, in any direction."""

    thing: str  # what they are from, in a message
    source: NDArray[np.int32]  # (m,) ids
    target: NDArray[np.int32]  # (m,)
    kind: NDArray[np.uint8]  # (m,) or (1,): CLOSE or ONLINE

    @property
    def highest(self) -> int:
        """The highest id."""
        return max(int(self.source.max()), int(self.target.max()))

    def without_tie(self, n: int) -> int:
        """Return how many of n citizens have no tie."""
        if 2 * self.source.size < n // 4:  # a lower bound will do, and needs no array of n
            return n - np.unique(np.concatenate([self.source, self.target])).size
        tied = np.zeros(n, np.bool_)
        tied[self.source] = tied[self.target] = True
        return n - int(np.count_nonzero(tied))


def _ids(n: int) -> Column:
    return Column("whole", 0, n - 1, a="an id", many="ids")


def _count_of(thing: str, n: object) -> int:
    count = None if isinstance(n, str) else as_whole(n)
    if count is None or not 1 <= count <= MAX_CITIZENS:
        raise InputError(f"{thing}: {format_value(n)} citizens; allowed are 1 ... {MAX_CITIZENS}")
    return count


def read_ties(path: Path, citizens: int | None) -> EdgeList:
    """Read the columns source, target and, optionally, kind of a file.

    Raises
    ------
    InputError
        It names the file, the row (from 1), the value and what is allowed.
    """
    ids = _ids(MAX_CITIZENS if citizens is None else _count_of(str(path), citizens))
    table = columns_of(path, {"source": ids, "target": ids, "kind": _KIND})
    if not table["source"].size:
        raise InputError(f"{path}: no ties; expected at least one row below the header")
    kind = table.get("kind", np.array([rows.ONLINE], np.uint8))
    return EdgeList(str(path), table["source"], table["target"], kind)


def given_ties(
    thing: str, n: object, source: ArrayLike, target: ArrayLike, kind: ArrayLike | None
) -> tuple[int, EdgeList]:
    """Return the number of citizens and the ties given as arrays, or raise InputError.

    ``thing`` names the source of the ties in a message.
    """
    citizens = _count_of(thing, n)
    _check_alignment(thing, source, target, kind)
    one, other = (
        values_in(np.atleast_1d(ids) if np.isscalar(ids) else ids, _ids(citizens), thing, name)
        for name, ids in (("source", source), ("target", target))
    )
    if one.size != other.size:
        raise InputError(f"{thing}: {one.size} sources, but {other.size} targets")
    kind = rows.ONLINE if kind is None else kind
    kinds = values_in([kind] if np.isscalar(kind) else kind, _KIND, thing, "kind")
    if kinds.size not in (1, one.size):
        raise InputError(f"{thing}: {kinds.size} kinds for {one.size} ties")
    return citizens, EdgeList(thing, one, other, kinds)


def _check_alignment(thing: str, *columns: object) -> None:
    """Refuse pandas columns whose rows are labelled differently: ties go by position."""
    labels = [column.index for column in columns if hasattr(column, "iloc")]  # type: ignore[attr-defined]
    if any(not each.equals(labels[0]) for each in labels[1:]):
        raise InputError(
            f"{thing}: source, target and kind have different indexes; rows are taken by position"
            " (reset_index(drop=True) drops the labels)"
        )


def ties_of(n: int, edges: EdgeList) -> Ties:
    """Build the CSR form of ties, whose ids are within 0 ... n - 1, or raise InputError."""
    loop = edges.source == edges.target
    if loop.any():
        row = int(np.flatnonzero(loop)[0])
        raise InputError(
            f"{edges.thing}, row {row + 1}: citizen {edges.source[row]} is tied to herself"
        )
    check_memory(n * _CITIZEN + edges.source.size * _TIE, edges.thing)
    kind = np.broadcast_to(edges.kind, edges.source.shape)
    try:
        return rows.csr(n, edges.source, edges.target, kind)
    except MemoryError:
        raise InputError(f"{edges.thing}: its graph is larger than the available memory") from None


def ties_of_networkx(g: "nx.Graph[Any]") -> tuple[int, EdgeList]:
    """Return the ties of a networkx graph with nodes 0 ... n - 1, or raise InputError."""
    thing = "networkx graph"
    n = _count_of(thing, g.number_of_nodes())
    number_of = {node: as_whole(node) for node in g}
    for node, number in number_of.items():
        if number is None or not 0 <= number < n:
            raise InputError(
                f"{thing}: node {format_value(node)} is not among 0 ... {n - 1}"
                " (networkx.convert_node_labels_to_integers numbers them)"
            )
    if len({*number_of.values()}) < n:
        raise InputError(f"{thing}: two nodes have the same number, as 1 and '1' have")
    ends = [(number_of[one], number_of[other]) for one, other in g.edges()]
    kind = [word for *_, word in g.edges(data="kind", default="online")]
    pairs = np.array(ends, np.int32).reshape(-1, 2)
    return given_ties(thing, n, pairs[:, 0], pairs[:, 1], kind or None)
