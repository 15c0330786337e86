"""The bar of days in a browser: dragged, clicked, by keyboard and by touch; and automatic speed."""

import re
import time

import pytest
from serving import until

pytestmark = pytest.mark.slow

DATE, BAR = ".samizdat-date", ".samizdat-track"
PICTURE = """() => {
  const shown = document.querySelector(".samizdat-picture");
  const canvases = [...shown.querySelectorAll("canvas"), ...(shown.getContext ? [shown] : [])];
  return shown.src || canvases.map(each => each.toDataURL()).join();
}"""
BANDS = """() => {
  const room = document.querySelector(".samizdat-right .samizdat-chart");
  const chart = window.samizdat.echarts.getInstanceByDom(room);
  const { grids, band } = chart.samizdat;
  return chart.getZr().storage.getDisplayList(true)
    .filter(each => each.style.text && !each.ignore && each.style.x >= grids[band].left
      && each.style.y >= grids[band].top && each.style.y <= grids[band].top + grids[band].height)
    .map(each => each.style.text);
}"""
AT_41 = "play=0&from=2014-04-10"


def day_of(page):
    found = re.search(r"day ([\d,]+) of|the last day", page.locator(DATE).inner_text())
    return int(found.group(1).replace(",", "")) if found.group(1) else 60


def day_shown(page, day):
    """Wait for a day, and until nothing moves; return what the page shows of it."""
    until(lambda: page.locator(DATE).count() and day_of(page) == day)
    page.wait_for_function(
        "([bar, day]) => document.querySelector(bar).getAttribute('aria-valuenow') === `${day}`",
        arg=[BAR, day],
    )
    seen, before = None, ()
    while seen != before:  # pictures follow the size of the window
        before = seen
        page.wait_for_timeout(700)
        seen = (page.locator(".samizdat-counts").inner_text(), page.evaluate(PICTURE))
    assert day_of(page) == day
    return seen


def place(page, step, steps=60):
    """Return where a step is on the bar, in pixels of the screen."""
    box = page.locator(BAR).bounding_box()
    return box["x"] + 1 + (box["width"] - 2) * step / steps, box["y"] + box["height"] / 2


def drag(page, first, last):
    page.mouse.move(*place(page, first))
    page.mouse.down()
    page.mouse.move(*place(page, last), steps=12)
    page.mouse.up()


def test_days_are_dragged_back_and_forth(visit, shoot):
    page = visit(AT_41)
    at_41 = day_shown(page, 41)
    page.get_by_role("button", name="Step", exact=True).click()
    day_shown(page, 42)
    drag(page, 42, 20)
    at_20 = day_shown(page, 20)
    assert page.get_by_text("An earlier day: 22 later days are done.").is_visible()
    shoot(page, "bar_earlier_day")
    drag(page, 20, 41)
    assert day_shown(page, 41) == at_41
    drag(page, 41, 59)  # no farther than the days done
    day_shown(page, 42)
    drag(page, 42, 20)
    assert day_shown(page, 20) == at_20
    page.get_by_role("button", name="Last day done").click()
    day_shown(page, 42)
    assert page.get_by_role("button", name="Last day done").count() == 0
    page.mouse.click(*place(page, 50))  # a day to come is simulated
    day_shown(page, 50)


def test_an_event_is_hovered_and_clicked(visit, shoot):
    page = visit(AT_41)
    day_shown(page, 41)
    x, _ = place(page, 9.5)  # the factory closes on the tenth day
    top = page.locator(BAR).bounding_box()["y"]
    page.mouse.move(x + 3, top + 6)
    hint = page.locator(".samizdat-hint")
    hint.wait_for()
    assert "Factory closes (since 10 March 2014)" in hint.inner_text()
    shoot(page, "bar_hover")
    page.mouse.click(x + 3, top + 6)
    day_shown(page, 10)
    page.get_by_role("button", name="What happened").click()
    lines = page.locator(".samizdat-mark-line")
    until(lambda: lines.count() > 10)
    shoot(page, "bar_list")
    lines.filter(has_text="Stricter speech law").click()
    day_shown(page, 28)
    until(lambda: lines.count() == 0)


