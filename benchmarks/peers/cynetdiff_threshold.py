"""cynetdiff (C++): its linear threshold model, restarted whenever it has ended."""

from collections.abc import Callable

import numpy as np
from cynetdiff.models import LinearThresholdModel

from benchmarks.peers.cynetdiff_cascade import over_and_over, rows
from benchmarks.task import Played, Task, Uniforms, timed

NAME = "cynetdiff (C++), linear threshold"
RULE = "its own: share of active neighbours against a threshold at random, no chance; restarted"


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Run it for as many steps."""

    def setup() -> Callable[[int], int]:
        model = LinearThresholdModel(*rows(task), rng=np.random.default_rng(task.seed))
        return over_and_over(model, task.seeds())

    return timed(setup, task.steps)
