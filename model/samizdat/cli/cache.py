"""`samizdat cache`: which populations are cached on disk."""

import datetime as dt
from typing import Annotated

import typer

from samizdat.cli import usage_error


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all of them.")] = False,
) -> None:
    """List the populations cached on disk, or remove them; SAMIZDAT_CACHE_LIMIT sets the limit."""
    from samizdat.run.population_cache import disk_cache
    from samizdat.system.memory import in_words

    try:
        cached = disk_cache()
    except ValueError as error:
        usage_error(error)
    if clear:
        typer.echo(f"{in_words(cached.clear())} removed from {cached.folder}")
        return
    entries = cached.entries()
    total = in_words(sum(entry.bytes for entry in entries))
    limit = in_words(cached.limit)
    typer.echo(f"{cached.folder}: {len(entries)} cached, {total} of at most {limit}")
    for entry in reversed(entries):
        used = dt.datetime.fromtimestamp(entry.used).strftime("%Y-%m-%d %H:%M")
        typer.echo(f"{in_words(entry.bytes):>10}  {used}  {entry.what}")
