"""Tables that a user hands over in CSV or Parquet files, read strictly.

Every row has as many fields as the header, no column is made up, and nothing is guessed. The first
line of a CSV file is its header; fields are separated by commas, a field may be in double quotes,
the text is UTF-8 (a byte-order mark is read over), and empty lines are left out. Rows are counted
from 1, below the header. Values are read as `cells` says, from both kinds of file alike.
"""

import csv
import difflib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import format_value
from samizdat.system.cells import Column, untyped, values_of
from samizdat.system.input_files import InputError, check_memory, read_bytes

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST, LARGEST_OF_A_PIPE = 64_000_000_000, 256_000_000  # bytes
_BLOCK = 1 << 21  # bytes of CSV text read into cells at once
_SMALL = 1 << 20  # bytes of CSV text for which the start of Arrow's threads does not pay
_BATCH = 1 << 18  # rows of other files
_OF_TEXT = 100  # bytes of a cell of text in memory, about
_MAGIC = b"PAR1"
_FIELD = rb'(?:"[^"]*+"|[^",\r\n]*+)'
_PLAIN_QUOTES = re.compile(rb"(?:%b(?:,|\r\n?|\n))*+%b" % (_FIELD, _FIELD))
_KINDS = {".csv": "CSV", ".parquet": "Parquet"}

Cells = Iterator[dict[str, "pa.Array"]]


def columns_of(
    path: Path, columns: Mapping[str, Column], rest: Column | None = None, where: str = ""
) -> dict[str, NDArray[Any]]:
    """Read a table; return its columns by name, in the order of the file.

    Parameters
    ----------
    columns
        The columns that are read, by name.
    rest
        What the cells of every other column may be; None: the others are left out.
    where
        Name of the table in messages, by default its path.

    Raises
    ------
    InputError
        In one line: the file, the row and the column where there is one, what was found, and what
        is allowed.
    """
    where = where or str(path)
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"{where}: unknown extension {format_value(path.suffix)}; allowed are .csv, .parquet"
        )
    content = read_bytes(path, LARGEST, LARGEST_OF_A_PIPE, where)
    if not content:
        raise InputError(f"{where}: cannot be read as {kind}: the file is empty")
    if (kind == "Parquet") != (content[:4] == _MAGIC):
        raise InputError(f"{where}: the content is not {kind}")
    try:
        source = _Csv(content, where) if kind == "CSV" else _Parquet(content, where)
        wanted = _wanted(source.names, columns, rest, where)
        if rest is not None and source.unwritten:
            raise InputError(
                f"{where}: {format_value(source.unwritten[0])} is an index of pandas and not in "
                "the file; reset_index() makes it a column"
            )
        source.check_memory(wanted)
        table = _joined(source.batches(list(wanted)), wanted, where)
        if kind == "CSV":
            for name, column in wanted.items():
                if column.kind == "any":
                    table[name] = untyped(table[name], where, name)
    except MemoryError:
        raise InputError(f"{where}: is larger than the available memory") from None
    return table


def _joined(batches: Cells, wanted: Mapping[str, Column], where: str) -> dict[str, NDArray[Any]]:
    """Return the values of all batches."""
    parts: dict[str, list[Any]] = {name: [] for name in wanted}
    rows = 0
    for batch in batches:
        for name, column in wanted.items():
            parts[name].append(values_of(batch[name], column, where, name, rows))
        rows += len(next(iter(batch.values())))
    return {
        name: np.concatenate(parts.pop(name) or [np.empty(0, column.dtype)])
        for name, column in wanted.items()
    }


def _wanted(
    names: list[str], columns: Mapping[str, Column], rest: Column | None, where: str
) -> dict[str, Column]:
    """Return the columns to be read, in the order of the file."""
    needed = [name for name, column in columns.items() if not column.optional]
    twice = [name for name in names if names.count(name) > 1] if len({*names}) < len(names) else []
    if twice or not {*needed} <= {*names}:
        spare = [name for name in columns if name not in needed]
        also = f" and, optionally, {', '.join(spare)}" if spare else ""
        wrong = f"{format_value(twice[0])} is repeated; " if twice else ""
        asked = f"expected {', '.join(needed)}{also}, each once" if columns else "give each once"
        raise InputError(f"{where}: {wrong}columns are {', '.join(names)[:200]}; {asked}")
    if rest is None:
        for name in columns:
            if name not in names:
                _check_spelling(name, names, where)
        return {name: columns[name] for name in names if name in columns}
    if "" in names:
        raise InputError(
            f"{where}: column {names.index('') + 1} has no name; pandas leaves out its index with "
            "to_csv(..., index=False)"
        )
    return {name: columns.get(name, rest) for name in names}


