"""`samizdat compact`: rewrite a sweep's many parts as few."""

from pathlib import Path
from typing import Annotated

import typer

from samizdat.cli import usage_error
from samizdat.cli.options import path_argument


def compact(
    folder: Annotated[Path, path_argument("The folder of a sweep.")],
) -> None:
    """Rewrite the parts of a sweep as few large ones, verified; an interruption loses nothing."""
    from samizdat.batch.folder import compact as compacted

    try:
        found = compacted(folder)
    except ValueError as error:
        usage_error(error)
    for name in found.moved:
        typer.echo(f"{name} was damaged and is set aside; sweep again to repeat its runs")
    typer.echo(f"{found.rows:,} runs in {found.after:,} part(s), before in {found.before:,}")
