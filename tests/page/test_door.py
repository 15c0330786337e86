"""Who is let in, by plain HTTP."""

import base64
import http.cookiejar
import os
import re
import socket
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from serving import (
    ROOT,
    TOKEN,
    Window,
    address_of,
    asked,
    cookie_for,
    ended,
    started,
    started_by_solara,
    started_forgetful,
    until,
)

pytestmark = pytest.mark.slow


def handshake(address, **headers):
    """Return the first line of the answer to the opening of a WebSocket."""
    where = urlsplit(address)
    headers = {"Cookie": cookie_for(where.netloc), **headers}
    path = "/jupyter/api/kernels/0123/channels?session_id=1"
    lines = [f"GET {path} HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"]
    lines += [f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}"]
    lines += ["Sec-WebSocket-Version: 13", *(f"{n}: {v}" for n, v in headers.items())]
    with socket.create_connection((where.hostname, where.port), timeout=30) as wire:
        wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return wire.recv(200).decode("latin-1").split("\r\n")[0]


def test_the_page_may_not_be_framed_and_loads_nothing_from_elsewhere(server):
    status, headers, body = asked(server)
    assert status == 200
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert b"mixpanel" not in body
    assert b"jsdelivr" not in body


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.org", "localhost@evil", "a;b"])
def test_a_foreign_host_is_refused(server, host):
    assert asked(server, {"Host": host})[0] == 400


def test_localhost_is_the_same_host(server):
    assert asked(server, {"Host": "localhost:1"})[0] == 200


def test_a_foreign_page_opens_no_websocket(server):
    host = urlsplit(server).netloc
    assert " 403 " in handshake(server, Host=host, Origin="http://evil.example")
    assert " 403 " in handshake(server, Host=host)
    assert " 403 " in handshake(server, Host=host, Origin="null")
    assert " 101 " in handshake(server, Host=host, Origin=f"http://{host}")


def test_what_tells_of_other_visitors_is_closed(server):
    assert asked(server + "resourcez")[0] == 404
    assert asked(server + "_solara/api/evict/1")[0] == 404


def test_files_that_are_not_installed_are_not_fetched(server):
    began = time.monotonic()
    for number in range(60):
        assert asked(f"{server}_solara/cdn/x{number}")[0] == 404
    assert time.monotonic() - began < 5  # one after the other took 7.6 s, and stopped all else


def test_a_visitor_without_the_link_is_told_where_it_is(server):
    status, headers, body = asked(server, {"Cookie": "samizdat-token-1=" + TOKEN})
    assert status == 403
    assert body.decode() == (
        "Open the link that samizdat printed in the terminal: it holds the token of this page."
    )
    assert "Set-Cookie" not in headers
    assert asked(server, {"Cookie": ""})[0] == 403
    host = urlsplit(server).netloc
    assert " 403 " in handshake(server, Host=host, Origin=f"http://{host}", Cookie="")


def test_the_printed_link_lets_in_and_each_server_has_its_own():
    pytest.importorskip("solara")
    processes = [started("--citizens", "100", SAMIZDAT_TOKEN=None) for _ in range(2)]
    try:
        links = [
            re.search(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}(?= )", process.stdout.readline())
            for process in processes
        ]
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        for link in links:
            with browser.open(link[0], timeout=60) as answer:
                assert b'content="0;url=/"' in answer.read()
        for link in links:  # the second did not overwrite the first
            with browser.open(link[0].partition("?")[0], timeout=60) as answer:
                assert b"samizdat" in answer.read()
        assert len([cookie for cookie in jar if cookie.name.startswith("samizdat-token-")]) == 2
    finally:
        for process in processes:
            ended(process)


def test_no_token_lets_all_in_and_says_so_to_the_network():
    pytest.importorskip("solara")
    process = started("--no-token", "--citizens", "100", SAMIZDAT_TOKEN="ignored")
    try:
        assert asked(address_of(process), {"Cookie": ""})[0] == 200
    finally:
        ended(process)


