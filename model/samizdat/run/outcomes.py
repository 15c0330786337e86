"""What a run has come to so far: tables, counts, and the arrays of its citizens, all read-only."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.layout import ONLINE, WORKINGS, World, voices_heard
from samizdat.run.arrivals import ArrivalLog
from samizdat.run.environment import Environment
from samizdat.run.history import History
from samizdat.run.ladder import RungStatus
from samizdat.run.measures import Numbers, mean_of
from samizdat.scenario.scenario import Scenario


class Outcomes:
    """What can be read of a `Simulation` at any step."""

    scenario: Scenario
    step_number: int
    history: History
    environment: Environment
    _world: World

    @property
    def date(self) -> dt.date:
        """The date of the last step done; before any, that of the first step."""
        return self.scenario.date_of(max(0, self.step_number - 1))

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of every step of the scenario (T,)."""
        return self.history.dates

    @property
    def nation(self) -> pd.DataFrame:
        """One row per step, for the nation (see `measures.MEASURES`).

        Examples
        --------
        >>> from samizdat import Scenario, Simulation
        >>> simulation = Simulation(Scenario.load("town").change({"citizens": 60})).run()
        >>> simulation.nation[["date", "online"]].tail(2)
                 date  online
        58 2014-04-28      32
        59 2014-04-29      32
        """
        return self.history.nation

    @property
    def regions(self) -> pd.DataFrame:
        """One row per step and region."""
        return self.history.regions

    def daily(self, name: str) -> Numbers:
        """Return a column of `nation` (steps done,), one of `measures.DAILY`.

        Raises
        ------
        ScenarioError
            If there is no such column; it names the nearest.
        """
        return self.history.columns([name])[name]

    @property
    def counts(self) -> dict[str, int]:
        """The nation's integer tallies of the last step, by name (see `core.layout.TALLIES`)."""
        return self.history.counts

    def measured(self, name: str) -> float:
        """Return a column of `nation` in the last step, one of `measures.DAILY`.

        Raises
        ------
        ScenarioError
            If there is no such column; it names the nearest.
        """
        return self.history.measured(name)

    @property
    def summary(self) -> dict[str, Any]:
        """Outcomes of the run so far: `measures.summary`, and mean trust online and offline.

        With a ladder also ``laws``: of each rung title, at, reached and acts (dates or None).

        Examples
        --------
        >>> from samizdat import Scenario, Simulation
        >>> simulation = Simulation(Scenario.load("town").change({"citizens": 200})).run()
        >>> simulation.summary["peak_mobilised"], simulation.summary["peak_date"]
        (10, '2014-03-26')
        """
        trust, online = self._world.state.trust, (self._world.state.access & ONLINE) != 0
        rungs = self.rungs
        return {
            **self.history.summary,
            "trust_online": mean_of(trust[online]),
            "trust_offline": mean_of(trust[~online]),
            **({"laws": [rung.to_dict() for rung in rungs]} if rungs else {}),
        }

    @property
    def threat(self) -> float:
        """The threat that the state felt on the morning of the last step, in [0, 1]."""
        return self.environment.threat

    @property
    def rungs(self) -> tuple[RungStatus, ...]:
        """The rungs of the regime's ladder: when each was reached, and when its law acts."""
        return self.environment.rungs

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """Traits and state of the citizens by name, as read-only arrays (n,)."""
        arrays = {**self._world.traits._asdict(), **self._world.state._asdict()}
        views = {}
        for name in arrays.keys() - WORKINGS:
            views[name] = arrays[name].view()
            views[name].flags.writeable = False
        return views

    @property
    def heard(self) -> dict[str, NDArray[np.uint32]]:
        """Copies of the counts of voices that reached each citizen in the last step (n,).

        By kind: street, others, held. After `restore` they are 0 until the next step.
        """
        return voices_heard(self._world)

    @property
    def signals(self) -> NDArray[np.void]:
        """A copy of the last step's signals of each region (R,), see `core.layout.SIGNALS`."""
        return self._world.signals.copy()

    @property
    def arrivals(self) -> ArrivalLog:
        """The grievances that arrived by rule: ``arrivals.all`` lists them."""
        return self.environment.arrivals

    @property
    def bands(self) -> pd.DataFrame:
        """Dated entries and what the state did so far, as bands for a figure."""
        return self.environment.bands(self.date)
