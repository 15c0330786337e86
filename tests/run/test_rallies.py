"""Rallies: one mobilises only where one is on; it is called, held, goes on or is prevented."""

import pytest

from samizdat import Simulation
from worlds import town

CALLING = {"rally.on": 1, "rally.organisers": 0.02, "rally.call": 1}


@pytest.fixture(scope="module")
def busy():
    """A town whose organisers call rallies."""
    return Simulation(town(2000).change(CALLING), seed=3).run()


def test_nobody_mobilises_where_no_rally_is_on(busy):
    days = busy.regions
    assert days.loc[days["rally"] == 0, "mobilise"].max() == 0
    assert days.loc[days["rally"] == 1, "mobilise"].min() > 0


def test_a_call_is_held_after_its_notice(busy):
    days = busy.regions.set_index(["region", "step"])
    called = days.index[days["rallies_called"] == 1]
    assert len(called) == days["rallies_held"].sum() > 5
    assert all(days.loc[(region, step + 2), "rallies_held"] == 1 for region, step in called)
