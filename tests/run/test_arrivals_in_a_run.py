"""Grievances that arrive in a run: which, what they write, and that nothing else is touched."""

import copy
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from command import call
from naive_arrivals import NaiveArrivals
from samizdat import Scenario, Simulation
from samizdat.core.layout import FIXED, SIGNALS, SUM_OPPOSITION
from samizdat.scenario.schema import ScenarioError
from samizdat.scenario.timeline import WORLD_SIGNALS, Course
from worlds import run, same_history, same_state, town

MANY = {"arrivals.mu": 120}
WORLDS = {
    "a day": {},
    "half days": {"step_days": 0.5},
    "two days": {"step_days": 2},
    "three days": {"step_days": 3, "arrivals.days": 4.5},
    "no excitation": {"arrivals.own": 0, "arrivals.far": 0},
    "no growth": {"arrivals.opposition": 0},
    "strong and steep": {"arrivals.opposition": 60, "arrivals.own": 1, "arrivals.news": 0.5},
    "the state gives in": {"concession.trigger": 1e-3, "concession.patience_days": 1},
    "everything on": {"attention.feed": 0.1, "rally.call": 3, "rally.organisers": 0.1},
}  # fmt: skip


def with_setting(scenario: Scenario, day: int, days: int | None, **values: float) -> Scenario:
    """The scenario with a setting from a day of March 2014 on."""
    table = scenario.to_table()
    entry = {"id": f"law_{day}", "kind": "setting", "from": f"2014-03-{day:02}",
             "set": {name.replace("__", "."): value for name, value in values.items()}}  # fmt: skip
    table["timeline"] = [*table["timeline"], entry | ({} if days is None else {"days": days})]
    return Scenario.from_table(table)


@pytest.mark.parametrize("values", WORLDS.values(), ids=WORLDS)
def test_a_run_equals_the_naive_one(values):
    simulation = Simulation(town(400).change(MANY | values), seed=4, threads=1)
    spec, names = simulation.scenario.spec, simulation.scenario.region_names
    step_days, sizes = float(spec.step_days), simulation.sizes.tolist()
    naive = NaiveArrivals(4, sizes, step_days)
    course = Course(spec.timeline, spec.start, names)
    while not simulation.finished:
        k = simulation.step_number
        simulation.step()
        environment, signals = simulation.environment, simulation.signals
        begun = naive.morning(k, environment.parameters.arrivals)
        assert simulation.arrivals.counts.tolist() == begun, k
        world = np.zeros(len(sizes), SIGNALS)
        conceded = environment.regime_state.conceded
        course.describe_world(
            world, k * step_days, step_days, environment.abroad, conceded,
            environment.parameters.attention,
        )  # fmt: skip
        naive.add_to(world, conceded)
        for name in WORLD_SIGNALS:
            assert signals[name] == pytest.approx(world[name], rel=3e-6, abs=1e-12), (k, name)
        last = simulation.history.last[:, SUM_OPPOSITION] / FIXED
        naive.opposition.append((last / simulation.sizes).tolist())
    assert len(naive.all) > 8
    for each, (step, r, marks) in zip(simulation.arrivals.all, naive.all, strict=True):
        assert (each.id, each.step, each.region) == (f"arrival-{step}-{r}", step, r)
        assert each.day == step * step_days
        for name, value in marks.items():
            assert getattr(each, name) == pytest.approx(value, rel=3e-6), name
    assert simulation.regions["arrivals"].sum() == len(naive.all)
    assert simulation.nation["arrivals"].sum() == len(naive.all)


def test_a_triggered_concession_ends_the_shock_of_those_that_run():
    values = {"concession.trigger": 1e-3, "concession.patience_days": 1, "arrivals.days": 20}
    simulation = run(town(400).change(MANY | values), seed=4)
    assert [name for name in simulation.environment.regime_state.conceded if "arrival-" in name]


def test_at_rate_0_a_run_is_that_without_arrivals():
    numbers = {"own": 1, "far": 1, "opposition": 50, "days": 30, "news": 1}
    numbers = {f"arrivals.{name}": value for name, value in numbers.items()}
    plain = run(town(400))
    still = run(town(400).change(numbers | {"arrivals.mu": 0}))
    assert same_state(plain, still)
    assert same_history(plain, still)
    assert still.arrivals.all == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_at_a_higher_rate_come_all_that_came_and_others(seed):
    """The same draws, without excitation: what arrives at mu 40 arrives at mu 200."""
    alone = {"arrivals.own": 0, "arrivals.far": 0, "arrivals.opposition": 0}
    few, many = (
        {
            each.id: each
            for each in run(town(200).change(alone | {"arrivals.mu": mu}), seed).arrivals.all
        }
        for mu in (40, 200)
    )
    assert 0 < len(few) < len(many)
    assert few.items() <= many.items()


