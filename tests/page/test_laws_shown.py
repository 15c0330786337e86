"""The page tells the threat that the state feels, and which laws it has made of it."""

import warnings

import pytest

solara = pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Mesa's own components break a rule of Solara's
    from samizdat import Scenario, Simulation
    from samizdat.page.pictures import ViewCache
    from samizdat.page.readings import laws_of, parameters_of
    from worlds import town

RUNGS = [
    {"at": 0.1, "delay_days": 5, "add": {"chill": 0.1}, "title": "Watching"},
    {"at": 1, "set": {"sanction": 0.05}},
]


@pytest.fixture(scope="module")
def alarmed():
    """A signal of a month alarms the state by 0.02 a day."""
    table = town(60).to_table()
    signal = {"kind": "signal", "id": "abroad", "from": "2014-03-01", "days": 30, "alert": 1}
    table["timeline"] = [signal]
    regime = table["regime"]
    regime |= {"threat": {"gain": 0.02, "home": 0, "decay": 0}, "ladder": RUNGS}
    return Scenario.from_table(table)


def test_each_rung_is_told_as_it_stands(alarmed):
    simulation = Simulation(alarmed, 1, threads=1)
    assert laws_of(simulation)[1:] == (
        "Watching, at 0.1: not reached.",
        "sanction = 0.05, at 1: not reached.",
    )
    for _ in range(6):
        simulation.step()
    assert laws_of(simulation)[:2] == (
        "The threat that the state feels is 0.12 of 1.",
        "Watching, at 0.1: reached on 5 March 2014, will act from 10 March 2014.",
    )
    for _ in range(6):
        simulation.step()
    assert laws_of(simulation)[1].endswith("reached on 5 March 2014, acts since 10 March 2014.")


def test_the_sliders_show_what_a_law_has_changed(alarmed):
    simulation = Simulation(alarmed, 1, threads=1)
    before = parameters_of(simulation)
    for _ in range(12):
        simulation.step()
    now = parameters_of(simulation)
    assert now["chill"] == pytest.approx(before["chill"] + 0.1)
    assert {**now, "chill": before["chill"]} == before


def test_a_lane_appears_once_grievances_can_arrive():
    simulation = Simulation(town(60), 1, threads=1)
    cache = ViewCache()
    cache.draw("series", simulation, (500, 400), None)
    simulation.enact({"kind": "setting", "set": {"arrivals.mu": 300}})
    for _ in range(3):
        simulation.step()
    shown = cache.draw("series", simulation, (500, 400), None)
    assert shown == ViewCache().draw("series", simulation, (500, 400), None)


def test_where_no_threat_is_felt_nothing_is_told():
    assert laws_of(Simulation(town(60), 1, threads=1)) == ()
