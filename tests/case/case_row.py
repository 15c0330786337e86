"""A row of the case table: a claim, two worlds that differ in one thing, and the size it makes."""

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from history import day_of
from numpy.typing import NDArray

from samizdat import Scenario, Simulation, protests
from samizdat.core.layout import FOREIGN, ONLINE

World = Callable[[], Scenario]
Undoing = Callable[[Scenario], Scenario]
Measure = Callable[[Simulation], float]
Effect = Callable[[Simulation, Simulation], float]  # of the world as it was, and with it undone
Range = tuple[float, float]

LAST_DAY = ""


@dataclass(frozen=True)
class Row:
    """A claim about the case, and what every one of some paired seeds must show of it.

    `size` holds the effect of what is undone, for each seed. With `mechanism_off` laid over both
    worlds it must lie in `left` instead: nothing, where no other is given. Where the mechanism is
    one of several, `gap` is the least by which each seed's effect must fall without it.
    """

    id: str
    claim: str
    source: str
    world: World
    undone: Undoing
    effect: Effect
    size: Range
    why: str  # the reason of the range
    mechanism: str
    mechanism_off: Undoing | None = None
    left: Range = (0, 0)
    gap: float | None = None
    small: bool = False  # whether the claim is that there is next to no effect
    until: str = LAST_DAY
    seeds: tuple[int, ...] = (1, 2, 3)
    slow: bool = True

    def effects(self, off: bool = False) -> Iterator[float]:
        """Measure the effect, with one seed after another, with the mechanism or without."""
        world = self.mechanism_off(self.world()) if off and self.mechanism_off else self.world()
        undone = self.undone(world)
        for seed in self.seeds:
            yield self.effect(*(_run(_Key(each), seed, self.until) for each in (world, undone)))


class _Key:
    """A scenario that can be looked up by what it says."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.text = json.dumps(scenario.to_table(), default=str, sort_keys=True)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.text == other.text


@functools.lru_cache(maxsize=8)
def _run(key: _Key, seed: int, until: str) -> Simulation:
    """Run a world; neighbouring rows with the same world share it."""
    return Simulation(key.scenario, seed=seed).run(day_of(until) if until else None)


# What is compared


def more(measure: Measure) -> Effect:
    """By what share the world as it was has more of it than the one with something undone."""
    return lambda was, undone: _above(measure(was), measure(undone))


def fewer(measure: Measure) -> Effect:
    """By what share of the world as it was the other has less: for what may end there."""
    return lambda was, undone: _above(measure(undone), measure(was))


def _above(value: float, base: float) -> float:
    """By what share a value is above a base; the same number, 0 among them, is not above."""
    return 0 if value == base else value / base - 1


def difference(measure: Measure) -> Effect:
    """How much more of it there is in the world as it was."""
    return lambda was, undone: measure(was) - measure(undone)


def points(belief: str, who: Callable[[Simulation], NDArray[np.bool_]]) -> Effect:
    """Percentage points of a belief on the last day, for citizens chosen in the world as it was."""

    def effect(was: Simulation, undone: Simulation) -> float:
        chosen = who(was)
        change = was.state[belief].astype(float) - undone.state[belief]
        return float(100 * change[chosen].mean())

    return effect


def everybody(simulation: Simulation) -> NDArray[np.bool_]:
    """All citizens."""
    return np.ones(simulation.scenario.citizens, bool)


def online(simulation: Simulation) -> NDArray[np.bool_]:
    """Those who are online by adoption."""
    return simulation.state["access"] & ONLINE != 0


def offline(simulation: Simulation) -> NDArray[np.bool_]:
    """Those who are not."""
    return ~online(simulation)


def readers(simulation: Simulation) -> NDArray[np.bool_]:
    """Those online who read the foreign press, were it not blocked."""
    return simulation.state["access"] & FOREIGN != 0


# What is measured


def total(column: str, first: str = "", last: str = "", in_: tuple[str, ...] = (),
          outside: tuple[str, ...] = ()) -> Measure:  # fmt: skip
    """Sum a count over days and regions."""

    def measure(simulation: Simulation) -> float:
        days = simulation.regions
        chosen = (days["date"] >= (first or "2000")) & (days["date"] <= (last or "2100"))
        if in_ or outside:
            chosen &= days["region"].isin(in_) if in_ else ~days["region"].isin(outside)
        return float(days.loc[chosen, column].sum())

    return measure


def mean_of(column: str, first: str, last: str, region: str) -> Measure:
    """Average a mean over days of a region."""

    def measure(simulation: Simulation) -> float:
        days = simulation.regions
        days = days[days["region"] == region].set_index("date")
        return float(days.loc[first:last, column].mean())

    return measure


def spells_of_a_day(simulation: Simulation) -> float:
    """Share of spells of 50 people and more in a region that last one day."""
    return float((protests(simulation)["days"] == 1).mean())
