"""A server on a port of its own, and Debian's chromium; without them tests say why they skip."""

import os
import shutil
from pathlib import Path

import pytest
from serving import TOKEN, address_of, ended, started, until


def pytest_collection_modifyitems(items):
    """Mark as slow whatever needs a browser."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def engine():
    """Build engines of the page, by default of a small town, paused; they end with the test."""
    from samizdat.page.choice import Choice
    from samizdat.page.engine import Engine

    made = []

    def built(choice=None, max_citizens=10_000, speed=0.0, playing=False, **options):
        small = Choice("town", 300)
        engine = Engine(choice or small, max_citizens, speed, playing=playing, **options)
        engine.start()
        made.append(engine)
        until(lambda: engine.status.phase != "building")
        return engine

    yield built
    for each in made:
        each.stop()
        assert each.join(20)


@pytest.fixture(scope="session")
def server():
    pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")
    process = started()
    yield address_of(process)
    ended(process)


@pytest.fixture(scope="session")
def chromium():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, server, tmp_path):
    """Open the page by its link, as a new visitor; at the end, all requests were its own."""
    contexts, stray, failed = [], [], []

    def opened(query="play=0", width=1280, height=800, address=server, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("request", lambda r: None if _own(r.url, address) else stray.append(r.url))
        page.on("requestfailed", lambda r: failed.append((r.url, r.failure)))
        page.on("response", lambda r: failed.append((r.url, r.status)) if r.status > 399 else None)
        page.goto(f"{address}?token={TOKEN}&{query}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not stray
    assert not [f for f in failed if "/_solara/api/close/" not in f[0]]


@pytest.fixture
def shoot(tmp_path):
    """Save what the visitor sees, for people to look at."""
    folder = Path(os.environ.get("SAMIZDAT_SHOTS") or tmp_path)

    def taken(page, name):
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png")

    return taken


def _own(url, address):
    return url.startswith((address, address.replace("http:", "ws:"), "data:", "blob:"))
