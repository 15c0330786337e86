"""`samizdat view`: what it prints, and with which token it serves."""

import re

import pytest

from command import call

pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")

from samizdat.page import browser, server
from samizdat.page.limits import server_limits

TOKEN = "a-token-of-my-own"


@pytest.fixture
def served(monkeypatch):
    """Take what would be served, and announce it as a server does."""
    calls = []

    def serve(host, port, hosts, token, opened):
        calls.append(token)
        opened("http://the.address/" + (f"?token={token}" if token else ""))

    monkeypatch.setattr(server, "serve", serve)
    monkeypatch.setattr(server, "configure_solara", lambda: None)
    monkeypatch.delenv("SAMIZDAT_TOKEN", raising=False)
    return calls


@pytest.fixture
def browsed(monkeypatch):
    links = []
    monkeypatch.setattr(browser, "open_browser", lambda link, secret: links.append((link, secret)))
    return links


def test_the_link_that_it_prints_and_opens_holds_a_new_token(served, browsed, capsys):
    for _ in range(2):
        assert call("view", "town", "--citizens", 100) == 0
    assert len(set(served)) == 2
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in served)
    out = capsys.readouterr().out
    assert all(f"town is at http://the.address/?token={token} (stop" in out for token in served)
    assert browsed == [(f"http://the.address/?token={token}", True) for token in served]


def test_a_token_of_ones_own_is_used(served, browsed, monkeypatch):
    monkeypatch.setenv("SAMIZDAT_TOKEN", TOKEN)
    assert call("view", "town", "--citizens", 100, "--no-browser") == 0
    assert served == [TOKEN]
    assert browsed == []


@pytest.mark.parametrize("token", ["", "too-short", "with a blank in it"])
def test_a_token_that_is_none_is_refused_and_not_printed(served, monkeypatch, capsys, token):
    monkeypatch.setenv("SAMIZDAT_TOKEN", token)
    assert call("view", "town", "--citizens", 100) == 2
    said = "".join(capsys.readouterr())
    assert said.count("\n") == 1
    assert f"SAMIZDAT_TOKEN has {len(token)} characters" in said
    assert not token or token not in said
    assert served == []


def test_no_token_turns_it_off(served, browsed, monkeypatch):
    monkeypatch.setenv("SAMIZDAT_TOKEN", "even one that is none")
    assert call("view", "town", "--citizens", 100, "--no-token") == 0
    assert served == [None]
    assert browsed == [("http://the.address/", False)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--no-token"], "with --no-token: anyone who can reach it can run simulations here"),
        ([], "anyone who has the link can run simulations here, 8 at a time"),
    ],
)
def test_a_page_on_the_network_says_who_can_use_it(served, browsed, capsys, options, said):
    exposed = ["--host", "192.0.2.1", "--expose-to-network", "--no-browser"]
    assert call("view", "town", "--citizens", 100, *exposed, *options) == 0
    assert "exposed to the network on 192.0.2.1" in (err := capsys.readouterr().err)
    assert said in err


def test_this_machine_alone_needs_no_warning(served, browsed, capsys):
    assert call("view", "town", "--citizens", 100, "--no-token", "--no-browser") == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        ("2031-01-01", "from = 2031-01-01 is outside 2014-03-01 ... 2014-04-29"),
        ("tomorrow", "from = 'tomorrow' is not a date of the form 2014-03-01"),
        ("2014-02-30", "from = '2014-02-30' is not a day of the calendar"),
    ],
)
def test_a_day_that_cannot_be_shown_first_is_told_in_one_line(served, browsed, capsys, day, wrong):
    assert call("view", "town", "--from", day) == 2
    assert "".join(capsys.readouterr()) == f"samizdat: {wrong}\n"
    assert served == []


def test_a_day_to_be_shown_first_opens_the_page_without_its_entrance(served, browsed):
    limits = server_limits.choice, server_limits.entrance
    try:
        assert call("view", "--from", "2014-03-20", "--no-browser") == 0
        assert str(server_limits.choice.first_day) == "2014-03-20"
        assert not server_limits.entrance
    finally:
        server_limits.choice, server_limits.entrance = limits
