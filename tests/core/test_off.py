"""At its off value a mechanism or a number is exactly absent; levers: see test_regime.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from samizdat import Simulation
from samizdat.regime.levers import LEVERS
from samizdat.scenario.registry import REGISTRY
from worlds import run, same_state, town


@pytest.fixture(scope="module")
def found():
    """What tests/absence.py found: name -> [places cut, off equals absent, off differs from on]."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / "absence.py")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


RULES = [n for n, named in REGISTRY.items()
         if named.group == "parameters" and named.quantity.off is not None]  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_off_is_the_same_as_no_such_term_in_the_rules(found, name):
    places, same, visible = found[name]
    assert places > 0, "no rule uses it"
    assert same, "off differs from absent"
    assert visible, "switching it off changes nothing: the town does not show it"


# Every other number with an off value, and what it must be the same as.
SAME_AS = {
    "blocking.trigger_posts": {"blocking.trigger_posts": 1},
    "blocking.trigger_street": {"blocking.trigger_street": 1},
    "blackout.trigger": {"blackout.trigger": 1},
    "violence.trigger": {"violence.trigger": 1},
    "violence.strength": {"violence.trigger": 0},
    "concession.trigger": {"concession.trigger": 1},
    "arrests.response": {"arrests.capacity": 0},
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


GRAPHS_SEE = {
    "graph.close_degree": lambda g: g["close_ties"] == 0,
    "graph.online_degree": lambda g: g["online_ties"] == 0,
    "graph.online_skew": lambda g: g["online_degree_maximum"] < 30,
    "graph.homophily": lambda g: (
        g["online_within_region"] < 0.6
    ),  # 0.52 = 0.6**2 + 0.4**2 by chance
    "graph.close_far": lambda g: True,
    "graph.near": lambda g: True,
    "graph.rewiring": lambda g: True,
}


@pytest.mark.parametrize("name", [n for n in GRAPHS_SEE if n in REGISTRY])
def test_a_graph_without_it_shows_it(name):
    quantity = REGISTRY[name].quantity
    simulation = Simulation(town(2000).change({name: quantity.off}))
    assert GRAPHS_SEE[name](simulation.graph.measures(simulation.scenario.region_first))


def test_every_number_with_an_off_value_is_held_to_it_above():
    here = {"blocking.deniability", "adoption.ceiling", "instigators", "security"}
    held = {*RULES, *SAME_AS, *GRAPHS_SEE, *here}
    held |= {name for lever in LEVERS.values() for name in lever.off}
    assert {n for n, named in REGISTRY.items() if named.quantity.off is not None} <= held
