"""Cells of a user's tables: what counts as a number, a whole number, a word, for every source.

A cell of a CSV file, of a Parquet file and of an array in Python is read by the same rules. A
number is decimal, with a point: ``4``, ``-0.5``, ``1e3``; blanks around it are trimmed. It has no
separator of thousands (``1_000``, ``1,000``), no other base (``0x10``) and no decimal comma. A
whole number may be written ``4.0`` or ``4e0``. Empty cells, NA and NaN are no values.
"""

import math
import numbers
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import format_value
from samizdat.system.input_files import InputError

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["whole", "number", "text", "choice", "any"]

_GRAMMAR = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_NUMBER = re.compile(_GRAMMAR)
# What pandas takes for a missing value, and numbers that are none.
_MISSING = frozenset(
    ("", "#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "-nan", "1.#ind", "1.#qnan", "<na>",
     "n/a", "na", "nan", "none", "null", "nat")
)  # fmt: skip
_ENDLESS = frozenset(sign + word for sign in ("", "+", "-") for word in ("inf", "infinity"))
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True)
class Column:
    """What the cells of a column may be.

    Attributes
    ----------
    kind
        ``whole``: int32 or int64 within ``low`` and ``high``; ``number``: finite float64 within
        them; ``text``: text that is not empty; ``choice``: one of ``words`` or its place among
        them, as uint8; ``any``: numbers if every cell is one, truth values likewise, else text.
    low, high
        Range of a number, ends included.
    words
        Words of a choice.
    a, many
        What values are called in a message, as in "is not an id; ids are ...".
    optional
        Whether the table may lack the column.
    """

    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    words: tuple[str, ...] = ()
    a: str = "a number"
    many: str = "allowed"
    optional: bool = False

    @property
    def allowed(self) -> str:
        """The values that are allowed, in words."""
        if self.kind == "choice":
            return ", ".join(f"{word} ({code})" for code, word in enumerate(self.words))
        if self.kind in ("text", "any"):
            return "text" if self.kind == "text" else "numbers and text"
        what = "whole numbers" if self.kind == "whole" else "numbers"
        if math.isinf(self.low) and math.isinf(self.high):
            return what
        return f"{what}, {_plain(self.low)} ... {_plain(self.high)}"

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Type of the array of a column whose kind is not ``any``."""
        small = self.kind == "whole" and self.low >= -(2**31) and self.high < 2**31
        of_kind = {"whole": np.int32 if small else np.int64, "number": np.float64}
        return np.dtype(of_kind.get(self.kind, np.uint8 if self.kind == "choice" else object))


def _plain(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) and value == int(value) else f"{value:g}"


def values_of(cells: "pa.Array", column: Column, where: str, name: str, before: int = 0) -> Any:
    """Return the values of cells as an array of the column's type.

    Parameters
    ----------
    cells
        One batch of a column: text, numbers or truth values.
    where, name, before
        For messages: the table, the column, and how many of its rows came before this batch.

    Raises
    ------
    InputError
        It names table, row (from 1), column, the first wrong value, and what is allowed.
    """
    import pyarrow as pa

    cells = _plain_type(cells, where, name)
    if column.kind == "any" and not pa.types.is_string(cells.type):
        return _typed(cells, where, name, before)
    fast = {"whole": _fast_whole, "number": _fast_number, "choice": _fast_choice}
    found = None if cells.null_count else fast.get(column.kind, _fast_text)(cells, column)
    if found is not None:
        return found
    return _one_by_one(cells.to_pylist(), column, where, name, before)


def _one_by_one(
    cells: Iterable[object], column: Column, where: str, name: str, before: int = 0
) -> NDArray[Any]:
    """Return values, or name the first that is not allowed."""
    single = {"whole": _whole, "number": _number, "choice": _choice}.get(column.kind, _text)
    values = []
    for k, cell in enumerate(cells):
        try:
            values.append(single(cell, column))
        except InputError as error:
            raise InputError(f"{where}, row {before + k + 1}: {name} {error}") from None
    return np.array(values, column.dtype)


def _plain_type(cells: "pa.Array", where: str, name: str) -> "pa.Array":
    """Return cells of categories as their values, and all text as one type, trimmed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_a = pa.types
    if is_a.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if is_a.is_large_string(cells.type) or is_a.is_string_view(cells.type):
        cells = cells.cast(pa.string())
    if is_a.is_string(cells.type):
        return pc.utf8_trim_whitespace(cells)
    if is_a.is_decimal(cells.type):
        cells = cells.cast(pa.float64())
    known = (is_a.is_string, is_a.is_integer, is_a.is_floating, is_a.is_boolean, is_a.is_null)
    if not any(test(cells.type) for test in known):
        raise InputError(f"{where}: {name} holds {cells.type}; allowed are numbers and text")
    return cells


