"""The last day: what happened, what the visitor did, and what had come without it."""

from collections.abc import Callable
from typing import Any

import solara

from samizdat.page.ending_words import in_words, rows_of, what_orders_meant
from samizdat.page.guide import Guide
from samizdat.views.looks import day_in_words

NOTHING = (
    "You gave no order. The same random numbers would bring the same days again; pull a lever of "
    "the state, and see what changes."
)
ASIDE = (
    "Both runs have the same citizens and the same random numbers: whatever differs is the effect "
    "of your orders, in this one case. Another random seed may give another answer."
)


@solara.component_vue("../epilogue.vue")
def EpilogueCard(
    *,
    title: str,
    span: str,
    rows: list[dict[str, str]],
    second: bool,
    orders: list[str],
    nothing: str,
    worlds: str,
    aside: str,
    progress: str,
    step: int,
    steps: int,
    lever: str,
    link: str,
    event_again: Callable[[Any], None],
    event_lever: Callable[[Any], None],
    event_save: Callable[[Any], None],
    event_home: Callable[[Any], None],
    event_close: Callable[[Any], None],
) -> None:
    """Show the ending of a run.

    Parameters
    ----------
    second
        Whether there is, or will be, a second run without the orders.
    worlds
        How the two runs differ, in a sentence.
    progress
        How far the second run is; empty once it is done.
    lever
        What the button says that starts again with the levers in front.
    link
        The query of a link to the scenario; empty if there is none.
    """


@solara.component
def Epilogue(guide: Guide) -> None:
    """Show how the run ended, and offer to share it and to start again."""
    session, ending = guide.session, guide.ending.value
    if ending is None:
        return
    summary, other = ending.summary, ending.other
    worlds = progress = ""
    if other is not None:
        worlds = what_orders_meant(round(summary["person_days"]), round(other["person_days"]))
    elif ending.problem:
        worlds = ending.problem
    elif ending.orders:
        progress = (
            "The same citizens live the same days again, without your orders: day "
            f"{ending.step:,} of {ending.steps:,}."
        )

    def save() -> None:
        session.panel.set("download")
        guide.epilogue.set(False)

    EpilogueCard(
        title="How it ended",
        span=f"{session.scenario.spec.title or session.scenario.name}, "
        f"{day_in_words(ending.first)} to {day_in_words(ending.last)}.",
        rows=rows_of(summary, other),
        second=bool(ending.orders) and not ending.problem,
        orders=[in_words(order) for order in ending.orders],
        nothing=NOTHING,
        worlds=worlds,
        aside="" if ending.problem else ASIDE,
        progress=progress,
        step=ending.step,
        steps=ending.steps,
        lever="Try other orders" if ending.orders else "Try a lever of the state",
        link=session.choice.value.query() or "",
        event_again=lambda _=None: guide.start_again(),
        event_lever=lambda _=None: guide.try_lever(),
        event_save=lambda _=None: save(),
        event_home=lambda _=None: guide.open_home(),
        event_close=lambda _=None: guide.epilogue.set(False),
    )
