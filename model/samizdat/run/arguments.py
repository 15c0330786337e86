"""Arguments of a run besides its scenario: numbers made exactly what compiled code takes."""

import os
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import format_value, whole_number
from samizdat.scenario.schema import ScenarioError

SEED_LIMIT = 2**63
MAX_THREADS = 1024


class Call(NamedTuple):
    """The seed and the number of threads of a run, as Python integers."""

    seed: int
    threads: int | None  # None: one for each core


def whole(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number of any integer type as a Python int.

    Raises
    ------
    ScenarioError
        It names the argument, its value and what is allowed: truth values, fractions, text and
        None are no whole numbers.
    """
    try:
        return whole_number(name, value, low, high)
    except ValueError as error:
        raise ScenarioError(str(error)) from None


def check_seed(seed: object) -> int:
    """Return a seed as a Python int.

    Raises
    ------
    ScenarioError
        It names the seed, and what is allowed.
    """
    return whole("seed", seed, 0, SEED_LIMIT - 1)


def check_call(seed: object, threads: object) -> Call:
    """Return the seed and the number of threads as Python integers.

    Compiled code is compiled again, for minutes, for each other type of number.

    Raises
    ------
    ScenarioError
        It names the seed or the number of threads, and what is allowed.
    """
    count = None if threads is None else whole("threads", threads, 1, MAX_THREADS)
    return Call(check_seed(seed), count)


def citizen_numbers(ids: object, citizens: int) -> range | NDArray[np.int64]:
    """Return numbers of citizens, of any integer type, as a range or an array (k,) of int64.

    Raises
    ------
    ScenarioError
        It gives the number of which there is no citizen, or what was given instead of numbers.
    """
    if isinstance(ids, range):
        ends = [*ids[:1], *ids[-1:]]
    else:
        given = np.asarray(ids)
        if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
            raise ScenarioError(f"citizens = {format_value(ids)} is no list of whole numbers")
        ends = [given.min(), given.max()] if given.size else []
    for i in ends:
        whole("citizen", i, 0, citizens - 1)
    return ids if isinstance(ids, range) else given.astype(np.int64, copy=False)


def available_cores() -> int:
    """Return how many cores this process may use: the default number of threads."""
    return len(os.sched_getaffinity(0))
