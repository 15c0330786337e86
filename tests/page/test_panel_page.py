"""The panel of the state in a browser: who ordered what, and a button that ends it."""

import datetime as dt

import pytest
from serving import until

DARK = "scenario=land_protests&citizens=2000&from=2016-05-20&play=0"
SIZES = [(1280, 800), (390, 844)]


def line_of(page, *texts):
    found = page.locator(".samizdat-line")
    for text in texts:
        found = found.filter(has_text=text)
    return found


def pressed(page, name):
    return page.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_the_scenario_ordered_is_shown_and_ended_by_the_viewer(
    visit, shoot, tmp_path, width, height
):
    page = visit(DARK, width, height)
    line = line_of(page, "since 20 May 2016, by the scenario: Platforms dark, until 21 May 2016")
    line.wait_for()
    assert "viber" in line.inner_text()
    assert pressed(page, "viber") == "true"
    assert pressed(page, "livejournal") == "false"
    assert pressed(page, "network off") == "mixed"  # in two regions
    tomorrow = line_of(page, "Network off, in Almaty and Astana: tomorrow only, by the scenario")
    assert tomorrow.get_by_role("button").inner_text() == "Call off"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(page, f"panel_{width}")
    button = line.get_by_role("button")
    assert button.get_attribute("aria-label").startswith("End: vkontakte")
    assert button.get_attribute("aria-pressed") is None
    button.focus()
    page.keyboard.press("Enter")
    until(lambda: line.count() == 0)
    until(lambda: pressed(page, "viber") == "false")
    assert pressed(page, "skype") == "true"  # another order, of the next day
    tomorrow.get_by_role("button").click()
    until(lambda: pressed(page, "network off") == "false")
    page.get_by_role("button", name="Step", exact=True).click()
    page.get_by_text("2016-05-21").first.wait_for()
    assert_as_downloaded(page, tmp_path)


def assert_as_downloaded(page, tmp_path):
    """The scenario that the page gives has no block but that of the next day, as shown."""
    from samizdat import Scenario, Simulation

    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Scenario with my orders (TOML)").click()
    path = tmp_path / "live.toml"
    download.value.save_as(path)
    scenario = Scenario.load(path)
    entries = {entry.id: entry for entry in scenario.spec.timeline}
    assert entries["platforms_dark"].days == 1
    assert "mobile_off" not in entries
    run = Simulation(scenario, seed=1).run(until=dt.date(2016, 5, 21))
    assert f"{run.counts['silent']:,} silent" in page.locator(".samizdat-counts").inner_text()
    blocked = scenario.platform_bits(("instagram", "skype"))
    assert set(run.signals["blocked"].tolist()) == {blocked}
    assert not run.signals["blackout"].any()


def test_a_rule_is_stopped_in_a_place_and_allowed_again(visit, shoot):
    page = visit("scenario=kazakhstan_rules&citizens=2000&play=0")
    line = line_of(page, "It comes by itself when many protest or post.")
    until(lambda: line.count() == 2)  # blocking and blackouts
    line.nth(1).get_by_role("button").click()
    stopped = line_of(page, "No blackout by rule, everywhere: from tomorrow, by you")
    stopped.wait_for()
    until(lambda: line.count() == 1)
    shoot(page, "panel_rule_stopped")
    stopped.get_by_role("button", name="Allow again").click()
    until(lambda: stopped.count() == 0)
    until(lambda: line.count() == 2)


def test_events_of_one_title_are_told_apart(visit):
    page = visit("scenario=land_protests&citizens=2000&from=2016-04-30&play=0")
    group = page.get_by_role("group", name="Give in over an event, in the whole country")
    buttons = group.locator(".samizdat-choices").get_by_role("button")
    until(lambda: buttons.count() >= 2)  # on the way to that day there are fewer
    names = buttons.all_inner_texts()
    assert len(names) == len(set(names)) >= 2
    assert any(name.startswith("Land protest, ") for name in names)
