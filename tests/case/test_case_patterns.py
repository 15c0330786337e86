"""What a run of the whole history must look like."""

import numpy as np
import pandas as pd
import pytest
from history import BELIEFS, day_of, kept, land, over_seeds

from samizdat import Scenario, Simulation

SEVEN = ["West Kazakhstan", "Mangystau", "Almaty", "Astana", "South Kazakhstan", "Kyzylorda",
         "Zhanaozen"]  # fmt: skip


@pytest.fixture(scope="module")
def history():
    """Twelve years."""
    return Simulation(Scenario.load("kazakhstan").change({"citizens": 20_000}), seed=1).run()


@pytest.fixture(scope="module")
def spring():
    """Four springs of 2016, added up by region and date."""
    worlds = [*over_seeds(land(citizens=100_000), 4)]
    days = pd.concat([world.regions for world in worlds])
    return days.groupby(["region", "date"], observed=True)["mobilise"].sum().unstack("date")


# 2005 to 2011


@pytest.mark.slow
def test_before_may_2011_only_almaty_moves_and_only_over_the_land_leases(history):
    before = history.regions[history.regions["date"] < "2011-05-11"]
    active = before[before["mobilise"] > 0]
    assert set(active["region"]) <= {"Almaty"}
    assert active["date"].between("2009-12-04", "2010-03-31").all()


@pytest.mark.slow
def test_the_regime_survives(history):
    assert not history.summary["fell"]
    assert history.summary["peak_share"] < 0.001  # a hundredth of a per cent or two in the record


@pytest.mark.slow
def test_hardly_anybody_ever_has_a_vpn(history):
    assert 0 < history.summary["circumventing_peak"] < 0.01 * 20_000


@pytest.mark.slow
def test_self_censorship_is_a_standing_habit_and_open_dissent_an_episode(history):
    nation = history.nation.set_index("date")
    latent = nation["latent_self_censor"].dropna() / 20_000
    dissent = (nation["posts"] + nation["mobilise"]) / 20_000
    # In any month more would keep a motive to themselves than ever showed one on a day.
    assert latent.min() > dissent.max()
    assert latent.mean() > 100 * dissent.mean()


@pytest.mark.slow
def test_the_unrest_of_2011_stays_in_zhanaozen_and_its_oblast():
    year = Simulation(Scenario.load("zhanaozen").change({"citizens": 300_000}), seed=1).run()
    street = year.regions.pivot(index="date", columns="region", values="mobilise")
    outside = street.drop(columns=["Zhanaozen", "Mangystau"]).sum().sum()
    # A few hundred of sixteen million follow what comes back from abroad.
    assert outside < 0.05 * street.sum().sum()
    assert year.summary["peak_region"] == "Zhanaozen"
    assert year.summary["peak_date"] == "2011-12-16"
    assert year.summary["last_day"] < "2012-03-01"


# 2016


def test_atyrau_comes_first_aktobe_and_the_east_next_the_others_last(spring):
    peak = {region: spring.loc[region].idxmax() for region in spring.index}
    assert peak["Atyrau"] < min(peak["Aktobe"], peak["East Kazakhstan"])
    assert abs(peak["Atyrau"] - pd.Timestamp("2016-04-24")).days <= 2
    for region in ("Aktobe", "East Kazakhstan"):
        assert abs(peak[region] - pd.Timestamp("2016-04-27")).days <= 2
        assert peak[region] <= min(peak[other] for other in SEVEN)


def test_by_1_may_at_least_six_of_the_ten_cities_are_reached(spring):
    reached = spring.loc[:, :"2016-05-01"].max(axis=1) > 0
    assert reached[["Atyrau", "Aktobe", "East Kazakhstan", *SEVEN]].sum() >= 6


def test_two_or_three_in_ten_thousand_take_part_at_the_peak(spring):
    share = spring.loc[:, :"2016-05-15"].sum().max() / 4 / 100_000
    assert 0.0001 < share < 0.0006  # 0.02 - 0.03 %, within a factor of two


# At rest


def without_history(**tables):
    """The nation with no date to remember."""
    table = Scenario.load("kazakhstan").to_table()
    return Scenario.from_table(table | {"timeline": [], "citizens": 5_000} | tables)


def test_without_history_trust_grievance_and_fear_settle_and_do_not_drift():
    nation = Simulation(without_history(), seed=1).run().nation
    months = nation.groupby(nation["date"].dt.to_period("M"))[list(BELIEFS)].mean()
    later = months.iloc[24:]
    # Readers of the foreign press grow from 2 to 7 % of all, and each trusts less by doubt and
    # the lost half of the broadcast: 0.07 of them, 0.0002 / 0.002 + 0.5 * 0.25 * 0.25 less at most.
    assert (later - later.iloc[0]).abs().max().max() < 0.02
    assert later["grievance"].max() - later["grievance"].min() < 1e-9
    assert later["fear"].max() - later["fear"].min() < 1e-9


def test_with_adoption_frozen_nobody_ever_changes_her_mind():
    frozen = without_history(end="2008-12-31", adoption={"series": {2005: 0.5}})
    simulation = Simulation(frozen, seed=1)
    simulation.step()
    first = kept(simulation, *BELIEFS)
    simulation.run()
    assert all(np.array_equal(simulation.state[name], first[name]) for name in BELIEFS)


def test_a_year_of_chill_is_forgotten():
    table = without_history(end="2008-12-31").to_table()
    table["timeline"] = [{"id": "year", "kind": "setting", "from": "2005-01-01", "days": 365,
                          "set": {"chill": 0.3}}]  # fmt: skip
    simulation = Simulation(Scenario.from_table(table), seed=1).run(day_of("2005-12-31"))
    assert simulation.measured("fear") == pytest.approx(0.3)
    simulation.run()
    # exp(-0.02 * 1096) of the excess; float32 stops where a step is below half its spacing
    assert simulation.measured("fear") == pytest.approx(0.05, abs=1e-6)
    still = kept(simulation, "fear")["fear"]
    assert len(np.unique(still)) == 1
