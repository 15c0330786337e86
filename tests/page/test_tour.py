"""The tour: what it tells is what the engine says, from the first stop to the last."""

import datetime as dt
import re

import numpy as np
import pytest
from serving import until

from samizdat.core.layout import POSTURES
from samizdat.page.tour_words import (
    STOPS,
    AskedCitizen,
    Street,
    a_town,
    two_worlds,
    what_came,
    who_acts,
)
from samizdat.page.tour_words import why_she_acts as why
from samizdat.page.ways import TOUR
from samizdat.run.simulation import Simulation

DAY = dt.date(2014, 3, 9)
NOW = Street(DAY, 9, 2000, 2000, 0, 0, 0)


def test_it_tells_of_a_world_in_which_nothing_happens():
    assert "all of them are silent." in a_town(NOW, "")[1]
    told = who_acts(NOW, "")[0]
    assert told.startswith("On 9 March 2014 0 speak out")
    assert told.endswith("and nobody is in the street.")
    assert "nobody was in the street" in what_came(NOW, NOW._replace(step=29))[0]
    assert "the order changed nothing" in two_worlds(0, 0)[0]


def test_it_tells_which_way_an_order_went():
    assert "kept people from the street" in two_worlds(1, 2)[0]
    assert "brought more people to the street" in two_worlds(2, 1)[0]


def test_it_can_ask_anybody():
    assert why(AskedCitizen(5, "mobilise", 1))[0] == (
        "Citizen 5 is in the street. The day before, she heard 1 person dissent."
    )
    for posture in POSTURES:
        assert "heard nobody dissent" in why(AskedCitizen(1234, posture.lower(), 0))[0]


def test_at_each_stop_it_says_what_is_waited_for():
    assert {stop.waiting for stop in STOPS[:5]} == {"Days pass …"}
    assert STOPS[5].waiting == "The same days again, without the order …"


def runs_of_the_tour():
    """Return the run that the tour makes, stop by stop, and the run without its order."""
    choice = TOUR.choice
    with_it, without = (Simulation(choice.load(), choice.seed) for _ in range(2))
    first = next(e for e in with_it.scenario.spec.timeline if e.kind == "event")
    with_it.run(first.begins - dt.timedelta(days=1))
    yield with_it
    while not with_it.counts["mobilise"]:
        with_it.step()
    yield with_it
    with_it.enact({"kind": "action", "lever": "blackout"})
    for _ in range(20):
        with_it.step()
    yield with_it
    while without.step_number < with_it.step_number:
        without.step()
    yield without


def street_days(simulation):
    return round(float(simulation.daily("mobilise").sum()))


def at(page, stop):
    """Wait for a stop of the tour; return its text."""
    card = page.get_by_role("dialog", name=STOPS[stop - 1].title)
    card.get_by_text(f"Tour, {stop} of 6").wait_for()
    waits(page, stop)
    until(lambda: page.locator("#samizdat-tour-text p").count() > 1)
    return card.inner_text()


def waits(page, stop):
    """Whether the text of a stop is not there yet; if it is not, Next is held, and it says why."""
    card = page.evaluate(
        "() => {const [text, next, back, leave, reason] = ['#samizdat-tour-text',"
        " '.samizdat-first', '.samizdat-plain', '.samizdat-plain:last-child',"
        " '.samizdat-tour-buttons'].map(name => document.querySelector('.samizdat-tour-card ' +"
        " name)); return {lines: text.children.length, text: text.innerText, held: next.disabled,"
        " back: back.disabled, leave: leave.disabled,"
        " reason: reason.previousElementSibling.innerText, name: next.innerText}}"
    )
    waiting = card["text"] == STOPS[stop - 1].waiting
    assert card["held"] == waiting
    assert card["leave"] is False
    assert card["back"] == (stop == 1)
    if waiting:
        assert card["reason"] == f"“{card['name']}” waits until the text of this stop is here."
    return waiting