def test_the_hint_lists_all_that_is_in_force_on_the_day(visit, shoot):
    page = visit(AT_41)
    day_shown(page, 41)
    x, y = place(page, 18)
    top = page.locator(BAR).bounding_box()["y"]
    for height in (6, 20, 42):  # whatever row the pointer is in
        page.mouse.move(x - 3, top + height)
        told = hint_of(page)
        assert told[0] == "18 March 2014"
        assert sum("Factory closes (since 10 March 2014)" in line for line in told) == 1
        assert not any("Two accounts" in line for line in told)
        assert told[1].startswith("Factory closes") or height != 6
    page.mouse.move(place(page, 33)[0], y)
    assert re.fullmatch(r"and \d+ more", hint_of(page)[-1])
    assert len(hint_of(page)) == 7  # the day, five lines, and how many more
    shoot(page, "bar_hint")
    page.mouse.move(place(page, 50)[0], y)
    assert hint_of(page) == ["19 April 2014: not simulated yet"]
    page.mouse.move(place(page, 0)[0], y)
    assert hint_of(page) == ["before the first day"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_hint_is_kept_within_the_window(visit, shoot, width):
    page = visit("play=0&from=2014-04-29", width, 844)
    day_shown(page, 60)
    track = page.locator(BAR)
    for up, block in ((False, "end"), (True, "start")):  # at the foot, then at the top of a phone
        track.evaluate("(bar, block) => bar.scrollIntoView({ block, behavior: 'instant' })", block)
        page.wait_for_timeout(700)
        for step in (1, 18, 30, 33, 45, 60):
            x, y = place(page, step)
            page.mouse.move(x - 1, y)
            assert hint_of(page)
            box = page.locator(".samizdat-hint").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 844
            shoot(page, f"bar_hint_{width}_{step}_{up}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def hint_of(page):
    """Return the lines of the hint beside the pointer."""
    page.wait_for_timeout(100)
    return page.locator(".samizdat-hint > div").all_inner_texts()


def test_the_bar_is_a_slider_for_the_keyboard(visit):
    page = visit(AT_41)
    day_shown(page, 41)
    bar = page.get_by_role("slider", name="Day shown")
    assert bar.get_attribute("aria-valuemin") == "0"
    assert bar.get_attribute("aria-valuemax") == "60"
    bar.focus()
    for key, day in (("ArrowLeft", 40), ("ArrowDown", 39), ("PageUp", 41), ("PageDown", 11),
                     ("ArrowRight", 12), ("Home", 0), ("End", 41), ("ArrowUp", 42)):  # fmt: skip
        page.keyboard.press(key)
        day_shown(page, day)
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    day_shown(page, 35)
    assert bar.get_attribute("aria-valuetext").startswith("4 April 2014, day 35 of 60. ")
    assert "Stricter speech law" in bar.get_attribute("aria-valuetext")


def test_next_event_goes_on_to_what_begins_next(visit):
    page = visit("play=0")
    day_shown(page, 0)
    for day, title in ((6, "Revolution abroad"), (10, "Factory closes")):
        page.get_by_role("button", name="Next event").click()
        day_shown(page, day)
        assert title in page.locator(BAR).get_attribute("aria-valuetext")
    page.get_by_role("button", name="Next event").click()
    until(lambda: day_of(page) > 10)
    assert "0 in the street" not in re.split(" · ", page.locator(".samizdat-counts").inner_text())


def test_an_order_on_an_earlier_day_is_asked_about_first(visit, shoot):
    page = visit(AT_41)
    day_shown(page, 41)
    drag(page, 41, 20)
    at_20 = day_shown(page, 20)
    order = page.get_by_role("button", name="network off", exact=True)
    order.click()
    warning = page.get_by_role("alertdialog")
    warning.wait_for()
    shoot(page, "bar_warning")
    assert page.evaluate("document.activeElement.innerText") == "Cancel"
    page.keyboard.press("Escape")
    warning.wait_for(state="detached")
    assert day_shown(page, 20) == at_20
    assert order.get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name="Last day done").click()
    day_shown(page, 41)
    drag(page, 41, 20)
    day_shown(page, 20)
    order.click()
    page.get_by_role("button", name="Branch here: the 21 days after are forgotten").click()
    until(lambda: order.get_attribute("aria-pressed") == "true")
    warning.wait_for(state="detached")
    page.get_by_role("button", name="Step", exact=True).click()
    day_shown(page, 21)
    assert page.get_by_text("An earlier day").count() == 0
    assert page.get_by_role("button", name="Last day done").count() == 0


def test_the_question_before_a_branch_goes_with_the_day_it_is_about(visit, shoot):
    page = visit(AT_41)
    day_shown(page, 41)
    drag(page, 41, 22)
    day_shown(page, 22)
    warning = page.get_by_role("alertdialog")
    branch = page.get_by_role("button", name="Branch here")
    page.get_by_role("button", name="violence, one day", exact=True).click()
    warning.wait_for()
    assert warning.inner_text().startswith("Violence in the street. You are looking at an earlier")
    assert branch.inner_text() == "Branch here: the 19 days after are forgotten"
    shoot(page, "bar_question")
    page.get_by_role("button", name="Step", exact=True).click()
    day_shown(page, 23)
    assert warning.count() == 0
    page.get_by_role("button", name="violence, one day", exact=True).click()
    until(branch.count)
    assert branch.inner_text() == "Branch here: the 18 days after are forgotten"
    bar = page.get_by_role("slider", name="Day shown")
    bar.focus()
    page.keyboard.press("ArrowLeft")
    warning.wait_for(state="detached")
    page.keyboard.press("ArrowLeft")  # the bar has the focus still
    day_shown(page, 21)
    page.get_by_role("button", name="foreign press", exact=True).click()
    warning.wait_for()
    assert warning.inner_text().startswith("End: square talk, foreign press, everywhere. ")
    page.get_by_role("button", name="Cancel").click()
    order = page.get_by_role("button", name="network off", exact=True)
    order.click()
    warning.wait_for()
    assert warning.inner_text().startswith("Network off. ")
    branch.click()
    until(lambda: order.get_attribute("aria-pressed") == "true")
    page.get_by_role("button", name="Step", exact=True).click()
    day_shown(page, 22)
    assert page.get_by_role("button", name="Last day done").count() == 0


def test_bands_are_of_the_day_shown_also_on_one_before_anything_began(visit, shoot):
    page = visit(AT_41)
    day_shown(page, 41)
    at_41 = until(lambda: bands_drawn(page))
    assert "Factory closes" in at_41
    bar = page.get_by_role("slider", name="Day shown")
    bar.focus()
    page.keyboard.press("Home")
    day_shown(page, 0)
    shoot(page, "bands_day_0")
    assert bands_drawn(page) == []
    page.mouse.click(*place(page, 9.5))
    day_shown(page, 10)
    assert set(bands_drawn(page)) == {"Factory closes", "Revolution abroad"}
    page.mouse.click(*place(page, 3))
    day_shown(page, 3)
    assert bands_drawn(page) == []
    page.get_by_role("button", name="Last day done").click()
    day_shown(page, 41)
    assert bands_drawn(page) == at_41


def bands_drawn(page):
    """Return the names that are written in the lowest panel of the small chart."""
    return page.evaluate(BANDS)


def test_the_bar_is_dragged_and_touched_on_a_phone(visit, shoot):
    page = visit(AT_41, 390, 844, has_touch=True, is_mobile=True)
    day_shown(page, 41)
    page.locator(BAR).scroll_into_view_if_needed()
    finger = page.context.new_cdp_session(page)

    def touch(kind, *at):
        points = [{"x": at[0], "y": at[1]}] if at else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", *place(page, 41))
    for step in range(40, 24, -3):
        touch("touchMove", *place(page, step))
    touch("touchEnd")
    day_shown(page, 25)
    shoot(page, "bar_phone")
    page.touchscreen.tap(*place(page, 9.8))
    day_shown(page, 10)
    page.get_by_role("button", name="Next event").tap()
    until(lambda: day_of(page) > 10)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_play_is_slow_where_something_happens_and_says_so(visit):
    page = visit("scenario=town&play=0")
    day_shown(page, 0)
    page.get_by_role("button", name="Play").click()
    rates = {}

    def after(day):
        rates[day_of(page)] = page.locator(DATE).inner_text()
        return day_of(page) > day

    while not after(18):
        page.wait_for_timeout(30)
    texts = "\n".join(rates.values())
    assert "12 days a second" in texts  # nothing happens
    assert "3 days a second" in rates[max(rates)]  # people are in the street
    page.get_by_role("button", name="Pause").click()
    until(lambda: page.locator(DATE).inner_text().endswith("paused"))


def test_the_first_protest_of_a_long_scenario_comes_soon(visit):
    began = time.monotonic()
    page = visit("scenario=kazakhstan")
    page.wait_for_selector(DATE)
    counts = page.locator(".samizdat-counts")
    until(lambda: " · 0 in the street" not in counts.inner_text())
    assert time.monotonic() - began < 30  # 15 s where nothing else runs
    assert page.locator(DATE).inner_text().startswith(("2010-01", "2010-02"))


def test_a_link_opens_on_a_day_and_says_what_is_wrong_with_it(visit):
    page = visit("scenario=town&seed=3&from=2014-03-20")
    until(lambda: page.locator(DATE).count() and day_of(page) > 20)  # it plays on from there
    page = visit("scenario=town&from=2031-01-01")
    page.get_by_text("from = 2031-01-01 is outside 2014-03-01 ... 2014-04-29").wait_for()
