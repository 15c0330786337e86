"""The parts of a sweep's folder: named by their bytes, whole or absent, each run once."""

import itertools
import re
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from fake_disk import record, restored
from samizdat.batch import parts

NOT_DONE = "ValueError: no"


def rows(ids, error=None, **columns):
    """A part of runs: their ids, and the error of all or of each."""
    errors = error if isinstance(error, list) else [error] * len(ids)
    of = {"RunId": pa.array(ids, pa.int64()), "error": pa.array(errors, pa.string())}
    return pa.table(of | columns)


def steps(ids, n=2):
    """A part of series: n steps of each run."""
    return pa.table({"RunId": np.repeat(ids, n), "Step": np.tile(np.arange(n), len(ids))})


@pytest.fixture
def folder(tmp_path):
    for kind in (parts.RUNS, parts.SERIES):
        (tmp_path / "out" / kind).mkdir(parents=True)
    return tmp_path / "out"


def write(folder, number, table, kind=parts.RUNS, shard=""):
    return parts.write_part(folder / kind, shard, number, table)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def left_in(folder):
    """The files below a folder."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


# Names


def test_a_part_is_named_by_its_place_and_its_bytes(folder):
    path = write(folder, 3, rows([1, 2]))
    assert re.fullmatch(r"part-000003-[0-9a-f]{16}\.parquet", path.name)
    assert path.name != write(folder, 3, rows([1, 3])).name
    path = write(folder, 1_234_567, rows([1]), shard="2of3")
    (part,) = [part for part in parts.parts_in(folder / "runs") if part.shard]
    assert part == (path, "2of3", 1_234_567, path.name[-24:-8])
    assert part.place == ("2of3", 1_234_567)


def test_parts_are_listed_in_the_order_of_their_writers(folder):
    for shard, number in (("2of2", 0), ("1of2", 11), ("1of2", 2), ("", 5)):
        write(folder, number, rows([number]), shard=shard)
    for name in ("part-1.parquet", "notes.txt", ".part-000001-0123456789abcdef.parquet.partial"):
        (folder / "runs" / name).write_text("")
    found = [part.place for part in parts.parts_in(folder / "runs")]
    assert found == [("", 5), ("1of2", 2), ("1of2", 11), ("2of2", 0)]
    assert parts.parts_in(folder / "none") == []


def test_the_same_rows_make_the_same_file(folder):
    one, two = (write(folder, 1, rows([1, 2], x=[0.5, 1.5])).read_bytes() for _ in range(2))
    assert one == two
    assert len(parts.parts_in(folder / "runs")) == 1


def test_a_part_is_a_table_for_any_reader_with_page_checksums(folder):
    path = write(folder, 1, rows([4, 5], x=[0.5, 1.5], word=["a", "b"]))
    table = parquet.read_table(path, page_checksum_verification=True)
    assert table["x"].to_pylist() == [0.5, 1.5]
    encodings = parquet.ParquetFile(path).metadata.row_group(0)
    of = {encodings.column(k).path_in_schema: encodings.column(k).encodings for k in range(4)}
    assert [any("DICTIONARY" in each for each in of[name]) for name in ("word", "x")] == [
        True, False,
    ]  # fmt: skip
    content = path.read_bytes()
    path.write_bytes(content[:30] + bytes([content[30] ^ 1]) + content[31:])
    with pytest.raises(OSError, match="CRC"):
        parquet.read_table(path, page_checksum_verification=True)


def test_a_part_that_differs_from_its_name_is_not_read(folder):
    path = write(folder, 1, rows([4, 5], x=[0.5, 1.5]))
    (part,) = parts.parts_in(folder / "runs")
    assert parts.read_part(part, ["x"]).column_names == ["x"]
    assert parts.read_part(part)["RunId"].to_pylist() == [4, 5]
    assert parts.damaged_in(folder / "runs") == []
    flip(path)
    assert parts.read_part(part) is None
    assert parts.damaged_in(folder / "runs") == [part]


# Which rows count


def test_the_first_row_that_is_done_counts_else_the_last_that_failed(folder):
    write(folder, 0, rows([1, 2, 3], [NOT_DONE, None, "first"], x=[0.0, 1.0, 2.0]))
    write(folder, 1, rows([2, 1, 3, 4], [None, None, "last", "late"], x=[3.0, 4.0, 5.0, 6.0]))
    write(folder, 2, rows([4], x=[7.0]))
    read = parts.read_runs(folder)
    assert read.table["RunId"].to_pylist() == [2, 1, 3, 4]
    assert read.table["x"].to_pylist() == [1, 4, 5, 7]
    assert read.table["error"].to_pylist() == [None, None, "last", None]
    assert read.origin.tolist() == [0, 1, 1, 2]
    assert [part.number for part in read.parts] == [0, 1, 2]
    assert read.damaged == []
    assert parts.finished_in(folder).tolist() == [1, 2, 4]


@pytest.mark.parametrize(
    ("ids", "done", "kept"),
    [
        ([], [], []),
        ([5], [False], [0]),
        ([5, 5], [False, False], [1]),
        ([5, 5, 5], [False, True, True], [1]),
        ([5, 5, 5], [True, False, True], [0]),
        ([6, 5, 6, 5], [False, False, False, True], [2, 3]),
        ([5, 6, 7], [True, False, True], [0, 1, 2]),
    ],
)
def test_each_run_has_one_row(ids, done, kept):
    assert parts._once(np.array(ids, np.int64), np.array(done, bool)).tolist() == kept


def test_columns_are_those_asked_for_or_all_that_any_part_has(folder):
    write(folder, 0, rows([1], x=[0.5]))
    write(folder, 1, rows([2], y=[1.5]))
    assert parts.read_runs(folder).table.to_pydict() == {
        "RunId": [1, 2], "error": [None, None], "x": [0.5, None], "y": [None, 1.5],
    }  # fmt: skip
    assert parts.read_runs(folder, ["RunId"]).table.column_names == ["RunId", "error"]
    assert parts.read_runs(folder, []).table.column_names == ["RunId", "error"]


def test_a_part_older_than_a_measure_is_read_without_it(folder):
    write(folder, 1, rows([3], protests=[2.0]))
    write(folder, 0, rows([1, 2], y=[0.5, 0.25]))
    table = parts.read_runs(folder, ["y", "protests"]).table
    assert table.to_pydict() == {
        "RunId": [1, 2, 3],
        "error": [None] * 3,
        "y": [0.5, 0.25, None],
        "protests": [None, None, 2.0],
    }
    assert parts.read_runs(folder, ["never"]).table.column_names == ["RunId", "error"]


def test_numbers_beside_words_become_words(folder):
    write(folder, 0, rows([1], x=[0.5], y=[1], z=[3]))
    write(folder, 1, rows([2], x=["a"], y=[1.5], z=[4]))
    read = parts.read_runs(folder).table
    assert read["x"].to_pylist() == ["0.5", "a"]
    assert read["y"].to_pylist() == [1.0, 1.5]
    assert read.schema.field("z").type == pa.int64()


def test_a_damaged_part_is_skipped_and_told(folder):
    write(folder, 0, rows([1, 2]))
    flip(write(folder, 1, rows([3])))
    write(folder, 2, rows([4]))
    read = parts.read_runs(folder)
    assert read.table["RunId"].to_pylist() == [1, 2, 4]
    assert read.origin.tolist() == [0, 0, 2]
    assert [part.number for part in read.damaged] == [1]
    assert parts.finished_in(folder).tolist() == [1, 2, 4]


def test_an_empty_folder_has_the_columns_of_runs(folder):
    for read in (parts.read_runs(folder), parts.read_runs(folder / "none")):
        assert read.table.schema.names == ["RunId", "error"]
        assert (len(read.table), read.origin.tolist(), read.parts) == (0, [], [])
    flip(write(folder, 0, rows([1])))
    read = parts.read_runs(folder)
    assert (len(read.table), len(read.damaged)) == (0, 1)
    assert parts.finished_in(folder).tolist() == []


# What is left to do


@pytest.mark.parametrize(
    ("ids", "known", "found"),
    [([1, 2, 3], [2], [False, True, False]), ([9, 0, 2], [0, 2, 4], [False, True, True]),
     ([1], [], [False]), ([], [1], []), ([4, 4, 5], [1, 4], [True, True, False])],
)  # fmt: skip
def test_which_are_among_the_known(ids, known, found):
    told = parts.among(np.array(ids, np.int64), np.array(known, np.int64))
    assert (told.tolist(), told.dtype) == (found, bool)


def test_what_is_not_done_is_left_each_run_once_in_order(folder):
    design = pd.DataFrame({"RunId": [7, 3, 5, 3, 9], "x": [0, 1, 2, 3, 4]})
    assert parts.unfinished(design, folder)["x"].tolist() == [0, 1, 2, 4]
    write(folder, 0, rows([5, 9], [None, NOT_DONE]))
    left = parts.unfinished(design, folder)
    assert left["x"].tolist() == [0, 1, 4]
    assert left.index.tolist() == [0, 1, 2]
    write(folder, 1, rows([3, 7, 9]))
    assert len(parts.unfinished(design, folder)) == 0


# Series


def test_series_are_of_the_part_whose_row_counts(folder):
    write(folder, 0, rows([1, 2]))
    write(folder, 0, steps([1, 2], 2), parts.SERIES)
    write(folder, 1, rows([2, 3]))
    write(folder, 1, steps([2, 3], 5), parts.SERIES)
    write(folder, 2, rows([4]))
    found = parts.read_series(folder, np.array([1, 2, 3]))
    assert found["RunId"].to_pylist() == [1, 1, 2, 2, 3, 3, 3, 3, 3]
    assert found["Step"].to_pylist() == [0, 1, 0, 1, 0, 1, 2, 3, 4]
    assert parts.read_series(folder, np.array([3]))["Step"].to_pylist() == [0, 1, 2, 3, 4]
    assert parts.read_series(folder, np.array([4, 99])) is None


def test_a_series_without_its_runs_or_damaged_is_not_read(folder):
    write(folder, 0, rows([1]))
    flip(write(folder, 0, steps([1]), parts.SERIES))
    write(folder, 5, steps([1]), parts.SERIES)
    assert parts.read_series(folder, np.array([1])) is None


# Damage


def test_damage_is_moved_aside_with_what_belongs_to_it(folder):
    runs = [write(folder, k, rows([k])) for k in range(4)]
    series = [write(folder, k, steps([k]), parts.SERIES) for k in range(4)]
    flip(runs[1])
    flip(series[2])
    moved = parts.set_aside(folder, None)
    assert moved == [f"runs/{runs[1].name}", f"series/{series[2].name}"]
    assert left_in(folder / "damaged") == sorted(
        [f"runs/{runs[1].name}", f"runs/{runs[2].name}", f"series/{series[2].name}"]
    )
    assert left_in(folder / "runs") == sorted(runs[k].name for k in (0, 3))
    assert left_in(folder / "series") == sorted(series[k].name for k in (0, 3))
    assert parts.set_aside(folder, None) == []


def test_a_shard_touches_its_own_parts_alone(folder):
    mine, theirs = (write(folder, 0, rows([0]), shard=shard) for shard in ("1of2", "2of2"))
    for path in (mine, theirs):
        flip(path)
    orphans = [write(folder, 7, steps([1]), parts.SERIES, shard) for shard in ("1of2", "2of2")]
    halves = [folder / "runs" / f".part-{k}of2-000001-0.parquet.partial" for k in (1, 2)]
    for half in halves:
        half.write_bytes(b"half")
    assert parts.set_aside(folder, "1of2") == [f"runs/{mine.name}"]
    assert [path.exists() for path in (mine, theirs, *orphans, *halves)] == [
        False, True, False, True, False, True,
    ]  # fmt: skip
    assert parts.set_aside(folder, None) == [f"runs/{theirs.name}"]
    assert left_in(folder / "runs") == left_in(folder / "series") == []


# A power cut


def test_a_power_cut_leaves_a_part_whole_or_absent(folder, tmp_path, monkeypatch):
    write(folder, 0, rows([1]))
    again = itertools.count()
    with monkeypatch.context() as patch:
        disk = record(patch, folder)
        write(folder, 1, rows([2, 3]))
    for states, known in ((disk.distinct(), {(1,), (1, 2, 3)}), (disk.after(), {(1, 2, 3)})):
        found = set()
        for state in states:
            here = restored(state, tmp_path / f"{next(again)}")
            assert parts.damaged_in(here / "runs") == []
            found.add(tuple(parts.finished_in(here).tolist()))
            parts.set_aside(here, None)
            assert not list((here / "runs").glob(".*"))
        assert found == known


def test_a_power_cut_while_damage_is_moved_loses_no_sound_part(folder, tmp_path, monkeypatch):
    kept = write(folder, 0, rows([1]))
    flip(write(folder, 1, rows([2])))
    with monkeypatch.context() as patch:
        disk = record(patch, folder)
        parts.set_aside(folder, None)
    for k, state in enumerate(disk.distinct()):
        here = restored(state, tmp_path / f"{k}")
        assert parts.finished_in(here).tolist() == [1]
        parts.set_aside(here, None)
        assert left_in(here / "runs") == [kept.name]
        shutil.rmtree(here)
