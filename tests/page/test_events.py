"""Events that arrive faster than the page is drawn: each acts on the newest state."""

import warnings
from types import SimpleNamespace

import pytest
from serving import until

solara = pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Mesa's own components break a rule of Solara's
    import ipyvuetify as v
    from drawing import Failure, click, drawn, fields, seen, select, texts, typed

    from samizdat.page.choice import Choice
    from samizdat.page.engine import Status
    from samizdat.page.interventions import Intervention
    from samizdat.page.live import PastDayError
    from samizdat.page.painter import PageState, Painter
    from samizdat.page.panels.asking import citizen_clicked
    from samizdat.page.panels.regime import Levers
    from samizdat.page.panels.side import WhyPanel
    from samizdat.page.panels.world import WorldPanel
    from samizdat.page.scenes import Scenes, head_of
    from samizdat.page.standing import blockable, standing_block, with_standing
    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario
    from samizdat.views import VIEWS
    from samizdat.views.network import NetworkView
    from samizdat.views.view import NamedView

BLACKOUT = {"kind": "action", "lever": "blackout", "title": "Network off", "regions": ["Old Town"]}


def test_a_run_starts_with_all_that_was_typed_before_the_page_was_drawn():
    _session, held, orders = drawn(WorldPanel)
    with held:
        typed(held, "Citizens", "1,234")
        typed(held, "Random seed", "42")
        select(held, "Regime", "open: no lever at all")
        click(held, "Start")
    assert orders == [Choice("town", citizens=1234, seed=42, regime="open")]
    assert fields(held, "Citizens").value == "1,234"


def test_what_is_typed_right_after_a_start_is_kept():
    session, held, _orders = drawn(WorldPanel)
    with held:
        typed(held, "Citizens", "1,234")
        click(held, "Start")
        typed(held, "Random seed", "43")
    assert session.draft.value == Choice("town", citizens=1234, seed=43)
    assert fields(held, "Random seed").value == "43"


def test_an_order_is_for_the_region_selected_before_the_page_was_drawn():
    session, held, orders = drawn(Levers, Choice("kazakhstan", citizens=2000))
    region = session.scenario.region_names[3]
    with held:
        select(held, "Where", region)
        click(held, "network off")
        click(held, "violence, one day")
        select(held, "Where", "everywhere")
        click(held, "network off")
    assert [order.get("regions") for order in orders] == [[region], [region], None]


def test_orders_in_another_scenario_are_for_the_whole_country():
    session, _held, _orders = drawn(Levers, Choice("kazakhstan", citizens=2000))
    session.region.set(session.scenario.region_names[3])
    session.start_run(Choice("town"))
    assert session.in_region({"kind": "action"}) == {"kind": "action"}


def test_an_unknown_citizen_is_an_error_and_changes_nothing():
    session, held, orders = drawn(WhyPanel)
    session.watch(7)
    for text in ("99999999", "2000", "9" * 5000):
        typed(held, "Why did she? Number of a citizen", text)
        assert session.problem.value.startswith("citizen = ")
        assert session.citizen.value == session.painter.chosen == 7
    typed(held, "Why did she? Number of a citizen", "99999999")
    assert session.problem.value == "citizen = 99,999,999 is outside 0 ... 1,999"
    assert fields(held, "Why did she? Number of a citizen").error_count == 4
    typed(held, "Why did she? Number of a citizen", "1999")
    assert (session.problem.value, session.citizen.value) == ("", 1999)
    assert orders == [7, 1999]


def test_a_new_start_sends_nothing_to_a_simulation_that_may_not_exist():
    session, _held, orders = drawn(WhyPanel)
    session.watch(7)
    session.compare("blocking")
    session.engine.watch = session.engine.compare = lambda _: Failure("there is no simulation yet")
    orders.clear()
    session.start_run(Choice())
    assert orders == [Choice()]
    assert session.problem.value == ""
    assert (session.lever.value, session.citizen.value, session.painter.chosen) == (None,) * 3
    assert session.view.value == "network"


