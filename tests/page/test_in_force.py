"""What the page says is in force is what the next day brings, whoever ordered it; and it ends."""

import random
import warnings

import numpy as np
import pandas as pd
import pytest

solara = pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Mesa's own components break a rule of Solara's
    from samizdat import Scenario, Simulation
    from samizdat.core.layout import SIGNALS
    from samizdat.page.in_force import (
        BY_LAW,
        FIRST_DAY,
        RULE,
        SCENARIO,
        VIEWER,
        in_force,
        tomorrow_of,
    )
    from samizdat.scenario.interventions import to_toml
    from worlds import same_history, same_state, town

LATER = {"rally", "arrest_chance"}  # columns that the rallies and the count of a step write
COLUMNS = {"blocking": "blocked", "blackout": "blackout", "violence": "violence"}
LADDER = [
    {"at": 0.02, "delay_days": 4, "add": {"chill": 0.3, "surveillance": 0.2}, "title": "Watching"},
    {"at": 0.05, "delay_days": 3, "set": {"sanction": 0.05, "blocking.authority": "court"}},
    {"at": 0.2, "set": {"blocking.on": 1, "broadcast": 0.01}, "title": "Voice"},
]
TIMELINE = [
    {"id": "dark", "kind": "action", "lever": "blackout", "from": "2014-03-12", "days": 9,
     "regions": ["Riverside"], "title": "Riverside dark"},
    {"id": "gone", "kind": "action", "lever": "blocking", "from": "2014-03-10", "days": 30,
     "platforms": ["square_talk"], "title": "Square talk gone", "cover_story": True},
    {"id": "watch", "kind": "setting", "from": "2014-03-05", "set": {"surveillance": 0.4},
     "title": "Watched"},
    {"id": "harsh", "kind": "setting", "from": "2014-03-15", "days": 20, "regions": ["Old Town"],
     "set": {"sanction": 0.09, "chill": 0.2}, "title": "Emergency"},
    {"id": "shots", "kind": "action", "lever": "violence", "from": "2014-04-02", "days": 2,
     "regions": ["Old Town"], "strength": 0.5},
]  # fmt: skip
ORDERS = [
    {"kind": "action", "lever": "blocking", "platforms": ["kin_chat"], "title": "kin chat"},
    {"kind": "action", "lever": "blocking", "platforms": ["kin_chat"], "regions": ["Riverside"]},
    {"kind": "action", "lever": "blackout", "regions": ["Old Town"], "title": "Network off"},
    {"kind": "action", "lever": "violence", "days": 1, "title": "Violence"},
    {"kind": "setting", "set": {"surveillance": 0.7}, "title": "Surveillance 0.7"},
    {"kind": "setting", "set": {"surveillance": 0.3}, "title": "Surveillance 0.3"},
    {"kind": "setting", "set": {"chill": 0.6}, "regions": ["Riverside"], "title": "Strict"},
    {"kind": "setting", "set": {"blocking.on": 0}, "days": 3, "title": "No blocks"},
]


def world(citizens=300, **values):
    """The town with a standing block, triggers, laws by threat and dated entries, all at once."""
    given = {
        "blocking.standing": ["foreign_press"], "blocking.trigger_street": 0.002,
        "blocking.duration": 5, "blocking.scope": "region", "blackout.trigger": 0.005,
        "violence.trigger": 0.002, "violence.patience_days": 1, "regime.actions": "both", **values,
    }  # fmt: skip
    table = town(citizens).change(given).to_table()
    table["pinned"] = []
    dated = [each for each in table["timeline"] if each["kind"] not in ("action", "setting")]
    regime = table["regime"]
    threat = {**regime["threat"], "gain": 0.05, "home": 10}
    regime = {**regime, "threat": threat, "ladder": LADDER}
    return Scenario.from_table({**table, "timeline": [*dated, *TIMELINE], "regime": regime})


def lines_of(simulation):
    tomorrow = tomorrow_of(simulation)
    return tomorrow, in_force(simulation, tomorrow)


def claimed(simulation, lines):
    """What the lines say that each region meets: bits of platforms, network off, violence."""
    names = simulation.scenario.region_names
    found = {lever: np.zeros(len(names), np.int64) for lever in COLUMNS}
    for line in lines:
        if line.lever in COLUMNS and line.begun and not line.names:
            for r, name in enumerate(names):
                if line.is_in(name):
                    found[line.lever][r] |= line.platforms if line.lever == "blocking" else 1
    return found


def assert_true(simulation, lines):
    """The day that was done since is as the lines said."""
    for lever, said in claimed(simulation, lines).items():
        real = simulation.signals[COLUMNS[lever]]
        real = real.astype(np.int64) if lever == "blocking" else (real > 0).astype(np.int64)
        assert said.tolist() == real.tolist(), (simulation.date, lever)


