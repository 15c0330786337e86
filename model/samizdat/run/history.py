"""The history of a run: what was counted in each step, and the tables made of it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.layout import TALLIES
from samizdat.run.measures import (
    ACTIONS,
    ARRIVALS,
    BARRED,
    COUNTED,
    MEASURES,
    RALLIES,
    THREAT,
    Numbers,
    check_column,
    daily_table,
    summary,
)
from samizdat.run.spells import inhabitants_per_citizen
from samizdat.scenario.scenario import Scenario

ROWS = (
    "tallies",
    "actions",
    "rallies",
    "arrivals",
    "latent",
    "blocked_anywhere",
    "threat",
)  # one row per step; saved


class History:
    """The rows of a run, one per step; they are zero until recorded.

    T is the number of steps of the scenario, R of regions; ``steps`` steps are done.

    Attributes
    ----------
    steps
        Number of steps recorded.
    dates
        (T,) the date of each step.
    tallies
        (T, R, len(TALLIES)) what the passes counted.
    actions
        (T, R, len(ACTIONS)) what the state did: number of platforms barred, and 1 where a lever
        acted.
    rallies
        (T, R, len(RALLIES)) calls, and rallies held, prevented and on.
    arrivals
        (T, R) grievances that arrived.
    blocked_anywhere
        (T,) number of platforms barred in at least one region.
    latent
        (T,) whether latent self-censorship was counted.
    threat
        (T,) the threat that the state felt, 0 ... 1.
    """

    def __init__(
        self, scenario: Scenario, sizes: NDArray[np.int64], dates: NDArray[np.datetime64]
    ) -> None:
        count = len(dates)
        self.scenario, self.sizes, self.dates, self.steps = scenario, sizes, dates, 0
        populations = [region.population for region in scenario.spec.regions]
        self._per_citizen = inhabitants_per_citizen(populations, scenario.citizens)
        self.tallies = np.zeros((count, len(sizes), len(TALLIES)), np.int64)
        self.actions = np.zeros((count, len(sizes), len(ACTIONS)), np.int64)
        self.rallies = np.zeros((count, len(sizes), len(RALLIES)), np.int64)
        self.arrivals = np.zeros((count, len(sizes)), np.int64)
        self.blocked_anywhere = np.zeros(count, np.int64)
        self.latent = np.zeros(count, bool)
        self.threat = np.zeros(count)

    def record(
        self,
        tallies: NDArray[np.int64],
        barred: NDArray[np.int64],
        signals: NDArray[np.void],
        rallies: NDArray[np.int64],
        arrivals: NDArray[np.int64],
        *,
        latent: bool,
        threat: float,
    ) -> None:
        """Record the next step.

        Parameters
        ----------
        tallies
            (R, len(TALLIES)).
        barred
            (R,) the platforms that the state bars in each region, as bits.
        signals
            (R,) of `core.layout.SIGNALS`.
        rallies
            (R, len(RALLIES)).
        arrivals
            (R,).
        latent
            Whether latent self-censorship was counted.
        threat
            That of the morning.
        """
        k = self.steps
        self.tallies[k] = tallies
        self.actions[k, :, ACTIONS.index(BARRED)] = np.bitwise_count(barred)
        for a, name in enumerate(ACTIONS):
            if name != BARRED:
                self.actions[k, :, a] = signals[name] > 0
        self.blocked_anywhere[k] = int(np.bitwise_or.reduce(barred)).bit_count()
        self.rallies[k], self.arrivals[k] = rallies, arrivals
        self.latent[k], self.threat[k] = latent, threat
        self.steps = k + 1

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the recorded rows by name; a history of as many steps has room for them."""
        return {name: getattr(self, name)[: self.steps] for name in ROWS}

    @property
    def last(self) -> NDArray[np.int64]:
        """The tallies of the last step recorded (R, len(TALLIES)); 0 before any."""
        return self.tallies[self.steps - 1] if self.steps else np.zeros_like(self.tallies[0])

    @property
    def counts(self) -> dict[str, int]:
        """The nation's integer tallies of the last step, by name (see `core.layout.TALLIES`)."""
        return dict(zip(TALLIES, self.last.sum(axis=0).tolist(), strict=True))

    def columns(self, names: Iterable[str]) -> dict[str, Numbers]:
        """Return columns of `nation` (steps,), by the names in `DAILY`; summed only once.

        Raises
        ------
        ScenarioError
            If there is no such column; it names the nearest.
        """
        return self._columns(slice(self.steps), [check_column(name) for name in names])

    def measured(self, name: str) -> float:
        """Return a column of `nation` in the last step, one of `DAILY`; 0 before any.

        Raises
        ------
        ScenarioError
            If there is no such column; it names the nearest.
        """
        if check_column(name) in MEASURES:
            return float(MEASURES[name](self.last.sum(axis=0), self.sizes.sum()))
        k = self.steps
        return float(self._columns(slice(k - 1, k), [name])[name][0]) if k else 0.0

    @property
    def nation(self) -> pd.DataFrame:
        """One row per step, for the nation."""
        steps = slice(self.steps)
        return daily_table(
            self.tallies[steps].sum(axis=1),
            {name: self._counted(steps, name) for name in COUNTED},
            self.latent[steps],
            self.sizes.sum(),
            self.dates[steps],
            None,
        ).assign(**{THREAT: self.threat[steps]})

    @property
    def regions(self) -> pd.DataFrame:
        """One row per step and region."""
        steps = slice(self.steps)
        return daily_table(
            self.tallies[steps],
            {name: self._by_region(steps, name) for name in COUNTED},
            self.latent[steps],
            self.sizes,
            self.dates[steps],
            self.scenario.region_names,
        )

    @property
    def summary(self) -> dict[str, Any]:
        """The run so far as a whole; see `measures.summary`."""
        steps, spec = slice(self.steps), self.scenario.spec
        return summary(
            self.tallies[steps],
            self.latent[steps],
            self.dates[steps],
            self.scenario.region_names,
            spec.citizens,
            spec.step_days,
            self._per_citizen,
        )

    def _columns(self, steps: slice, names: Iterable[str]) -> dict[str, Numbers]:
        tallies, citizens = self.tallies[steps].sum(axis=1), self.sizes.sum()
        return {
            name: MEASURES[name](tallies, citizens)
            if name in MEASURES
            else self._counted(steps, name)
            for name in names
        }

    def _by_region(self, steps: slice, name: str) -> NDArray[np.int64]:
        """Return a column of `COUNTED` (steps, R)."""
        if name in RALLIES:
            return self.rallies[steps, :, RALLIES.index(name)]
        if name == ARRIVALS:
            return self.arrivals[steps]
        return self.actions[steps, :, ACTIONS.index(name)]

    def _counted(self, steps: slice, name: str) -> Numbers:
        """Return its sum over the regions (steps,); a blocked platform counts once.

        The threat is the nation's own.
        """
        if name == THREAT:
            return self.threat[steps]
        if name == BARRED:
            return self.blocked_anywhere[steps]
        total: NDArray[np.int64] = self._by_region(steps, name).sum(axis=1)
        return total
