"""What follows from the dynamic state: rebuilt when a run goes on from a checkpoint."""

import numpy as np

from samizdat.core.layout import (
    AWARE,
    DETAINED,
    NOW_AWARE,
    NOW_HELD,
    SILENT,
    WERE_HELD,
    WITH_VOICE,
    WITH_VPN,
    World,
)
from samizdat.core.passes.hear import listen


def resume_state(world: World) -> None:
    """Rebuild access, actors and what stands of each block, from `DYNAMIC` and the last signals.

    What a citizen heard in that step is not rebuilt: the next one begins by forgetting it. Nor is
    which blocks are at rest: the next step finds that out.
    """
    state = world.state
    ears = state.ears.copy()  # of the morning; by now some are detained, others have a VPN
    listen(0, len(world.blocks), world)
    state.ears[:] = ears
    for b, (first, last, _) in enumerate(world.blocks.tolist()):
        postures = state.posture[first:last]
        actors = first + np.flatnonzero(postures != SILENT)
        state.actors[first : first + len(actors)] = actors
        world.actor_counts[b] = len(actors)
        standing = world.standing[b]
        standing[NOW_AWARE] = np.count_nonzero(state.attention[first:last] == AWARE)
        standing[NOW_HELD] = np.count_nonzero(state.days_left[first:last])
        standing[WERE_HELD] = np.count_nonzero(postures == DETAINED)
        standing[WITH_VOICE] = np.count_nonzero(state.voice[first:last])
        standing[WITH_VPN] = np.count_nonzero(state.circumventing[first:last])
