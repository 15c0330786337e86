"""At its off value a mechanism or a number is exactly absent; levers: see test_regime.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_step import fingerprint

from absence import CITIZENS, SEED, WORLDS, changes_of, world_of
from samizdat import Scenario, Simulation
from samizdat.regime.levers import LEVERS
from samizdat.scenario.registry import REGISTRY
from worlds import run, same_state, town


@pytest.fixture(scope="module")
def found():
    """What tests/absence.py found: name -> [places cut, fingerprint]."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / "absence.py")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


RULES = [n for n, entry in REGISTRY.items()
         if entry.group == "parameters" and entry.quantity.off is not None]  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_off_is_the_same_as_no_such_term_in_the_rules(found, name):
    places, absent = found[name]
    world = town(CITIZENS).change(changes_of(name))
    off = fingerprint(run(world.change({name: REGISTRY[name].quantity.off}), SEED))
    assert places > 0, "no rule uses it"
    assert off == absent, "off differs from absent"
    whole = found[world_of(name)]
    assert off != whole, "switching it off changes nothing: the town does not show it"


def test_the_rules_are_whole_again_after_the_last_cut(found):
    for name in WORLDS:
        assert found[name] == fingerprint(run(town(CITIZENS).change(changes_of(name)), SEED))


# Every other number with an off value, and what it must be the same as.
SAME_AS = {
    "blocking.trigger_posts": {"blocking.trigger_posts": 1},
    "blocking.trigger_street": {"blocking.trigger_street": 1},
    "blackout.trigger": {"blackout.trigger": 1},
    "violence.trigger": {"violence.trigger": 1},
    "violence.strength": {"violence.trigger": 0},
    "concession.trigger": {"concession.trigger": 1},
    "arrests.response": {"arrests.capacity": 0},
    "violence.window_days": {"violence.window_days": 1},
    "concession.window_days": {"concession.window_days": 1},
}


@pytest.mark.parametrize("name", SAME_AS)
def test_off_is_the_same_as_a_trigger_out_of_reach(name):
    off = run(town(500).change({name: REGISTRY[name].quantity.off}))
    assert same_state(off, run(town(500).change(SAME_AS[name])))


def test_no_deniability_is_the_same_as_no_cover_story():
    simulation = Simulation(town(300).change({"blocking.deniability": 0}), seed=3)
    while not simulation.finished:
        simulation.step()
        assert not simulation.signals["deniability"].any()


def test_without_adoption_nobody_is_ever_online():
    assert run(town(300).change({"adoption.ceiling": 0})).nation["online"].max() == 0


def test_without_instigators_nobody_has_threshold_0():
    assert Simulation(town(3000)).state["threshold"].min() == 0
    none = Simulation(town(3000).change({"instigators": 0}))
    assert none.state["threshold"].min() == np.float32(0.02)


def test_without_security_the_street_is_as_risky_as_without_police():
    weightless = run(town(400).change({"security": 0, "decision.people_in_sight": 20}))
    anyhow = run(town(400).change({"security": 0, "decision.people_in_sight": 1000}))
    assert same_state(weightless, anyhow)


def measured(simulation, name):
    """One of the graph's own measures."""
    return simulation.graph.measures(simulation.scenario.region_first)[name]


def ties_of(simulation, kind):
    """The two ends of every tie of a kind, once from each side."""
    ties = simulation.graph.ties
    ends = np.repeat(np.arange(simulation.graph.citizens), np.diff(ties.start))
    close = np.arange(len(ties.neighbour)) < (ties.start[:-1] + ties.close)[ends]
    chosen = close if kind == "close" else ~close
    return ends[chosen], ties.neighbour[chosen].astype(np.int64)


def share_far(simulation):
    """The share of close ties that lead more than 100 places around the region."""
    i, j = ties_of(simulation, "close")
    first = simulation.scenario.region_first
    size = np.diff(first)[np.searchsorted(first, i, side="right") - 1]
    return np.mean(np.minimum(np.abs(i - j), size - np.abs(i - j)) > 100)


def share_in_town(simulation):
    """The share of online ties within Old Town, two towns of 600, that stay in one of them."""
    i, j = ties_of(simulation, "online")
    inside = (i < 1200) & (j < 1200)
    return np.mean((i[inside] < 600) == (j[inside] < 600))


def longest_on_the_ring(simulation):
    """How many places around the ring the longest tie leads."""
    i, j = ties_of(simulation, "close")
    return np.minimum(np.abs(i - j), simulation.graph.citizens - np.abs(i - j)).max()


NEAR_ONLY = {"graph.acquaintance_reach": 1}  # else some near acquaintances live far off too
GRAPHS_SEE = {  # in which town; and what is true at the off value, and at the default is not
    "graph.close_degree": ({}, lambda s: measured(s, "close_ties") == 0),
    "graph.online_degree": ({}, lambda s: measured(s, "online_ties") == 0),
    "graph.online_skew": ({}, lambda s: measured(s, "online_degree_maximum") < 30),
    # 0.52 = 0.6**2 + 0.4**2 by chance
    "graph.homophily": ({}, lambda s: measured(s, "online_within_region") < 0.6),
    # one acquaintance in 90 by the law of distances; a tenth are drawn from the region by default
    "graph.close_far": (NEAR_ONLY, lambda s: share_far(s) < 0.01),
    "graph.near": ({}, lambda s: abs(share_in_town(s) - 0.5) < 0.05),  # by chance; some 2,500 ties
    "graph.rewiring": ("watts_strogatz", lambda s: longest_on_the_ring(s) == 3),  # neighbours
}


@pytest.mark.parametrize("name", GRAPHS_SEE)
def test_a_graph_without_it_shows_it(name):
    where, seen = GRAPHS_SEE[name]
    world = town(2000)
    if isinstance(where, str):
        spec = world.spec.model_copy(update={"graph": where})
        world, where = Scenario("textbook", spec, world.parameters), {}
    without = world.change({**where, name: REGISTRY[name].quantity.off})
    assert seen(Simulation(without))
    assert not seen(Simulation(world.change(where)))


def test_every_number_with_an_off_value_is_held_to_it_above():
    here = {"blocking.deniability", "adoption.ceiling", "instigators", "security"}
    here |= {"blocking.standing_on"}  # tests/regime/test_standing_block.py
    here |= {"threat.home", "threat.decay"}  # tests/regime/test_threat.py
    held = {*RULES, *SAME_AS, *GRAPHS_SEE, *here}
    held |= {name for lever in LEVERS.values() for name in lever.off}
    assert held <= {*REGISTRY}, "a name that is no longer registered"
    assert {n for n, entry in REGISTRY.items() if entry.quantity.off is not None} <= held
