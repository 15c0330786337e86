"""Why a citizen acted as she did, recorded day by day while the simulation runs."""

from samizdat.explain import Day, Explainer
from samizdat.explain.words import account
from samizdat.run.simulation import Simulation

DAYS_KEPT = 120  # of one citizen, in her account


class CitizenLog:
    """Records the days of one citizen; call `before_step` and `after_step` around each step."""

    def __init__(self, simulation: Simulation, citizen: int) -> None:
        self.citizen, self._simulation = citizen, simulation
        self._explainer = Explainer(simulation, [citizen])
        self._days: dict[int, Day] = {}  # by the number of steps done at its end

    def has(self, step: int) -> bool:
        """Whether the day after so many steps was recorded."""
        return step in self._days

    def before_step(self) -> None:
        """Record the citizen's state before a step."""
        self._explainer.record()

    def after_step(self) -> None:
        """Explain the step."""
        self._days[self._simulation.step_number] = self._explainer.explain(self.citizen)

    def forget_after(self, step: int) -> None:
        """Forget the days after a step, which will be others."""
        self._days = {k: day for k, day in self._days.items() if k <= step}

    def lines(self) -> tuple[str, ...]:
        """Return the explanations up to the day shown, as lines of text, in the order of the days.

        They begin after the last day that was not recorded.
        """
        last = first = self._simulation.step_number
        while first in self._days and last - first < DAYS_KEPT:
            first -= 1
        return tuple(account([self._days[k] for k in range(first + 1, last + 1)]))
