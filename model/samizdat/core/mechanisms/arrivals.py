"""Arrivals: grievances come at random, sooner where opposition has grown and after others.

    lambda_r = mu / 365.25 n_r exp(opposition (O_r - O_r0)) + omega (own X_r + far n_r sum X)
    X_r      sum over the earlier ones of the region of shock exp(-omega age)
    one arrives in region r  iff  u < 1 - exp(-days lambda_r)
    shock = (1 - (1 - u)^(1 / shock_b))^(1 / shock_a)
    coverage_online = min(1, news exp(z)), z the normal quantile of u; coverage = press times that

n_r is the region's share of the citizens, so that a model of another size has as many grievances a
year; O_r its mean opposition in the last step, O_r0 that of the first. The excitation is that of
Hawkes (1971, Biometrika 58:83); the distribution of shocks is Kumaraswamy's (1980, J. Hydrology
46:79). The numbers are assumed. These rules are asked once a region and morning, not once a
citizen, and are not compiled.
"""

import math
from decimal import Context, Decimal
from typing import Annotated, NamedTuple

from samizdat.core.exponential import exp_minus
from samizdat.core.quantity import Quantity

YEAR = 365.25  # days
_LEAST = 2.0**-33  # of all draws
_DIGITS = Context(prec=40)  # powers and logarithms are rounded once: the same bits everywhere


class Arrivals(NamedTuple):
    """Parameters of grievances that arrive."""

    mu: Annotated[
        float, Quantity("grievances that arrive in the nation", 0, 1000, "1/year", off=0)
    ] = 0.0
    own: Annotated[
        float, Quantity("grievances in the same region that a full shock brings about", 0, 1, off=0)
    ] = 0.2
    far: Annotated[
        float, Quantity("grievances in the nation that a full shock brings about", 0, 1, off=0)
    ] = 0.3
    omega: Annotated[
        float, Quantity("decay of what one grievance does to the next", 0, 5, "1/day", off=0)
    ] = 0.15
    opposition: Annotated[
        float, Quantity("growth of the rate with a region's mean opposition", 0, 100, off=0)
    ] = 10.0
    shock_a: Annotated[float, Quantity("first shape of the shocks", 0.1, 10)] = 1.5
    shock_b: Annotated[float, Quantity("second shape of the shocks", 0.1, 10)] = 3.0
    days: Annotated[float, Quantity("days that a grievance runs", 0.1, 365, "day")] = 5.0
    news: Annotated[float, Quantity("median of the coverage online", 0, 1, "1/day", off=0)] = 0.02
    press: Annotated[
        float, Quantity("coverage by the press, as a share of that online", 0, 1, off=0)
    ] = 0.5


def growth(change: float, p: Arrivals) -> float:
    """Return by what a region's rate is multiplied as its mean opposition changes, at least 0.

    exp(opposition change), ``change`` = O_r - O_r0 in [-1, 1].
    """
    return _exp(p.opposition * change)


def faded(excitation: float, step_days: float, p: Arrivals) -> float:
    """Return what is left of an excitation after a step: X exp(-omega days)."""
    return excitation * exp_minus(p.omega * step_days)


def intensity(share: float, change: float, near: float, everywhere: float, p: Arrivals) -> float:
    """Return lambda_r, the hazard (1/day) that a grievance arrives in a region; 0 with mu 0.

    Parameters
    ----------
    share
        n_r, of the citizens, in (0, 1].
    change
        O_r - O_r0, of mean opposition.
    near, everywhere
        The excitation X of the region, and its sum over all regions.
    """
    if p.mu <= 0.0:
        return 0.0
    background = p.mu / YEAR * share * growth(change, p)
    return background + p.omega * (p.own * near + p.far * share * everywhere)


def arrives(draw: float, rate: float, step_days: float) -> bool:
    """Whether a grievance arrives in a step: u < 1 - exp(-days lambda)."""
    return draw < 1.0 - exp_minus(step_days * rate)


def shock(draw: float, p: Arrivals) -> float:
    """Return the shock in [0, 1] of which the share ``draw`` of all shocks is below.

    The quantile of Kumaraswamy's distribution, (1 - (1 - u)^(1/b))^(1/a).
    """
    one = Decimal(1)
    above = _DIGITS.power(
        _DIGITS.subtract(one, Decimal(draw)), _DIGITS.divide(one, Decimal(p.shock_b))
    )
    root = _DIGITS.divide(one, Decimal(p.shock_a))
    return float(_DIGITS.power(_DIGITS.subtract(one, above), root))


def coverage_online(draw: float, p: Arrivals) -> float:
    """Return the hazard (1/day) of news online: log-normal about its median, at most 1."""
    return min(1.0, p.news * _exp(normal_quantile(draw)))


def coverage_by_press(online: float, p: Arrivals) -> float:
    """Return the hazard (1/day) of news by press and word, as a share of that online."""
    return p.press * online


def normal_quantile(u: float) -> float:
    """Return z with Phi(z) = u, to six digits; u in [2^-33, 1 - 2^-33], where all draws lie.

    Algorithm AS 241, PPND7 (Wichura 1988, Applied Statistics 37:477). The standard library's
    quantile takes the logarithm of the C library, whose last bit differs between machines.
    """
    u = min(max(u, _LEAST), 1.0 - _LEAST)
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        above = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
        return q * above / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0)
    r = math.sqrt(-float(_DIGITS.ln(Decimal(min(u, 1.0 - u))))) - 1.6
    above = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
    z = above / ((0.12021132975 * r + 0.73700164250) * r + 1.0)
    return -z if q < 0.0 else z


def _exp(x: float) -> float:
    """Return exp(x), the same bits on every machine."""
    return exp_minus(-x) if x <= 0.0 else 1.0 / exp_minus(x)
