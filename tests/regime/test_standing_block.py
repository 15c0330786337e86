"""The standing block: what is blocked from the first day, and is no order."""

import datetime as dt

import numpy as np
import pytest
from mornings import LISTED, STREET, A, C, course, days, facing, responses

from command import call
from samizdat import Scenario, ScenarioError, Simulation
from samizdat.core.layout import FOREIGN, PLATFORMS
from samizdat.regime.orders import Order
from samizdat.regime.presets import PRESETS
from samizdat.scenario.interventions import to_toml
from worlds import run, same_history, same_state, town

PRESS = {"blocking.standing": ["foreign_press"]}
CALM = {"blocking.trigger_posts": 0, "blackout.on": 0, "ban.on": 0}  # but for what is dated


def standing(inputs, platforms=FOREIGN):
    return inputs._replace(always_blocked=platforms)


# The lever


@pytest.mark.parametrize("triggers", [True, False])
def test_it_holds_from_the_first_day_by_rule_and_by_record_and_angers_nobody(triggers):
    rows = responses(*(standing(facing(day, triggers=triggers)) for day in range(3)))
    assert (rows["blocked"] == FOREIGN).all()
    assert not rows["novelty"].any()
    assert not rows["deniability"].any()


@pytest.mark.parametrize("switch", ["blocking.on", "blocking.standing_on"])
def test_it_holds_only_where_its_switches_are_on(switch):
    inputs = standing(facing())
    inputs.values[switch][:] = (1, 0, 1)
    assert responses(inputs)["blocked"][0].tolist() == [FOREIGN, 0, FOREIGN]


def test_orders_come_on_top_and_only_they_are_new():
    rows = responses(*(standing(x, A | FOREIGN) for x in course(3, {1: 50}, **STREET)))
    assert rows["blocked"][:, 0].tolist() == [A | FOREIGN, *[LISTED | FOREIGN] * 2]
    assert days(rows, "novelty") == [1, 2]
    dated = Order("blocking", 0, 0.0, 9.0, C, dated=True)
    without = responses(*(standing(facing(d, dated_orders=[dated]), C) for d in (0, 20)))
    assert without["blocked"][:, 0].tolist() == [C, C]


def test_without_a_list_nothing_stands():
    assert not responses(facing())["blocked"].any()


# The citizens


def test_readers_lose_the_foreign_press_but_for_those_with_a_vpn():
    simulation = Simulation(town(1500).change({**PRESS, **CALM}), seed=3)
    readers = went_round = 0
    while not simulation.finished:
        vpn = simulation.state["circumventing"].copy() > 0
        simulation.step()
        s = simulation.state
        could = (s["access"] & FOREIGN != 0) & (s["posture"] != 4)
        reads = s["ears"] & FOREIGN != 0
        assert not reads[could & ~vpn].any()
        assert reads[could & vpn & ~(simulation.signals["blackout"][s["region"]] > 0)].all()
        readers += could.sum()
        went_round += (could & vpn).sum()
    assert 0 < went_round < readers


def test_its_anger_is_that_of_no_block():
    still = {"grievance.frustration": 1, "circumvention.literacy": 0, "reach.demonstration": 0,
             "attention.foreign_reach": 0, "trust.doubt": 0, "trust.displacement": 0,
             "trust.cynicism": 0, "grievance.acceptance": 0}  # fmt: skip
    world = town(300).under("open").change(still)
    lost = world.change({**PRESS, "blocking.on": 1})
    a, b = run(world), run(lost)
    assert b.nation["cut_off"].max() > 0
    assert np.array_equal(a.state["grievance"], b.state["grievance"])


def test_where_the_foreign_press_alone_is_blocked_no_post_is_suppressed():
    world = town(600).under("open").change({**PRESS, "blocking.on": 1})
    nation = run(world).nation
    assert nation["posts"].sum() > 0
    assert nation["platforms_blocked"].eq(1).all()
    assert not nation["posts_suppressed"].any()


def test_blocking_the_foreign_press_protects_trust():
    world = town(2000).change({"circumvention.literacy": 0, "trust.doubt": 0.01})
    free, shut = run(world), run(world.change(PRESS))
    readers = free.state["access"] & FOREIGN != 0
    assert (shut.state["trust"] - free.state["trust"])[readers].mean() > 0.01


def test_the_press_is_told_of_in_the_account_of_a_reader():
    from samizdat.explain import Explainer

    explainer = Explainer(Simulation(town(80).change(PRESS), seed=3))
    explainer.step()
    told = [explainer.explain(i) for i in range(80)]
    assert any(day.blocked == ("foreign press",) for day in told)
    assert not any(day.foreign_press for day in told)


# The scenario


def test_only_the_networked_regime_has_one():
    lists = {name: town().change(PRESS).under(name).spec.blocking_standing for name in PRESETS}
    assert lists.pop("networked") == ("foreign_press",)
    assert set(lists.values()) == {()}


@pytest.mark.parametrize("off", [{"blocking.standing": []}, {"blocking.standing_on": 0}])
def test_it_can_be_pinned_off(off):
    world = town(300).under("networked")
    assert run(world).nation["platforms_blocked"].iloc[0] == 1
    assert run(world.change(off)).nation["platforms_blocked"].iloc[0] == 0


