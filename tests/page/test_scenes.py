"""Pictures that the browser draws from data: hover, zoom, clicks, and one day for all."""

import json
import re

import pytest
from serving import TOKEN, address_of, ended, picture, started, until


def ready(page):
    page.wait_for_selector(".samizdat-chart.samizdat-picture")
    return page


def click(page, text):
    page.get_by_role("button", name=text, exact=True).first.click()


def step(page, days):
    for _ in range(days):
        click(page, "Step")
    until(lambda: re.search(rf"day {days} of", page.locator(".samizdat-date").inner_text()))


def chart(page):
    """Return the box of the view's chart."""
    return page.locator(".samizdat-middle .samizdat-chart").bounding_box()


def messages_of(page):
    """Return the messages that the page sends from now on."""
    sent = []
    page.on("websocket", lambda wire: wire.on("framesent", lambda frame: sent.append(frame)))
    return sent


def middle_of(page, region):
    """Return where a region's name stands on the screen."""
    box = chart(page)
    x, y = page.evaluate(
        """region => {
          const { day, grounds } = window.samizdat.last
          const ground = grounds[day.slots.view.ground]
          const room = document.querySelector('.samizdat-middle .samizdat-chart')
          const chart = window.samizdat.echarts.getInstanceByDom(room)
          return chart.convertToPixel({ geoIndex: 0 }, ground.middles[region])
        }""",
        region,
    )
    return box["x"] + x, box["y"] + y


@pytest.fixture(scope="module")
def country():
    """A server that opens on the country: above 20,000 citizens."""
    pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")
    process = started("land_protests", "--citizens", "21000")
    yield address_of(process)
    ended(process)


def test_a_large_world_opens_on_its_map_and_hover_tells_name_and_numbers(visit, country, shoot):
    page = ready(visit(address=country))
    page.wait_for_selector(picture("View: Country"))
    step(page, 5)
    page.mouse.move(*middle_of(page, "Karaganda"))
    page.mouse.move(*(at + 3 for at in middle_of(page, "Karaganda")))
    tip = page.locator(".samizdat-middle .samizdat-chart > div").last
    until(lambda: "Karaganda" in tip.inner_text())
    words = tip.inner_text()
    assert "residents" in words
    assert re.search(r"\d+ in the street \([\d.]+ %\)", words)
    assert re.search(r"trust 0\.\d\d", words)
    shoot(page, "country_hover")
    click(page, "Tiles")
    until(lambda: page.evaluate("samizdat.last.grounds[samizdat.last.day.slots.view.ground].tiles"))
    page.wait_for_timeout(500)
    shoot(page, "country_tiles")


def test_the_map_shows_the_counts_of_the_simulation(visit, country):
    page = ready(visit(address=country))
    step(page, 20)
    day = page.evaluate("window.samizdat.last.day")
    head = dict(reversed(part.split(" ", 1)) for part in day["head"]["counts"].split(" · "))
    regions = day["slots"]["view"]["regions"]
    assert len(regions) == 17
    for name, words in (("share", "speak out"), ("mobilise", "in the street")):
        total = sum(region["counts"][name] for region in regions)
        assert total == int(head[words].replace(",", ""))


def test_zoom_and_pan_do_not_call_the_server(chromium, country, visit):
    page = ready(visit(address=country))
    sent = messages_of(page)
    page.reload()
    ready(page)
    page.wait_for_timeout(1500)
    before = middle_of(page, "Karaganda")
    already = len(sent)
    box = chart(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(5):
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 20, steps=4)
    page.mouse.up()
    page.wait_for_timeout(300)
    assert middle_of(page, "Karaganda") != before
    own = [m for m in sent[already:] if '"method": "custom"' in str(m) or "event_" in str(m)]
    assert own == []


def test_header_and_pictures_are_always_of_the_same_day(visit):
    page = ready(visit(query="play=0&citizens=500"))
    page.evaluate(
        """() => {
          window.mixed = []
          const look = () => {
            const head = document.querySelector('.samizdat-date')
            const days = [...document.querySelectorAll('.samizdat-scene')].map((e) => e.dataset.day)
            if (head && days.some((day) => day && day !== head.innerText)) {
              window.mixed.push([head.innerText, ...days])
            }
            window.seen = new Set([...(window.seen || []), days[0]])
            requestAnimationFrame(look)
          }
          look()
        }"""
    )
    click(page, "▶ Play")
    until(lambda: "the last day" in page.locator(".samizdat-date").inner_text(), 90)
    assert page.evaluate("window.mixed") == []
    assert page.evaluate("window.seen.size") > 15


def test_no_picture_of_another_view_stands_under_a_new_caption(visit):
    page = ready(visit(query="play=0&citizens=500"))
    kinds = {"Country": "country", "Who": "who", "Days": "series", "Citizens": "network"}
    for title, kind in kinds.items():
        click(page, title)
        page.wait_for_selector(picture(f"View: {title}"))
        label = page.locator(f".samizdat-middle {picture(f'View: {title}')}")
        assert label.count() == 1
        assert page.locator(".samizdat-middle .samizdat-scene").get_attribute("data-kind") == kind


def test_a_click_on_a_citizen_is_a_question(visit):
    page = ready(visit(query="play=0&citizens=500"))
    step(page, 12)
    place = page.evaluate(
        """() => {
          const { day, grounds } = window.samizdat.last
          const scene = day.slots.view
          const cast = grounds[scene.ground].drawn.cast
          const room = document.querySelector('.samizdat-middle .samizdat-chart')
          const chart = window.samizdat.echarts.getInstanceByDom(room)
          const place = [cast.flat[6], cast.flat[7]]
          const at = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, place)
          return [...at, cast.ids[3]]
        }"""
    )
    box = chart(page)
    page.mouse.click(box["x"] + place[0], box["y"] + place[1])
    page.locator(".samizdat-day-head").first.wait_for()
    assert page.locator(".samizdat-why-who input").input_value() != ""


def test_somebody_in_the_street_is_asked_and_then_another(visit, shoot):
    page = ready(visit(query="play=0"))
    ask = page.get_by_role("button", name="Ask somebody in the street")
    ask.click()
    page.get_by_text("Nobody is in the street. Nobody speaks out").wait_for()
    step(page, 25)
    ask.click()
    words = page.locator(".samizdat-ask [role=status]")
    until(lambda: "is in the street" in words.inner_text())
    first = words.inner_text()
    until(lambda: page.locator(".samizdat-why-who input").input_value() != "")
    ask.click()
    until(lambda: words.inner_text() != first)
    assert "is in the street" in words.inner_text()
    shoot(page, "ask_somebody")


def test_a_finger_finds_a_region_on_a_phone(chromium, country, shoot):
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{country}?token={TOKEN}&play=0")
    ready(page)
    page.locator(".samizdat-middle .samizdat-chart").scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    page.touchscreen.tap(*middle_of(page, "Aktobe"))
    tip = page.locator(".samizdat-middle .samizdat-chart > div").last
    until(lambda: "Aktobe" in tip.inner_text())
    shoot(page, "country_phone")
    context.close()


def test_all_that_the_browser_needs_comes_from_the_page_itself(visit):
    page = ready(visit(query="play=0&citizens=500"))  # its end looks at every request
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    ready(page)
    assert any("echarts" in url for url in asked)
    assert json.dumps(asked)
