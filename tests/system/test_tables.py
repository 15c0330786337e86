"""Tables that a user hands over are read strictly, whatever file they are in."""

import contextlib
import json
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from samizdat.system import input_files, memory, tables
from samizdat.system.cells import Column, values_in
from samizdat.system.input_files import InputError
from samizdat.system.tables import columns_of

ANY = Column("any")
DECLARED = {
    "id": Column("whole", 0, 9, a="an id", many="ids"),
    "weight": Column("number", 0, 1, optional=True),
    "kind": Column("choice", words=("close", "online"), optional=True),
    "name": Column("text", optional=True),
}


def read(path, content, columns=None, rest=ANY):
    path.write_bytes(content)
    found = columns_of(path, columns or {}, rest)
    return {name: values.tolist() for name, values in found.items()}


def refused(path, content, columns=None, rest=ANY):
    with pytest.raises(InputError) as caught:
        read(path, content, columns, rest)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(path))


# name -> content, what is in the message
BAD = {
    "a decimal comma": (b"beta\n0,1\n0,2\n", ", row 1: cannot be read as CSV: 2 fields, '0,1'"),
    "a short row": (b"a,b\n1,2\n3\n", ", row 2: cannot be read as CSV: 1 field, '3'"),
    "a comma at the end": (b"a,b\n1,2,\n", ", row 1: cannot be read as CSV: 3 fields"),
    "semicolons": (b"a;b\n0,1;2\n", "its header, 'a;b', has semicolons"),
    "tabs": (b"a\tb\n1\t2\n", "has tabs; fields are separated by commas"),
    "a comment above the header": (b"# by me\na,b\n1,2\n", "'# by me', begins with '#'"),
    "an index of pandas": (b",a\n0,1\n", "column 1 has no name; pandas leaves out its index with"),
    "a column twice": (b"a,b,a\n1,2,3\n", "'a' is repeated; columns are a, b, a"),
    "a byte of Windows-1251": (b"a\n1\n\xe9\n", ", row 2: cannot be read as CSV: byte 0xe9"),
    "such a byte in the header": (b"\xe9\n1\n", ", header: cannot be read as CSV: byte 0xe9"),
    "UTF-16": ("a\n1\n".encode("utf-16"), "it is text in UTF-16; save it as UTF-8"),
    "a NUL": (b"a,b\n1,2\n\0,3\n", "the content is not CSV (a NUL character in row 2)"),
    "a quote left open": (b'a,b\n1,"2\n3,4\n', ", row 1: cannot be read as CSV: a quote is not"),
    "a quote within": (b'a,b\n1,"2"3\n', ", row 1: cannot be read as CSV: ',' expected after"),
    "nothing": (b"", "the file is empty"),
    "a mark alone": (b"\xef\xbb\xbf", "the file is empty"),
    "an empty cell": (b"a,b\n1,2\n,3\n", ", row 2: a has no value"),
    "a blank cell": (b"a\n1\n  \n", ", row 2: a has no value"),
    "NA": (b"a\n1\nNA\n", ", row 2: a has no value ('NA')"),
    "NaN": (b"a\nNaN\n1\n", ", row 1: a has no value ('NaN')"),
    "infinity": (b"a\n1\n-inf\n", ", row 2: a '-inf' is not finite"),
    "beyond floating point": (b"a\n1\n1e400\n", ", row 2: a '1e400' is not finite"),
}


@pytest.fixture(params=["as a small file", "as a large file"])
def _split(request, monkeypatch):
    """Splits files in either way."""
    if request.param == "as a large file":
        monkeypatch.setattr(tables, "_SMALL", 0)


@pytest.mark.usefixtures("_split")
@pytest.mark.parametrize("name", BAD)
def test_what_is_no_strict_csv_is_refused_with_its_row(tmp_path, name):
    content, words = BAD[name]
    assert words in refused(tmp_path / "it.csv", content)


