"""`samizdat check`: whether a file is a scenario."""

from typing import Annotated

import typer


def check(
    file: Annotated[str, typer.Argument(help="A .toml file, or a shipped name.")],
) -> None:
    """Check a scenario file; say what world it describes, or the first thing that is wrong."""
    from samizdat.cli.options import load

    scenario = load(file)
    world = scenario.world
    typer.echo(
        f"{file}: a world of {world.citizens:,} citizens in {len(world.regions)} region(s), "
        f"{len(world.platforms)} platform(s), {len(world.timeline)} dated entries, "
        f"{scenario.steps_until():,} steps from {world.start} to {world.end}."
    )
