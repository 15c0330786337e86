"""Ties supplied by a user: read from a file, and checked one by one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samizdat.core.layout import MAX_CITIZENS, Ties
from samizdat.core.network import csr as rows

if TYPE_CHECKING:
    import networkx as nx
    import pyarrow as pa


def _first(wrong: NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(wrong)[0])


def checked_ties(
    thing: str, n: int, source: ArrayLike, target: ArrayLike, kind: ArrayLike | None
) -> Ties:
    """Build the CSR form of a user's ties, or raise ValueError naming the first wrong one.

    ``thing`` names the source of the ties in the message.
    """
    if not 1 <= n <= MAX_CITIZENS:
        raise ValueError(f"{thing}: {n} citizens; allowed are 1 ... {MAX_CITIZENS}")
    ends = []
    for name, given in (("source", source), ("target", target)):
        ids = np.atleast_1d(np.asarray(given))
        if ids.size == 0:
            ids = ids.astype(np.int64)
        if ids.dtype.kind not in "iu":
            raise ValueError(f"{thing}: {name} holds {ids.tolist()[0]!r}; ids are integers")
        outside = (ids < 0) | (ids >= n)
        if outside.any():
            row = _first(outside)
            raise ValueError(f"{thing}, row {row + 1}: {name} {ids[row]} is outside 0 ... {n - 1}")
        ends.append(ids.astype(np.int32))
    if ends[0].shape != ends[1].shape:
        raise ValueError(f"{thing}: {ends[0].size} sources, but {ends[1].size} targets")
    loop = ends[0] == ends[1]
    if loop.any():
        row = _first(loop)
        raise ValueError(f"{thing}, row {row + 1}: citizen {ends[0][row]} is tied to herself")
    kinds = np.atleast_1d(np.asarray(rows.ONLINE if kind is None else kind))
    if kinds.size == 1:
        kinds = np.repeat(kinds, ends[0].size)
    if kinds.shape != ends[0].shape:
        raise ValueError(f"{thing}: {kinds.size} kinds for {ends[0].size} ties")
    codes = np.full(kinds.shape, 2, np.uint8)
    for code, word in enumerate(rows.KINDS):
        codes[kinds == (code if kinds.dtype.kind in "iu" else word)] = code
    if (codes == 2).any():
        row = _first(codes == 2)
        raise ValueError(
            f"{thing}, row {row + 1}: kind {kinds.tolist()[row]!r} is unknown;"
            " allowed are close (0), online (1)"
        )
    return rows.csr(n, ends[0], ends[1], codes)


def ties_of_networkx(g: "nx.Graph[Any]") -> Ties:
    """Build the CSR form of a networkx graph with nodes 0 ... n - 1, or raise ValueError."""
    n = g.number_of_nodes()
    for node in g:
        if not isinstance(node, int | np.integer) or not 0 <= node < n:
            raise ValueError(
                f"networkx graph: node {node!r} is not among 0 ... {n - 1}"
                " (networkx.convert_node_labels_to_integers numbers them)"
            )
    ends = np.array(list(g.edges()), np.int64).reshape(-1, 2)
    kind = [word for *_, word in g.edges(data="kind", default="online")]
    return checked_ties("networkx graph", n, ends[:, 0], ends[:, 1], kind or None)


def table_of(path: Path) -> "dict[str, pa.ChunkedArray]":
    """Read the columns source, target and kind; those of a CSV file as text."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    what = {".csv": "CSV", ".parquet": "Parquet"}.get(path.suffix.lower())
    if what is None:
        raise ValueError(f"{path}: unknown extension {path.suffix!r}; allowed are .csv, .parquet")
    if not path.is_file():
        raise ValueError(f"{path}: no such file")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise ValueError(f"{path}: the file is empty")
    wanted = ("source", "target", "kind")
    texts = csv.ConvertOptions(column_types=dict.fromkeys(wanted, pa.string()))
    if (what == "Parquet") != (head[:4] == b"PAR1") or (what == "CSV" and b"\0" in head):
        raise ValueError(f"{path}: the content is not {what}")
    try:
        table = (
            csv.read_csv(path, convert_options=texts)
            if what == "CSV"
            else parquet.ParquetFile(path).read()
        )
    except (pa.ArrowException, OSError):
        raise ValueError(f"{path}: cannot be read as {what}") from None
    names = [name.strip() for name in table.column_names]
    for name in wanted:
        if names.count(name) > 1 or (name != "kind" and name not in names):
            raise ValueError(
                f"{path}: columns are {', '.join(names)[:200]}; expected source, target and,"
                " optionally, kind, each once"
            )
    return {name: table.column(names.index(name)) for name in wanted if name in names}


def ids_of(path: Path, name: str, column: "pa.ChunkedArray") -> NDArray[np.int64]:
    """Convert a column to ids, or raise ValueError naming the first value that is not one."""
    import pyarrow as pa

    is_a, given = pa.types, column.type
    readable = is_a.is_integer(given) or is_a.is_floating(given) or is_a.is_string(given)
    try:
        if readable and column.null_count == 0:
            return np.asarray(column.cast(pa.int64()).to_numpy(), np.int64)
    except pa.ArrowException:
        pass
    for row, value in enumerate(column):
        try:
            if readable and value.is_valid:
                value.cast(pa.int64())
                continue
        except pa.ArrowException:
            pass
        raise ValueError(
            f"{path}, row {row + 1}: {name} {value.as_py()!r} is not an id;"
            f" ids are whole numbers, 0 ... {MAX_CITIZENS - 1}"
        )
    return np.empty(0, np.int64)
