"""EoN: its complex contagion, event by event in continuous time, with the task's threshold."""

import time
from collections.abc import Iterable
from typing import Any

import EoN
import numpy as np

from benchmarks.task import COVERAGE, Played, Task, Uniforms

NAME = "EoN, Gillespie_complex_contagion"
RULE = "continuous time: who has enough active neighbours becomes active at rate 0.02 a step"


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Run it for as long as the steps last."""
    began = time.perf_counter()
    graph, needed = task.networkx(), task.active_needed().tolist()

    def rate(g: Any, node: int, status: dict[int, str], _: object) -> float:
        if status[node] == "active":
            return 0.0
        seen = sum(status[other] == "active" for other in g.neighbors(node))
        return COVERAGE if seen >= needed[node] else 0.0

    def influenced(g: Any, node: int, status: dict[int, str], _: object) -> Iterable[int]:
        others: Iterable[int] = g.neighbors(node)
        return others

    rng = np.random.default_rng(task.seed)
    ready = time.perf_counter()
    times, _, active = EoN.Gillespie_complex_contagion(
        graph,
        rate,
        lambda g, node, status, _: "active",
        influenced,
        dict.fromkeys(graph, "idle"),
        ("idle", "active"),
        tmax=task.steps,
        parameters=(None,),
        rng=rng,
    )
    done = time.perf_counter()
    at = np.searchsorted(times, np.arange(1, task.steps + 1), side="right") - 1
    return Played(ready - began, done - ready, np.asarray(active)[at].tolist())
