"""What a visitor can download: time series, pictures, her orders as a scenario, a link."""

import shlex

import solara

from samizdat.page.pictures import VIEW_NAMES, csv_of
from samizdat.page.session import Session

WIDTH, HEIGHT = 1200, 900  # pixels of a downloaded picture


@solara.component
def DownloadsPanel(session: Session) -> None:
    """Offer the downloads."""
    engine, choice = session.engine, session.choice.value
    name = choice.scenario.rpartition("/")[2].removesuffix(".toml")
    solara.Div(children=["Everything is as of the day shown."], classes=["samizdat-help"])
    if session.status.value.phase != "ready":
        return
    with solara.Div(classes=["samizdat-downloads"]):
        solara.FileDownload(
            lambda: engine.ask(lambda model: csv_of(model.simulation), settled=True).result(),
            filename=f"{name}_series.csv", label="Time series (CSV)",
        )  # fmt: skip
        for view, named in VIEW_NAMES.items():
            if view == "twin" and session.lever.value is None:
                continue
            solara.FileDownload(
                lambda view=view: session.painter.png(view, WIDTH, HEIGHT),
                filename=f"{name}_{view}.png", label=f"{named.title} (PNG)",
            )  # fmt: skip
        solara.FileDownload(
            session.painter.film,
            filename=f"{name}.gif",
            label="Pictures up to this day, as a film (GIF)",
        )
        solara.FileDownload(
            lambda: engine.scenario_file().result(),
            filename=f"{name}_live.toml", label="Scenario with my orders (TOML)",
        )  # fmt: skip
    ties = f" --graph {shlex.quote(choice.graph_file)}" if choice.graph_file else ""
    solara.Div(
        children=[
            "The scenario file contains all your orders. It reproduces this run: "
            f"samizdat run {name}_live.toml --seed {choice.seed}{ties}"
        ],
        classes=["samizdat-help"],
    )
    query = choice.query()
    if query is None:
        solara.Div(
            children=["There is no link to a scenario from a file."], classes=["samizdat-help"]
        )
        return
    solara.HTML(
        tag="a", unsafe_innerHTML="Link to this page", classes=["samizdat-link"],
        attributes={"href": f"?{query}", "target": "_blank"},
    )  # fmt: skip
    solara.Div(
        children=[
            "The link contains scenario, citizens, random seed, regime and parameters, but no "
            "orders."
        ],
        classes=["samizdat-help"],
    )
