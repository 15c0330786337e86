"""The bar of days under the picture: back and forth over all days done, event by event."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import solara

from samizdat.page.marks import Mark, ticks_of
from samizdat.page.session import Session
from samizdat.page.widgets import Button

EPOCH = dt.date(1970, 1, 1)


@solara.component_vue("../time_bar.vue")
def DaysSlider(
    *,
    step: int,
    steps: int,
    farthest: int,
    seeking: int,
    marks: list[dict[str, Any]],
    ticks: list[tuple[int, str]],
    start: int,
    step_days: float,
    disabled: bool,
    event_seek: Callable[[int], None],
) -> None:
    """Show a slider over the days of a scenario, with events and interventions on it.

    Parameters
    ----------
    step, steps, farthest, seeking
        As in `status.Status`.
    marks
        `marks.Mark` as dictionaries.
    ticks
        Where a date is named, and how.
    start
        The scenario's first day, in days since 1970.
    event_seek
        Called with the number of steps of the day that the visitor wants to see.
    """


@solara.component
def TimeBar(session: Session) -> None:
    """Show the bar of days with its buttons, and the warning before the past is changed."""
    status, clock = session.status.value, session.clock
    marks = clock.marks.value
    scenario = session.scenario
    ticks = solara.use_memo(lambda: ticks_of(scenario), [scenario])
    ready = status.phase == "ready"
    with solara.Div(classes=["samizdat-days"]):
        BranchWarning(session)
        if clock.listed.value:
            MarkList(session)
        DaysSlider(
            step=status.step,
            steps=max(1, status.steps),
            farthest=status.farthest,
            seeking=status.seeking,
            marks=[mark._asdict() for mark in marks],
            ticks=ticks,
            start=(scenario.spec.start - EPOCH).days,
            step_days=float(scenario.spec.step_days),
            disabled=not ready,
            event_seek=clock.seek,
        )
        with solara.Div(classes=["samizdat-row samizdat-wrap samizdat-days-row"]):
            Button(
                "Next event",
                session.engine.seek_moment,
                disabled=not ready or status.finished,
                hint="Go on to the next day on which something begins, or people begin to act",
            )
            Button(
                f"What happened ({len(marks):,})",
                lambda: clock.listed.set(not clock.listed.value),
                down=clock.listed.value,
                disabled=not marks,
                hint="List the events and interventions so far; each leads to its first day",
            )
            if status.seeking >= 0:
                Button("Stop here", session.engine.pause, hint="Show the day that is reached")
            elif status.in_the_past:
                Button(
                    "Last day done",
                    lambda: clock.seek(status.farthest),
                    hint="Show the last day that is done",
                )
            solara.Div(children=[_where(session)], classes=["samizdat-help"])


@solara.component
def MarkList(session: Session) -> None:
    """List events and interventions, each as a button that leads to its first day."""
    clock = session.clock
    with solara.Div(
        classes=["samizdat-marks"], attributes={"role": "group", "aria-label": "What happened"}
    ):
        for mark in clock.marks.value:
            MarkButton(mark, lambda mark=mark: clock.go_to_mark(mark))


@solara.component
def MarkButton(mark: Mark, on_click: Callable[[], None]) -> None:
    """Show an event or intervention as a button."""
    own = " (your order)" if mark.own else ""
    solara.Button(
        children=[
            solara.Div(classes=["samizdat-chip"], style={"background": mark.colour}),
            f"{mark.title}{own}: {mark.dates}",
        ],
        on_click=on_click,
        text=True,
        classes=["samizdat-mark-line"],
    )


@solara.component_vue("../branch_warning.vue")
def BranchQuestion(
    *,
    order: str,
    forgotten: str,
    event_branch: Callable[[object], None],
    event_cancel: Callable[[object], None],
) -> None:
    """Ask whether days may be forgotten; Escape cancels.

    Parameters
    ----------
    order
        What it is that would change them.
    forgotten
        How many days are, or which day is.
    """


@solara.component
def BranchWarning(session: Session) -> None:
    """Ask before an order changes days that are done."""
    waiting = session.clock.warning.value
    if waiting is None:
        return
    one = waiting.days == 1
    BranchQuestion(
        order=waiting.name,
        forgotten="the day after is" if one else f"the {waiting.days:,} days after are",
        event_branch=lambda _: session.branch(),
        event_cancel=lambda _: session.cancel_order(),
    )


def _where(session: Session) -> str:
    status = session.status.value
    if status.seeking >= 0:
        return f"Going to day {status.seeking:,}; every day is simulated."
    if status.in_the_past:
        later = status.farthest - status.step
        return f"An earlier day: {later:,} later {'day is' if later == 1 else 'days are'} done."
    return ""
