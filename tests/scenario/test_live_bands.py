"""What is ordered and lifted while a run goes on is drawn as in a replay of its timeline."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from samizdat import Scenario, ScenarioError, Simulation
from samizdat.explain import Explainer
from samizdat.figures.chronicle import rows_of
from samizdat.figures.frame import days_of
from samizdat.regime.queries import dated_fields, dated_levers, gives_dated_orders, switch_of
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.registry import DATED, REGISTRY
from samizdat.views.export import pixels_of
from samizdat.views.series import SeriesView
from worlds import same_history, same_state, town

FIRST, LIFTED, LAST = 12, 17, 35  # steps done
START = dt.date(2014, 3, 1)
DARK = {"kind": "action", "lever": "blackout", "regions": ["Riverside"]}
LEVERS = dated_levers()
LIVE = [name for name, named in REGISTRY.items() if named.group in DATED]
SMALL = town(100).under("networked")  # where every lever acts by rule as well


def played(scenario, *entries, steps=(FIRST, LIFTED, LAST)):
    """Enact entries, lift them some steps later, and go on."""
    simulation, ids = Simulation(scenario, seed=5), []
    first, lifted, last = steps
    for k in range(last):
        if k == first:
            ids = [simulation.enact(entry) for entry in entries]
        if k == lifted:
            for name in ids:
                simulation.lift(name)
        simulation.step()
    return simulation


def replayed(simulation):
    """Run the same timeline from the first day, out of a file, as far."""
    again = Simulation(Scenario.parse(to_toml(simulation.scenario)), simulation.seed)
    while again.step_number < simulation.step_number:
        again.step()
    return again


def assert_same(live, again):
    assert same_history(live, again)
    assert same_state(live, again)
    pd.testing.assert_frame_equal(live.bands, again.bands)


def order_of(lever):
    """An action of a lever, with what it must have."""
    return {"kind": "action", "lever": lever} | (
        {"event": "closure"} if "event" in dated_fields(lever) else {}
    )


def other_value(name):
    quantity, value = REGISTRY[name].quantity, SMALL.parameters[name]
    return quantity.low if value == quantity.high else quantity.high


def test_a_lifted_blackout_ends_in_the_bands():
    simulation = played(town(2000), DARK)
    (band,) = simulation.bands[simulation.bands["id"] == "live-1"].to_dict("records")
    assert (band["kind"], band["region"]) == ("blackout", "Riverside")
    days = [START + dt.timedelta(days=day) for day in (FIRST, LIFTED - 1)]
    assert [band["start"], band["end"]] == days
    assert_same(simulation, replayed(simulation))


@pytest.mark.parametrize("lever", LEVERS)
@pytest.mark.parametrize("regime", ["open", "networked"])
def test_bands_of_a_lifted_order_are_those_of_a_replay(lever, regime):
    simulation = played(town(100).under(regime), order_of(lever))
    own = simulation.bands[simulation.bands["id"] == "live-1"]
    assert set(own["end"]) == {START + dt.timedelta(days=LIFTED - 1)}
    assert_same(simulation, replayed(simulation))


@pytest.mark.parametrize("name", LIVE)
def test_bands_after_a_changed_number_are_those_of_a_replay(name):
    simulation = played(SMALL, {"kind": "setting", "set": {name: other_value(name)}})
    own = simulation.bands[simulation.bands["id"] == "live-1"]
    assert list(own["end"]) == [START + dt.timedelta(days=LIFTED - 1)]
    assert_same(simulation, replayed(simulation))


@pytest.mark.parametrize("lever", [one for one in LEVERS if gives_dated_orders(one)])
def test_the_band_of_an_order_ends_when_its_lever_is_switched_off(lever):
    simulation = Simulation(town(100).under("open"), seed=5)
    for k in range(LAST):
        if k == FIRST:
            simulation.enact(order_of(lever))
        if k == LIFTED:
            simulation.enact({"kind": "setting", "set": {switch_of(lever): 0}})
        simulation.step()
    own = simulation.bands[simulation.bands["id"] == "live-1"]
    assert set(own["end"]) == {START + dt.timedelta(days=LIFTED - 1)}
    assert_same(simulation, replayed(simulation))


def test_several_orders_at_once():
    watch = {"kind": "setting", "set": {"surveillance": 0.9}, "days": 3}
    orders = [order_of(lever) for lever in LEVERS]
    simulation = played(town(100).without("blocking"), *orders, watch, DARK, {**DARK, "days": 2})
    assert_same(simulation, replayed(simulation))


WATCH = {"kind": "setting", "set": {"surveillance": 0.9, "fear.witness": 0.9}}
STEPS = [
    (0.1, (30, 51, 120)),
    (0.1, (25, 47, 120)),
    (0.3, (12, 31, 90)),
    (0.5, (13, 20, 50)),
    (1.5, (5, 9, 25)),
    (7.0, (2, 4, 8)),
]


@pytest.mark.parametrize(("step_days", "steps"), STEPS)
def test_steps_that_are_not_days(step_days, steps):
    world = town(100, step_days=step_days)
    simulation = played(world, DARK, WATCH, order_of("blocking"), steps=steps)
    assert len(simulation.interventions) == 3
    assert_same(simulation, replayed(simulation))


def test_what_is_ordered_at_noon_begins_at_midnight():
    simulation = played(town(100, step_days=0.5), DARK, steps=(13, 19, 25))
    dark = simulation.regions.query("region == 'Riverside'")["blackout"]
    assert list(np.flatnonzero(dark)) == list(range(14, 19))
    assert simulation.interventions[0].begins == START + dt.timedelta(days=7)


def test_nothing_is_ordered_at_noon_of_the_last_day():
    simulation = Simulation(town(100, step_days=0.5))
    while simulation.step_number < 119:
        simulation.step()
    with pytest.raises(ScenarioError, match="ends on 2014-04-29"):
        simulation.enact(DARK)


@pytest.mark.parametrize("saved_at", [FIRST + 2, LIFTED + 2])
def test_a_restored_run_has_the_same_bands(saved_at, tmp_path):
    simulation = Simulation(town(100), seed=5)
    again = None
    for k in range(LAST):
        runs = [each for each in (simulation, again) if each]
        for each in runs:
            if k == FIRST:
                each.enact(DARK)
            if k == LIFTED:
                each.lift("live-1")
            each.step()
        if k == saved_at:
            simulation.save(tmp_path / "saved")
            again = Simulation.restore(tmp_path / "saved")
    assert_same(simulation, again)


def test_pictures_and_explanations_are_those_of_a_replay():
    said = []

    def explain(explainer):
        said.append([explainer.explain(i) for i in range(0, 100, 9)])

    live = Simulation(town(100), 5)
    explainer, view = Explainer(live), SeriesView(live)
    for k in range(LAST):
        if k == FIRST:
            live.enact(DARK)
            live.enact({"kind": "setting", "set": {"surveillance": 0.9}})
        if k == LIFTED:
            live.lift("live-1")
            live.lift("live-2")
        explainer.step()
        explain(explainer)
        if k % 4 == 0:
            view.update(live)
    told, said = said, []
    again = Simulation(Scenario.parse(to_toml(live.scenario)), 5)
    explainer, film = Explainer(again), SeriesView(again)
    for k in range(LAST):
        explainer.step()
        explain(explainer)
        if k % 4 == 0:
            film.update(again)
    assert told == said
    assert np.array_equal(view.pixels(), film.pixels())
    assert np.array_equal(pixels_of("series", live), pixels_of("series", again))
    days = days_of(live.nation["date"])
    assert rows_of(live.bands, days) == rows_of(again.bands, days)
