"""The state of a run, as far as a page shows it without a snapshot."""

from typing import NamedTuple


class Status(NamedTuple):
    """The state of a run.

    Attributes
    ----------
    step, date
        Number of steps done on the day shown, and its date.
    farthest
        Number of steps done in all; it is larger than ``step`` while an earlier day is shown.
    seeking
        The step that the run is going to; -1: none.
    rate
        Days a second at which it is playing; 0.0: it is not.
    branches
        The steps after which the visitor has acted in the past, in the order in which she did.
    """

    phase: str = "building"  # building, ready, failed, idle
    problem: str = ""
    playing: bool = False
    step: int = 0
    steps: int = 0
    date: str = ""
    catching_up: int = -1  # the step of a twin that is behind
    run: int = 0  # number of simulations built so far
    farthest: int = 0
    seeking: int = -1
    rate: float = 0.0
    branches: tuple[int, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether the last step is done."""
        return self.phase == "ready" and self.step >= self.steps

    @property
    def in_the_past(self) -> bool:
        """Whether an earlier day than the last one done is shown."""
        return self.step < self.farthest
