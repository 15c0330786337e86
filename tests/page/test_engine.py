"""The simulation behind the page, without a page: its thread, its interventions, its twin."""

import datetime as dt
import json
import re
import time
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("mesa")
pytest.importorskip("tomli_w")

from serving import until

from samizdat import Scenario, Simulation
from samizdat.core.layout import POSTURES
from samizdat.page.choice import Choice
from samizdat.page.interventions import Intervention, is_same_order, without_lever
from samizdat.page.labels import lever_phrase, title_of, why_idle
from samizdat.page.painter import Painter
from samizdat.page.pictures import describe_difference
from samizdat.page.readings import events_of
from samizdat.page.sliders import STEPS, groups, scale_of
from samizdat.regime.levers import LEVERS
from samizdat.scenario.registry import DATED, REGISTRY
from samizdat.scenario.schema import ScenarioError

SMALL = Choice("town", 300)
BLOCK = {"kind": "action", "lever": "blocking", "platforms": ["square_talk"]}


def steps(engine, many):
    for _ in range(many):
        engine.step()
    return engine.ask(lambda model: model.simulation.counts).result(30)


def test_the_scenario_file_of_the_orders_repeats_the_run(engine, tmp_path):
    run = engine()
    steps(run, 14)
    block = run.enact(BLOCK).result(30)
    steps(run, 3)
    run.enact({"kind": "setting", "set": {"surveillance": 0.7}}).result(30)
    run.lift(block).result(30)
    seen = steps(run, 6)
    path = tmp_path / "live.toml"
    path.write_text(run.scenario_file().result(30), encoding="utf-8")
    repeated = Simulation(Scenario.load(path), seed=1)
    for _ in range(23):
        repeated.step()
    assert repeated.counts == seen
    plain = Simulation(SMALL.load(), seed=1)
    for _ in range(23):
        plain.step()
    assert plain.counts != seen


def test_twin_is_the_world_without_the_lever_however_late_it_begins(engine):
    early, late = engine(), engine()
    early.compare("blocking").result(30)
    for run in (early, late):
        steps(run, 15)
        run.enact(BLOCK).result(30)
        run.enact({"kind": "setting", "set": {"surveillance": 0.7}}).result(30)
        steps(run, 5)
    late.compare("blocking").result(30)
    for run in (early, late):
        until(lambda run=run: run.ask(lambda _: run.twin.step_number).result(30) == 20)
    found = [w.ask(lambda _, w=w: w.twin.daily("share").copy()).result(30) for w in (early, late)]
    own = Scenario.load("town").change({"citizens": 300}).without("blocking")
    alone = Simulation(own, seed=1)
    for _ in range(15):
        alone.step()
    alone.enact({"kind": "setting", "set": {"surveillance": 0.7}})
    for _ in range(5):
        alone.step()
    np.testing.assert_array_equal(found[0], alone.daily("share"))
    np.testing.assert_array_equal(found[1], alone.daily("share"))


def test_an_order_loses_what_concerns_the_lever_that_is_off():
    setting = {"kind": "setting", "set": {"blocking.authority": 1, "chill": 0.2}}
    assert without_lever(BLOCK, "blocking") is None
    assert without_lever(BLOCK, "chill") == BLOCK
    assert without_lever(setting, "blocking")["set"] == {"chill": 0.2}
    assert without_lever({"kind": "setting", "set": {"chill": 0.2}}, "chill") is None


def test_an_invalid_order_is_an_error_and_changes_nothing(engine):
    run = engine()
    with pytest.raises(ScenarioError, match="unknown"):
        run.enact({**BLOCK, "platforms": ["nowhere"]}).result(30)
    assert run.interventions == ()
    assert steps(run, 1)["silent"] > 0


def test_repeated_orders_switch_on_and_off(engine):
    run = engine()
    for _ in range(5):
        run.toggle(BLOCK)
    assert steps(run, 1)
    assert [each.ends is None for each in run.interventions] == [False, False, True]


def test_orders_are_told_apart_by_what_they_order_not_by_their_titles(engine):
    assert is_same_order({**BLOCK, "title": "One"}, {**BLOCK, "title": "Another"})
    assert not is_same_order(BLOCK, {**BLOCK, "regions": ["Riverside"]})
    run = engine()
    for title in ("One", "Another"):
        run.toggle({**BLOCK, "title": title})
    assert steps(run, 1)
    assert [each.ends for each in run.interventions] == [0]


