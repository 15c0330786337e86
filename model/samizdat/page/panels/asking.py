"""A button that asks somebody in the street why."""

import solara

from samizdat.page.session import Session
from samizdat.page.widgets import Button
from samizdat.views.cast import somebody

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

    ready = session.status.value.phase == "ready"
    with solara.Div(classes=["samizdat-ask"]):
        Button("Ask somebody in the street", ask, disabled=not ready,
               hint="Choose a citizen who is in the street today, and read why")  # fmt: skip
        if words:
            solara.Div(children=[words], classes=["samizdat-help"], attributes={"role": "status"})
