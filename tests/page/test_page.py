"""The page, as a visitor sees it."""

import datetime as dt
import re
import time

import pytest
from serving import picture, until

pytestmark = pytest.mark.slow

TABS = {name: name.capitalize() for name in ("regime", "scenario", "parameters", "download")}


def day_of(page):
    """Return how many days are done, as the page says; None before there is a world."""
    found = page.locator(".samizdat-date")
    if found.count() == 0:
        return None
    text = found.inner_text()
    number = re.search(r"day ([\d,]+) of", text)
    return int(number.group(1).replace(",", "")) if number else 10**6


def counts_of(page):
    return page.locator(".samizdat-counts").inner_text()


def ready(page):
    page.wait_for_selector(".samizdat-picture")
    until(lambda: day_of(page) is not None)
    return page


def click(page, text, exact=True):
    page.get_by_role("button", name=text, exact=exact).first.click()


def line_of(page, *texts):
    """The lines of what is in force that say all of this."""
    found = page.locator(".samizdat-line")
    for text in texts:
        found = found.filter(has_text=text)
    return found


def to_day(page, day):
    """Step to a day, one by one."""
    for _ in range(day - day_of(page)):
        click(page, "Step")
    until(lambda: day_of(page) == day)


def type_into(page, selector, text):
    field = page.locator(f"{selector} input")
    field.fill(text)
    field.press("Enter")


def test_page_shows_a_picture_of_each_kind_on_one_screen(visit, shoot):
    page = ready(visit())
    to_day(page, 14)
    for name in ("Citizens", "Country", "Who", "Days"):
        click(page, name)
        page.wait_for_selector(picture(f"View: {name}"))
        view = page.locator(picture(f"View: {name}")).bounding_box()
        series = page.locator(picture("Series")).bounding_box()
        assert view["width"] > 400
        assert view["height"] > 400
        assert series["width"] > 250
        assert view["x"] + view["width"] <= series["x"]
        assert series["x"] + series["width"] <= 1280
        page.wait_for_timeout(1000)
        shoot(page, f"1280_{name.lower()}")
    legends = ("Mean fear", "Mean trust", "In the street, share")
    for name, legend in zip(("Fear", "Trust", "In the street"), legends, strict=True):
        click(page, "Country")
        click(page, name)
        page.locator(".samizdat-legend", has_text=legend).wait_for()
        page.wait_for_timeout(1000)
        shoot(page, f"1280_country_{name[:4].lower()}")
    click(page, "Beliefs")
    page.wait_for_selector(".samizdat-mesa img")
    page.locator(".samizdat-help", has_text="means over all citizens, each from 0 to 1").wait_for()
    shoot(page, "1280_beliefs")
    assert page.evaluate("document.documentElement.scrollHeight") <= 800
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_page_fits_a_wide_screen(visit, shoot):
    page = ready(visit("play=0", 1920, 1080))
    to_day(page, 22)
    page.wait_for_timeout(1500)
    shoot(page, "1920_regime")
    for key in ("scenario", "parameters", "download"):
        click(page, TABS[key])
        page.wait_for_timeout(400)
        shoot(page, f"1920_{key}")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    box = page.locator(".samizdat-middle .samizdat-picture").bounding_box()
    assert box["width"] > 700


def test_it_plays_by_itself_until_it_is_paused(visit):
    page = ready(visit("play=1"))
    until(lambda: day_of(page) >= 2)
    click(page, "Pause", exact=False)
    page.get_by_role("button", name="Play").wait_for()
    page.wait_for_timeout(800)
    day = day_of(page)
    page.wait_for_timeout(1500)
    assert day_of(page) == day
    click(page, "Step")
    until(lambda: day_of(page) == day + 1)
    click(page, "Reset")
    until(lambda: day_of(page) == 0)


def test_it_is_not_faster_than_the_speed_that_was_chosen(visit):
    page = ready(visit())
    page.locator(".samizdat-speed .samizdat-select").click()
    page.locator(".menuable__content__active .v-list-item", has_text="3 days a second").click()
    page.wait_for_timeout(1000)
    began = time.monotonic()  # pictures may be late, but no run starts early
    click(page, "Play", exact=False)
    until(lambda: day_of(page) >= 6)
    page.wait_for_timeout(1000)
    assert day_of(page) <= 1 + 3.0 * (time.monotonic() - began)


def test_a_block_acts_on_the_next_day_and_is_saved(visit, tmp_path):
    page, other = ready(visit()), ready(visit())
    for each in (page, other):
        to_day(each, 16)
    assert counts_of(page) == counts_of(other)
    click(page, "square talk")
    line_of(page, "square talk", "by you").wait_for()
    for each in (page, other):
        to_day(each, 20)
    assert counts_of(page) != counts_of(other)  # the other visitor has a simulation of her own
    click(page, "Country")
    click(page, TABS["download"])
    with page.expect_download() as download:
        click(page, "Scenario with my orders (TOML)")
    path = tmp_path / "live.toml"
    download.value.save_as(path)
    from samizdat import Scenario, Simulation

    run = Simulation(Scenario.load(path), seed=1).run(until=dt.date(2014, 3, 20))
    counts = dict(re.findall(r"([\d,]+) ([a-z ]+)", counts_of(page)))
    assert f"{run.counts['share']:,}" in counts
    assert f"{run.counts['silent']:,}" in counts


