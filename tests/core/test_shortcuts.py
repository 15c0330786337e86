"""The kernel skips work whose result is known. With and without: the same bits, whatever the world.

The claims stand beside the rules that they are about, as functions with names (see core/passes).
"""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat import Simulation
from samizdat.core import step
from samizdat.core.layout import DYNAMIC, NEAR
from samizdat.regime.queries import acts_nationwide
from samizdat.run import simulation as running
from samizdat.scenario.registry import DATED, REGISTRY
from worlds import take_no_shortcuts, town

MAY_CHANGE = [name for name, entry in REGISTRY.items() if entry.group in DATED]
REGIONAL = [
    name for name in MAY_CHANGE if REGISTRY[name].group == "regime" and not acts_nationwide(name)
]
DEGREES = {"graph.close_degree": [0, 2, 5], "graph.online_degree": [0, 3, 20]}
ALL_STEPS = 35
BUSY = {  # so that in so small a town, too, each kind of thing happens
    "arrests.capacity": 0.05,
    "arrests.response": 1,
    "sanction": 0.3,
    "preempt": 0.3,
    "fear.witness": 0.3,
    "attention.foreign_reach": 0.5,
    "attention.online_share": 0.4,
    "attention.feed": 0.05,
}
# What few of the small worlds below contain, and some claim depends on.
RARE = {
    "everything": {},
    "few know, and the net is cut": {
        "attention.beta": 0, "attention.fatigue": 5, "attention.foreign_reach": 0,
        "grievance.relax": 1,
    },
    "nobody is arrested, many are prosecuted": {"arrests.response": 0, "preempt": 0},
    "nobody is prosecuted": {"sanction": 0},
    "a blackout alone": {"blocking.on": 0},
    "platforms come and go in a region": {
        "reach.reachable_only": 1, "reach.post_weight": 1, "attention.fatigue": 0,
        "attention.fade": 0, "attention.beta": 1, "graph.homophily": 0, "graph.online_degree": 4,
        "graph.close_degree": 0, "decision.exposure_weight": 1, "blocking.on": 0, "blackout.on": 0,
    },
    "a number of ties": {"reach.dilution": 0, "graph.online_degree": 20, "attention.beta": 1},
    "the foreign press alone is blocked": {
        "blocking.standing": ["foreign_press"], "blocking.trigger_posts": 0, "blackout.on": 0,
        "trust.told": 1,
    },
    "the spent are held": {"attention.fatigue": 5, "preempt": 1, "reach.reachable_only": 1},
    "the spent are released": {
        "attention.fatigue": 1, "preempt": 1, "fear.own": 1, "attention.beta": 2, "surveillance": 1
    },
    "rallies, and organisers are arrested": {
        "rally.on": 1, "rally.organisers": 0.1, "rally.call": 1, "rally.committee": 10,
        "rally.continuation": 0.6, "detain_organisers": 0.7,
    },
    "grievances arrive": {"arrivals.mu": 300, "arrivals.news": 0.3, "attention.online_share": 0},
    "the lonely are released": {
        "attention.fatigue": 5, "preempt": 1, "fear.own": 1, "fear.calm": 5, "fear.terror": 0,
        "graph.close_degree": 0, "attention.beta": 5, "graph.online_degree": 20,
    },
}  # fmt: skip
BANS_IN_ONE_REGION = {
    day: {"set": {"ban.on": day % 2}, "regions": ["Riverside"]} for day in range(15, 35)
}
HEARING = {"by either": None, "by pull": 0.0, "by push": 1.1}  # `step.PUSH_BELOW`


def edges(name):
    """The values at which a shortcut is likeliest to break: the ends of the range, and off."""
    q = REGISTRY[name].quantity
    return [value for value in dict.fromkeys((q.low, q.off, q.high)) if value is not None]


def any_value(name):
    """An edge as often as not, else anything in the range."""
    q = REGISTRY[name].quantity
    if q.names or q.whole:
        return st.sampled_from(edges(name)) | st.integers(int(q.low), int(q.high))
    return st.sampled_from(edges(name)) | st.floats(q.low, q.high)


@st.composite
def any_values(draw, most, names=tuple(MAY_CHANGE), least=0):
    """Numbers of the citizens' rules and of the regime, anywhere in their ranges."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True))
    return {name: draw(any_value(name)) for name in chosen}


@st.composite
def settings_of_a_day(draw):
    """A setting of the timeline: for the nation, or levers in one of the town's regions."""
    if draw(st.booleans()):
        return {"set": draw(any_values(most=4, least=1))}
    region = draw(st.sampled_from(["Old Town", "Riverside"]))
    return {"set": draw(any_values(most=4, least=1, names=tuple(REGIONAL))), "regions": [region]}


