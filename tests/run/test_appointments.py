"""Rallies: one mobilises only where one is on; it is called, held, goes on or is prevented."""

import copy
import datetime as dt
import tomllib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samizdat import Scenario, ScenarioError, Simulation
from samizdat.core import draws
from samizdat.core.layout import AWARE, NOW_HELD
from samizdat.core.mechanisms import rally
from samizdat.core.mechanisms.rally import Rally
from samizdat.run.rallies import Rallies, RallyCall
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.timeline import Event
from worlds import run, same_history, same_state, town

CALLING = {
    "rally.on": 1, "rally.organisers": 0.02, "rally.call": 1, "rally.continuation": 0.07,
    "detain_organisers": 0,
}  # fmt: skip
UNREST = dt.date(2014, 3, 10)  # the first day of the town's event
DAY = {UNREST + dt.timedelta(days=k): 9 + k for k in range(50)}  # its steps


def dated(world, **fields):
    """The world with more said of its events."""
    entries = [
        entry.model_copy(update=fields) if isinstance(entry, Event) else entry
        for entry in world.spec.timeline
    ]
    spec = world.spec.model_copy(update={"timeline": tuple(entries)})
    return Scenario("dated", spec, world.parameters, world.pinned)


def square(citizens, values):
    """The town without dates of rallies, and with other values."""
    return dated(town(citizens).change(values), rallies=())


def advanced(simulation, step):
    """The simulation after this many steps."""
    while simulation.step_number < step:
        simulation.step()
    return simulation


@pytest.fixture(scope="module")
def busy():
    """A town whose organisers call rallies."""
    return Simulation(square(2000, CALLING), seed=3).run()


# Where one can mobilise


def test_nobody_mobilises_where_no_rally_is_on(busy):
    days = busy.regions
    assert days.loc[days["rally"] == 0, "mobilise"].max() == 0
    assert days.loc[days["rally"] == 1, "mobilise"].min() > 0


@given(
    st.fixed_dictionaries(
        {
            "rally.call": st.floats(0, 100), "rally.notice": st.integers(0, 9),
            "rally.continuation": st.floats(0, 1), "rally.camps": st.floats(0, 1),
            "rally.organisers": st.floats(0, 1), "rally.committee": st.integers(1, 100),
            "detain_organisers": st.floats(0, 1), "instigators": st.floats(0, 1),
            "attention.on": st.integers(0, 1), "step_days": st.sampled_from([0.5, 1.0, 3.0]),
        }
    ),
    st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=15, deadline=None, derandomize=True)
def test_whatever_the_numbers_nobody_mobilises_without_a_rally(values, seed):
    days = Simulation(town(150).change(CALLING | values), seed=seed, threads=1).run().regions
    assert days.loc[days["rally"] == 0, "mobilise"].max() == 0
    called, held, prevented = (
        days[f"rallies_{what}"].sum() for what in ("called", "held", "prevented")
    )
    assert called >= held + prevented
    assert (days["rallies_held"] <= days["rally"]).all()


def test_who_stays_at_home_for_want_of_a_rally_speaks(busy):
    anyday = run(square(2000, {"rally.on": 0}))
    assert busy.nation["mobilise"].sum() < anyday.nation["mobilise"].sum()
    none = run(square(2000, CALLING | {"rally.call": 0}))
    assert none.nation["mobilise"].max() == 0
    assert none.nation["share"].sum() > 0


def test_without_rallies_nothing_is_recorded_of_them():
    days = run(town(500).change({"rally.on": 0})).regions
    assert days[["rallies_called", "rallies_held", "rallies_prevented", "rally"]].max().max() == 0
    assert days["mobilise"].max() > 0


# Calls


def test_a_call_is_held_after_its_notice(busy):
    days = busy.regions.set_index(["region", "step"])
    called = days.index[days["rallies_called"] == 1]
    assert len(called) == days["rallies_held"].sum() > 5
    assert all(days.loc[(region, step + 2), "rallies_held"] == 1 for region, step in called)


def test_nobody_calls_a_rally_before_she_has_heard_of_an_event(busy):
    assert not busy.nation["rallies_called"][: DAY[UNREST] + 1].any()


def test_a_call_without_notice_is_held_at_once():
    days = run(square(2000, CALLING | {"rally.notice": 0})).regions
    assert days["rallies_called"].sum() > 5
    assert days["rallies_called"].equals(days["rallies_held"])


