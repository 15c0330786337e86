"""What a visitor can take away: numbers, pictures, her orders as a scenario, a link."""

import solara

from samizdat.page.pictures import SHOWN, csv_of
from samizdat.page.session import Session

WIDTH, HEIGHT = 1200, 900  # pixels of a picture that is taken away


@solara.component
def Keep(session: Session) -> None:
    """Offer all that there is."""
    engine, choice = session.engine, session.choice.value
    name = choice.scenario.rpartition("/")[2].removesuffix(".toml")
    ready = session.status.value.phase == "ready"
    solara.Div(children=["All of it is as the world stands now."], classes=["samizdat-help"])
    if not ready:
        return
    with solara.Div(classes=["samizdat-keep"]):
        solara.FileDownload(
            lambda: engine.ask(lambda model: csv_of(model.simulation)).result(),
            filename=f"{name}_series.csv", label="Series as CSV",
        )  # fmt: skip
        for view, (title, _) in SHOWN.items():
            if view == "twin" and session.lever.value is None:
                continue
            solara.FileDownload(
                lambda view=view: session.painter.png(view, WIDTH, HEIGHT),
                filename=f"{name}_{view}.png", label=f"{title} as PNG",
            )  # fmt: skip
        solara.FileDownload(
            session.painter.film, filename=f"{name}.gif", label="What I saw, as a film (GIF)"
        )
        solara.FileDownload(
            lambda: engine.saved().result(),
            filename=f"{name}_live.toml", label="My orders, as a scenario",
        )  # fmt: skip
    solara.Div(
        children=[
            f"The scenario holds all that you ordered: samizdat run {name}_live.toml "
            f"--seed {choice.seed} counts the same."
        ],
        classes=["samizdat-help"],
    )
    query = choice.query()
    if query is None:
        solara.Div(children=["A scenario from a file has no link."], classes=["samizdat-help"])
        return
    solara.HTML(
        tag="a", unsafe_innerHTML="A link to this world", classes=["samizdat-link"],
        attributes={"href": f"?{query}", "target": "_blank"},
    )  # fmt: skip
    solara.Div(
        children=["It holds scenario, citizens, seed, regime and numbers, but no orders."],
        classes=["samizdat-help"],
    )