def _check_spelling(name: str, names: list[str], where: str) -> None:
    """Refuse a column that is left out because its name is misspelt."""
    lower = {each.casefold(): each for each in names}
    for near in difflib.get_close_matches(name, lower, n=1, cutoff=0.8):
        raise InputError(
            f"{where}: unknown column {format_value(lower[near])}; did you mean {name!r}?"
        )


class _Csv:
    """A CSV file: its names, and its cells as text."""

    unwritten: Sequence[str] = ()  # names of an index that is no column

    def __init__(self, content: bytes, where: str) -> None:
        self._where = where
        self._content = content
        self._check_text()
        content = self._content = self._content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
        if not content:
            raise InputError(f"{where}: cannot be read as CSV: the file is empty")
        self._quoted = b'"' in content
        self._end = re.search(rb"\r\n?|\n|$", content).end()  # type: ignore[union-attr]
        head = content[: self._end].decode().rstrip("\r\n")
        fields = next(self._records())[1] if self._quoted else head.split(",")
        self.names = [name.strip() for name in fields]
        self._check_header(head)

    def _check_text(self) -> None:
        content = self._content
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self._refuse("it is text in UTF-16; save it as UTF-8")
        if (at := content.find(b"\0")) >= 0:
            raise InputError(
                f"{self._where}: the content is not CSV (a NUL character in {_row(content, at)})"
            )
        if content.isascii():
            return
        try:
            content.decode()
        except UnicodeDecodeError as error:
            at = error.start
            self._refuse(
                f"byte 0x{content[at]:02x} is not UTF-8; save the file as UTF-8", _row(content, at)
            )

    def _check_header(self, head: str) -> None:
        first = self.names[0]
        if first.startswith("#"):
            self._refuse(
                f"its first line, {head[:40]!r}, begins with '#'; the first line must be the header"
            )
        for mark, name in ((";", "semicolons"), ("\t", "tabs")):
            if len(self.names) == 1 and mark in first:
                self._refuse(
                    f"its header, {head[:40]!r}, has {name}; fields are separated by commas, "
                    "numbers are written with a point"
                )

    def _refuse(self, reason: str, row: str = "") -> Any:
        where = f"{self._where}, {row}" if row else self._where
        raise InputError(f"{where}: cannot be read as CSV: {reason}")

    def check_memory(self, wanted: Mapping[str, Column]) -> None:
        """Check that the memory for the columns is available."""
        rows = self._content.count(b"\n")
        check_memory(rows * sum(map(_bytes_of, wanted.values())) + 4 * _BLOCK, self._where)

    def batches(self, wanted: list[str]) -> Cells:
        """Yield cells by name, a part of the rows at a time."""
        large = len(self._content) >= _SMALL
        if large and (not self._quoted or self._quotes_are_plain()):
            return self._by_arrow(wanted)
        return self._by_records(wanted)

    def _quotes_are_plain(self) -> bool:
        """Whether every quote opens or closes a field: Arrow accepts others in silence."""
        head = self._content[: self._end]
        return head.count(b'"') % 2 == 0 and _PLAIN_QUOTES.fullmatch(self._content) is not None

    def _by_arrow(self, wanted: list[str]) -> Cells:
        """Split a large file, fast."""
        import pyarrow as pa
        from pyarrow import csv as arrow

        body = memoryview(self._content)[self._end :]
        places = [f"{k}" for k in range(len(self.names))]
        picked = [places[self.names.index(name)] for name in wanted]
        if not re.search(rb"[^\r\n]", body):
            return
        try:
            reader = arrow.open_csv(
                pa.BufferReader(pa.py_buffer(body)),
                read_options=arrow.ReadOptions(column_names=places, block_size=_BLOCK),
                parse_options=arrow.ParseOptions(
                    quote_char='"' if self._quoted else False, newlines_in_values=self._quoted
                ),
                convert_options=arrow.ConvertOptions(
                    column_types=dict.fromkeys(places, pa.string()),
                    include_columns=picked,
                    strings_can_be_null=False,
                ),
            )
            with reader:
                for batch in reader:
                    yield dict(zip(wanted, batch.columns, strict=True))
        except pa.ArrowException as error:
            for row, fields in self._records():
                self._check_fields(row, fields)
            self._refuse(" ".join(str(error).split())[:200])

    def _by_records(self, wanted: list[str]) -> Cells:
        """Split any file."""
        import pyarrow as pa

        places = [self.names.index(name) for name in wanted]
        records: list[list[str]] = []

        def batch() -> dict[str, pa.Array]:
            return {
                name: pa.array([record[place] for record in records], pa.string())
                for name, place in zip(wanted, places, strict=True)
            }

        lines = self._records()
        next(lines)
        for row, fields in lines:
            self._check_fields(row, fields)
            records.append(fields)
            if len(records) == _BATCH:
                yield batch()
                records.clear()
        if records:
            yield batch()

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of each record, 0 for the header, and its fields."""
        text = io.TextIOWrapper(io.BytesIO(self._content), "utf-8", newline="")
        lines, row = csv.reader(text, strict=True), 0
        while True:
            try:
                fields = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                told = "a quote is not closed" if "unexpected end" in str(error) else str(error)
                self._refuse(told, f"row {row}" if row else "header")
            if fields:
                yield row, fields
                row += 1

    def _check_fields(self, row: int, fields: list[str]) -> None:
        if len(fields) == len(self.names):
            return
        names, text = ", ".join(self.names), ",".join(fields)
        noun = "field" if len(fields) == 1 else "fields"
        self._refuse(
            f"{len(fields)} {noun}, {text[:60]!r}, but the header has {len(self.names)}, "
            f"{names[:60]!r}; fields are separated by commas, numbers are written with a point",
            f"row {row}",
        )


class _Parquet:
    """A Parquet file: its names, and its cells."""

    def __init__(self, content: bytes, where: str) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._where = where
        self._content = content
        try:
            schema = parquet.ParquetFile(pa.BufferReader(content)).schema_arrow
            texts = [field.name for field in schema if _is_text(field.type)]
            self._file = parquet.ParquetFile(
                pa.BufferReader(content), read_dictionary=texts, pre_buffer=False
            )
        except Exception as error:  # of many types, for a damaged file
            self._refuse(error)
        index, self.unwritten = _index_of_pandas(schema.metadata)
        self._places = [k for k, name in enumerate(schema.names) if name not in index]
        self.names = [schema.names[k].strip() for k in self._places]
        self._as_named = [schema.names[k] for k in self._places]
        self._types = [schema.types[k] for k in self._places]

    def _refuse(self, error: BaseException) -> Any:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"{self._where}: cannot be read as Parquet: {reason}") from None

    def check_memory(self, wanted: Mapping[str, Column]) -> None:
        """Check that the memory for the columns is available, from what the footer says."""
        facts = self._file.metadata
        for name in wanted:
            kind = self._types[self.names.index(name)]
            if kind.num_fields:
                raise InputError(
                    f"{self._where}: {name} holds {kind}; allowed are numbers and text"
                )
        groups = [facts.row_group(k) for k in range(facts.num_row_groups)]
        largest = max((group.total_byte_size for group in groups), default=0)
        each = sum(map(_bytes_of, wanted.values()))
        check_memory(facts.num_rows * each + largest, self._where)

    def batches(self, wanted: list[str]) -> Cells:
        """Yield cells by name, a part of the rows at a time."""
        picked = [self._as_named[self.names.index(name)] for name in wanted]
        rows = 0
        try:
            for batch in self._file.iter_batches(_BATCH, columns=picked, use_threads=False):
                batch.validate(full=True)
                rows += batch.num_rows
                found = batch.schema.names
                yield {
                    name: batch.column(found.index(each))
                    for name, each in zip(wanted, picked, strict=True)
                }
        except Exception as error:
            self._refuse(error)
        if rows != self._file.metadata.num_rows:
            self._refuse(ValueError(f"{rows} rows, its footer says {self._file.metadata.num_rows}"))


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _index_of_pandas(metadata: Mapping[bytes, bytes] | None) -> tuple[list[str], list[str]]:
    """Return what pandas says of its index: columns without a name, and names without a column."""
    try:
        index = json.loads((metadata or {})[b"pandas"])["index_columns"]
        unnamed = [name for name in index if re.fullmatch(r"__index_level_\d+__", str(name))]
        ranges = [level.get("name") for level in index if isinstance(level, dict)]
    except (KeyError, TypeError, ValueError):
        return [], []
    return unnamed, [str(name) for name in ranges if name is not None]


def _bytes_of(column: Column) -> int:
    """Return the most bytes of a cell while a table is read: its batches, then the whole."""
    return _OF_TEXT if column.dtype == object else 2 * column.dtype.itemsize


def _row(content: bytes, at: int) -> str:
    """Return the row that a byte is in, as it is counted in messages."""
    lines = [line for line in content[: at + 1].splitlines() if line]
    return f"row {len(lines) - 1}" if len(lines) > 1 else "header"
