"""Laws that hold for any parameters."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core.layout import AWARE, DETAINED, MOBILISE, PLATFORMS, POSTURES
from samizdat.run.simulation import Simulation
from samizdat.scenario.registry import REGISTRY
from worlds import run, town

FREE = [n for n, named in REGISTRY.items() if named.group in ("parameters", "regime")]


@st.composite
def worlds(draw):
    """The town of 120, with up to eight numbers anywhere in their ranges."""
    names = draw(st.lists(st.sampled_from(FREE), max_size=8, unique=True))
    values = {}
    for name in names:
        q = REGISTRY[name].quantity
        number = st.integers(int(q.low), int(q.high)) if q.whole else st.floats(q.low, q.high)
        values[name] = draw(number)
    return town(120).change(values), draw(st.integers(0, 2**63 - 1))


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_counts_beliefs_and_postures_stay_what_they_are(world):
    scenario, seed = world
    simulation = Simulation(scenario, seed=seed)
    ties = np.diff(simulation.graph.ties.start)
    while not simulation.finished:
        simulation.step()
        s = simulation.state
        for belief in ("grievance", "trust", "fear"):
            assert 0 <= s[belief].min() <= s[belief].max() <= 1
        assert np.isfinite(s["grievance"]).all()
        held = s["posture"] == DETAINED
        assert not (s["ears"][held]).any()
        assert not ((s["ears"] & PLATFORMS) & ~s["access"]).any()
        spoke = (s["voice"] & PLATFORMS) != 0
        assert not (s["voice"][spoke] & PLATFORMS & ~s["ears"][spoke]).any()
        active = np.isin(s["posture"], (1, 2, 3))
        assert (s["attention"][active] == AWARE).all()
        heard = simulation.heard["street"] + simulation.heard["others"]
        assert (heard <= ties).all()
    days, nation = simulation.regions, simulation.nation
    if scenario.parameters["rally.on"]:
        assert days.loc[days["rally"] == 0, "mobilise"].sum() == 0
    else:
        assert days["rally"].sum() == days["rallies_called"].sum() == 0
    ended = days["rallies_held"].sum() + days["rallies_prevented"].sum()
    assert ended <= days["rallies_called"].sum()
    assert set(nation[list(POSTURES)].sum(axis=1)) == {120}
    assert (nation["online"].diff().dropna() >= 0).all()
    assert (nation["newly_mobilised"] <= nation["mobilise"]).all()
    assert (nation["posts"] <= nation["share"]).all()


def test_detention_lasts_as_many_days_as_the_term():
    scenario = town(400).change(
        {
            "fate.detention_days": 1,
            "arrests.response": 1,
            "arrests.capacity": 1,
            "detain_organisers": 0,
        }  # who calls a rally is held until it is over
    )
    simulation = Simulation(scenario, seed=3)
    before = None
    while not simulation.finished:
        simulation.step()
        counts = simulation.counts
        if before is not None:
            assert counts["detained"] == before  # all who were taken yesterday, and nobody else
        before = counts["newly_detained"]
    assert simulation.nation["newly_detained"].sum() > 0


def test_arrests_are_bounded_by_the_capacity_on_average():
    """E[arrests] = capacity * population of the region where the police always respond."""
    scenario = town(20_000).change(
        {
            "arrests.response": 1,
            "arrests.capacity": 2e-3,
            "sanction": 0,
            "preempt": 0,
            "detain_organisers": 0,
        }
    )
    simulation = run(scenario, seed=1)
    regions = simulation.regions
    sizes = np.tile(simulation.sizes, simulation.step_number)
    full = regions["mobilise"] > 0.01 * sizes
    busy, expected = regions[full], 2e-3 * sizes[full].sum()
    # each day's arrests are binomial with at most this variance: five standard deviations
    assert abs(busy["newly_detained"].sum() - expected) < 5 * expected**0.5
    assert len(busy) > 8


def test_a_blackout_silences_every_platform_in_its_region():
    simulation = Simulation(town(600), seed=3)
    seen = False
    while not simulation.finished:
        simulation.step()
        for r in np.flatnonzero(simulation.signals["blackout"]):
            there = simulation.state["region"] == r
            assert not simulation.state["ears"][there].any()
            seen = True
    assert seen


def test_the_penalty_of_a_post_opens_the_gap_and_without_fear_or_eyes_it_closes():
    open_world = town(500).change({"surveillance": 0, "chill": 0, "fear.terror": 0, "fear.own": 0,
                                   "decision.loudness": 0, "reach.word_of_mouth": 0})  # fmt: skip
    assert run(open_world.change({"adoption.ceiling": 1})).nation["latent_self_censor"].max() == 0
    assert run(town(500)).nation["latent_self_censor"].max() > 0
    unafraid = run(town(500).change({"decision.penalty_post": 0})).nation
    assert unafraid["latent_self_censor"].max() == 0


def test_more_citizens_of_the_same_town_show_the_same_shares():
    small, large = (run(town(n), seed=1).nation["aware"].max() / n for n in (20_000, 80_000))
    # between seeds the peak varies by about a tenth of itself in a town of 20,000
    assert abs(small - large) < 0.2 * large


def test_who_mobilises_was_willing_at_no_risk():
    simulation = Simulation(town(500), seed=3)
    simulation.run(simulation.scenario.date_of(24))
    street = simulation.state["posture"] == MOBILISE
    assert street.any()
    assert (simulation.state["attention"][street] == AWARE).all()
