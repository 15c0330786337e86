"""The layout of the page: header, panels on the left, view in the middle, details on the right."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import solara
from mesa.visualization import make_plot_component
from mesa.visualization.utils import update_counter

from samizdat.page.clock import SPEEDS
from samizdat.page.guide import Guide
from samizdat.page.limits import server_limits, session_limit
from samizdat.page.panels.asking import AskButton, citizen_clicked
from samizdat.page.panels.downloads import DownloadsPanel
from samizdat.page.panels.entrance import Entrance
from samizdat.page.panels.epilogue import Epilogue
from samizdat.page.panels.regime import Levers
from samizdat.page.panels.side import ComparePanel, SeriesPanel, WhyPanel
from samizdat.page.panels.task import Task
from samizdat.page.panels.time_bar import TimeBar
from samizdat.page.panels.tour import TourOver
from samizdat.page.panels.world import ParametersPanel, WorldPanel
from samizdat.page.pictures import COLOURINGS, COUNTRY_LAYOUTS, VIEW_NAMES
from samizdat.page.scenes import DayLine, SceneParts, SceneWidget
from samizdat.page.session import MesaComponents, Session
from samizdat.page.ways import Beginning, opening_of_way, opens_directly
from samizdat.page.widgets import Button, Choices, Select

MESA_COMPONENTS = {"Beliefs": make_plot_component(["grievance", "trust", "fear"])}
MESA_HELP = {
    "Beliefs": "Grievance, trust in the state and fear, day by day: means over all citizens, each "
    "from 0 to 1."
}
PANELS = (
    ("regime", "Regime"),
    ("scenario", "Scenario"),
    ("parameters", "Parameters"),
    ("download", "Download"),
)


@solara.component
def Layout(children: list[Any] = []) -> None:  # noqa: B006 (Solara hands it over)
    """Show the page without a frame of Solara's."""
    solara.Div(children=children)


@solara.component
def Page() -> None:
    """Show the page as it is shipped."""
    ProtestPage()


@solara.component
def ProtestPage(components: MesaComponents | None = None) -> None:
    """Show each visitor a simulation of her own.

    Parameters
    ----------
    components
        Mesa's components to be shown as further views, by the names of their buttons: functions
        that turn a model into a Solara component, such as `mesa.visualization.make_plot_component`
        returns.
    """
    solara.Style(Path(__file__).with_name("style.css"))
    solara.Title("samizdat")
    query = solara.use_router().search or ""
    way, set_way = solara.use_state("")
    shown = MESA_COMPONENTS if components is None else components
    if way:
        World(lambda: opening_of_way(way), shown)
    elif server_limits.entrance and not opens_directly(query):
        Entrance(set_way)
    else:
        World(lambda: _opening_of(query), shown)


def _opening_of(query: str) -> Beginning:
    """Return what a link opens."""
    playing = "play=0" not in query.split("&")
    return Beginning(server_limits.choice.with_query(query), playing)


@solara.component
def World(opening: Callable[[], Beginning], components: MesaComponents) -> None:
    """Show a simulation, or why there is none.

    Parameters
    ----------
    opening
        Returns what to open; raises a ValueError that says what is wrong with it.
    """

    def new_guide() -> Guide | str:
        """Return a guide to a session, or why there can be none."""
        try:
            opened = opening()
            opened.choice.load_within(server_limits.citizens)
            session_limit.acquire()
        except ValueError as error:
            return str(error)
        session = Session(opened.choice, playing=opened.playing, mesa_components=components)
        return Guide(session, opened)

    guide = solara.use_memo(new_guide, [])

    def start() -> Callable[[], None] | None:
        if isinstance(guide, str):
            return None
        guide.start()

        def end() -> None:
            guide.stop()
            session_limit.release()

        return end

    solara.use_effect(start, [])
    if isinstance(guide, str):
        with solara.Div(classes=["samizdat-alone"]):
            solara.Div(children=["This page cannot be shown."], classes=["samizdat-heading"])
            solara.Div(children=[guide], classes=["samizdat-problem"])
            solara.HTML(
                tag="a", unsafe_innerHTML="Open the default scenario", attributes={"href": "/"}
            )  # fmt: skip
        return
    session = guide.session
    with solara.Div(classes=["samizdat"]):
        Days(session)
        Header(guide)
        SidePanel(guide)
        ViewArea(guide)
        with solara.Div(classes=["samizdat-right"]):
            SeriesPanel(session)
            ComparePanel(session)
            WhyPanel(session)
        Overlays(guide)


@solara.component
def OverView(guide: Guide) -> None:
    """Show what stands over the view: how the run ended."""
    over = guide.epilogue.value and guide.ending.value is not None
    with solara.Div(classes=["samizdat-over" if over else "samizdat-none"]):
        if over:
            Epilogue(guide)


@solara.component
def Overlays(guide: Guide) -> None:
    """Show what stands over the simulation: the tour, or the entrance if it was opened again."""
    with solara.Div(classes=["samizdat-overlays"]):
        if guide.home.value:
            Entrance(guide.open_way, guide.close_home)
        else:
            TourOver(guide)


