"""Means and their 95 % intervals over replicates, for all groups of runs together.

Numbers have Student's t interval, which is not clipped: a bound below 0 shows that there are too
few runs. Yes and no have the score interval of Wilson (1927), which keeps its level near 0 and 1.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

LEVEL = 0.95
STUDENT, WILSON = "t", "wilson"
COLUMNS = ("n", "mean", "sd", "low", "high")
_SIDE = 0.5 + LEVEL / 2

Numbers = NDArray[np.float64]


def student(n: Numbers, mean: Numbers, sd: Numbers) -> tuple[Numbers, Numbers]:
    """Return the bounds of means of n values each; they are NaN for fewer than two values.

    >>> low, high = student(np.array([4.0, 1.0]), np.array([1.0, 1.0]), np.array([2.0, np.nan]))
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([-2.18, nan], [4.18, nan])
    """
    several = np.where(n > 1, n, np.nan)
    half = special.stdtrit(several - 1, _SIDE) * sd / np.sqrt(several)
    return mean - half, mean + half


def wilson(n: Numbers, share: Numbers) -> tuple[Numbers, Numbers]:
    """Return the bounds of shares, each of n trials (Wilson 1927).

    >>> low, high = wilson(np.array([10.0, 0.0]), np.array([0.0, np.nan]))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, nan], [0.278, nan])
    """
    z = special.ndtri(_SIDE)
    trials = np.where(n > 0, n, np.nan)
    scale = 1 + z**2 / trials
    middle = (share + z**2 / (2 * trials)) / scale
    half = z / scale * np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    return np.clip(middle - half, 0.0, share), np.clip(middle + half, share, 1.0)


def described(values: ArrayLike, groups: ArrayLike, yes_no: bool) -> pd.DataFrame:
    """Return n, mean, sd, low and high of each group, groups in order; NaN is ignored.

    Parameters
    ----------
    values
        Numbers; 1 and 0 for yes and no.
    groups
        A key for each value.
    """
    column = pd.Series(np.asarray(values, np.float64))
    grouped = column.groupby(np.asarray(groups), sort=True)
    found = pd.DataFrame({"n": grouped.count(), "mean": grouped.mean(), "sd": grouped.std()})
    return bounded(found, yes_no)


def bounded(found: pd.DataFrame, yes_no: bool) -> pd.DataFrame:
    """Add low and high to n, mean and sd."""
    n, mean, sd = (found[name].to_numpy(np.float64) for name in ("n", "mean", "sd"))
    low, high = wilson(n, mean) if yes_no else student(n, mean, sd)
    return found.assign(low=low, high=high)


def name_of(yes_no: bool) -> str:
    """Return the name of the interval for a caption."""
    return "Wilson" if yes_no else "Student's t"


def codes_of(columns: pd.DataFrame, names: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of each row's combination of values, in order of appearance."""
    if not names:
        return np.zeros(len(columns), np.int64)
    grouped = columns.groupby(list(names), sort=False, dropna=False)
    return np.asarray(grouped.ngroup(), np.int64)