def test_an_event_may_say_how_often_rallies_are_called_and_how_long_before():
    quiet = square(2000, CALLING | {"rally.call": 0})
    days = run(dated(quiet, call=2.0, notice=4.0)).regions.set_index(["region", "step"])
    called = days.index[days["rallies_called"] == 1]
    assert len(called) > 2
    assert all(days.loc[(region, step + 4), "rallies_held"] == 1 for region, step in called)


@pytest.mark.parametrize(
    ("citizens", "share", "committee", "found"),
    [(1000, 0.001, 3, 3), (10_000, 0.001, 3, 10), (1500, 0.001, 1, 2), (2, 1, 3, 2), (7, 1, 3, 7)],
)
def test_organisers_are_a_share_and_at_least_a_committee(citizens, share, committee, found):
    p = Rally(organisers=share, committee=float(committee))
    assert rally.organisers(citizens, p) == found


def test_organisers_have_the_lowest_thresholds_ties_by_number():
    thresholds = np.full(400, 0.5, np.float32)
    thresholds[[7, 300, 390]] = 0.1, 0.2, 0.1
    simulation = Simulation(square(400, CALLING), traits={"threshold": thresholds})
    p = Rally(organisers=0.02)
    first, second = (simulation.rallies.organisers(r, simulation._world, p) for r in (0, 1))
    assert first.tolist() == [0, 1, 2, 3, 7]
    assert second.tolist() == [240, 300, 390]


def test_the_hazard_of_a_call_grows_with_the_share_that_is_aware_and_free():
    # 1 - exp(-0.5 * 0.4 * 0.25) = 0.0488
    assert rally.is_called(0.048, 0.4, 0.25, 0.5)
    assert not rally.is_called(0.049, 0.4, 0.25, 0.5)
    assert not rally.is_called(1e-9, 0.4, 0.0, 1.0)
    assert not rally.is_called(1e-9, 0.0, 1.0, 1.0)


@pytest.mark.parametrize("step", [0, 12, 20, 30])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_detaining_an_organiser_never_raises_the_hazard_of_a_call(step, seed):
    simulation = advanced(Simulation(square(300, CALLING), seed=seed), step)
    world, p = simulation._world, Rally(organisers=0.05)
    ids, shares = simulation.rallies.organisers(0, world, p), []
    for i in (None, *ids.tolist()):
        if i is not None:
            world.state.days_left[i] = 9
        able = (world.state.attention[ids] == AWARE) & (world.state.days_left[ids] == 0)
        shares.append(simulation.rallies.share(0, world, p))
        assert shares[-1] == able.mean()
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0


def test_two_policies_ask_for_the_same_draws_of_their_calls(monkeypatch):
    streams = (draws.RALLY_CALL, draws.RALLY_CONTINUES, draws.RALLY_KIND)
    asked, uniform = [set(), set()], draws.uniform
    for found, values in zip(asked, ({}, {"detain_organisers": 1, "sanction": 0.5}), strict=True):

        def noted(seed, i, step, stream, found=found):
            found.add((seed, i, step, stream))
            return uniform(seed, i, step, stream)

        monkeypatch.setattr(draws, "uniform", noted)
        run(square(1000, CALLING | values), seed=5, threads=1)
    for found in asked:  # by region and step, not by how often anything was asked before
        of_rallies = [key for key in found if key[3] in streams]
        assert all(seed == 5 and i < 2 and step < 60 for seed, i, step, _ in of_rallies)
    both = [key[3] for key in asked[0] & asked[1]]
    assert {*both} & {*streams} == {*streams}
    assert both.count(draws.RALLY_CALL) > 20


# Going on


def test_a_rally_goes_on_while_people_come_and_the_draw_allows_it():
    assert rally.goes_on(0.24, 0.5, 2.0)
    assert not rally.goes_on(0.26, 0.5, 2.0)
    assert rally.endurance(0.06, Rally()) == 0.9
    assert rally.endurance(0.08, Rally()) == 0.07
    lasting = CALLING | {"rally.continuation": 1, "rally.camps": 0}
    days = run(town(2000).change(lasting)).regions
    for _, region in days.groupby("region", observed=True):
        on, came = region["rally"].to_numpy(), region["mobilise"].to_numpy()
        begun = region["rallies_held"].to_numpy()
        assert on.sum() > 5 + begun.sum()
        assert np.array_equal(on[1:], begun[1:] | (on[:-1] & (came[:-1] > 0)))


