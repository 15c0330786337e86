"""Which requests reach the framework, and what the others are told; no server is started."""

import asyncio
import contextlib
import logging
import re

import pytest

from samizdat.page import door as door_module
from samizdat.page.door import MOST_HEADER_BYTES, Door
from samizdat.page.routes import LONGEST_QUERY

HOST, TOKEN = "127.0.0.1:8765", "Token-of-this_page-1"
COOKIE = f"samizdat-token-8765={TOKEN}"
WINDOW = "session_id=8a4e3183-8bfd-4e55-9a9b-4af965247e90"
KERNEL = "/jupyter/api/kernels/deeccd0d-c813-43cb-b395-9a0f5cc1cc5f/channels"
OPENING, CLOSING = f"{KERNEL}?{WINDOW}", f"/_solara/api/close/deeccd0d-c813?{WINDOW}"
SCRIPT = "/_solara/cdn/@widgetti/solara-vuetify-app@10.1.1/dist/solara-vuetify-app8.min.js"
FONT = "/_solara/cdn/@widgetti/solara-vuetify-app@10.1.1/dist/1ab7bbddcdbde1b6f274.woff2"


class Framework:
    """Stands behind the door; remembers what reached it."""

    def __init__(self):
        self.scopes, self.received = [], []

    async def __call__(self, scope, receive, send):
        """Take a request."""
        self.scopes.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"the page"})
            return
        self.received.append(await receive())
        await send({"type": "websocket.accept"})
        while self.received[-1]["type"] != "websocket.disconnect":
            self.received.append(await receive())


@pytest.fixture
def framework():
    return Framework()


@pytest.fixture
def assets(tmp_path):
    for path in (SCRIPT, FONT, "/_solara/cdn/vega@5.21.0/build/vega.js"):
        file = tmp_path / path.removeprefix("/_solara/cdn/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("script")
    (tmp_path / "vega@5.21.0" / "README.md").write_text("not for the page")
    return tmp_path


@pytest.fixture
def door(framework, assets):
    return Door(framework, ["127.0.0.1", "::1"], token=TOKEN, sockets=lambda: 2, assets=assets)


def scope_of(method, address, headers):
    path, _, query = address.partition("?")
    given = {"host": HOST, "cookie": COOKIE, **headers}
    pairs = [(n.lower().encode(), v.encode("latin-1")) for n, v in given.items() if v is not None]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode("latin-1"),
             "query_string": query.encode("latin-1"), "headers": pairs}  # fmt: skip
    if method == "WEBSOCKET":
        scope |= {"type": "websocket", "extensions": {"websocket.http.response": {}}}
    return scope


def ask(door, method, address, *, scope=None, messages=None, **headers):
    """Return status, headers and text of the answer."""
    if method in ("WEBSOCKET", "POST"):
        headers = {"origin": f"http://{HOST}", **headers}
    sent = []
    waiting = iter(messages or [{"type": "websocket.connect"}, {"type": "websocket.disconnect"}])

    async def receive():
        return next(waiting)

    async def send(message):
        sent.append(message)

    scope = scope or scope_of(method, address, {n.replace("_", "-"): v for n, v in headers.items()})
    asyncio.run(door(scope, receive, send))
    start = next((m for m in sent if m["type"].endswith("response.start")), None)
    if start is None:
        return (101 if sent[0]["type"] == "websocket.accept" else 403), {}, ""
    body = b"".join(m["body"] for m in sent if m["type"].endswith("response.body"))
    answered = {n.decode(): v.decode() for n, v in start["headers"]}
    return start["status"], answered, body.decode()


