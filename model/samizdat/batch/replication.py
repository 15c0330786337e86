"""How many replicates each point needs, on the evidence so far."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from samizdat.batch.experiment import UntilHalfWidth

CONFIDENCE = 0.95


def half_widths(values: "pd.Series[float]", by: NDArray[np.int64], points: int) -> pd.DataFrame:
    """Return how wide the interval of each point's mean is: columns n and half_width (points,).

    Student's t for numbers; for yes and no, Wilson's (1927), which is not 0 where all agree.
    """
    known = values.notna().to_numpy()
    yes_no = values.dtype == bool
    numbers = values.to_numpy(np.float64, na_value=np.nan)[known]
    group = by[known]
    n = np.bincount(group, minlength=points).astype(np.float64)
    with np.errstate(all="ignore"):
        mean = np.bincount(group, numbers, points) / n
        if yes_no:
            z2 = stats.norm.ppf(0.5 + CONFIDENCE / 2) ** 2
            half = np.sqrt(z2 * (mean * (1 - mean) / n + z2 / (4 * n * n))) / (1 + z2 / n)
        else:
            spread = np.bincount(group, (numbers - mean[group]) ** 2, points) / (n - 1)
            half = stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1) * np.sqrt(spread / n)
    return pd.DataFrame({"n": n.astype(np.int64), "half_width": half})


def wanted(
    rule: UntilHalfWidth, counts: NDArray[np.int64], half: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return how many replicates each point should have by now (points,).

    A point whose interval is narrow enough, or that has the most that are allowed, stays. One whose
    interval is unknown (no run gave the measure) goes on.
    """
    narrow = half <= rule.until_half_width
    return np.where(narrow, counts, np.minimum(counts + rule.batch, rule.max))