def _fast_whole(cells: "pa.Array", column: Column) -> NDArray[Any] | None:
    """Return whole numbers; None if one of the cells needs a closer look."""
    import pyarrow as pa

    if pa.types.is_boolean(cells.type):
        return None
    if pa.types.is_string(cells.type) and _has_an_x(cells):
        return None
    try:
        values = np.asarray(cells.cast(pa.int64()).to_numpy(zero_copy_only=False), np.int64)
    except pa.ArrowException:
        return None
    if values.size and not (column.low <= values.min() and values.max() <= column.high):
        return None
    return values.astype(column.dtype, copy=False)


def _has_an_x(cells: "pa.Array") -> bool:
    """Whether a number may be written in base 16, which Arrow reads."""
    buffer = cells.buffers()[2]
    text = b"" if buffer is None else buffer.to_pybytes()
    return b"x" in text or b"X" in text


def _fast_number(cells: "pa.Array", column: Column) -> NDArray[np.float64] | None:
    """Return numbers; None if one of the cells needs a closer look."""
    import pyarrow as pa

    if pa.types.is_boolean(cells.type) or (
        pa.types.is_string(cells.type) and not _all_plain(cells)
    ):
        return None
    values = np.asarray(cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    inside = np.isfinite(values) & (values >= column.low) & (values <= column.high)
    return values if inside.all() else None


def _all_plain(cells: "pa.Array") -> bool:
    """Whether every cell of text is a number without blanks around it."""
    import pyarrow.compute as pc

    return bool(pc.all(pc.match_substring_regex(cells, f"^(?:{_GRAMMAR})$"), min_count=0).as_py())


def _fast_choice(cells: "pa.Array", column: Column) -> NDArray[np.uint8] | None:
    """Return places of words; None if one of the cells needs a closer look."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(cells.type):
        return None
    codes = pc.index_in(cells, value_set=pa.array(column.words, pa.string()))
    return None if codes.null_count else np.asarray(codes.to_numpy().astype(np.uint8))


def _fast_text(cells: "pa.Array", _: Column) -> NDArray[Any] | None:
    """Return text; None if one of the cells needs a closer look."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(cells.type):
        return None
    if len(cells) and pc.min(pc.binary_length(cells)).as_py() == 0:
        return None
    return np.asarray(cells.to_numpy(zero_copy_only=False), object)


def _shown(cell: object) -> str:
    """Return a value for a message, cut to 40 characters."""
    text = repr(cell.item() if isinstance(cell, np.generic) else cell)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _real(cell: object) -> float | int | None:
    """Return the number that a cell holds, perhaps not finite; None if it holds none."""
    if isinstance(cell, str):
        text = cell.strip()
        if not _NUMBER.fullmatch(text):
            return math.inf if text.casefold() in _ENDLESS else None
        return int(text) if text.lstrip("+-").isdigit() and len(text) < 25 else float(text)
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, numbers.Real):
        return None
    return int(cell) if isinstance(cell, numbers.Integral) else float(cell)


def is_number(text: str) -> bool:
    """Whether text is a finite number, as it may be written in a table."""
    real = _real(text)
    return real is not None and math.isfinite(real)


def as_whole(cell: object) -> int | None:
    """Return a whole number of any type of numpy, of Python or as text as an int; else None."""
    real = _real(cell)
    return None if real is None or not math.isfinite(real) or real != int(real) else int(real)


