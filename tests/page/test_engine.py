"""The world behind the page, without a page: its thread, its clicks, its twin."""

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
from samizdat.page.engine import Engine
from samizdat.page.labels import lever_phrase, title_of
from samizdat.page.painter import Painter
from samizdat.page.pictures import lesson
from samizdat.page.readings import events_of
from samizdat.page.sliders import STEPS, groups, scale_of
from samizdat.page.twin import Click, spared
from samizdat.regime.levers import LEVERS
from samizdat.scenario.registry import DATED, REGISTRY
from samizdat.scenario.schema import ScenarioError

SMALL = Choice("town", 300)
BLOCK = {"kind": "action", "lever": "blocking", "platforms": ["square_talk"]}


@pytest.fixture
def engine():
    made = []

    def built(choice=SMALL, most=10_000, speed=0.0, playing=False):
        engine = Engine(choice, most, speed, playing=playing)
        engine.start()
        made.append(engine)
        until(lambda: engine.status.phase != "building")
        return engine

    yield built
    for each in made:
        each.stop()
        assert each.join(20)


def steps(engine, many):
    for _ in range(many):
        engine.step()
    return engine.ask(lambda model: model.simulation.counts).result(30)


def test_what_was_clicked_runs_again_to_the_same_numbers(engine, tmp_path):
    world = engine()
    steps(world, 14)
    block = world.enact(BLOCK).result(30)
    steps(world, 3)
    world.enact({"kind": "setting", "set": {"surveillance": 0.7}}).result(30)
    world.lift(block).result(30)
    seen = steps(world, 6)
    path = tmp_path / "live.toml"
    path.write_text(world.saved().result(30), encoding="utf-8")
    again = Simulation(Scenario.load(path), seed=1)
    for _ in range(23):
        again.step()
    assert again.counts == seen
    plain = Simulation(SMALL.world(), seed=1)
    for _ in range(23):
        plain.step()
    assert plain.counts != seen


def test_twin_is_the_world_without_the_lever_however_late_it_begins(engine):
    early, late = engine(), engine()
    early.compare("blocking").result(30)
    for world in (early, late):
        steps(world, 15)
        world.enact(BLOCK).result(30)
        world.enact({"kind": "setting", "set": {"surveillance": 0.7}}).result(30)
        steps(world, 5)
    late.compare("blocking").result(30)
    for world in (early, late):
        until(lambda world=world: world.ask(lambda _: world.twin.step_number).result(30) == 20)
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


def test_what_is_left_of_a_click_where_a_lever_is_off():
    setting = {"kind": "setting", "set": {"blocking.authority": 1, "chill": 0.2}}
    assert spared(BLOCK, "blocking") is None
    assert spared(BLOCK, "chill") == BLOCK
    assert spared(setting, "blocking")["set"] == {"chill": 0.2}
    assert spared({"kind": "setting", "set": {"chill": 0.2}}, "chill") is None


def test_a_click_that_cannot_be_is_answered_and_changes_nothing(engine):
    world = engine()
    with pytest.raises(ScenarioError, match="unknown"):
        world.enact({**BLOCK, "platforms": ["nowhere"]}).result(30)
    assert world.clicks == ()
    assert steps(world, 1)["silent"] > 0


def test_clicks_on_the_same_lever_take_turns(engine):
    world = engine()
    for _ in range(5):
        world.toggle(BLOCK)
    assert steps(world, 1)
    assert [click.ends is None for click in world.clicks] == [False, False, True]


def test_it_is_no_faster_than_its_speed(engine):
    world = engine(speed=20.0, playing=True)
    begun = time.monotonic()
    until(lambda: world.status.step >= 10)
    assert time.monotonic() - begun > 0.35


def test_it_plays_to_the_end_and_stands(engine):
    world = engine(playing=True)
    until(lambda: world.status.finished)
    assert not world.status.playing
    with pytest.raises(ScenarioError, match="ends on"):
        world.enact(BLOCK).result(30)


def test_a_world_that_nobody_uses_is_let_go_and_can_begin_anew(engine, monkeypatch):
    monkeypatch.setattr("samizdat.page.engine.LISTENS", 0.05)
    world = engine()
    world.idle_seconds = 0.1
    until(lambda: world.status.phase == "idle", 10)
    with pytest.raises(ScenarioError, match="no world"):
        world.ask(lambda model: model).result(30)
    world.idle_seconds = 600.0
    world.build(SMALL)
    until(lambda: world.status.phase == "ready")


