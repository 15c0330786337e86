"""What strangers post: shares of users who posted, counted without a look at everybody."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat import Scenario, Simulation
from samizdat.core.jit import interpreted
from samizdat.core.layout import AWARE, MAX_PLATFORMS
from samizdat.core.passes.posters import move_users, write_shares
from worlds import same_history, same_state, town

FEED = {"attention.feed": 0.1, "attention.online_share": 0.5}
SEED = 5


def free_press(citizens, **values):
    """The town without the week in which its papers are silent."""
    table = town(citizens).to_table()
    table["timeline"] = [each for each in table["timeline"] if each["id"] != "papers_silent"]
    return Scenario.from_table(table).change(values)


def naive_shares(access, voice):
    """Of the users of each platform, which share posted."""
    shares = []
    for k in range(MAX_PLATFORMS):
        users = int(np.count_nonzero(access & (1 << k)))
        shares.append(np.count_nonzero(voice & (1 << k)) / users if users else 0.0)
    return shares


@pytest.mark.parametrize("values", [
    {}, {"step_days": 0.5}, {"step_days": 3}, {"adoption.rate": 5, "adoption.midpoint": 2014.2},
])  # fmt: skip
def test_a_feed_shows_the_shares_of_the_last_step(values):
    simulation = Simulation(town(400).change({**FEED, **values}), seed=SEED)
    posted, online = 0, set()
    while not simulation.finished:
        state = simulation.state
        last = naive_shares(state["access"].copy(), state["voice"].copy())
        simulation.step()
        expected = [0.0]
        for share in last:
            expected += [total + share for total in expected]  # platforms in ascending order
        if not simulation.signals["running"].any():
            expected = [0.0] * len(expected)
        assert simulation._world.posting_share.tolist() == expected, simulation.date
        posted += expected[-1] > 0
        online.add(simulation.counts["online"])
    assert posted > 0
    assert len(online) > 1, "nobody came online"


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 2), min_size=1, max_size=6), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_users_follow_adoption_up_and_down(days, seed):
    rng = np.random.default_rng(seed)
    first, n = np.array([0, 30, 50]), 50
    rank = rng.random(n).astype(np.float32)
    rank[rng.integers(0, n, 10)] = np.float32(0.5)  # ties
    platforms = rng.integers(0, 1 << MAX_PLATFORMS, n).astype(np.uint16)
    order = np.concatenate((np.argsort(rank[:30]), 30 + np.argsort(rank[30:]))).astype(np.int32)
    online, users = np.zeros(2, np.int64), np.zeros((2, MAX_PLATFORMS), np.int64)
    for adoption in (*days, (0.5, 0.5)):
        interpreted(move_users)(
            np.array(adoption), first, order, rank, platforms, online, users
        )  # fmt: skip
        for r in (0, 1):
            there = slice(first[r], first[r + 1])
            using = platforms[there][rank[there].astype(float) < adoption[r]]
            assert online[r] == len(using)
            assert users[r].tolist() == [sum(using >> k & 1) for k in range(MAX_PLATFORMS)]


def test_a_platform_without_users_shows_nothing():
    posting = np.ones(1 << MAX_PLATFORMS)
    posters, users = np.zeros(MAX_PLATFORMS, np.int64), np.zeros(MAX_PLATFORMS, np.int64)
    posters[:3], users[:3] = (5, 3, 1), (10, 0, 4)
    write_shares(posters, users, posting)
    assert posting[:8].tolist() == [0, 0.5, 0, 0.5, 0.25, 0.75, 0.25, 0.75]
    assert posting[-1] == 0.75


def test_without_a_feed_nobody_is_counted():
    simulation = Simulation(town(300).change({"attention.feed": 0}), seed=SEED).run()
    assert simulation.nation["posts"].max() > 0
    assert simulation._feed.order is None
    assert not simulation._world.posting_share.any()


def test_where_no_event_runs_nobody_is_counted():
    quiet = town(300).change({**FEED, "attention.on": 0})
    spec = quiet.spec.model_copy(update={"timeline": ()})
    simulation = Simulation(Scenario("quiet", spec, quiet.parameters), seed=SEED).run()
    assert simulation.nation["posts"].max() > 0
    assert simulation._feed.order is None


def test_what_strangers_post_makes_more_aware():
    few, many = (
        Simulation(town(2000).change({"attention.feed": feed}), seed=SEED).run().nation["aware"]
        for feed in (0, 0.1)
    )
    assert many.sum() > few.sum()


def test_a_run_with_a_feed_can_be_put_down_on_any_day(tmp_path):
    world = town(200).change(FEED)
    whole, parted = Simulation(world, seed=SEED), Simulation(world, seed=SEED)
    while not whole.finished:
        whole.step()
        parted.step()
        assert np.array_equal(whole._world.posting_share, parted._world.posting_share)
        parted.save(tmp_path / "day.npz")
        parted = Simulation.restore(tmp_path / "day.npz")
    assert same_state(whole, parted)
    assert same_history(whole, parted)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
def test_a_copy_counts_on_for_itself(copied):
    world = town(300).change({**FEED, "adoption.rate": 5, "adoption.midpoint": 2014.2})
    one = Simulation(world, seed=SEED)
    one.run(world.date_of(25))
    assert one._feed.order is not None
    other = copied(one)
    one.run()
    assert same_state(one, other.run())
    assert same_history(one, other)


def test_a_deep_copy_shares_the_order_of_citizens():
    one = Simulation(town(300).change(FEED), seed=SEED)
    one.run(one.scenario.date_of(25))
    assert copy.deepcopy(one)._feed.order is one._feed.order


def test_a_feed_that_is_switched_on_amid_an_event_equals_one_from_the_timeline():
    live = Simulation(town(300).change({"attention.feed": 0}), seed=SEED)
    live.run(live.scenario.date_of(20))
    live.enact({"kind": "setting", "set": {"attention.feed": 0.1}})
    live.run()
    assert live._feed.order is not None
    assert same_history(live, Simulation(live.scenario, seed=SEED).run())


@pytest.mark.parametrize("day", [10, 14, 20, 30])
@pytest.mark.parametrize("control", [0.3, 1.0])
def test_more_control_of_the_press_wakes_nobody_else(day, control):
    free = Simulation(free_press(2000, **FEED, **{"attention.foreign_reach": 0.5}), seed=SEED)
    free.run(free.scenario.date_of(day))
    controlled = copy.deepcopy(free)
    controlled.enact({"kind": "setting", "set": {"press_control": control}, "regions": []})
    unaware = free.state["attention"] != AWARE
    for simulation in (free, controlled):
        simulation.step()
    woken, fewer = (unaware & (s.state["attention"] == AWARE) for s in (free, controlled))
    assert not np.any(fewer & ~woken)
    assert control < 1 or fewer.sum() < woken.sum()


def test_control_of_the_press_holds_in_the_regions_that_have_it():
    nobody_speaks = {"population.threshold.mean": 9, "instigators": 0}
    world = free_press(4000, **nobody_speaks)
    controlled = Simulation(world, seed=SEED)
    controlled.enact({"kind": "setting", "set": {"press_control": 1}, "regions": ["Riverside"]})
    free = Simulation(world, seed=SEED).run()
    aware = controlled.run().regions.groupby("region")["aware"].sum()
    before = free.regions.groupby("region")["aware"].sum()
    assert aware["Old Town"] == before["Old Town"]
    assert aware["Riverside"] < before["Riverside"]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_without_a_network_news_online_reaches_nobody(share):
    values = {"adoption.ceiling": 0, "attention.online_share": share}
    aware = Simulation(town(500).change(values), seed=SEED).run().nation["aware"].max()
    assert (aware > 0) == (share == 0)
