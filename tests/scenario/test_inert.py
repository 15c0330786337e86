"""A setting that can do nothing is named, with the reason, and it does nothing."""

import pytest

from samizdat import Scenario, Simulation
from samizdat.cli import main
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.shipped import shipped
from worlds import same_history, same_state, town

NO_ONE_ONLINE = {"adoption.ceiling": 0}
NO_FORCE = {"violence.on": 0}
NOTHING_CUT = {"blocking.on": 0, "blackout.on": 0}
# What is set beside a number: then why it can do nothing.
IDLE = {
    "reach.reachable_only": ({"reach.dilution": 0}, "reach.dilution is 0"),
    "reach.reference_ties": ({"reach.dilution": 1}, "reach.dilution is 1"),
    "reach.post_weight": ({"decision.exposure_weight": 0}, "decision.exposure_weight is 0"),
    "reach.public_signal": ({"decision.exposure_weight": 0}, "decision.exposure_weight is 0"),
    "reach.demonstration": (NO_ONE_ONLINE, "nobody ever reads the foreign press"),
    "trust.doubt": (NO_ONE_ONLINE, "nobody ever reads the foreign press"),
    "attention.foreign_reach": (NO_ONE_ONLINE, "nobody ever reads the foreign press"),
    "attention.feed": (NO_ONE_ONLINE, "nobody is ever on a platform"),
    "attention.beta": ({"attention.on": 0}, "attention.on is 0"),
    "attention.speaking_tires": ({"attention.on": 0}, "attention.on is 0"),
    "flooding": (
        {"attention.beta": 0, "attention.feed": 0},
        "attention.beta and attention.feed are 0",
    ),
    "press_control": ({"attention.on": 0}, "attention.on is 0"),
    "rally.organisers": ({"rally.on": 0}, "rally.on is 0"),
    "rally.notice": ({"rally.on": 0}, "rally.on is 0"),
    "rally.camps": ({"rally.on": 0}, "rally.on is 0"),
    "detain_organisers": ({"rally.on": 0}, "rally.on is 0"),
    "arrivals.own": ({"arrivals.mu": 0}, "arrivals.mu is 0"),
    "arrivals.far": ({"arrivals.mu": 50, "arrivals.omega": 0}, "arrivals.omega is 0"),
    "trust.told": ({"trust.cynicism": 0}, "trust.cynicism is 0"),
    "preempt": (NO_ONE_ONLINE, "nobody is ever on a platform"),
    "surveillance": (NO_ONE_ONLINE, "nobody is ever on a platform"),
    "sanction": ({"surveillance": 0}, "surveillance is 0"),
    "trust.displacement": ({"broadcast": 0}, "broadcast is 0"),
    "egov": (NO_ONE_ONLINE, "nobody is ever online"),
    "arrests.response": ({"arrests.capacity": 0}, "arrests.capacity is 0"),
    "arrests.capacity": ({"arrests.response": 0}, "arrests.response is 0"),
    "fear.terror": (NO_FORCE, "the state never uses violence"),
    "grievance.backlash": (NO_FORCE, "the state never uses violence"),
    "violence.strength": (NO_FORCE, "violence.on is 0"),
    "grievance.frustration": (NOTHING_CUT, "nothing is ever blocked or off"),
    "blocking.deniability": (NOTHING_CUT, "nothing is ever blocked or off"),
    "grievance.acceptance": ({"grievance.frustration": 0}, "grievance.frustration is 0"),
    "circumvention.uptake": ({"circumvention.literacy": 0}, "nobody can use a VPN"),
    "circumvention.anonymity": ({"circumvention.literacy": 0}, "nobody can use a VPN"),
    "blocking.authority": ({"regime.actions": "record"}, "regime.actions is record"),
    "blocking.trigger_posts": ({"regime.actions": "record"}, "regime.actions is record"),
    "blackout.trigger": ({"regime.actions": "record"}, "regime.actions is record"),
    "blackout.duration": ({"blackout.trigger": 0}, "no trigger is set"),
    "concession.patience_days": ({"concession.trigger": 0}, "no trigger is set"),
    "graph.degree": ({}, "graph.kind is social"),
    "graph.homophily": ({"graph.kind": "ring"}, "graph.kind is ring"),
    "decision.people_in_sight": ({"security": 0}, "security is 0"),
}


