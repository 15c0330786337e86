"""Serves the page, by default to this machine only."""

import os
import re
import socket
import sys
import threading
import warnings
import webbrowser
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from samizdat.system.interrupts import Interrupted, handled_by

_HOST = re.compile(r"(?:(?P<name>[A-Za-z0-9.-]+)|\[(?P<six>[0-9A-Fa-f:.]+)\])(?::\d{1,5})?")
Scope = MutableMapping[str, Any]
Send = Callable[[Any], Any]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CLOSED = ("/resourcez", "/_solara/api/evict")  # they reveal other visitors
SETTINGS = {
    "SOLARA_APP": "samizdat.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",  # unused: solara-assets has all files
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_SESSION_HTTP_ONLY": "True",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "samizdat",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_CHECK_HOOKS": "off",  # Mesa's components would cause warnings
}

_has_middleware = threading.Event()


class HostCheck:
    """ASGI middleware: admits requests for known host names and from the server's own pages only.

    Without it a foreign page could reach the server through a visitor's browser: by a name that
    it resolves to this machine (DNS rebinding), or by a WebSocket, which any page may open.
    """

    def __init__(self, app: Any, hosts: Iterable[str]) -> None:
        self.app, self.hosts = app, frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Pass a request on, or reject it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if _name(host) not in self.hosts:
            await _reject(scope, receive, send, 400, "unknown host")
        elif not self._same_origin(scope, host, origin):
            await _reject(scope, receive, send, 403, "foreign origin")
        elif scope["path"].startswith(_CLOSED):
            await _reject(scope, receive, send, 404, "not found")
        else:
            await self.app(scope, receive, self._with_headers(send, host))

    def _same_origin(self, scope: Scope, host: str, origin: str | None) -> bool:
        """Whether the Origin header names this server."""
        if origin is None:
            return bool(scope["type"] == "http")  # browsers send it with every WebSocket
        return urlsplit(origin).netloc.lower() == host.lower()

    def _with_headers(self, send: Send, host: str) -> Send:
        policy = (
            "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
            f"connect-src 'self' ws://{host} wss://{host}; "
            "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
        )
        added = [
            (b"x-frame-options", b"DENY"),
            (b"content-security-policy", policy.encode("latin-1")),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        return sending


def _name(host: str) -> str:
    """Return the name in a Host header, without the port; empty if it is malformed."""
    found = _HOST.fullmatch(host)
    return (found["name"] or found["six"]).lower() if found else ""


async def _reject(scope: Scope, receive: Any, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})  # HTTP 403
        return
    body = reason.encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def application(hosts: Iterable[str] = LOOPBACK) -> HostCheck:
    """Return the page as an ASGI application behind `HostCheck`."""
    configure_solara()
    _has_middleware.set()
    from solara.server import starlette

    return HostCheck(starlette.app, hosts)


def install_host_check() -> None:
    """Put `HostCheck` in front of the Solara server of this process, as `solara run` starts it.

    Does nothing where there is no server, or the check is installed already.
    """
    served = sys.modules.get("solara.server.starlette")
    if served is None or _has_middleware.is_set():
        return
    app = served.app
    inside = app.middleware_stack or app.build_middleware_stack()
    if not isinstance(inside, HostCheck):
        app.middleware_stack = HostCheck(inside, LOOPBACK)


def configure_solara() -> None:
    """Set Solara's environment variables; call it before Solara is imported, which reads them."""
    os.environ.update(SETTINGS)


def free_socket(host: str, port: int) -> socket.socket:
    """Return a bound socket; with port 0 on any free one.

    Raises
    ------
    OSError
        If the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as problem:
        bound.close()
        reason = f"port {port} of {host}: {problem.strerror}; choose another with --port"
        raise OSError(problem.errno, reason) from None
    return bound


def _run(server: Any, listening: socket.socket) -> None:
    """Run a server of uvicorn until a signal comes, that of a closed terminal too."""
    asked: list[int] = []

    def ask(number: int) -> None:
        asked.append(number)
        server.should_exit = True

    with handled_by(ask):  # uvicorn passes on those that it met itself
        server.run(sockets=[listening])
    if asked:
        raise Interrupted(asked[0])


def serve(host: str, port: int, hosts: Iterable[str], opened: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    hosts
        Host names that requests may use.
    opened
        Called with the address as soon as the server answers.
    """
    import uvicorn

    warnings.filterwarnings("ignore", "Cookies with samesite")  # the page is never in a frame
    listening = free_socket(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listening.getsockname()[1]}/"
    config = uvicorn.Config(
        application(hosts), access_log=False, log_level="warning", loop="asyncio",
        server_header=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)

    def announce() -> None:
        while not server.started:
            if stopped.wait(0.05):
                return
        opened(address)

    stopped = threading.Event()
    threading.Thread(target=announce, daemon=True).start()
    try:
        _run(server, listening)
    finally:
        stopped.set()


def open_browser(address: str) -> None:
    """Open the page in a browser, if there is one."""
    try:
        webbrowser.open(address)
    except webbrowser.Error:
        return
