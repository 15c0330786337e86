"""What a visitor sees."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import solara

from samizdat.page.choice import Choice
from samizdat.page.engine import Engine
from samizdat.page.painter import Painter, Shown
from samizdat.page.opening import opening


@solara.component_vue("picture.vue")
def Picture(src: str, alt: str = "", clickable: bool = False, event_click: Any = None) -> None:
    """Show a picture; a click tells where it was, in parts of its width and height."""


@solara.component
def Layout(children: list[Any] = []) -> None:
    """Nothing but the page itself."""
    solara.Div(children=children)


@solara.component
def Page() -> None:
    """The page as it is shipped."""
    ProtestPage()


@solara.component
def ProtestPage(components: Mapping[str, Callable[[Any], Any]] | None = None) -> None:
    """One visitor's world."""
    shown = solara.use_reactive(Shown())

    def begin():
        engine = Engine(opening.choice, opening.citizens)
        painter = Painter(engine, shown.set)
        return engine, painter

    engine, painter = solara.use_memo(begin, [])

    def live():
        engine.start()
        painter.start()

        def end():
            engine.stop()
            painter.stop()

        return end

    solara.use_effect(live, [])
    now = shown.value
    with solara.Row():
        solara.Button("Play", on_click=engine.play)
        solara.Button("Pause", on_click=engine.pause)
        solara.Button("Step", on_click=engine.step)
        solara.Text(str(now.status), classes=["samizdat-status"])
    with solara.Row():
        if now.view:
            Picture(src=_data(now.view), alt="view", event_click=print)
            Picture(src=_data(now.series), alt="series")


def _data(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
