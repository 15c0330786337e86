"""What is ended during a run, whoever ordered it: rules, entries of the scenario, laws."""

import pandas as pd
import pytest

from samizdat import Scenario, ScenarioError, Simulation
from samizdat.scenario.interventions import law_id, to_toml
from samizdat.scenario.timeline import Action
from worlds import same_history, same_state, town

TRIGGERS = {
    "blocking": {"blocking__trigger_street": 1e-3, "blocking__trigger_posts": 1e-3},
    "blackout": {"blackout__trigger": 1e-3},
    "violence": {"violence__trigger": 1e-3, "violence__patience_days": 1},
}
COLUMN = {"blocking": "blocked", "blackout": "blackout", "violence": "violence"}


def by_rule(lever, citizens=500, **values):
    """The town in which one lever acts by rule, and lasts."""
    none = {name: 0 for each in TRIGGERS.values() for name in each if "trigger" in name}
    long = {f"{lever}__duration": 30, "blocking__authority": "prosecutor"}
    return town(citizens, regime__actions="rule", **(none | TRIGGERS[lever] | long | values))


def until_in_force(scenario, lever, most=50):
    """Run until a lever is in force in both regions."""
    simulation = Simulation(scenario, seed=5)
    while not simulation.signals[COLUMN[lever]].all():
        assert simulation.step_number < most, "the rule never ordered it in both regions"
        simulation.step()
    return simulation


def end_rule(lever, *regions):
    """The setting that ends what a lever ordered by rule, in these regions or everywhere."""
    entry = {"kind": "setting", "set": {f"{lever}.rule_on": 0}, "title": "Ended"}
    return entry | ({"regions": list(regions)} if regions else {})


def assert_replays(simulation):
    """The timeline of a run, out of a file, gives the same run to the last bit."""
    again = Simulation(Scenario.parse(to_toml(simulation.scenario)), simulation.seed)
    while again.step_number < simulation.step_number:
        again.step()
    assert same_history(simulation, again)
    assert same_state(simulation, again)
    assert simulation.rungs == again.rungs
    pd.testing.assert_frame_equal(simulation.bands, again.bands)


@pytest.mark.parametrize("lever", TRIGGERS)
def test_what_a_rule_ordered_ends_in_one_region_from_the_next_day_on(lever):
    simulation = until_in_force(by_rule(lever), lever)
    ended = simulation.step_number
    simulation.enact(end_rule(lever, "Riverside"))
    simulation.step()
    here, there = simulation.signals[COLUMN[lever]].tolist()
    assert (bool(here), bool(there)) == (True, False)
    bands = simulation.bands[simulation.bands["kind"] == lever]
    last = bands[bands["region"] == "Riverside"]["end"].max()
    assert last == simulation.environment.dates[ended - 1]
    for _ in range(8):
        simulation.step()
        assert not simulation.signals[COLUMN[lever]][1]
    assert_replays(simulation)


@pytest.mark.parametrize("lever", TRIGGERS)
def test_a_rule_acts_again_once_its_end_is_taken_back(lever):
    simulation = until_in_force(by_rule(lever), lever)
    name = simulation.enact(end_rule(lever))
    for _ in range(3):
        simulation.step()
        assert not simulation.signals[COLUMN[lever]].any()
        assert not simulation.environment.regime_state.orders
    simulation.lift(name)
    again = False
    while not simulation.finished:
        simulation.step()
        again |= bool(simulation.signals[COLUMN[lever]].any())
    assert again
    assert_replays(simulation)


@pytest.mark.parametrize("lever", TRIGGERS)
def test_a_rule_that_is_off_is_absent(lever):
    off = Simulation(by_rule(lever).change({f"{lever}.rule_on": 0}), seed=5).run()
    names = [name for name in off.scenario.parameters if name.startswith(f"{lever}.trigger")]
    absent = Simulation(by_rule(lever).change(dict.fromkeys(names, 0)), seed=5).run()
    assert same_history(off, absent)
    assert same_state(off, absent)


def test_the_end_of_a_rule_leaves_dated_orders_and_the_standing_block_alone():
    world = by_rule("blocking").change({"blocking.standing": ["foreign_press"]})
    simulation = until_in_force(world, "blocking")
    simulation.enact({"kind": "action", "lever": "blocking", "platforms": ["kin_chat"]})
    simulation.enact(end_rule("blocking"))
    simulation.step()
    left = world.platform_bits(("kin_chat", "foreign_press"))
    assert simulation.signals["blocked"].tolist() == [left, left]
    assert_replays(simulation)


