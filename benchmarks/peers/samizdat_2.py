"""samizdat, two threads."""

from benchmarks.peers.samizdat_1 import RULE, on_threads
from benchmarks.task import Played, Task, Uniforms

NAME = "samizdat, 2 threads"
__all__ = ["NAME", "RULE", "play"]


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Do the task."""
    return on_threads(task, 2, uniforms)
