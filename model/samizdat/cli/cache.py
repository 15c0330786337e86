"""`samizdat cache`: which populations are kept on disk."""

import datetime as dt
from typing import Annotated

import typer

from samizdat.cli import usage_error


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all of it.")] = False,
) -> None:
    """Show the populations kept on disk, or remove them; SAMIZDAT_CACHE_LIMIT says how much."""
    from samizdat.run.population_cache import store
    from samizdat.system.memory import in_words

    try:
        kept = store()
    except ValueError as error:
        usage_error(error)
    if clear:
        typer.echo(f"{in_words(kept.clear())} removed from {kept.folder}")
        return
    entries = kept.entries()
    total = in_words(sum(entry.bytes for entry in entries))
    typer.echo(f"{kept.folder}: {len(entries)} kept, {total} of at most {in_words(kept.limit)}")
    for entry in reversed(entries):
        used = dt.datetime.fromtimestamp(entry.used).strftime("%Y-%m-%d %H:%M")
        typer.echo(f"{in_words(entry.bytes):>10}  {used}  {entry.what}")
