"""Internet adoption: the nation's curve, and regions that lead or lag behind it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity

Floats = NDArray[np.float64]


class Adoption(NamedTuple):
    """The curve of internet use: A(t) = ceiling / (1 + exp(-rate (t - midpoint)))."""

    ceiling: Annotated[
        float, Quantity("share online in the long run; 0: nobody ever", 0, 1, off=0)
    ] = 0.80
    rate: Annotated[float, Quantity("growth of internet use", 0.01, 10, "1/year")] = 0.497
    midpoint: Annotated[float, Quantity("when half the ceiling is online", 1980, 2100, "year")] = (
        2012.03
    )
    urban_lead: Annotated[
        float,
        Quantity("years by which an all-urban region is ahead of an all-rural one", 0, 30, "year"),
    ] = 0.0


def year_of(date: dt.date) -> float:
    """Return a date as a year with a fraction."""
    first, next_first = dt.date(date.year, 1, 1), dt.date(date.year + 1, 1, 1)
    return date.year + (date - first).days / (next_first - first).days


def logistic_curve(years: Floats, curve: Adoption) -> Floats:
    """Return the share online by the logistic curve; exactly 0 if the ceiling is 0."""
    steepness = -curve.rate * (years - curve.midpoint)
    return np.asarray(curve.ceiling / (1.0 + np.exp(np.minimum(700.0, steepness))))


def series_curve(years: Floats, series: Mapping[int, float]) -> Floats:
    """Return the share online, interpolated between mid-years of a series, constant outside it."""
    known = sorted(series)
    return np.interp(years, [y + 0.5 for y in known], [series[y] for y in known])


def regional_shifts(
    own: Sequence[float],
    urban: Sequence[float | None],
    urban_lead: float,
    sizes: NDArray[np.int64],
) -> Floats:
    """Return by how many years each region lags behind the nation (R,).

    If all urban shares are known, an all-urban region leads an all-rural one by ``urban_lead``
    years.
    """
    shifts = np.array(own, float)
    if urban_lead and all(share is not None for share in urban):
        shares = np.array(urban, float)
        shifts -= urban_lead * (shares - float(shares @ sizes) / float(sizes.sum()))
    return shifts


def regional_curves(
    years: Floats, nation: Callable[[Floats], Floats], shifts: Floats, sizes: NDArray[np.int64]
) -> Floats:
    """Return the share online per year and region, (T, R).

    Regions follow the nation's curve A earlier or later: A(t - s_r - c(t)), with the common shift
    c(t) such that the mean over citizens is A(t). So no region ever falls or exceeds the ceiling.
    """
    whole = nation(years)
    if not np.any(shifts):
        return np.repeat(whole[:, None], len(sizes), axis=1)
    weights = sizes / sizes.sum()
    low, high = np.full(len(years), -shifts.max()), np.full(len(years), -shifts.min())
    for _ in range(60):
        middle = (low + high) / 2
        above = nation(years[:, None] - shifts - middle[:, None]) @ weights > whole
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return nation(years[:, None] - shifts - high[:, None])