def test_it_is_no_faster_than_its_speed(engine):
    run = engine(speed=20.0, playing=True)
    begun = time.monotonic()
    until(lambda: run.status.step >= 10)
    assert time.monotonic() - begun > 0.35


def test_it_plays_to_the_end_and_stands(engine):
    run = engine(playing=True)
    until(lambda: run.status.finished)
    assert not run.status.playing
    with pytest.raises(ScenarioError, match="ends on"):
        run.enact(BLOCK).result(30)


def test_a_simulation_that_nobody_uses_is_discarded_and_can_start_again(engine):
    run = engine(idle_seconds=0.1, poll_seconds=0.05)
    until(lambda: run.status.phase == "idle", 10)
    with pytest.raises(ScenarioError, match="no simulation"):
        run.ask(lambda model: model).result(30)
    run.idle_seconds = 600.0
    run.build(SMALL)
    until(lambda: run.status.phase == "ready")


def test_too_many_citizens_are_refused(engine):
    run = engine(Choice("town", 20_000))
    assert run.status.phase == "failed"
    assert "20,000" in run.status.problem
    assert "10,000" in run.status.problem


@pytest.mark.parametrize(
    ("choice", "wrong"),
    [
        (Choice("town", 20_000), "20,000"),
        (Choice("kazakhstan", 3), "17 regions"),
        (Choice("town", 5), "5 citizens"),
    ],
)
def test_a_choice_is_checked_before_it_is_built(choice, wrong):
    with pytest.raises(ScenarioError, match=wrong):
        choice.load_within(10_000)
    assert SMALL.load_within(300).citizens == 300


def test_an_order_for_a_day_can_be_withdrawn_before_it_and_repeated_after_it(engine):
    run = engine()
    day = {"kind": "action", "lever": "violence", "days": 1}
    for _ in range(3):
        run.toggle(day).result(30)
    now = run.ask(lambda _: run.interventions_in_force).result(30)
    assert [each.entry for each in now] == [day]
    steps(run, 1)
    assert run.ask(lambda _: run.interventions_in_force).result(30) == ()
    run.toggle(day).result(30)
    saved = run.ask(lambda model: len(model.simulation.interventions)).result(30)
    assert saved == 2  # the day that is over stays


@pytest.mark.parametrize(
    ("step", "step_days", "lasts"),
    [(4, 1.0, True), (5, 1.0, False), (4, 7.0, True), (5, 7.0, False), (5, 0.5, True),
     (6, 0.5, False)],
)  # fmt: skip
def test_an_intervention_lasts_as_long_as_its_entry(step, step_days, lasts):
    ordered = Intervention(4, "live-1", {"kind": "action", "lever": "violence", "days": 1})
    assert ordered.lasts(step, step_days) is lasts
    assert not ordered._replace(ends=4).lasts(step, step_days)
    assert ordered._replace(entry={"kind": "action"}).lasts(step, step_days)


def test_a_run_goes_on_without_a_picture_that_cannot_be_drawn(engine):
    run = engine()
    seen = []
    painter = Painter(run, seen.append)
    painter.chosen = 99_999_999
    painter.select_view("who")
    painter.start()
    try:
        state = until(lambda: seen and seen[-1])
        assert state.status.phase == "ready"
        assert "cannot be drawn" in state.drawing_error
        assert state.counts == {"silent": 300}  # before the first day everybody is
        assert state.parameters
        assert json.loads(state.scenes.day)["slots"].keys() == {"series"}
        painter.chosen = 7
        run.step()
        state = until(lambda: "who" in seen[-1].scenes.day and seen[-1])
        assert state.drawing_error == ""
        assert sum(state.counts[name] for name in POSTURES) == 300
    finally:
        painter.stop()


