"""An account contradicts another only for those who know of the event: give it one of its date."""

import pytest

from samizdat import Scenario, Simulation

WORLD = """
start = 2011-12-10
end = 2012-01-20
citizens = 1500
regions = [{name = "nation", share = 1}]
platforms = [{name = "wall", audience = 0.7}]
foreign_press = {audience = 0.1}
parameters.trust = {dissent = 0, cynicism = 0.02, told = 1}
regime = {broadcast = 0, egov = 0}
timeline = [
    {id = "counts", kind = "account", from = 2011-12-17, days = 30, contradiction = 0.78},
    {id = "dead", kind = "event", from = 2011-12-17, days = 30, shock = 0.1, coverage = 0.05},
]
"""


def lost(*ids, **values):
    """The change of trust of those online and of those offline, to the end."""
    scenario = Scenario.parse(WORLD).change({n.replace("__", "."): v for n, v in values.items()})
    table = scenario.to_table()
    table["timeline"] = [entry for entry in table["timeline"] if entry["id"] in ids]
    simulation = Simulation(Scenario.from_table(table), seed=1, threads=1)
    before = simulation.run(scenario.date_of(0)).state["trust"].copy()
    after = simulation.run().state
    online = after["access"] != 0
    change = after["trust"] - before
    return [float(change[group].mean()) for group in (online, ~online)]


def test_of_an_account_without_its_event_nobody_knows():
    assert lost("counts") == lost()


def test_an_event_alone_contradicts_nobody():
    assert lost("dead") == lost()


def test_both_on_one_date_cost_trust_most_among_the_online():
    online, offline = lost("counts", "dead")
    assert online < lost()[0] - 0.005
    assert online < 2 * offline


@pytest.mark.parametrize("told", [0, 0.5])
def test_the_less_platforms_tell_the_less_is_lost(told):
    assert lost("counts", "dead", trust__told=told)[0] > lost("counts", "dead")[0]
