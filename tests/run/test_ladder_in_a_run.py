"""Laws during a run: they come after their delay, for good, and a run that pauses is the same."""

import copy
import datetime as dt

import numpy as np
import pytest

from new_levers import MartialLaw, put_in_place
from samizdat import Scenario, Simulation
from samizdat.scenario.interventions import to_toml
from worlds import Sibling, laws, run, same_history, same_state

STEPS = [0.5, 1, 2]


def same(a, b):
    """Whether two runs are equal in all that can be seen."""
    assert same_history(a, b)
    assert same_state(a, b)
    assert a.nation.equals(b.nation)
    assert a.rungs == b.rungs
    assert a.bands.equals(b.bands)
    return True


@pytest.fixture(scope="module")
def whole():
    return run(laws(), threads=1)


def test_a_law_comes_after_its_delay_and_stays(whole):
    watching, court, prosecution, never = whole.rungs
    assert watching.acts - watching.reached == dt.timedelta(days=6)
    assert court.acts - court.reached == dt.timedelta(days=2)
    assert prosecution.acts == prosecution.reached == court.reached
    assert (never.reached, never.acts, never.in_force) == (None, None, False)
    assert all(rung.in_force for rung in whole.rungs[:3])
    again = Simulation(laws(), seed=3, threads=1)
    while not again.finished:
        again.step()
        held = [rung.acts is not None and again.date >= rung.acts for rung in again.rungs]
        assert held == [rung.in_force for rung in again.rungs]
        before = again.scenario.parameters
        chill = before["chill"] + (0.3 if held[0] else 0)
        watched = min(1, before["surveillance"] + (0.95 if held[0] else 0))
        values = again.environment.values
        assert values["chill"].tolist() == pytest.approx([chill, chill])
        assert values["surveillance"].tolist() == pytest.approx([watched, watched])
        assert again.signals["chill"].tolist() == pytest.approx([chill, chill])
        law = 0.02 if held[1] else 0.05 if held[2] else before["sanction"]  # the later one holds
        assert values["sanction"].tolist() == [law, law]


def test_the_history_the_summary_and_the_bands_tell_of_it(whole):
    assert whole.nation["threat"].iloc[-1] == whole.threat
    assert whole.daily("threat").tolist() == whole.nation["threat"].tolist()
    assert whole.measured("threat") == whole.threat
    told = whole.summary["laws"]
    assert [each["title"] for each in told] == [rung.title for rung in whole.rungs]
    assert told[0]["reached"] == str(whole.rungs[0].reached)
    assert told[3] == {"title": "Never", "at": 1.0, "reached": None, "acts": None}
    bands = whole.bands[whole.bands["kind"] == "law"]
    assert bands["start"].tolist() == [rung.acts for rung in whole.rungs[:3]]
    assert set(bands["end"]) == {whole.scenario.spec.end}


@pytest.mark.parametrize("step_days", STEPS)
def test_the_naive_ladder_agrees(step_days):
    simulation = Simulation(laws(140, step_days=step_days), seed=5, threads=1)
    sibling = Sibling(simulation)
    base, held = simulation.scenario.parameters, set()
    while not simulation.finished:
        step = simulation.step_number
        sibling.day()
        holds = sibling.ladder.first.keys()
        now = [n for n in holds if simulation.rungs[n].in_force]
        for name in ("chill", "surveillance", "sanction"):
            level = sibling.ladder.level(now, name, base[name])
            assert simulation.environment.values[name].tolist() == pytest.approx([level] * 2), step
        held |= {*now}
    for n, rung in enumerate(simulation.rungs):
        assert rung.reached == sibling.ladder.reached(n)
    assert held == {0, 1, 2}


