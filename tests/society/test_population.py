"""Who lives in the world."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from samizdat import Scenario
from samizdat.core.layout import FOREIGN, PLATFORMS
from samizdat.society import population
from samizdat.society.population import (
    CELL,
    Beta,
    Habits,
    Normal,
    Population,
    Uniform,
    Values,
    draw_traits,
    region_sizes,
)

N = 120_000
DRAWN = ("hardship", "resting_trust", "threshold", "risk_aversion")
law = settings(max_examples=100, deadline=None, derandomize=True)


def settle(*sizes, seed=9, spec=None, habits=None, audiences=(0.7, 0.5, 0.1), foreign=0.15):
    """Draw citizens of regions of these sizes."""
    first = np.cumsum([0, *sizes]).astype(np.int64)
    who = (spec or Population(), habits or Habits())
    return draw_traits(seed, first, *who, list(audiences), foreign)


@pytest.fixture(scope="module")
def citizens_drawn():
    return settle(N)


# Regions


@pytest.mark.parametrize(
    ("citizens", "weights", "sizes"),
    [
        (10, (1, 1, 1), [4, 3, 3]),  # equal remainders: the first gets it
        (10, (0.55, 0.24, 0.21), [6, 2, 2]),  # 5.5, 2.4, 2.1: the largest remainder gets it
        (10, (0.52, 0.29, 0.19), [5, 3, 2]),  # 5.2, 2.9, 1.9
        (100, (1, 3), [25, 75]),
        (10, (1000, 1, 1), [8, 1, 1]),  # at least one each
        (3, (1000, 1, 1), [1, 1, 1]),
    ],
)
def test_citizens_are_shared_out_by_largest_remainder(citizens, weights, sizes):
    assert region_sizes(citizens, weights) == sizes


@law
@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=20), st.integers(0, 5000))
def test_nobody_is_lost_and_no_region_is_empty(weights, beyond):
    sizes = region_sizes(len(weights) + beyond, weights)
    assert sum(sizes) == len(weights) + beyond
    assert min(sizes) >= 1


@law
@given(st.lists(st.floats(0.5, 1), min_size=1, max_size=20), st.integers(100, 5000))
def test_no_region_is_a_whole_citizen_away_from_its_share(weights, citizens):
    exact = np.array(weights) / sum(weights) * citizens
    assert np.all(np.abs(region_sizes(citizens, weights) - exact) < 1 + 1e-9)


def test_fewer_citizens_than_regions_are_refused():
    with pytest.raises(ValueError, match="citizens = 2 is fewer than the 3 regions"):
        region_sizes(2, (1, 1, 1))


def test_citizens_are_numbered_region_by_region():
    assert settle(3, 1, 2).region.tolist() == [0, 0, 0, 1, 2, 2]


# Distributions


@pytest.mark.parametrize(
    ("trait", "law"),
    [("hardship", stats.beta(2, 5)), ("resting_trust", stats.beta(5, 3)),
     ("risk_aversion", stats.uniform()), ("adoption_rank", stats.uniform()),
     ("literacy_rank", stats.uniform())],
)  # fmt: skip
def test_traits_follow_their_declared_distributions(citizens_drawn, trait, law):
    values = np.sort(getattr(citizens_drawn, trait).astype(float))
    distance = np.abs(law.cdf(values) - (np.arange(N) + 0.5) / N).max()
    # Kolmogorov: sqrt(n) times the distance exceeds 2.5 once in 130,000; within a cell of twelve
    # adoption ranks go together, which makes them worth N / (1 + 11 / 2) citizens at worst
    worth = N / 6.5 if trait == "adoption_rank" else N
    assert distance < 2.5 / np.sqrt(worth)


def test_thresholds_are_normal_above_their_floor(citizens_drawn):
    spec = Population(threshold=Normal(kind="normal", mean=0.1, sd=0.1, floor=0.02))
    drawn = settle(N, spec=spec, habits=Habits(instigators=0.0)).threshold
    below = stats.norm(0.1, 0.1).cdf(0.02)
    assert drawn.min() == np.float32(0.02)
    assert (drawn == np.float32(0.02)).mean() == pytest.approx(below, abs=5 * 0.5 / np.sqrt(N))
    assert np.median(citizens_drawn.threshold) == pytest.approx(
        0.50, abs=5 * 1.26 * 0.11 / np.sqrt(N)
    )
    assert citizens_drawn.threshold.std() == pytest.approx(0.11, abs=5 * 0.11 / np.sqrt(2 * N))


@pytest.mark.parametrize(("a", "b"), [(2, 5), (5, 3), (1, 1), (0.5, 0.5), (8, 2), (30, 70)])
def test_beta_is_exact_into_the_extreme_tails(a, b):
    tails = 2.0 ** -np.arange(9.0, 33.0)
    u = np.concatenate([tails, 1 - tails, [0.5 * 2.0**-32, 1 - 0.5 * 2.0**-32]])
    drawn = Beta(kind="beta", a=a, b=b).at(u, 0)
    assert drawn == pytest.approx(stats.beta(a, b).ppf(u), rel=1e-9)  # both are inverted to this


@pytest.mark.parametrize(("a", "b"), [(2, 5), (5, 3), (1, 1), (0.5, 0.5), (8, 2), (30, 70)])
def test_beta_between_the_tails_is_right_to_five_digits(a, b):
    u = np.linspace(2.0**-8, 1 - 2.0**-8, 20_011)  # none of these is a place of the table
    drawn = Beta(kind="beta", a=a, b=b).at(u, 0)
    # interpolation: (2**-14)**2 / 8 times the quantile's second derivative, below 4,000 here
    assert np.abs(drawn - stats.beta(a, b).ppf(u)).max() < 2e-6


@law
@given(st.floats(0.1, 50), st.floats(0.1, 50), st.lists(st.floats(1e-10, 1 - 1e-10), min_size=2))
def test_beta_keeps_the_order_of_the_draws_within_0_and_1(a, b, us):
    drawn = Beta(kind="beta", a=a, b=b).at(np.sort(us), 0)
    assert np.all(np.diff(drawn) >= -1e-12)  # the inversion's own error, where the methods meet
    assert drawn.min() >= 0
    assert drawn.max() <= 1


def test_uniform_stays_between_its_ends():
    u = np.array([2.0**-33, 0.5, 1 - 2.0**-33])
    assert Uniform(kind="uniform", low=0.2, high=0.6).at(u, 0) == pytest.approx([0.2, 0.4, 0.6])


@pytest.mark.parametrize("trait", ["adoption_rank", "literacy_rank", "risk_aversion"])
def test_ranks_are_below_1_even_for_the_greatest_draw(monkeypatch, trait):
    monkeypatch.setattr(
        population.draws, "uniforms", lambda s, a, b, k, stream: np.full(b - a, 1 - 2.0**-33)
    )
    assert getattr(settle(24, habits=Habits(adoption_correlation=0.0)), trait).max() < 1


def test_values_are_given_citizen_by_citizen_across_regions():
    mine = tuple(k / 10 for k in range(7))
    spec = Population(hardship=Values(kind="values", values=mine))
    assert settle(3, 4, spec=spec).hardship.tolist() == np.float32(mine).tolist()


def test_values_of_a_wrong_number_are_refused():
    table = {"kind": "values", "values": [0.1, 0.2]}
    with pytest.raises(ValueError, match=r"hardship\.values has 2 values, there are 3 citizens"):
        Scenario.from_table(
            {"start": "2011-01-01", "end": "2011-01-02", "citizens": 3,
             "regions": [{"name": "r", "share": 1}], "population": {"hardship": table}}
        )  # fmt: skip


# Instigators


def test_instigators_are_a_declared_share_with_threshold_0():
    instigators = (settle(N, habits=Habits(instigators=0.01)).threshold == 0).sum()
    assert abs(instigators - 0.01 * N) < 5 * np.sqrt(0.01 * N)  # Poisson


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (1.0, 500)])
def test_there_are_none_or_nothing_else_at_the_ends(share, count):
    assert (settle(500, habits=Habits(instigators=share)).threshold == 0).sum() == count


# Platforms


def test_each_platform_has_its_audience_among_those_who_chose(citizens_drawn):
    # 0.7, 0.5, 0.1; the 0.135 who would have none get one, in proportion
    none = 0.3 * 0.5 * 0.9
    for k, audience in enumerate((0.7, 0.5, 0.1)):
        share = (citizens_drawn.platforms & (1 << k) != 0).mean()
        expected = audience + none * audience / 1.3
        assert share == pytest.approx(expected, abs=5 * 0.5 / np.sqrt(N))


def test_everybody_uses_at_least_one_platform(citizens_drawn):
    assert np.all(citizens_drawn.platforms & PLATFORMS != 0)


def test_platforms_are_used_independently_of_each_other():
    used = settle(N, audiences=(0.7, 0.5, 1.0)).platforms  # nobody is without
    both = ((used & 3) == 3).mean()
    assert both == pytest.approx(0.35, abs=5 * 0.5 / np.sqrt(N))


def test_the_foreign_press_has_an_audience_of_its_own_and_is_no_platform(citizens_drawn):
    assert (citizens_drawn.platforms & FOREIGN != 0).mean() == pytest.approx(
        0.15, abs=5 * 0.36 / np.sqrt(N)
    )
    assert np.all(settle(100, audiences=(1e-9,), foreign=1.0).platforms == FOREIGN | 1)


def test_without_platforms_there_is_nothing_to_use():
    assert not settle(100, audiences=(), foreign=0.0).platforms.any()


def test_a_platform_without_an_audience_has_no_users():
    assert not np.any(settle(5000, audiences=(0.2, 0.0)).platforms & 2)


# Adoption ranks


def of_cells(ranks):
    """Normal scores by cell, (cells, 12)."""
    return stats.norm.ppf(ranks.astype(float)).reshape(-1, CELL)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_ranks_are_correlated_within_cells_as_declared(correlation):
    ranks = settle(N, habits=Habits(adoption_correlation=correlation)).adoption_rank
    z = of_cells(ranks)
    within = np.mean([np.corrcoef(z[:, a], z[:, b])[0, 1] for a, b in ((0, 1), (0, 11), (4, 7))])
    assert within == pytest.approx(correlation, abs=5 / np.sqrt(N / CELL))


def test_ranks_of_different_cells_are_not(citizens_drawn):
    z = of_cells(citizens_drawn.adoption_rank)
    assert abs(np.corrcoef(z[:-1, 11], z[1:, 0])[0, 1]) < 5 / np.sqrt(N / CELL)


def test_at_full_correlation_a_cell_adopts_as_one():
    ranks = settle(CELL * 10, habits=Habits(adoption_correlation=1.0)).adoption_rank
    assert np.ptp(ranks.reshape(-1, CELL), axis=1).max() < 1e-6


def test_cells_begin_anew_in_each_region():
    ranks = settle(7, 24, habits=Habits(adoption_correlation=1.0)).adoption_rank
    assert np.ptp(ranks[:7]) < 1e-6
    assert np.ptp(ranks[7 : 7 + CELL]) < 1e-6
    assert ranks[6] != ranks[7]


# Independence


@pytest.mark.parametrize("chunk", [1, 7, 40])
def test_traits_do_not_depend_on_the_chunks_they_are_drawn_in(monkeypatch, chunk):
    spec = Population(hardship=Values(kind="values", values=tuple(np.linspace(0, 1, 100))))
    whole = settle(33, 67, spec=spec)
    monkeypatch.setattr(population, "_CHUNK", chunk)
    for name, parts in settle(33, 67, spec=spec)._asdict().items():
        assert np.array_equal(parts, getattr(whole, name)), name


def test_traits_do_not_depend_on_how_many_others_there_are():
    few, many = settle(50, 30), settle(50, 400)
    for name, values in few._asdict().items():
        assert np.array_equal(values, getattr(many, name)[:80]), name


@pytest.mark.parametrize("name", DRAWN)
def test_another_seed_is_another_people(name):
    assert not np.array_equal(getattr(settle(50), name), getattr(settle(50, seed=10), name))


def test_a_trait_changed_leaves_all_others():
    spec = Population(hardship=Uniform(kind="uniform"))
    before, after = settle(200), settle(200, spec=spec)
    same = {n for n, v in before._asdict().items() if np.array_equal(v, getattr(after, n))}
    assert same == {*before._fields} - {"hardship"}


# Adoption of the internet


def nation(*shifts, sizes=None, **adoption):
    """A scenario of regions that go online this many years later than the nation."""
    populations = sizes or [1] * len(shifts)
    regions = [
        {"name": f"r{k}", "population": populations[k], "adoption_shift": shift}
        for k, shift in enumerate(shifts)
    ]
    base = {"start": "2005-01-01", "end": "2025-12-31", "citizens": 1000, "regions": regions}
    return Scenario.from_table(base | {"adoption": adoption})


MONTHS = [dt.date(year, month, 1) for year in range(2005, 2026) for month in range(1, 13)]


def curves(scenario):
    return np.array([scenario.adoption_on(date) for date in MONTHS])


@pytest.mark.parametrize(("year", "share"), [(2005, 0.03), (2013, 0.54)])
def test_three_per_cent_are_online_in_mid_2005_and_fifty_four_in_mid_2013(year, share):
    online = nation(0).adoption_on(dt.date(year, 7, 2))
    assert online == pytest.approx([share], abs=0.005)  # as printed, whole per cents


def test_half_the_ceiling_is_online_at_the_midpoint():
    half = nation(0, ceiling=0.6, midpoint=2010.0).adoption_on(dt.date(2010, 1, 1))
    assert half == pytest.approx([0.3])


def test_at_ceiling_0_nobody_is_ever_online():
    assert not curves(nation(0, 1, ceiling=0.0)).any()


@pytest.mark.parametrize("shifts", [(0, 0), (-1, 1), (-0.5, 0, 2)])
def test_shifted_regions_keep_the_nations_mean(shifts):
    scenario = nation(*shifts, sizes=[3, 1, 1][: len(shifts)])
    sizes = np.diff(scenario.region_first)
    mean = curves(scenario) @ sizes / sizes.sum()
    assert mean == pytest.approx(curves(nation(0))[:, 0])


def test_the_region_ahead_is_ahead():
    online = curves(nation(-1, 0, 1))
    assert np.all(online[:, 0] > online[:, 1])
    assert np.all(online[:, 1] > online[:, 2])


@pytest.mark.parametrize("shifts", [(0,), (-1, 1), (-3, 3), (-5, 0, 5)], ids=str)
def test_adoption_never_falls(shifts):
    online = curves(nation(*shifts))
    assert np.diff(online, axis=0).min() >= 0
    assert online.max() <= 0.8


def test_a_series_of_years_replaces_the_curve():
    scenario = nation(0, series={"2010": 0.3, "2011": 0.5})
    middle = [scenario.adoption_on(dt.date(year, 7, 2))[0] for year in (2009, 2010, 2011, 2012)]
    assert middle == pytest.approx([0.3, 0.3, 0.5, 0.5], abs=1e-3)  # 2 July is mid-year to a day
    assert scenario.adoption_on(dt.date(2011, 1, 1)) == pytest.approx([0.4])


def test_towns_go_online_before_the_country():
    table = nation(0, 0).to_table()
    table["regions"][0]["urban"], table["regions"][1]["urban"] = 1.0, 0.0
    table["adoption"]["urban_lead"] = 2.0
    ahead, behind = Scenario.from_table(table).adoption_on(dt.date(2010, 1, 1))
    # two years lie between them on the one logistic curve, whatever the common shift
    years_apart = (np.log(0.8 / behind - 1) - np.log(0.8 / ahead - 1)) / 0.497
    assert years_apart == pytest.approx(2.0)


def test_traits_do_not_depend_on_threads(monkeypatch):
    alone = settle(1_000, 2_500)
    monkeypatch.setattr(population, "_CHUNK", 700)
    first = np.array([0, 1_000, 3_500])
    rest = (Population(), Habits(), [0.7, 0.5, 0.1], 0.15)
    for threads in (1, 2, 3):
        shared = draw_traits(9, first, *rest, threads)
        for one, other in zip(alone, shared, strict=True):
            assert np.array_equal(one, other)


def test_the_table_of_the_beta_law_is_read_as_by_interpolation():
    u = np.random.default_rng(1).random(10_000)
    places = np.linspace(0.0, 1.0, 2**14 + 1)
    expected = np.interp(u, places, special.betaincinv(2, 5, places))
    inner = np.minimum(u, 1 - u) >= 2.0**-8
    assert np.array_equal(Beta(kind="beta", a=2, b=5).at(u, 0)[inner], expected[inner])
