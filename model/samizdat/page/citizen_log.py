"""Why a citizen acted as she did, recorded day by day while the simulation runs."""

from collections import deque

from samizdat.explain import Day, Explainer
from samizdat.explain.words import account
from samizdat.run.simulation import Simulation

DAYS_KEPT = 120  # of one citizen


class CitizenLog:
    """Records the days of one citizen; call `before_step` and `after_step` around each step."""

    def __init__(self, simulation: Simulation, citizen: int) -> None:
        self.citizen = citizen
        self._explainer = Explainer(simulation, [citizen])
        self._days: deque[Day] = deque(maxlen=DAYS_KEPT)

    def add_last_day(self, explainer: Explainer) -> None:
        """Record the last step from an explainer that observed it."""
        self._days.append(explainer.explain(self.citizen))

    def before_step(self) -> None:
        """Record the citizen's state before a step."""
        self._explainer.record()

    def after_step(self) -> None:
        """Explain the step."""
        self._days.append(self._explainer.explain(self.citizen))

    def lines(self) -> tuple[str, ...]:
        """Return the explanations as lines of text, in the order of the days."""
        return tuple(account(list(self._days)))
