"""The rows of a sweep on disk: complete parts, verified when read, each written by one process.

A part's name ends with the BLAKE2b of its bytes, so that any changed bit is found; Parquet's page
checksums are written too, for readers that do not check the name. A part of series has the number
of the part with its runs, and is ignored without it.
"""

import errno
import hashlib
import io
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute, parquet

from samizdat.system.files import atomic_write
from samizdat.system.manifests import bytes_of

RUNS, SERIES, DAMAGED = "runs", "series", "damaged"
_DIGITS = 16
_NAME = re.compile(r"part-(?:(\d+of\d+)-)?(\d{6,})-([0-9a-f]{16})\.parquet")


class Part(NamedTuple):
    """A file of rows."""

    path: Path
    shard: str  # as in 1of3; empty: unsharded
    number: int
    digest: str

    @property
    def place(self) -> tuple[str, int]:
        """The parts of runs and of series in a folder."""
        return self.shard, self.number


def parts_in(folder: Path) -> list[Part]:
    """List the parts of a folder in the order in which each writer wrote them."""
    if not folder.is_dir():
        return []
    parts = []
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if match:
            parts.append(Part(path, match[1] or "", int(match[2]), match[3]))
    return sorted(parts, key=lambda part: (part.shard, part.number, part.digest))


def write_part(folder: Path, shard: str, number: int, table: pa.Table) -> Path:
    """Write a part: when this returns, it is complete on the disk, or absent."""
    sink = io.BytesIO()
    words = [each.name for each in table.schema if not pa.types.is_floating(each.type)]
    parquet.write_table(table, sink, write_page_checksum=True, use_dictionary=words)
    content = sink.getvalue()
    own = f"{shard}-" if shard else ""
    path = folder / f"part-{own}{number:06d}-{_digest(content)}.parquet"
    with atomic_write(path) as partial:
        partial.write_bytes(content)
    return path


def read_part(part: Part, columns: list[str] | None = None) -> pa.Table | None:
    """Read a part; None if it differs from what was written.

    Parameters
    ----------
    columns
        Columns to read, those of them that it has; by default all.

    Raises
    ------
    OSError
        If the file cannot be read at all.
    """
    content = _content(part)
    if content is None:
        return None
    if columns is not None:  # a measure may be younger than the part
        there = parquet.read_schema(pa.BufferReader(content)).names
        columns = [name for name in columns if name in there]
    return parquet.read_table(  # in one thread: each thread would keep its memory
        pa.BufferReader(content),
        columns=columns,
        page_checksum_verification=True,
        use_threads=False,
    )


def _content(part: Part) -> bytes | None:
    """Return the bytes of a part; None if they, or what it is, differ from what was written."""
    try:
        content = bytes_of(part.path)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ELOOP):  # a folder, a pipe, a link to itself
            return None
        raise
    return content if _digest(content) == part.digest else None


class RunRows(NamedTuple):
    """The rows of runs, each run once, and the part of each."""

    table: pa.Table
    origin: NDArray[np.int64]  # index into parts
    parts: list[Part]
    damaged: list[Part]  # skipped


def read_runs(folder: Path, columns: list[str] | None = None) -> RunRows:
    """Read the rows of runs, each run once.

    If a run was done twice, the first row counts. A failed row counts only if the run was never
    done; then the last failed row counts. Damaged parts are skipped.

    Parameters
    ----------
    columns
        Columns to read besides RunId and error; by default all that any part has.
    """
    wanted = None if columns is None else list(dict.fromkeys(["RunId", "error", *columns]))
    parts = parts_in(folder / RUNS)
    tables = [read_part(part, wanted) for part in parts]
    found = [table for table in tables if table is not None]
    damaged = [part for part, table in zip(parts, tables, strict=True) if table is None]
    if not found:
        nothing = pa.schema({"RunId": pa.int64(), "error": pa.string()}).empty_table()
        return RunRows(nothing, np.zeros(0, np.int64), parts, damaged)
    lengths = [0 if table is None else len(table) for table in tables]
    origin = np.repeat(np.arange(len(parts)), lengths)
    table = _joined(found)
    kept = _once(table["RunId"].to_numpy(), compute.is_null(table["error"]).to_numpy())
    if len(kept) < len(table):
        table, origin = table.take(pa.array(kept)), origin[kept]
    return RunRows(table, origin, parts, damaged)


