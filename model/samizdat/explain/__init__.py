"""Why a citizen did what she did on a day: what she heard, felt, weighed and drew, term by term.

An `Explainer` notes a citizen's morning before a step. After it she is put through the rules of
`core.mechanisms` once more, as plain Python, with the voices of her own neighbours; the draws are
those of the run, for a draw is a pure function of its address. Only her row and those of her
neighbours are read, so it serves 17 million citizens as well, and what is not asked costs nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from samizdat.explain.account import Belief, Chance, Day, Term, Voice, Weighing
from samizdat.explain.rules import StepReplay
from samizdat.explain.words import sentences
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import ScenarioError

__all__ = [
    "Belief", "Chance", "Day", "Explainer", "Term", "Voice", "Weighing", "sentences",
]  # fmt: skip

# What a step overwrites; all else that she met that day still stands after it.
_MORNING = ("grievance", "trust", "fear", "attention", "circumventing", "days_left")


class Explainer:
    """Explains the steps of a simulation that goes on.

    Call `note` before a step, however that is taken, and `explain` after it; `step` does the first
    two of the three.

    Parameters
    ----------
    simulation
        Anywhere in its course.
    citizens
        Whom to be able to explain, by their numbers; by default all, which takes a copy of 16
        bytes a citizen and step.

    Raises
    ------
    ScenarioError
        If there is no such citizen.
    """

    def __init__(self, simulation: Simulation, citizens: Iterable[int] | None = None) -> None:
        self.simulation = simulation
        self._rows: Any = slice(None)
        self._places: Mapping[int, int] | None = None
        if citizens is not None:
            ids = [checked(simulation.scenario.citizens, int(i)) for i in citizens]
            self._rows, self._places = np.array(ids, np.int64), {i: k for k, i in enumerate(ids)}
        self._noted = -1
        self._morning: dict[str, Any] = {}

    def note(self) -> None:
        """Note the morning, before a step."""
        state = self.simulation._world.state
        self._morning = {name: getattr(state, name)[self._rows].copy() for name in _MORNING}
        self._noted = self.simulation.step_number

    def step(self) -> None:
        """Note the morning and let the simulation take a step."""
        self.note()
        self.simulation.step()

    def explain(self, citizen: int) -> Day:
        """Return the account of a citizen's last step.

        Raises
        ------
        ScenarioError
            If there is no such citizen, or she is not among those who are noted.
        RuntimeError
            If the morning of that step was not noted.
        """
        place = checked(self.simulation.scenario.citizens, citizen)
        if self._noted < 0 or self._noted != self.simulation.step_number - 1:
            raise RuntimeError("the morning of the last step was not noted: note() before it")
        if self._places is not None:
            if citizen not in self._places:
                raise ScenarioError(f"citizen = {citizen} is not among those noted")
            place = self._places[citizen]
        morning = {name: values[place].item() for name, values in self._morning.items()}
        return StepReplay(self.simulation, citizen, morning).day()


def checked(citizens: int, citizen: int) -> int:
    """Return the number of a citizen.

    Raises
    ------
    ScenarioError
        If there is none of that number.
    """
    if not 0 <= citizen < citizens:
        raise ScenarioError(f"citizen = {citizen} is outside 0 ... {citizens - 1}")
    return citizen
