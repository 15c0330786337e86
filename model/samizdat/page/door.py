"""Decides which requests the page answers: the one way in, in front of the framework."""

import asyncio
import re
from collections.abc import Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from samizdat.page.browser import page_leading_to
from samizdat.page.description import DOCUMENTS, page_at
from samizdat.page.routes import LONGEST_QUERY, is_needed
from samizdat.page.tokens import cookie, cookie_name, cookie_values, is_token, split_link

Scope = MutableMapping[str, Any]
Send = Callable[[Any], Any]

MOST_HEADER_BYTES = 32_768
MOST_BODY_BYTES = 1_024
FIRST_MESSAGE_SECONDS = 10.0  # until a WebSocket must have sent something
NO_TOKEN = "Open the link that samizdat printed in the terminal: it holds the token of this page."
WRONG_TOKEN = "This is not the token of this page: open the link that samizdat printed last."

HTML = "text/html; charset=utf-8"

_HOST = re.compile(r"(?:(?P<name>[A-Za-z0-9.-]+)|\[(?P<six>[0-9A-Fa-f:.]+)\])(?::\d{1,5})?")
# Headers of a proxy, which the framework would believe and keep for all visitors.
_OF_PROXIES = re.compile(rb"x-forwarded-.*|forwarded|x-script-name|script-name|x-real-ip")
_ALONE = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_STYLED = _ALONE + b"; style-src 'unsafe-inline'"  # a document of the model


class Answer(NamedTuple):
    """What the door says itself."""

    status: int
    text: str
    kind: str = "text/plain; charset=utf-8"
    cookie: str = ""
    policy: bytes = _ALONE


class Request(NamedTuple):
    """What the door looks at."""

    method: str  # WEBSOCKET for the opening of one
    path: str  # as it was sent
    query: str
    tokens: tuple[str, ...]  # taken out of the query
    headers: dict[str, list[str]]

    def first(self, name: str) -> str | None:
        """Return the value of a header; None where it is missing or there are several."""
        values = self.headers.get(name, [])
        return values[0] if len(values) == 1 else None


class Door:
    """ASGI middleware: admits the page's own requests, from visitors who have its token.

    Without it a foreign page could reach the server through a visitor's browser (by a name that it
    resolves to this machine, or by a WebSocket, which any page may open), another user of this
    machine could use the page, and anyone could use the framework's other routes.

    Parameters
    ----------
    hosts
        Host names that requests may use.
    token
        What visitors must have; None admits all.
    sockets
        Largest number of WebSockets at the same time.
    assets
        Folder of the framework's installed scripts, styles and fonts.
    """

    def __init__(
        self,
        app: Any,
        hosts: Iterable[str],
        *,
        token: str | None = None,
        sockets: Callable[[], int],
        assets: Path | None = None,
    ) -> None:
        self.app, self.hosts = app, frozenset(host.lower() for host in hosts)
        self.token, self.sockets, self.assets = token, sockets, assets
        self._open = 0  # WebSockets

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request = _request(scope)
        if request.tokens:
            scope["query_string"] = request.query.encode("latin-1")  # also what a log will show
        answer = self._answer(request)
        if answer is not None:
            await _reply(scope, receive, send, answer)
            return
        inner = {
            **scope,
            "headers": [h for h in scope["headers"] if not _OF_PROXIES.fullmatch(h[0])],
        }
        sending = _with_headers(send, request.first("host") or "")
        if scope["type"] == "http":
            await self.app(inner, receive, sending)
            return
        self._open += 1
        try:
            await self.app(inner, _in_time(receive, send), sending)
        finally:
            self._open -= 1

    def _answer(self, request: Request) -> Answer | None:
        """Return what to say instead of the page; None if the request may pass."""
        host, origin = request.first("host") or "", request.first("origin")
        if size := _too_large(request):
            return size
        if _name(host) not in self.hosts:
            return Answer(400, "unknown host")
        if not _same_origin(request, host, origin):
            return Answer(403, "foreign origin")
        if not is_needed(request.method, request.path, request.query, self.assets):
            return Answer(404, "not found")
        if request.tokens:
            return self._let_in(request, host)
        if not self._has_token(request, host):
            return Answer(403, NO_TOKEN)
        if request.path in DOCUMENTS:
            return Answer(200, page_at(request.path), HTML, policy=_STYLED)
        return self._full(request)

    def _let_in(self, request: Request, host: str) -> Answer:
        """Answer a link that holds a token: with a cookie, and the way to the same page.

        The browser goes on by itself, from a page of this server: after a redirect it would not
        send a new SameSite cookie if the link was on another page or in a file.
        """
        if request.path != "/" or request.method != "GET":
            return Answer(404, "not found")
        if self.token is not None and not (
            len(request.tokens) == 1 and is_token(self.token, request.tokens[0])
        ):
            return Answer(403, WRONG_TOKEN)
        page = page_leading_to(f"/?{request.query}" if request.query else "/")
        given = cookie(host, self.token) if self.token is not None else ""
        return Answer(200, page, HTML, given)

    def _has_token(self, request: Request, host: str) -> bool:
        """Whether the cookie of this server came with the request."""
        if self.token is None:
            return True
        found = cookie_values(request.headers.get("cookie", []), cookie_name(host))
        return any(is_token(self.token, value) for value in found)

    def _full(self, request: Request) -> Answer | None:
        """Return why no further window can be opened; None if one can."""
        opens = request.method == "WEBSOCKET" or request.path == "/"
        if not opens or self._open < self.sockets():
            return None
        return Answer(
            503,
            f"The limit of {self.sockets()} windows of this page is reached: "
            "close one of them, then reload.",
        )