def _whole(cell: object, column: Column) -> int:
    whole = as_whole(cell)
    if whole is None:
        raise InputError(f"{_shown(cell)} is not {column.a}; {column.many} are {column.allowed}")
    if not column.low <= whole <= column.high:
        low, high = _plain(column.low), _plain(column.high)
        raise InputError(f"{whole} is outside {low} ... {high}")
    return whole


def _number(cell: object, column: Column) -> float:
    real = _real(cell)
    if real is None or not math.isfinite(real):
        raise InputError(f"{_shown(cell)} is not {column.a}; {column.many} are {column.allowed}")
    if not column.low <= real <= column.high:
        low, high = _plain(column.low), _plain(column.high)
        raise InputError(f"{_shown(cell)} is outside {low} ... {high}")
    return float(real)


def _choice(cell: object, column: Column) -> int:
    word = cell.strip() if isinstance(cell, str) else cell
    if word in column.words:
        return column.words.index(str(word))
    code = _real(cell)
    if code is None or code not in range(len(column.words)):
        raise InputError(f"{_shown(cell)} is unknown; allowed are {column.allowed}")
    return int(code)


def _text(cell: object, _: Column) -> str:
    if cell is None or not str(cell).strip():
        raise InputError("has no value")
    if not isinstance(cell, str):
        raise InputError(f"{_shown(cell)} is not text")
    return cell.strip()


def _typed(cells: "pa.Array", where: str, name: str, before: int) -> NDArray[Any]:
    """Return numbers or truth values, none of them missing."""
    import pyarrow as pa

    if pa.types.is_boolean(cells.type) and not cells.null_count:
        return np.asarray(cells.to_numpy(zero_copy_only=False), np.bool_)
    values = np.asarray(
        cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64
    )
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        cell = cells[row].as_py()
        wrong = (
            "has no value" if cell is None or math.isnan(values[row]) else f"{cell} is not finite"
        )
        raise InputError(f"{where}, row {before + row + 1}: {name} {wrong}")
    return values


def untyped(cells: NDArray[Any], where: str, name: str) -> NDArray[Any]:
    """Return a column of a file that has no types: numbers, truth values, or else text.

    Parameters
    ----------
    cells
        Text (rows,), trimmed.

    Raises
    ------
    InputError
        A cell is a word for a missing value or for infinity: it names table, row and column.
    """
    import pyarrow as pa

    plain = _fast_number(pa.array(cells, pa.string()), Column("number"))
    if plain is not None:
        return plain
    real = [_real(cell) for cell in cells]
    for row, (cell, value) in enumerate(zip(cells, real, strict=True)):
        word = cell.casefold()
        if word in _MISSING:
            raise InputError(f"{where}, row {row + 1}: {name} has no value ({format_value(cell)})")
        if value is not None and math.isinf(value):
            raise InputError(f"{where}, row {row + 1}: {name} {format_value(cell)} is not finite")
    if all(value is not None for value in real):
        return np.array(real, np.float64)
    truth = [_TRUTH.get(cell.casefold()) for cell in cells]
    return np.array(truth) if None not in truth else cells


def values_in(given: object, column: Column, where: str, name: str) -> Any:
    """Return the values of an array, a list or a pandas column as an array of the column's type.

    Raises
    ------
    InputError
        It names ``where``, the row (from 1), ``name``, the first wrong value, and what is allowed.
    """
    import pyarrow as pa

    if isinstance(given, np.ma.MaskedArray):
        given = given.tolist()  # what is masked becomes None
    if (dimensions := getattr(given, "ndim", 1)) != 1:
        raise InputError(f"{where}: {name} has {dimensions} dimensions, 1 is needed")
    if isinstance(given, str | bytes | Mapping | Set) or not isinstance(given, Iterable):
        raise InputError(f"{where}: {name} is a {type(given).__name__}; give a list or an array")
    if not hasattr(given, "__len__"):
        given = list(given)
    try:
        cells = pa.array(given)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        cells = None  # of several types
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if cells is not None:
        return values_of(cells, column, where, name)
    return _one_by_one(given, column, where, name)
