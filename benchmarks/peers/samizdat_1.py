"""samizdat, one thread: the whole model, with the numbers at which it is the task."""

from collections.abc import Callable

from benchmarks.task import COVERAGE, Played, Task, Uniforms, timed
from samizdat import Graph, Scenario, Simulation
from samizdat.core.layout import Ties

NAME = "samizdat, 1 thread"
RULE = "the task"

# tests/docking/watts.toml with attention: news that media bring to each with the same chance.
WORLD = """
title = "Threshold contagion with probability"
start = 2000-01-01
end = 2000-12-31
citizens = {n}
regions = [{{ name = "everywhere", share = 1.0 }}]
platforms = [{{ name = "the_platform", audience = 1.0 }}]

[adoption]
ceiling = 1.0
rate = 10.0
midpoint = 1980

[population]
instigators = 0

[parameters.reach]
dilution = 1 # a share of the neighbours
public_signal = 0
post_weight = 0
demonstration = 0

[parameters.attention]
on = 1
beta = 0
online_share = 0
feed = 0
fade = 0
fatigue = 0

[parameters.grievance]
backlash = 0
frustration = 0

[parameters.trust]
dissent = 0
told = 0

[parameters.fear]
calm = 0

[parameters.decision]
opposition_weight = 0
exposure_weight = 1
cost = 0
ease = 1 # who does not act says nothing
penalty_street = 0
penalty_post = 0

[parameters.rally]
on = 0

[regime]
broadcast = 0
egov = 0
surveillance = 0
sanction = 0
chill = 0
arrests.capacity = 0

[[timeline]]
id = "news"
kind = "event"
from = 2000-01-01
shock = 0
coverage = {coverage}
seeds = 0
"""


def simulation(task: Task, threads: int) -> Simulation:
    """Return the world of the task."""
    close = (task.start[1:] - task.start[:-1]).astype("int32")
    return Simulation(
        Scenario.parse(WORLD.format(n=task.n, coverage=COVERAGE), "contagion"),
        seed=task.seed,
        threads=threads,
        graph=Graph(Ties(task.start, close, task.neighbour)),
        traits={"threshold": task.threshold},
    )


def on_threads(task: Task, threads: int, uniforms: Uniforms | None) -> Played:
    """Do the task on some threads."""
    if uniforms is not None:
        raise ValueError("samizdat draws its own: give its draws to the others")

    def setup() -> Callable[[int], int]:
        world = simulation(task, threads)

        def step(_: int) -> int:
            world.step()
            return world.counts["mobilise"]

        return step

    return timed(setup, task.steps)


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Do the task."""
    return on_threads(task, 1, uniforms)