def other_values(name):
    """Two values that are neither the default nor off."""
    q = REGISTRY[name].quantity
    low = q.low if q.low not in (q.off, REGISTRY[name].default) else (q.low + q.high) / 2
    return (q.low, q.high) if q.whole or q.names else (low, q.high)


def lines_about(name, world):
    return [note for note in world.notes() if f"{name} = " in note]


@pytest.mark.parametrize("name", IDLE)
def test_it_is_named_and_changes_nothing(name):
    beside, why = IDLE[name]
    runs = []
    for value in other_values(name):
        world = town(150).change({**beside, name: value})
        if value != REGISTRY[name].quantity.off:
            (line,) = lines_about(name, world)
            assert line.endswith(f": {why}"), line
        runs.append(Simulation(world, seed=3, threads=1).run())
    assert same_state(*runs)
    assert same_history(*runs)


@pytest.mark.parametrize("name", [name for name in IDLE if name not in ("graph.degree",)])
def test_where_it_can_do_something_it_is_not_named(name):
    able = {"reach.dilution": 0.5, "rally.on": 1, "adoption.ceiling": 0.8}
    able |= {"preempt": 0.1, "attention.feed": 0.05, "arrivals.mu": 50}
    assert lines_about(name, town(150).change({**able, name: other_values(name)[1]})) == []


def test_what_is_not_set_is_not_named_except_what_robustness_is_claimed_over():
    assert town(150).notes() == []
    (line,) = Scenario.load("kazakhstan").change({"reach.dilution": 0}).notes()[:1]
    assert line == "reach.reachable_only = 1 does nothing: reach.dilution is 0"


def test_several_with_one_reason_share_a_line():
    off = {"rally.on": 0, "detain_organisers": 0}
    notes = town().change({"rally.notice": 5, "rally.camps": 0.2} | off).notes()
    of_the_file = "rally.organisers = 0.01", "rally.call = 1", "rally.continuation = 0.6"
    *names, last = notes[0].removesuffix(" do nothing: rally.on is 0").split(", ")
    assert {*names, last} == {"rally.notice = 5", "rally.camps = 0.2", *of_the_file}
    assert not any("rally." in note.split(":")[0] for note in notes[1:])


def test_what_is_off_is_not_said_to_do_nothing():
    off = {"rally.on": 0, "rally.call": 0, "detain_organisers": 0}
    assert not any("rally.call" in note or "detain" in note for note in town().change(off).notes())


def test_a_setting_that_comes_later_counts():
    late = {"id": "late", "kind": "setting", "from": "2014-04-01", "set": {"reach.dilution": 1}}
    table = town().to_table()
    table["parameters"]["reach"]["dilution"] = 0
    assert any("reachable_only" in note for note in Scenario.from_table(table).notes())
    table["timeline"] = [*table["timeline"], late]
    assert Scenario.from_table(table).notes() == []


def lost(world):
    return [note for note in world.notes() if note.startswith("attention.online_share")]


def test_news_online_reaches_nobody_without_a_platform():
    (line,) = lost(town().change({**NO_ONE_ONLINE, "attention.online_share": 0.4}))
    assert line == (
        "attention.online_share = 0.4: this share of the news reaches nobody: nobody is ever on a "
        "platform"
    )
    assert lost(town().under("ban").change({"attention.online_share": 0.4})) == [line]
    assert lost(town().change({"attention.online_share": 0.4})) == []