def test_there_are_plain_words_for_every_lever_and_number():
    phrases = [lever_phrase(name) for name in LEVERS]
    assert len(set(phrases)) == len(LEVERS)
    assert not [phrase for phrase in phrases if re.search(r"_", phrase)]
    live = {name: named for name, named in REGISTRY.items() if named.group in DATED}
    titles = [title_of(name, named.default) for name, named in live.items()]
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if re.search(r"[a-z]\.[a-z]|_", title)]
    assert title_of("surveillance", 0.9) == "Surveillance 0.9"
    assert title_of("adoption.midpoint", 2008.5).endswith(" 2008.5")
    assert title_of("blocking.authority", 1.0) == "The prosecutor may block"
    assert title_of("rally.on", 1.0) == "The street is open on days of rallies only"
    assert title_of("detain_organisers", 0.9) == "Arrests of organisers 0.9"
    assert title_of("press_control", 0.5) == "Control of the press 0.5"


def test_a_lever_that_can_do_nothing_says_why():
    assert "rallies" in why_idle("detain_organisers", {"rally.on": 0.0})
    assert not why_idle("detain_organisers", {"rally.on": 1.0})
    assert not why_idle("press_control", {"rally.on": 0.0})


@pytest.mark.parametrize(
    ("there", "difference"), [(5, "no difference"), (9, "4 fewer"), (2, "3 more")]
)  # fmt: skip
def test_the_effect_of_a_lever_is_the_difference_from_the_twin(there, difference):
    here, without = (SimpleNamespace(daily=lambda _, n=n: np.array([n])) for n in (5, there))
    assert describe_difference(here, without, "egov") == (
        f"Person-days in the street so far: 5 with e-government, {there} without: {difference}."
    )


def test_a_citizen_explains_her_last_day_and_those_to_come(engine):
    run = engine()
    steps(run, 12)
    run.watch(7).result(30)
    lines = run.ask(lambda _: run.account, settled=True).result(30)
    assert lines[0].startswith("2014-03-07 to 2014-03-12: silent")  # the last days at once
    steps(run, 2)
    account = "\n".join(run.ask(lambda _: run.account, settled=True).result(30))
    assert "2014-03-14" in account
    with pytest.raises(ScenarioError, match="outside"):
        run.watch(300).result(30)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("scenario=/etc/passwd", "unknown"),
        ("scenario=town.toml", "unknown"),
        ("seed=-1", "outside"),
        ("citizens=0", "whole number"),
        ("regime=odd", "unknown"),
        ("attention.bta=1", "did you mean"),
        ("seed=1&seed=2", "twice"),
        ("attention.beta=" + "1" * 5000, "longer"),
        ("from=2031-01-01", "from = 2031-01-01 is outside 2014-03-01"),
        ("from=soon", "not a date"),
    ],
)
def test_a_link_is_checked(query, wrong):
    with pytest.raises(ScenarioError, match=wrong):
        Choice().with_query(query)


def test_a_link_leads_to_the_same_choice():
    choice = Choice("zhanaozen", 4000, 7, "ban", {"attention.beta": 0.3, "fear.calm": 0.5})
    found = Choice().with_query(choice.query())
    assert found.load() == choice.load()
    assert found.seed == 7
    late = Choice("town", first_day=dt.date(2014, 3, 20))
    assert Choice().with_query(late.query()) == late
    assert Choice("my/own.toml").query() is None


@pytest.mark.parametrize("name", [name for each in (True, False) for g in groups(each).values()
                                  for name in g])  # fmt: skip
def test_a_slider_reaches_both_ends_and_stays_in_range(name):
    scale, quantity = scale_of(name), REGISTRY[name].quantity
    assert (scale.value(0), scale.value(STEPS)) == (quantity.low, quantity.high)
    for place in range(0, STEPS + 1, 50):
        quantity.checked(name, scale.value(place))
    assert scale.value(scale.place(REGISTRY[name].default)) == pytest.approx(
        REGISTRY[name].default, rel=0.06, abs=0.02 * (quantity.high - quantity.low)
    )


def test_every_number_has_its_slider_once():
    found = [name for each in (True, False) for group in groups(each).values() for name in group]
    assert sorted(found) == sorted(REGISTRY)


def test_events_are_those_that_run_and_are_not_conceded():
    simulation = Simulation(Scenario.load("town").change({"citizens": 300}), seed=1)
    assert events_of(simulation) == {}
    while simulation.step_number < 12:
        simulation.step()
    assert events_of(simulation) == {"closure": "Factory closes"}
    simulation.enact({"kind": "action", "lever": "concession", "event": "closure", "days": 1})
    simulation.step()
    assert events_of(simulation) == {}
