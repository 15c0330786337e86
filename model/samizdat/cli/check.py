"""`samizdat check`: whether a file is a valid scenario."""

from typing import Annotated

import typer


def check(
    file: Annotated[str, typer.Argument(help="A .toml file, or the name of a shipped scenario.")],
) -> None:
    """Check a scenario file; summarise it, or say what is wrong in it.

    A note names a setting that is allowed and can do nothing, and says why.
    """
    from samizdat.cli.options import load_scenario
    from samizdat.run.arrivals import may_arrive

    scenario = load_scenario(file)
    spec = scenario.spec
    typer.echo(
        f"{file}: a world of {spec.citizens:,} citizens in {len(spec.regions)} region(s), "
        f"{len(spec.platforms)} platform(s), {len(spec.timeline)} dated entries, "
        f"{scenario.steps_until():,} steps from {spec.start} to {spec.end}."
    )
    if may_arrive(scenario):
        typer.echo("Grievances arrive by rule, besides dated ones (arrivals.mu).")
    if spec.ladder:
        rungs = "; ".join(f"{rung.label}, at {rung.at:g}" for rung in spec.ladder)
        typer.echo(f"Laws by threat: {rungs}.")
    for note in scenario.notes():
        typer.echo(f"note: {note}")