def test_its_switch_off_is_the_same_as_no_list():
    world = town(400).change({**PRESS, "trust.told": 1})
    off, absent = run(world.change({"blocking.standing_on": 0})), run(town(400, trust__told=1))
    assert same_history(off, absent)
    assert same_state(off, absent)
    assert not same_state(off, run(world))


def test_without_blocking_nothing_stands():
    simulation = run(town(300).change(PRESS).without("blocking"))
    assert not (simulation.history.actions[:, :, 0] > 0)[:20].any()


@pytest.mark.parametrize(
    "given",
    [["foreign_press", "kin_chat"], ("foreign_press", "kin_chat"), "[foreign_press, kin_chat]",
     "foreign_press,kin_chat", ' ["foreign_press", "kin_chat"] '],
)  # fmt: skip
def test_a_list_may_be_given_as_text(given):
    assert town().change({"blocking.standing": given}).spec.blocking_standing == (
        "foreign_press", "kin_chat",
    )  # fmt: skip


@pytest.mark.parametrize("given", [[], (), "[]"])
def test_an_empty_list_is_given_as_such(given):
    assert town().change(PRESS).change({"blocking.standing": given}).spec.blocking_standing == ()


@pytest.mark.parametrize("name", ["blocking.platforms", "ban.platforms"])
def test_the_other_lists_are_set_in_the_same_way(name):
    spec = town().change({name: ["kin_chat"]}).spec
    assert ("kin_chat",) in (spec.blocking_platforms, spec.ban_platforms)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("kin_chatt", "regime.blocking.standing: unknown 'kin_chatt'; did you mean 'kin_chat'?"),
        (3, "regime.blocking.standing = 3"),
        ([3], r"regime.blocking.standing \(entry 1\) = 3 is not text"),
    ],
)
def test_a_mistake_in_the_list_is_one_line(given, message):
    with pytest.raises(ScenarioError, match=message) as caught:
        town().change({"blocking.standing": given})
    assert "\n" not in str(caught.value)


def test_a_file_holds_the_list():
    world = town(60).change(PRESS)
    again = Scenario.parse(to_toml(world))
    assert again.spec.blocking_standing == ("foreign_press",)
    own = Scenario.parse('base = "town"\n[regime.blocking]\nstanding = ["kin_chat"]\n')
    assert own.spec.blocking_standing == ("kin_chat",)


def test_the_command_line_takes_it(capsys, tmp_path):
    command = ["run", "town", "--quiet", "--no-figures", "--regime", "networked", "--out",
               tmp_path / "run", "--citizens", "60", "--set"]  # fmt: skip
    assert call(*command, "blocking.standing=[]") == 0
    assert capsys.readouterr().err == ""
    assert call(*command, "blocking.standing=[prss]") == 2
    assert "prss" in capsys.readouterr().err


# Its band


def bands_of(simulation):
    rows = simulation.bands
    return rows[(rows["kind"] == "blocking") & (rows["id"] == "blocking.standing")]


def test_it_is_a_band_from_the_first_day_to_the_present():
    simulation = Simulation(town(60).change(PRESS), seed=3)
    assert bands_of(simulation).empty
    simulation.run(dt.date(2014, 3, 9))
    (row,) = bands_of(simulation).to_dict("records")
    assert (row["name"], row["region"]) == ("foreign press", "nation")
    assert (row["start"], row["end"]) == (dt.date(2014, 3, 1), dt.date(2014, 3, 9))


@pytest.mark.parametrize("step_days", [0.5, 1.0, 2.0])
def test_its_band_ends_where_it_was_lifted_and_begins_again(step_days):
    world = town(60, step_days=step_days).change(PRESS)
    simulation = Simulation(world, seed=3).run(dt.date(2014, 3, 10))
    simulation.enact({"kind": "setting", "set": {"blocking.standing_on": 0}, "days": 4,
                      "regions": ["Riverside"]})  # fmt: skip
    simulation.run(dt.date(2014, 3, 20))
    barred = simulation.regions.pivot(index="step", columns="region", values="platforms_blocked")
    assert (barred["Old Town"].iloc[:5] == 1).all()
    rows = bands_of(simulation).to_dict("records")
    last = simulation.date.day
    assert {(row["region"], row["start"].day, row["end"].day) for row in rows} == {
        ("Old Town", 1, last), ("Riverside", 1, 10), ("Riverside", 15, last),
    }  # fmt: skip
    again = Simulation(Scenario.parse(to_toml(simulation.scenario)), seed=3)
    assert bands_of(again.run(dt.date(2014, 3, 20))).equals(bands_of(simulation))


def test_a_restored_run_goes_on_under_it(tmp_path):
    whole = Simulation(town(200).change(PRESS), seed=3).run(dt.date(2014, 3, 12))
    whole.save(tmp_path / "town.npz")
    again = Simulation.restore(tmp_path / "town.npz").run()
    assert same_state(again, whole.run())
    assert again.bands.equals(whole.bands)
    assert (again.state["ears"] & PLATFORMS).any()
