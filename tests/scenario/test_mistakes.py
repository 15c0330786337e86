"""Mistakes are told in one line: all of them or a few and how many more, by the words of files."""

import datetime as dt

import numpy as np
import pytest

from samizdat import Scenario, ScenarioError, Simulation
from samizdat.core.quantity import format_value
from samizdat.run.digests import scenario_digest
from samizdat.scenario.dates import day_from
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.mistakes import short_name, together, unknown
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.shipped import shipped_text
from worlds import town


def test_few_mistakes_are_told_and_of_many_three():
    assert together(["a"]) == "a"
    assert together(["a", "b", "c"]) == "a; b; c"
    assert together(["a", "b", "a", "c", "d", "e"]) == "a; b; c; and 2 more"


def test_an_unknown_name_lists_few_names_and_never_ninety():
    assert unknown("x", ["ab", "cd"]) == "unknown 'x'; known are ab, cd"
    assert unknown("attention.bta", REGISTRY).endswith("did you mean 'attention.beta'?")
    many = unknown("xyzzy", REGISTRY, "samizdat parameters")
    assert many == (
        f"unknown 'xyzzy'; none of the {len(REGISTRY)} known names is near, see samizdat parameters"
    )
    assert len(unknown("x" * 10_000, REGISTRY)) < 150


def test_a_long_name_is_cut_and_any_other_kept():
    assert short_name("a" * 64) == "a" * 64
    assert short_name("a" * 5000) == "a" * 61 + "..."
    assert short_name("a\nb") == "a b"


@pytest.mark.parametrize(
    ("text", "told"),
    [("many", "many"), ("", "''"), ("\ud800", r"'\ud800'"), ("\u202e1", r"'\u202e1'")],
)
def test_a_wrong_number_of_citizens_can_be_printed(text, told):
    with pytest.raises(ScenarioError) as error:
        town().change({"citizens": text})
    assert str(error.value).startswith(f"citizens = {told} is not a whole number")


@pytest.mark.parametrize("regime", ["x" * 5000, np.array(3), [1, 2], 3, {}, None], ids=repr)
def test_what_is_no_regime_is_refused_in_a_short_line(regime):
    with pytest.raises(ScenarioError, match=r"^regime .{,60} is not one of open") as told:
        town(citizens=40).under(regime)
    assert len(str(told.value)) < 200


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"), ("a\nb", r"'a\nb'"), (np.float64(0.5), "0.5"), (np.array(3), "3"),
        (10**400, "10**400"), (-(10**5000), "-10**5000"), (2**64, "18446744073709551616"),
        ("x" * 500, "'" + "x" * 56 + "..."), (None, "None"), ([1, 2], "[1, 2]"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_value_is_shown_in_a_short_line(value, text):
    assert format_value(value) == text


HUGE = {"10**400": 10**400, "-10**5000": -(10**5000)}
NAMES = (
    "attention.beta", "attention.on", "graph.town", "security", "citizens", "step_days",
    "population.threshold.mean", "population.hardship.a",
)  # fmt: skip


@pytest.mark.parametrize("digits", HUGE)
@pytest.mark.parametrize("name", NAMES)
def test_a_number_of_many_digits_is_refused_by_name(name, digits):
    shown = digits.replace("**", r"\*\*")
    with pytest.raises(ScenarioError, match=f"^{name} = {shown} is (outside|too|not a)"):
        town().change({name: HUGE[digits]})


@pytest.mark.parametrize("value", [10**400, float("inf"), "0.5", True, [1], None])
def test_an_order_with_no_number_is_refused_and_changes_nothing(value):
    simulation = Simulation(town(60))
    before = simulation.scenario
    with pytest.raises(ScenarioError, match=r"^timeline\.live-1\.set(\.|: )surveillance = ") as one:
        simulation.enact({"kind": "setting", "set": {"surveillance": value}})
    assert len(str(one.value)) < 200
    assert simulation.scenario is before


def test_every_wrong_value_of_a_change_is_told():
    wrong = {"attention.beta": 9, "citizens": 0, "xyzzy": 1, "step_days": 99}
    with pytest.raises(ScenarioError) as caught:
        town().change(wrong)
    for words in ("attention.beta = 9 is", "citizens = 0 is", "unknown 'xyzzy'", "and 1 more"):
        assert words in str(caught.value)


def test_all_mistakes_of_a_file_are_told():
    text = shipped_text("town")
    for old, new in (
        ("chill = 0.05", "chil = 0.05"), ("beta = 0.12", "beta = 9"), ("shock = 0.6", "shock = 6"),
    ):  # fmt: skip
        text = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as caught:
        Scenario.parse(text, "mine")
    told = str(caught.value).removeprefix("mine: ").split("; ")
    assert told == [
        "regime: unknown 'chil'", "did you mean 'chill'?", "attention.beta = 9 is outside 0 ... 5",
        "timeline.closure.shock = 6: it must be at most 1",
    ]  # fmt: skip


def test_all_mistakes_that_involve_several_values_are_told():
    text = shipped_text("town").replace('regions = ["Riverside"]', 'regions = ["Riverbank"]')
    text = text.replace('platforms = ["kin_chat"]', 'platforms = ["kin"]')
    with pytest.raises(ScenarioError) as caught:
        Scenario.parse(text, "mine")
    told = str(caught.value)
    for name in ("regime.ban.platforms", "chat_ban.regions", "riverside_dark.regions"):
        assert name in told


# Dates


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_the_first_and_last_day_allowed_can_be_lived(day):
    table = {**town(60).to_table(), "start": day, "end": day, "timeline": []}
    scenario = Scenario.from_table(table)
    assert str(Simulation(scenario).run().date) == day
    assert scenario.adoption_on(day_from(day)).shape == (2,)


@pytest.mark.parametrize("day", ["1899-12-31", "2200-01-01", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("kind", [str, dt.date.fromisoformat])
def test_a_day_outside_the_years_is_refused(day, kind):
    with pytest.raises(ValueError, match=f"^{day} is outside the years 1900 ... 2199$"):
        day_from(kind(day))


@pytest.mark.parametrize("days", [1e300, 1e6, 2.5, 60.0])
def test_an_entry_of_any_length_ends_at_most_with_the_scenario(days):
    table = town(60).to_table()
    (event,) = (entry for entry in table["timeline"] if entry["id"] == "closure")
    event |= {"days": days, "rallies": []}
    simulation = Simulation(Scenario.from_table(table)).run()
    bands = simulation.bands.set_index("id")
    last = dt.date(2014, 3, 12) if days == 2.5 else dt.date(2014, 4, 29)
    assert bands.loc["closure", "end"] == last


def test_a_switch_given_as_true_is_the_scenario_with_1():
    text = shipped_text("town")
    switched = Scenario.parse(text.replace('"ban.on" = 1', '"ban.on" = true'), "town")
    assert scenario_digest(switched) == scenario_digest(Scenario.load("town"))
    assert Scenario.parse(to_toml(switched), "town") == Scenario.load("town")
