"""The levers of the state, used while the world runs: each click acts on the next day."""

from collections.abc import Mapping
from typing import Any

import solara

from samizdat.page.labels import everyday_labels, why_idle
from samizdat.page.session import Session
from samizdat.page.standing import SWITCH, blockable, standing_block
from samizdat.page.widgets import Button, Choices, Number, Select
from samizdat.regime.levers import LEVERS
from samizdat.regime.queries import dated_fields, dated_levers, gives_dated_orders, look_of
from samizdat.text.catalogue import plain


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
    Orders(session, blockable(world))
    Concessions(session)
    Authority(session)
    Laws(session)
    StandingBlock(session)
    StandingLevers(session)


@solara.component
def Orders(session: Session, platforms: list[str]) -> None:
    """Show what can be ordered in the place that is chosen, and all that was ordered."""
    by_platform = [n for n in dated_levers() if "platforms" in dated_fields(n)]
    by_region = [n for n in dated_levers() if gives_dated_orders(n) and n not in by_platform]
    for lever in by_platform:
        solara.Div(children=[look_of(lever).button], classes=["samizdat-heading"])
        with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
            for name in platforms:
                PlatformOrder(session, lever, name)
    solara.Div(children=["Order"], classes=["samizdat-heading"])
    with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
        for lever in by_region:
            look = look_of(lever)
            OrderButton(session, _action(lever, look.label), look.button)
    Ordered(session)


@solara.component
def PlatformOrder(session: Session, lever: str, platform: str) -> None:
    """Show the button that orders a lever for one platform, or ends it."""
    look, name = look_of(lever), plain(platform)
    order = _action(lever, f"{name} {look.prefix}", platforms=[platform])
    OrderButton(session, order, name, f"{look.button}: {name}", f"End: {name}")


@solara.component
def OrderButton(
    session: Session, order: dict[str, Any], text: str, hint: str = "", hint_down: str = ""
) -> None:
    """Show a button that gives an order in the place that is chosen when it is clicked."""
    down = session.is_ordered(session.in_region(order))
    Button(
        text,
        lambda: session.toggle(session.in_region(order)),
        down=down,
        kind="samizdat-harsh",
        hint=hint_down if down else hint,
    )


@solara.component
def Ordered(session: Session) -> None:
    """List what was ordered and is not over, each with a button that ends it."""
    with solara.Div(classes=["samizdat-orders"]):
        for click in session.interventions.value:
            if click.entry["kind"] == "action":
                one_day = "days" in click.entry  # it is still to come
                order = f"{click.entry['title']}, {_place(click.entry)}"
                with solara.Div(classes=["samizdat-order"], key=click.id):
                    solara.Text(f"{order}: tomorrow" if one_day else order)
                    Button(
                        "take back" if one_day else "end",
                        lambda which=click.id: session.lift(which),
                    )


@solara.component
def Concessions(session: Session) -> None:
    """Show the events that run, each of which the state can end by giving in."""
    events = session.events.value
    if not events:
        return
    solara.Div(children=[f"Give in over an event{national(session)}"], classes=["samizdat-heading"])
    with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
        for lever in dated_levers():
            if "event" not in dated_fields(lever):
                continue
            for event, title in events.items():
                entry = _action(lever, f"{look_of(lever).label}: {title}", event=event)
                Button(
                    title, lambda entry=entry: session.toggle(entry),
                    down=session.is_ordered(entry), hint=LEVERS[lever].claim,
                )  # fmt: skip


def _action(lever: str, title: str, **fields: Any) -> dict[str, Any]:
    """Return the action of a lever as an entry of the timeline."""
    days = {"days": 1} if look_of(lever).one_day else {}
    return {"kind": "action", "lever": lever, "title": title, **fields, **days}


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
def Laws(session: Session) -> None:
    """Show the threat that the state feels, and which laws it has made or would make of it."""
    lines = session.laws.value
    if not lines:
        return
    solara.Div(children=["Laws by threat, in the whole country"], classes=["samizdat-heading"])
    for line in lines:
        solara.Div(children=[line], classes=["samizdat-standing"], key=line)


@solara.component
def StandingBlock(session: Session) -> None:
    """Show what is blocked from the first day, and whether that block still holds."""
    names, parameters = standing_block(session.scenario), session.parameters.value
    if not names or SWITCH not in parameters:
        return
    solara.Div(
        children=[f"Blocked from the first day{national(session)}"], classes=["samizdat-heading"]
    )
    solara.Div(children=[", ".join(map(plain, names))], classes=["samizdat-standing"])
    Choices(
        [(1.0, "it holds"), (0.0, "it is lifted")],
        parameters[SWITCH],
        lambda chosen: session.set(SWITCH, chosen),
        SWITCH,
    )
    if parameters.get("blocking.on", 1.0) == 0.0:
        solara.Div(children=["Blocking is off: nothing is blocked."], classes=["samizdat-help"])


@solara.component
def StandingLevers(session: Session) -> None:
    """Show the levers that act every day."""
    parameters, errors = session.parameters.value, session.error_count.value
    solara.Div(children=[f"Every day{national(session)}"], classes=["samizdat-heading"])
    for name, label in everyday_labels().items():
        if name in parameters:
            Number(name, parameters[name], session.set, label, errors)
            if reason := why_idle(name, parameters):
                solara.Div(children=[reason], classes=["samizdat-help"])


def national(session: Session) -> str:
    """Return what a heading adds where orders could be for one place, and these are not."""
    return ", in the whole country" if len(session.scenario.region_names) > 1 else ""


def _place(entry: Mapping[str, Any]) -> str:
    return ", ".join(entry.get("regions", ())) or "everywhere"
