"""Limits of the server and the scenario that it opens with; set before it accepts visitors."""

import threading
from dataclasses import dataclass

from samizdat.page.choice import Choice
from samizdat.scenario.schema import ScenarioError

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


class SessionLimit:
    """Limits the number of visitors at the same time to `server_limits.sessions`."""

    def __init__(self) -> None:
        self._count, self._lock = 0, threading.Lock()

    def acquire(self) -> None:
        """Count a visitor.

        Raises
        ------
        ScenarioError
            If the limit is reached.
        """
        with self._lock:
            if self._count >= server_limits.sessions:
                raise ScenarioError(
                    f"the limit of {server_limits.sessions} visitors at the same time is reached: "
                    "close another window of this page, then reload"
                )
            self._count += 1

    def release(self) -> None:
        """Count a visitor less."""
        with self._lock:
            self._count -= 1


session_limit = SessionLimit()
