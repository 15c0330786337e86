"""Who is online, who gets round a block, and who is not allowed to be online at all."""

import numpy as np
import pytest
from history import cut, day_of, dropped, events, fearless, land, quiet_land, twins

from samizdat import Scenario, Simulation
from samizdat.core.layout import FOREIGN, PLATFORMS
from worlds import same_state

# Everybody knows a VPN and the state reads a lot, so that the few of the record are enough to see.
EXPERTS = {"circumvention__literacy": 1, "circumvention__uptake": 1, "surveillance": 0.5}
DARK = ("platforms_dark", "more_dark")

# 3 % of people online in 2005, 54 % in 2013; cities first


@pytest.mark.parametrize(("date", "share"), [("2005-07-01", 0.03), ("2013-07-01", 0.54)])
def test_internet_use_is_what_was_published(date, share):
    scenario = Scenario.load("kazakhstan")
    sizes = np.diff(scenario.region_first)
    online = scenario.adoption_on(day_of(date)) @ sizes / sizes.sum()
    assert online == pytest.approx(share, abs=0.005)  # published in whole per cent


def test_as_many_citizens_are_online_as_the_curve_says():
    simulation = Simulation(cut("kazakhstan", "2013-07-01", "2013-07-01", 100_000), seed=1).run()
    # Cells of twelve go online together: at most twelve times the variance of independent ones.
    assert simulation.nation["online"].iloc[0] / 1e5 == pytest.approx(
        0.54, abs=0.005 + 4 * np.sqrt(12 * 0.25 / 1e5)
    )


def test_the_city_is_two_years_ahead_of_all_rural_land_and_without_the_lead_level_with_it():
    scenario = Scenario.load("kazakhstan")
    city, country = (scenario.region_names.index(name) for name in ("Almaty", "Almaty Region"))
    ahead = scenario.adoption_on(day_of("2010-07-01"))
    level = scenario.change({"adoption.urban_lead": 0}).adoption_on(day_of("2010-07-01"))
    assert level[city] == level[country]
    # Odds of a logistic curve grow by exp(rate * years); Almaty Region is 23.4 % urban.
    odds = ahead / (0.8 - ahead)
    assert odds[city] / odds[country] == pytest.approx(np.exp(0.497 * 2.0 * (1 - 0.234)))
    sizes = np.diff(scenario.region_first)
    assert ahead @ sizes == pytest.approx(level @ sizes)


def test_nobody_online_is_nobody_posting_and_fewer_who_learn_of_the_sale():
    for seed in (1, 2):
        net, none = twins(land(), land(adoption__ceiling=0), "2016-05-15", seed)
        assert none.nation["online"].max() == none.nation["posts"].max() == 0
        assert none.nation["aware"].sum() < 0.97 * net.nation["aware"].sum()  # found: 0.93


@pytest.fixture(scope="module")
def offline():
    return Simulation(land(citizens=20_000, adoption__ceiling=0), seed=1).run()


@pytest.mark.parametrize(
    "off",
    [{"egov": 0}, {"surveillance": 0}, {"sanction": 0}, {"preempt": 0}, {"blocking.on": 0},
     {"blackout.on": 0}, {"circumvention.literacy": 1}],
    ids=lambda off: next(iter(off)),
)  # fmt: skip
def test_where_nobody_is_online_what_the_state_does_to_the_net_changes_nothing(offline, off):
    changed = Simulation(offline.scenario.change(off), seed=1).run()
    assert same_state(changed, offline)


# Few know anonymisers, fewer would risk it


def test_only_who_is_literate_and_cut_off_gets_a_vpn():
    simulation = Simulation(land(), seed=1).run(day_of("2016-05-20"))
    state = simulation.state
    has = state["circumventing"] == 1
    assert has.any()
    lost = state["access"] & ~state["ears"] & (PLATFORMS | FOREIGN)
    assert np.all(state["literacy_rank"][has] < 0.05)
    assert np.all(lost[has] != 0)


def test_one_day_of_need_brings_a_vpn_to_one_in_twenty_of_those_who_could():
    simulation = Simulation(land(), seed=1).run(day_of("2016-05-20"))
    state = simulation.state
    could = (state["access"] & ~state["ears"] & PLATFORMS != 0) & (state["literacy_rank"] < 0.05)
    could &= state["posture"] != 4
    rate = -np.expm1(-0.025)  # halved by the court of 2014
    assert state["circumventing"][could].mean() == pytest.approx(
        rate, abs=4 * np.sqrt(rate / could.sum())
    )


