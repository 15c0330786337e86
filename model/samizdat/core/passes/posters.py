"""Posters: which share of a platform's users posted, of whom all others there may see a post.

Users and posters are counts of the last step, so that nobody reads today's voices: users have the
platform, blocked or not, and posters spoke on it.
"""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import compiled
from samizdat.core.layout import FIRST, MAX_PLATFORMS, PLATFORMS


@compiled
def count_posters(
    blocks: NDArray[np.int64],
    actor_counts: NDArray[np.int64],
    actors: NDArray[np.int32],
    voice: NDArray[np.uint16],
    posters: NDArray[np.int64],
) -> None:
    """Write how many spoke on each platform, (MAX_PLATFORMS,), from the lists of actors."""
    posters[:] = 0
    for b in range(blocks.shape[0]):
        slot = int(blocks[b, FIRST])
        for at in range(slot, slot + int(actor_counts[b])):
            said = int(voice[int(actors[at])]) & PLATFORMS
            k = 0
            while said:
                posters[k] += said & 1
                said >>= 1
                k += 1


@compiled
def move_users(
    adoption: NDArray[np.float64],
    first: NDArray[np.int64],
    order: NDArray[np.int32],
    rank: NDArray[np.float32],
    platforms: NDArray[np.uint16],
    online: NDArray[np.int64],
    users: NDArray[np.int64],
) -> None:
    """Update how many of those online in each region use each platform, (R, MAX_PLATFORMS).

    Only those are visited who came online or left since the last call: from ``first[r]`` on,
    ``order`` lists a region's citizens by adoption_rank, and the first ``online[r]`` are online.
    """
    for r in range(adoption.size):
        begin, end, share = int(first[r]), int(first[r + 1]), float(adoption[r])
        at = begin + int(online[r])
        while at < end and float(rank[int(order[at])]) < share:
            for k in range(MAX_PLATFORMS):
                users[r, k] += (int(platforms[int(order[at])]) >> k) & 1
            at += 1
        while at > begin and float(rank[int(order[at - 1])]) >= share:
            at -= 1
            for k in range(MAX_PLATFORMS):
                users[r, k] -= (int(platforms[int(order[at])]) >> k) & 1
        online[r] = at - begin


@compiled
def write_shares(
    posters: NDArray[np.int64], users: NDArray[np.int64], posting: NDArray[np.float64]
) -> None:
    """Write, for each set of platforms, the sum of posters / users, in ascending order.

    A platform without users adds nothing.
    """
    posting[0] = 0.0
    for k in range(MAX_PLATFORMS):
        share = 0.0
        if int(users[k]) > 0:
            share = float(posters[k]) / float(users[k])
        for lower in range(1 << k):
            posting[(1 << k) + lower] = posting[lower] + share
