"""The entrance: the question, and the ways in."""

from collections.abc import Callable
from typing import Any

import solara

from samizdat.page.ways import LEAD, NOTES, QUESTION, TOUR_BUTTON, WAYS


@solara.component_vue("../entrance.vue")
def EntranceCard(
    *,
    question: str,
    lead: str,
    notes: str,
    tour: str,
    ways: list[dict[str, str]],
    closable: bool,
    event_choose: Callable[[str], None],
    event_close: Callable[[Any], None] = lambda _: None,
) -> None:
    """Show the question and a large button for each way in.

    Parameters
    ----------
    closable
        Whether there is a simulation to go back to; it is then a dialog, which Escape closes.
    event_choose
        Called with the name of a way, or "tour".
    """


@solara.component
def Entrance(on_way: Callable[[str], None], on_close: Callable[[], None] | None = None) -> None:
    """Show the entrance, in place of a simulation or over it."""
    EntranceCard(
        question=QUESTION, lead=LEAD, notes=NOTES, tour=TOUR_BUTTON,
        ways=[{"name": name, "title": w.title, "text": w.text} for name, w in WAYS.items()],
        closable=on_close is not None,
        event_choose=on_way,
        event_close=lambda _=None: on_close() if on_close is not None else None,
    )  # fmt: skip
