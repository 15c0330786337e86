"""The twin: the same run with common random numbers, but without one lever of the state.

Both runs draw the same random numbers for the same citizen, day and use. What differs between them
is therefore the effect of the lever.
"""

from typing import NamedTuple

from samizdat.page.interventions import TimelineEntry, without_lever
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import ScenarioError


class _Change(NamedTuple):
    """Something ordered or lifted in the followed run, which the twin has still to do."""

    step: int  # before which it was ordered
    id: str
    entry: TimelineEntry | None  # None: the intervention was lifted


class TwinRun:
    """Follows a simulation step by step under the same interventions, with one lever off.

    Parameters
    ----------
    followed
        The simulation to follow, at any step; its past is simulated again.
    lever
        The lever that is off throughout, of `regime.levers.LEVERS`.

    Attributes
    ----------
    simulation
        The run without the lever.
    """

    def __init__(self, followed: Simulation, lever: str) -> None:
        self.followed, self.lever = followed, lever
        # The scenario of the followed run holds all interventions so far, with their dates.
        self.simulation = Simulation(
            followed.scenario.without(lever), followed.seed, followed.threads, followed.graph
        )
        self._pending: list[_Change] = []
        self._ids: dict[str, str | None] = {}  # ids of the followed run -> ids here, None: none

    @property
    def step_number(self) -> int:
        """Number of steps done."""
        return self.simulation.step_number

    @property
    def behind(self) -> bool:
        """Whether the followed run has done more steps."""
        return self.step_number < self.followed.step_number

    def enact(self, which: str, entry: TimelineEntry) -> None:
        """Remember an intervention ordered before the next step of the followed run."""
        self._pending.append(_Change(self.followed.step_number, which, entry))

    def lift(self, which: str) -> None:
        """Remember an intervention lifted before the next step of the followed run."""
        self._pending.append(_Change(self.followed.step_number, which, None))

    def follow(self) -> None:
        """If the followed run is ahead, apply the changes that are due and take one step."""
        if not self.behind:
            return
        due = [change for change in self._pending if change.step == self.step_number]
        self._pending = [change for change in self._pending if change.step != self.step_number]
        for change in due:
            if change.entry is None:
                self._lift(change.id)
            else:
                left = without_lever(change.entry, self.lever)
                self._ids[change.id] = None if left is None else self.simulation.enact(left)
        self.simulation.step()

    def _lift(self, which: str) -> None:
        here = self._ids.pop(which, which)
        if here is None:
            return  # an intervention by the lever that is off here
        try:
            self.simulation.lift(here)
        except ScenarioError:
            return  # what only that lever ordered, or a law that only it would bring
