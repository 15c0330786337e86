"""A run without a lever follows what is ended, and equals one that never had the lever."""

import pytest

pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

from samizdat import Scenario, Simulation
from samizdat.page.interventions import Intervention, replaced_by
from samizdat.page.replay import Replay
from samizdat.page.twin import TwinRun
from samizdat.scenario.interventions import law_id
from worlds import same_history, same_state, town

MEMORY = 10**8
TRIGGERS = {
    "blocking.trigger_street": 1e-3,
    "blocking.trigger_posts": 1e-3,
    "blocking.duration": 30,
    "blocking.authority": "prosecutor",
}
LADDER = [
    {"at": 0.02, "delay_days": 2, "add": {"chill": 0.3}, "title": "Watching"},
    {"at": 0.02, "delay_days": 12, "set": {"sanction": 0.05}, "title": "Prosecution"},
]
RULE_OFF = {"kind": "setting", "set": {"blocking.rule_on": 0}, "regions": ["Riverside"]}


def world():
    """The town with a trigger and laws by threat."""
    table = town(400).change(TRIGGERS).to_table()
    table["regime"]["threat"] |= {"gain": 0.05, "home": 10}
    table["regime"]["ladder"] = LADDER
    return Scenario.from_table(table)


def both(scenario, lever, steps):
    """A run after some steps and its twin without a lever, as far."""
    run = Replay(Simulation(scenario, seed=5), [], MEMORY)
    for _ in range(steps):
        run.step()
    twin = TwinRun(run, lever, MEMORY)
    while twin.follow():
        pass
    return run, twin


def finish(run, twin):
    while not run.simulation.finished:
        run.step()
        twin.follow()


@pytest.mark.parametrize("without", ["blocking", "blackout", "chill", "threat", "surveillance"])
def test_a_twin_that_follows_an_end_equals_a_run_without_the_lever(without):
    run, twin = both(world(), without, 20)
    scenario = run.simulation.scenario
    run.enact(RULE_OFF)
    for name in (law_id(scenario.spec.ladder[0]), *_of_the_state(scenario)[:2]):
        run.lift(name)
    finish(run, twin)
    alone = Simulation(run.simulation.scenario.without(without), 5).run()
    assert same_history(twin.simulation, alone)
    assert same_state(twin.simulation, alone)


def _of_the_state(scenario):
    return [entry.id for entry in scenario.spec.timeline if entry.kind in ("setting", "action")]


def test_a_twin_lifts_the_same_intervention_where_an_earlier_one_is_left_out():
    run, twin = both(town(200), "blackout", 3)
    dark = run.enact({"kind": "action", "lever": "blackout"})
    run.enact({"kind": "setting", "set": {"surveillance": 0.9}})
    run.step()
    twin.follow()
    run.lift(dark)
    run.step()
    twin.follow()
    assert twin.simulation.environment.values["surveillance"].tolist() == [0.9, 0.9]


def test_a_number_that_is_set_again_replaces_the_setting_before():
    def setting(regions=(), days=None, **values):
        entry = {"kind": "setting", "set": values, "title": str(values)}
        entry |= {"regions": [*regions]} if regions else {}
        return entry | ({} if days is None else {"days": days})

    before = [
        Intervention(1, "live-1", setting(chill=0.2)),
        Intervention(1, "live-2", setting(chill=0.2, sanction=0.1)),
        Intervention(1, "live-3", setting(["Riverside"], chill=0.2)),
        Intervention(1, "live-4", setting(chill=0.2, days=3)),
        Intervention(1, "live-5", {"kind": "action", "lever": "blackout"}),
    ]
    assert replaced_by(setting(chill=0.7), before) == ["live-1"]
    assert replaced_by(setting(["Riverside"], chill=0.7), before) == ["live-3"]
    assert replaced_by(setting(chill=0.7, days=2), before) == []
    assert replaced_by({"kind": "action", "lever": "blackout"}, before) == []
