"""What is done as the state while a run goes on is a timeline, and replays to the same numbers."""

import pytest

from samizdat import Scenario, ScenarioError, Simulation
from samizdat.scenario.interventions import to_toml
from worlds import run, same_history, same_state, town

BLOCK = {"kind": "action", "lever": "blocking", "platforms": ["kin_chat"]}
DARK = {"kind": "action", "lever": "blackout", "regions": ["Riverside"], "days": 3}
SHOTS = {"kind": "action", "lever": "violence", "regions": ["Old Town"], "days": 1}
WATCH = {"kind": "setting", "set": {"surveillance": 0.9, "chill": 0.3}}
COURT = {"kind": "setting", "set": {"blocking.authority": "court"}}
CONCEDE = {"kind": "action", "lever": "concession", "event": "closure"}
CLICKS = {5: [WATCH], 14: [BLOCK, DARK], 20: [COURT, SHOTS], 33: [CONCEDE]}
WORLDS = {
    "town": town(400),
    "no lever": town(400).under("open"),
    "by rule": town(400).under("networked"),
    "pinned": town(400, surveillance=0.1, chill=0.0, security=0.01),
    "without blocking": town(400).without("blocking"),
    "by record": town(400, regime__actions="record"),
}


def played(scenario, clicks, lift=()):
    """Run with clicks on days, and lift the first of a day some days later."""
    simulation, ids = Simulation(scenario, seed=3), {}
    while not simulation.finished:
        for entry in clicks.get(simulation.step_number, []):
            ids.setdefault(simulation.step_number, simulation.enact(entry))
        for enacted, lifted in lift:
            if simulation.step_number == lifted:
                simulation.lift(ids[enacted])
        simulation.step()
    return simulation


@pytest.mark.parametrize("name", WORLDS)
def test_the_saved_timeline_replays_to_the_same_numbers(name):
    simulation = played(WORLDS[name], CLICKS, lift=[(14, 25)])
    again = run(Scenario.parse(to_toml(simulation.scenario)), seed=3)
    assert same_history(simulation, again)
    assert same_state(simulation, again)


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_changes_before_the_click(name):
    clicked, as_it_was = played(WORLDS[name], {30: [WATCH, BLOCK, DARK]}), run(WORLDS[name], seed=3)
    days = 2 * 30
    assert clicked.regions[:days].equals(as_it_was.regions[:days])
    assert not clicked.regions[days:].equals(as_it_was.regions[days:])


@pytest.mark.parametrize("name", WORLDS)
def test_the_state_gives_in_even_where_it_never_would(name):
    gave_in, as_it_was = (
        played(WORLDS[name], {16: [CONCEDE | {"days": 1}]}),
        played(WORLDS[name], {}),
    )
    assert "closure" in gave_in.environment.regime_state.conceded
    assert gave_in.nation["grievance"][20] < as_it_was.nation["grievance"][20]


def test_a_block_holds_from_the_next_day_until_it_is_lifted():
    simulation = played(town(400).under("open"), {20: [BLOCK]}, lift=[(20, 30)])
    blocked = simulation.nation["platforms_blocked"]
    assert blocked[blocked > 0].index.tolist() == list(range(20, 30))


def test_what_is_lifted_before_its_first_day_never_was():
    simulation = Simulation(town(300), seed=3)
    for _ in range(10):
        simulation.step()
    simulation.lift(simulation.enact(BLOCK))
    assert simulation.interventions == []
    simulation.run()
    assert same_history(simulation, run(town(300), seed=3))


def test_a_checkpoint_keeps_what_was_enacted(tmp_path):
    simulation = Simulation(town(300), seed=3)
    for _ in range(12):
        simulation.step()
    simulation.enact(WATCH)
    simulation.save(tmp_path / "saved")
    again = Simulation.restore(tmp_path / "saved")
    assert [entry.id for entry in again.interventions] == ["live-1"]
    assert same_history(simulation.run(), again.run())


WRONG = {
    "an unknown number": ({"kind": "setting", "set": {"chil": 1}}, "did you mean 'chill'"),
    "out of range": ({"kind": "setting", "set": {"chill": 8}}, "chill = 8"),
    "an unknown platform": ({**BLOCK, "platforms": ["kin"]}, "did you mean 'kin_chat'"),
    "an unknown region": ({**DARK, "regions": ["Rivside"]}, "did you mean 'Riverside'"),
    "an event": ({"kind": "event", "shock": 1}, "not one of setting, action"),
    "a date": ({**BLOCK, "from": "2014-03-05"}, "begins on the next day"),
    "no days": ({**BLOCK, "days": 0}, "days"),
    "what never changes": ({"kind": "setting", "set": {"graph.degree": 3}}, "cannot change"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_enacted_is_refused_and_changes_nothing(name):
    entry, words = WRONG[name]
    simulation = Simulation(town(100), seed=3)
    simulation.step()
    before = simulation.scenario
    with pytest.raises(ScenarioError, match=words):
        simulation.enact(entry)
    assert simulation.scenario is before


def test_what_was_not_enacted_cannot_be_lifted():
    simulation = Simulation(town(100), seed=3)
    with pytest.raises(ScenarioError, match="'closure'"):
        simulation.lift("closure")


def test_nothing_is_enacted_after_the_last_day():
    simulation = run(town(100))
    with pytest.raises(ScenarioError, match="2014-04-29"):
        simulation.enact(WATCH)
