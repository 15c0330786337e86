"""Options that several commands share: how they are declared, and how their text is read."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from samizdat.cli import usage_error
from samizdat.core.quantity import format_value
from samizdat.system.paths import PathError, outside_path

if TYPE_CHECKING:
    from samizdat.scenario.scenario import Scenario

ScenarioArgument = Annotated[
    str, typer.Argument(help="Name of a shipped scenario, or a .toml file.")
]
CitizensOption = Annotated[
    str | None, typer.Option(help="Number of citizens (default: as in the scenario).")
]
SeedOption = Annotated[int, typer.Option(help="Random seed.")]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a parameter (repeat for several); overrides the timeline.",
    ),
]
RegimeOption = Annotated[
    str | None,
    typer.Option(help="Preset that replaces the scenario's regime: open, analog, networked, ban."),
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Last day (default: the scenario's last).")
]
ThreadsOption = Annotated[
    int | None,
    typer.Option(help="Number of threads (default: one per core); does not change results."),
]


def path_from(text: str) -> Path:
    """Read a path of the command line, as `outside_path` does."""
    try:
        return outside_path(text)
    except PathError as error:
        raise typer.BadParameter(str(error)) from None


def path_option(about: str, metavar: str = "DIR") -> Any:
    """Return an option whose value is a path."""
    return typer.Option(help=about, metavar=metavar, parser=path_from)


def path_argument(about: str, metavar: str = "DIR") -> Any:
    """Return an argument that is a path."""
    return typer.Argument(help=about, metavar=metavar, parser=path_from)


def option_outside(context: typer.Context, allowed: tuple[str, ...]) -> str | None:
    """Return an option that the user gave and that is not allowed here, as she would write it."""
    for name in context.params:
        given = context.get_parameter_source(name)
        if given is not None and given.name == "COMMANDLINE" and name not in allowed:
            return {"scenario": "a scenario", "setting": "--set"}.get(name, f"--{name}")
    return None


def load_scenario(name: str) -> "Scenario":
    """Load a scenario, or end with one line."""
    from samizdat.scenario.scenario import Scenario
    from samizdat.scenario.schema import ScenarioError

    try:
        return Scenario.load(name)
    except ScenarioError as error:
        return usage_error(error)


def scenario_from(
    name: str, regime: str | None, settings: list[str], citizens: str | None
) -> "Scenario":
    """Return a scenario with the regime, settings and size asked for, or end with one line."""
    from samizdat.scenario.schema import ScenarioError

    scenario = load_scenario(name)
    values = read_settings(settings, citizens)
    try:
        return (scenario if regime is None else scenario.under(regime)).change(values)
    except ScenarioError as error:
        return usage_error(error)


def read_settings(settings: list[str], citizens: str | None = None) -> dict[str, str]:
    """Read KEY=VALUE pairs and ``--citizens``; the values are still text."""
    values = parse_settings(settings)
    if citizens is not None:
        values["citizens"] = citizens.replace("_", "")
    return values


def parse_settings(settings: list[str]) -> dict[str, str]:
    """Read KEY=VALUE pairs; a key given twice is an error."""
    values: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip() or not value.strip():
            usage_error(f"--set {format_value(setting)}: write KEY=VALUE, as in attention.beta=0.1")
        if key.strip() in values:
            usage_error(f"--set {key.strip()} is given twice")
        values[key.strip()] = value.strip()
    return values


def parse_date(text: str, option: str) -> dt.date:
    """Read a date of the form 2014-03-01."""
    from samizdat.scenario.dates import day_from

    try:
        return day_from(text)
    except ValueError as error:
        return usage_error(f"{option} = {error}")


def steps_asked(scenario: "Scenario", until: str | None) -> int:
    """Return the number of steps up to the day of ``--until``.

    Raises
    ------
    ScenarioError
        If that day is outside the scenario.
    """
    return scenario.steps_until(parse_date(until, "until") if until else None)
