"""`samizdat parameters`: every number that can be set."""

import shutil
import textwrap
from typing import Annotated

import typer

from samizdat.cli import refuse


def parameters(
    part: Annotated[
        str | None, typer.Argument(metavar="FILTER", help="Part of a name or of a meaning.")
    ] = None,
) -> None:
    """List name, default, range, unit, off value, meaning and source of every number."""
    from samizdat.numbers import NUMBERS

    found = {
        name: named
        for name, named in NUMBERS.items()
        if part is None or part.lower() in f"{name} {named.quantity.meaning}".lower()
    }
    if not found:
        refuse(f"parameters: nothing is called {part!r}; `samizdat parameters` lists all")
    width = max(60, shutil.get_terminal_size((100, 24)).columns)
    for name, (quantity, default, place) in found.items():
        shown = quantity.names[int(default)] if quantity.names else f"{default:g}"
        unit = "" if quantity.unit == "1" else f" {quantity.unit}"
        off = "" if quantity.off is None else f", off {quantity.off:g}"
        typer.echo(f"{name} = {shown}{unit}  [{quantity.allowed()}{off}]  ({place})")
        about = f"{quantity.meaning}. Source: {quantity.source}."
        typer.echo(textwrap.fill(about, width, initial_indent="    ", subsequent_indent="    "))
