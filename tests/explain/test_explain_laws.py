"""An account of a citizen's day tells which laws by threat hold, and what they have changed."""

import json

import pytest

from command import call
from samizdat import Scenario, Simulation
from samizdat.core.layout import POSTURES
from samizdat.explain import Explainer
from samizdat.explain.words import account, sentences
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.registry import REGISTRY
from worlds import laws, same_history


def days_of(scenario, citizens=(3, 250), until=None):
    """Run to the end; return the run, and the accounts of some citizens by step."""
    simulation = Simulation(scenario, seed=3, threads=1)
    explainer, found = Explainer(simulation, citizens), []
    while simulation.step_number < (until or simulation.steps):
        explainer.step()
        found.append([explainer.explain(i) for i in citizens])
    return simulation, found


@pytest.fixture(scope="module")
def whole():
    return days_of(laws())


@pytest.mark.parametrize("step_days", [0.5, 1, 2])
def test_the_laws_of_each_day_are_told_with_their_first_day(step_days):
    simulation = Simulation(laws(step_days=step_days), seed=3, threads=1)
    explainer, began = Explainer(simulation, [3]), []
    while not simulation.finished:
        explainer.step()
        day = explainer.explain(3)
        held = [rung for rung in simulation.rungs if rung.in_force]
        assert [(law.title, law.since) for law in day.laws] == [
            (rung.title, str(rung.acts)) for rung in held
        ]
        began += [law.title for law in day.laws if law.begins]
    assert began == [rung.title for rung in sorted(held, key=lambda rung: rung.acts)]
    assert len(began) == 3


def test_what_a_law_changes_is_the_number_less_that_without_it(whole):
    _, days = whole
    before = laws().parameters
    watching, court, prosecution = days[-1][0].laws
    assert watching.title == "Watching"
    chill, surveillance = watching.effects
    assert (chill.number, surveillance.number) == ("chill", "surveillance")
    assert chill.without == pytest.approx(before["chill"])
    assert chill.value == pytest.approx(before["chill"] + 0.3)
    assert (surveillance.value, surveillance.without) == (1, before["surveillance"])
    assert court.effects == (("sanction", 0.02, 0.05),)  # the court was there before
    assert prosecution.effects == ()  # the later law has replaced what it set


def test_the_effects_add_up_to_what_holds_where_she_lives(whole):
    simulation, days = whole
    for day in days[-1]:
        region = simulation.scenario.region_names.index(day.region)
        for effect in (effect for law in day.laws for effect in law.effects):
            value = simulation.environment.values[effect.number][region]
            assert not REGISTRY[effect.number].quantity.names
            assert effect.value == value


def test_words_are_told_in_words():
    rung = {"at": 0.05, "set": {"blocking.authority": "prosecutor"}, "title": "Hand over"}
    _, days = days_of(laws(rungs=[rung]))
    (law,) = days[-1][0].laws
    assert law.effects == (("blocking.authority", "prosecutor", "court"),)
    lines = [line.strip() for day in days for line in sentences(day[0])]
    assert ("From today on a law by threat: Hand over (blocking.authority prosecutor instead of "
            "court).") in lines  # fmt: skip


def test_the_account_tells_that_a_law_has_raised_her_fear_and_how_closely_posts_are_read(whole):
    simulation, days = whole
    acts = simulation.rungs[0].acts
    for k, of_all in enumerate(days):
        for day in of_all:
            told = "\n".join(sentences(day))
            begins, holds = day.date == str(acts), day.date > str(acts)
            assert ("From today on a law by threat: Watching (chill 0." in told) is begins, k
            assert (f"Law by threat since {acts}: Watching (chill 0." in told) is holds, k
            assert ("surveillance 1 instead of" in told) is (begins or holds), k
    (begun,) = [day for of_all in days for day in of_all[:1] if day.date == str(acts)]
    fear = {term.cause: term.change for term in begun.fear.terms}
    assert fear["return to what the law makes her fear"] > 0


def test_a_day_on_which_a_law_begins_has_lines_of_its_own(whole):
    _, days = whole
    mine = [of_all[0] for of_all in days]
    begun = {day.date for day in mine if any(law.begins for law in day.laws)}
    assert begun
    lines = [*account(mine)]
    assert begun <= {line.split(":")[0] for line in lines}
    assert not any(day.quiet for day in mine if day.date in begun)


def test_a_law_that_changes_nothing_is_told_only_on_its_first_day():
    scenario = laws().change({"chill": 0.1, "surveillance": 0.2})
    simulation, days = days_of(scenario)
    acts = str(simulation.rungs[0].acts)
    lines = [line.strip() for of_all in days for line in sentences(of_all[0])]
    told = [line for line in lines if "Watching" in line]
    assert told == ["From today on a law by threat: Watching (it changes nothing today)."]
    assert [law.begins for law in days[-1][0].laws] == [False] * 3
    assert days[-1][0].laws[0].since == acts


def test_what_the_user_orders_later_has_taken_the_place_of_a_law():
    simulation = Simulation(laws(), seed=3, threads=1)
    explainer = Explainer(simulation, [3])
    while not all(rung.in_force for rung in simulation.rungs[:3]):
        explainer.step()
    simulation.enact({"kind": "setting", "set": {"sanction": 0.001, "chill": 0.5}})
    explainer.step()
    watching, court, _ = explainer.explain(3).laws
    assert court.effects == ()
    assert watching.effects[0].without == pytest.approx(0.5)
    assert watching.effects[0].value == pytest.approx(0.8)


def test_without_a_ladder_no_law_is_told():
    _, days = days_of(laws(rungs=[], gain=0.05))
    assert all(day.laws == () for of_all in days for day in of_all)
    assert not any(
        "law by threat" in line.lower() for of_all in days for line in sentences(of_all[0])
    )


def test_explaining_laws_changes_nothing_and_survives_a_restart(tmp_path, whole):
    simulation, days = whole
    assert same_history(simulation, Simulation(laws(), seed=3, threads=1).run())
    half = Simulation(laws(), seed=3, threads=1)
    while half.step_number < 45:
        half.step()
    half.save(tmp_path / "run.npz")
    again = Explainer(Simulation.restore(tmp_path / "run.npz", threads=1), (3, 250))
    again.step()
    assert [again.explain(3), again.explain(250)] == days[45]
    assert again.explain(3).posture in POSTURES


def test_the_command_tells_the_law_and_keeps_it_as_json(tmp_path, capsys, whole):
    simulation, _ = whole
    acts = str(simulation.rungs[0].acts)
    (tmp_path / "laws.toml").write_text(to_toml(simulation.scenario))
    arguments = ["explain", tmp_path / "laws.toml", "--citizen", 3, "--seed", 3, "--from", acts]
    assert call(*arguments) == 0
    assert "From today on a law by threat: Watching (" in capsys.readouterr().out
    assert call(*arguments, "--json") == 0
    (day,) = json.loads(capsys.readouterr().out)["days"]
    assert day["laws"][0]["title"] == "Watching"
    assert day["laws"][0]["effects"][1]["number"] == "surveillance"


def test_a_shipped_world_tells_its_first_law():
    scenario = Scenario.load("kazakhstan_rules").change({"citizens": 300, "threat.gain": 0.05})
    simulation = Simulation(scenario, seed=1, threads=1)
    explainer = Explainer(simulation, [7])
    while not simulation.rungs[0].in_force:
        explainer.step()
    told = "\n".join(sentences(explainer.explain(7)))
    assert ("From today on a law by threat: Monitoring and security law (surveillance 0.1 instead "
            "of 0.05, chill 0.1 instead of 0.05).") in told  # fmt: skip