# name -> content, what is read
GOOD = {
    "a byte-order mark": (b"\xef\xbb\xbfa\n1\n", {"a": [1.0]}),
    "whole numbers": (b"a\n1\n2\n", {"a": [1.0, 2.0]}),
    "blanks": (b"a, b\n 1 , x \n", {"a": [1.0], "b": ["x"]}),
    "an exponent": (b"a\n1e3\n-.5\n5.\n", {"a": [1000.0, -0.5, 5.0]}),
    "digits in groups are text": (b"a\n1_000\n0x10\n", {"a": ["1_000", "0x10"]}),
    "other digits are text": ("a\n٣\n".encode(), {"a": ["٣"]}),
    "a word among numbers": (b"a\n1\ncourt\n", {"a": ["1", "court"]}),
    "truth": (b"a\nTrue\nfalse\n", {"a": [True, False]}),
    "quotes": (b'"a","b"\n"1","x, y"\n', {"a": [1.0], "b": ["x, y"]}),
    "a line in a cell": (b'a\n"x\ny"\n', {"a": ["x\ny"]}),
    "lines of Windows, some empty": (
        b"a,b\r\n1,2\r\n\r\n3,4", {"a": [1.0, 3.0], "b": [2.0, 4.0]}),
    "lines of old": (b"a,b\r1,2\r", {"a": [1.0], "b": [2.0]}),
    "no rows": (b"a,b\n", {"a": [], "b": []}),
}  # fmt: skip


@pytest.mark.usefixtures("_split")
@pytest.mark.parametrize("name", GOOD)
def test_csv_is_read_as_it_is_written(tmp_path, name):
    content, wanted = GOOD[name]
    assert read(tmp_path / "it.csv", content) == wanted


def test_both_ways_to_split_a_file_agree(tmp_path, monkeypatch):
    pieces = [b"1", b"x", b"4", b",", b"\n3,", b"\r\n2,", b'"', b'"', b" ", b"", b"2.5", b"-"]
    ways = {}
    for small in (0, 1 << 20):
        monkeypatch.setattr(tables, "_SMALL", small)
        rng = np.random.default_rng(5)
        for k in range(200):
            lines = [b"".join(rng.choice(pieces, 3).tolist()) for _ in range(4)]
            content = b"a,b\n" + b"\n".join(b"1," + line for line in lines)
            try:
                found = repr(read(tmp_path / "it.csv", content))
            except InputError as error:
                found = str(error)
            assert ways.setdefault(k, found) == found, content
    assert sum("cannot be read" not in found for found in ways.values()) > 20


def test_numbers_are_those_of_python_to_the_last_bit(tmp_path):
    values = np.random.default_rng(1).random(500) * 7
    assert read(tmp_path / "it.csv", "\n".join(["a", *map(repr, values.tolist())]).encode()) == {
        "a": values.tolist()
    }