def test_without_literacy_nobody_ever_gets_round_the_block():
    able, unable = twins(land(), land(circumvention__literacy=0), "2016-05-22")
    assert able.nation["circumventing"].max() > 0
    assert unable.nation["circumventing"].max() == 0
    # Those few make no difference to what is suppressed: that takes a nation of experts.
    expert = Simulation(land(**EXPERTS), seed=1, graph=able.graph).run(day_of("2016-05-22"))
    below = land(**EXPERTS | {"circumvention__literacy": 0})
    ignorant = Simulation(below, seed=1, graph=able.graph).run(day_of("2016-05-22"))
    assert expert.nation["posts_suppressed"].sum() < 0.9 * ignorant.nation["posts_suppressed"].sum()


@pytest.mark.parametrize("name", ["literacy", "anonymity", "uptake"])
def test_where_nothing_was_blocked_vpns_change_nothing(name):
    free = dropped(land(citizens=20_000), *DARK)
    known, unknown = twins(free, free.change({f"circumvention.{name}": 0}), "2016-05-31")
    assert same_state(known, unknown)


def test_under_the_open_regime_literacy_changes_nothing():
    free = land(citizens=20_000).under("open")
    known, unknown = twins(free, free.change({"circumvention.literacy": 0}), "2016-05-31")
    assert same_state(known, unknown)


def test_who_is_anonymous_behind_a_vpn_dares_to_post():
    hidden, known = twins(
        land(**EXPERTS), land(**EXPERTS, circumvention__anonymity=0), "2016-05-24"
    )
    dared = hidden.nation.set_index("date")["posts"] - known.nation.set_index("date")["posts"]
    assert dared.loc[:"2016-05-20"].eq(0).all()  # nobody has a VPN before the first dark evening
    assert dared.loc["2016-05-21":].sum() > 0


def test_where_nobody_reads_along_anonymity_changes_nothing():
    unread = EXPERTS | {"surveillance": 0, "citizens": 20_000}
    hidden, known = twins(land(**unread), land(**unread, circumvention__anonymity=0), "2016-05-31")
    assert same_state(hidden, known)


def test_if_nobody_minded_the_risk_nobody_would_censor_herself_and_more_would_speak():
    world = land()
    timid, bold = twins(world, fearless(world), "2016-05-05")
    assert bold.nation["self_censor"].max() == 0 < timid.nation["self_censor"].max()
    assert bold.nation["posts"].sum() > 2 * timid.nation["posts"].sum()
    assert bold.nation["mobilise"].sum() > 2 * timid.nation["mobilise"].sum()


def test_where_nothing_is_at_risk_minding_it_changes_nothing():
    safe = land(citizens=20_000, security=0).under("open")
    assert same_state(*twins(safe, fearless(safe), "2016-05-31"))


# Uzbekistan's way, 2010: no foreign platform, no foreign press


def test_under_a_ban_there_is_nothing_to_hear_to_post_on_or_to_be_cut_off_from():
    simulation = Simulation(land(citizens=20_000).under("ban"), seed=1)
    while not simulation.finished:
        simulation.step()
        assert not np.any(simulation.state["ears"] & (PLATFORMS | FOREIGN))
    nation = simulation.nation
    assert nation["online"].iloc[-1] > 0.6 * 20_000
    assert nation[["posts", "posts_heard", "cut_off", "circumventing"]].to_numpy().max() == 0


def test_without_the_ban_more_learn_of_the_sale():
    banned = land().under("ban")
    for seed in (1, 2):
        net, none = twins(banned.without("ban"), banned, "2016-05-15", seed)
        assert net.nation["aware"].sum() > 1.05 * none.nation["aware"].sum()


def test_where_nobody_is_online_a_ban_changes_nothing():
    banned = land(citizens=20_000).under("ban").change({"adoption.ceiling": 0})
    assert same_state(*twins(banned, banned.without("ban"), "2016-05-31"))


def test_without_events_a_ban_takes_away_the_press_and_nothing_else():
    banned = quiet_land().under("ban")
    none, net = twins(banned, banned.without("ban"), "2016-03-29")
    assert not events(banned)
    readers = net.state["ears"] & FOREIGN != 0
    differs = none.state["trust"] != net.state["trust"]
    assert np.array_equal(differs, readers)  # the press casts doubt and breaks the broadcast's hold
    assert np.all(none.state["trust"][readers] > net.state["trust"][readers])
