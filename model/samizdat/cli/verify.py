"""`samizdat verify`: whether files are those that were written."""

from pathlib import Path
from typing import Annotated

import typer

from samizdat.cli import usage_error
from samizdat.cli.options import path_argument


def verify(
    folder: Annotated[Path, path_argument("Folder of a run, sweep, comparison or report.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Print what is wrong only.")] = False,
) -> int:
    """Compare every file of a folder with its digest; exit code 1 if any is damaged or missing."""
    from samizdat.batch.verify import verify as verified

    try:
        found = verified(folder)
    except ValueError as error:
        usage_error(error)
    for line in found.wrong:
        typer.echo(line)
    if not quiet:
        for line in found.notes:
            typer.echo(f"note: {line}")
        verdict = "sound" if found.sound else f"{len(found.wrong):,} damaged or missing"
        files = f"{found.checked:,} file{'s' if found.checked != 1 else ''}"
        typer.echo(f"{folder}: {files} compared, {verdict}")
    return 0 if found.sound else 1
