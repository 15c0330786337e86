"""Grievances that arrive: how often, how strong, and how widely known."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat.core.mechanisms import arrivals
from samizdat.core.mechanisms.arrivals import Arrivals
from samizdat.core.parameters import declared

P = Arrivals(mu=25.0)
unit, change = st.floats(0, 1), st.floats(-1, 1)
sums = st.floats(0, 50)
any_p = st.builds(Arrivals, **{name: st.floats(q.low, q.high) for name, q, _ in declared(Arrivals)})
law = settings(max_examples=200, deadline=None, derandomize=True)


def test_the_rate_is_that_of_the_year_shared_out_by_citizens():
    assert arrivals.intensity(0.2, 0, 0, 0, P) == pytest.approx(25 / 365.25 * 0.2)


def test_opposition_multiplies_the_background_and_not_the_excitation():
    excited = 0.15 * (0.2 * 0.7 + 0.3 * 0.1 * 0.9)
    expected = 25 / 365.25 * 0.1 * math.exp(10 * 0.05) + excited
    assert arrivals.intensity(0.1, 0.05, 0.7, 0.9, P) == pytest.approx(expected, rel=1e-14)


def test_a_shock_brings_about_own_and_far_grievances_in_all():
    """The integral of omega exp(-omega t), in steps of a hundredth of a day."""
    shares, excitation, total = [0.25, 0.75], [0.6, 0.0], 0.0
    background = sum(arrivals.intensity(n, 0, 0, 0, P) for n in shares)
    for _ in range(20_000):
        rates = [
            arrivals.intensity(n, 0, x, sum(excitation), P)
            for n, x in zip(shares, excitation, strict=True)
        ]
        total += 0.01 * (sum(rates) - background)
        excitation = [arrivals.faded(x, 0.01, P) for x in excitation]
    assert total == pytest.approx(0.6 * (0.2 + 0.3), rel=2e-3)


@law
@given(unit, change, change, sums, sums, any_p)
def test_the_rate_rises_with_opposition_and_is_never_negative(share, one, other, near, all_, p):
    low, high = sorted((one, other))
    rates = [arrivals.intensity(share, x, near, near + all_, p) for x in (low, high)]
    assert 0 <= rates[0] <= rates[1] * (1 + 1e-12)


@law
@given(unit, change, sums, any_p)
def test_without_a_background_nothing_arrives(share, grown, near, p):
    assert arrivals.intensity(share, grown, near, near, p._replace(mu=0.0)) == 0
    assert not arrivals.arrives(2.0**-33, 0.0, 30.0)


@law
@given(unit, st.floats(0, 100), st.floats(0, 100), st.floats(0.1, 30))
def test_what_arrives_at_a_rate_arrives_at_a_higher_one(draw, one, other, step_days):
    low, high = sorted((one, other))
    if arrivals.arrives(draw, low, step_days):
        assert arrivals.arrives(draw, high, step_days)


@law
@given(sums, st.floats(0.1, 10), any_p)
def test_an_excitation_fades_alike_in_one_step_and_in_two(excitation, step_days, p):
    twice = arrivals.faded(arrivals.faded(excitation, step_days, p), step_days, p)
    assert twice == pytest.approx(arrivals.faded(excitation, 2 * step_days, p), rel=1e-12)


def kumaraswamy(x, a, b):
    """The share of shocks up to x."""
    return 1 - (1 - x**a) ** b


@law
@given(st.floats(2.0**-33, 1 - 2.0**-33), st.floats(0.5, 5), st.floats(0.5, 5))
def test_the_shock_is_the_quantile_of_its_distribution(u, a, b):
    x = arrivals.shock(u, P._replace(shock_a=a, shock_b=b))
    assert 0 <= x <= 1
    assert kumaraswamy(x, a, b) == pytest.approx(u, abs=1e-7)


def test_shocks_have_the_mean_of_their_shapes():
    """b B(1 + 1/a, b), with the defaults."""
    beta = math.gamma(1 + 1 / 1.5) * math.gamma(3) / math.gamma(4 + 1 / 1.5)
    mean = np.mean([arrivals.shock((k + 0.5) / 1000, P) for k in range(1000)])
    assert mean == pytest.approx(3 * beta, abs=1e-3)


def test_the_normal_quantile_is_that_of_the_library():
    normal = statistics.NormalDist()
    points = [2.0**-33, 1e-6, 1 - 2.0**-33, *(k / 999 for k in range(1, 999))]
    for u in points:
        assert arrivals.normal_quantile(u) == pytest.approx(normal.inv_cdf(u), abs=1e-6), u


@law
@given(unit)
def test_the_normal_quantile_is_odd(u):
    assert arrivals.normal_quantile(1 - u) == pytest.approx(-arrivals.normal_quantile(u), abs=1e-5)


def test_news_are_log_normal_about_their_median_and_at_most_1():
    assert arrivals.coverage_online(0.5, P) == pytest.approx(0.02)
    upper = statistics.NormalDist().cdf(1)
    assert arrivals.coverage_online(upper, P) == pytest.approx(0.02 * math.e, rel=1e-5)
    assert arrivals.coverage_online(1 - 2.0**-33, P._replace(news=0.5)) == 1
    assert arrivals.coverage_by_press(0.04, P) == 0.02
