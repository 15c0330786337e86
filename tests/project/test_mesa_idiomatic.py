"""The model written for Mesa, an agent a citizen, is the same model."""

import numpy as np
import pytest
from benchmarks.mesa_idiomatic import Protest
from benchmarks.mesa_speed import COUNTED, counted

from samizdat import Simulation
from samizdat.core.layout import MOBILISE, SHARE
from worlds import STATE, town

RALLIES = {
    "rally.organisers": 0.1, "rally.call": 2, "rally.notice": 3, "rally.camps": 0.5,
    "rally.committee": 2, "detain_organisers": 0.8,
}  # fmt: skip
VARIANTS = {
    "as it is": {},
    "attention off": {"attention.on": 0},
    "speaking tires, no talk": {"attention.speaking_tires": 1, "reach.word_of_mouth": 0},
    "a number of ties": {"reach.dilution": 0.2},
    "the street is open any day": {"rally.on": 0},
    "many rallies": RALLIES,
    "grievances arrive": RALLIES | {"arrivals.mu": 150, "arrivals.news": 0.2},
    "many rallies, half days": RALLIES | {"step_days": 0.5, "rally.notice": 0},
    "dissent and platforms cost trust": {"trust.dissent": 0.002, "trust.told": 0.5},
    "the foreign press is blocked": {"blocking.standing": ["foreign_press"]},
    "news by channel": {"attention.online_share": 0.5, "attention.feed": 0.1, "press_control": 0.5},
    "heavy policing": {"arrests.response": 1, "sanction": 1, "surveillance": 1, "preempt": 0.1},
}


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_mesa_counts_the_same_every_day_and_ends_with_the_same_citizens(values):
    simulation = Simulation(town(300).change(values), seed=5, threads=1)
    model = Protest(Simulation(town(300).change(values), seed=5, threads=1))
    while not simulation.finished:
        simulation.step()
        model.step()
        assert simulation.counts["newly_detained"] == sum(model.newly_detained), simulation.date
    days = counted(simulation)
    assert np.array_equal(days, np.array(model.counts)[:, :, COUNTED])
    spoke = days[:, :, [SHARE, MOBILISE]].sum(axis=(0, 1))
    assert min(spoke) > 0
    for name in STATE:
        mine = np.array([getattr(citizen, name) for citizen in model.everybody])
        assert np.array_equal(simulation.state[name], mine), name
