"""One step: the passes over all blocks, shared out over threads, with a barrier after each."""

import itertools
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samizdat.core.layout import N_MOBILISE, World
from samizdat.core.parameters import Parameters
from samizdat.core.passes.act import act
from samizdat.core.passes.count import count_latent, count_suppressed
from samizdat.core.passes.fate import fate
from samizdat.core.passes.feel import feel, settle
from samizdat.core.passes.hear import hear_by_pull, hear_by_push, listen

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


def _equal_cuts(blocks: NDArray[np.int64], parts: int) -> list[int]:
    """Cut the blocks into runs of about equally many citizens."""
    n = int(blocks[-1, 1])
    targets = [n * k // parts for k in range(1, parts)]
    inner = np.searchsorted(blocks[:, 1], targets, side="left") + 1
    return sorted({0, *(int(b) for b in inner), len(blocks)})


def compile_passes(world: World, p: Parameters) -> None:
    """Compile every pass, or load it from the cache, by running it over no citizens."""
    for without in (listen, hear_by_pull, hear_by_push, count_suppressed):
        without(0, 0, world)
    for with_parameters in (settle, feel, count_latent):
        with_parameters(0, 0, world, p)
    for drawing in (act, fate):
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
    crew.run(listen, world)
    voices = int(world.actor_counts.sum())
    if voices:
        n = len(world.state.voice)
        crew.run(hear_by_push if voices < PUSH_BELOW * n else hear_by_pull, world)
    crew.run(feel, world, p=p)
    crew.run(act, world, seed, step, p=p)
    mobilised = np.add.reduceat(world.tallies[:, N_MOBILISE], world.region_block)
    world.signals["arrest_chance"] = arrest_chances(world.signals["arrests"], mobilised)
    if np.any(world.signals["blocked"]) or np.any(world.signals["blackout"]):
        crew.run(count_suppressed, world)
    crew.run(fate, world, seed, step, p=p)
    if latent:
        crew.run(count_latent, world, p=p)
    return by_region(world)


def turn_page(world: World) -> World:
    """Make today's voices and ears those of the step before."""
    s = world.state
    return world._replace(
        state=s._replace(voice=s.last_voice, last_voice=s.voice, ears=s.last_ears, last_ears=s.ears)
    )