def points_at(page, selector):
    """Whether the ring of the tour is around a part of the page."""
    part, ring = (page.locator(name).first.bounding_box() for name in (selector, ".samizdat-ring"))
    return ring["x"] <= part["x"] <= ring["x"] + 8 and ring["y"] <= part["y"] <= ring["y"] + 8


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_tour_from_the_first_stop_to_the_last(visit, shoot, width, height):
    runs = runs_of_the_tour()
    page = visit("", width, height)
    page.get_by_role("button", name="Or take the tour").click()

    def go_on(stop):
        text = at(page, stop)
        page.wait_for_timeout(700)
        shoot(page, f"tour_{stop}_{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if stop < 6:
            page.get_by_role("button", name="Next", exact=True).click()
        return text

    town = next(runs)
    text = go_on(1)
    assert f"{town.scenario.citizens:,} invented citizens" in text
    assert "On 9 March 2014 all of them are silent." in text
    assert "“Factory closes”" in text
    street = next(runs)
    counts, posture, heard = street.counts, street.state["posture"].copy(), street.heard
    text = go_on(2)
    assert f"On 15 March 2014 {counts['share']:,} speak out" in text
    assert f"{counts['self_censor']:,} keep quiet out of fear" in text
    assert f"{counts['mobilise']:,} are in the street" in text
    who = int(re.search(r"Citizen ([\d,]+) is in the street", text := go_on(3))[1])
    assert posture[who] == POSTURES.index("mobilise")
    voices = heard["street"] + heard["others"]
    assert f"she heard {voices[who]:,} people dissent" in text
    assert voices[who] == voices[np.flatnonzero(posture == posture[who])].max()
    text = go_on(4)
    assert "“Network off”, everywhere, from 16 March 2014 on" in text
    text = go_on(5)
    after = next(runs)
    since = after.daily("mobilise")[15:]
    peak = after.scenario.date_of(15 + int(since.argmax()))
    assert "20 days with the order" in text
    assert f"were {int(since.max()):,}, on {peak.day} {peak:%B %Y}." in text
    text = go_on(6)
    one, other = street_days(after), street_days(next(runs))
    assert one != other
    sentence = page.locator(".samizdat-tour-card .samizdat-worlds").inner_text()
    way = "fewer" if one < other else "more"
    assert sentence == (
        f"Person-days in the street so far: {one:,} with blackouts, {other:,} without: "
        f"{abs(one - other):,} {way}."
    )
    until(lambda: page.locator(".samizdat-comparison").inner_text() == sentence)
    assert "day 35 of 60" in page.locator(".samizdat-date").inner_text()
    page.get_by_role("button", name="Stay here").click()
    page.locator(".samizdat-tour").wait_for(state="detached")
    assert "day 35 of 60" in page.locator(".samizdat-date").inner_text()


@pytest.mark.slow
def test_it_goes_back_and_forth_by_keyboard_and_tells_the_same(visit):
    page = visit("")
    page.get_by_role("button", name="Or take the tour").click()
    told = {1: at(page, 1)}
    assert page.evaluate("document.activeElement.id") == "samizdat-tour-title"
    for stop in (2, 3, 4):
        page.keyboard.press("ArrowRight")
        told[stop] = at(page, stop)
        assert page.evaluate("document.activeElement.id") == "samizdat-tour-title"
    until(lambda: points_at(page, ".samizdat-side .samizdat-harsh.samizdat-down"))
    for stop in (3, 2, 1):
        page.keyboard.press("ArrowLeft")
        assert at(page, stop) == told[stop]
    until(lambda: points_at(page, ".samizdat-middle .samizdat-frame"))
    for _ in range(3):  # a text is not passed before it is there
        page.keyboard.press("ArrowRight")
    page.get_by_role("dialog", name=STOPS[1].title).wait_for()
    assert waits(page, 2)
    page.wait_for_timeout(500)
    assert waits(page, 2)
    for stop in (2, 3, 4):
        assert at(page, stop) == told[stop]
        if stop < 4:
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.locator(".samizdat-tour").wait_for(state="detached")
    assert page.evaluate("document.activeElement.innerText") == "Home"
    until(lambda: "day 15 of 60" in page.locator(".samizdat-date").inner_text())
    page.locator(".samizdat-side .samizdat-harsh.samizdat-down").wait_for()  # the order stays


@pytest.mark.slow
def test_the_last_two_texts_are_not_missed_and_back_and_leave_stay(visit):
    page = visit("")
    page.get_by_role("button", name="Or take the tour").click()
    for stop in (1, 2, 3, 4):
        at(page, stop)
        page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("dialog", name=STOPS[4].title).wait_for()
    assert waits(page, 5)
    page.get_by_role("button", name="Back", exact=True).click()  # before it is told
    assert "gives an order" in at(page, 4)
    page.get_by_role("button", name="Next", exact=True).click()
    assert "days with the order" in at(page, 5)
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("dialog", name=STOPS[5].title).wait_for()
    assert waits(page, 6)
    page.get_by_role("button", name="Stay here").click()
    page.locator(".samizdat-tour").wait_for(state="detached")


@pytest.mark.slow
def test_another_start_ends_the_tour(visit):
    page = visit("")
    page.get_by_role("button", name="Or take the tour").click()
    at(page, 1)
    page.get_by_role("button", name="Reset").click()
    page.locator(".samizdat-tour").wait_for(state="detached")
    page.get_by_role("button", name="Home").click()
    page.get_by_role("button", name="Or take the tour").click()
    assert "all of them are silent" in at(page, 1)
    page.get_by_role("button", name="Home").click()
    page.locator(".samizdat-tour").wait_for(state="detached")
