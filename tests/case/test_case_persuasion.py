"""What citizens are told, by the state and by others, and what they keep to themselves."""

import numpy as np
import pytest
from history import (
    cut,
    day_of,
    dropped,
    edited,
    kept,
    land,
    quiet_land,
    shifted,
    strike,
    table_of,
    twins,
)

from samizdat import Simulation
from samizdat.core.layout import AWARE, DETAINED, FOREIGN, ONLINE, PLATFORMS
from worlds import same_state

AFTER = {"start": "2011-12-14", "citizens": 30_000}  # from the eve of the call

# State press losing its hold; two counts of the dead


def test_the_hold_of_the_broadcast_is_halved_on_readers_of_the_foreign_press_alone():
    halved, full = twins(quiet_land(), quiet_land(trust__displacement=0), "2016-03-29")
    readers = halved.state["ears"] & FOREIGN != 0
    differs = halved.state["trust"] != full.state["trust"]
    assert np.array_equal(differs, readers & (halved.state["trust"] < 1))
    assert np.all(halved.state["trust"][readers] <= full.state["trust"][readers])


def test_the_hold_of_the_broadcast_breaks_first_on_who_heard_somebody():
    world = table_of(strike(citizens=20_000), foreign_press={"audience": 0})
    halved, full = twins(world, world.change({"trust.displacement": 0}), "2011-05-11")
    assert same_state(halved, full)
    while same_state(halved, full):
        halved.step(), full.step()
    differs = halved.state["trust"] != full.state["trust"]
    assert np.all(halved.heard["others"][differs] > 0)
    assert np.all(halved.state["trust"][differs] < full.state["trust"][differs])


def test_without_a_broadcast_there_is_no_hold_to_lose():
    silent = land(citizens=20_000, broadcast=0)
    assert same_state(*twins(silent, silent.change({"trust.displacement": 0}), "2016-05-31"))


def test_without_a_broadcast_who_is_offline_trusts_at_rest_and_with_it_more():
    told, untold = twins(quiet_land(), quiet_land(broadcast=0), "2016-03-29")
    assert np.all(told.state["trust"] >= untold.state["trust"])
    offline = told.state["access"] & ONLINE == 0
    resting = told.state["resting_trust"][offline].astype(float)
    assert untold.state["trust"][offline] == pytest.approx(resting, abs=1e-6)
    trust = told.state["trust"][offline].astype(float)
    # Where pull and pressure balance; a float32 error of 1e-7 weighs 0.002 a day
    pressure = -np.expm1(-5e-4) * trust * (1 - trust)
    assert -np.expm1(-0.002) * (trust - resting) == pytest.approx(pressure, abs=1e-9)


def test_sixteen_dead_or_seventy_three_is_a_contradiction_of_four_fifths():
    simulation = Simulation(strike(**AFTER), seed=1).run(day_of("2011-12-18"))
    assert set(simulation.signals["contradiction"]) == {0}
    simulation.step()
    assert simulation.signals["contradiction"] == pytest.approx(1 - 16 / 73)


def test_two_counts_cost_the_state_the_trust_of_who_knew_and_heard_others():
    world = strike(**AFTER)
    two, one = twins(world, dropped(world, "two_counts"), "2011-12-18")
    assert same_state(two, one)
    before = kept(two, "attention", "trust")
    two.step(), one.step()
    state = two.state
    elsewhere = (two.heard["others"] > 0) | (state["ears"] & (PLATFORMS | FOREIGN) != 0)
    cynics = (before["attention"] == AWARE) & elsewhere
    lost = one.state["trust"] - state["trust"]
    assert np.array_equal(lost != 0, cynics)
    # 2 % a day of a full contradiction; float32
    expected = -np.expm1(-0.02) * (1 - 16 / 73) * before["trust"][cynics]
    assert lost[cynics] == pytest.approx(expected, abs=1e-6)


def test_trust_lost_to_two_counts_is_not_yet_back_in_spring():
    world = strike(**AFTER)
    for seed in (1, 2):
        two, one = twins(world, dropped(world, "two_counts"), "2012-03-31", seed)
        left = [s.regions.groupby("region", observed=True)["trust"].last() for s in (two, one)]
        assert left[0]["Zhanaozen"] < left[1]["Zhanaozen"]


def test_without_cynicism_a_second_count_changes_nothing():
    world = strike(**AFTER, trust__cynicism=0)
    assert same_state(*twins(world, dropped(world, "two_counts"), "2012-02-29"))


def test_who_hears_nobody_hears_no_second_count():
    # Offline, no word of mouth, and no motive that would reach the square.
    alone = {"adoption__ceiling": 0, "reach__word_of_mouth": 0, "decision__cost": 100}
    world = strike(**AFTER, **alone)
    assert same_state(*twins(world, dropped(world, "two_counts"), "2012-02-29"))


