"""EoN: its synchronous epidemic, in which whoever is infected infects for one step."""

import time

import EoN
import numpy as np

from benchmarks.task import Played, Task, Uniforms

NAME = "EoN, basic_discrete_SIS"
RULE = "its own: synchronous SIS, infection along a tie with probability 0.2, for one step"
ALONG_A_TIE = 0.2  # twice what keeps it alive at ten neighbours


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Run it for as many steps."""
    began = time.perf_counter()
    graph, seeds = task.networkx(), task.seeds()
    rng = np.random.default_rng(task.seed)
    ready = time.perf_counter()
    _, _, infected = EoN.basic_discrete_SIS(
        graph, ALONG_A_TIE, initial_infecteds=seeds, tmax=task.steps, rng=rng
    )
    return Played(ready - began, time.perf_counter() - ready, infected[1:].tolist())