def test_too_many_citizens_are_refused(engine):
    world = engine(Choice("town", 20_000))
    assert world.status.phase == "failed"
    assert "20,000" in world.status.problem
    assert "10,000" in world.status.problem


@pytest.mark.parametrize(
    ("choice", "wrong"),
    [
        (Choice("town", 20_000), "20,000"),
        (Choice("kazakhstan", 3), "17 regions"),
        (Choice("town", 5), "5 citizens"),
    ],
)
def test_what_is_not_served_is_known_before_it_is_built(choice, wrong):
    with pytest.raises(ScenarioError, match=wrong):
        choice.served(10_000)
    assert SMALL.served(300).citizens == 300


def test_an_order_of_a_day_is_taken_back_before_it_and_given_anew_after_it(engine):
    world = engine()
    day = {"kind": "action", "lever": "violence", "days": 1}
    for _ in range(3):
        world.toggle(day).result(30)
    now = world.ask(lambda _: world.clicks_now()).result(30)
    assert [click.entry for click in now] == [day]
    steps(world, 1)
    assert world.ask(lambda _: world.clicks_now()).result(30) == ()
    world.toggle(day).result(30)
    saved = world.ask(lambda model: len(model.simulation.interventions)).result(30)
    assert saved == 2  # the day that is over stays


@pytest.mark.parametrize(
    ("step", "step_days", "lasts"),
    [(4, 1.0, True), (5, 1.0, False), (4, 7.0, True), (5, 7.0, False), (5, 0.5, True),
     (6, 0.5, False)],
)  # fmt: skip
def test_a_click_of_a_day_lasts_as_long_as_its_entry(step, step_days, lasts):
    click = Click(4, "live-1", {"kind": "action", "lever": "violence", "days": 1})
    assert click.lasts(step, step_days) is lasts
    assert not click._replace(ends=4).lasts(step, step_days)
    assert click._replace(entry={"kind": "action"}).lasts(step, step_days)


def test_a_picture_that_cannot_be_drawn_leaves_the_world_to_be_ordered_about(engine):
    world = engine()
    seen = []
    painter = Painter(world, seen.append)
    painter.chosen = 99_999_999
    painter.look("who")
    painter.start()
    try:
        shown = until(lambda: seen and seen[-1])
        assert shown.status.phase == "ready"
        assert "cannot be drawn" in shown.undrawn
        assert shown.counts == {"silent": 300}  # before the first day everybody is
        assert shown.parameters
        assert shown.series
        painter.chosen = 7
        world.step()
        shown = until(lambda: seen[-1].picture and seen[-1])
        assert shown.undrawn == ""
        assert sum(shown.counts[name] for name in POSTURES) == 300
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
    assert title_of("blocking.authority", 1.0) == "The prosecutor may block"


@pytest.mark.parametrize(
    ("there", "said"),
    [(5, "It made no difference."), (9, "With e-government it is 4 fewer."),
     (2, "With e-government it is 3 more.")],
)  # fmt: skip
def test_a_second_world_says_what_a_lever_changed(there, said):
    here, without = (SimpleNamespace(daily=lambda _, n=n: np.array([n])) for n in (5, there))
    assert lesson(here, without, "egov") == (
        f"So far 5 days spent in the street; without e-government {there}. {said}"
    )


def test_a_citizen_explains_her_last_day_and_those_to_come(engine):
    world = engine()
    steps(world, 12)
    world.watch(7).result(30)
    assert "2014-03-12" in world.ask(lambda _: world.account_now()).result(30)[0]
    steps(world, 2)
    told = "\n".join(world.ask(lambda _: world.account_now()).result(30))
    assert "2014-03-14" in told
    with pytest.raises(ScenarioError, match="outside"):
        world.watch(300).result(30)


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
    ],
)
def test_a_link_is_checked(query, wrong):
    with pytest.raises(ScenarioError, match=wrong):
        Choice().asked(query)


def test_a_link_leads_to_the_same_world():
    choice = Choice("zhanaozen", 4000, 7, "ban", {"attention.beta": 0.3, "fear.calm": 0.5})
    found = Choice().asked(choice.query())
    assert found.world() == choice.world()
    assert found.seed == 7
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
