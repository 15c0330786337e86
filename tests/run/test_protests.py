"""Protests in the results of a run, and how they are spread over the years."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording import begun, stepped

from samizdat import Scenario, Simulation, protest_rates, protests
from samizdat.run.spells import spells_of
from samizdat.system.manifests import COMPLETE
from worlds import run, town


def table(columns, start="2005-01-01", step_days=1.0, first=0):
    """A table of regions: the mobilised of each step by region."""
    rows = []
    for step, counts in enumerate(zip(*columns.values(), strict=True), start=first):
        date = pd.Timestamp(start) + pd.Timedelta(days=int(step * step_days + 1e-9))
        rows += [(step, date, name, n) for name, n in zip(columns, counts, strict=True)]
    return pd.DataFrame(rows, columns=["step", "date", "region", "mobilise"])


def naive(columns, least):
    """Lengths of spells by region, day by day."""
    found = []
    for name, counts in columns.items():
        length = 0
        for n in [*counts, 0]:
            if n >= least:
                length += 1
            elif length:
                found.append((name, length))
                length = 0
    return sorted(found)


def test_days_in_a_row_are_one_protest_and_regions_are_apart():
    found = protests(table({"A": [0, 5, 9, 4, 5, 0], "B": [5, 5, 5, 0, 0, 6]}),
                     inhabitants_per_citizen=10)  # fmt: skip
    assert found["region"].tolist() == ["B", "A", "A", "B"]
    assert found["start"].dt.day.tolist() == [1, 2, 5, 6]
    assert found["end"].dt.day.tolist() == [3, 3, 5, 6]  # the last still goes on
    assert found["days"].tolist() == [3, 2, 1, 1]
    assert found["peak"].tolist() == [50, 90, 50, 60]
    assert found["person_days"].tolist() == [150, 140, 50, 60]


def test_the_least_counts_and_a_little_fewer_do_not():
    days = table({"A": [49, 0, 50]})
    assert len(protests(days, inhabitants_per_citizen=1)) == 1
    assert len(protests(days, inhabitants_per_citizen=1, at_least=49)) == 2
    assert protests(days, inhabitants_per_citizen=1, at_least=51).empty


@pytest.mark.parametrize(("step_days", "starts", "ends", "days"), [
    (0.5, [1, 3], [2, 3], [1.0, 0.5]),
    (2.0, [3, 9], [6, 10], [4.0, 2.0]),
])  # fmt: skip
def test_steps_other_than_a_day_are_told_in_days(step_days, starts, ends, days):
    found = protests(table({"A": [0, 1, 1, 0, 1, 0]}, step_days=step_days),
                     inhabitants_per_citizen=50, step_days=step_days)  # fmt: skip
    assert found["start"].dt.day.tolist() == starts
    assert found["end"].dt.day.tolist() == ends
    assert found["days"].tolist() == days
    assert found["person_days"].tolist() == [50 * each for each in days]


def test_a_part_of_a_run_and_rows_in_any_order_are_read():
    part = table({"A": [0, 1, 1], "B": [1, 0, 0]}, first=700)
    one, other = (
        protests(each, inhabitants_per_citizen=50) for each in (part, part.sample(frac=1))
    )
    assert one.equals(other)
    assert one["start"].tolist()[0] == pd.Timestamp("2006-12-02")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_spells_are_those_counted_day_by_day(counts):
    columns = {"A": [a for a, _ in counts], "B": [b for _, b in counts]}
    found = protests(table(columns), inhabitants_per_citizen=1, at_least=2)
    assert sorted(zip(found["region"].astype(str), found["days"], strict=True)) == naive(columns, 2)
    assert found["start"].is_monotonic_increasing
    steps = np.array(counts) >= 2
    assert found["days"].sum() == steps.sum()
    assert len(spells_of(steps).first) == len(found)


@pytest.fixture(scope="module")
def country():
    """A country so small that each citizen stands for thousands."""
    return run(Scenario.load("kazakhstan").change({"citizens": 2_000}), threads=1)


def test_a_simulation_knows_how_many_inhabitants_a_citizen_stands_for(country):
    inhabitants = sum(region.population for region in country.scenario.spec.regions)
    found = protests(country)
    assert found.equals(protests(country.regions, inhabitants_per_citizen=inhabitants / 2_000))
    assert found["peak"].min() >= inhabitants / 2_000
    assert country.summary["protests"] == len(found) > 0
    assert found["person_days"].sum() == pytest.approx(
        country.summary["person_days"] * inhabitants / 2_000
    )


def test_the_folder_of_a_run_gives_what_its_simulation_gives(tmp_path):
    world = Scenario.load("land_protests").change({"citizens": 4_000})
    kept, simulation = begun(tmp_path / "out", 3, world=world)
    stepped(kept, simulation, 130)
    kept.end(simulation, COMPLETE, 1.0)
    found = protests(tmp_path / "out")
    assert len(found)
    pd.testing.assert_frame_equal(
        found, protests(simulation), check_dtype=False, check_categorical=False
    )
    assert len(protests(str(tmp_path / "out"), at_least=1e6)) == 0
    (tmp_path / "out" / "regions.parquet").write_bytes(b"PAR1")
    with pytest.raises(OSError, match=r"regions\.parquet: has changed since it was written"):
        protests(tmp_path / "out")


def test_rates_are_of_whole_years_and_of_all_protests():
    columns = {"A": np.zeros(900, int), "B": np.zeros(900, int)}  # 1 July 2004 to December 2006
    columns["A"][[0, 200, 300, 301, 302, 303, 304, 305]] = 7
    columns["B"][[210]] = 3
    rates = protest_rates(table(columns, start="2004-07-01"), inhabitants_per_citizen=20)
    assert rates.yearly.to_dict() == {2005: 3}
    assert rates.mean == 3
    assert rates.dispersion is None  # of one year
    assert (rates.one_day, rates.at_most_five, rates.longest) == (0.75, 0.75, 6)
    assert rates.regions.to_dict() == {"A": 3, "B": 1}
    assert rates.peaks[1.0] == 140
    assert rates.person_days == 20 * (8 * 7 + 3)


def test_the_index_of_dispersion_is_the_variance_by_the_mean():
    days = np.zeros(365 * 3, int)  # 2005 to 2007
    days[[1, 3, 5, 370]] = 1
    rates = protest_rates(table({"A": days}), inhabitants_per_citizen=50)
    assert rates.yearly.tolist() == [3, 1, 0]
    assert rates.dispersion == pytest.approx(np.var([3, 1, 0], ddof=1) / (4 / 3))


def test_without_protests_there_is_nothing_to_tell_but_the_years():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rates = protest_rates(table({"A": [0] * 800}), inhabitants_per_citizen=50)
    assert rates.yearly.to_dict() == {2005: 0, 2006: 0}
    assert rates.mean == 0
    assert (rates.dispersion, rates.one_day, rates.at_most_five, rates.longest) == (None,) * 4
    assert rates.person_days == 0


def test_nothing_was_done_yet():
    simulation = Simulation(town(60), threads=1)
    assert protests(simulation, inhabitants_per_citizen=1).empty
    assert protest_rates(simulation, inhabitants_per_citizen=1).yearly.empty


@pytest.mark.parametrize(("change", "message"), [
    ({"inhabitants_per_citizen": None}, "inhabitants_per_citizen must be given with a table"),
    ({"inhabitants_per_citizen": 0}, "inhabitants_per_citizen = 0 is outside 1e-09"),
    ({"at_least": float("nan")}, "at_least = nan is outside 1e-09"),
    ({"at_least": "many"}, "at_least = 'many' is not a number"),
    ({"step_days": 2}, "step_days = 2 does not fit the dates"),
    ({"step_days": -1}, "step_days = -1 is outside"),
])  # fmt: skip
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message) as error:
        protests(table({"A": [0, 1, 0]}), **{"inhabitants_per_citizen": 50, **change})
    assert "\n" not in str(error.value)


def test_bad_results_are_named(tmp_path):
    simulation = Simulation(town(60), threads=1)
    days = table({"A": [0, 1], "B": [0, 1]})
    for results, kind, message in (
        (3, ValueError, "3 is no Simulation, folder of a run or table of regions"),
        (simulation, ValueError, "inhabitants_per_citizen must be given: the regions of town"),
        (tmp_path, FileNotFoundError, "no such folder, or it holds no run"),
        (simulation.nation, ValueError, "the table has no column region"),
        (days[:3], ValueError, "the table has 3 rows, which are not one for each of 2 steps"),
        (pd.concat([days[:3], days[:1]]), ValueError, "4 rows, which are not one for each"),
    ):
        extra = {"inhabitants_per_citizen": 1} if isinstance(results, pd.DataFrame) else {}
        with pytest.raises(kind, match=message):
            protests(results, **extra)
    with pytest.raises(ValueError, match="step_days = 1: only a table needs it"):
        protests(simulation, inhabitants_per_citizen=1, step_days=1)


def test_a_run_whose_regions_have_shares_does_not_know_its_protests():
    assert Simulation(town(60), threads=1).run().summary["protests"] is None