NEEDED = [
    ("GET", "/"),
    ("GET", "/?play=0&scenario=town&attention.beta=0.3"),
    ("WEBSOCKET", OPENING),
    ("POST", CLOSING),
    ("GET", SCRIPT),
    ("GET", f"{FONT}?v=4.9.95"),
    ("GET", "/_solara/cdn/vega@5.21.0/build/vega.js"),
    ("GET", "/static/assets/style.css?v=eb50ffa1d09f416e2f98dedc1b1296ae"),
    ("GET", "/static/assets/favicon.svg"),
    ("GET", "/jupyter/nbextensions/jupyter-vue/nodeps.js?269157915b6b59eeefbe30e6b7327297"),
    ("GET", "/jupyter/nbextensions/jupyter-vuetify/nodeps.js"),
]
NOT_NEEDED = [
    ("GET", "/_solara/cdn/x"),
    ("GET", "/_solara/cdn/vega@5.21.0/build"),  # the framework would remove this folder
    ("GET", "/_solara/cdn/vega@5.21.0"),
    ("GET", "/_solara/cdn/vega@5.21.0/README.md"),
    ("GET", SCRIPT.replace("app8", "app9")),  # not installed: it would be fetched
    ("GET", SCRIPT.replace("/dist/", "/dist/../dist/")),
    ("GET", SCRIPT.replace("/dist/", "//dist/")),
    ("GET", SCRIPT.replace("@", "%40")),
    ("GET", SCRIPT + "/"),
    ("GET", "/_solara/cdn/../../../../etc/passwd"),
    ("GET", "/_solara/cdn/%2e%2e/%2e%2e/etc/passwd"),
    ("GET", "/static/assets/../server.py"),
    ("GET", "/static/assets/%2e%2e/server.py"),
    ("GET", "/static/assets/..%2fserver.py"),
    ("GET", "/static/assets/..\\server.py"),
    ("GET", "/static/solara_bootstrap.py"),
    ("GET", "/static/assets/"),
    ("GET", "/static/public/x"),
    ("GET", "/jupyter/nbextensions/jupyter-vue/index.js.map"),
    ("GET", "/jupyter/api/kernels/1"),
    ("GET", "/readyz"),
    ("GET", "/resourcez"),
    ("GET", "/resourcez?verbose"),
    ("POST", f"/_solara/api/evict/1?{WINDOW}"),
    ("GET", "/page"),
    ("GET", "//"),
    ("GET", "/%2e"),
    ("GET", "/index.html"),
    ("GET", "/favicon.ico"),
    ("GET", f"/_solara/api/close/1?{WINDOW}"),
    ("POST", "/_solara/api/close/1"),
    ("POST", f"/_solara/api/close/1/2?{WINDOW}"),
    ("POST", "/"),
    ("WEBSOCKET", "/"),
    ("WEBSOCKET", f"/ws?{WINDOW}"),
    ("WEBSOCKET", KERNEL),
    ("WEBSOCKET", f"{KERNEL}?session_id="),
    ("WEBSOCKET", f"{KERNEL}?{WINDOW}&token=x"),
    ("WEBSOCKET", f"{KERNEL.replace('channels', 'shell')}?{WINDOW}"),
    ("WEBSOCKET", f"/jupyter/api/kernels/{'a' * 65}/channels?{WINDOW}"),
    *((method, "/") for method in ("HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "GETX")),
]  # fmt: skip


@pytest.mark.parametrize(("method", "address"), NEEDED)
def test_a_request_of_the_page_passes(door, framework, method, address):
    assert ask(door, method, address)[0] in (101, 200)
    assert len(framework.scopes) == 1


@pytest.mark.parametrize(("method", "address"), NOT_NEEDED)
def test_any_other_request_is_not_found_and_never_reaches_the_framework(
    door, framework, method, address
):
    headers = {"origin": f"http://{HOST}"}
    assert ask(door, method, address, **headers)[0] == 404
    assert framework.scopes == []


@pytest.mark.parametrize(("method", "address"), NEEDED)
@pytest.mark.parametrize(
    "cookie",
    [
        None, "", "samizdat-token-8765=", f"samizdat-token-8766={TOKEN}", f"samizdat-token={TOKEN}",
        f"samizdat-token-8765={TOKEN.swapcase()}", f"samizdat-token-8765={TOKEN[:-1]}",
        f"samizdat-token-8765={TOKEN}x", f'samizdat-token-8765="{TOKEN}"', TOKEN,
        "samizdat-token-8765=\xe4\xf6\xfc",
    ],
)  # fmt: skip
def test_without_its_cookie_every_request_is_refused(door, framework, method, address, cookie):
    status, headers, text = ask(door, method, address, cookie=cookie)
    assert status == 403
    assert text == (
        "Open the link that samizdat printed in the terminal: it holds the token of this page."
    )
    assert framework.scopes == []
    assert "set-cookie" not in headers


def test_the_cookie_is_found_among_others(door):
    among = f"a=1; samizdat-token-9={TOKEN[::-1]};{COOKIE} ; solara-session-id=x"
    assert ask(door, "GET", "/", cookie=among)[0] == 200
    assert ask(door, "GET", "/", cookie=f"samizdat-token-8765=old; {COOKIE}")[0] == 200


def test_the_link_gives_the_cookie_and_leads_to_the_address_without_the_token(door, framework):
    status, headers, text = ask(door, "GET", f"/?play=0&token={TOKEN}&seed=3", cookie=None)
    assert status == 200
    assert headers["set-cookie"] == (
        f"samizdat-token-8765={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
    )
    assert headers["cache-control"] == "no-store"
    assert 'content="0;url=/?play=0&amp;seed=3"' in text
    assert TOKEN not in text
    assert framework.scopes == []


@pytest.mark.parametrize(
    "query",
    [
        "token=", "token", f"token={TOKEN.lower()}", f"token={TOKEN}x", f"token={TOKEN}&token=x",
        f"token={TOKEN}&token={TOKEN}", "token=%ff%fe", f"token=+{TOKEN}", "t%6fken=x",
    ],
)  # fmt: skip
def test_a_link_with_another_token_is_refused_even_with_the_cookie(door, framework, query):
    status, headers, text = ask(door, "GET", f"/?{query}")
    assert (status, text) == (
        403, "This is not the token of this page: open the link that samizdat printed last.",
    )  # fmt: skip
    assert "set-cookie" not in headers
    assert framework.scopes == []


def test_an_address_cannot_write_into_the_page_that_leads_on(door):
    link = f"/?token={TOKEN}&\"><script>alert(1)</script>'"
    text = ask(door, "GET", link)[2]
    assert "<script" not in text
    assert re.findall(r'content="0;url=([^"]*)"', text) == [
        "/?&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#x27;"
    ]


def test_the_token_is_taken_out_of_what_a_server_logs(door):
    scope = scope_of("GET", f"/?play=0&token={TOKEN}", {})
    ask(door, "GET", "", scope=scope)
    assert scope["query_string"] == b"play=0"
    wrong = scope_of("GET", f"/?token={TOKEN}x", {})
    ask(door, "GET", "", scope=wrong)
    assert wrong["query_string"] == b""


def test_without_a_token_all_are_admitted_and_an_old_link_still_leads_on(framework, assets):
    open_door = Door(framework, ["127.0.0.1"], token=None, sockets=lambda: 2, assets=assets)
    assert ask(open_door, "GET", "/", cookie=None)[0] == 200
    status, headers, text = ask(open_door, "GET", "/?token=x&play=0", cookie=None)
    assert status == 200
    assert "set-cookie" not in headers
    assert 'content="0;url=/?play=0"' in text


@pytest.mark.parametrize(
    "host", [None, "", "evil.example", "127.0.0.1.evil.org", "127.0.0.1@evil", "a;b", "[::1", "::1"]
)
def test_a_foreign_host_is_refused(door, framework, host):
    assert ask(door, "GET", "/", host=host)[0] == 400
    assert framework.scopes == []


def test_two_hosts_are_none(door):
    scope = scope_of("GET", "/", {})
    scope["headers"].append((b"host", b"evil.example"))
    assert ask(door, "GET", "", scope=scope)[0] == 400


@pytest.mark.parametrize("method", ["GET", "POST", "WEBSOCKET"])
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "http://127.0.0.1:8766", "127.0.0.1:8765"]
)
def test_a_page_elsewhere_is_refused(door, framework, method, origin):
    address = {"GET": "/", "POST": CLOSING, "WEBSOCKET": OPENING}[method]
    assert ask(door, method, address, origin=origin)[0] == 403
    assert framework.scopes == []


