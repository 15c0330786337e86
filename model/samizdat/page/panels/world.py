"""Which world to begin with, and every number of it."""

from dataclasses import replace

import solara

from samizdat.mesa_model import seed_from
from samizdat.page.choice import REGIMES, Choice, citizens_from
from samizdat.page.session import Session
from samizdat.page.sliders import groups
from samizdat.page.widgets import Button, Entry, Expander, Number, Select
from samizdat.scenario.shipped import shipped

_REGIMES = {
    "scenario": "as the scenario has it",
    "open": "open: no lever at all",
    "analog": "analog: television and police",
    "networked": "networked: watches, blocks, serves",
    "ban": "ban: platforms forbidden",
}


@solara.component
def World(session: Session) -> None:
    """Choose the world; it begins with the button."""
    choice, draft = session.choice.value, session.draft.value
    refusals = session.refusals.value
    names = shipped() if choice.scenario in shipped() else [choice.scenario, *shipped()]
    solara.Div(children=["These take effect with a new start."], classes=["samizdat-help"])
    Select(
        "Scenario",
        [(name, name.replace("_", " ")) for name in names],
        draft.scenario,
        lambda name: session.draft.set(Choice(name, seed=session.draft.value.seed)),
    )

    def typed(field: str, text: str) -> None:
        try:
            value = (
                seed_from(text)
                if field == "seed"
                else None if text == "" else citizens_from(text)
            )  # fmt: skip
        except ValueError as problem:
            session.refuse(str(problem))
            return
        session.problem.set("")
        session.draft.set(replace(session.draft.value, **{field: value}))

    own = replace(draft, citizens=None)
    Entry(
        label="Citizens",
        value=f"{draft.citizens or _citizens(own):,}",
        event_typed=lambda text: typed("citizens", text),
        kind="samizdat-citizens",
        refusals=refusals,
    )
    Entry(
        label="Seed: the luck of the run",
        value=str(draft.seed),
        event_typed=lambda text: typed("seed", text),
        kind="samizdat-seed",
        refusals=refusals,
    )
    Select(
        "Regime",
        [(name, _REGIMES.get(name, name)) for name in REGIMES],
        draft.regime,
        lambda name: session.draft.set(replace(session.draft.value, regime=name)),
    )
    Button(
        "Start this world",
        lambda: session.choose(session.draft.value, playing=True),
        kind="samizdat-main",
    )
    solara.Div(children=["Numbers of the new start"], classes=["samizdat-heading"])

    def change(name: str, value: float | str) -> None:
        drafted = session.draft.value
        changed = replace(drafted, values={**drafted.values, name: value})
        try:
            changed.world()
        except ValueError as problem:
            session.refuse(str(problem))
            return
        session.problem.set("")
        session.draft.set(changed)

    parameters = dict(_numbers(draft))
    for title, members in groups(live=False).items():
        Expander(
            title,
            lambda members=members: [
                Number(name, parameters[name], change, refusals=refusals) for name in members
            ],
        )


@solara.component
def Numbers(session: Session) -> None:
    """Every number that can change while the world runs."""
    solara.Div(children=["These take effect on the next day."], classes=["samizdat-help"])
    for title, members in groups(live=True).items():
        Expander(title, lambda members=members: Live(session, members))


@solara.component
def Live(session: Session, members: list[str]) -> None:
    """Show some numbers as they are in force."""
    parameters, refusals = session.parameters.value, session.refusals.value
    with solara.Div():
        for name in members:
            if name in parameters:
                Number(name, parameters[name], session.set, refusals=refusals)


def _citizens(choice: Choice) -> int:
    try:
        return choice.world().citizens
    except ValueError:
        return 0


def _numbers(choice: Choice) -> dict[str, float]:
    try:
        return dict(choice.world().parameters)
    except ValueError:
        return dict(Choice().world().parameters)