def test_an_order_that_waits_for_the_court_is_withdrawn_too():
    world = by_rule("blocking").change({"blocking.authority": "court", "blocking.delay_days": 5})
    simulation = Simulation(world, seed=5)
    while not simulation.environment.regime_state.orders:
        simulation.step()
    assert not simulation.signals["blocked"].any()
    simulation.enact(end_rule("blocking"))
    while not simulation.finished:
        simulation.step()
        assert not simulation.signals["blocked"].any()
    assert_replays(simulation)


def test_a_checkpoint_after_the_end_of_a_rule_goes_on_bit_for_bit(tmp_path):
    simulation = until_in_force(by_rule("blackout"), "blackout")
    simulation.enact(end_rule("blackout", "Old Town"))
    simulation.save(tmp_path / "saved")
    again = Simulation.restore(tmp_path / "saved")
    assert same_history(simulation.run(), again.run())
    assert simulation.bands.equals(again.bands)


def dated(scenario):
    """Ids of the settings and orders of the scenario's own timeline."""
    return [
        entry.id
        for entry in scenario.spec.timeline
        if entry.kind == "setting" or (isinstance(entry, Action) and not entry.event)
    ]


@pytest.mark.parametrize("name", dated(town()))
@pytest.mark.parametrize("when", ["before", "on its day", "while it holds"])
def test_an_entry_of_the_scenario_ends_as_if_its_file_said_so(name, when):
    scenario = town(300, regime__actions="both")
    entry = next(each for each in scenario.spec.timeline if each.id == name)
    first = (entry.begins - scenario.spec.start).days
    stop = {"before": max(0, first - 2), "on its day": first, "while it holds": first + 1}[when]
    simulation = Simulation(scenario, seed=3)
    while simulation.step_number < stop:
        simulation.step()
    simulation.lift(name)
    left = [each for each in simulation.scenario.spec.timeline if each.id == name]
    assert [each.days for each in left] == ([1] if when == "while it holds" else [])
    assert_replays(simulation.run())


LADDER = [
    {"at": 0.02, "delay_days": 2, "add": {"chill": 0.3}, "title": "Watching"},
    {"at": 0.02, "delay_days": 12, "set": {"sanction": 0.05}, "title": "Prosecution"},
]


def with_laws(scenario, ladder=LADDER):
    """A scenario with laws by threat."""
    table = scenario.to_table()
    regime = table["regime"]
    threat = {**regime["threat"], "gain": 0.05, "home": 10}
    return Scenario.from_table({**table, "regime": {**regime, "threat": threat, "ladder": ladder}})


@pytest.mark.parametrize("after", [-1, 0, 1, 6])
def test_a_law_that_is_repealed_no_longer_acts(tmp_path, after):
    simulation = Simulation(with_laws(town(400)), seed=3)
    while simulation.rungs[0].reached is None:
        simulation.step()
    acts = (simulation.rungs[0].acts - simulation.scenario.spec.start).days
    while simulation.step_number < acts + after:
        simulation.step()
    before = simulation.environment.values["chill"].tolist()
    simulation.lift(law_id(simulation.scenario.spec.ladder[0]))
    simulation.save(tmp_path / "saved")
    simulation.step()
    plain = before[0] - (0.3 if after > 0 else 0)
    assert simulation.environment.values["chill"].tolist() == pytest.approx([plain, plain])
    watching, prosecution = simulation.rungs
    assert not watching.in_force
    bands = simulation.bands[simulation.bands["name"] == "Watching"]
    ends = [simulation.environment.dates[acts + after - 1]] if after > 0 else []
    assert bands["end"].tolist() == ends
    restored = Simulation.restore(tmp_path / "saved").run()
    simulation.run()
    assert simulation.rungs[1].in_force
    assert simulation.rungs[1].acts == (prosecution.acts or simulation.rungs[1].acts)
    assert same_history(simulation, restored)
    assert_replays(simulation)


def test_the_band_of_a_standing_block_ends_with_a_law_and_returns_with_its_repeal():
    ladder = [{"at": 0.02, "delay_days": 2, "set": {"blocking.standing_on": 0}}]
    world = with_laws(town(400).change({"blocking.standing": ["kin_chat"]}), ladder)
    simulation = Simulation(world, seed=3)
    while not simulation.rungs[0].in_force:
        simulation.step()
    for _ in range(4):
        simulation.step()
    assert not simulation.signals["blocked"].any()
    simulation.lift(law_id(world.spec.ladder[0]))
    simulation.step()
    assert simulation.signals["blocked"].all()
    bands = simulation.bands[simulation.bands["kind"] == "blocking"]
    assert len(bands) == 2
    assert_replays(simulation)


def test_what_cannot_end_is_named_with_what_can():
    simulation = Simulation(with_laws(town(100)), seed=3)
    with pytest.raises(ScenarioError, match=r"did you mean 'law-0\.02-2'"):
        simulation.lift("law-0.03")
    with pytest.raises(ScenarioError, match="closure"):
        simulation.lift("closure")