def _request(scope: Scope) -> Request:
    """Read what the door looks at."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    link = split_link(scope["query_string"].decode("latin-1"))
    sent = scope.get("raw_path") or scope["path"].encode()
    return Request(
        method=scope["method"] if scope["type"] == "http" else "WEBSOCKET",
        path=sent.decode("latin-1"),
        query=link.query,
        tokens=link.tokens,
        headers=headers,
    )


def _too_large(request: Request) -> Answer | None:
    size = sum(len(name) + len(v) for name, values in request.headers.items() for v in values)
    if size > MOST_HEADER_BYTES:
        return Answer(431, f"the headers have more than {MOST_HEADER_BYTES:,} bytes")
    if len(request.query) > LONGEST_QUERY:
        return Answer(414, f"the query has more than {LONGEST_QUERY:,} characters")
    length = request.first("content-length") or "0"
    chunked = "transfer-encoding" in request.headers
    if chunked or not length.isascii() or not length.isdigit() or int(length) > MOST_BODY_BYTES:
        return Answer(413, f"the body has more than {MOST_BODY_BYTES:,} bytes")
    return None


def _name(host: str) -> str:
    """Return the name in a Host header, without the port; empty if it is malformed."""
    found = _HOST.fullmatch(host)
    return (found["name"] or found["six"]).lower() if found else ""


def _same_origin(request: Request, host: str, origin: str | None) -> bool:
    """Whether the Origin header names this server; browsers send it with every WebSocket."""
    if "origin" not in request.headers:
        return request.method in ("GET", "HEAD")
    return origin is not None and urlsplit(origin).netloc.lower() == host.lower()


def _in_time(receive: Any, send: Send) -> Any:
    """Receive from a WebSocket; one that sends no first message in time is closed."""
    waits = True

    async def receiving() -> Any:
        nonlocal waits
        if not waits:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), FIRST_MESSAGE_SECONDS)
        except TimeoutError:
            await send({"type": "websocket.close", "code": 1008, "reason": "nothing was sent"})
            return {"type": "websocket.disconnect", "code": 1008}
        waits = message["type"] == "websocket.connect"
        return message

    return receiving


def _with_headers(send: Send, host: str) -> Send:
    policy = (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
        f"connect-src 'self' ws://{host} wss://{host}; "
        "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
    )

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            added = _safe_headers(policy.encode("latin-1"))
            message = {**message, "headers": [*message.get("headers", []), *added]}
        await send(message)

    return sending


def _safe_headers(policy: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-frame-options", b"DENY"),
        (b"content-security-policy", policy),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),  # with none, a browser may send no Origin either
    ]


async def _reply(scope: Scope, receive: Any, send: Send, answer: Answer) -> None:
    """Answer without the framework, and close the connection."""
    start, body = "http.response.start", "http.response.body"
    if scope["type"] == "websocket":
        await receive()
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008, "reason": answer.text})  # 403
            return
        start, body = f"websocket.{start}", f"websocket.{body}"
    text = answer.text.encode()
    headers = [
        (b"content-type", answer.kind.encode()),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
        *_safe_headers(answer.policy),
    ]
    if scope["type"] == "http":
        headers.append((b"connection", b"close"))
    if answer.cookie:
        headers.append((b"set-cookie", answer.cookie.encode()))
    await send({"type": start, "status": answer.status, "headers": headers})
    await send({"type": body, "body": text})
    if scope["type"] == "websocket":
        await asyncio.sleep(0)  # uvicorn takes note that this is the end
