"""What a visitor sees: the world running, its picture, and beside it all that can be done."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import solara
from mesa.visualization import make_plot_component
from mesa.visualization.utils import update_counter

from samizdat.page.engine import UNPACED
from samizdat.page.limits import opening
from samizdat.page.panels.downloads import Keep
from samizdat.page.panels.regime import Levers
from samizdat.page.panels.side import Compared, Series, Why
from samizdat.page.panels.world import Numbers, World
from samizdat.page.pictures import COLOURINGS, SHOWN
from samizdat.page.session import Session, seats
from samizdat.page.widgets import Button, Choices, Picture, Select, data_of

MEASURES = {"Beliefs": make_plot_component(["grievance", "trust", "fear"])}
MEASURED = {
    "Beliefs": "How much citizens have to complain of, how far they trust the state and how much "
    "they fear it, day by day: means over all citizens, each from 0 to 1."
}
SPEEDS = ((1.0, "1 day a second"), (3.0, "3 days a second"), (10.0, "10 days a second"),
          (30.0, "30 days a second"), (UNPACED, "as fast as it goes"))  # fmt: skip
PANELS = (("state", "Be the state"), ("world", "World"), ("numbers", "Numbers"), ("keep", "Keep"))
SAID = {"silent": "silent", "self_censor": "keep quiet out of fear", "share": "speak out",
        "mobilise": "in the street", "detained": "in detention"}  # fmt: skip


@solara.component
def Layout(children: list[Any] = []) -> None:  # noqa: B006 (Solara hands it over)
    """Nothing but the page itself."""
    solara.Div(children=children)


@solara.component
def Page() -> None:
    """Show the page as it is shipped."""
    ProtestPage()


@solara.component
def ProtestPage(components: Mapping[str, Callable[[Any], Any]] | None = None) -> None:
    """Show a visitor her own world.

    Parameters
    ----------
    components
        Mesa's components to be shown as views besides, by the names of their buttons: functions
        that turn a model into a Solara component, as `mesa.visualization.make_plot_component`
        returns.
    """
    solara.Style(Path(__file__).with_name("style.css"))
    solara.Title("samizdat")
    query = solara.use_router().search or ""

    def come() -> Session | str:
        problem, choice = "", opening.choice
        try:
            choice = choice.asked(query)
            choice.served(opening.citizens)
        except ValueError as error:
            return str(error)
        try:
            seats.take()
        except ValueError as error:
            return str(error)
        playing = "play=0" not in query.split("&")
        return Session(
            choice,
            problem,
            playing=playing,
            measures=MEASURES if components is None else components,
        )

    session = solara.use_memo(come, [])

    def stay() -> Callable[[], None] | None:
        if isinstance(session, str):
            return None
        session.begin()

        def leave() -> None:
            session.end()
            seats.leave()

        return leave

    solara.use_effect(stay, [])
    if isinstance(session, str):
        with solara.Div(classes=["samizdat-alone"]):
            solara.Div(children=["This world cannot be shown."], classes=["samizdat-heading"])
            solara.Div(children=[session], classes=["samizdat-problem"])
            solara.HTML(
                tag="a", unsafe_innerHTML="Begin with the town", attributes={"href": "/"}
            )  # fmt: skip
        return
    with solara.Div(classes=["samizdat"]):
        Head(session)
        Side(session)
        Middle(session)
        with solara.Div(classes=["samizdat-right"]):
            Series(session)
            Compared(session)
            Why(session)


@solara.component
def Head(session: Session) -> None:
    """Show which world this is and what day, and the controls of time."""
    status = session.status.value
    session.choice.get()  # another world makes it anew
    world = session.world
    with solara.Div(classes=["samizdat-head"]):
        with solara.Div(classes=["samizdat-title"]):
            solara.Div(children=[world.spec.title or world.name], classes=["samizdat-name"])
            solara.Div(
                children=[
                    f"{world.citizens:,} synthetic citizens, seed {session.choice.value.seed}"
                ],
                classes=["samizdat-sub"],
            )
        ready = status.phase == "ready"
        with solara.Div(classes=["samizdat-time"]):
            if status.playing and status.phase != "failed":
                Button("❚❚ Pause", session.engine.pause, kind="samizdat-main", disabled=not ready)
            else:
                Button(
                    "▶ Play", session.engine.play, kind="samizdat-main",
                    disabled=not ready or status.finished,
                )  # fmt: skip
            Button("Step", session.engine.step, disabled=not ready or status.finished,
                  hint="One day on")  # fmt: skip
            Button(
                "Reset",
                lambda: session.choose(replace(session.choice.value)),
                hint="Begin again with the same world and luck; orders are forgotten",
            )
        with solara.Div(classes=["samizdat-speed"]):
            Select("", SPEEDS, session.speed.value, session.pace, name="Speed")
        Today(session)


@solara.component
def Today(session: Session) -> None:
    """Show the day and how many do what."""
    status, counts = session.status.value, session.counts.value
    with solara.Div(classes=["samizdat-today"]):
        if status.phase != "ready" or not counts:
            return
        done = "the last day" if status.finished else f"day {status.step:,} of {status.steps:,}"
        solara.Div(children=[f"{status.date} · {done}"], classes=["samizdat-date"])
        said = " · ".join(f"{counts.get(name, 0):,} {words}" for name, words in SAID.items())
        solara.Div(children=[said], classes=["samizdat-counts"])


@solara.component
def Side(session: Session) -> None:
    """Show one of the panels of what can be done."""
    panel, set_panel = solara.use_state("state")
    with solara.Div(classes=["samizdat-side"]):
        Choices(PANELS, panel, set_panel, "Panels")
        with solara.Div(classes=["samizdat-panel"], key=panel):
            if panel == "state":
                Levers(session)
            elif panel == "world":
                World(session)
            elif panel == "numbers":
                Numbers(session)
            else:
                Keep(session)


@solara.component
def Middle(session: Session) -> None:
    """Show one view of the world, and what it is."""
    view = session.view.value
    twin = session.lever.value is not None
    names = [(name, title) for name, (title, _) in SHOWN.items() if twin or name != "twin"]
    names += [(name, name) for name in session.measures]
    with solara.Div(classes=["samizdat-middle"]):
        with solara.Div(classes=["samizdat-row"]):
            Choices(names, view, session.look, "Views")
        if view == "country":
            with solara.Div(classes=["samizdat-row"]):
                solara.Div(children=["Colour:"], classes=["samizdat-help"])
                Choices(COLOURINGS, session.shows.value, session.colour, "Colour of the regions")
        Problem(session)
        if view in session.measures:
            Measured(session, view)
            said = f"{MEASURED.get(view, '')} A component of Mesa.".strip()
            solara.Div(children=[said], classes=["samizdat-help"])
        else:
            View(session, view)
            solara.Div(children=[SHOWN[view].help], classes=["samizdat-help"])


@solara.component
def View(session: Session, view: str) -> None:
    """Show the picture; a click on a citizen asks why."""

    def clicked(place: dict[str, float]) -> None:
        citizen = session.painter.citizen_at(place["x"], place["y"])
        if citizen is not None:
            session.ask_why(citizen)

    status = session.status.value
    waiting = {
        "building": "The world is being built …",
        "failed": "There is no world to show.",
        "idle": "Nobody was here for ten minutes, so the world was let go. Reset begins it anew.",
    }.get(status.phase, "")
    Picture(
        src="" if waiting else data_of(session.picture.value),
        alt=f"View: {SHOWN[view].title}",
        waiting=waiting,
        clickable=view in ("network", "who"),
        event_click=clicked,
        event_size=lambda room: session.painter.resize("view", room["width"], room["height"]),
    )


@solara.component
def Measured(session: Session, view: str) -> None:
    """Show a component of Mesa, of a copy of the model that stands still."""
    update_counter.get()
    with solara.Div(classes=["samizdat-mesa"]):
        if session.model.value is not None:
            session.measures[view](session.model.value)


@solara.component
def Problem(session: Session) -> None:
    """Show what is wrong with what was asked for, or with the world."""
    status = session.status.value
    failed = status.problem if status.phase == "failed" else ""
    problem = session.problem.value or failed or session.undrawn.value
    if problem:
        solara.Div(
            children=[problem], classes=["samizdat-problem"], attributes={"role": "alert"}
        )  # fmt: skip
