"""The entrance of the page: the question, and three ways in."""

import json
import re

import pytest
from serving import TOKEN, address_of, ended, picture, started, until

from samizdat.page.limits import server_limits
from samizdat.page.ways import NOTES, QUESTION, WAYS, opens_directly
from samizdat.regime.queries import dated_levers
from samizdat.run.simulation import Simulation

WAY = ".samizdat-way"


def day_line(page):
    """Wait for a picture and the day; return the day's line."""
    page.wait_for_selector(".samizdat-picture")
    page.wait_for_selector(".samizdat-date")
    return page.locator(".samizdat-date").inner_text()


@pytest.mark.parametrize("name", WAYS)
def test_a_way_leads_to_a_world_that_exists(name):
    choice = WAYS[name].opening.choice
    scenario = choice.load_within(server_limits.citizens)
    if choice.first_day is not None:  # there is something to be seen, and it is still to come
        before = Simulation(scenario, choice.seed).run(choice.first_day).nation
        assert before["mobilise"].sum() == 0
        assert before["share"].iloc[-1] > 0


def test_the_ways_say_what_is_there():
    town, land = (WAYS[name].opening.choice.load() for name in ("town", "kazakhstan"))
    assert f"{town.citizens:,} citizens, {town.steps_until()} days" in WAYS["town"].text
    assert f"{land.citizens:,} synthetic citizens" in WAYS["kazakhstan"].text
    assert "A factory closes" in WAYS["town"].text
    assert any(e.title == "Factory closes" for e in town.spec.timeline)


def test_nobody_but_the_visitor_gives_orders_where_she_is_the_state():
    run = Simulation(WAYS["state"].opening.choice.load(), seed=1).run()
    state = run.nation
    assert not state[["blackout", "violence", "platforms_blocked", "newly_detained"]].any(axis=None)
    assert state["mobilise"].sum() > 0


def test_she_is_promised_the_orders_that_exist():
    words = ("block a platform", "switch the network off", "use violence in the street", "give in")
    assert f"{', '.join(words[:3])}, or {words[3]}." in WAYS["state"].text
    choice = WAYS["state"].opening.choice
    scenario = choice.load()
    run, event = Simulation(scenario, choice.seed), scenario.spec.timeline[0].id
    run.run(choice.first_day)
    block = {"lever": "blocking", "platforms": [scenario.spec.platforms[0].name]}
    given = ({"lever": "blackout"}, {"lever": "violence"}, {"lever": "concession", "event": event})
    for order in (block, *given):
        run.enact({"kind": "action", **order})
    assert {"blocking", "blackout", "violence", "concession"} <= set(dated_levers())


@pytest.mark.parametrize(
    ("query", "direct"),
    [("", False), ("&", False), ("play=0", True), ("scenario=town", True), ("seed=2", True)],
)
def test_a_link_that_says_something_opens_it_directly(query, direct):
    assert opens_directly(query) == direct


def do_the_task(page):
    """Do what the first task asks for, step by step; it says what is done."""
    for group in ("Blocking of platforms", "Network off", "Violence in the street", "Give in over"):
        assert page.get_by_role("group", name=group).get_by_role("button").first.is_enabled()
    task = page.get_by_role("region", name="Your first task")
    assert task.get_by_text("○").count() == 3
    page.get_by_role("button", name="network off", exact=True).click()
    task.get_by_text("✓ Give an order").wait_for()
    page.get_by_role("button", name="Play").click()
    task.get_by_text("✓ Press Play").wait_for()
    page.get_by_role("dialog", name="How it ended").wait_for()
    task.get_by_text("✓ On the last day").wait_for()
    bar = page.get_by_role("slider", name="Day")
    bar.focus()
    bar.press("Home")  # back to a day before the order
    until(lambda: "day 0 of" in page.locator(".samizdat-date").inner_text())
    page.wait_for_timeout(1500)
    assert task.get_by_text("✓").count() == 3  # what was done stays done


