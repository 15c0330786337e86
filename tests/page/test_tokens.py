"""Tokens, links that hold one, and the cookies that keep it; no server is started."""

import re

import pytest

from samizdat.page.tokens import (
    TokenError,
    cookie_name,
    cookie_values,
    new_token,
    split_link,
    token_given,
)

TOKEN = "Token-of-this_page-1"


@pytest.mark.parametrize(
    "token", ["", "short", "a" * 15, "a" * 257, "with a blank in it", "é" * 20]
)
def test_a_token_of_ones_own_is_refused_if_it_can_be_guessed_or_not_be_sent(monkeypatch, token):
    monkeypatch.setenv("SAMIZDAT_TOKEN", token)
    with pytest.raises(
        TokenError, match=rf"SAMIZDAT_TOKEN has {len(token)} characters; a token has 16"
    ):
        token_given()


def test_a_token_of_ones_own_is_taken(monkeypatch):
    monkeypatch.delenv("SAMIZDAT_TOKEN", raising=False)
    assert token_given() is None
    monkeypatch.setenv("SAMIZDAT_TOKEN", TOKEN)
    assert token_given() == TOKEN


def test_a_new_token_is_long_and_another_each_time():
    tokens = {new_token() for _ in range(20)}
    assert len(tokens) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_a_link_without_a_token_stays_as_it_is():
    assert split_link("play=0&a=%20&&tokens=1") == ("play=0&a=%20&&tokens=1", ())


def test_servers_of_one_machine_have_cookies_of_their_own():
    names = {cookie_name(host) for host in ("127.0.0.1:8765", "127.0.0.1:8766", "[::1]", "a:80")}
    assert names == {"samizdat-token-8765", "samizdat-token-8766", "samizdat-token-80"}
    assert cookie_values(["a=1; b=2", "a=3=4"], "a") == ["1", "3=4"]
