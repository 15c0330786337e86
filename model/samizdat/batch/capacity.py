"""How many processes and threads a sweep uses on this machine."""

import os
from collections.abc import Callable
from typing import NamedTuple

from samizdat.batch.executors import InProcess, Processes, Workers
from samizdat.batch.experiment import Experiment
from samizdat.batch.plan import SweepPlan
from samizdat.run.population_cache import Notify
from samizdat.system import memory

_OF_ROOM = 0.9  # share of the available memory for all processes


class Capacity(NamedTuple):
    """How many processes a sweep uses on this machine, and why.

    Attributes
    ----------
    processes
        Number of processes that run in parallel.
    cores
        Number of cores that this process may use.
    need
        Largest number of bytes that a process needs.
    room
        Number of bytes available.
    held_back
        Whether the memory allows fewer processes than there are cores.
    """

    processes: int
    cores: int
    need: int
    room: int
    held_back: bool

    @classmethod
    def of(cls, plan: SweepPlan, jobs: int | None, runs: int) -> "Capacity":
        """Return the number requested, or as many as cores and memory allow; no more than runs."""
        cores = len(os.sched_getaffinity(0))
        need, room = plan.model.memory(plan.points), memory.available()[0]
        fits = max(1, int(_OF_ROOM * room / need))
        asked = jobs or plan.experiment.resources.jobs
        return cls(min(asked or min(cores, fits), runs), cores, need, room,
                   asked is None and fits < cores)  # fmt: skip


def local_workers(
    plan: SweepPlan, jobs: int | None, runs: int, stop: Callable[[], bool], notify: Notify
) -> Workers:
    """Return workers on this machine: the number requested, or what cores and memory allow."""
    plan.model.prepare(notify)
    capacity = Capacity.of(plan, jobs, runs)
    if capacity.held_back:
        notify(f"{capacity.processes} at a time: a run may need {memory.in_words(capacity.need)}, "
            f"available are {memory.in_words(capacity.room)}")  # fmt: skip
    return InProcess(stop) if capacity.processes == 1 else Processes(capacity.processes)


def threads_each(experiment: Experiment, workers: Workers | None) -> int:
    """Return how many threads a run may use, so that no core is used by two."""
    if experiment.resources.threads is not None:
        return experiment.resources.threads
    cores = len(os.sched_getaffinity(0))
    if isinstance(workers, InProcess | Processes):
        return max(1, cores // workers.width)
    return 1
