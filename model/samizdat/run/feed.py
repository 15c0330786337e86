"""What strangers post: the share of each platform's users who posted in the last step."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.layout import MAX_PLATFORMS, PLATFORMS, World
from samizdat.core.passes.posters import count_posters, move_users, write_shares

_BITS = np.arange(MAX_PLATFORMS)


class Feed:
    """Writes `World.posting_share` for the day from the counts of the last step.

    Posters are counted from the lists of actors. Users change with adoption: the citizens of a
    region are put in order of their adoption rank, when the feed can matter for the first time, and
    from then on only those are visited who came online since. All of it follows from the state and
    the traits, so no checkpoint holds it.

    Attributes
    ----------
    order
        (n,) the citizens, region by region, in order of their adoption rank; None until needed.
    """

    def __init__(self, sizes: NDArray[np.int64]) -> None:
        self._first = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        self.order: NDArray[np.int32] | None = None
        self._online = np.zeros(len(sizes), np.int64)
        self._users = np.zeros((len(sizes), MAX_PLATFORMS), np.int64)
        self._posters = np.zeros(MAX_PLATFORMS, np.int64)

    def update(
        self,
        world: World,
        feed: float,
        adoption: NDArray[np.float64],
        allowed: NDArray[np.uint16],
    ) -> None:
        """Write the day's shares; the buffers are swapped, the citizens have not moved yet.

        Parameters
        ----------
        feed
            The parameter of the day; where it is 0, or no event runs, no share is needed.
        adoption, allowed
            (R,) signals of the step before.
        """
        if feed > 0.0 and world.signals["running"].any() and self._count_posters(world):
            users = self._count_users(world, adoption, allowed)
            write_shares(self._posters, users, world.posting_share)
        elif world.posting_share[PLATFORMS] > 0.0:
            world.posting_share[:] = 0.0

    def _count_posters(self, world: World) -> bool:
        """Count who spoke on each platform in the step before; return whether anybody did.

        Without shortcuts, of everybody.
        """
        state, caches = world.state, world.caches
        if not world.shortcuts:
            self._posters[:] = _users_of(state.last_voice)
        else:
            count_posters(
                world.blocks, caches.last_actor_counts, state.last_actors, state.last_voice,
                self._posters,
            )  # fmt: skip
        return bool(self._posters.any())

    def _count_users(
        self, world: World, adoption: NDArray[np.float64], allowed: NDArray[np.uint16]
    ) -> NDArray[np.int64]:
        """Count who had each platform in the step before; without shortcuts, of everybody."""
        if not world.shortcuts:
            return _users_of(world.state.access)
        traits = world.traits
        if self.order is None:
            self.order = _by_rank(traits.adoption_rank, self._first)
        move_users(
            adoption, self._first, self.order, traits.adoption_rank, traits.platforms,
            self._online, self._users,
        )  # fmt: skip
        there = (allowed[:, None] >> _BITS) & 1
        return np.asarray((self._users * there).sum(axis=0), np.int64)


def _users_of(bits: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Count how many of these sets have each platform."""
    return np.array([np.count_nonzero(bits & (1 << k)) for k in range(MAX_PLATFORMS)], np.int64)


def _by_rank(rank: NDArray[np.float32], first: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the citizens of each region in order of their adoption rank."""
    order = np.empty(len(rank), np.int32)
    for r in range(len(first) - 1):
        begin, end = int(first[r]), int(first[r + 1])
        order[begin:end] = begin + np.argsort(rank[begin:end])
    return order