def test_an_event_may_say_how_long_rallies_last():
    short = square(2000, CALLING | {"rally.continuation": 0, "rally.camps": 0})
    once = run(short).regions
    assert once["rally"].equals(once["rallies_held"])
    lasting = run(dated(short, continuation=1.0)).regions
    assert lasting["rally"].sum() > 2 * lasting["rallies_held"].sum()


# Dates


def test_a_dated_rally_is_held_on_its_date_and_called_before_it():
    date = UNREST + dt.timedelta(days=6)
    quiet = dated(square(1000, CALLING | {"rally.call": 0}), rallies=(date,), notice=4.0)
    days = run(quiet).nation
    assert np.flatnonzero(days["rallies_called"]).tolist() == [DAY[date] - 4]
    assert np.flatnonzero(days["rallies_held"]).tolist() == [DAY[date]]
    assert days["mobilise"].sum() == days["mobilise"][DAY[date] :].sum() > 0


@pytest.mark.parametrize("step_days", [0.1, 0.2, 0.4, 0.9])
def test_a_date_lies_in_one_step_whatever_the_length_of_a_step(step_days):
    world = dated(town(200).change(CALLING | {"rally.call": 0, "step_days": step_days}), days=50,
                  rallies=[UNREST + dt.timedelta(days=k) for k in (3, 8, 20, 33)])  # fmt: skip
    days = run(world).nation
    assert days["rallies_called"].sum() == days["rallies_held"].sum() == 2 * 4


def test_a_date_replaces_a_call_by_rule():
    date = UNREST + dt.timedelta(days=12)
    world = dated(square(1000, CALLING | {"rally.notice": 9}), rallies=(date,), notice=3.0)
    simulation = advanced(Simulation(world, seed=3), DAY[date] - 3)
    assert not any(call.dated for call in simulation.rallies.pending.values())
    assert simulation.rallies.pending
    simulation.step()
    pending = [*simulation.rallies.pending.values()]
    assert [(call.day, call.dated) for call in pending] == [(DAY[date], True)] * len(pending)


@pytest.mark.parametrize("committee_held", [0, 2, 3])
def test_a_call_is_prevented_if_its_whole_committee_is_held(committee_held):
    date = UNREST + dt.timedelta(days=6)
    world = dated(square(1000, CALLING | {"rally.call": 0}), rallies=(date,), notice=2.0)
    simulation = advanced(Simulation(world, seed=3), DAY[date])
    for call in simulation.rallies.pending.values():
        assert len(call.committee) == 3
        for i in call.committee[:committee_held]:
            simulation._world.state.days_left[i] = 2
    regions = len(simulation.rallies.pending)
    simulation.step()
    assert simulation.nation["rallies_prevented"].iloc[-1] == regions * (committee_held == 3)
    assert simulation.nation["rallies_held"].iloc[-1] == regions * (committee_held < 3)
    assert not simulation.rallies.pending
    assert (simulation.counts["mobilise"] > 0) == (committee_held < 3)


# Arrests of organisers


def test_organisers_are_detained_in_the_evening_until_their_rally_is_over():
    date = UNREST + dt.timedelta(days=20)
    law = CALLING | {
        "rally.call": 0, "detain_organisers": 1, "fate.detention_days": 1, "blocking.on": 0,
        "arrests.capacity": 0, "sanction": 0, "preempt": 0,
    }  # fmt: skip
    world = dated(town(1000).change(law), rallies=(date,), notice=12.0)
    simulation = advanced(Simulation(world, seed=3), DAY[date] - 12)
    while simulation.step_number <= DAY[date]:
        simulation.step()
        world_now = simulation._world
        held = np.add.reduceat(world_now.state.days_left > 0, world_now.blocks[:, 0])
        assert np.array_equal(held, world_now.caches.block_counts[:, NOW_HELD])
        for call in simulation.rallies.pending.values():
            for i in call.committee:
                left = int(world_now.state.days_left[i])
                assert left in (0, DAY[date] - simulation.step_number + 1)
    detained = simulation.nation["newly_detained"]
    assert detained.sum() == detained[DAY[date] - 12 : DAY[date]].sum() > 0


def test_who_cannot_be_read_is_not_detained():
    law = CALLING | {"detain_organisers": 1, "adoption.ceiling": 0, "arrests.capacity": 0}
    days = run(town(1000).change(law)).nation
    assert days["rallies_held"].sum() > 0
    assert days["newly_detained"].sum() == 0


