"""`samizdat check`: whether a file is a scenario."""

from typing import Annotated

import typer


def check(
    file: Annotated[str, typer.Argument(help="A .toml file, or a shipped name.")],
) -> None:
    """Check a scenario file; say what world it describes, or the first thing that is wrong."""
    from samizdat.cli.options import load

    scenario = load(file)
    spec = scenario.spec
    typer.echo(
        f"{file}: a world of {spec.citizens:,} citizens in {len(spec.regions)} region(s), "
        f"{len(spec.platforms)} platform(s), {len(spec.timeline)} dated entries, "
        f"{scenario.steps_until():,} steps from {spec.start} to {spec.end}."
    )
