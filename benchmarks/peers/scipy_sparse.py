"""The honest rival: the adjacency as a sparse matrix, a step as a product and two comparisons.

One byte an entry and an active, so that product and vector are as small as they can be; only who
waits to become attentive draws; what is written is written in place.
"""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from benchmarks.task import Played, Task, Uniforms, timed

NAME = "scipy sparse, vectorised"
RULE = "the task"


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Do the task."""

    def setup() -> Callable[[int], int]:
        n = task.n
        if int(np.diff(task.start).max(initial=0)) > np.iinfo(np.uint8).max:
            raise ValueError("a count of neighbours does not fit into a byte")
        places = task.start.astype(np.int32) if task.start[-1] < 2**31 else task.start
        ties = np.ones(task.neighbour.size, np.uint8)
        adjacency = sparse.csr_array((ties, task.neighbour, places), shape=(n, n))
        needed = task.active_needed().astype(np.uint8)
        attentive, acts = np.zeros(n, bool), np.zeros(n, bool)
        active = acts.view(np.uint8)  # the same bytes: what is decided is what is seen next
        rng = np.random.default_rng(task.seed)
        waiting = np.arange(n, dtype=np.int32)

        def step(k: int) -> int:
            nonlocal waiting
            draws = (
                rng.random(waiting.size, np.float32) if uniforms is None else uniforms(k)[waiting]
            )
            moved = draws < task.p
            attentive[waiting[moved]] = True
            waiting = waiting[~moved]
            np.greater_equal(adjacency @ active, needed, out=acts)
            np.logical_and(acts, attentive, out=acts)
            return int(np.count_nonzero(acts))

        return step

    return timed(setup, task.steps)
