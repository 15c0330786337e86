"""A regime that learns: what alarms it, and what becomes of its laws without that.

The mechanism is `Ladder`: the threat grows with the alert of each revolution abroad while that
lasts. That the laws come near their dates was put in with gain, heights and delays.
"""

import numpy as np
import pytest
from history import dropped

from samizdat import Scenario, Simulation

ABROAD = ("orange_revolution", "tulip_revolution", "arab_spring", "maidan")
SMALL = 5_000


def laws(*without):
    """The laws of a small country from which some revolutions abroad are left out."""
    world = Scenario.load("kazakhstan_rules").change({"citizens": SMALL})
    return Simulation(dropped(world, *without), seed=1, threads=1).run()


@pytest.fixture(scope="module")
def whole():
    return laws()


def test_every_dated_law_and_deed_of_the_state_is_left_out():
    world = Scenario.load("kazakhstan_rules")
    assert world.notes() == []
    kinds = {entry.kind for entry in world.spec.timeline}
    assert kinds == {"event", "signal", "setting"}
    settings = [entry for entry in world.spec.timeline if entry.kind == "setting"]
    assert {name for entry in settings for name in entry.set} == {"egov"}


def test_with_the_revolutions_abroad_both_laws_come(whole):
    watching, prosecutor = whole.rungs
    assert watching.reached.year == 2011
    assert watching.acts < prosecutor.acts
    values = whole.environment.values
    assert np.allclose(values["surveillance"], 0.1)
    assert (values["blocking.authority"] == 1).all()


@pytest.mark.parametrize("gone", [ABROAD, *((one,) for one in ABROAD)])
def test_without_revolutions_abroad_laws_are_fewer_or_later(whole, gone):
    fewer = laws(*gone)
    never = whole.scenario.spec.end.replace(year=2099)
    for law, other in zip(whole.rungs, fewer.rungs, strict=True):
        assert (other.reached or never) >= law.reached
    assert fewer.nation["threat"].max() < whole.nation["threat"].max()
    if gone == ABROAD:
        assert fewer.rungs[1].reached is None