@st.composite
def worlds(draw, most_citizens, most_steps):
    """A small town whose event begins soon, numbers of it changed at first and on some days."""
    scenario = town(draw(st.integers(100, most_citizens)))
    spec = scenario.spec.model_copy(
        update={
            "start": dt.date(2014, 3, draw(st.integers(1, 6))),
            "step_days": draw(st.sampled_from([0.5, 1.0, 2.0])),
            "actions": draw(st.sampled_from(["rule", "both"])),
        }
    )
    busy = BUSY if draw(st.booleans()) else {}
    scenario = type(scenario)("small", spec, scenario.parameters)
    degrees = {name: draw(st.sampled_from(values)) for name, values in DEGREES.items()}
    standing = draw(st.sampled_from([[], ["foreign_press"], ["*"], ["kin_chat", "foreign_press"]]))
    values = {**busy, **degrees, "blocking.standing": standing, **draw(any_values(most=12))}
    scenario = scenario.change(values)
    days = st.dictionaries(st.integers(1, most_steps - 1), settings_of_a_day(), max_size=3)
    return {
        "scenario": scenario,
        "seed": draw(st.integers(0, 2**63 - 1)),
        "size": draw(st.sampled_from([16, 17, 64, 256, 8192]) | st.integers(16, 8192)),
        "push_below": HEARING[draw(st.sampled_from([*HEARING]))],
        "later": draw(days),
        "steps": most_steps,
    }


def run_both(scenario, seed=3, size=64, push_below=None, later=None, steps=ALL_STEPS):
    """Run with and without shortcuts side by side; every array must be the same in every step.

    Returns what happened in all, as totals of the nation.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "BLOCK", size)
        if push_below is not None:
            patch.setattr(step, "PUSH_BELOW", push_below)
        short = Simulation(scenario, seed=seed, threads=1)
        long = take_no_shortcuts(Simulation(scenario, seed=seed, threads=1, graph=short.graph))
        while short.step_number < min(steps, short.steps):
            setting = (later or {}).get(short.step_number)
            for simulation in (short, long):
                if setting:
                    simulation.enact({"kind": "setting", **setting})
                simulation.step()
            assert_same(short, long)
        assert not long._world.shortcuts
    return short.nation.sum(numeric_only=True)


def assert_same(short, long):
    """All that was counted, and all citizens, to the last bit."""
    day, a, b = short.step_number - 1, short._world, long._world
    for name in (*DYNAMIC, "access", "last_voice", "last_ears"):
        differing = np.flatnonzero(getattr(a.state, name) != getattr(b.state, name))
        assert not differing.size, (day, name, differing[:5])
    assert np.array_equal(a.tallies, b.tallies), (day, np.argwhere(a.tallies != b.tallies)[:5])
    assert np.array_equal(a.caches.block_counts, b.caches.block_counts), (day, "block_counts")
    assert np.array_equal(a.signals, b.signals), (day, "signals")
    assert np.array_equal(a.posting_share, b.posting_share), (day, "posting_share")
    for name, heard in short.heard.items():
        assert np.array_equal(heard, long.heard[name]), (day, name)


@given(worlds(most_citizens=250, most_steps=ALL_STEPS))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_shortcuts_change_no_bit_whatever_the_parameters(world):
    run_both(**world)


@pytest.mark.slow
@given(worlds(most_citizens=250, most_steps=ALL_STEPS))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_shortcuts_change_no_bit_in_many_small_worlds(world):
    run_both(**world)


@pytest.mark.slow
@given(worlds(most_citizens=NEAR + 700, most_steps=120))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_shortcuts_change_no_bit_in_many_larger_worlds(world):
    run_both(**world)


@pytest.mark.parametrize("push_below", HEARING.values(), ids=HEARING)
@pytest.mark.parametrize("size", [16, 8192])
def test_shortcuts_change_no_bit_where_everything_happens(size, push_below):
    happened = run_both(town(400).change(BUSY), size=size, push_below=push_below, steps=60)
    assert happened[["mobilise", "self_censor", "share", "newly_detained", "posts_heard",
                     "posts_suppressed", "circumventing", "cut_off"]].min() > 0  # fmt: skip


@pytest.mark.parametrize("values", RARE.values(), ids=RARE)
def test_shortcuts_change_no_bit_where_the_rare_happens(values):
    world = town(400).change({**BUSY, **values})
    run_both(world, size=16, later=BANS_IN_ONE_REGION, steps=50)


@pytest.mark.parametrize("name", MAY_CHANGE)
def test_shortcuts_change_no_bit_at_the_edges_of_each_number(name):
    for value in edges(name):
        run_both(town(100).change({**BUSY, name: value}), size=16, steps=40)


@pytest.mark.slow
def test_each_claim_of_a_shortcut_is_noticed_where_it_does_not_hold():
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / "claims.py")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    noticed = json.loads(done.stdout)
    assert [claim for claim, world in noticed.items() if world is None] == []
