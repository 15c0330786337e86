"""What the docking tests share: a run to the end of its motion."""

from collections.abc import Callable

import pytest

from samizdat.simulation import Simulation


@pytest.fixture(scope="session")
def at_rest() -> Callable[[Simulation], Simulation]:
    """Run a world of rising turnout until nobody joins any more.

    Voices are heard a day later and nobody leaves, so a day that adds nobody is followed by its
    like for ever.
    """

    def run(simulation: Simulation) -> Simulation:
        before = -1
        while simulation.counts["mobilise"] != before or simulation.step_number == 0:
            before = simulation.counts["mobilise"] if simulation.step_number else -1
            simulation.step()  # raises after the last day, so a slow world cannot pass unnoticed
        return simulation

    return run