def finished_in(folder: Path) -> NDArray[np.int64]:
    """Return the RunIds that are done, in order; damaged parts are skipped."""
    found = [np.zeros(0, np.int64)]
    for part in parts_in(folder / RUNS):
        table = read_part(part, ["RunId", "error"])
        if table is not None:
            done = compute.is_null(table["error"])
            found.append(table["RunId"].filter(done).to_numpy())
    ids = np.sort(np.concatenate(found))  # numpy.unique takes six times as long for a million
    fresh = np.ones(len(ids), bool)
    fresh[1:] = ids[1:] != ids[:-1]
    return ids[fresh]


def unfinished(design: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Return the rows of a design that are not done in a folder, each run once."""
    left = np.flatnonzero(~among(design["RunId"].to_numpy(), finished_in(folder)))
    _, first = np.unique(design["RunId"].to_numpy()[left], return_index=True)
    if len(first) == len(design):
        return design
    return design.take(left[np.sort(first)]).reset_index(drop=True)


def among(ids: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which ids are among known ones, which must be sorted; fast for millions."""
    if not len(known):
        return np.zeros(len(ids), bool)
    places = np.searchsorted(known, ids)
    places[places == len(known)] = 0
    return np.asarray(known[places] == ids)


def read_series(folder: Path, runs: NDArray[np.int64]) -> pa.Table | None:
    """Read the series of some runs, by RunId and Step; None if there are none."""
    rows = read_runs(folder, [])
    ids = rows.table["RunId"].to_numpy()
    chosen = np.isin(ids, runs)
    found = []
    series = {part.place: part for part in parts_in(folder / SERIES)}
    for k, part in enumerate(rows.parts):
        mine = ids[chosen & (rows.origin == k)]
        if part.place in series and len(mine):
            table = read_part(series[part.place])
            if table is not None:
                found.append(table.filter(compute.is_in(table["RunId"], pa.array(mine))))
    return _joined(found) if found else None


def damaged_in(folder: Path) -> list[Part]:
    """List the damaged parts in a folder of runs or of series."""
    return [part for part in parts_in(folder) if _content(part) is None]


def set_aside(folder: Path, shard: str | None) -> list[str]:
    """Move damaged parts aside, so that their runs are repeated; return their names.

    The runs of a damaged series are moved too. A series without its runs is removed, and so is a
    part that was not written completely. With ``shard`` only its own parts are changed; None: all.
    """
    moved, lost = [], set()
    for part in [*damaged_in(folder / RUNS), *damaged_in(folder / SERIES)]:
        if shard is None or part.shard == shard:
            moved.append(_moved(folder, part))
            lost.add(part.place)
    for part in parts_in(folder / RUNS):
        if part.place in lost:
            _moved(folder, part)
    vouching = {part.place for part in parts_in(folder / RUNS)}
    for part in parts_in(folder / SERIES):
        if part.place not in vouching and (shard is None or part.shard == shard):
            part.path.unlink()
    own = "*" if shard is None else f"{shard}-*"
    for kind in (RUNS, SERIES):
        for partial in (folder / kind).glob(f".part-{own}.partial"):  # of a process that was killed
            partial.unlink()
    return moved


def _moved(folder: Path, part: Part) -> str:
    kind = part.path.parent.name
    place = folder / DAMAGED / kind
    place.mkdir(parents=True, exist_ok=True)
    part.path.replace(place / part.path.name)
    return f"{kind}/{part.path.name}"


def _joined(tables: list[pa.Table]) -> pa.Table:
    """Concatenate tables; a factor with numbers in some and words in others becomes words."""
    kinds: dict[str, set[pa.DataType]] = {}
    for table in tables:
        for each in table.schema:
            kinds.setdefault(each.name, set()).add(each.type)
    words = {name for name, found in kinds.items() if len(found) > 1 and pa.string() in found}
    for k, table in enumerate(tables if words else []):
        schema = [pa.field(f.name, pa.string() if f.name in words else f.type)
                  for f in table.schema]  # fmt: skip
        tables[k] = table.cast(pa.schema(schema))
    return pa.concat_tables(tables, promote_options="permissive")


def _once(ids: NDArray[np.int64], done: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return which rows to keep, in order: per run the first that is done, else the last failed.

    >>> _once(np.array([5, 6, 5, 6, 7]), np.array([True, False, True, False, False])).tolist()
    [0, 3, 4]
    """
    place = np.arange(len(ids))
    rank = np.where(done, place, 2 * len(ids) - place)
    order = np.lexsort([rank, ids])
    first = np.ones(len(ids), bool)
    first[1:] = ids[order][1:] != ids[order][:-1]
    return np.sort(order[first])


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=_DIGITS // 2).hexdigest()
