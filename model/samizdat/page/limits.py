"""Limits of the server and the scenario that it opens with; set before it accepts visitors."""

from dataclasses import dataclass

from samizdat.page.choice import Choice

MAX_CITIZENS = 2_000_000  # of one visitor
MAX_SESSIONS = 8  # at the same time


@dataclass
class ServerLimits:
    """What every page of this server starts with.

    Attributes
    ----------
    choice
        The scenario shown first.
    citizens
        Largest number of citizens of one visitor.
    sessions
        Largest number of visitors at the same time.
    entrance
        Whether a page that names no simulation shows the ways in first.
    """

    choice: Choice = Choice()
    citizens: int = MAX_CITIZENS
    sessions: int = MAX_SESSIONS
    entrance: bool = True

    @property
    def sockets(self) -> int:
        """Largest number of WebSockets: more than visitors, so that one too many is told so."""
        return 2 * self.sessions + 8

    @property
    def connections(self) -> int:
        """Largest number of connections: a browser has up to seven for a window that it loads."""
        return 8 * self.sessions + 64


server_limits = ServerLimits()
