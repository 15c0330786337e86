"""The last day: the page's numbers are those of runs of its seed, with orders and without."""

import datetime as dt

import pytest
from serving import until

pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

from samizdat import Scenario, Simulation
from samizdat.page.choice import Choice
from samizdat.page.ending import EndingRun, Given, orders_of
from samizdat.page.ending_words import in_words, rows_of, what_orders_meant
from samizdat.page.engine import Engine

OFF = {"kind": "action", "lever": "blackout", "title": "Network off"}
SMALL = Choice("town", citizens=300)


def after_the_last_day(orders):
    """Run a small town, with orders by the number of days done; return all that is published."""
    engine = Engine(SMALL, 10_000, 0.0, playing=False)
    engine.start()
    for day in range(60):
        for order in orders.get(day, ()):
            engine.enact(order)
        engine.step()
    until(lambda: engine.status.finished)
    told = []
    ending = EndingRun(engine, SMALL.load(), told.append)
    ending.start()
    until(lambda: told and (not told[-1].orders or told[-1].other or told[-1].problem))
    engine.stop()
    return told


def run_of(orders=()):
    simulation = Simulation(SMALL.load(), seed=1)
    while not simulation.finished:
        for day, order in orders:
            if day == simulation.step_number:
                simulation.enact(order)
        simulation.step()
    return simulation.summary


def test_without_orders_there_is_no_second_run():
    (only,) = after_the_last_day({})
    assert only.summary == run_of()
    assert only.orders == ()
    assert (only.first, only.last) == (dt.date(2014, 3, 1), dt.date(2014, 4, 29))


def test_the_second_run_is_that_without_orders():
    told = after_the_last_day({15: [OFF]})
    assert told[-1].summary == run_of([(15, OFF)]) != run_of()
    assert told[-1].other == run_of()
    assert told[-1].orders == (Given("Network off", (), dt.date(2014, 3, 16), None),)
    assert [each.step for each in told] == sorted(each.step for each in told)


def test_an_order_of_the_scenario_is_not_the_visitors():
    before = Simulation(SMALL.load())
    before.enact(OFF)
    saved = before.scenario
    run = Simulation(saved)
    run.step()
    run.enact({**OFF, "regions": ["Riverside"], "days": 2})
    assert orders_of(run.scenario, saved) == (
        Given("Network off", ("Riverside",), dt.date(2014, 3, 2), dt.date(2014, 3, 3)),
    )


def test_what_was_ended_of_the_scenario_is_told_too():
    before = SMALL.load()
    run = Simulation(before)
    for _ in range(22):
        run.step()
    run.lift("square_dark")  # from 22 March, four days
    run.lift("riverside_dark")  # from 30 March
    assert orders_of(run.scenario, before) == (
        Given("Ended: Pictures blocked", (), dt.date(2014, 3, 23), dt.date(2014, 3, 23)),
        Given(
            "Called off: Network off", ("Riverside",), dt.date(2014, 3, 30), dt.date(2014, 3, 30)
        ),
    )


def test_an_entry_that_could_not_act_was_not_called_off():
    before = SMALL.load().under("open")
    run = Simulation(before)
    run.enact(OFF)
    assert [each.title for each in orders_of(run.scenario, before)] == ["Network off"]


def test_an_order_is_told_with_place_and_dates():
    day = dt.date(2014, 3, 2)
    order = Given("Network off", (), day, None)
    assert in_words(order) == "Network off, everywhere: 2 March 2014 to the end"
    one_day = order._replace(regions=("Riverside",), last=day)
    assert in_words(one_day) == "Network off, Riverside: 2 March 2014"


def test_a_run_with_nobody_in_the_street_is_told_too():
    quiet = Simulation(Scenario.load("town").change({"citizens": 60}))
    quiet.step()
    values = {row["label"]: row["value"] for row in rows_of(quiet.summary, None)}
    assert values["Most in the street on one day"] == "nobody"
    assert values["First day with anybody there"] == "none"
    assert values["In the street, all days together"] == "0 person-days"


@pytest.mark.parametrize(
    ("with_them", "without", "told"),
    [
        (1752, 2934, "meant 1,182 fewer person-days in the street (40 %): 1,752"),
        (3000, 1200, "meant 1,800 more person-days in the street (150 %): 3,000"),
        (999, 1000, "meant 1 fewer person-days in the street (less than 1 %): 999"),
        (7, 0, "meant 7 more person-days in the street: 7"),
        (7, 7, "left the number of person-days in the street as it was: 7"),
    ],
)
def test_it_says_what_the_orders_meant(with_them, without, told):
    assert what_orders_meant(with_them, without) == (
        f"In this world, with these random numbers, your orders {told} with them, "
        f"{without:,} without."
    )


def cells(page):
    return page.locator(".samizdat-ending tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => cell.innerText))"
    )


