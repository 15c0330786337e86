"""The page, as a visitor sees it."""

import pytest

pytestmark = pytest.mark.slow


def test_page_opens_and_shows_a_picture(visit):
    page = visit()
    page.get_by_text("Step").first.click()
    box = page.wait_for_selector("img.samizdat-picture").bounding_box()
    assert box["width"] > 300
    assert box["height"] > 200