def with_event(**fields):
    """The town whose event has some more fields."""
    table = town().to_table()
    for entry in table["timeline"]:
        if entry["id"] == "closure":
            entry.update(fields)
    return Scenario.from_table(table)


@pytest.mark.parametrize(
    ("fields", "values", "note"),
    [
        ({"shock_abroad": 0.2}, {}, "shock_abroad is of no effect: the event runs everywhere"),
        ({"coverage_online": 0.1}, NO_ONE_ONLINE,
         "coverage_online and seeds_online are of no effect: nobody is ever on a platform"),
        ({"online_reach": 0.5}, {"attention.online_share": 0},
         "online_reach is of no effect: attention.online_share is 0"),
        ({"call": 3}, {"rally.on": 0}, "what it says of rallies is of no effect: rally.on is 0"),
        ({}, NO_ONE_ONLINE,
         "coverage_abroad is of no effect: nobody ever reads the foreign press"),
    ],
)  # fmt: skip
def test_what_an_event_says_in_vain_is_named(fields, values, note):
    assert f"timeline.closure: {note}" in with_event(**fields).change(values).notes()


def test_what_an_event_says_with_effect_is_not_named():
    fields = {"shock_abroad": 0.2, "regions": ["Old Town"], "coverage_online": 0.1, "call": 3}
    able = {"rally.on": 1, "attention.online_share": 0.5}
    assert with_event(online_reach=0.5, **fields).change(able).notes() == []


def test_actions_of_a_regime_that_acts_by_rule_are_named():
    notes = town().change({"regime.actions": "rule"}).notes()
    assert notes == [
        "timeline.square_dark, timeline.riverside_dark, timeline.shots and 1 more: the action is "
        "of no effect: regime.actions is rule"
    ]


def test_an_action_of_a_lever_that_is_off_is_named():
    notes = town().without("violence").notes()
    assert "timeline.shots: the action is of no effect: its lever is switched off" in notes


def test_a_setting_of_what_is_pinned_is_named():
    notes = town().change({"chill": 0.2}).notes()
    assert notes == ["timeline.insult_law: the setting is of no effect: what it sets is pinned"]


@pytest.mark.parametrize("name", shipped())
def test_the_command_names_what_a_shipped_scenario_sets_in_vain(capsys, name):
    with pytest.raises(SystemExit) as ended:
        main(["check", name])
    said = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0
    assert said[0].startswith(f"{name}: a world of ")
    law = "note: blocking.authority = court then prosecutor does nothing: regime.actions is record"
    silent = ("town", "zhanaozen", "kazakhstan_arrivals", "kazakhstan_rules")
    expected = [] if name in silent else [law]
    assert [line for line in said if line.startswith("note:")] == expected


@pytest.mark.parametrize(
    ("name", "beside", "why"),
    [
        ("detain_organisers", NO_ONE_ONLINE, "nobody is ever on a platform"),
        ("blocking.standing_on", {}, "blocking.standing is empty"),
    ],
)
def test_what_else_has_nothing_to_act_through_is_named(name, beside, why):
    (line,) = lines_about(name, town().change({name: 1, **beside}))
    assert line.endswith(f": {why}")


def test_a_standing_block_holds_by_record_and_by_rule():
    for actions in ("record", "rule", "both"):
        world = town().change({"blocking.standing": ["foreign_press"], "blocking.standing_on": 1,
                               "regime.actions": actions})  # fmt: skip
        assert lines_about("blocking.standing_on", world) == []


def test_where_nothing_happens_rallies_can_do_nothing():
    table = town().to_table()
    table["timeline"] = []
    world = Scenario.from_table(table).change({"rally.call": 2})
    assert any("rally.call" in note and "there is no event" in note for note in world.notes())


def test_an_event_that_gives_its_pages_keeps_its_press():
    told = with_event(coverage_online=0.1).change({"attention.online_share": 1})
    assert lines_about("press_control", told.change({"press_control": 0.5})) == []
