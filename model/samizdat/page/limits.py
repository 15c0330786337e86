"""With what a page opens, and its limits: set once by who serves it, before anybody comes."""

from dataclasses import dataclass

from samizdat.page.choice import Choice

MOST_CITIZENS = 2_000_000  # of one visitor
MOST_SESSIONS = 8  # at a time


@dataclass
class ServerLimits:
    """What the server was asked for."""

    choice: Choice = Choice()
    citizens: int = MOST_CITIZENS
    sessions: int = MOST_SESSIONS


opening = ServerLimits()
