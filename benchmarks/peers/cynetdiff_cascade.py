"""cynetdiff (C++): its independent cascade, restarted whenever it has ended."""

import array
from collections.abc import Callable
from typing import Any

import numpy as np
from cynetdiff.models import IndependentCascadeModel

from benchmarks.task import Played, Task, Uniforms, timed

NAME = "cynetdiff (C++), independent cascade"
RULE = "its own: who was just reached reaches each neighbour with probability 0.2; restarted"
ALONG_A_TIE = 0.2


def rows(task: Task) -> tuple["array.array[int]", "array.array[int]"]:
    """Return the graph as cynetdiff takes it."""
    starts, edges = array.array("I"), array.array("I")
    starts.frombytes(task.start[:-1].astype(np.uint32).tobytes())
    edges.frombytes(task.neighbour.astype(np.uint32).tobytes())
    return starts, edges


def over_and_over(model: Any, seeds: list[int]) -> Callable[[int], int]:
    """Return a step that restarts the model when nothing changes any more."""
    model.set_seeds(seeds)
    before = len(seeds)

    def step(_: int) -> int:
        nonlocal before
        model.advance_model()
        active = int(model.get_num_activated_nodes())
        if active == before:
            model.reset_model()
            before = len(seeds)
        else:
            before = active
        return active

    return step


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Run it for as many steps."""

    def setup() -> Callable[[int], int]:
        starts, edges = rows(task)
        model = IndependentCascadeModel(
            starts, edges, activation_prob=ALONG_A_TIE, rng=np.random.default_rng(task.seed)
        )
        return over_and_over(model, task.seeds())

    return timed(setup, task.steps)