@pytest.mark.parametrize(("method", "address"), [("POST", CLOSING), ("WEBSOCKET", OPENING)])
def test_what_acts_must_say_where_it_comes_from(door, method, address):
    assert ask(door, method, address, origin=None)[0] == 403


@pytest.mark.parametrize(
    ("status", "address", "headers"),
    [
        (431, "/", {"x": "a" * MOST_HEADER_BYTES}),
        (414, "/?" + "a" * (LONGEST_QUERY + 1), {}),
        (413, "/", {"content-length": "1025"}),
        (413, "/", {"content-length": "-1"}),
        (413, "/", {"content-length": "x"}),
        (413, "/", {"transfer-encoding": "chunked"}),
    ],
)
def test_what_is_too_large_is_refused(door, framework, status, address, headers):
    scope = scope_of("GET", address, headers)
    assert ask(door, "GET", "", scope=scope)[0] == status
    assert framework.scopes == []


def test_the_framework_believes_no_header_of_a_proxy(door, framework):
    headers = {
        "x-forwarded-proto": "https", "X-Script-Name": "//evil.example", "script-name": "/a",
        "forwarded": "host=evil.example",
    }  # fmt: skip
    scope = scope_of("GET", "/", headers)
    assert ask(door, "GET", "", scope=scope)[0] == 200
    assert {name for name, _ in framework.scopes[0]["headers"]} == {b"host", b"cookie"}


