"""How the page is opened in a browser."""

import stat
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from samizdat.page import browser
from samizdat.page.browser import open_browser

LINK = "http://127.0.0.1:8765/?token=secret&a=1"


@pytest.fixture
def opened(monkeypatch, tmp_path):
    addresses = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(browser, "SNAPS", tmp_path / "no snaps")
    monkeypatch.setattr("sys.platform", "linux")
    return addresses


def file_of(address):
    assert address.startswith("file://")
    return Path(url2pathname(urlsplit(address).path))


def test_a_secret_link_is_in_a_file_of_the_user_and_on_no_command_line(opened, tmp_path):
    open_browser(LINK, secret=True)
    file = file_of(opened[0])
    assert file.parent == tmp_path
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert 'content="0;url=http://127.0.0.1:8765/?token=secret&amp;a=1"' in file.read_text("utf-8")
    assert "token=" not in opened[0]


def test_the_file_is_removed_soon(opened, monkeypatch):
    monkeypatch.setattr(browser, "FILE_SECONDS", 0.0)
    open_browser(LINK, secret=True)
    file = file_of(opened[0])
    for _ in range(500):
        if not file.exists():
            return
        browser.threading.Event().wait(0.01)
    raise AssertionError("it is still there")


def test_the_file_is_where_a_browser_in_a_snap_can_see_it(opened, monkeypatch, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(browser, "SNAPS", tmp_path)
    monkeypatch.setenv("HOME", str(home))
    open_browser(LINK, secret=True)
    assert file_of(opened[0]).parent == home
    assert not file_of(opened[0]).name.startswith(".")


def test_a_link_without_a_token_is_opened_as_it_is(opened):
    open_browser("http://127.0.0.1:8765/", secret=False)
    assert opened == ["http://127.0.0.1:8765/"]


def test_no_browser_is_no_mistake(opened, monkeypatch):
    def fail(address):
        raise webbrowser.Error("there is none")

    monkeypatch.setattr(webbrowser, "open", fail)
    open_browser(LINK, secret=True)
