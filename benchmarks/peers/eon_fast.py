"""EoN: its fast epidemic, event by event in continuous time."""

import time

import EoN
import numpy as np

from benchmarks.task import COVERAGE, Played, Task, Uniforms

NAME = "EoN, fast_SIS"
RULE = "its own: SIS in continuous time, 0.02 a tie and step, recovery 0.1 a step"
RECOVERY = 0.1


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Run it for as long as the steps last."""
    began = time.perf_counter()
    graph, seeds = task.networkx(), task.seeds()
    rng = np.random.default_rng(task.seed)
    ready = time.perf_counter()
    times, _, infected = EoN.fast_SIS(
        graph, COVERAGE, RECOVERY, initial_infecteds=seeds, tmax=task.steps, rng=rng
    )
    done = time.perf_counter()
    at = np.searchsorted(times, np.arange(1, task.steps + 1), side="right") - 1
    return Played(ready - began, done - ready, np.asarray(infected)[at].tolist())
