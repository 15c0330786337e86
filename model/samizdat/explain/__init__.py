"""Why a citizen acted as she did on a day: what she heard, felt, weighed and drew, term by term.

An `Explainer` copies the state of citizens before a step. After the step the rules of
`core.mechanisms` are applied to a citizen again, as plain Python, with the voices of her own
neighbours. The random numbers are those of the run, because each is a pure function of its address.
Only her row and those of her neighbours are read, so the cost does not depend on the number of
citizens.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samizdat.explain.account import Assembly, Belief, Chance, Day, Term, Voice, Weighing
from samizdat.explain.rules import StepReplay
from samizdat.explain.words import sentences
from samizdat.run.arguments import whole
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import ScenarioError

__all__ = [
    "Assembly", "Belief", "Chance", "Day", "Explainer", "Term", "Voice", "Weighing", "sentences",
]  # fmt: skip

# What a step overwrites; everything else that the rules read is unchanged after the step.
_MORNING = ("grievance", "trust", "fear", "attention", "circumventing", "days_left")


class Explainer:
    """Explains the steps of a simulation while it runs.

    Call `record` before each step and `explain` after it; `step` does both `record` and the step.

    Parameters
    ----------
    simulation
        At any step of its run.
    citizens
        Numbers of the citizens that can be explained; by default all, which copies 16 bytes per
        citizen and step.

    Raises
    ------
    ScenarioError
        If there is no such citizen.

    Examples
    --------
    >>> from samizdat import Scenario, Simulation
    >>> from samizdat.explain import Explainer, sentences
    >>> simulation = Simulation(Scenario.load("town").change({"citizens": 60}))
    >>> explainer = Explainer(simulation, [7])
    >>> explainer.step()
    >>> day = explainer.explain(7)
    >>> day.date, day.posture
    ('2014-03-01', 'silent')
    """

    def __init__(self, simulation: Simulation, citizens: Iterable[int] | None = None) -> None:
        self.simulation = simulation
        self._rows: slice | NDArray[np.int64] = slice(None)
        self._row_of: Mapping[int, int] | None = None
        if citizens is not None:
            ids = [check_citizen(simulation.scenario.citizens, i) for i in citizens]
            self._rows, self._row_of = np.array(ids, np.int64), {i: k for k, i in enumerate(ids)}
        self._recorded = -1
        self._morning: dict[str, NDArray[Any]] = {}

    def record(self) -> None:
        """Copy the state of the citizens before a step."""
        state = self.simulation._world.state
        self._morning = {name: getattr(state, name)[self._rows].copy() for name in _MORNING}
        self._recorded = self.simulation.step_number

    def step(self) -> None:
        """Copy the state, then let the simulation take a step."""
        self.record()
        self.simulation.step()

    def explain(self, citizen: int) -> Day:
        """Return the account of a citizen's last step.

        Raises
        ------
        ScenarioError
            If there is no such citizen, or she is not among those chosen.
        RuntimeError
            If `record` was not called before that step.
        """
        citizen = row = check_citizen(self.simulation.scenario.citizens, citizen)
        if self._recorded < 0 or self._recorded != self.simulation.step_number - 1:
            raise RuntimeError("the last step was not recorded: call record() before a step")
        if self._row_of is not None:
            if citizen not in self._row_of:
                raise ScenarioError(f"citizen = {citizen} is not among those recorded")
            row = self._row_of[citizen]
        morning = {name: values[row].item() for name, values in self._morning.items()}
        return StepReplay(self.simulation, citizen, morning).day()


def check_citizen(citizens: int, citizen: object) -> int:
    """Return the number of a citizen as a Python int if it is valid.

    Raises
    ------
    ScenarioError
        If there is no citizen of that number.
    """
    return whole("citizen", citizen, 0, citizens - 1)
