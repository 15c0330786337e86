"""Beside the picture: the days as lines, the twin, and why a citizen did what she did."""

import solara

from samizdat.page.labels import lever_phrase
from samizdat.page.session import Session
from samizdat.page.widgets import Button, Entry, Picture, Select, data_of
from samizdat.regime.levers import LEVERS

LONGEST = 18  # digits of a number of a citizen


@solara.component
def Series(session: Session) -> None:
    """Show the days so far, the twin's too."""
    Picture(
        src=data_of(session.series.value),
        alt="Series: how many citizens did what, day by day",
        event_size=lambda room: session.painter.resize("series", room["width"], room["height"]),
    )


@solara.component
def Compared(session: Session) -> None:
    """Choose a lever to do without in a second world, and say what that changes."""
    options = [
        ("", "no second world"),
        *(
            (name, f"the same luck without {lever_phrase(name)}: {lever.claim}")
            for name, lever in LEVERS.items()
        ),
    ]
    Select(
        "Compare with", options, session.lever.value or "",
        lambda lever: session.compare(lever or None),
    )  # fmt: skip
    status = session.status.value
    if status.catching_up >= 0:
        told = f"The second world catches up: day {status.catching_up} of {status.step}."
    else:
        told = session.lesson.value
    if told and session.lever.value:
        solara.Div(children=[told], classes=["samizdat-lesson"])


@solara.component
def Why(session: Session) -> None:
    """Tell the days of a citizen, the last first."""
    citizen = session.citizen.value

    def asked(text: str) -> None:
        plain = text.replace(",", "")
        if not plain.isdecimal() or len(plain) > LONGEST:
            session.refuse(f"citizen = {text[:LONGEST]!r} is not a number of a citizen")
            return
        session.ask_why(int(plain))

    with solara.Div(classes=["samizdat-row"]):
        Entry(
            label="Ask a citizen why: her number",
            value="" if citizen is None else str(citizen),
            event_typed=asked,
            kind="samizdat-why-who",
            refusals=session.refusals.value,
        )
        if citizen is not None:
            Button("close", lambda: session.ask_why(None))
    with solara.Div(classes=["samizdat-why"]):
        if citizen is None:
            solara.Div(
                children=["Click on a citizen in the picture, or type her number."],
                classes=["samizdat-help"],
            )
        elif not session.account.value:
            solara.Div(children=["Her account begins with the next day."])
        for day in _days(session.account.value if citizen is not None else ()):
            with solara.Div(classes=["samizdat-day"]):
                solara.Div(children=[day[0]], classes=["samizdat-day-head"])
                for line in day[1:]:
                    solara.Div(children=[line.strip()], classes=["samizdat-day-line"])


def _days(lines: tuple[str, ...]) -> list[list[str]]:
    """Put the lines of a day together, the last day first."""
    days: list[list[str]] = []
    for line in lines:
        if line.startswith(" ") and days:
            days[-1].append(line)
        else:
            days.append([line])
    return days[::-1][:30]
