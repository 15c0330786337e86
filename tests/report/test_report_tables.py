"""The tables of a report: means, intervals, cascades, paired differences."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from samizdat.batch.intervals import described, student, wilson
from samizdat.batch.results import read_results
from samizdat.report import write_report
from samizdat.report.tables import (
    _says_yes,
    finished_runs,
    table_of_cascades,
    table_of_differences,
    table_of_points,
)
from small_sweeps import GRID, sweep, tipping


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    """A grid of six points and five replicates."""
    return sweep(tmp_path_factory.mktemp("grid") / "sweep", GRID, tipping)


def points(folder):
    return table_of_points(finished_runs(read_results(folder)))


def cascades(folder):
    return table_of_cascades(finished_runs(read_results(folder)))


def differences(folder):
    results = read_results(folder)
    return table_of_differences(results, finished_runs(results))


def test_an_interval_is_that_of_student():
    values = np.array([1.0, 2.0, 4.0, 8.0])
    found = described(values, np.zeros(4), yes_no=False).iloc[0]
    low, high = stats.t.interval(0.95, 3, values.mean(), stats.sem(values))
    assert (found["low"], found["high"]) == pytest.approx((low, high))


@pytest.mark.parametrize("yes", [0, 1, 7, 10])
def test_the_interval_of_a_share_is_that_of_wilson(yes):
    low, high = wilson(np.array([10.0]), np.array([yes / 10]))
    known = stats.binomtest(yes, 10).proportion_ci(0.95, "wilson")
    assert (low[0], high[0]) == pytest.approx((known.low, known.high), abs=1e-12)


def test_an_interval_may_leave_the_range_of_a_number():
    low, _ = student(np.array([2.0]), np.array([0.1]), np.array([0.1]))
    assert low[0] < 0


def test_one_run_has_no_interval():
    assert math.isnan(described([3.0], [0], yes_no=False)["low"].iloc[0])


def test_the_table_has_a_row_a_point_and_measure(grid):
    found = points(grid)
    assert len(found) == 12
    assert found[["x", "mood", "measure"]].iloc[:3].to_numpy().tolist() == [
        [0.0, "calm", "a"], [0.0, "calm", "b"], [0.0, "angry", "a"],
    ]  # fmt: skip


def test_the_table_has_the_mean_of_the_replicates(grid):
    runs = read_results(grid).table
    mine = runs[runs["point"] == 3]["a"]
    found = points(grid).query("point == 3 and measure == 'a'").iloc[0]
    assert (found["n"], found["mean"], found["sd"]) == pytest.approx((5, mine.mean(), mine.std()))


def test_empty_measures_are_left_out_and_n_says_so(grid):
    found = points(grid).query("measure == 'b'").set_index("x")
    assert found.loc[2.0, "n"].tolist() == [0, 0]
    assert found.loc[2.0, "mean"].isna().all()


def test_a_cascade_is_told_by_how_often_and_how_large(grid):
    runs = read_results(grid).table.query("point == 3")
    large = runs[runs["a"] >= 1.5]["a"]
    found = cascades(grid).iloc[3]
    assert found["probability"] == pytest.approx(len(large) / 5)
    assert (found["cascades"], found["size_mean"]) == pytest.approx((len(large), large.mean()))


def test_a_run_without_the_measure_is_no_cascade_and_no_lack_of_one(tmp_path):
    folder = sweep(tmp_path / "s", GRID | {"cascade": {"of": "b", "at_least": 0.0}}, tipping)
    assert cascades(folder).query("x == 2")["n"].tolist() == [0, 0]


def test_differences_of_pairs_are_free_of_the_random_numbers_that_they_share(grid):
    found = differences(grid).query("measure == 'a' and factor == 'x'")
    assert found["mean"].tolist() == pytest.approx([1.0, 2.0, 2.0, 4.0])
    assert found["sd"].tolist() == pytest.approx([0.0] * 4, abs=1e-12)
    assert found["first_level"].astype(float).unique().tolist() == [0.0]


def test_a_difference_is_between_points_that_are_else_equal(grid):
    found = differences(grid).query("factor == 'mood' and measure == 'a'")
    assert found[["point", "against"]].to_numpy().tolist() == [[1, 0], [3, 2], [5, 4]]
    assert found["mean"].tolist() == pytest.approx([0.0, 1.0, 2.0])


def test_a_factor_of_many_levels_is_not_compared_in_pairs(tmp_path):
    design = {"factors": {"x": {"low": 0, "high": 1, "steps": 13}, "mood": ["calm", "angry"]}}
    folder = sweep(tmp_path / "s", GRID | {"design": design, "replicates": 2}, tipping)
    assert set(differences(folder)["factor"]) == {"mood"}


def test_a_pair_needs_both_of_its_runs(tmp_path):
    folder = sweep(tmp_path / "s", GRID, tipping, leave_out=[0])  # x = 0, calm, first replicate
    found = differences(folder).query("factor == 'x' and measure == 'a'")
    assert found.query("mood == 'calm'")["n"].tolist() == [4, 4]
    assert found.query("mood == 'angry'")["n"].tolist() == [5, 5]


def test_the_same_rows_give_the_same_tables(grid):
    folder = write_report(grid).parent
    before = {file.name: file.read_bytes() for file in folder.glob("*.csv")}
    write_report(grid)
    assert {file.name: file.read_bytes() for file in folder.glob("*.csv")} == before
    assert len(before) == 3


def test_a_yes_or_no_measure_stays_so_beside_failed_runs():
    assert _says_yes(pd.Series([True, None, False], dtype=object))
    assert not _says_yes(pd.Series([1.0, 0.0]))