def to_the_end(page, order_on=None, orders=("network off",)):
    day = page.locator(".samizdat-date")
    page.wait_for_selector(".samizdat-picture")
    step = page.get_by_role("button", name="Step", exact=True)
    down = page.locator(".samizdat-side .samizdat-harsh.samizdat-down")
    for k in range(60):
        if k == order_on:
            until(lambda: f"day {order_on} of" in day.inner_text())
            for order in orders:
                page.get_by_role("button", name=order, exact=True).click()
            until(lambda: down.count() == len(orders))
        step.click()
    page.get_by_role("dialog", name="How it ended").wait_for()
    page.locator(".samizdat-ending").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_page_tells_how_it_ended(visit, shoot, width, height):
    page = visit("scenario=town&citizens=300&play=0", width, height)
    to_the_end(page, order_on=15)
    worlds = page.locator(".samizdat-worlds")
    worlds.wait_for()
    with_it, without = run_of([(15, OFF)]), run_of()
    expected = [[row["label"], row["value"], row["other"]] for row in rows_of(with_it, without)]
    assert cells(page) == expected
    one, other = (round(run["person_days"]) for run in (with_it, without))
    assert worlds.inner_text() == what_orders_meant(one, other)
    assert page.locator(".samizdat-given").inner_text() == (
        "Network off, everywhere: 16 March 2014 to the end"
    )
    shoot(page, f"epilogue_{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Copy the link").click()
    address = page.locator(".samizdat-address input").input_value()
    assert address.endswith("/?scenario=town&seed=1&citizens=300")
    page.keyboard.press("Escape")
    page.locator(".samizdat-epilogue").wait_for(state="detached")
    assert page.evaluate("document.activeElement.innerText") == "How it ended"
    page.keyboard.press("Enter")  # it can be read again
    page.locator(".samizdat-worlds").wait_for()
    page.get_by_role("button", name="Save your orders").click()
    page.get_by_text("Scenario with my orders (TOML)").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1280, 620), (390, 844)])
def test_its_buttons_are_in_sight_whatever_was_ordered(visit, shoot, width, height):
    page = visit("scenario=town&citizens=300&play=0", width, height)
    to_the_end(page, order_on=15, orders=("network off", "violence, one day", "square talk"))
    page.locator(".samizdat-worlds").wait_for()
    body = page.locator(".samizdat-ending-body")

    def check_buttons():
        """Whether each button is what is there at its middle, within the window."""
        for button in page.locator(".samizdat-ending-buttons button").all():
            box = button.bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height
            assert button.evaluate(
                "b => {const r = b.getBoundingClientRect(); return document.elementFromPoint("
                "r.x + r.width / 2, r.y + r.height / 2) === b}"
            )

    assert page.locator(".samizdat-given li").count() == 3
    assert page.locator(".samizdat-ending-buttons button").count() == 5
    shoot(page, f"epilogue_orders_{width}_{height}")
    check_buttons()
    aside = page.locator(".samizdat-aside")
    aside.scroll_into_view_if_needed()
    check_buttons()
    if width > 1000:  # the rest is read within
        above = page.locator(".samizdat-ending-buttons").bounding_box()["y"]
        box = aside.bounding_box()
        assert box["y"] + box["height"] <= above
        assert body.evaluate("b => b.scrollHeight >= b.clientHeight && b.clientHeight > 60")
    shoot(page, f"epilogue_orders_{width}_{height}_end")
    page.get_by_role("button", name="Copy the link").click()
    page.locator(".samizdat-address input").wait_for()
    check_buttons()


@pytest.mark.slow
def test_who_did_nothing_is_offered_a_lever(visit, shoot):
    page = visit("scenario=town&citizens=300&play=0")
    to_the_end(page)
    assert [row[1] for row in cells(page)] == [row["value"] for row in rows_of(run_of(), None)]
    assert page.get_by_text("You gave no order.").is_visible()
    assert page.locator(".samizdat-worlds").count() == 0
    shoot(page, "epilogue_nothing")
    page.get_by_role("button", name="Try a lever of the state").click()
    page.locator(".samizdat-epilogue").wait_for(state="detached")
    first = dt.date.fromisoformat(run_of()["first_day"])
    before = (first - dt.date(2014, 3, 1)).days - 1
    until(lambda: f"day {before} of 60" in page.locator(".samizdat-date").inner_text())
    assert page.get_by_role("button", name="Play").is_visible()


@pytest.mark.slow
def test_an_order_in_the_past_brings_another_ending(visit):
    page = visit("scenario=town&citizens=300&play=0")
    to_the_end(page)
    bar = page.get_by_role("slider", name="Day")
    bar.focus()
    bar.press("Home")
    day = page.locator(".samizdat-date")
    until(lambda: "day 0 of" in day.inner_text())
    page.get_by_role("button", name="Last day done").click()
    until(lambda: "the last day" in day.inner_text())
    page.get_by_role("button", name="Close how it ended").click()
    bar.focus()
    bar.press("Home")
    until(lambda: "day 0 of" in day.inner_text())
    page.get_by_role("button", name="network off", exact=True).click()
    page.get_by_role("button", name="Branch here").click()
    page.locator(".samizdat-side .samizdat-harsh.samizdat-down").wait_for()
    for _ in range(60):
        page.get_by_role("button", name="Step", exact=True).click()
    page.locator(".samizdat-worlds").wait_for()
    expected = rows_of(run_of([(0, OFF)]), run_of())
    assert cells(page) == [[row["label"], row["value"], row["other"]] for row in expected]
