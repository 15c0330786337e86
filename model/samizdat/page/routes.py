"""The requests that the page makes; all others are answered 404 before the framework sees them.

The framework has more routes than the page needs. Some of them fetch files from the network while
everybody waits, remove folders, or show other visitors.
"""

import re
from pathlib import Path
from typing import NamedTuple

ID = r"[0-9A-Za-z-]{1,64}"
OF_A_WINDOW = rf"session_id={ID}"
VERSION = r"(v=[0-9A-Za-z.]{1,64})?"
FILE = r"[0-9A-Za-z_@-][0-9A-Za-z_@.-]*"
ASSETS = "/_solara/cdn/"
LONGEST_QUERY = 8_192  # characters: a link may hold every number of a scenario


class Route(NamedTuple):
    """A kind of request.

    Attributes
    ----------
    method
        The HTTP method, or "WEBSOCKET".
    path, query
        Regular expressions for the whole path, as it is sent, and the whole query.
    """

    method: str
    path: str
    query: str


ROUTES = (
    Route("GET", "/", rf"[!-~]{{0,{LONGEST_QUERY}}}"),
    Route("GET", "/model|/glossary", ""),  # answered by the door itself
    Route("WEBSOCKET", rf"/jupyter/api/kernels/{ID}/channels", OF_A_WINDOW),
    Route("POST", rf"/_solara/api/close/{ID}", OF_A_WINDOW),  # a window was closed
    Route("GET", rf"{ASSETS}(@{FILE}/)?{FILE}@[0-9][0-9A-Za-z.-]*/({FILE}/)*{FILE}"
          r"\.(m?js|css|woff2?|ttf|eot|svg)", VERSION),
    Route("GET", r"/jupyter/nbextensions/jupyter-vue(tify)?/nodeps\.js", r"[0-9a-f]{0,64}"),
    Route("GET", r"/static/assets/((style|custom|theme-light|theme-dark)\.css|(custom|theme)\.js"
          r"|favicon\.(png|svg))", VERSION),
    Route("GET", r"/static/((highlight|highlight-dark)\.css|(ansi|main-vuetify)\.js)", VERSION),
)  # fmt: skip


def is_needed(method: str, path: str, query: str, assets: Path | None) -> bool:
    """Whether the page makes such a request.

    Parameters
    ----------
    path
        As it was sent: the page's own paths need no escapes.
    assets
        Folder of the scripts, styles and fonts that are installed; a file that it lacks would be
        fetched from the network.
    """
    needed = any(
        method == route.method
        and re.fullmatch(route.path, path)
        and re.fullmatch(route.query, query)
        for route in ROUTES
    )
    if not needed or not path.startswith(ASSETS):
        return needed
    return assets is not None and (assets / path.removeprefix(ASSETS)).is_file()
