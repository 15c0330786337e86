"""The case's dated worlds cut to what a test needs, and the same worlds with one thing undone."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samizdat import Scenario, Simulation

BELIEFS = ("grievance", "trust", "fear")

# The oblast of the strike alone: one citizen of the model stands for about ten people.
OBLAST = """
[[regions]]
name = "Mangystau"
population = 424185
urban = 0.415

[[regions]]
name = "Zhanaozen"
population = 100000
urban = 1.0
"""


def cut(base: str, start: str, end: str, citizens: int, more: str = "", **values: Any) -> Scenario:
    """Cut a shipped scenario to dates and a size; with values changed (`group__name`)."""
    head = f'base = "{base}"\nstart = {start}\nend = {end}\ncitizens = {citizens}\n'
    scenario = Scenario.parse(head + more, base)
    return scenario.change({name.replace("__", "."): value for name, value in values.items()})


def strike(start: str = "2011-05-11", end: str = "2012-03-31", citizens: int = 50_000,
           **values: Any) -> Scenario:  # fmt: skip
    """Cut the strike of 2011 out of its oblast."""
    return cut("zhanaozen", start, end, citizens, OBLAST, **values)


def land(start: str = "2016-03-29", end: str = "2016-05-31", citizens: int = 50_000,
         **values: Any) -> Scenario:  # fmt: skip
    """Cut the spring of 2016 from the day before the sale was announced."""
    return cut("land_protests", start, end, citizens, **values)


def quiet_land(citizens: int = 20_000, **values: Any) -> Scenario:
    """Cut the months of 2016 before the sale was announced: nothing happens."""
    return cut("land_protests", "2016-01-01", "2016-03-29", citizens, **values)


def table_of(scenario: Scenario, **tables: dict[str, Any]) -> Scenario:
    """Return the world with tables of its file laid over."""
    table = scenario.to_table()
    for name, values in tables.items():
        table[name] = {**table[name], **values}
    return Scenario.from_table(table, scenario.name)


def dropped(scenario: Scenario, *ids: str) -> Scenario:
    """Return the world in which these entries of the timeline never happened."""
    table = scenario.to_table()
    assert set(ids) <= {entry["id"] for entry in table["timeline"]}, ids
    table["timeline"] = [entry for entry in table["timeline"] if entry["id"] not in ids]
    return Scenario.from_table(table, scenario.name)


def edited(scenario: Scenario, *ids: str, **fields: Any) -> Scenario:
    """Return the world in which these entries of the timeline were otherwise."""
    table = scenario.to_table()
    assert set(ids) <= {entry["id"] for entry in table["timeline"]}, ids
    table["timeline"] = [
        {**entry, **fields} if entry["id"] in ids else entry for entry in table["timeline"]
    ]
    return Scenario.from_table(table, scenario.name)


def added(scenario: Scenario, **entry: Any) -> Scenario:
    """Return the world in which one thing more happened."""
    table = scenario.to_table()
    table["timeline"].append({name.rstrip("_"): value for name, value in entry.items()})
    return Scenario.from_table(table, scenario.name)


def unreadable(scenario: Scenario) -> Scenario:
    """Return the world in which the state can read nothing of what is posted."""
    table = scenario.to_table()
    table["platforms"] = [{**platform, "readable": 0} for platform in table["platforms"]]
    return Scenario.from_table(table, scenario.name)


def fearless(scenario: Scenario) -> Scenario:
    """Return the world in which nobody minds what she risks."""
    nothing = {"kind": "constant", "value": 0}
    return table_of(scenario, population={"risk_aversion": nothing})


def events(scenario: Scenario, prefix: str = "") -> list[str]:
    """List the ids of the events that begin so."""
    entries = scenario.spec.timeline
    return [e.id for e in entries if e.kind == "event" and e.id.startswith(prefix)]


def kept(simulation: Simulation, *names: str) -> dict[str, NDArray[Any]]:
    """Copy variables of the citizens, to have them after the next step."""
    return {name: simulation.state[name].copy() for name in names}


def day_of(date: str) -> dt.date:
    """Read a date."""
    return dt.date.fromisoformat(date)


def shifted(date: str, days: int) -> str:
    """Return the date this many days later."""
    return str(day_of(date) + dt.timedelta(days=days))


def twins(one: Scenario, other: Scenario, on: str, seed: int = 1) -> tuple[Simulation, Simulation]:
    """Run two worlds of the same citizens to the end of a day."""
    graph = (first := Simulation(one, seed=seed)).graph
    second = Simulation(other, seed=seed, graph=graph)
    return first.run(day_of(on)), second.run(day_of(on))


def over_seeds(scenario: Scenario, seeds: int = 3) -> Iterator[Simulation]:
    """Run a world to its end, with one seed after another."""
    for seed in range(1, seeds + 1):
        yield Simulation(scenario, seed=seed).run()


def lives_in(simulation: Simulation, *names: str) -> NDArray[np.bool_]:
    """Tell who lives in one of these regions (n,)."""
    numbers = [simulation.scenario.region_names.index(name) for name in names]
    return np.isin(simulation.state["region"], numbers)
