"""Connections end in time, and one is always left: a real server, and sockets that do little."""

import contextlib
import socket
import threading
import time

import pytest

uvicorn = pytest.importorskip("uvicorn", reason="uvicorn is not installed: pip install -e '.[viz]'")

connections = pytest.importorskip("samizdat.page.connections")

REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
UPGRADE = (
    b"GET /socket HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
LARGE = b"x" * 20_000_000  # more than the system keeps for a reader


async def page(scope, receive, send):
    """Answer at once; /large with much, /never not at all."""
    if scope["type"] == "websocket" and scope["path"] == "/never":
        await receive()
        await receive()
        return
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        if scope["query_string"] == b"large":
            for _ in range(20):
                await send({"type": "websocket.send", "bytes": LARGE[:1_000_000]})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    if scope["path"] == "/never":
        await receive()
        await receive()
        return
    body = LARGE if scope["path"] == "/large" else b"ok"
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def port(monkeypatch):
    """Serve with deadlines of tenths of a second, and for four connections."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.4)
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 0.6)
    monkeypatch.setattr(connections, "STALL_SECONDS", 0.3)
    monkeypatch.setattr(connections.TimedProtocol, "most_connections", 4)
    config = uvicorn.Config(
        page, http=connections.TimedProtocol, lifespan="off", access_log=False, log_level="error",
        ws_ping_interval=None, timeout_keep_alive=60, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        _until(lambda: server.started)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def wires(port):
    """Return a function that connects."""
    with contextlib.ExitStack() as stack:

        def connected(sends=b""):
            wire = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            wire.sendall(sends)
            return wire

        yield connected


def _until(true):
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_answered(wire):
    """Whether the whole answer comes."""
    came = b""
    while not came.endswith(b"\r\n\r\nok"):
        part = wire.recv(65_536)
        if not part or came.startswith(b"HTTP/1.1 503"):
            return False
        came += part
    return True


def rest(wire):
    """Return what still comes until the server closes; at most for ten seconds."""
    came = b""
    with contextlib.suppress(ConnectionResetError):
        while part := wire.recv(65_536):
            came += part
    return came


def test_half_a_request_is_closed(wires, monkeypatch):
    monkeypatch.setattr(connections.TimedProtocol, "most_connections", 20)  # none gives way
    halves = [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: here\r\n",
        REQUEST[:-2],
        UPGRADE[:-2],
        UPGRADE[:30],
    ]
    began = time.monotonic()
    waiting = {half: wires(half) for half in halves}
    assert {half: rest(wire) for half, wire in waiting.items()} == dict.fromkeys(halves, b"")
    assert time.monotonic() - began >= connections.REQUEST_SECONDS


@pytest.mark.parametrize("header", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
def test_a_websocket_does_not_wait_for_a_body(wires, header):
    wire = wires(UPGRADE[:-2] + header + b"\r\n\r\n")
    assert rest(wire).startswith(b"HTTP/1.1 400 ")


def test_a_request_that_comes_byte_by_byte_is_closed(wires):
    wire = wires()
    began = time.monotonic()
    with contextlib.suppress(OSError):  # a reset or a broken pipe
        for _ in range(200):
            wire.sendall(b"a")
            time.sleep(0.05)
    assert time.monotonic() - began < 5


def test_half_a_second_request_is_closed_too(wires):
    wire = wires(REQUEST)
    assert is_answered(wire)
    wire.sendall(REQUEST[:20])  # uvicorn's own timeout ends with the first byte
    assert rest(wire) == b""


def test_a_body_that_never_comes_is_closed(wires):
    wire = wires(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n")
    assert rest(wire).endswith(b"ok")


def test_a_request_that_is_never_answered_is_closed(wires):
    assert rest(wires(b"GET /never HTTP/1.1\r\nHost: here\r\n\r\n")) == b""


def test_a_websocket_that_is_never_accepted_is_closed(wires):
    assert b" 101 " not in rest(wires(UPGRADE.replace(b"/socket", b"/never")))


def test_an_answer_that_nobody_takes_is_closed(port, wires):
    wire = wires(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
    time.sleep(1.5)
    assert len(rest(wire)) < len(LARGE)


def test_a_slow_reader_gets_all_of_her_answer(wires):
    wire = wires(b"GET /large HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    came = 0
    while part := wire.recv(1_000_000):
        came += len(part)
        time.sleep(0.05)  # 20 times: longer than an answer may take that nobody takes
    assert came > len(LARGE)


def test_a_websocket_may_stay(wires):
    wire = wires(UPGRADE)
    assert wire.recv(65_536).startswith(b"HTTP/1.1 101 ")
    wire.settimeout(1)
    with pytest.raises(TimeoutError):
        wire.recv(1)


def test_a_websocket_that_takes_nothing_is_closed(wires):
    wire = wires(UPGRADE.replace(b"/socket", b"/socket?large"))
    time.sleep(1.5)
    assert len(rest(wire)) < len(LARGE)


def test_idle_connections_give_way_to_a_new_one(wires):
    idle = [wires() for _ in range(40)]
    assert is_answered(wires(REQUEST))
    assert all(rest(wire) == b"" for wire in idle)


def test_where_all_connections_are_in_use_a_new_one_is_told_so(wires):
    used = [wires(UPGRADE) for _ in range(4)]
    assert all(wire.recv(65_536).startswith(b"HTTP/1.1 101 ") for wire in used)
    told = rest(wires(REQUEST))
    assert told.startswith(b"HTTP/1.1 503 ")
    assert told.endswith(
        b"\r\n\r\nThis page has no connection left: close other windows of it, then reload.\n"
    )
    used.pop().close()
    _until(lambda: is_answered(wires(REQUEST)))


def test_very_many_connections_are_not_even_answered(wires):
    used = [wires(UPGRADE) for _ in range(4)]
    assert all(wire.recv(65_536).startswith(b"HTTP/1.1 101 ") for wire in used)
    assert {rest(wire) for wire in [wires() for _ in range(20)]} == {b""}
    used.pop().close()
    _until(lambda: is_answered(wires(REQUEST)))