@solara.component
def Header(guide: Guide) -> None:
    """Show scenario and day, and the controls of the run."""
    session = guide.session
    status = session.status.value
    session.choice.get()  # drawn again for another choice
    scenario = session.scenario
    with solara.Div(classes=["samizdat-head"]):
        Button(
            "Home", guide.open_home, kind="samizdat-home", hint="The question, and other ways in"
        )
        with solara.Div(classes=["samizdat-title"]):
            solara.Div(children=[scenario.spec.title or scenario.name], classes=["samizdat-name"])
            size, seed = f"{scenario.citizens:,}", session.choice.value.seed
            solara.Div(
                children=[f"{size} synthetic citizens, random seed {seed}"],
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
                  hint="Advance by one step")  # fmt: skip
            Button(
                "Reset",
                lambda: session.start_run(replace(session.choice.value)),
                hint="Start again with the same scenario and random seed, without your orders",
            )
            if status.finished:
                Button(
                    "How it ended", lambda: guide.epilogue.set(True), kind="samizdat-ended",
                    hint="What happened, what you did, and what had come without it",
                )  # fmt: skip
        with solara.Div(classes=["samizdat-speed"]):
            Select("", SPEEDS, session.speed.value, session.set_speed, name="Speed")
        DayLine()


@solara.component
def Days(session: Session) -> None:
    """Pass the days on to the pictures and the header."""
    SceneParts(session.scenes)


@solara.component
def SidePanel(guide: Guide) -> None:
    """Show one of the panels: regime, scenario, parameters, download."""
    session = guide.session
    panel = session.panel.value
    with solara.Div(classes=["samizdat-side"]):
        Choices(PANELS, panel, session.panel.set, "Panels")
        with solara.Div(classes=["samizdat-panel"], key=panel):
            if panel == "regime":
                Task(guide)
                Levers(session)
            elif panel == "scenario":
                WorldPanel(session)
            elif panel == "parameters":
                ParametersPanel(session)
            else:
                DownloadsPanel(session)


@solara.component
def ViewArea(guide: Guide) -> None:
    """Show one view of the simulation, and how it is read."""
    session = guide.session
    view = session.view.value
    twin = session.lever.value is not None
    names = [(name, each.title) for name, each in VIEW_NAMES.items() if twin or name != "twin"]
    names += [(name, name) for name in session.mesa_components]
    with solara.Div(classes=["samizdat-middle"]):
        ErrorMessage(session)
        with solara.Div(classes=["samizdat-stage"]):
            OverView(guide)
            with solara.Div(classes=["samizdat-row"]):
                Choices(names, view, session.select_view, "Views")
                AskButton(session)
            if view == "country":
                with solara.Div(classes=["samizdat-row"]):
                    solara.Div(children=["Colour:"], classes=["samizdat-help"])
                    Choices(
                        COLOURINGS,
                        session.shows.value,
                        session.set_colouring,
                        "Colour of the regions",
                    )
                    Choices(
                        COUNTRY_LAYOUTS, session.country_layout.value, session.set_country_layout,
                        "Map or tiles",
                    )  # fmt: skip
            if view in session.mesa_components:
                MesaPanel(session, view)
                text = f"{MESA_HELP.get(view, '')} Drawn by a component of Mesa.".strip()
                solara.Div(children=[text], classes=["samizdat-help"])
            else:
                ViewPanel(session, view)
                solara.Div(children=[VIEW_NAMES[view].help], classes=["samizdat-help"])
        TimeBar(session)


@solara.component
def ViewPanel(session: Session, view: str) -> None:
    """Show the picture; a click on a citizen explains her days."""

    def clicked(place: dict[str, Any]) -> None:
        citizen = citizen_clicked(session, place)
        if citizen is not None:
            session.watch(citizen)

    status = session.status.value
    waiting = {
        "building": "Building the simulation …",
        "failed": "There is no simulation to show.",
        "idle": "The simulation was stopped after ten minutes without use. Reset starts it again.",
    }.get(status.phase, "")
    SceneWidget(
        slot_name="view",
        view=view,
        alt=f"View: {VIEW_NAMES[view].title}",
        waiting=waiting,
        clickable=VIEW_NAMES[view].shows_citizens,
        event_click=clicked,
        event_size=lambda room: session.painter.resize(room["width"], room["height"]),
    )


@solara.component
def MesaPanel(session: Session, view: str) -> None:
    """Show a Mesa component, of a copy of the model that does not move on."""
    update_counter.get()
    with solara.Div(classes=["samizdat-mesa"]):
        if session.model.value is not None:
            session.mesa_components[view](session.model.value)


@solara.component
def ErrorMessage(session: Session) -> None:
    """Show what is wrong with a request, with the simulation or with the picture."""
    status = session.status.value
    failed = status.problem if status.phase == "failed" else ""
    problem = session.problem.value or failed or session.drawing_error.value
    if problem:
        solara.Div(
            children=[problem], classes=["samizdat-problem"], attributes={"role": "alert"}
        )  # fmt: skip