@pytest.mark.slow
def test_no_order_no_tick_for_having_read_of_it(visit):
    page = visit("")
    page.get_by_role("button", name=WAYS["state"].title).click()
    day_line(page)
    task = page.get_by_role("region", name="Your first task")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("dialog", name="How it ended").wait_for()
    page.get_by_text("You gave no order.").wait_for()
    page.wait_for_timeout(500)
    assert [line[0] for line in task.locator(".samizdat-task-step").all_inner_texts()] == list(
        "○✓○"
    )
    page.get_by_role("button", name="Start again").click()
    until(lambda: task.get_by_text("○").count() == 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "view", "first"),
    [("town", "Citizens", 0), ("state", "Citizens", 13), ("kazakhstan", "Country", 102)],
)
def test_each_way_is_one_click(visit, shoot, name, view, first):
    page = visit("")
    page.get_by_role("heading", name=QUESTION).wait_for()
    assert page.locator(WAY).count() == len(WAYS) == 3
    assert page.get_by_text(NOTES).is_visible()
    assert page.locator(".samizdat").count() == 0  # nothing is simulated yet
    shoot(page, "entrance")
    page.get_by_role("button", name=WAYS[name].title).click()
    day_line(page)
    page.wait_for_selector(picture(f"View: {view}"))
    assert page.locator(".samizdat-entrance").count() == 0
    scenario = WAYS[name].opening.choice.load()
    assert page.locator(".samizdat-name").inner_text() == scenario.spec.title
    assert f"{scenario.citizens:,} synthetic citizens" in page.locator(".samizdat-sub").inner_text()
    assert page.get_by_role("button", name="Regime", exact=True).get_attribute("aria-pressed") == (
        "true"
    )
    if WAYS[name].opening.playing:
        until(lambda: int(re.search(r"day ([\d,]+) of", day_line(page)).group(1)) > first)
    else:
        until(lambda: f"day {first} of" in page.locator(".samizdat-date").inner_text())
        page.wait_for_timeout(1000)
        assert f"day {first} of" in page.locator(".samizdat-date").inner_text()
        do_the_task(page)
    shoot(page, f"way_{name}")


@pytest.mark.slow
def test_the_entrance_opens_again_and_closes_by_keyboard(visit, shoot):
    page = visit("scenario=town&play=0")
    assert "day 0 of 60" in day_line(page)
    page.get_by_role("button", name="Home").click()
    page.get_by_role("dialog", name=QUESTION).wait_for()
    for _ in range(6):  # round and round, never behind it
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.samizdat-entrance') !== null")
    page.keyboard.press("Escape")
    page.locator(".samizdat-entrance").wait_for(state="detached")
    assert page.evaluate("document.activeElement.innerText") == "Home"
    assert "day 0 of 60" in day_line(page)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Kazakhstan 2016").focus()
    page.keyboard.press("Enter")
    page.locator(".samizdat-entrance").wait_for(state="detached")
    until(lambda: "of 182" in day_line(page))
    assert page.locator(".samizdat-name").inner_text() == "Land protests 2016"


# What stands on the page from the moment at which the entrance is gone: each state once.
WATCH = """() => {
  const texts = name => [...document.querySelectorAll(name)].map(each => each.innerText)
  const look = () => {
    if (document.querySelector('.samizdat-entrance')) return
    const state = JSON.stringify({
      down: ['.samizdat-side [aria-label=Panels] ', '.samizdat-middle [aria-label=Views] '].map(
        group => texts(group + '[aria-pressed=true]')).flat(),
      name: texts('.samizdat-name')[0],
      days: [...document.querySelectorAll('.samizdat-frame')].map(each => each.dataset.day)
    })
    if (window.seen.at(-1) !== state) window.seen.push(state)
  }
  window.seen = []
  new MutationObserver(look).observe(
    document.body, { childList: true, subtree: true, attributes: true, characterData: true })
}"""


@pytest.mark.slow
def test_a_way_in_shows_its_own_panel_and_view_from_the_first_moment(visit):
    page = visit("")
    page.get_by_role("button", name=WAYS["state"].title).click()
    assert "2014" in day_line(page)
    for name in ("Days", "Beliefs", "Parameters", "Download"):
        page.get_by_role("button", name=name, exact=True).click()
    page.locator(".samizdat-mesa img").wait_for()
    page.get_by_role("button", name="Home").click()
    page.evaluate(WATCH)
    page.get_by_role("button", name=WAYS["kazakhstan"].title).click()
    page.wait_for_selector(picture("View: Country"))
    until(lambda: "2016-04" in day_line(page))
    seen = [json.loads(each) for each in page.evaluate("window.seen")]
    new = [each for each in seen if each["name"] == "Land protests 2016"]
    assert len(new) > 2
    assert seen[-len(new) :] == new  # the world before may show for a moment, never afterwards
    for each in new:
        assert each["down"] == ["Regime", "Country"]
        assert all(day[:5] in ("", "2016-") for day in each["days"])


@pytest.mark.slow
def test_the_entrance_fits_a_phone(visit, shoot):
    page = visit("", 390, 844)
    page.wait_for_selector(WAY)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for way in page.locator(WAY).all():
        assert way.bounding_box()["y"] + way.bounding_box()["height"] <= 844
    shoot(page, "entrance_390")
    page.get_by_role("button", name="Watch a town").click()
    assert "of 60" in day_line(page)


@pytest.mark.slow
def test_a_scenario_that_is_named_opens_at_once(chromium):
    pytest.importorskip("solara")
    process = started("town", "--citizens", "500")
    try:
        address = address_of(process)
        page = chromium.new_page()
        page.goto(f"{address}?token={TOKEN}")
        page.wait_for_selector(".samizdat-picture")
        assert page.locator(".samizdat-entrance").count() == 0
        assert "500 synthetic citizens" in page.locator(".samizdat-sub").inner_text()
        page.close()
    finally:
        ended(process)