def test_one_count_told_twice_is_no_contradiction():
    world = strike(**AFTER)
    agreed = edited(world, "two_counts", alternative=16)
    assert same_state(*twins(agreed, dropped(world, "two_counts"), "2012-02-29"))


# The state serves online: portal, blogs, e-participation, city accounts

STAGES = [("2006-04-12", "egov_portal", 0, 1.7e-5),
          ("2009-01-09", "ministers_blogs", 1.7e-5, 3.3e-5),
          ("2012-03-01", "e_participation", 3.3e-5, 5e-5),
          ("2015-09-01", "city_accounts", 5e-5, 6.7e-5)]  # fmt: skip


@pytest.mark.parametrize(("date", "name", "before", "after"), STAGES)
def test_what_the_state_offers_online_grows_by_stages(date, name, before, after):
    eve = shifted(date, -1)
    simulation, offered = Simulation(cut("kazakhstan", eve, date, 100), seed=1), []
    while not simulation.finished:
        simulation.step()
        offered.append(float(simulation.environment.values["egov"][0]))
    assert offered == [before, after]


@pytest.mark.parametrize(("date", "name", "before", "after"), STAGES)
def test_each_stage_wins_the_trust_of_those_online_and_of_nobody_else(date, name, before, after):
    start = shifted(date, -2)
    world = cut("kazakhstan", start, shifted(date, 60), 10_000)
    served, not_yet = twins(world, dropped(world, name), shifted(date, -1))
    assert same_state(served, not_yet)
    trust = kept(served, "trust")["trust"]
    served.step(), not_yet.step()
    online = served.state["access"] & ONLINE != 0
    won = served.state["trust"] - not_yet.state["trust"]
    assert not won[~online].any()
    assert won[online] == pytest.approx((after - before) * (1 - trust[online]), abs=1.5e-7)
    served.run(), not_yet.run()
    assert np.all(served.state["trust"][online] >= not_yet.state["trust"][online])
    assert served.measured("trust") > not_yet.measured("trust")


def test_where_nothing_is_offered_the_portal_changes_nothing():
    world = cut("kazakhstan", "2006-04-01", "2006-06-30", 5_000).without("egov")
    assert same_state(*twins(world, dropped(world, "egov_portal"), "2006-06-30"))


# Self-censorship; no mass opposition to censorship


@pytest.fixture(scope="module")
def dark():
    """The world on the evening of the first dark day: as it was, and with nothing blocked."""
    world = land()
    return twins(world, dropped(world, "platforms_dark", "more_dark"), "2016-05-20")


def test_trust_excuses_the_censor(dark):
    blocked, open_net = dark
    scenario = blocked.scenario.change({"grievance.acceptance": 0})
    angry = Simulation(scenario, seed=1, graph=blocked.graph).run(day_of("2016-05-20"))
    state = blocked.state
    cut_off = (state["access"] & ~state["ears"] & PLATFORMS != 0) & (state["posture"] != DETAINED)
    base = open_net.state["grievance"].astype(float)
    damped = (state["grievance"] - base)[cut_off]
    full = (angry.state["grievance"] - base)[cut_off]
    share = damped.sum() / full.sum()
    # Weighted by who has room for grievance; trust of the day before differs by less than 0.001.
    room = full / full.sum()
    assert share == pytest.approx(np.sum(room * (1 - state["trust"][cut_off])), abs=0.002)
    assert 0.2 < share < 0.5  # two thirds of the anger is excused


@pytest.mark.parametrize("off", [{"grievance.frustration": 0}, {"blocking.on": 0,
                                                               "blackout.on": 0}])  # fmt: skip
def test_where_no_block_angers_there_is_nothing_to_excuse(off):
    world = land(citizens=20_000).change(off)
    assert same_state(*twins(world, world.change({"grievance.acceptance": 0}), "2016-05-31"))


def test_a_nation_that_is_cut_off_for_two_days_does_not_rise_over_it(dark):
    blocked, open_net = dark
    blocked.run(day_of("2016-05-31")), open_net.run(day_of("2016-05-31"))
    last = [s.nation.set_index("date")["mobilise"].loc["2016-05-20":].sum() for s in dark]
    assert 0 < last[0] < 1.1 * last[1]


def test_without_a_penalty_on_posts_nobody_censors_herself():
    for penalty in (1.5, 0):
        world = land(citizens=20_000, decision__penalty_post=penalty)
        nation = Simulation(world, seed=1).run(day_of("2016-05-05")).nation
        for kind in ("self_censor", "latent_self_censor"):
            assert bool(nation[kind].max() > 0) is (penalty > 0)


def test_where_posts_carry_no_penalty_and_nobody_is_held_watching_changes_nothing():
    world = land(citizens=20_000, decision__penalty_post=0, sanction=0)
    assert same_state(*twins(world, world.change({"surveillance": 0}), "2016-05-31"))
