"""The kernel's shortcuts where laws by threat begin on some day: the same bits with and without."""

import pytest
from test_shortcuts import BUSY, HEARING, run_both

from samizdat import Scenario, Simulation
from worlds import laws

STEPS = 50
WATCHING = [{"at": 0.05, "delay_days": 4, "add": {"chill": 0.4, "surveillance": 0.6}}]
# The rungs, and what the numbers of their laws are before, where not as in the town.
LADDERS = {
    "chill and surveillance": (WATCHING, {}),
    "prosecution begins": ([{"at": 0.1, "set": {"sanction": 0.4}}], {"sanction": 0}),
    "prosecution ends": (
        [{"at": 0.1, "delay_days": 3, "set": {"sanction": 0}}], {"sanction": 0.3},
    ),
    "arrests beforehand begin and end": (
        [{"at": 0.05, "set": {"preempt": 0.4}},
         {"at": 0.05, "delay_days": 12.5, "set": {"preempt": 0}}], {},
    ),
    "blocks by posts begin": (
        [{"at": 0.1, "set": {"blocking.on": 1, "blocking.trigger_posts": 1e-3,
                             "blocking.authority": "prosecutor", "blocking.duration": 5}}],
        {"blocking.on": 0},
    ),
    "a standing block begins and ends": (
        [{"at": 0.05, "delay_days": 2, "set": {"blocking.standing_on": 1}},
         {"at": 0.05, "delay_days": 15, "set": {"blocking.standing_on": 0}}],
        {"blocking.standing_on": 0},
    ),
    "blackouts begin": (
        [{"at": 0.1, "set": {"blackout.on": 1, "blackout.trigger": 1e-3}}], {"blackout.on": 0},
    ),
    "a ban begins and ends": (
        [{"at": 0.05, "delay_days": 1, "set": {"ban.on": 1}},
         {"at": 0.05, "delay_days": 16, "set": {"ban.on": 0}}], {},
    ),
    "the police come and go": (
        [{"at": 0.05, "set": {"arrests.capacity": 0.2, "arrests.response": 1}},
         {"at": 0.05, "delay_days": 18, "set": {"arrests.response": 0}}],
        {"arrests.capacity": 0},
    ),
    "state media, services and noise": (
        [{"at": 0.05, "add": {"broadcast": 0.01, "egov": 0.02},
          "set": {"flooding": 0.5, "press_control": 0.8}}], {},
    ),
    "organisers are detained": ([{"at": 0.05, "set": {"detain_organisers": 0.6}}], {}),
}  # fmt: skip
RALLIES = {"rally.on": 1, "rally.organisers": 0.1, "rally.call": 1, "rally.committee": 5}
ARRIVALS = {"arrivals.mu": 300, "arrivals.news": 0.3, "attention.beta": 0.5}


def world(rungs, before=None, citizens=400, **values):
    """A busy town without dated settings; no number that a law changes is pinned."""
    table = laws(citizens, rungs).to_table()
    regime = table["regime"]
    regime["blocking"]["standing"] = ["foreign_press"]
    for name, value in (before or {}).items():
        group, _, key = name.rpartition(".")
        (regime[group] if group else regime)[key] = value
    lawful = {name for rung in rungs for name in (*rung.get("add", {}), *rung.get("set", {}))}
    busy = {name: value for name, value in (BUSY | values).items() if name not in lawful}
    return Scenario.from_table(table).change(busy)


def check_takes_effect(scenario):
    """Check that each rung's law begins amid the run, and that what happens depends on it."""
    simulation, laws_held = Simulation(scenario, seed=3, threads=1), []
    while simulation.step_number < STEPS:
        simulation.step()
        laws_held.append([rung.in_force for rung in simulation.rungs])
    assert not any(laws_held[0])
    assert all(laws_held[-1])
    first = next(k for k, held in enumerate(laws_held) if any(held))
    table = scenario.to_table()
    table["regime"]["ladder"] = []
    plain = Simulation(Scenario.from_table(table), seed=3, threads=1)
    while plain.step_number < STEPS:
        plain.step()
    assert simulation.nation[:first].equals(plain.nation[:first])
    assert not simulation.nation.equals(plain.nation)


@pytest.mark.parametrize(("rungs", "before"), LADDERS.values(), ids=LADDERS)
def test_shortcuts_change_no_bit_where_a_law_begins(rungs, before):
    scenario = world(rungs, before, **(RALLIES if "detain_organisers" in str(rungs) else {}))
    check_takes_effect(scenario)
    run_both(scenario, size=16, steps=STEPS)


@pytest.mark.parametrize("push_below", HEARING.values(), ids=HEARING)
@pytest.mark.parametrize("step_days", [0.5, 1, 2])
def test_shortcuts_change_no_bit_with_laws_grievances_and_rallies(step_days, push_below):
    rungs = [
        rung
        for name in (
            "chill and surveillance",
            "organisers are detained",
            "a standing block begins and ends",
        )
        for rung in LADDERS[name][0]
    ]
    scenario = world(rungs, citizens=250, step_days=step_days, **RALLIES, **ARRIVALS)
    simulation = Simulation(scenario, seed=3, threads=1).run()
    assert all(rung.in_force for rung in simulation.rungs)
    happened = run_both(scenario, push_below=push_below, steps=simulation.steps)
    assert happened[["arrivals", "rallies_held", "newly_detained", "posts_suppressed"]].min() > 0


def test_shortcuts_change_no_bit_where_the_user_overrules_a_law():
    """A setting of the user during the run, after a law and over it."""
    later = {20: {"set": {"chill": 0.9, "sanction": 0.5}}, 30: {"set": {"surveillance": 0}}}
    scenario = world(WATCHING)
    check_takes_effect(scenario)
    run_both(scenario, size=16, later=later, steps=STEPS)
