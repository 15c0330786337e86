"""`samizdat parameters`: every parameter that can be set."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from samizdat.cli import usage_error
from samizdat.core.quantity import format_value

if TYPE_CHECKING:
    from samizdat.scenario.registry import RegistryEntry

# Where each kind of parameter stands in a scenario file, in the order of the tables.
_TABLES = {
    "parameters": "The citizens' rules, `[parameters.GROUP]`",
    "regime": "The levers of the state, `[regime]` and `[regime.LEVER]`",
    "world": "The nation, at the top of the file",
    "population": "The population, `[population]`",
    "graph": "The graph, `[graph]`",
    "adoption": "The adoption curve, `[adoption]`",
}
_HEADS = ("name", "default", "range", "unit", "off", "meaning", "source")


def parameters(
    part: Annotated[
        str | None, typer.Argument(metavar="FILTER", help="Part of a name or of a meaning.")
    ] = None,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="As Markdown tables, one for each group.")
    ] = False,
) -> None:
    """List name, default, range, unit, off value, meaning and source of every parameter."""
    from samizdat.scenario.registry import REGISTRY

    found = {
        name: entry
        for name, entry in REGISTRY.items()
        if part is None or part.lower() in f"{name} {entry.quantity.meaning}".lower()
    }
    if not found:
        usage_error(
            f"parameters: nothing is called {format_value(part)}; `samizdat parameters` lists all"
        )
    for line in markdown(found) if as_markdown else text(found):
        typer.echo(line)


def text(entries: "Mapping[str, RegistryEntry]") -> Iterator[str]:
    """Yield the parameters for a terminal, at least two lines for each."""
    width = max(60, shutil.get_terminal_size((100, 24)).columns)
    for name, (quantity, default, group) in entries.items():
        unit = "" if quantity.unit == "1" else f" {quantity.unit}"
        off = "" if quantity.off is None else f", off {quantity.off:g}"
        value = _value(default, quantity.names)
        yield f"{name} = {value}{unit}  [{quantity.allowed()}{off}]  ({group})"
        about = f"{quantity.meaning}. Source: {quantity.source}."
        yield textwrap.fill(about, width, initial_indent="    ", subsequent_indent="    ")


def markdown(entries: "Mapping[str, RegistryEntry]") -> Iterator[str]:
    """Yield the parameters as Markdown, a table for each group; no empty line first or last."""
    between = False
    for group, title in _TABLES.items():
        here = {name: entry for name, entry in entries.items() if entry.group == group}
        if not here:
            continue
        if between:
            yield ""
        between = True
        yield f"**{title}**"
        yield ""
        yield _row(_HEADS)
        yield _row("---" for _ in _HEADS)
        for name, (quantity, default, _) in here.items():
            yield _row(
                (
                    f"`{name}`",
                    _value(default, quantity.names),
                    quantity.allowed(),
                    "" if quantity.unit == "1" else quantity.unit,
                    "" if quantity.off is None else f"{quantity.off:g}",
                    quantity.meaning,
                    quantity.source,
                )
            )


def _value(default: float, names: tuple[str, ...]) -> str:
    return names[int(default)] if names else f"{default:g}"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
