"""The twin: the same run with common random numbers, but without one lever of the state.

Both runs draw the same random numbers for the same citizen, day and use. What differs between them
is therefore the effect of the lever.
"""

from samizdat.page.replay import Replay
from samizdat.run.simulation import Simulation


class TwinRun(Replay):
    """Follows a run step by step under the same interventions, with one lever off.

    Parameters
    ----------
    followed
        The run to follow, at any step; its past is simulated again.
    lever
        The lever that is off throughout, of `regime.levers.LEVERS`.
    memory
        Bytes for snapshots.

    Attributes
    ----------
    simulation
        The run without the lever.
    """

    def __init__(self, followed: Replay, lever: str, memory: int) -> None:
        self.followed = followed
        run = followed.simulation
        # The scenario of the followed run holds all interventions so far, with their dates.
        own = Simulation(run.scenario.without(lever), run.seed, run.threads, run.graph)
        super().__init__(own, followed.changes, memory, lever, known=followed.applied)

    @property
    def behind(self) -> bool:
        """Whether the followed run shows a later day."""
        return self.step_number < self.followed.step_number

    @property
    def is_of_this_branch(self) -> bool:
        """Whether the followed run still has all interventions with which this run began."""
        return self.known <= len(self.changes)

    def follow(self) -> bool:
        """If the followed run is ahead, take one step; return whether it is still ahead."""
        if self.behind:
            self.step()
        return self.behind

    def return_to(self) -> None:
        """If the followed run shows an earlier day, or one far ahead, go near it."""
        self.approach(self.followed.step_number, exact=True)

    def branch(self) -> None:
        """Forget the days after the one shown; the run has forgotten what was ordered then."""
        self.forget_later_days()
