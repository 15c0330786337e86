"""Why a citizen does what she does, kept day by day while the world runs."""

from collections import deque

from samizdat.explain import Day, Explainer
from samizdat.explain.words import account
from samizdat.run.simulation import Simulation

KEPT = 120  # days of one citizen


class CitizenLog:
    """Keeps the days of one citizen from now on.

    Call `note` before each step and `after` it.
    """

    def __init__(self, simulation: Simulation, citizen: int) -> None:
        self.citizen = citizen
        self._explainer = Explainer(simulation, [citizen])
        self._days: deque[Day] = deque(maxlen=KEPT)

    def remember(self, crowd: Explainer) -> None:
        """Take her last day from one who noted everybody's morning."""
        self._days.append(crowd.explain(self.citizen))

    def note(self) -> None:
        """Note the morning."""
        self._explainer.note()

    def after(self) -> None:
        """Explain the day."""
        self._days.append(self._explainer.explain(self.citizen))

    def lines(self) -> tuple[str, ...]:
        """Return what there is to say, a line each, in the order of the days."""
        return tuple(account(list(self._days)))
