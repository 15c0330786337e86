"""One step: the passes over all blocks, shared out over threads, with a barrier after each."""

import itertools
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled
from samizdat.core.layout import N_MOBILISE, NEAR, World
from samizdat.core.parameters import Parameters
from samizdat.core.passes.act import act
from samizdat.core.passes.count import count_latent, count_suppressed
from samizdat.core.passes.fate import fate
from samizdat.core.passes.feel import feel, settle
from samizdat.core.passes.hear import hear_by_pull, hear_by_push, listen, tell

PUSH_BELOW = 0.04  # of the citizens have a voice: then pushing costs less than pulling
Chances = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]


class Crew:
    """The threads that share the blocks out; without an executor, the caller does all."""

    def __init__(self, pool: Executor | None = None, size: int = 1) -> None:
        self.pool, self.size = pool, size

    def run(self, one_pass: Callable[..., Any], world: World, *before: Any, p: Any = None) -> None:
        """Run a pass over all blocks and wait until it is done everywhere."""
        rest = (*before, world) if p is None else (*before, world, p)
        n_blocks = len(world.blocks)
        if self.pool is None or n_blocks == 1:
            one_pass(0, n_blocks, *rest)
            return
        cuts = _equal_cuts(world.blocks, min(self.size, n_blocks))
        jobs = [self.pool.submit(one_pass, b0, b1, *rest) for b0, b1 in itertools.pairwise(cuts)]
        for job in jobs:
            job.result()

    def hear(self, hearing: Callable[..., Any], world: World) -> None:
        """Run a hearing over all listeners, in ranges cut at multiples of NEAR."""
        n = len(world.state.voice)
        parts = 1 if self.pool is None else self.size
        cuts = sorted({0, n, *(n * k // parts // NEAR * NEAR for k in range(1, parts))})
        ranges = list(itertools.pairwise(cuts))
        if self.pool is None or len(ranges) == 1:
            hearing(0, n, world)
            return
        for job in [self.pool.submit(hearing, *each, world) for each in ranges]:
            job.result()


def _equal_cuts(blocks: NDArray[np.int64], parts: int) -> list[int]:
    """Cut the blocks into runs of about equally many citizens."""
    n = int(blocks[-1, 1])
    targets = [n * k // parts for k in range(1, parts)]
    inner = np.searchsorted(blocks[:, 1], targets, side="left") + 1
    return sorted({0, *(int(b) for b in inner), len(blocks)})


@compiled
def day_without_voices(b0: int, b1: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Let a block listen, feel and act while it is near: there is no voice to hear."""
    for b in range(b0, b1):
        listen(b, b + 1, world)
        feel(b, b + 1, world, p)
        act(b, b + 1, seed, step, world, p)


@compiled
def feel_and_act(b0: int, b1: int, seed: int, step: int, world: World, p: Parameters) -> None:
    """Let a block feel and act, once everybody has heard."""
    for b in range(b0, b1):
        feel(b, b + 1, world, p)
        act(b, b + 1, seed, step, world, p)


def compile_passes(world: World, p: Parameters) -> None:
    """Compile every pass, or load it from the cache, by running it over no citizens."""
    for without in (listen, tell, hear_by_pull, hear_by_push, count_suppressed):
        without(0, 0, world)
    for with_parameters in (settle, count_latent):
        with_parameters(0, 0, world, p)
    for drawing in (day_without_voices, feel_and_act, fate):
        drawing(0, 0, 0, 0, world, p)


def by_region(world: World) -> NDArray[np.int64]:
    """Return the tallies of the step summed per region, (R, len(TALLIES))."""
    return np.add.reduceat(world.tallies, world.region_block, axis=0)


def first_state(crew: Crew, world: World, p: Parameters) -> None:
    """Give every citizen her state before the first day; the signals are those of that day."""
    crew.run(listen, world)
    crew.run(settle, world, p=p)


def take_step(
    crew: Crew,
    seed: int,
    step: int,
    world: World,
    p: Parameters,
    arrest_chances: Chances,
    latent: bool,
) -> NDArray[np.int64]:
    """Advance every citizen by one step.

    Parameters
    ----------
    world
        With the signals of the day; its ``last_voice`` and ``last_ears`` are those of the step
        before. Its state is advanced in place.
    p
        Parameters as they act in a step (`acting_parameters`).
    arrest_chances
        From how many can be arrested and how many mobilised per region (R,) to each one's chance.
    latent
        Whether to count latent self-censorship too.

    Returns
    -------
    (R, len(TALLIES)) integer counts of the step.
    """
    world.tallies[:] = 0
    world.stirred[:] = 0
    voices = int(world.last_actor_counts.sum())
    if voices:
        crew.run(listen, world)
        if voices < PUSH_BELOW * len(world.state.voice):
            crew.hear(hear_by_push, world)
        else:
            crew.hear(tell, world)
            crew.hear(hear_by_pull, world)
        crew.run(feel_and_act, world, seed, step, p=p)
    else:
        crew.run(day_without_voices, world, seed, step, p=p)
    mobilised = np.add.reduceat(world.tallies[:, N_MOBILISE], world.region_block)
    world.signals["arrest_chance"] = arrest_chances(world.signals["arrests"], mobilised)
    if np.any(world.signals["blocked"]) or np.any(world.signals["blackout"]):
        crew.run(count_suppressed, world)
    crew.run(fate, world, seed, step, p=p)
    if latent:
        crew.run(count_latent, world, p=p)
    return by_region(world)


def turn_page(world: World) -> World:
    """Make today's voices, actors and ears those of the step before."""
    s = world.state
    return world._replace(
        state=s._replace(
            voice=s.last_voice, last_voice=s.voice, ears=s.last_ears, last_ears=s.ears,
            actors=s.last_actors, last_actors=s.actors,
        ),
        actor_counts=world.last_actor_counts,
        last_actor_counts=world.actor_counts,
    )  # fmt: skip