def test_a_block_is_lifted_with_a_second_click(visit):
    page = ready(visit())
    to_day(page, 2)
    click(page, "kin chat")
    line_of(page, "kin chat", "by you").wait_for()
    click(page, "kin chat")
    until(lambda: line_of(page, "kin chat", "by you").count() == 0)


def test_violence_of_a_day_is_listed_until_it_comes_or_is_taken_back(visit, shoot):
    page = ready(visit())
    to_day(page, 2)
    order = line_of(page, "Violence in the street, everywhere: tomorrow only, by you")
    click(page, "violence, one day")
    order.wait_for()
    click(page, "violence, one day")
    until(lambda: order.count() == 0)
    for text in ("violence, one day", "kin chat", "the prosecutor"):
        click(page, text)
    order.wait_for()
    page.locator(".samizdat-down", has_text="violence, one day").wait_for()
    page.wait_for_timeout(800)
    shoot(page, "1280_orders")
    to_day(page, 3)
    until(lambda: order.count() == 0)
    page.wait_for_timeout(800)
    shoot(page, "1280_ordered")


def test_what_is_blocked_from_the_first_day_is_chosen_and_lifted(visit, shoot):
    page = ready(visit())
    click(page, TABS["scenario"])
    choices = page.locator(".samizdat-choices.samizdat-standing")  # those of the next start
    choices.get_by_role("button", name="kin chat").click()
    choices.locator(".samizdat-down", has_text="kin chat").wait_for()
    page.wait_for_timeout(800)
    shoot(page, "1280_standing_choice")
    click(page, "Start")
    until(lambda: (day_of(page) or 0) >= 1)
    click(page, "Pause", exact=False)
    click(page, TABS["regime"])
    line = line_of(page, "kin chat", "since the first day, by the scenario, until it is ended")
    line.get_by_role("button").click()
    line_of(page, "The standing block is lifted, everywhere", "by you").wait_for()
    until(lambda: line.count() == 0)
    page.wait_for_timeout(800)
    shoot(page, "1280_standing_lifted")


def test_arrests_of_organisers_wait_for_rallies(visit):
    page = ready(visit("play=0&rally.on=0"))
    idle = page.locator(".samizdat-help", has_text="Acts only while rallies are on")
    idle.wait_for()
    click(page, TABS["parameters"])
    click(page, "Rallies", exact=False)
    page.locator(".samizdat-number", has_text="rally.on").get_by_role("button", name="on").click()
    to_day(page, 1)
    click(page, TABS["regime"])
    page.locator(".samizdat-number", has_text="Arrests of organisers").wait_for()
    until(lambda: idle.count() == 0)


def test_the_state_gives_in(visit):
    page = ready(visit())
    to_day(page, 14)
    click(page, "Factory closes")
    page.locator(".samizdat-down", has_text="Factory closes").wait_for()
    to_day(page, 15)
    until(lambda: page.get_by_role("button", name="Factory closes").count() == 0)


def test_a_slider_sets_a_number_while_it_runs(visit, shoot):
    page = ready(visit())
    to_day(page, 3)
    slider = page.locator(".samizdat-number", has_text="Surveillance")
    before = slider.locator(".samizdat-exact input").input_value()
    assert before == "0.2"
    slider.locator(".v-slider__thumb-container").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    until(lambda: slider.locator(".samizdat-exact input").input_value() != before)
    type_into(page, ".samizdat-number:has-text('Surveillance') .samizdat-exact", "0.9")
    to_day(page, 4)
    assert slider.locator(".samizdat-exact input").input_value() == "0.9"
    type_into(page, ".samizdat-number:has-text('Surveillance') .samizdat-exact", "7")
    page.locator(".samizdat-problem", has_text="surveillance = 7 is outside 0 ... 1").wait_for()
    until(lambda: slider.locator(".samizdat-exact input").input_value() == "0.9", 5)
    shoot(page, "1280_refused")
    type_into(page, ".samizdat-number:has-text('Surveillance') .samizdat-exact", "0.5")
    until(lambda: page.locator(".samizdat-problem").count() == 0, 5)
    until(lambda: slider.locator(".samizdat-exact input").input_value() == "0.5")


