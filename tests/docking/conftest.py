"""What the docking tests share: a run to the end of its motion."""

from collections.abc import Callable

import pytest

from samizdat.run.simulation import Simulation


@pytest.fixture(scope="session")
def at_rest() -> Callable[[Simulation], Simulation]:
    """Run a world of rising turnout until nobody joins any more.

    Voices are heard a day later and nobody leaves, so a day that adds nobody is followed by its
    like for ever.
    """

    def run(simulation: Simulation) -> Simulation:
        before, joined = -1, True
        while joined:
            simulation.step()  # raises after the last day: no world is cut short unnoticed
            turnout = simulation.counts["mobilise"]
            before, joined = turnout, turnout != before
        return simulation

    return run