def play(simulation, random_numbers, chance_of_order, chance_of_end):
    """Order and end at random; every day must be as was said on the evening before."""
    sources = set()
    while not simulation.finished:
        if random_numbers.random() < chance_of_order:
            simulation.enact(random_numbers.choice(ORDERS))
        if random_numbers.random() < chance_of_end:
            line = random_numbers.choice(lines_of(simulation)[1] or [None])
            if line is not None:
                ended(simulation, line)
                if (simulation.step_number * simulation.scenario.spec.step_days).is_integer():
                    assert line not in lines_of(simulation)[1]  # else it ends with the next date
        tomorrow, lines = lines_of(simulation)
        sources |= {(line.source, line.lever) for line in lines}
        simulation.step()
        assert tomorrow.date == simulation.date
        for name in set(SIGNALS.names) - LATER:
            assert np.array_equal(tomorrow.signals[name], simulation.signals[name])
        for name, values in tomorrow.inputs.values.items():
            assert np.array_equal(values, simulation.environment.values[name])
        assert_true(simulation, lines)
    return sources


def ended(simulation, line):
    """End a line as the page does."""
    for which in line.lifts:
        simulation.lift(which)
    if line.setting_in() is not None:
        simulation.enact(line.setting_in())


def assert_replays(simulation):
    again = Simulation(Scenario.parse(to_toml(simulation.scenario)), simulation.seed).run()
    assert same_history(simulation, again)
    assert same_state(simulation, again)
    pd.testing.assert_frame_equal(simulation.bands, again.bands)


def test_all_who_order_are_named_and_every_day_is_as_was_said():
    simulation = Simulation(world(), seed=5)
    sources = play(simulation, random.Random(1), chance_of_order=0.3, chance_of_end=0)
    levers = {source: {lever for s, lever in sources if s == source} for source, _ in sources}
    assert levers[VIEWER] >= {"blocking", "blackout", "violence", "surveillance", "chill"}
    assert levers[SCENARIO] >= {"blocking", "blackout", "violence", "surveillance", "sanction"}
    assert levers[RULE] >= {"blocking", "blackout", "violence"}
    assert levers[FIRST_DAY] == {"blocking"}
    assert levers[BY_LAW] == {"threat"}
    assert_replays(simulation)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_ended_has_ended_on_the_next_day_and_replays(seed):
    simulation = Simulation(world(150, step_days=[1, 0.5, 2][seed % 3]), seed=seed)
    play(simulation, random.Random(seed), chance_of_order=0.25, chance_of_end=0.4)
    assert_replays(simulation)


@pytest.mark.parametrize("source", [VIEWER, SCENARIO, RULE, FIRST_DAY, BY_LAW])
def test_each_source_can_be_ended(source):
    simulation = Simulation(world(), seed=5)
    simulation.enact(ORDERS[0])
    line = None
    while line is None:
        simulation.step()
        _, lines = lines_of(simulation)
        line = next((each for each in lines if each.source == source and each.begun), None)
    ended(simulation, line)
    _, lines = lines_of(simulation)
    assert not any((each.source, each.lever, each.title) == (source, line.lever, line.title)
                   and each.begun and each.place == line.place for each in lines)  # fmt: skip
    simulation.step()
    assert_true(simulation, lines)
    simulation.run()
    assert_replays(simulation)


def test_looking_ahead_changes_nothing():
    simulation, plain = Simulation(world(150), seed=2), Simulation(world(150), seed=2)
    while not simulation.finished:
        lines_of(simulation)
        simulation.step()
        plain.step()
    assert same_history(simulation, plain)
    pd.testing.assert_frame_equal(simulation.bands, plain.bands)
    assert tomorrow_of(simulation) is None


def test_a_number_is_listed_with_whoever_set_it_last():
    simulation = Simulation(world(), seed=5)
    for _ in range(6):
        simulation.step()

    def watched():
        return [(each.source, each.title) for each in lines_of(simulation)[1]
                if "surveillance" in each.names and each.lever == "surveillance"]  # fmt: skip

    assert watched() == [(SCENARIO, "Watched")]
    simulation.enact(ORDERS[4])
    simulation.step()
    simulation.enact(ORDERS[5])
    assert watched() == [(VIEWER, "Surveillance 0.3")]
    line = next(each for each in lines_of(simulation)[1] if each.source == VIEWER)
    ended(simulation, line)  # not the number before it, which it replaced
    assert watched() == [(SCENARIO, "Watched")]


def test_a_block_that_a_court_will_order_is_named_before_it_begins():
    simulation = Simulation(world(**{"blocking.authority": "court", "blocking.delay_days": 4}), 5)
    waiting = []
    while not waiting:
        simulation.step()
        lines = lines_of(simulation)[1]
        waiting = [each for each in lines if each.source == RULE and not each.begun
                   and each.lever == "blocking"]  # fmt: skip
    (line,) = waiting
    assert (line.first - simulation.date).days >= 1
    ended(simulation, line)
    assert line not in lines_of(simulation)[1]
