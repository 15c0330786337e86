"""A scenario on a base: what it takes over, what it replaces, and its own part of history."""

import datetime as dt
import tomllib

import numpy as np
import pytest

from command import call
from samizdat import Scenario, ScenarioError, Simulation
from samizdat.scenario.inheritance import clipped, merged
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.shipped import shipped, shipped_text
from worlds import same_state


def day(text):
    return dt.date.fromisoformat(text)


def entry(name="x", begins="2014-03-10", days=None, **more):
    """An entry of a timeline, as a file's table has it."""
    length = {} if days is None else {"days": days}
    return {"id": name, "kind": "event", "from": day(begins), "shock": 0.1, **length, **more}


def on_town(text):
    return Scenario.parse('base = "town"\n' + text, "mine")


# Tables are merged, lists replaced


def test_a_base_alone_is_the_base():
    own, base = Scenario.parse('base = "town"', "town"), Scenario.load("town")
    assert own == base


def test_what_is_said_beats_the_base_and_what_is_not_said_is_the_bases():
    own, base = on_town("citizens = 300\n[parameters.attention]\nbeta = 0.5"), Scenario.load("town")
    assert (own.citizens, own.parameters["attention.beta"]) == (300, 0.5)
    assert {n for n in REGISTRY if own.parameters[n] != base.parameters[n]} == {"attention.beta"}
    assert own.spec.regions == base.spec.regions


def test_tables_are_merged_at_every_depth():
    base = {"a": {"b": {"c": 1, "d": 2}, "e": 3}}
    assert merged(base, {"a": {"b": {"c": 4}}}) == {
        "a": {"b": {"c": 4, "d": 2}, "e": 3}, "timeline": [],
    }  # fmt: skip


def test_the_base_is_not_touched():
    base = {"a": {"b": 1}, "timeline": [entry(days=5)], "start": day("2014-03-01")}
    before = {**base, "a": {**base["a"]}, "timeline": [dict(e) for e in base["timeline"]]}
    merged(base, {"a": {"b": 2}, "start": day("2014-03-12"), "end": day("2014-04-01")})
    assert base == before


def test_lists_are_replaced_whole():
    own = on_town("""
        platforms = [{ name = "square_talk", audience = 0.5 }]
        regime.ban.platforms = []
        timeline = [{ id = "square_dark", kind = "signal", from = 2014-03-22 }]
    """)  # its block of moving pictures is replaced, too
    assert [platform.name for platform in own.spec.platforms] == ["square_talk"]
    assert own.spec.ban_platforms == ()


def test_regions_of_ones_own_are_all_there_are():
    own = Scenario.load("land_protests")
    people = {region.name: region.population for region in own.spec.regions}
    assert sum(people.values()) == 17_669_896  # of 2016, without those of 2011


# The timeline is the base's within the own dates


def test_what_is_over_before_the_start_is_dropped():
    over, lasts = entry("over", "2014-03-10", 5), entry("lasts", "2014-03-10", 6)
    kept = clipped([over, lasts], day("2014-03-15"), day("2014-04-29"))
    assert [each["id"] for each in kept] == ["lasts"]


def test_what_began_before_begins_at_the_start_with_the_days_it_has_left():
    (kept,) = clipped([entry(days=20)], day("2014-03-15"), day("2014-04-29"))
    assert (kept["from"], kept["days"]) == (day("2014-03-15"), 15)


def test_what_holds_for_good_goes_on_holding_for_good():
    (kept,) = clipped([entry()], day("2014-03-15"), day("2014-04-29"))
    assert kept["from"] == day("2014-03-15")
    assert "days" not in kept


def test_what_begins_on_the_last_day_is_kept_and_a_day_later_dropped():
    last, later = entry("last", "2014-03-20"), entry("later", "2014-03-21")
    kept = clipped([last, later], day("2014-03-01"), day("2014-03-20"))
    assert kept == [last]


def test_within_the_own_dates_nothing_is_changed():
    whole = [entry("a", "2014-03-01", 60), entry("b", "2014-04-29")]
    assert clipped(whole, day("2014-03-01"), day("2014-04-29")) == whole


@pytest.mark.parametrize(
    ("name", "there", "not_there"),
    [("zhanaozen", "arab_spring strike_1 town_dark", "orange_revolution prosecutor_law land_sale"),
     ("land_protests", "prosecutor_law land_sale platforms_dark", "maidan strike_1 town_dark")],
)  # fmt: skip
def test_a_shipped_part_of_history_holds_what_fell_into_it(name, there, not_there):
    ids = {each.id for each in Scenario.load(name).spec.timeline}
    assert ids >= set(there.split())
    assert not ids & set(not_there.split())


