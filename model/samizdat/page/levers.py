"""The levers of the state, to be pulled while the world runs: each click acts on the next day."""

from collections.abc import Mapping
from typing import Any

import solara

from samizdat.page.parts import Choices, Number, Pick, Press
from samizdat.page.session import Session
from samizdat.schema import FOREIGN_PRESS

# What stands all the time, with words for its slider.
STANDING = {
    "surveillance": "Surveillance: chance that a readable post is traced",
    "sanction": "Prosecution of a traced post",
    "chill": "Strict laws: fear that everybody has at rest",
    "broadcast": "State television and print",
    "flooding": "Official accounts drown calls: share drowned",
    "egov": "E-government: services online that win trust",
    "arrests.capacity": "Arrests: most a day, per citizen",
    "arrests.response": "Arrests: chance that the police turn out",
    "preempt": "Arrests beforehand: share of yesterday's posters",
}


@solara.component
def Levers(session: Session) -> None:
    """Show the levers, and what was ordered with them."""
    where, set_where = solara.use_state("")
    session.choice.get()  # another world makes it anew
    world = session.world
    regions = [(name, name) for name in world.region_names]
    solara.Div(
        children=["You are the state. What you order begins on the next day."],
        classes=["samizdat-help"],
    )
    if len(regions) > 1:
        Pick("Where", [("", "everywhere"), *regions], where, set_where)
    names = [platform.name for platform in world.world.platforms]
    if world.world.foreign_press.audience > 0:
        names.append(FOREIGN_PRESS)
    Orders(session, where, names)
    Authority(session)
    Standing(session)


@solara.component
def Orders(session: Session, where: str, platforms: list[str]) -> None:
    """Show what can be ordered in a place, and all that was."""
    clicks = [click for click in session.clicks.value if click.ends is None]
    place = {"regions": [where]} if where else {}

    solara.Div(children=["Block"], classes=["samizdat-heading"])
    with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
        for name in platforms:
            entry = {
                "kind": "action", "lever": "blocking", "platforms": [name],
                "title": f"{_plain(name)} blocked", **place,
            }  # fmt: skip
            down = _running(clicks, entry)
            Press(
                _plain(name), lambda entry=entry: session.toggle(entry), down=down,
                kind="samizdat-harsh", hint=f"{'Unblock' if down else 'Block'} {_plain(name)}",
            )  # fmt: skip
    solara.Div(children=["Order"], classes=["samizdat-heading"])
    blackout = {"kind": "action", "lever": "blackout", "title": "Network off", **place}
    violence = {
        "kind": "action", "lever": "violence", "days": 1, "title": "Violence in the street", **place
    }  # fmt: skip
    with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
        Press(
            "network off", lambda: session.toggle(blackout), kind="samizdat-harsh",
            down=_running(clicks, blackout),
        )  # fmt: skip
        Press("violence, one day", lambda: session.enact(violence), kind="samizdat-harsh")
    with solara.Div(classes=["samizdat-orders"]):
        for click in clicks:
            if click.entry["kind"] == "action" and "days" not in click.entry:
                with solara.Div(classes=["samizdat-order"], key=click.id):
                    solara.Text(f"{click.entry['title']}, {_place(click.entry)}")
                    Press("end", lambda which=click.id: session.lift(which))


@solara.component
def Authority(session: Session) -> None:
    """Show who orders the blocks that come by rule."""
    value = session.numbers.value.get("blocking.authority", 0.0)
    solara.Div(children=["Who may order a block by rule"], classes=["samizdat-heading"])
    Choices(
        [(0.0, "a court, slowly"), (1.0, "the prosecutor")],
        value,
        lambda chosen: session.set("blocking.authority", chosen),
        "blocking.authority",
    )


@solara.component
def Standing(session: Session) -> None:
    """Show the levers that act every day."""
    numbers = session.numbers.value
    solara.Div(children=["Every day"], classes=["samizdat-heading"])
    for name, label in STANDING.items():
        if name in numbers:
            Number(name, numbers[name], session.set, label)


def _running(clicks: list[Any], entry: Mapping[str, Any]) -> bool:
    """Whether the same order is in force."""
    return any(click.entry == entry for click in clicks)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _place(entry: Mapping[str, Any]) -> str:
    return ", ".join(entry.get("regions", ())) or "everywhere"
