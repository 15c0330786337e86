"""The film of a run: its last days are simulated once more, and drawn."""

import copy
from collections.abc import Callable

from samizdat.page.history import Snapshots, copied, keep_own_rows
from samizdat.page.replay import Replay
from samizdat.run.simulation import Simulation

LONGEST_FILM = 150  # pictures: of the last days up to the one shown


def copy_of(run: Replay) -> Replay:
    """Return a copy of a run, at the day shown, that can go back and forth on its own."""
    own = copy.copy(run)
    own.simulation = copied(run.simulation)
    keep_own_rows(own.simulation)
    own.changes = list(run.changes[: run.applied])
    own._ids = dict(run._ids)
    own.snapshots = _copied(run.snapshots)
    own.farthest = run.step_number
    return own


def _copied(snapshots: Snapshots) -> Snapshots:
    own = copy.copy(snapshots)
    own._kept, own._sizes = dict(snapshots._kept), dict(snapshots._sizes)
    return own


def frames_of(
    runs: tuple[Replay, ...], draw: Callable[[tuple[Simulation, ...]], bytes]
) -> list[bytes]:
    """Return the pictures of the last days up to the one shown.

    Parameters
    ----------
    runs
        A copy of a run; of its twin too, where both are drawn.
    draw
        Draws a day of all these runs.
    """
    last = runs[0].step_number
    first = max(0, last - LONGEST_FILM + 1)
    for run in runs:
        run.approach(first)
    frames = []
    for step in range(first, last + 1):
        for run in runs:
            while run.step_number < step:
                run.step()
        frames.append(draw(tuple(run.simulation for run in runs)))
    return frames