def test_arrests_of_organisers_quieten_the_town():
    arrests = run(square(2000, CALLING | {"detain_organisers": 1, "rally.committee": 1}))
    without = run(square(2000, CALLING | {"rally.committee": 1}))
    assert arrests.nation["rallies_prevented"].sum() > 0
    assert arrests.nation["mobilise"].sum() < without.nation["mobilise"].sum()


# What a run remembers


def pending_run(step=20, **values):
    """A run on whose next morning a call is pending."""
    world = square(1000, CALLING | {"rally.notice": 4, "detain_organisers": 0.3} | values)
    simulation = advanced(Simulation(world, seed=3), step)
    assert simulation.rallies.pending
    return simulation


def assert_same(one, two):
    assert same_state(one, two)
    assert same_history(one, two)
    assert one.rallies.to_table() == two.rallies.to_table()


def test_a_run_goes_on_from_the_day_of_a_pending_call(tmp_path):
    one = pending_run()
    one.save(tmp_path / "run.npz")
    two, twin = Simulation.restore(tmp_path / "run.npz"), copy.deepcopy(one)
    assert two.rallies.to_table() == one.rallies.to_table()
    assert_same(one.run(), two.run())
    assert_same(one, twin.run())
    assert_same(one, run(one.scenario, seed=3))


def test_a_twin_does_not_share_its_calls():
    one = pending_run()
    before, twin = one.rallies.to_table(), copy.deepcopy(one)
    twin.run()
    assert one.rallies.to_table() == before != twin.rallies.to_table()


def test_an_order_of_the_state_leaves_the_calls_as_they_are():
    live = pending_run()
    live.enact({"kind": "setting", "set": {"detain_organisers": 1}})
    live.run()
    assert live.nation["rallies_held"].sum() > 0
    assert_same(live, run(live.scenario, seed=3))


def test_where_rallies_are_no_more_needed_what_was_called_is_forgotten():
    live = pending_run()
    live.enact({"kind": "setting", "set": {"rally.on": 0}})
    live.step()
    assert not live.rallies.pending
    assert live.signals["rally"].tolist() == [1, 1]
    assert live.nation["rally"].iloc[-1] == 0


def test_what_is_remembered_is_written_as_json_has_it():
    one, two = Rallies(town(100)), Rallies(town(100))
    one.pending[1] = RallyCall(9.5, True, (4, 70))
    one.on[0], one.kappa[0], one.committee_size[0], one.counts[0, 1] = True, 0.07, 3, 1
    two.take_over(one)
    assert two.to_table() == one.to_table()
    assert two.pending == one.pending


# In a file


def entry_with(**fields):
    event = {"id": "e", "kind": "event", "from": "2014-03-10", "days": 20, "shock": 0.5}
    return Event.model_validate(event | fields)


def test_dates_of_rallies_go_through_a_file():
    world = dated(town(100), rallies=(UNREST, UNREST + dt.timedelta(days=3)), notice=3.0)
    again = Scenario.from_table(tomllib.loads(to_toml(world)), "dated")
    assert again.spec == world.spec
    assert "rallies = [\n    2014-03-10,\n    2014-03-13,\n]" in to_toml(world)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"rallies": ["2014-03-09"]},
         "rallies: 2014-03-09 is not a day of the event, from 2014-03-10 for 20 days"),
        ({"rallies": ["2014-03-30"]}, "2014-03-30 is not a day of the event"),
        ({"rallies": ["2014-03-12", "2014-03-12"]}, "2014-03-12 is given twice"),
        ({"rallies": ["soon"]}, "soon"),
        ({"notice": -1}, "notice"),
        ({"notice": 61}, "notice"),
        ({"call": 101}, "call"),
        ({"continuation": 1.5}, "continuation"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_a_line(fields, reason):
    table = town(100).to_table()
    table["timeline"].append(
        {"id": "e", "kind": "event", "from": "2014-03-10", "days": 20, "shock": 0.5} | fields
    )
    with pytest.raises(ScenarioError) as refused:
        Scenario.from_table(table, "wrong")
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_last_day_of_an_event_may_have_a_rally():
    assert entry_with(rallies=["2014-03-29"]).rallies == (dt.date(2014, 3, 29),)
    assert entry_with(rallies=["2024-03-29"], days=None).rallies == (dt.date(2024, 3, 29),)
