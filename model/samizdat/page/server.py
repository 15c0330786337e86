"""Serves the page, by default to this machine and whoever has its link."""

import os
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from samizdat.page.door import Door
from samizdat.page.tokens import PARAMETER, token_given
from samizdat.system.interrupts import Interrupted, handled_by

LOOPBACK = ("127.0.0.1", "localhost", "::1")
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

MOST_MESSAGE_BYTES = 4_194_304  # of a WebSocket

_has_door = threading.Event()


def application(hosts: Iterable[str] = LOOPBACK, token: str | None = None) -> Door:
    """Return the page as an ASGI application behind its `Door`."""
    configure_solara()
    _has_door.set()
    from solara.server import starlette

    return _door_to(starlette.app, hosts, token)


def install_door() -> None:
    """Put a `Door` in front of the Solara server of this process, as `solara run` starts it.

    It asks for a token where `SAMIZDAT_TOKEN` gives one. Does nothing where there is no server, or
    the door is there already.
    """
    served = sys.modules.get("solara.server.starlette")
    if served is None or _has_door.is_set():
        return
    app = served.app
    inside = app.middleware_stack or app.build_middleware_stack()
    if not isinstance(inside, Door):
        app.middleware_stack = _door_to(inside, LOOPBACK, token_given())


def _door_to(app: Any, hosts: Iterable[str], token: str | None) -> Door:
    from solara.server import settings

    from samizdat.page.limits import server_limits

    return Door(
        app, hosts, token=token, sockets=lambda: server_limits.sockets,
        assets=Path(settings.assets.proxy_cache_dir),
    )  # fmt: skip


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


def serve(
    host: str, port: int, hosts: Iterable[str], token: str | None, opened: Callable[[str], None]
) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    hosts
        Host names that requests may use.
    token
        What visitors must have; None admits all.
    opened
        Called with the link, which holds the token, as soon as the server answers.
    """
    import uvicorn

    from samizdat.page.connections import TimedProtocol
    from samizdat.page.limits import server_limits

    TimedProtocol.most_connections = server_limits.connections
    warnings.filterwarnings("ignore", "Cookies with samesite")  # the page is never in a frame
    listening = free_socket(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listening.getsockname()[1]}/"
    link = address if token is None else f"{address}?{PARAMETER}={token}"
    config = uvicorn.Config(
        application(hosts, token), http=TimedProtocol, loop="asyncio", proxy_headers=False,
        access_log=False, log_level="error", server_header=False, date_header=False,
        timeout_graceful_shutdown=1, timeout_keep_alive=5, h11_max_incomplete_event_size=65_536,
        ws_max_size=MOST_MESSAGE_BYTES, ws_ping_interval=20.0, ws_ping_timeout=20.0,
    )  # fmt: skip
    server = uvicorn.Server(config)

    def announce() -> None:
        while not server.started:
            if stopped.wait(0.05):
                return
        opened(link)

    stopped = threading.Event()
    threading.Thread(target=announce, daemon=True).start()
    try:
        _run(server, listening)
    finally:
        stopped.set()
