"""Ends connections that ask for nothing, and says so where there are too many.

Uvicorn waits for a request, and for a browser that takes no answer, as long as the other side
likes. This is its protocol with a deadline.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 10.0  # until a connection has made a request
ANSWER_SECONDS = 120.0  # until the answer was taken
STALL_SECONDS = 30.0  # without a byte taken from a WebSocket that has some

_FULL = b"This page has no connection left: close other windows of it, then reload.\n"
_FULL_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"cache-control: no-store\r\nretry-after: 10\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_FULL), _FULL)
)


class TimedProtocol(H11Protocol):
    """An HTTP connection that is closed if it makes no request, or takes no answer, in time.

    Above the limit of connections, the one that has been idle longest gives way. Where all are in
    use, the new one is answered 503.

    Attributes
    ----------
    most_connections
        That limit, of all together.
    """

    most_connections = 128
    transport: asyncio.Transport
    _deadline: asyncio.TimerHandle | None = None
    _idle_since = 0.0
    _unsent = 0  # bytes, when it was looked last
    _surplus = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait(REQUEST_SECONDS)
        if len(self.connections) > self.most_connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Wait for the answer once the request is known."""
        if self._surplus:
            self.transport.write(_FULL_ANSWER)
            self.transport.close()
            return
        was_idle = self._is_idle
        super().data_received(data)
        if was_idle and not self._is_idle:
            self._wait(ANSWER_SECONDS)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._wait(REQUEST_SECONDS if self._is_idle else ANSWER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        super().connection_lost(exc)
        if self._deadline is not None:
            self._deadline.cancel()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Refuse a handshake with a body: a WebSocket would wait for it, and nobody for that."""
        if any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers):
            self.send_400_response("A WebSocket opens without a body.")
            return
        super().handle_websocket_upgrade(event)

    @property
    def _is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def _gives_way(self) -> bool:
        """Whether it may be closed for another."""
        return self._is_idle and not self._surplus and not self.transport.is_closing()

    def _wait(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._idle_since = self.loop.time()
        self._deadline = self.loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        now = self.transport.get_protocol()
        if now is not self and getattr(now, "handshake_complete", True):  # it became a WebSocket
            _end_if_stalled(self.transport, self.loop)
        elif unsent not in (0, self._unsent):  # slow, but it takes its answer
            self._unsent = unsent
            self._deadline = self.loop.call_later(STALL_SECONDS, self._expire)
        else:
            self.transport.abort()

    def _make_room(self) -> None:
        idle = [
            each
            for each in self.connections
            if isinstance(each, TimedProtocol) and each is not self and each._gives_way
        ]
        if idle:
            min(idle, key=lambda each: each._idle_since).transport.abort()
        elif len(self.connections) > 2 * self.most_connections:
            self.transport.abort()
        else:
            self._surplus = True


def _end_if_stalled(
    transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, before: Any = None
) -> None:
    """Look now and then whether a WebSocket still takes what it is sent; if not, close it.

    Whoever waits to send to it would wait for ever.
    """
    waiting = (transport.is_closing(), transport.get_write_buffer_size())
    if waiting == before and waiting != (False, 0):
        transport.abort()
        return
    loop.call_later(STALL_SECONDS, _end_if_stalled, transport, loop, waiting)
