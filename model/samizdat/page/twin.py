"""The same world with the same luck, but for one lever of the state: what the lever changed."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from samizdat.regime.levers import LEVERS
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import ScenarioError


class Click(NamedTuple):
    """What a visitor ordered, and before which step it began and ended."""

    begins: int
    id: str
    entry: Mapping[str, Any]
    ends: int | None = None

    def lasts(self, step: int, step_days: float) -> bool:
        """Whether it holds on the day of a step that is to come, or later."""
        if self.ends is not None:
            return False
        first = math.floor(self.begins * step_days + 1e-9)  # it begins with a date
        return step * step_days < first + float(self.entry.get("days", math.inf))


class Twin:
    """Follows a simulation step by step under the same clicks, one lever being off throughout.

    Parameters
    ----------
    other
        Whom to follow, anywhere in its course: what it has done so far is done again.
    lever
        Which one is off, of `regime.LEVERS`.
    """

    def __init__(self, other: Simulation, lever: str) -> None:
        self.other, self.lever = other, lever
        # Its scenario holds all that was clicked so far, with its dates.
        self.simulation = Simulation(
            other.scenario.without(lever), other.seed, other.threads, other.graph
        )
        self._pending: list[tuple[int, str, Mapping[str, Any] | None]] = []
        self._ids: dict[str, str] = {}  # the other's ids -> those here, where they differ

    @property
    def step_number(self) -> int:
        """How many steps it has done."""
        return self.simulation.step_number

    @property
    def behind(self) -> bool:
        """Whether the other is ahead."""
        return self.step_number < self.other.step_number

    def enact(self, which: str, entry: Mapping[str, Any]) -> None:
        """Note what was clicked before the other's next step."""
        self._pending.append((self.other.step_number, which, entry))

    def lift(self, which: str) -> None:
        """Note what was ended before the other's next step."""
        self._pending.append((self.other.step_number, which, None))

    def follow(self) -> None:
        """Take one step, if the other is ahead, after the clicks that came before it."""
        if not self.behind:
            return
        now = [click for click in self._pending if click[0] == self.step_number]
        self._pending = [click for click in self._pending if click[0] != self.step_number]
        for _, which, entry in now:
            if entry is None:
                self._lift(which)
            elif left := spared(entry, self.lever):
                self._ids[which] = self.simulation.enact(left)
        self.simulation.step()

    def _lift(self, which: str) -> None:
        try:
            self.simulation.lift(self._ids.pop(which, which))
        except ScenarioError:
            return  # it pulled the lever that is off here


def spared(entry: Mapping[str, Any], lever: str) -> Mapping[str, Any] | None:
    """Return what is left of an entry where a lever is off, None if nothing is."""
    if entry.get("lever") == lever:
        return None
    if entry["kind"] != "setting":
        return entry
    left = {n: value for n, value in entry["set"].items() if n not in LEVERS[lever].parameters}
    return {**entry, "set": left} if left else None
