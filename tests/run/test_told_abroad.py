"""An event in one district that the press abroad reports: it changes something in the other."""

import numpy as np
import pytest

from samizdat import Scenario, Simulation
from samizdat.core.layout import AWARE, FOREIGN
from samizdat.explain import Explainer
from worlds import same_history, same_state, take_no_shortcuts, town

QUIET = {"blocking.on": 0, "blackout.on": 0, "violence.on": 0, "concession.on": 0,
         "attention.foreign_reach": 0.5, "attention.fatigue": 0, "attention.fade": 0,
         "attention.feed": 0, "attention.online_share": 0}  # fmt: skip


def strike(shock_abroad, **values):
    """The town's event in Riverside alone, and how much it shocks Old Town."""
    world = town(1500).change({**QUIET, **values})
    there = {"regions": ("Riverside",), "shock_abroad": shock_abroad, "coverage_abroad": 0.5}
    timeline = tuple(
        each.model_copy(update=there)
        for each in world.spec.timeline
        if each.id == "closure"
    )  # fmt: skip
    spec = world.spec.model_copy(update={"timeline": timeline})
    return Scenario("strike", spec, world.parameters, world.pinned)


def run_old_town(world, days=40):
    """Run it; the first step in which anybody of Old Town is aware, and its counts."""
    simulation = Simulation(world, seed=3)
    simulation.run(world.date_of(days))
    there = simulation.regions[simulation.regions["region"] == "Old Town"]
    return simulation, there.reset_index(drop=True)


def test_without_a_shock_abroad_nobody_elsewhere_learns_of_it():
    assert run_old_town(strike(0))[1]["aware"].max() == 0


def test_with_one_readers_learn_of_it_first_and_others_from_them():
    simulation, there = run_old_town(strike(0.3))
    assert there["aware"].max() > 0
    first = int(np.flatnonzero(there["aware"])[0])
    again = Simulation(strike(0.3), seed=3)
    again.run(again.scenario.date_of(first))
    aware = (again.state["region"] == 0) & (again.state["attention"] == AWARE)
    assert aware.sum() == there["aware"][first]
    assert (again.state["ears"][aware] & FOREIGN).all()
    aware = (simulation.state["region"] == 0) & (simulation.state["attention"] == AWARE)
    assert not (simulation.state["ears"][aware] & FOREIGN).all()


def test_without_readers_of_the_press_abroad_it_stays_where_it_is():
    spec = strike(0.3).spec
    nobody = spec.model_copy(
        update={"foreign_press": spec.foreign_press.model_copy(update={"audience": 0})}
    )
    world = Scenario("strike", nobody, strike(0.3).parameters, strike(0.3).pinned)
    aware = run_old_town(world.change({"graph.homophily": 1}))[1]["aware"]
    assert aware.max() == 0


def test_who_is_aware_elsewhere_feels_the_shock_abroad():
    weak, strong = (run_old_town(strike(shock))[1]["grievance"].iloc[-1] for shock in (0.05, 0.9))
    assert strong > weak


@pytest.mark.parametrize("step_days", [0.5, 1, 3])
def test_it_can_be_put_down_on_any_day_and_no_shortcut_shows(tmp_path, step_days):
    world = strike(0.3, step_days=step_days)
    parted, long = Simulation(world, seed=3), take_no_shortcuts(Simulation(world, seed=3))
    whole = Simulation(world, seed=3).run()
    while not long.finished:
        long.step()
        parted.step()
        if parted.step_number % 4 == 0:
            parted.save(tmp_path / "day.npz")
            parted = Simulation.restore(tmp_path / "day.npz")
    for other in (parted, long):
        assert same_state(whole, other)
        assert same_history(whole, other)


def test_an_account_names_the_event_where_it_is_told():
    world = strike(0.3)
    explainer = Explainer(Simulation(world, seed=3), [0])
    assert explainer.simulation.scenario.region_names[0] == "Old Town"
    told = []
    for _ in range(40):
        explainer.step()
        told.append((explainer.simulation.signals["running"][0] == 1, explainer.explain(0).events))
    assert {runs for runs, _ in told} == {True, False}
    assert all(events == (("Factory closes",) if runs else ()) for runs, events in told)


def test_an_order_of_the_state_leaves_what_is_told_abroad():
    simulation, _ = run_old_town(strike(0.3))
    reported = simulation.environment.abroad
    assert reported == ("closure",)
    simulation.enact({"kind": "setting", "set": {"surveillance": 0.3}})
    assert simulation.environment.abroad == reported
