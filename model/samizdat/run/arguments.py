"""Arguments of a run besides its scenario: the seed and the number of threads."""

import os

from samizdat.scenario.schema import ScenarioError

SEED_LIMIT = 2**63
MAX_THREADS = 1024


def check_call(seed: int, threads: int | None) -> None:
    """Check seed and number of threads.

    Raises
    ------
    ScenarioError
        It names the seed or the number of threads, and what is allowed.
    """
    if not 0 <= seed < SEED_LIMIT:
        raise ScenarioError(f"seed = {seed} is outside 0 ... {SEED_LIMIT - 1}")
    if threads is not None and not 1 <= threads <= MAX_THREADS:
        raise ScenarioError(f"threads = {threads} is outside 1 ... {MAX_THREADS}")


def available_cores() -> int:
    """Return how many cores this process may use: the default number of threads."""
    return len(os.sched_getaffinity(0))
