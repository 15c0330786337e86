"""Arrivals: the grievances of a run that come at random, and what they bring to their regions."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core import draws
from samizdat.core.layout import FIXED, SUM_OPPOSITION
from samizdat.core.mechanisms import arrivals
from samizdat.core.quantity import end_of_step
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.timeline import ARRIVAL, Setting


class Arrival(NamedTuple):
    """A grievance that arrived in one region: an event that no entry of the timeline dates."""

    id: str
    region: int
    step: int  # in which it began
    day: float  # on which that step begins, from the start
    shock: float
    coverage: float  # per day
    coverage_online: float  # per day
    seeds: float
    seeds_online: float
    days: float

    def touches(self, day: float, step_days: float) -> bool:
        """Whether it runs at some time in the step that begins on ``day``."""
        return self.day < end_of_step(day, step_days) and day < self.day + self.days


class ArrivalLog:
    """The grievances that arrived in a run.

    What one does to the next, the excitation, is a sum by region that fades in each step and grows
    by the shocks of the step before; so a step costs the same however many there were.

    Parameters
    ----------
    sizes
        (R,) citizens.

    Attributes
    ----------
    all
        Every one so far, in order of step and region.
    excitation
        (R,) sum over those of earlier steps of shock exp(-omega age), as of the last step.
    counts
        (R,) how many began in the last step: 0 or 1.
    """

    def __init__(self, sizes: NDArray[np.int64], step_days: float, seed: int) -> None:
        self._sizes, self._step_days, self._seed = sizes, float(step_days), seed
        self._share: list[float] = (sizes / sizes.sum()).tolist()
        self._at_first = np.zeros(len(sizes))  # (R,) mean opposition in step 0
        self._running: list[Arrival] = []  # those that may not be over
        self.all: list[Arrival] = []
        self.excitation = np.zeros(len(sizes))
        self.counts = np.zeros(len(sizes), np.int64)

    def running(self, day: float, step_days: float) -> list[Arrival]:
        """Return those that run in the step that begins on ``day``, in order."""
        return [each for each in self.all if each.touches(day, step_days)]

    def morning(self, step: int, last: NDArray[np.int64], p: arrivals.Arrivals) -> list[Arrival]:
        """Let grievances arrive in a step; return all that run in it.

        Parameters
        ----------
        last
            (R, len(TALLIES)) what was counted in the step before.
        """
        if step == 1:
            self._at_first = _opposition(last, self._sizes)
        self.counts[:] = 0
        day = step * self._step_days
        if self._running:
            self._running = [each for each in self._running if each.touches(day, self._step_days)]
        if p.mu > 0.0 or self.all:
            self._excite(step, p)
        if p.mu > 0.0:
            self._arrive(step, last, p)
        return self._running

    def _excite(self, step: int, p: arrivals.Arrivals) -> None:
        """Add the shocks of the step before to the excitation, and let it fade by a step."""
        for each in reversed(self.all):
            if each.step < step - 1:
                break
            self.excitation[each.region] += each.shock
        self.excitation *= arrivals.faded(1.0, self._step_days, p)

    def _arrive(self, step: int, last: NDArray[np.int64], p: arrivals.Arrivals) -> None:
        """Draw in which regions a grievance arrives in this step, and how strong it is."""
        change = np.zeros(len(self._sizes))
        if step > 1:
            change = _opposition(last, self._sizes) - self._at_first
        near = self.excitation.tolist()
        everywhere = sum(near)
        chances = draws.uniforms(self._seed, 0, len(near), step, draws.ARRIVE).tolist()
        for r, share in enumerate(self._share):
            rate = arrivals.intensity(share, float(change[r]), near[r], everywhere, p)
            if arrivals.arrives(chances[r], rate, self._step_days):
                begun = self._begin(r, step, p)
                self.all.append(begun)
                self._running.append(begun)
                self.counts[r] = 1

    def _begin(self, r: int, step: int, p: arrivals.Arrivals) -> Arrival:
        """Return a grievance that arrives in a region, with the marks that are drawn for it."""
        shock = arrivals.shock(draws.uniform(self._seed, r, step, draws.ARRIVAL_MARK), p)
        online = arrivals.coverage_online(draws.uniform(self._seed, r, step, draws.ARRIVAL_NEWS), p)
        by_press = arrivals.coverage_by_press(online, p)
        day = step * self._step_days
        name = f"{ARRIVAL}{step}-{r}"
        return Arrival(name, r, step, day, shock, by_press, online, by_press, online, p.days)

    def bands(self, start: dt.date, until: dt.date, names: list[str]) -> list[dict[str, object]]:
        """Return them as bands for a figure, see `Environment.bands`; ``until`` is inclusive."""
        return [
            {
                "id": each.id,
                "kind": "arrival",
                "name": "Grievance",
                "region": names[each.region],
                "start": start + dt.timedelta(days=int(each.day)),
                "end": min(until, start + dt.timedelta(days=math.ceil(each.day + each.days) - 1)),
            }
            for each in self.all
        ]

    def table(self, scenario: Scenario) -> pd.DataFrame:
        """Return one row for each, with its date and the name of its region."""
        table = pd.DataFrame(self.all, columns=list(Arrival._fields)).drop(columns="day")
        table["region"] = [scenario.region_names[each.region] for each in self.all]
        table.insert(1, "date", [str(scenario.date_of(each.step)) for each in self.all])
        return table

    def take_over(self, before: "ArrivalLog") -> None:
        """Take over what a run remembers of its arrivals."""
        self.read_table(before.to_table())

    def to_table(self) -> dict[str, Any]:
        """Return what a run remembers of its arrivals, in JSON's types, for `read_table`."""
        return {
            "all": [list(each) for each in self.all],
            "running": len(self._running),
            "excitation": self.excitation.tolist(),
            "at_first": self._at_first.tolist(),
        }

    def read_table(self, table: Mapping[str, Any]) -> None:
        """Take over what `to_table` returned."""
        self.all = [Arrival(*row) for row in table["all"]]
        self._running = [*self.all]  # those that are over go in the next step
        self.excitation = np.array(table["excitation"], float)
        self._at_first = np.array(table["at_first"], float)