def test_a_typed_seed_and_number_of_citizens_start_another_run(visit):
    page = ready(visit())
    click(page, TABS["scenario"])
    assert page.locator(".samizdat-citizens input").input_value() == "2,000"
    assert page.locator(".samizdat-seed input").input_value() == "1"
    type_into(page, ".samizdat-seed", "42")
    type_into(page, ".samizdat-citizens", "1,234")
    click(page, "Start")
    page.get_by_text("1,234 synthetic citizens, random seed 42").wait_for()
    until(lambda: (day_of(page) or 0) >= 1)
    page.locator(".samizdat-seed input").fill("7")
    click(page, "Reset")  # a field that is left counts too
    click(page, "Start")
    page.get_by_text("1,234 synthetic citizens, random seed 7").wait_for()
    until(lambda: (day_of(page) or 0) >= 1)
    type_into(page, ".samizdat-seed", "many")
    page.locator(".samizdat-problem", has_text="many").wait_for()
    type_into(page, ".samizdat-seed", "43")
    type_into(page, ".samizdat-citizens", "9000000")
    click(page, "Start")
    page.locator(".samizdat-problem", has_text="2,000,000").wait_for()
    page.get_by_text("1,234 synthetic citizens, random seed 7").wait_for()
    day = day_of(page)  # the simulation goes on
    assert page.locator(".samizdat-picture").count() == 2
    until(lambda: day_of(page) > day)


def test_a_citizen_says_why(visit, shoot):
    page = ready(visit())
    to_day(page, 20)
    page.wait_for_timeout(1000)
    box = page.locator(".samizdat-clickable").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.35, box["y"] + box["height"] * 0.5)
    page.locator(".samizdat-day-head").first.wait_for()
    type_into(page, ".samizdat-why-who", "575")
    until(lambda: "2014-03-20" in page.locator(".samizdat-why").inner_text())
    to_day(page, 25)
    until(lambda: "2014-03-25" in page.locator(".samizdat-why").inner_text())
    assert "goes from" in page.locator(".samizdat-why").inner_text()
    page.wait_for_timeout(800)
    shoot(page, "1280_why")


def test_an_unknown_citizen_is_an_error_and_the_run_goes_on(visit):
    page = ready(visit())
    type_into(page, ".samizdat-why-who", "99999999")
    page.locator(".samizdat-problem", has_text="99,999,999 is outside 0 ... 1,999").wait_for()
    until(lambda: page.locator(".samizdat-why-who input").input_value() == "", 5)
    click(page, "Who")
    page.wait_for_selector(picture("View: Who"))
    to_day(page, 2)
    assert page.get_by_role("button", name="Play").is_enabled()


def test_a_second_run_without_a_lever(visit, shoot, tmp_path):
    page = ready(visit())
    to_day(page, 26)
    page.locator(".samizdat-right .samizdat-select").click()
    page.locator(".menuable__content__active .v-list-item", has_text="without blocking").click()
    until(lambda: "without" in page.locator(".samizdat-comparison").inner_text())
    to_day(page, 28)
    page.wait_for_timeout(1000)
    shoot(page, "1280_twin")
    click(page, TABS["download"])
    with page.expect_download() as download:
        click(page, "Two runs (PNG)", exact=False)
    path = tmp_path / "two.png"
    download.value.save_as(path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_series_and_pictures_can_be_downloaded(visit, shoot, tmp_path):
    page = ready(visit())
    to_day(page, 3)
    click(page, TABS["download"])
    page.locator(".samizdat-downloads .v-btn").first.wait_for()
    looks = [
        page.locator(place).first.evaluate(
            "one => { const s = getComputedStyle(one); return [s.textTransform, s.boxShadow,"
            " s.fontSize, s.height, s.backgroundColor, s.color, s.borderTopColor] }"
        )
        for place in (".samizdat-downloads .v-btn", ".samizdat-time .samizdat-button:nth-child(2)")
    ]
    assert looks[0] == looks[1]
    shoot(page, "1280_download")
    for label, begins in (
        ("Time series (CSV)", b"step,date,"),
        ("Citizens (PNG)", b"\x89PNG"),
        ("Pictures up to this day", b"GIF8"),
    ):
        with page.expect_download() as download:
            click(page, label, exact=False)
        path = tmp_path / "taken"
        download.value.save_as(path)
        assert path.read_bytes().startswith(begins)
    link = page.locator(".samizdat-link").get_attribute("href")
    assert "scenario=town" in link
    assert "seed=1" in link


def test_a_link_names_scenario_and_parameters(visit):
    page = ready(visit("play=0&scenario=town&citizens=700&seed=9&attention.beta=0.3"))
    page.get_by_text("700 synthetic citizens, random seed 9").wait_for()


def test_twenty_rapid_clicks_leave_it_whole(visit):
    page = ready(visit("play=1"))
    names = ["square talk", "kin chat", "moving pictures", "network off"]
    for k in range(20):
        click(page, names[k % 4])
    until(lambda: line_of(page, "by you").count() == 4, 30)  # each of them five times
    day = day_of(page)
    until(lambda: day_of(page) > day)
    assert page.locator(".samizdat-problem").count() == 0


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("scenario=twon", "did you mean"),
        ("scenario=../../etc/passwd", "unknown"),
        ("attention.beta=99", "outside"),
        ("seed=x", "seed"),
    ],
)
def test_an_invalid_link_says_why(visit, query, message):
    page = visit(query)
    page.locator(".samizdat-problem", has_text=message).wait_for()
