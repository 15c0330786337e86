"""What follows from the dynamic state: rebuilt when a run goes on from a checkpoint."""

import numpy as np

from samizdat.core.layout import World
from samizdat.core.passes.hear import listen


def resume_state(world: World) -> None:
    """Rebuild who has a voice and who has access, from `DYNAMIC` and the signals of the last step.

    What a citizen heard in that step is not rebuilt: the next one begins by forgetting it.
    """
    state = world.state
    ears = state.ears.copy()  # of the morning; by now some are detained, others have a VPN
    listen(0, len(world.blocks), world)
    state.ears[:] = ears
    for b, (first, last, _) in enumerate(world.blocks.tolist()):
        actors = first + np.flatnonzero(state.voice[first:last])
        state.actors[first : first + len(actors)] = actors
        world.actor_counts[b] = len(actors)