def test_an_order_clears_what_was_wrong_with_the_one_before():
    session, _held, orders = drawn(Levers)
    block = {"kind": "action", "lever": "blocking"}
    for order in (
        lambda: session.set("sanction", "0.5"),
        lambda: session.enact(block),
        lambda: session.toggle(block),
        lambda: session.end(["live-1"]),
        lambda: session.watch(3),
        lambda: session.compare("ban"),
    ):
        session.set("sanction", "7")
        assert session.problem.value == "sanction = 7 is outside 0 ... 1"
        order()
        assert session.problem.value == ""
    assert len(orders) == 6
    session.engine.enact = lambda _: Failure("the scenario ends")
    session.set("sanction", 0.5)
    assert (session.problem.value, session.error_count.value) == ("the scenario ends", 7)


@pytest.mark.parametrize(
    ("name", "give"),
    [
        ("Network off, in Old Town", lambda session: session.enact(BLACKOUT)),
        ("End: Network off, in Old Town", lambda session: session.toggle(BLACKOUT)),
        ("End: Network off", lambda session: session.end(["live-1"], (), "End: Network off")),
        ("Sanctions 0.7", lambda session: session.set("sanction", 0.7)),
    ],
)
def test_a_question_names_its_order_and_closes_when_another_day_is_shown(name, give):
    session, _held, _orders = drawn(Levers)
    session.publish(seen(step=5, interventions=(Intervention(3, "live-1", BLACKOUT),)))
    refused = PastDayError(days=9, step=6)
    answer = Failure("")
    answer.exception = lambda: refused
    session.engine.enact = session.engine.toggle = session.engine.end = lambda *_: answer
    give(session)
    waiting = session.clock.warning.value
    assert (waiting.name, waiting.days, waiting.step) == (name, 9, 6)
    for step in (5, 6, 6):  # pictures of the days on the way there may still come
        session.publish(seen(step=step))
        assert session.clock.warning.value == waiting
    session.publish(seen(step=7))
    assert session.clock.warning.value is None


def test_a_field_with_an_invalid_value_shows_its_old_value_again():
    session, held, _orders = drawn(Levers)
    session.publish(seen())
    field = next(w for w in held.find(v.VuetifyTemplate).widgets if w.kind == "samizdat-exact")
    field.vue_typed("7")
    assert (field.value, field.error_count) == ("0.5", 1)


def test_a_typed_value_is_ordered_as_a_number_and_a_named_one_as_its_word():
    session, _held, orders = drawn(Levers)
    session.set("surveillance", "0.9")
    session.set("blocking.authority", 1.0)
    first, second = orders
    assert first["set"] == {"surveillance": 0.9}
    assert first["title"] == "Surveillance 0.9"
    assert second["set"] == {"blocking.authority": "prosecutor"}


def test_an_invalid_choice_leaves_the_running_simulation():
    session, _held, orders = drawn(WorldPanel, Choice("kazakhstan", 2000))
    session.publish(seen())
    for choice in (Choice("kazakhstan", 9_000_000), Choice("kazakhstan", 3), Choice("town", 5)):
        session.start_run(choice, playing=True)
        assert "citizens" in session.problem.value
        assert session.scenario.citizens == session.choice.value.citizens == 2000
        assert session.scenes.value.day == "old"
    assert orders == []


def test_a_failed_simulation_leaves_no_picture():
    session, _held, _orders = drawn(WorldPanel)
    session.publish(seen())
    session.publish(PageState(Status("failed", "no memory", run=1)))
    assert session.scenes.value == Scenes()
    assert session.counts.value == {}


def test_a_new_start_shows_nothing_of_the_run_before():
    session, _held, _orders = drawn(WorldPanel)
    session.publish(seen())
    session.start_run(Choice())
    for _ in range(2):
        assert session.status.value.phase == "building"
        assert session.scenes.value == Scenes()
        assert session.account.value == session.interventions.value == ()
        assert (session.counts.value, session.comparison.value) == ({}, "")
        session.publish(seen())  # a picture that was being drawn
    session.publish(seen(run=2))
    assert session.scenes.value.day == "old"