@pytest.mark.parametrize("step_days", STEPS)
@pytest.mark.parametrize("when", ["before", "under delay", "in force"])
def test_a_restored_run_and_a_copy_go_on_bit_for_bit(tmp_path, whole, step_days, when):
    world = laws(step_days=step_days)
    plain = run(world, threads=1)
    reached, acts = plain.rungs[0].reached, plain.rungs[0].acts
    two = dt.timedelta(days=2)
    pause = {"before": reached - two, "under delay": reached + two, "in force": acts + two}[when]
    paused = Simulation(world, seed=3, threads=1).run(pause)
    assert (paused.rungs[0].reached is not None) is (when != "before")
    assert paused.rungs[0].in_force is (when == "in force")
    paused.save(tmp_path / "run.npz")
    taken_up, twin = Simulation.restore(tmp_path / "run.npz"), copy.deepcopy(paused)
    for other in (taken_up, twin):
        assert other.rungs == paused.rungs
        assert other.threat == paused.threat
        assert same(other.run(), plain)


def test_signals_are_a_function_of_the_day_while_a_law_holds(tmp_path, monkeypatch):
    put_in_place(monkeypatch, "martial_law", MartialLaw())
    world = laws(martial_law=0.9)
    paused = Simulation(world, seed=3, threads=1).run(dt.date(2014, 4, 1))
    paused.save(tmp_path / "run.npz")
    other = Simulation.restore(tmp_path / "run.npz")
    while not paused.finished:
        paused.step(), other.step()
        assert np.array_equal(paused.signals, other.signals)


WATCH = {"kind": "setting", "set": {"chill": 0.6, "sanction": 0.001}}
SHOTS = {"kind": "action", "lever": "violence", "days": 1}


@pytest.mark.parametrize("pinned", [{}, {"chill": 0.0, "sanction": 0.0}])
@pytest.mark.parametrize("step", [3, 14, 40])
def test_an_intervention_is_the_same_scenario_from_the_first_day(step, pinned):
    world = laws().change(pinned)
    live = Simulation(world, seed=3, threads=1)
    while not live.finished:
        if live.step_number == step:
            live.enact(WATCH), live.enact(SHOTS)
        if live.step_number == step + 10:
            live.lift("live-1")
        live.step()
    assert same(live, run(Scenario.parse(to_toml(live.scenario)), threads=1))


def test_what_is_ordered_after_a_law_replaces_what_it_set_and_keeps_what_it_added():
    live = Simulation(laws(), seed=3, threads=1).run(dt.date(2014, 4, 5))
    assert live.environment.values["sanction"][0] == 0.02
    live.enact(WATCH)
    live.step()
    assert live.environment.values["sanction"][0] == 0.001
    assert live.environment.values["chill"][0] == pytest.approx(0.9)


def test_what_is_pinned_beats_a_law():
    pinned = run(laws().change({"chill": 0.01, "sanction": 0.003}), threads=1)
    assert pinned.rungs[0].in_force
    assert set(pinned.environment.values["chill"]) == {0.01}
    assert set(pinned.environment.values["sanction"]) == {0.003}
    assert set(pinned.environment.values["surveillance"]) == {1.0}


@pytest.mark.parametrize(
    "world",
    [
        laws(gain=0),
        laws(rungs=[{"at": 0.1, "add": {"chill": 0, "surveillance": 0}}]),
        laws(rungs=[{"at": 1, "delay_days": 36500, "add": {"chill": 1}}]),
        laws(rungs=[]),
        laws().without("threat"),
    ],
    ids=["no gain", "no effect", "out of reach", "no rung", "without"],
)
def test_a_ladder_that_changes_nothing_equals_none(world):
    plain = run(laws(rungs=[], gain=0), threads=1)
    changed = run(world, threads=1)
    assert same_history(plain, changed)
    assert same_state(plain, changed)


def test_a_standing_block_that_a_law_lifts_ends_in_the_bands():
    rung = {"at": 0.05, "delay_days": 3, "set": {"blocking.standing_on": 0}}
    world = laws(rungs=[rung]).change({"blocking.standing": ["foreign_press"]})
    done = run(world, threads=1)
    band = done.bands[done.bands["id"] == "blocking.standing"]
    assert band["end"].tolist() == [done.rungs[0].acts - dt.timedelta(days=1)]
