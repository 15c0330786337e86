"""Spells: steps in a row on which many were in the street, counted in inhabitants."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

AT_LEAST = 50.0  # inhabitants: the least that counts in Mass Mobilization Protest Data


class Spells(NamedTuple):
    """Spells in order of their first step, then of the region; arrays (spells,)."""

    region: NDArray[np.int64]  # its number
    first: NDArray[np.int64]  # its first row, from 0
    last: NDArray[np.int64]  # its last row


def inhabitants_in_street(
    mobilised: NDArray[np.int64], inhabitants_per_citizen: float
) -> NDArray[np.float64]:
    """Return citizens in the street, of any shape, as inhabitants."""
    return np.asarray(mobilised * inhabitants_per_citizen, np.float64)


def spells_of(there: NDArray[np.bool_]) -> Spells:
    """Return the runs of rows in a row on which a column is true.

    Parameters
    ----------
    there
        (T, R) one row per step, one column per region.
    """
    none = np.zeros((1, there.shape[1]), bool)
    turns = np.diff(np.concatenate([none, there, none]).astype(np.int8), axis=0)
    # Along the columns both list the same spells: the k-th begin belongs to the k-th end.
    region, first = np.nonzero(turns.T > 0)
    _, after = np.nonzero(turns.T < 0)
    order = np.lexsort((region, first))
    return Spells(region[order], first[order], after[order] - 1)


def inhabitants_per_citizen(populations: Sequence[float | None], citizens: int) -> float | None:
    """Return how many inhabitants a citizen stands for; None if a population is not known."""
    known = [float(each) for each in populations if each is not None]
    return sum(known) / citizens if known and len(known) == len(populations) else None