def describe(
    arrived: list[Arrival], step: int, conceded: Mapping[str, float], signals: NDArray[np.void]
) -> None:
    """Add what runs of arrivals to the events in ``signals`` (R,).

    Shocks add up, to at most 1; so do coverages; of seeds, the shares that each leaves unaware
    multiply.

    Parameters
    ----------
    arrived
        Those that run in the step.
    conceded
        Ids of events that the state has conceded: their news goes on, their shock is over.
    """
    for each in arrived:
        here = signals[each.region]
        here["running"] = 1
        if each.id not in conceded:
            here["shock"] = min(1.0, here["shock"] + each.shock)
        here["coverage"] += each.coverage
        here["coverage_online"] += each.coverage_online
        if each.step == step:
            here["fresh"] = 1
            for name, seeds in (("seeds", each.seeds), ("seeds_online", each.seeds_online)):
                here[name] = 1.0 - (1.0 - here[name]) * (1.0 - seeds)


def may_arrive(scenario: Scenario) -> bool:
    """Whether grievances can arrive on some day of a scenario: mu is above 0 at some time."""
    name = "arrivals.mu"
    if scenario.parameters[name] > 0 or name in scenario.pinned:
        return scenario.parameters[name] > 0
    settings = [entry for entry in scenario.spec.timeline if isinstance(entry, Setting)]
    return any(entry.set.get(name) for entry in settings)


def _opposition(tallies: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean opposition of each region (R,) in a step."""
    return np.asarray(tallies[:, SUM_OPPOSITION] / FIXED / sizes)
