"""The levers of the state, to be pulled while the world runs: each click acts on the next day."""

from collections.abc import Mapping
from typing import Any

import solara

from samizdat.page.labels import STANDING
from samizdat.page.session import Session
from samizdat.page.widgets import Button, Choices, Number, Select
from samizdat.scenario.schema import FOREIGN_PRESS


@solara.component
def Levers(session: Session) -> None:
    """Show the levers, and what was ordered with them."""
    session.choice.get()  # drawn again for another choice
    world = session.scenario
    regions = [(name, name) for name in world.region_names]
    solara.Div(
        children=["You are the state. What you order begins on the next day."],
        classes=["samizdat-help"],
    )
    if len(regions) > 1:
        Select("Where", [("", "everywhere"), *regions], session.region.value, session.region.set)
    names = [platform.name for platform in world.spec.platforms]
    if world.spec.foreign_press.audience > 0:
        names.append(FOREIGN_PRESS)
    Orders(session, names)
    GivingIn(session)
    Authority(session)
    Standing(session)


@solara.component
def Orders(session: Session, platforms: list[str]) -> None:
    """Show what can be ordered in the place that is chosen, and all that was."""

    def toggle(order: dict[str, Any]) -> None:
        session.toggle(session.in_region(order))

    def running(order: dict[str, Any]) -> bool:
        return session.is_ordered(session.in_region(order))

    solara.Div(children=["Block"], classes=["samizdat-heading"])
    with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
        for name in platforms:
            order = {
                "kind": "action", "lever": "blocking", "platforms": [name],
                "title": f"{_plain(name)} blocked",
            }  # fmt: skip
            down = running(order)
            Button(
                _plain(name), lambda order=order: toggle(order), down=down,
                kind="samizdat-harsh", hint=f"{'Unblock' if down else 'Block'} {_plain(name)}",
            )  # fmt: skip
    solara.Div(children=["Order"], classes=["samizdat-heading"])
    blackout = {"kind": "action", "lever": "blackout", "title": "Network off"}
    violence = {
        "kind": "action", "lever": "violence", "days": 1, "title": "Violence in the street"
    }  # fmt: skip
    with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
        Button(
            "network off", lambda: toggle(blackout), kind="samizdat-harsh",
            down=running(blackout),
        )  # fmt: skip
        Button(
            "violence, one day", lambda: toggle(violence), kind="samizdat-harsh",
            down=running(violence),
        )  # fmt: skip
    with solara.Div(classes=["samizdat-orders"]):
        for click in session.interventions.value:
            if click.entry["kind"] == "action":
                brief = "days" in click.entry  # a day, which is to come
                said = f"{click.entry['title']}, {_place(click.entry)}"
                with solara.Div(classes=["samizdat-order"], key=click.id):
                    solara.Text(f"{said}: tomorrow" if brief else said)
                    Button(
                        "take back" if brief else "end",
                        lambda which=click.id: session.lift(which),
                    )


@solara.component
def GivingIn(session: Session) -> None:
    """Show the events that run, each of which the state can end by giving in."""
    events = session.events.value
    if not events:
        return
    solara.Div(children=[f"Give in over an event{national(session)}"], classes=["samizdat-heading"])
    with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
        for event, title in events.items():
            entry = {
                "kind": "action", "lever": "concession", "event": event, "days": 1,
                "title": f"The state gives in: {title}",
            }  # fmt: skip
            Button(
                title, lambda entry=entry: session.toggle(entry),
                down=session.is_ordered(entry),
                hint="It gives cause for grievance no longer; news of it goes on",
            )  # fmt: skip


@solara.component
def Authority(session: Session) -> None:
    """Show who orders the blocks that come by rule."""
    value = session.parameters.value.get("blocking.authority", 0.0)
    solara.Div(
        children=[f"Who may order a block by rule{national(session)}"], classes=["samizdat-heading"]
    )
    Choices(
        [(0.0, "a court, slowly"), (1.0, "the prosecutor")],
        value,
        lambda chosen: session.set("blocking.authority", chosen),
        "blocking.authority",
    )


@solara.component
def Standing(session: Session) -> None:
    """Show the levers that act every day."""
    parameters, errors = session.parameters.value, session.error_count.value
    solara.Div(children=[f"Every day{national(session)}"], classes=["samizdat-heading"])
    for name, label in STANDING.items():
        if name in parameters:
            Number(name, parameters[name], session.set, label, errors)


def national(session: Session) -> str:
    """Return what a heading adds where orders could be for one place, and these are not."""
    return ", in the whole country" if len(session.scenario.region_names) > 1 else ""


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _place(entry: Mapping[str, Any]) -> str:
    return ", ".join(entry.get("regions", ())) or "everywhere"