def test_no_page_may_frame_it_and_its_own_answers_load_nothing(door):
    headers = ask(door, "GET", "/")[1]
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    refused = ask(door, "GET", "/", cookie=None)[1]
    assert refused["content-security-policy"].startswith(
        "default-src 'none'; frame-ancestors 'none'"
    )


def test_a_window_too_many_is_told_so_and_enters_when_another_leaves(door, framework):
    door._open = 2
    for method, address in (("GET", "/"), ("WEBSOCKET", OPENING)):
        assert ask(door, method, address)[::2] == (
            503, "The limit of 2 windows of this page is reached: close one of them, then reload.",
        )  # fmt: skip
    assert ask(door, "GET", SCRIPT)[0] == 200  # what the windows that are there need
    assert len(framework.scopes) == 1
    door._open = 1
    assert ask(door, "WEBSOCKET", OPENING)[0] == 101
    assert door._open == 1


def test_a_websocket_that_says_nothing_is_closed(door, framework, monkeypatch):
    monkeypatch.setattr(door_module, "FIRST_MESSAGE_SECONDS", 0.02)
    sent = []

    async def visit():
        first = [{"type": "websocket.connect"}]

        async def receive():
            return first.pop() if first else await asyncio.sleep(3600)

        async def send(message):
            sent.append(message)

        scope = scope_of("WEBSOCKET", OPENING, {"origin": f"http://{HOST}"})
        await asyncio.wait_for(door(scope, receive, send), 5)

    asyncio.run(visit())
    assert [each["type"] for each in sent] == ["websocket.accept", "websocket.close"]
    assert framework.received[-1]["type"] == "websocket.disconnect"


def test_a_websocket_that_spoke_may_be_silent(door, framework, monkeypatch):
    monkeypatch.setattr(door_module, "FIRST_MESSAGE_SECONDS", 0.02)

    async def visit():
        first = [{"type": "websocket.receive", "text": "{}"}, {"type": "websocket.connect"}]

        async def receive():
            return first.pop() if first else await asyncio.sleep(3600)

        async def send(message):
            pass

        scope = scope_of("WEBSOCKET", OPENING, {"origin": f"http://{HOST}"})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(door(scope, receive, send), 0.2)

    asyncio.run(visit())
    assert [each["type"] for each in framework.received] == [
        "websocket.connect",
        "websocket.receive",
    ]
    assert door._open == 0


def test_the_token_is_in_no_record_of_the_door(door, caplog):
    with caplog.at_level(logging.DEBUG):
        ask(door, "GET", f"/?token={TOKEN}")
        ask(door, "GET", f"/?token={TOKEN}x")
    assert TOKEN not in caplog.text
