"""One step: passes over all blocks, divided among threads, with a barrier where others are read."""

import itertools
from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled
from samizdat.core.layout import (
    AWARE,
    DETAINED,
    N_MOBILISE,
    NEAR,
    NOW_AWARE,
    NOW_HELD,
    PLATFORMS,
    SILENT,
    WERE_HELD,
    WITH_VOICE,
    WITH_VPN,
    World,
)
from samizdat.core.parameters import grouped
from samizdat.core.passes.act import act
from samizdat.core.passes.count import count_latent, count_suppressed
from samizdat.core.passes.fate import fate
from samizdat.core.passes.feel import feel, settle
from samizdat.core.passes.hear import hear_by_pull, hear_by_push, listen, mark_speakers

PUSH_BELOW = 0.15  # share of citizens with a voice below which push costs less than pull
PARTS = 32  # most parts per thread: a busy region must not keep the other threads waiting
FEWEST = 8  # fewest blocks in a part: handing out a part takes time
Chances = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]
Hearing = Callable[[int, int, World], None]  # of the citizens first ... last - 1
Row = tuple[float, ...]  # all parameters, see `parameters.flat`


class ThreadTeam:
    """The threads that share the citizens; without an executor, the caller does all the work."""

    def __init__(self, pool: Executor | None = None, size: int = 1) -> None:
        self.pool, self.size = pool, size

    def run(self, one_pass: Callable[..., None], world: World, *others: object) -> None:
        """Run a pass over all blocks and wait until it is done everywhere."""
        n_blocks = len(world.blocks)
        if self.pool is None or n_blocks == 1:
            one_pass(0, n_blocks, world, *others)
            return
        parts = max(self.size, min(PARTS * self.size, n_blocks // FEWEST))
        self._share(one_pass, _equal_cuts(world.blocks, min(parts, n_blocks)), world, *others)

    def hear(self, hearing: Hearing, world: World) -> None:
        """Run a hearing method over all listeners, in ranges cut at multiples of NEAR."""
        n, parts = len(world.state.voice), 1 if self.pool is None else self.size
        cuts = sorted({0, n, *(n * k // parts // NEAR * NEAR for k in range(1, parts))})
        if len(cuts) == 2:
            hearing(0, n, world)
            return
        self._share(hearing, cuts, world)

    def _share(self, work: Callable[..., None], cuts: list[int], *others: object) -> None:
        """Let the caller and the pool take parts one after the other until all are done."""
        assert self.pool is not None
        left = iter(list(itertools.pairwise(cuts)))

        def take() -> None:
            for first, last in left:
                work(first, last, *others)

        jobs = [self.pool.submit(take) for _ in range(min(self.size, len(cuts) - 1) - 1)]
        try:
            take()
        finally:
            for job in jobs:  # even an interrupted caller must wait for them
                job.result()


def _equal_cuts(blocks: NDArray[np.int64], parts: int) -> list[int]:
    """Cut the blocks into consecutive parts of about equally many citizens."""
    n = int(blocks[-1, 1])
    targets = [n * k // parts for k in range(1, parts)]
    inner = np.searchsorted(blocks[:, 1], targets, side="left") + 1
    return sorted({0, *(int(b) for b in inner), len(blocks)})


@compiled
def begin(b0: int, b1: int, world: World, row: Row) -> None:
    """Set the reach and the beliefs of the citizens of some blocks before the first day."""
    listen(b0, b1, world)
    settle(b0, b1, world, grouped(row))


@compiled
def feel_and_act(
    b0: int, b1: int, world: World, row: Row, seed: int, step: int, heard: bool
) -> None:
    """Run feel and act on a block while it is in the near caches.

    ``heard`` says whether listening and hearing are done; if there was no voice to hear, the block
    listens here.
    """
    p = grouped(row)
    for b in range(b0, b1):
        if not heard:
            listen(b, b + 1, world)
        feel(b, b + 1, world, p)
        act(b, b + 1, b0, seed, step, world, p)


@compiled
def resolve_and_count(
    b0: int, b1: int, world: World, row: Row, seed: int, step: int, shut: bool, latent: bool
) -> None:
    """Resolve arrests and VPNs after everybody has decided; make the counts requested.

    Parameters
    ----------
    shut
        Whether to count the posts suppressed: without blocking or blackout there are none.
    latent
        Whether to count latent self-censorship.
    """
    p = grouped(row)
    if shut:
        count_suppressed(b0, b1, world)
    fate(b0, b1, seed, step, world, p)
    if latent:
        count_latent(b0, b1, world, p)


def compile_passes(world: World, row: Row) -> None:
    """Compile every pass, or load it from the cache, by running it over no citizens."""
    for hearing in (listen, mark_speakers, hear_by_pull, hear_by_push):
        hearing(0, 0, world)
    begin(0, 0, world, row)
    feel_and_act(0, 0, world, row, 0, 0, False)
    resolve_and_count(0, 0, world, row, 0, 0, False, False)


def by_region(world: World) -> NDArray[np.int64]:
    """Return the tallies of the step summed per region, (R, len(TALLIES))."""
    return np.add.reduceat(world.tallies, world.region_block, axis=0)


def first_state(team: ThreadTeam, world: World, row: Row) -> None:
    """Set every citizen's state before the first day; the signals are those of that day."""
    team.run(begin, world, row)


def take_step(
    team: ThreadTeam,
    seed: int,
    step: int,
    world: World,
    row: Row,
    arrest_chances: Chances,
    latent: bool,
) -> NDArray[np.int64]:
    """Advance every citizen by one step.

    Parameters
    ----------
    world
        With the signals of the day; its ``last_*`` are those of the step before. Its state is
        advanced in place.
    row
        Parameters as they act in a step (`acting_parameters`), in one row (`flat`).
    arrest_chances
        From how many can be arrested and how many mobilised per region (R,) to the chance of each.
    latent
        Whether to count latent self-censorship too.

    Returns
    -------
    (R, len(TALLIES)) integer counts of the step.
    """
    world.tallies[:] = 0
    world.caches.dirty[:] = 0
    if not world.shortcuts:  # every counter is valid, and 0
        world.caches.dirty[:] = 1
        world.state.heard[:] = 0
    voices = int(world.caches.block_counts[:, WITH_VOICE].sum())
    hearing = voices > 0 or not world.shortcuts
    if hearing:
        team.run(listen, world)
        if voices < PUSH_BELOW * len(world.state.voice):
            team.hear(hear_by_push, world)
        else:
            team.hear(mark_speakers, world)
            team.hear(hear_by_pull, world)
    team.run(feel_and_act, world, row, seed, step, hearing)
    signals = world.signals
    mobilised = np.add.reduceat(world.tallies[:, N_MOBILISE], world.region_block)
    signals["arrest_chance"] = arrest_chances(signals["arrests"], mobilised)
    shut = _anything_shut(signals) or not world.shortcuts
    team.run(resolve_and_count, world, row, seed, step, shut, latent)
    return by_region(world)


def _anything_shut(signals: NDArray[np.void]) -> bool:
    """Whether a post can be suppressed today; if not, all with a platform in common hear it.

    Nobody posts in the foreign press: where it alone is blocked, no post is suppressed.
    """
    return bool((signals["blocked"] & PLATFORMS).any() or signals["blackout"].any())


def swap_buffers(world: World) -> World:
    """Make today's voices, actors and ears those of the step before."""
    s, caches = world.state, world.caches
    return world._replace(
        state=s._replace(
            voice=s.last_voice,
            last_voice=s.voice,
            ears=s.last_ears,
            last_ears=s.ears,
            actors=s.last_actors,
            last_actors=s.actors,
        ),
        caches=caches._replace(
            actor_counts=caches.last_actor_counts, last_actor_counts=caches.actor_counts
        ),
    )


def resume_state(world: World) -> None:
    """Rebuild access, actors and the counts of each block from `DYNAMIC` and the last signals.

    What a citizen heard in that step is not rebuilt, since the next step clears it. Which blocks
    are at rest is not rebuilt either: the next step determines it.
    """
    state = world.state
    ears = state.ears.copy()  # those of the step, before its detentions and new VPNs
    listen(0, len(world.blocks), world)
    state.ears[:] = ears
    for b, (first, last, _) in enumerate(world.blocks.tolist()):
        postures = state.posture[first:last]
        actors = first + np.flatnonzero(postures != SILENT)
        state.actors[first : first + len(actors)] = actors
        world.caches.actor_counts[b] = len(actors)
        counts = world.caches.block_counts[b]
        counts[NOW_AWARE] = np.count_nonzero(state.attention[first:last] == AWARE)
        counts[NOW_HELD] = np.count_nonzero(state.days_left[first:last])
        counts[WERE_HELD] = np.count_nonzero(postures == DETAINED)
        counts[WITH_VOICE] = np.count_nonzero(state.voice[first:last])
        counts[WITH_VPN] = np.count_nonzero(state.circumventing[first:last])
