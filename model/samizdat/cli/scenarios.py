"""`samizdat scenarios`: the scenarios that come with the package."""

from typing import Annotated

import typer

from samizdat.cli import usage_error
from samizdat.core.quantity import format_value


def scenarios(
    action: Annotated[str | None, typer.Argument(help="show: print a scenario's file.")] = None,
    name: Annotated[str | None, typer.Argument(help="Name of a shipped scenario.")] = None,
) -> None:
    """List the shipped scenarios; `scenarios show NAME` prints the file of one."""
    from samizdat.scenario.scenario import Scenario
    from samizdat.scenario.schema import ScenarioError
    from samizdat.scenario.shipped import shipped, shipped_text

    if action is None:
        names = shipped()
        width = max(map(len, names))
        for each in names:
            spec = Scenario.load(each).spec
            typer.echo(
                f"{each:{width}}  {spec.start} ... {spec.end}  {spec.citizens:>9,} citizens, "
                f"{len(spec.regions)} regions  {spec.title}"
            )
        return
    if action != "show" or name is None:
        usage_error(
            f"scenarios {format_value(action)}: write `samizdat scenarios` or "
            "`samizdat scenarios show NAME`"
        )
    try:
        typer.echo(shipped_text(str(name)), nl=False)
    except ScenarioError as error:
        usage_error(error)
