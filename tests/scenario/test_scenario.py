"""A scenario: loaded, changed, pinned, written and read again."""

import datetime as dt

import pytest

from samizdat import Scenario, ScenarioError, Simulation
from samizdat.regime.presets import PRESETS
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.shipped import shipped
from worlds import run, same_history, town


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_loads_and_survives_a_round_trip(name):
    scenario = Scenario.load(name)
    assert Scenario.from_table(scenario.to_table(), name) == scenario


def test_a_change_does_not_touch_the_original():
    before = town()
    after = before.change({"attention.beta": 0.5, "citizens": 77})
    assert before.parameters["attention.beta"] == 0.12
    assert (after.parameters["attention.beta"], after.citizens) == (0.5, 77)


def test_a_changed_scenario_survives_a_round_trip():
    changed = town().change(
        {
            "chill": 0.2,
            "population.threshold.mean": 0.6,
            "graph.kind": "erdos_renyi",
            "step_days": 2,
            "regime.actions": "record",
            "security": 0.01,
        }
    )
    assert Scenario.from_table(changed.to_table(), "town") == changed


def test_a_pinned_value_beats_the_timeline():
    law = Simulation(town(100), seed=1)
    pinned = Simulation(town(100).change({"chill": 0.01}), seed=1)
    for simulation in (law, pinned):
        simulation.run(dt.date(2014, 3, 28))
    assert set(law.signals["chill"]) == {0.08}
    assert set(pinned.signals["chill"]) == {0.01}


def test_pinning_a_value_at_what_it_is_still_pins():
    scenario = town(100).change({"chill": town().parameters["chill"]})
    simulation = Simulation(scenario, seed=1)
    simulation.run(dt.date(2014, 3, 28))
    assert set(simulation.signals["chill"]) == {0.05}


def test_a_changed_mean_threshold_moves_the_street():
    bold = run(town(500).change({"population.threshold.mean": 0.2}))
    assert bold.nation["mobilise"].sum() > run(town(500)).nation["mobilise"].sum()


def test_every_default_lies_in_its_range():
    for name, named in REGISTRY.items():
        assert named.quantity.checked(name, named.default) == named.default


def test_every_number_says_what_it_is():
    for name, (quantity, _, place) in REGISTRY.items():
        assert quantity.meaning, name
        assert quantity.source, name
        assert quantity.low < quantity.high, name
        assert place in ("parameters", "regime", "world", "population", "graph", "adoption")


def test_every_off_value_lies_in_its_range():
    for name, (quantity, *_) in REGISTRY.items():
        if quantity.off is not None:
            quantity.checked(name, quantity.off)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_runs_with_the_same_citizens(preset):
    under = Simulation(town(200).under(preset), seed=1)
    plain = Simulation(town(200), seed=1)
    assert (under.state["threshold"] == plain.state["threshold"]).all()
    assert under.graph.digest() == plain.graph.digest()
    assert under.run().finished


def test_no_lever_acts_under_the_open_regime():
    nation = run(town(500).under("open")).nation
    assert nation[["newly_detained", "platforms_blocked", "blackout", "violence"]].sum().sum() == 0
    assert nation["fear"].max() == 0


def test_an_unknown_regime_is_named():
    with pytest.raises(ScenarioError, match="regime 'mild' is not one of open"):
        town().under("mild")


def test_an_unknown_lever_is_named():
    with pytest.raises(ScenarioError, match="did you mean 'blocking'"):
        town().without("bloking")


def test_adoption_may_be_given_as_a_series():
    table = town(100).change({"adoption.urban_lead": 0}).to_table()
    table["adoption"]["series"] = {"2013": 0.5, "2015": 0.7}
    online = Scenario.from_table(table).adoption_on(dt.date(2014, 7, 2))
    assert online == pytest.approx([0.6, 0.6], abs=1e-3)  # 2014-07-02 is mid-year


def test_a_falling_series_is_refused():
    table = town(100).to_table()
    table["adoption"]["series"] = {"2013": 0.5, "2015": 0.4}
    with pytest.raises(ScenarioError, match=r"adoption.series.2015 = 0.4 is outside 0.5 ... 1"):
        Scenario.from_table(table)


def test_the_order_of_the_file_does_not_matter():
    table = town(200).to_table()
    turned = dict(reversed(table.items()))
    assert same_history(run(Scenario.from_table(turned)), run(town(200)))


def test_the_state_cannot_be_written_from_outside():
    simulation = Simulation(town(50))
    with pytest.raises(ValueError, match="read-only"):
        simulation.state["grievance"][0] = 1


def test_a_run_beyond_the_end_is_refused():
    simulation = run(town(50))
    with pytest.raises(RuntimeError, match="2014-04-29"):
        simulation.step()


def test_traits_may_be_given():
    thresholds = [0.5] * 100
    simulation = Simulation(town(100), traits={"threshold": thresholds})
    assert set(simulation.state["threshold"]) == {0.5}
    with pytest.raises(ValueError, match="threshold needs 100 finite numbers"):
        Simulation(town(100), traits={"threshold": [1, 2]})
    with pytest.raises(ValueError, match="courage"):
        Simulation(town(100), traits={"courage": thresholds})
