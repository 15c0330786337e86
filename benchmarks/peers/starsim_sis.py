"""starsim: its SIS disease on a fixed network, the ties handed to it as arrays."""

import os
import time

import numpy as np

os.environ.setdefault("STARSIM_INSTALL_FONTS", "0")

import starsim as ss

from benchmarks.task import COVERAGE, Played, Task, Uniforms

NAME = "starsim, SIS"
RULE = "its own: SIS, infection along a tie at 0.02 a day, ten days, waning immunity"


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Run it for as many steps."""
    began = time.perf_counter()
    source = np.repeat(np.arange(task.n), np.diff(task.start))
    once = source < task.neighbour
    ends = {"p1": source[once], "p2": task.neighbour[once].astype(np.int64)}
    ties = ss.Network(name="ties", edges={**ends, "beta": np.ones(len(ends["p1"]))})
    disease = ss.SIS(
        beta=ss.perday(COVERAGE),
        init_prev=len(task.seeds()) / task.n,
        dur_inf=ss.constant(ss.days(10)),
        waning=ss.perday(0.2),
    )
    sim = ss.Sim(
        n_agents=task.n,
        start=0,
        dur=ss.days(task.steps - 1),  # both its ends are steps
        dt=ss.days(1),
        networks=ties,
        diseases=disease,
        rand_seed=task.seed,
        verbose=0,
    )
    sim.init()
    ready = time.perf_counter()
    sim.run()
    done = time.perf_counter()
    infected = [int(k) for k in sim.results.sis.n_infected]
    if len(infected) != task.steps:
        raise RuntimeError(f"starsim took {len(infected)} steps, not {task.steps}")
    return Played(ready - began, done - ready, infected)
