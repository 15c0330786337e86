"""The ladder in a scenario's file: what is taken, what is refused, and what drops it."""

import pytest

from samizdat import Scenario, ScenarioError
from samizdat.run.digests import scenario_digest
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.ladder import ladder_without
from worlds import town

LAW = {"at": 0.3, "delay_days": 20, "add": {"chill": 0.1}, "title": "Law"}


def laws(*rungs, **numbers):
    """The town with a ladder, and numbers of the threat."""
    table = town().to_table()
    threat = {**table["regime"]["threat"], "gain": 0.02, **numbers}
    return Scenario.from_table(
        {**table, "regime": {**table["regime"], "threat": threat, "ladder": list(rungs)}}
    )


def on_town(text):
    return Scenario.parse('base = "town"\n' + text, "mine")


def test_a_law_without_content_is_refused_with_the_file():
    with pytest.raises(
        ScenarioError, match=r"^mine: regime.ladder \(entry 1\): add and set are both"
    ):
        on_town("[[regime.ladder]]\nat = 0.3\n")


def test_a_file_has_rungs_of_levels_and_words():
    world = on_town("""
        [regime.threat]
        gain = 0.01
        [[regime.ladder]]
        at = 0.3
        delay_days = 200
        add = { surveillance = 0.05, chill = 0.05 }
        [[regime.ladder]]
        at = 1
        set = { "blocking.authority" = "prosecutor", "blackout.on" = true }
        title = "Prosecutor"
    """)
    first, second = world.spec.ladder
    assert (first.at, first.delay_days, first.add["chill"]) == (0.3, 200, 0.05)
    assert (second.delay_days, second.set["blocking.authority"]) == (0, "prosecutor")
    assert (first.label, second.label) == ("surveillance +0.05, chill +0.05", "Prosecutor")


def test_it_goes_to_a_file_and_back_and_is_part_of_the_digest():
    world = laws(LAW, {"at": 0.5, "set": {"blocking.authority": "prosecutor"}})
    assert Scenario.from_table(world.to_table()).spec == world.spec
    assert Scenario.parse(to_toml(world)).spec == world.spec
    assert scenario_digest(world) != scenario_digest(laws(LAW))
    assert scenario_digest(laws(LAW)) != scenario_digest(laws({**LAW, "delay_days": 21}))
    assert "ladder" not in town().to_table()["regime"]


def test_a_change_keeps_it_and_a_preset_drops_it():
    world = laws(LAW).change({"chill": 0.2, "citizens": 100})
    assert world.spec.ladder == laws(LAW).spec.ladder
    under = laws(LAW).under("networked")
    assert under.spec.ladder == ()
    assert under.parameters["threat.gain"] == 0
    assert laws(LAW).without("threat").parameters["threat.gain"] == 0


def test_a_file_with_a_base_replaces_its_ladder():
    world = Scenario.parse("""
        base = "kazakhstan_rules"
        [[regime.ladder]]
        at = 0.9
        add = { chill = 0.5 }
    """)
    assert [rung.at for rung in world.spec.ladder] == [0.9]
    assert world.parameters["threat.gain"] == 0.01


HERE = r"regime.ladder \(entry 1\)"


@pytest.mark.parametrize(
    ("rung", "told"),
    [
        ({"at": 0}, rf"{HERE}.at = 0: it must be above 0"),
        ({"at": 1.1}, rf"{HERE}.at = 1.1: it must be at most 1"),
        ({"at": "high"}, rf"{HERE}.at = 'high' is not a number"),
        ({"delay_days": -1}, rf"{HERE}.delay_days = -1: it must be at least 0"),
        ({"add": {}}, rf"{HERE}: add and set are both empty"),
        ({"add": {"chil": 0.1}}, rf"{HERE}.add: unknown 'chil'; did you mean 'chill'\?"),
        ({"add": {"chill": 1.5}}, rf"{HERE}.add: chill = 1.5 is outside 0 ... 1"),
        ({"add": {"chill": -0.1}}, rf"{HERE}.add: chill = -0.1 is outside 0 ... 1"),
        ({"add": {"broadcast": 0.2}}, rf"{HERE}.add: broadcast = 0.2 is outside 0 ... 0.1"),
        ({"add": {"blocking.duration": 1}}, rf"{HERE}.add: blocking.duration is no share or rate"),
        ({"add": {"blocking.on": 1}}, rf"{HERE}.add: blocking.on is no share or rate"),
        ({"set": {"blocking.authority": "king"}},
         rf"{HERE}.set: blocking.authority = 'king' is not a number: court or prosecutor"),
        ({"set": {"fear.calm": 0.1}}, rf"{HERE}.set: fear.calm is no number of the regime"),
        ({"set": {"security": 0.1}}, rf"{HERE}.set: security is no number of the regime"),
        ({"set": {"threat.gain": 0.1}}, rf"{HERE}.set: threat.gain is a number of the threat"),
        ({"set": {"ban.platforms": "*"}}, rf"{HERE}.set: ban.platforms is a list of platforms"),
        ({"set": {"chill": 0.1}}, rf"{HERE}: chill is in add and in set"),
        ({"when": 3}, rf"{HERE}: unknown 'when'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line(rung, told):
    with pytest.raises(ScenarioError, match=told) as error:
        laws({**LAW, **rung})
    assert "\n" not in str(error.value)


def test_a_missing_height_and_a_ladder_that_is_no_list_are_told():
    with pytest.raises(ScenarioError, match=rf"{HERE}.at is missing"):
        laws({"add": {"chill": 0.1}})
    with pytest.raises(ScenarioError, match=r"regime.ladder = 3 is not a list"):
        on_town("regime.ladder = 3")


def test_a_number_of_the_threat_takes_no_regions():
    with pytest.raises(ScenarioError, match=r"threat.gain holds for the nation"):
        on_town("""
            [[timeline]]
            id = "fear"
            kind = "setting"
            from = 2014-03-10
            regions = ["Riverside"]
            set = { "threat.gain" = 0.1 }
        """)


def test_what_can_do_nothing_is_named():
    assert laws(LAW).notes() == []
    assert "regime.ladder does nothing: threat.gain is 0" in laws(LAW, gain=0).notes()
    idle = town().change({"threat.gain": 0.1}).notes()
    assert "threat.gain = 0.1 does nothing: regime.ladder has no rung" in idle
    idle = laws(LAW, gain=0).change({"threat.home": 3}).notes()
    assert "threat.home = 3 does nothing: threat.gain is 0" in idle


def test_a_ladder_can_lose_its_effects_on_some_numbers():
    ladder = laws(LAW, {"at": 0.5, "add": {"chill": 0.1}, "set": {"ban.on": 1}}).spec.ladder
    assert ladder_without(ladder, {"surveillance"}) == [*ladder]
    (left,) = ladder_without(ladder, {"chill"})
    assert (left.add, left.set, left.at) == ({}, {"ban.on": 1}, 0.5)