@pytest.mark.parametrize("date", ["03-17", "03-19", "03-20", "03-21", "03-24", "03-28", "04-13"])
def test_on_its_first_day_the_numbers_are_those_that_hold_in_the_base(date):
    # Arrests beforehand from 18 to 20 March, laws from the 24th and the 28th.
    part = Simulation(on_town(f"citizens = 40\nstart = 2014-{date}"), seed=1)
    part.step()
    whole = Simulation(on_town("citizens = 40"), seed=1).run(day(f"2014-{date}"))
    assert part.environment.parameters == whole.environment.parameters
    for name, values in part.environment.values.items():
        assert np.array_equal(values, whole.environment.values[name]), name


def test_an_own_entry_takes_the_place_of_the_bases_of_the_same_id():
    own = on_town('[[timeline]]\nid = "closure"\nkind = "event"\nfrom = 2014-03-12\nshock = 0.9\n')
    closures = [each for each in own.spec.timeline if each.id == "closure"]
    assert [(each.begins, each.shock) for each in closures] == [(day("2014-03-12"), 0.9)]
    ids = {each.id for each in own.spec.timeline}
    assert ids == {each.id for each in Scenario.load("town").spec.timeline}


def test_own_entries_come_after_the_bases():
    own = on_town('[[timeline]]\nid = "mine"\nkind = "event"\nfrom = 2014-03-05\nshock = 0.9\n')
    assert own.spec.timeline[-1].id == "mine"
    assert len(own.spec.timeline) == len(Scenario.load("town").spec.timeline) + 1


def test_own_entries_are_not_cut_but_refused_where_they_fall_outside():
    text = '[[timeline]]\nid = "mine"\nkind = "event"\nfrom = 2014-02-01\nshock = 0.9\n'
    with pytest.raises(ScenarioError, match=r"timeline\.mine\.from = 2014-02-01 is outside"):
        on_town(text)


def test_a_base_may_stand_on_a_base():
    own = Scenario.parse('base = "zhanaozen"\nstart = 2011-12-16\ncitizens = 100\n', "mine")
    assert own.spec.end == day("2012-03-31")
    assert len(own.spec.regions) == 17
    dark = next(each for each in own.spec.timeline if each.id == "town_dark")
    assert (dark.begins, dark.days) == (day("2011-12-16"), 20)


# What is refused


