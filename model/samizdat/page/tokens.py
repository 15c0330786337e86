"""The token that the page asks for: the link holds it once, a cookie from then on."""

import os
import re
import secrets
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote_plus

VARIABLE = "SAMIZDAT_TOKEN"
PARAMETER = "token"
_ALLOWED = r"[A-Za-z0-9_-]{16,256}"


class TokenError(ValueError):
    """The token that was given cannot be used."""


class Link(NamedTuple):
    """The query of an address, and the tokens in it."""

    query: str  # without them
    tokens: tuple[str, ...]


def token_given() -> str | None:
    """Return the token in the environment variable `SAMIZDAT_TOKEN`; None if it is not set.

    Raises
    ------
    TokenError
        If it is empty, short, or would have to be escaped in an address.
    """
    token = os.environ.get(VARIABLE)
    if token is not None and not re.fullmatch(_ALLOWED, token):
        raise TokenError(
            f"{VARIABLE} has {len(token)} characters; a token has 16 to 256 letters, digits, "
            "- and _ of the Latin alphabet. Unset it to have one made, or use --no-token"
        )
    return token


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)


def split_link(query: str) -> Link:
    """Take the tokens out of a query."""
    kept, tokens = [], []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if unquote_plus(name) == PARAMETER:
            tokens.append(unquote_plus(value))
        else:
            kept.append(part)
    return Link("&".join(kept), tuple(tokens))


def is_token(token: str, found: str) -> bool:
    """Whether this is the token; how long that takes does not tell how much of it is right."""
    return secrets.compare_digest(found.encode(), token.encode())


def cookie_name(host: str) -> str:
    """Return the name of the cookie for a Host header.

    Browsers send cookies to all ports of a host. With the port in the name, several servers of one
    machine do not overwrite each other's.
    """
    port = re.search(r":(\d+)$", host)
    return f"samizdat-{PARAMETER}-{port[1] if port else 80}"


def cookie_values(headers: Iterable[str], name: str) -> list[str]:
    """Return the values of a cookie in the Cookie headers of a request."""
    pairs = (pair.strip().partition("=") for header in headers for pair in header.split(";"))
    return [value for found, _, value in pairs if found == name]


def cookie(host: str, token: str) -> str:
    """Return a Set-Cookie header: for this browser session, not for scripts or other pages."""
    return f"{cookie_name(host)}={token}; Path=/; HttpOnly; SameSite=Strict"
