"""A sweep's table, read back from its folder."""

import random
import shutil

import pytest
from functions import raising, silent
from sweeping import digest, flipped, grid, parts_of, swept

import samizdat
from command import call
from samizdat import read_table
from samizdat.batch.experiment import ExperimentError

TABLE = grid(levels=3, replicates=2, resources={"chunk_runs": 4})


def test_it_is_a_public_name_and_gives_the_table_of_the_sweep(tmp_path):
    table = swept(tmp_path / "out", TABLE, silent)
    assert "read_table" in samizdat.__all__
    assert digest(read_table(tmp_path / "out")) == digest(table)
    assert digest(read_table(str(tmp_path / "out"))) == digest(table)


def test_rows_of_a_complete_sweep_that_are_missing_are_told(tmp_path):
    table = swept(tmp_path / "out", TABLE, silent)
    parts_of(tmp_path / "out")[0].unlink()
    with pytest.warns(UserWarning, match="out: 4 runs of a complete sweep are missing"):
        assert len(read_table(tmp_path / "out")) == len(table) - 4


def test_runs_that_failed_have_no_row(tmp_path):
    with pytest.warns(UserWarning, match="failed"):
        table = swept(tmp_path / "out", TABLE, raising, keep_going=True)
    assert digest(read_table(tmp_path / "out")) == digest(table)
    assert 2.0 not in read_table(tmp_path / "out")["x"].tolist()


def test_a_part_that_changed_on_disk_is_passed_over(tmp_path):
    table = swept(tmp_path / "out", TABLE, silent)
    part = parts_of(tmp_path / "out")[0]
    flipped(part, random.Random(1))
    with pytest.warns(UserWarning, match=f"{part.name}: has changed since it was written"):
        assert len(read_table(tmp_path / "out")) == len(table) - 4


def test_a_table_without_its_manifest_is_not_verified(tmp_path):
    assert call("run", "town", "--citizens", 60, "--out", tmp_path / "run", "--no-figures") == 0
    alone = shutil.copy(tmp_path / "run" / "nation.parquet", tmp_path / "alone.parquet")
    with pytest.raises(OSError, match=r"alone\.parquet: there is no manifest\.json beside it"):
        read_table(alone)
    shutil.copy(alone, tmp_path / "run" / "mine.parquet")
    with pytest.raises(OSError, match=r"mine\.parquet: is not listed in manifest\.json"):
        read_table(tmp_path / "run" / "mine.parquet")


def test_a_folder_without_a_run_or_a_sweep_is_an_error_of_one_line(tmp_path):
    with pytest.raises(ExperimentError, match="holds neither a run nor a sweep") as caught:
        read_table(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_run_is_read_by_its_folder_or_by_a_file_of_it(tmp_path):
    assert call("run", "town", "--citizens", 60, "--out", tmp_path / "run", "--no-figures") == 0
    nation = read_table(tmp_path / "run")
    assert nation.equals(read_table(str(tmp_path / "run" / "nation.parquet")))
    assert len(read_table(tmp_path / "run" / "regions.parquet")) == 2 * len(nation) == 120
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "run" / "nobody.parquet")


def test_what_is_no_table_of_a_run_is_an_error_of_one_line(tmp_path):
    swept(tmp_path / "out", TABLE, silent)
    (tmp_path / "words.parquet").write_text("no Parquet")
    (tmp_path / "empty.parquet").write_bytes(b"")
    for name in ("words.parquet", "empty.parquet", "out/design.parquet"):
        with pytest.raises(OSError, match=f"{name}: is not a table that a run wrote") as caught:
            read_table(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_a_folder_that_does_not_exist_is_an_error_of_one_line(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere: no such file or folder") as caught:
        read_table(tmp_path / "nowhere")
    assert "\n" not in str(caught.value)


def test_a_run_without_its_table_is_an_error_of_one_line(tmp_path):
    assert call("run", "town", "--citizens", 60, "--out", tmp_path, "--no-figures") == 0
    (tmp_path / "nation.parquet").unlink()
    with pytest.raises(ExperimentError, match=r"the run has no nation\.parquet") as caught:
        read_table(tmp_path)
    assert "\n" not in str(caught.value)