def test_an_unknown_base_is_named_in_one_line_with_exit_code_2(capsys, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('base = "kazakhstn"\n')
    assert call("run", file, "--out", tmp_path / "out") == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("samizdat: ")
    assert "base: unknown 'kazakhstn'" in line
    assert "did you mean 'kazakhstan'" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("base", ["3", '["town"]', '""', "true"])
def test_a_base_that_is_no_name_is_refused(base):
    with pytest.raises(ScenarioError, match="mine: base: unknown"):
        Scenario.parse(f"base = {base}\n", "mine")


def test_entries_of_the_base_in_regions_that_are_gone_are_refused():
    with pytest.raises(ScenarioError, match=r"timeline\.\w+\.regions: unknown 'Riverside'"):
        on_town('regions = [{ name = "Old Town", share = 1.0 }]')


# What is kept of it


@pytest.mark.parametrize("name", [n for n in shipped() if "base" in tomllib.loads(shipped_text(n))])
def test_a_scenario_on_a_base_is_written_whole_and_read_again(name):
    scenario = Scenario.load(name)
    table = scenario.to_table()
    assert "base" not in table
    assert Scenario.from_table(table, name) == scenario


def test_the_table_of_a_part_runs_as_the_part():
    part = Scenario.parse('base = "town"\nstart = 2014-03-20\ncitizens = 300\n', "town")
    again = Scenario.from_table(part.to_table(), "town")
    assert same_state(Simulation(part, seed=2).run(), Simulation(again, seed=2).run())


@pytest.mark.parametrize(
    "text",
    [
        "timeline = 3",
        "timeline = [1]",
        '[timeline]\nid = "a"',
        '[[timeline]]\nid = ["a"]\nkind = "event"\nfrom = 2014-03-12\nshock = 0.1',
        "start = 2014-03-12T10:00:00",
        'start = "soon"',
    ],
)
def test_a_form_that_no_scenario_has_is_refused_in_one_line(text):
    with pytest.raises(ScenarioError) as refused:
        on_town(text)
    assert "\n" not in str(refused.value)


def test_a_trait_of_another_kind_takes_the_place_of_the_bases():
    own = on_town('[population]\nhardship = { kind = "constant", value = 0.2 }')
    assert own.spec.population.hardship.kind == "constant"
    assert own.spec.population.threshold.kind == "normal"


def test_settings_of_the_base_hold_in_the_order_of_their_dates():
    rows = [
        {"id": "late", "from": day("2014-03-20"), "set": {"chill": 0.3}},
        {"id": "early", "from": day("2014-03-10"), "set": {"chill": 0.1}},
    ]
    kept = clipped(rows, day("2014-04-01"), day("2014-04-10"))
    assert [row["id"] for row in kept] == ["early", "late"]


def test_a_concession_goes_with_its_event():
    ids = {each.id for each in on_town("citizens = 40\nstart = 2014-04-20").spec.timeline}
    assert not ids & {"closure", "jobs_promised"}


@pytest.mark.parametrize("pinned", ["3", "true", "nan", "2014-03-05", '"chill"', "[1]", "[[1]]"])
def test_what_is_pinned_is_a_list_of_names(pinned):
    with pytest.raises(
        ScenarioError, match=r"it: pinned = .* is not a list of parameters|it: pinned: unknown"
    ):
        Scenario.parse(f'base = "town"\npinned = {pinned}', "it")


KEYS = ["start", "end", "timeline", "regions", "platforms", "graph", "citizens", "adoption",
        "regime", "population", "title", "step_days", "pinned", "base"]  # fmt: skip
VALUES = ["1", "-0.5", "true", '""', '"x"', "[]", "[1]", "{}", "[{}]", "{ a = 1 }", "2014-03-05",
          "2014-03-05T10:00:00Z", "10:00:00", "nan", "9223372036854775807", "0001-01-01",
          "9999-12-31", '[{ id = "a" }]', "[[1]]"]  # fmt: skip


def test_whatever_overrides_a_base_is_taken_or_refused_in_one_line():
    rng, refused = np.random.default_rng(11), 0
    for _ in range(80):
        lines = [f"{key} = {rng.choice(VALUES)}" for key in rng.choice(KEYS[:-1], 2, replace=False)]
        try:
            Scenario.parse("\n".join(['base = "town"', *lines]), "it")
        except ScenarioError as error:
            refused += len(str(error).splitlines())
    assert refused > 40


@pytest.mark.parametrize("value", VALUES)
def test_a_base_is_the_name_of_a_scenario(value):
    with pytest.raises(ScenarioError, match="it: base: unknown"):
        Scenario.parse(f"base = {value}", "it")


# What a scenario goes without


def left_out(**given):
    table = {"timeline": [entry("a"), entry("b"), {**entry("c"), "kind": "signal"},
                          {**entry("d"), "kind": "action", "event": "a"}]}  # fmt: skip
    return [each["id"] for each in merged(table, {"leave_out": given})["timeline"]]


def test_entries_are_left_out_by_id_and_by_kind():
    assert left_out() == ["a", "b", "c", "d"]
    assert left_out(ids=["b"]) == ["a", "c", "d"]
    assert left_out(kinds=["signal"], ids=["b"]) == ["a", "d"]


def test_an_action_is_left_out_with_its_event():
    assert left_out(ids=["a"]) == ["b", "c"]
    assert left_out(kinds=["event"]) == ["c"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('leave_out = "event"', "leave_out = 'event' is not a table"),
        ('leave_out.kind = ["event"]', "leave_out: unknown 'kind'; did you mean 'kinds'?"),
        ('leave_out.kinds = ["evnt"]', "leave_out.kinds: unknown 'evnt'; did you mean 'event'?"),
        ('leave_out.ids = ["closur"]', "leave_out.ids: unknown 'closur'; did you mean 'closure'?"),
        ("leave_out.ids = [3]", "leave_out.ids = [3] is not a list of names"),
        ('leave_out.ids = "closure"', "leave_out.ids = 'closure' is not a list of names"),
    ],
)  # fmt: skip
def test_what_cannot_be_left_out_is_told_in_a_line(text, told):
    with pytest.raises(ScenarioError) as caught:
        on_town(text)
    assert str(caught.value) == f"mine: {told}"


def test_a_mistyped_key_of_inheritance_is_told_the_nearest():
    for typed, meant in {"leave_ot": "leave_out", "bas": "base"}.items():
        with pytest.raises(ScenarioError, match=f"unknown '{typed}'; did you mean '{meant}'"):
            Scenario.parse(f"{typed} = 1\n" + shipped_text("town"))


def test_without_a_base_there_is_nothing_to_leave_out():
    text = shipped_text("town") + '\n[leave_out]\nkinds = ["event"]\n'
    with pytest.raises(ScenarioError, match="leave_out: there is no base to leave anything out of"):
        Scenario.parse(text, "mine")


def test_the_country_of_arrivals_has_no_dated_grievance_and_no_other_difference():
    base, own = Scenario.load("kazakhstan"), Scenario.load("kazakhstan_arrivals")
    kinds = {each.kind for each in own.spec.timeline}
    assert kinds == {"signal", "setting", "action"}
    gone = {each.id for each in base.spec.timeline if each.kind not in ("event", "account")}
    gone -= {each.id for each in own.spec.timeline}
    assert gone == {
        "shooting", "town_dark", "emergency", "arrests_beforehand", "platforms_dark", "more_dark",
        "mobile_off", "moratorium",
    }  # fmt: skip
    changed = {n for n in REGISTRY if own.parameters[n] != base.parameters[n]}
    assert changed == {
        "arrivals.mu", "rally.call", "blocking.scope", "blocking.trigger_street",
        "blocking.cover_story", "blackout.trigger", "blackout.cover_story", "arrests.capacity",
    }  # fmt: skip
    assert own.notes() == []