def test_the_threads_of_a_visitor_end_with_her():
    pytest.importorskip("websockets")
    process = started_forgetful("--citizens", "300", "--most-sessions", "3")
    try:
        address = address_of(process)
        threads = Path(f"/proc/{process.pid}/task")
        if not threads.is_dir():
            pytest.skip("this system does not list the threads of a process")
        _stay(address, Window.close)  # some threads are made once
        once = len(list(threads.iterdir()))
        for leave in (Window.close, Window.vanish) * 2:  # more visitors than there may be at once
            _stay(address, leave)
        until(lambda: len(list(threads.iterdir())) <= once)
    finally:
        ended(process)


def _stay(address, leave):
    window = Window(address)
    window.run()
    leave(window)
    time.sleep(2.5)  # until one who vanished is forgotten


def test_strangers_write_nothing_into_the_terminal(capfd):
    pytest.importorskip("solara")
    process = started("--citizens", "100")
    try:
        address = address_of(process)
        where = urlsplit(address)
        host = f"Host: {where.netloc}"
        for sent in ("\x16\x03\x01 x\r\n\r\n", f"GET / HTTP/1.1\r\n{host}\r\nUpgrade: h2c\r\n"
                     "Connection: Upgrade\r\n\r\n"):  # fmt: skip
            with socket.create_connection((where.hostname, where.port), timeout=30) as wire:
                wire.sendall(sent.encode())
                assert wire.recv(100).startswith(b"HTTP/1.1 4")
        for headers in ({"Cookie": ""}, {"Origin": "http://evil.example"}):
            given = {"Host": where.netloc, "Origin": f"http://{where.netloc}", **headers}
            assert " 403 " in handshake(address, **given)
        assert asked(f"{address}?token=x{TOKEN}")[0] == 403
        assert asked(f"{address}?token={TOKEN}")[0] == 200
    finally:
        ended(process)
    assert capfd.readouterr().err == "samizdat: interrupted by SIGTERM\n"


def test_a_message_that_is_none_ends_only_its_own_window(server):
    closed = pytest.importorskip("websockets").ConnectionClosed
    for message in ("x", "{}", "[]", b"\x00", b"\xff" * 100):
        window = Window(server)
        window.wire.send(message)
        with pytest.raises(closed):
            window.wire.recv(10)
    window = Window(server)
    window.run()
    window.close()


def test_solara_run_lets_in_the_same_and_shows_the_same(visit):
    pytest.importorskip("solara")
    process, address = started_by_solara()
    try:
        host = urlsplit(address).netloc
        assert asked(address, {"Host": "evil.example"})[0] == 400
        assert " 403 " in handshake(address, Host=host, Origin="http://evil.example")
        assert asked(address)[1]["x-frame-options"] == "DENY"
        page = visit("play=0&citizens=300", address=address)
        page.wait_for_selector(".samizdat-picture")
        page.goto("about:blank")  # leaves before the server does
    finally:
        ended(process)


def test_the_environment_does_not_open_it_to_the_network(server):
    assert urlsplit(server).hostname == "127.0.0.1"  # though HOST says 0.0.0.0


def test_another_host_asks_for_consent():
    pytest.importorskip("solara")
    process = started("--host", "192.0.2.1")
    assert process.wait(60) == 2
    process.stdout.close()


def test_a_visitor_above_the_limit_sees_why_and_enters_when_another_leaves(chromium):
    pytest.importorskip("solara")
    process = started("--most-sessions", "1", "--citizens", "300")
    try:
        address = address_of(process)
        pages = [chromium.new_context().new_page() for _ in range(2)]
        pages[0].goto(f"{address}?token={TOKEN}&play=0")
        pages[0].wait_for_selector(".samizdat-picture", timeout=90_000)
        pages[1].goto(f"{address}?token={TOKEN}")
        pages[1].locator(".samizdat-problem", has_text="limit of 1 visitors").wait_for(
            timeout=60_000
        )
        pages[0].close(run_before_unload=True)  # its simulation ends with it
        pages[1].wait_for_timeout(2000)
        pages[1].reload()
        pages[1].wait_for_selector(".samizdat-picture", timeout=60_000)
        for page in pages:
            page.context.close()
    finally:
        ended(process)


def test_no_command_console_in_the_page():
    modules = [*(ROOT / "model" / "samizdat" / "page").rglob("*.py")]
    assert len(modules) > 10
    for path in modules:
        assert "CommandConsole" not in path.read_text(encoding="utf-8")