def test_policies_share_the_draws_so_arrivals_differ_only_where_rates_do():
    base = town(400).change(MANY | {"arrivals.opposition": 0})
    one, other = run(base), run(base.under("analog"))
    assert one.arrivals.all == other.arrivals.all
    assert not same_state(one, other)


def test_a_model_of_twice_the_size_has_as_many_grievances():
    """Poisson counts: 16 runs of 60 days at 120 a year; without excitation the mean is 315."""
    alone = {"arrivals.own": 0, "arrivals.far": 0, "arrivals.opposition": 0} | MANY
    totals = [
        sum(len(run(town(n).change(alone), seed).arrivals.all) for seed in range(16))
        for n in (100, 200)
    ]
    assert totals[0] == pytest.approx(315, abs=4 * 315**0.5)
    assert totals == [totals[0], totals[0]]  # the draws are those of the regions, the shares equal


def test_grievances_are_called_for_on_the_street():
    values = {"rally.call": 5, "rally.organisers": 0.2, "rally.notice": 1, "attention.beta": 1}
    table = town(600).change(MANY | values | {"arrivals.news": 1}).to_table()
    table["timeline"] = []
    simulation = run(Scenario.from_table(table))
    assert simulation.nation["rallies_called"].sum() > 0
    assert simulation.nation["mobilise"].sum() > 0
    table["parameters"]["arrivals"]["mu"] = 0
    assert run(Scenario.from_table(table)).nation["rallies_called"].sum() == 0


@pytest.mark.parametrize("step_days", [0.5, 1, 2])
def test_a_restored_run_goes_on_with_the_same_grievances(step_days, tmp_path):
    world = town(300).change(MANY | {"step_days": step_days})
    whole, part = run(world), Simulation(world, seed=3)
    while part.step_number < 21 or not part.arrivals.running(
        part.step_number * step_days, step_days
    ):
        part.step()
    part.save(tmp_path / "run.npz")
    twin = copy.deepcopy(part).run()
    restored = Simulation.restore(tmp_path / "run.npz").run()
    for other in (twin, restored, part.run()):
        assert other.arrivals.all == whole.arrivals.all
        assert np.array_equal(other.arrivals.excitation, whole.arrivals.excitation)
        assert same_state(other, whole)
        assert same_history(other, whole)
    assert restored.bands.equals(whole.bands)


@pytest.mark.parametrize("step_days", [0.5, 1, 2])
def test_a_rate_that_is_set_live_is_that_of_a_law_from_the_start(step_days):
    live = Simulation(town(300).change({"step_days": step_days}), seed=3).run(dt.date(2014, 3, 10))
    name = live.enact({"kind": "setting", "set": {"arrivals.mu": 150}})
    live.run(dt.date(2014, 3, 30))
    live.lift(name)
    live.run()
    again = Simulation(live.scenario, seed=3).run()
    assert live.arrivals.all
    assert live.arrivals.all == again.arrivals.all
    assert same_state(live, again)
    assert same_history(live, again)


def test_a_setting_of_the_timeline_begins_and_ends_them():
    few = run(with_setting(town(300), 10, 10, arrivals__mu=300))
    dates = {few.scenario.date_of(each.step) for each in few.arrivals.all}
    assert dt.date(2014, 3, 10) <= min(dates) <= max(dates) < dt.date(2014, 3, 20)


def test_each_has_a_band_of_its_days():
    simulation = run(town(300).change(MANY))
    bands = simulation.bands
    bands = bands[bands["kind"] == "arrival"]
    first = simulation.arrivals.all[0]
    assert bands["id"].tolist() == [each.id for each in simulation.arrivals.all]
    assert bands["start"].iloc[0] == simulation.scenario.date_of(first.step)
    assert (bands["end"].iloc[0] - bands["start"].iloc[0]).days == 4
    assert bands["region"].iloc[0] == simulation.scenario.region_names[first.region]


def test_no_entry_of_the_timeline_takes_the_name_of_an_arrival():
    table = town(100).to_table()
    table["timeline"][0]["id"] = "arrival-3-0"
    with pytest.raises(ScenarioError, match="'arrival-' are reserved"):
        Scenario.from_table(table)


def test_a_runs_folder_lists_them_where_they_can_arrive(tmp_path):
    call("run", "town", "--citizens", 60, "--set", "arrivals.mu=100", "--out", tmp_path / "a")
    rows = pd.read_csv(tmp_path / "a" / "arrivals.csv")
    nation = pd.read_parquet(tmp_path / "a" / "nation.parquet")
    assert len(rows) == nation["arrivals"].sum() > 0
    assert list(rows.columns[:5]) == ["id", "date", "region", "step", "shock"]
    assert set(rows["region"]) <= {"Old Town", "Riverside"}
    assert "arrivals.csv" in (tmp_path / "a" / "manifest.json").read_text()
    call("run", "town", "--citizens", 60, "--out", tmp_path / "b")
    assert not (tmp_path / "b" / "arrivals.csv").exists()
