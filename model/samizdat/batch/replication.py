"""How many replicates each point needs, on the evidence so far."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.experiment import UntilHalfWidth
from samizdat.intervals import described


def half_widths(values: "pd.Series[float]", by: NDArray[np.int64], points: int) -> pd.DataFrame:
    """Return how wide the interval of each point's mean is: columns n and half_width (points,).

    Student's t for numbers; for yes and no, Wilson's (1927), which is not 0 where all agree.
    """
    numbers = values.to_numpy(np.float64, na_value=np.nan)
    found = described(numbers, by, values.dtype == bool).reindex(range(points))
    half = (found["high"] - found["low"]) / 2
    return pd.DataFrame({"n": found["n"].fillna(0).astype(np.int64), "half_width": half})


def wanted(
    rule: UntilHalfWidth, counts: NDArray[np.int64], half: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return how many replicates each point should have by now (points,).

    A point whose interval is narrow enough, or that has the most that are allowed, stays. One whose
    interval is unknown (no run gave the measure) goes on.
    """
    narrow = half <= rule.until_half_width
    return np.where(narrow, counts, np.minimum(counts + rule.batch, rule.max))
