"""The scenario to start with, and all its parameters."""

from collections.abc import Callable

import solara

from samizdat.mesa_model import seed_from
from samizdat.page.choice import REGIMES, Choice, citizens_from
from samizdat.page.session import Session
from samizdat.page.sliders import groups
from samizdat.page.standing import blockable, standing_block, with_standing
from samizdat.page.widgets import Button, Expander, Number, Select, TextField
from samizdat.scenario.shipped import shipped
from samizdat.text.catalogue import plain

_REGIMES = {
    "scenario": "as in the scenario",
    "open": "open: no lever at all",
    "analog": "analog: television and police",
    "networked": "networked: surveillance, blocks and e-government",
    "ban": "ban: platforms are forbidden",
}


@solara.component
def WorldPanel(session: Session) -> None:
    """Choose a scenario, its size, seed, regime and parameters; a button starts it."""
    choice, draft = session.choice.value, session.draft.value
    errors = session.error_count.value
    names = shipped() if choice.scenario in shipped() else [choice.scenario, *shipped()]
    solara.Div(children=["Changes take effect on the next start."], classes=["samizdat-help"])
    Select(
        "Scenario",
        [(name, name.replace("_", " ")) for name in names],
        draft.scenario,
        lambda name: session.draft.set(Choice(name, seed=session.draft.value.seed)),
    )

    def changed(new: Choice) -> None:
        session.problem.set("")
        session.draft.set(new)

    def citizens_typed(text: str) -> None:
        try:
            citizens = None if text == "" else citizens_from(text)
        except ValueError as problem:
            session.show_error(str(problem))
            return
        changed(session.draft.value.other(citizens=citizens))

    def seed_typed(text: str) -> None:
        try:
            seed = seed_from(text)
        except ValueError as problem:
            session.show_error(str(problem))
            return
        changed(session.draft.value.other(seed=seed))

    default = draft.other(citizens=None)
    TextField(
        label="Citizens",
        value=f"{draft.citizens or _citizens(default):,}",
        event_typed=citizens_typed,
        kind="samizdat-citizens",
        error_count=errors,
    )
    TextField(
        label="Random seed",
        value=str(draft.seed),
        event_typed=seed_typed,
        kind="samizdat-seed",
        error_count=errors,
    )
    Select(
        "Regime",
        [(name, _REGIMES.get(name, name)) for name in REGIMES],
        draft.regime,
        lambda name: session.draft.set(session.draft.value.other(regime=name)),
    )
    StandingChoice(session, changed)
    Button(
        "Start",
        lambda: session.start_run(session.draft.value, playing=True),
        kind="samizdat-main",
    )
    solara.Div(children=["Parameters of the next start"], classes=["samizdat-heading"])

    def parameter_set(name: str, value: float | str) -> None:
        drafted = session.draft.value
        new = drafted.other(values={**drafted.values, name: value})
        try:
            new.load()
        except ValueError as problem:
            session.show_error(str(problem))
            return
        changed(new)

    InertNotes(draft)
    parameters = dict(_parameters(draft))
    for title, members in groups(live=False).items():
        Expander(
            title,
            lambda members=members: [
                Number(name, parameters[name], parameter_set, "", errors) for name in members
            ],
        )


@solara.component
def StandingChoice(session: Session, changed: Callable[[Choice], None]) -> None:
    """Choose what is blocked from the first day of the next run."""
    try:
        world = session.draft.value.load()
    except ValueError:
        return
    names = blockable(world)
    if not names:
        return

    def toggled(name: str) -> None:
        try:
            changed(with_standing(session.draft.value, name))
        except ValueError as problem:
            session.show_error(str(problem))

    solara.Div(children=["Blocked from the first day"], classes=["samizdat-heading"])
    with solara.Div(classes=["samizdat-choices", "samizdat-wrap", "samizdat-standing"]):
        for name in names:
            Button(
                plain(name), lambda name=name: toggled(name),
                down=name in standing_block(world), kind="samizdat-harsh",
                hint="Blocked for those without a VPN, from the first day of the next run",
            )  # fmt: skip


@solara.component
def InertNotes(draft: Choice) -> None:
    """Name the settings of the next run that can do nothing, a line each."""
    for note in solara.use_memo(lambda: _notes(draft), [draft]):
        solara.Div(children=[note], classes=["samizdat-help"])


@solara.component
def ParametersPanel(session: Session) -> None:
    """Show every parameter that can change during a run."""
    solara.Div(children=["Changes take effect on the next day."], classes=["samizdat-help"])
    for title, members in groups(live=True).items():
        Expander(title, lambda members=members: LiveParameters(session, members))


@solara.component
def LiveParameters(session: Session, members: list[str]) -> None:
    """Show some parameters with the values in force."""
    parameters, errors = session.parameters.value, session.error_count.value
    with solara.Div():
        for name in members:
            if name in parameters:
                Number(name, parameters[name], session.set, "", errors)


def _citizens(choice: Choice) -> int:
    try:
        return choice.load().citizens
    except ValueError:
        return 0


def _parameters(choice: Choice) -> dict[str, float]:
    try:
        return dict(choice.load().parameters)
    except ValueError:
        return dict(Choice().load().parameters)


def _notes(choice: Choice) -> list[str]:
    try:
        return choice.load().notes()
    except ValueError:
        return []
