"""Options that several commands declare alike; how their text is read: `options`."""

from typing import Annotated

import typer

World = Annotated[str, typer.Argument(help="A shipped name or a .toml file.")]
Citizens = Annotated[str | None, typer.Option(help="How many, instead of the file's.")]
Seed = Annotated[int, typer.Option(help="Everything random follows from it.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a number; it beats the timeline."),
]
Regime = Annotated[
    str | None, typer.Option(help="Replace the regime: open, analog, networked, ban.")
]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="Last day, by default the scenario's.")
]
Threads = Annotated[int | None, typer.Option(help="By default one a core; the result is the same.")]


def given_besides(context: typer.Context, allowed: tuple[str, ...]) -> str | None:
    """Return what was given on the command line and is not allowed, as one would name it."""
    for name in context.params:
        given = context.get_parameter_source(name)
        if given is not None and given.name == "COMMANDLINE" and name not in allowed:
            return {"scenario": "a scenario", "setting": "--set"}.get(name, f"--{name}")
    return None
