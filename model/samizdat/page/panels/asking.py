"""A button that asks somebody in the street why."""

from typing import Any

import solara

from samizdat.page.session import Session
from samizdat.page.widgets import Button
from samizdat.views.cast import somebody
from samizdat.views.who import NEAR, citizen_near

ANSWER_SECONDS = 10.0


@solara.component
def AskButton(session: Session) -> None:
    """Ask somebody in the street; each click another one, of those who are there today."""
    asked, set_asked = solara.use_state((0, -1, 0))  # run and step of the day, and how often
    words, set_words = solara.use_state("")

    def ask() -> None:
        status = session.status.value
        turn = asked[2] + 1 if asked[:2] == (status.run, status.step) else 0
        try:
            answer = session.engine.ask(lambda model: somebody(model.simulation, turn))
            citizen, text = answer.result(ANSWER_SECONDS)
        except (ValueError, TimeoutError):  # there is no simulation, or it is on its way
            return
        set_asked((status.run, status.step, turn))
        set_words(text)
        if citizen is not None:
            session.watch(citizen)

    status = session.status.value
    ready = status.phase == "ready"
    with solara.Div(classes=["samizdat-ask"]):
        Button("Ask somebody in the street", ask, disabled=not ready,
               hint="Choose a citizen who is in the street today, and read why")  # fmt: skip
        if words and asked[:2] == (status.run, status.step):  # they are true of that day
            solara.Div(children=[words], classes=["samizdat-help"], attributes={"role": "status"})


def citizen_clicked(session: Session, place: dict[str, Any]) -> int | None:
    """Return the citizen on whom a click was, None if it was on nobody.

    Parameters
    ----------
    place
        The citizen, or trust and grievance and the size of their square [pixels]; on a picture that
        the browser did not draw itself, x and y in shares of its width and height.
    """
    if "x" in place:
        return session.painter.citizen_at(place["x"], place["y"])
    citizen = place.get("citizen")
    if isinstance(citizen, int):
        return citizen
    try:
        trust, grievance, wide, high = (
            float(place[name]) for name in ("trust", "grievance", "width", "height")
        )
        answer = session.engine.ask(
            lambda model: citizen_near(
                model.simulation, trust, grievance, (wide, high), NEAR * wide
            )
        )
        return answer.result(ANSWER_SECONDS)
    except (KeyError, TypeError, ValueError, TimeoutError):
        return None
