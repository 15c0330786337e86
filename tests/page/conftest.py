"""A server on a port of its own, and Debian's chromium; without them tests say why they skip."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOLARA = pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")


def address_of(process):
    """Wait for the line that names the address."""
    for line in process.stdout:
        if found := re.search(r"http://\S+:\d+/", line):
            return found.group()
    raise AssertionError("the server ended before it answered")


def started(*arguments):
    environment = {**os.environ, "HOST": "0.0.0.0", "MPLBACKEND": "Agg"}
    environment["PYTHONPATH"] = str(ROOT / "model")
    return subprocess.Popen(
        [sys.executable, "-m", "samizdat", "view", "--no-browser", "--port", "0", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process):
    process.terminate()
    process.wait(20)
    process.stdout.close()


@pytest.fixture(scope="session")
def server():
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
    """Open the page as a new visitor; at the end, look whether all requests were its own."""
    contexts, stray, failed = [], [], []

    def opened(query="play=0", width=1280, height=800, address=server):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("request", lambda r: None if _own(r.url, address) else stray.append(r.url))
        page.on("requestfailed", lambda r: failed.append((r.url, r.failure)))
        page.on("response", lambda r: failed.append((r.url, r.status)) if r.status > 399 else None)
        page.goto(f"{address}?{query}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not stray
    assert not [f for f in failed if "/_solara/api/close/" not in f[0]]


def _own(url, address):
    return url.startswith((address, address.replace("http:", "ws:"), "data:", "blob:"))


@pytest.fixture
def shoot(tmp_path):
    """Save what the visitor sees, for people to look at."""
    folder = Path(os.environ.get("SAMIZDAT_SHOTS") or tmp_path)

    def taken(page, name):
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png")

    return taken


def asked(url, headers=None):
    """Return status, headers and body of a plain request."""
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers), answer.read()


def until(found, seconds=60):
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError("it did not come")
