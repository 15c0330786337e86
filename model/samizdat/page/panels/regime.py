"""The levers of the state: what is in force, and what the viewer orders from the next day on."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import solara

from samizdat.page.in_force import BY_LAW, RULE, InForce, switched_off
from samizdat.page.labels import everyday_labels, why_idle
from samizdat.page.panels.lines import Lines, OrderButton, lines_here
from samizdat.page.session import Session
from samizdat.page.standing import blockable
from samizdat.page.widgets import Button, Choices, Number, Select
from samizdat.regime.levers import LEVERS
from samizdat.regime.queries import (
    dated_fields,
    dated_levers,
    gives_dated_orders,
    lever_of,
    look_of,
)
from samizdat.text.catalogue import plain
from samizdat.views.looks import day_in_words

AUTHORITY = "blocking.authority"


@solara.component
def Levers(session: Session) -> None:
    """Show the levers, what is in force of each, by whom and until when, and how it is ended."""
    session.choice.get()  # drawn again for another choice
    world, date = session.scenario, session.regime.value.date
    regions = [(name, name) for name in world.region_names]
    told = "You are the state. What you order or end changes from the next day on"
    solara.Div(
        children=[f"{told}, {day_in_words(date)}." if date else f"{told}."],
        classes=["samizdat-help"],
    )
    if len(regions) > 1:
        Select("Where", [("", "everywhere"), *regions], session.region.value, session.region.set)
    for lever in filter(gives_dated_orders, dated_levers()):
        LeverGroup(session, lever, blockable(world))
    Concessions(session)
    Authority(session)
    Laws(session)
    StandingLevers(session)
    Others(session)


@solara.component
def LeverGroup(session: Session, lever: str, platforms: Sequence[str]) -> None:
    """Show a lever that gives orders: its buttons, and what is in force of it in the place."""
    look = look_of(lever)
    with solara.Div(
        classes=["samizdat-section"], attributes={"role": "group", "aria-label": look.label}
    ):
        solara.Div(children=[look.label], classes=["samizdat-heading"])
        with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
            if "platforms" in dated_fields(lever):
                for name in platforms:
                    text = plain(name)
                    order = _action(lever, f"{text} {look.prefix}", platforms=[name])
                    hints = (f"{look.button}: {text}", f"End: {text}")
                    bits = session.scenario.platform_bits((name,))
                    OrderButton(session, order, text, hints, bits)
            else:
                order = _action(lever, look.label)
                OrderButton(session, order, look.button, (LEVERS[lever].claim, "End"))
        shown = (lever, "ban") if lever == "blocking" else (lever,)
        Lines(session, lines_here(session, lambda line: line.lever in shown and not _is_law(line)))
        Rule(session, lever)


@solara.component
def Rule(session: Session, lever: str) -> None:
    """Say that a rule may order a lever in the place, and offer to stop it there."""
    region, place = session.region.value, session.regime.value.rules.get(lever)
    ordered = lines_here(session, lambda line: line.lever == lever and line.source == RULE)
    if place is None or ordered or (region and region not in place.regions):
        return
    with solara.Div(classes=["samizdat-line"]):
        solara.Div(
            children=["It comes by itself when many protest or post."],
            classes=["samizdat-line-text"],
        )
        Button(
            "Stop the rule",
            lambda: session.enact(switched_off(f"{lever}.rule_on", [region] if region else place)),
            kind="samizdat-end",
            hint=f"Stop the rule: {look_of(lever).label}",
            acts=True,
        )


@solara.component
def Concessions(session: Session) -> None:
    """Show the events that run, each of which the state can end by giving in."""
    events, arrivals = session.regime.value.events, session.regime.value.arrivals
    given = lines_here(session, lambda line: line.lever == "concession" and not line.names, "")
    if not events and not arrivals and not given:
        return
    heading = f"Give in over an event{national(session)}"
    with solara.Div(
        classes=["samizdat-section"], attributes={"role": "group", "aria-label": heading}
    ):
        solara.Div(children=[heading], classes=["samizdat-heading"])
        with solara.Div(classes=["samizdat-choices", "samizdat-wrap"]):
            for lever in dated_levers():
                if "event" not in dated_fields(lever):
                    continue
                for event, title in events.items():
                    entry = _action(lever, f"{look_of(lever).label}: {title}", event=event)
                    Button(
                        title, lambda entry=entry: session.toggle(entry),
                        down=session.is_ordered(entry), hint=f"{title}: {LEVERS[lever].claim}",
                    )  # fmt: skip
        Lines(session, given)
        if arrivals:
            told = "Grievances that arrived by chance; only a rule of the scenario gives in to them"
            solara.Div(children=[f"{told}: {'; '.join(arrivals)}."], classes=["samizdat-help"])


def _action(lever: str, title: str, **fields: Any) -> dict[str, Any]:
    """Return the action of a lever as an entry of the timeline."""
    days = {"days": 1} if look_of(lever).one_day else {}
    return {"kind": "action", "lever": lever, "title": title, **fields, **days}


def _is_law(line: InForce) -> bool:
    """Whether a line says who may block, which has a place of its own."""
    return line.names == (AUTHORITY,)


@solara.component
def Authority(session: Session) -> None:
    """Show who orders the blocks that come by rule, and who said so."""
    value = session.parameters.value.get(AUTHORITY, 0.0)
    heading = f"Who may order a block by rule{national(session)}"
    with solara.Div(classes=["samizdat-section"]):
        solara.Div(children=[heading], classes=["samizdat-heading"])
        Choices(
            [(0.0, "a court, slowly"), (1.0, "the prosecutor")],
            value,
            lambda chosen: session.set(AUTHORITY, chosen),
            heading,
        )
        Lines(session, lines_here(session, _is_law))


@solara.component
def Laws(session: Session) -> None:
    """Show the threat that the state feels, and which laws it has made or would make of it."""
    told = session.regime.value.laws
    if not told:
        return
    with solara.Div(classes=["samizdat-section"]):
        solara.Div(children=["Laws by threat, in the whole country"], classes=["samizdat-heading"])
        for text in told:
            solara.Div(children=[text], classes=["samizdat-standing"], key=text)
        Lines(session, lines_here(session, lambda line: line.source == BY_LAW))


@solara.component
def StandingLevers(session: Session) -> None:
    """Show the levers that act every day, and who gave each its value."""
    parameters, errors = session.parameters.value, session.error_count.value
    with solara.Div(classes=["samizdat-section"]):
        solara.Div(children=[f"Every day{national(session)}"], classes=["samizdat-heading"])
        for name, label in everyday_labels().items():
            if name in parameters:
                Number(name, parameters[name], session.set, label, errors)
                if reason := why_idle(name, parameters):
                    solara.Div(children=[reason], classes=["samizdat-help"])
                Lines(session, lines_here(session, partial(_sets, name)))


def _sets(name: str, line: InForce) -> bool:
    """Whether a line is a setting of a parameter, the first of those that it sets."""
    return line.names[:1] == (name,) and line.source != BY_LAW


@solara.component
def Others(session: Session) -> None:
    """Show the settings in force of numbers that this panel shows nowhere else."""
    everyday = {lever_of(name) for name in everyday_labels()}
    shown = {*filter(gives_dated_orders, dated_levers()), "ban", *everyday}
    lines = lines_here(
        session,
        lambda line: bool(line.names) and line.lever not in shown and line.source != BY_LAW,
    )
    if lines:
        with solara.Div(classes=["samizdat-section"]):
            solara.Div(children=["Other changes in force"], classes=["samizdat-heading"])
            Lines(session, lines)


def national(session: Session) -> str:
    """Return what a heading adds where orders could be for one place, and these are not."""
    return ", in the whole country" if len(session.scenario.region_names) > 1 else ""
