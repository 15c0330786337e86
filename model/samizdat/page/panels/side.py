"""Beside the picture: the time series, the twin, and why a citizen acted as she did."""

from typing import NamedTuple

import solara

from samizdat.page.labels import lever_phrase
from samizdat.page.scenes import SceneWidget
from samizdat.page.session import Session
from samizdat.page.widgets import Button, Select, TextField
from samizdat.regime.levers import LEVERS

MOST_DIGITS = 18  # of the number of a citizen
DAYS_SHOWN = 30


class DayLines(NamedTuple):
    """The account of one day: its heading, and the lines below it."""

    heading: str
    lines: list[str]


@solara.component
def SeriesPanel(session: Session) -> None:
    """Show the time series so far."""
    SceneWidget(
        slot_name="series",
        alt="Series: how many citizens did what, day by day",
    )


@solara.component
def ComparePanel(session: Session) -> None:
    """Select the lever that a second run does without, and show what that changes."""
    options = [
        ("", "no second run"),
        *((name, f"the same random numbers, without {lever_phrase(name)}") for name in LEVERS),
    ]
    Select(
        "Compare with", options, session.lever.value or "",
        lambda lever: session.compare(lever or None),
    )  # fmt: skip
    if not session.lever.value:
        return
    status = session.status.value
    text = session.comparison.value
    if status.catching_up >= 0:
        text = f"The second run is at day {status.catching_up:,} of {status.step:,}."
    if text:
        solara.Div(children=[text], classes=["samizdat-comparison"])


@solara.component
def WhyPanel(session: Session) -> None:
    """Show the account of a citizen's days, the last day first."""
    citizen = session.citizen.value

    def typed(text: str) -> None:
        plain = text.replace(",", "")
        if not plain.isdecimal() or len(plain) > MOST_DIGITS:
            session.show_error(f"citizen = {text[:MOST_DIGITS]!r} is not a number of a citizen")
            return
        session.watch(int(plain))

    with solara.Div(classes=["samizdat-row"]):
        TextField(
            label="Why did she? Number of a citizen",
            value="" if citizen is None else str(citizen),
            event_typed=typed,
            kind="samizdat-why-who",
            error_count=session.error_count.value,
        )
        if citizen is not None:
            Button("close", lambda: session.watch(None))
    with solara.Div(classes=["samizdat-why"]):
        if citizen is None:
            solara.Div(
                children=["Click on a citizen in the picture, or type her number."],
                classes=["samizdat-help"],
            )
            return
        if not session.account.value:
            solara.Div(children=["Her account begins with the next day."])
        for day in days_of(session.account.value):
            with solara.Div(classes=["samizdat-day"]):
                solara.Div(children=[day.heading], classes=["samizdat-day-head"])
                for line in day.lines:
                    solara.Div(children=[line.strip()], classes=["samizdat-day-line"])


def days_of(account: tuple[str, ...]) -> list[DayLines]:
    """Group the lines of an account by day, the last day first; indented lines belong to a day."""
    days: list[DayLines] = []
    for line in account:
        if line.startswith(" ") and days:
            days[-1].lines.append(line)
        else:
            days.append(DayLines(line, []))
    return days[::-1][:DAYS_SHOWN]