SOURCES = ["csv", "string", "large_string", "dictionary", "list", "pandas"]
WRONG_CELLS = {
    "a fraction": (["1", "0.5"], "row 2: id '0.5' is not an id; ids are whole numbers, 0 ... 9"),
    "too large": (["1", "10"], "row 2: id 10 is outside 0 ... 9"),
    "below": (["-1"], "row 1: id -1 is outside 0 ... 9"),
    "base 16": (["0x1"], "row 1: id '0x1' is not an id"),
    "digits in groups": (["1_0"], "row 1: id '1_0' is not an id"),
    "a word": (["one"], "row 1: id 'one' is not an id"),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", WRONG_CELLS)
def test_every_source_says_the_same_of_a_cell(tmp_path, name, source):
    cells, words = WRONG_CELLS[name]
    with pytest.raises(InputError, match=re.escape(words)):
        read_from(tmp_path, cells, source)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_takes_the_same_cells(tmp_path, source):
    assert read_from(tmp_path, ["1", " 2 ", "3.0", "4e0", "+5"], source) == [1, 2, 3, 4, 5]


def read_from(folder, cells, source):
    if source in ("list", "pandas"):
        given = pd.Series(cells) if source == "pandas" else cells
        return values_in(given, DECLARED["id"], "it", "id").tolist()
    if source == "csv":
        return read(folder / "it.csv", "\n".join(["id", *cells]).encode(), DECLARED, None)["id"]
    kind = {"string": pa.string(), "large_string": pa.large_string()}.get(
        source, pa.dictionary(pa.int32(), pa.string())
    )
    parquet.write_table(pa.table({"id": pa.array(cells).cast(kind)}), folder / "it.parquet")
    return columns_of(folder / "it.parquet", DECLARED)["id"].tolist()


def test_a_choice_is_a_word_or_its_place(tmp_path):
    content = b"id,kind\n1, online\n2,0\n3,close \n"
    assert read(tmp_path / "it.csv", content, DECLARED, None)["kind"] == [1, 0, 0]
    words = "row 1: kind 'Close' is unknown; allowed are close (0), online (1)"
    assert words in refused(tmp_path / "it.csv", b"id,kind\n1,Close\n", DECLARED, None)


def test_declared_numbers_and_text(tmp_path):
    content = b"id,weight,name\n1,.5,7\n2,1,Ann\n"
    wanted = {"id": [1, 2], "weight": [0.5, 1.0], "name": ["7", "Ann"]}
    assert read(tmp_path / "it.csv", content, DECLARED, None) == wanted
    for cell, words in ((b"1.5", "'1.5' is outside 0 ... 1"), (b"nan", "is not a number"),
                        (b"", "is not a number; allowed are numbers, 0 ... 1")):  # fmt: skip
        content = b"id,weight\n1,0\n2," + cell + b"\n"
        assert words in refused(tmp_path / "it.csv", content, DECLARED, None)


def test_other_columns_are_left_out_unless_they_look_misspelt(tmp_path):
    path = tmp_path / "it.csv"
    assert read(path, b",id,note\n0,1,x\n", DECLARED, None) == {"id": [1]}
    for name in ("Kind", "kinds"):
        words = f"unknown column '{name}'; did you mean 'kind'?"
        assert words in refused(path, f"id,{name}\n1,close\n".encode(), DECLARED, None)
    words = "columns are Id, kind; expected id and, optionally, weight, kind, name, each once"
    assert words in refused(path, b"Id,kind\n1,close\n", DECLARED, None)


# Parquet


def stored(folder, frame, **options):
    frame.to_parquet(folder / "it.parquet", **options)
    return {
        name: values.tolist() for name, values in columns_of(folder / "it.parquet", {}, ANY).items()
    }


def test_an_index_without_a_name_is_no_column_and_one_with_a_name_is(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert stored(tmp_path, frame.iloc[[1, 0]]) == {"a": [2.0, 1.0], "b": ["y", "x"]}
    assert stored(tmp_path, frame.set_index("b")) == {"a": [1.0, 2.0], "b": ["x", "y"]}
    with pytest.raises(InputError, match="'a' is an index of pandas and not in the file"):
        stored(tmp_path, frame.set_index(pd.RangeIndex(2, name="a"))[["b"]])


def test_numbers_of_any_type_and_text_are_read(tmp_path):
    frame = pd.DataFrame(
        {
            "attention": np.array([0.5], np.float32),
            "attention.beta": np.array([3], np.uint8),
            "words": pd.Categorical(["x"]),
            "number as text": ["0.1"],
            "truth": [True],
        }
    )
    wanted = {name: [value] for name, value in frame.iloc[0].to_dict().items()}
    assert stored(tmp_path, frame) == wanted


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([[1]], "a holds list<element: int64>; allowed are numbers and text"),
        ([{"x": 1}], "a holds struct<x: int64>"),
        ([b"x"], "a holds binary"),
        (pd.to_datetime(["2014-03-01"]), "a holds timestamp"),
        ([1, None], ", row 2: a has no value"),
        (["x", None], ", row 2: a has no value"),
        ([1, np.inf], ", row 2: a inf is not finite"),
        (["x", ""], ", row 2: a has no value"),
    ],
)
def test_what_is_no_number_or_text_is_refused(tmp_path, cells, words):
    with pytest.raises(InputError, match=re.escape(words)):
        stored(tmp_path, pd.DataFrame({"a": cells}))


