"""The street is met by arrests; how long they last, and what follows."""

import numpy as np
import pytest

from samizdat import Scenario, Simulation
from samizdat.core.draws import TERM, uniforms
from samizdat.core.layout import AWARE, DETAINED, MOBILISE
from samizdat.core.mechanisms.fate import Fate, may_arrest, may_preempt, term
from samizdat.core.parameters import Parameters, acting_parameters

RULES = {
    "attention.on": 0, "arrests.response": 1, "arrests.capacity": 1, "chill": 0, "security": 0,
    "broadcast": 0, "egov": 0, "fear.calm": 0, "fate.detention_days": 3,
    "rally.on": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def strike():
    """Sixty citizens who protest whenever they are free, and are arrested whenever they do."""
    world = {
        "start": "2011-12-01", "end": "2011-12-12", "citizens": 60,
        "regions": [{"name": "town", "share": 1}],
        "population": {
            "threshold": {"kind": "constant", "value": 0.0},
            "risk_aversion": {"kind": "constant", "value": 0.0},
        },
    }  # fmt: skip
    simulation = Simulation(Scenario.from_table(world).change(RULES), seed=5, threads=1)
    days = []
    while not simulation.finished:
        simulation.step()
        days.append({name: simulation.state[name].copy() for name in ("posture", "fear")})
    return {name: np.array([day[name] for day in days]) for name in ("posture", "fear")}


def lengths(posture):
    """How long each citizen's first detention lasted, and where it began."""
    held = posture == DETAINED
    first = held.argmax(axis=0)
    return first, [int(np.argmin(held[f:, i])) for i, f in enumerate(first)]


# The term


@pytest.mark.parametrize("k", range(15))
def test_terms_are_uniform_up_to_the_longest(k):
    assert term((k + 0.5) / 15, Fate(15.0)) == k + 1


def test_the_least_and_the_greatest_draw_stay_within_the_term():
    assert term(2.0**-33, Fate(15.0)) == 1
    assert term(1 - 2.0**-33, Fate(15.0)) == 15
    assert term(1 - 2.0**-33, Fate(365.0)) == 365


def test_the_shortest_term_is_one_step():
    assert term(1 - 2.0**-33, Fate(1.0)) == 1


@pytest.mark.parametrize(("step_days", "steps"), [(1.0, 15), (0.5, 30), (3.0, 5), (30.0, 1)])
def test_days_of_detention_become_steps(step_days, steps):
    assert acting_parameters(Parameters(), step_days).fate.detention_days == steps


# What it does


def test_who_is_arrested_counts_in_the_street_that_day_and_is_held_from_the_next(strike):
    assert np.all(strike["posture"][0] == MOBILISE)
    assert np.all(strike["posture"][1] == DETAINED)


def test_a_term_of_k_holds_her_for_exactly_k_steps(strike):
    _, steps = lengths(strike["posture"])
    drawn = uniforms(5, 0, 60, 0, TERM)
    assert steps == [1 + int(u * 3) for u in drawn]
    assert {*steps} == {1, 2, 3}


def test_the_released_decides_on_the_day_on_which_she_is_free(strike):
    first, steps = lengths(strike["posture"])
    free = np.array(first) + steps
    assert np.all(strike["posture"][free, np.arange(60)] == MOBILISE)


def test_own_fear_comes_with_release_and_once(strike):
    first, steps = lengths(strike["posture"])
    free, everyone = np.array(first) + steps, np.arange(60)
    assert np.all(strike["fear"][free - 1, everyone] == 0)
    assert np.all(strike["fear"][free, everyone] == 0.5)
    assert np.all(strike["fear"][free + 1, everyone] == 0.5)


def test_nobody_but_the_arrested_is_held():
    world = {
        "start": "2011-12-01", "end": "2011-12-05", "citizens": 60,
        "regions": [{"name": "town", "share": 1}],
        "population": {"threshold": {"kind": "constant", "value": 2.0}},
    }  # fmt: skip
    simulation = Simulation(Scenario.from_table(world).change(RULES), seed=5, threads=1).run()
    assert simulation.counts["newly_detained"] == simulation.counts["detained"] == 0
    assert np.all(simulation.state["attention"] == AWARE)


# Whether anybody can be detained


@pytest.mark.parametrize(
    ("arrest_chance", "sanction", "may"),
    [(0.0, 0.0, False), (1e-6, 0.0, True), (0.0, 1e-6, True), (1.0, 1.0, True), (0.5, 0, True)],
)
def test_who_acts_may_be_arrested_or_prosecuted(arrest_chance, sanction, may):
    assert may_arrest(arrest_chance, sanction) == may


@pytest.mark.parametrize(("preempt", "may"), [(0.0, False), (1e-6, True), (1.0, True)])
def test_who_posted_may_be_arrested_beforehand(preempt, may):
    assert may_preempt(preempt) == may