def test_the_account_is_of_the_citizen_who_was_asked():
    session, held, _orders = drawn(WhyPanel)
    session.watch(7)
    session.publish(seen(citizen=7, account=("Day of citizen 7",)))
    assert "Day of citizen 7" in texts(held)
    session.watch(8)
    assert session.account.value == ()
    session.publish(seen(citizen=7, account=("Day of citizen 7",)))  # it was being drawn
    assert "Day of citizen 7" not in texts(held)
    session.watch(None)
    assert session.account.value == ()


def test_on_the_first_day_everybody_is_silent():
    head = head_of(Status("ready", step=0, steps=60, date="2014-03-01"), {"silent": 2000})
    assert head["counts"].startswith("2,000 silent · 0 keep quiet")
    assert head["date"] == "2014-03-01 · day 0 of 60 · paused"


@pytest.mark.parametrize(("regions", "headings"), [(17, 3), (1, 0)])
def test_orders_that_are_for_the_whole_country_say_so(monkeypatch, regions, headings):
    session, held, _orders = drawn(Levers, Choice("kazakhstan", citizens=2000))
    if regions == 1:
        monkeypatch.setattr(Scenario, "region_names", ["all"])
    session.publish(seen())
    found = [text for text in texts(held) if text.endswith(", in the whole country")]
    assert len(found) == headings


def test_the_levers_of_every_day_include_press_and_organisers():
    session, held, orders = drawn(Levers)
    values, idle = dict(session.scenario.parameters), "Acts only while rallies are on"
    for on in (1.0, 0.0):
        session.parameters.set({**values, "rally.on": on})
        shown = texts(held)
        assert any(text.startswith("Control of the press: ") for text in shown)
        assert any(text.startswith("Arrests of organisers: ") for text in shown)
        assert any(text.startswith(idle) for text in shown) == (on == 0.0)
    session.set("detain_organisers", "0.9")
    assert orders[-1] == {
        "kind": "setting",
        "set": {"detain_organisers": 0.9},
        "title": "Arrests of organisers 0.9",
    }


def test_what_is_blocked_from_the_first_day_is_chosen_before_a_start():
    _session, held, orders = drawn(WorldPanel, Choice("town"))
    with held:
        for name in ("foreign press", "kin chat", "foreign press", "square talk", "Start"):
            click(held, name)
    (choice,) = orders
    assert standing_block(choice.load()) == ["kin_chat", "square_talk"]
    assert "blocking.standing=" in choice.query()
    assert standing_block(Choice().with_query(choice.query()).load()) == ["kin_chat", "square_talk"]


def test_what_can_do_nothing_is_said_before_a_start():
    choice = Choice("town", values={"reach.dilution": 0.0})
    session, held, _orders = drawn(WorldPanel, choice)
    notes = choice.load().notes()
    assert [text for text in texts(held) if text in notes] == notes
    session.draft.set(Choice("town"))
    assert not [text for text in texts(held) if "nothing" in text]


def test_every_platform_stands_for_each_of_them():
    every = Choice("town", values={"blocking.standing": "[*, foreign_press]"})
    assert standing_block(every.load()) == blockable(every.load())
    assert "kin_chat" not in standing_block(with_standing(every, "kin_chat").load())


def test_a_click_on_a_picture_that_the_server_drew_finds_the_citizen(engine, monkeypatch):
    monkeypatch.setitem(VIEWS, "own", NamedView("Own", "", NetworkView))
    painter = Painter(engine(), lambda state: None)
    picture = NetworkView(Simulation(Choice("town", 300).load(), 1), *painter.size)
    x, y = picture.position_of(7)
    session = SimpleNamespace(painter=painter)
    painter.select_view("own")
    painter.start()
    try:
        until(lambda: citizen_clicked(session, {"x": x, "y": y}) is not None)
        assert citizen_clicked(session, {"x": x, "y": y}) == picture.citizen_at(x, y) == 7
    finally:
        painter.stop()