def test_damaged_files_are_read_or_refused(tmp_path):
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"id": np.arange(9), "kind": ["close", "online", "close"] * 3})
    for name in ("it.csv", "it.parquet"):
        path = tmp_path / name
        (frame.to_csv if name == "it.csv" else frame.to_parquet)(path, index=False)
        whole = path.read_bytes()
        for _ in range(150):
            content = bytearray(whole)
            content[rng.integers(len(content))] ^= 1 << rng.integers(8)
            path.write_bytes(content)
            with contextlib.suppress(InputError):
                columns_of(path, DECLARED)


# Memory


def test_memory_is_asked_before_a_table_is_decoded(tmp_path, monkeypatch):
    rows = 6_000_000
    dense = pa.table({"id": pa.array(np.zeros(rows, np.int8))})
    parquet.write_table(dense, tmp_path / "it.parquet")
    assert (tmp_path / "it.parquet").stat().st_size < 100_000
    monkeypatch.setattr(memory, "available", lambda: (50_000_000, "cgroup limit"))
    monkeypatch.setattr(memory, "WORTH_ASKING", 10_000_000)
    monkeypatch.setattr(tables, "values_of", None)  # nothing may be decoded
    with pytest.raises(InputError, match=r"it.parquet: reading it needs about \d+.* MB, available"):
        columns_of(tmp_path / "it.parquet", {"id": Column("whole", 0, 2**40)})


def test_only_the_columns_needed_are_decoded(tmp_path, monkeypatch):
    parquet.write_table(
        pa.table({"id": [1], "note": [[1, 2]], "other": [{"x": 1}]}), tmp_path / "it.parquet"
    )
    assert list(columns_of(tmp_path / "it.parquet", DECLARED)) == ["id"]


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "it.csv"
    with path.open("wb") as file:
        file.truncate(tables.LARGEST + 1)  # a sparse file
    monkeypatch.setattr(input_files, "_all_of", None)
    with pytest.raises(InputError, match="is larger than 64 GB"):
        columns_of(path, DECLARED)


# Python


@pytest.mark.parametrize(
    "given",
    [[1, 2], (1, 2), range(1, 3), (i for i in (1, 2)), np.array([1.0, 2.0]), pd.Series([1, 2]),
     np.array([1, 2], ">i4"), pd.Series([1, 2], dtype="Int64"), pa.array([1, 2]), ["1", "2"],
     np.array([1, 2], object), pa.chunked_array([[1], [2]]), [np.int8(1), 2.0]],
)  # fmt: skip
def test_whole_numbers_of_any_array(given):
    assert values_in(given, DECLARED["id"], "it", "id").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([1, True], "it, row 2: id True is not an id; ids are whole numbers, 0 ... 9"),
        (np.array([True]), "it, row 1: id True is not an id"),
        ([1, 2.5], "it, row 2: id 2.5 is not an id"),
        ([1, None], "it, row 2: id None is not an id"),
        (np.array([1, np.nan]), "it, row 2: id nan is not an id"),
        (pd.Series([1, None], dtype="Int64"), "it, row 2: id None is not an id"),
        (np.ma.array([1, 2], mask=[False, True]), "it, row 2: id None is not an id"),
        ([10**30], f"it, row 1: id {10**30} is outside 0 ... 9"),
        (np.array([2**63], np.uint64), f"it, row 1: id {2**63} is outside 0 ... 9"),
        ([1j], "it, row 1: id 1j is not an id"),
        (np.array([[1, 2]]), "it: id has 2 dimensions, 1 is needed"),
        (pd.DataFrame({"id": [1]}), "it: id has 2 dimensions, 1 is needed"),
        ({1, 2}, "it: id is a set; give a list or an array"),
        (None, "it: id is a NoneType"),
    ],
)
def test_what_is_no_whole_number_is_named(given, words):
    with pytest.raises(InputError, match=re.escape(words)):
        values_in(given, DECLARED["id"], "it", "id")


def test_metadata_of_pandas_that_is_broken_names_no_index(tmp_path):
    table = pa.table({"a": [1]}).replace_schema_metadata({"pandas": json.dumps([])})
    parquet.write_table(table, tmp_path / "it.parquet")
    assert list(columns_of(tmp_path / "it.parquet", {}, ANY)) == ["a"]
