"""`samizdat cache`: which populations and which compiled rules are stored on disk."""

import datetime as dt
from typing import Annotated

import typer

from samizdat.cli import usage_error


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all of them.")] = False,
) -> None:
    """List populations and compiled rules on disk, or remove them.

    SAMIZDAT_CACHE_LIMIT sets the limit of the populations.
    """
    from samizdat.core import compiled_cache
    from samizdat.core.jit import cache_root
    from samizdat.run.population_cache import disk_cache
    from samizdat.system.memory import in_words

    try:
        cached, root = disk_cache(), cache_root()
    except (ValueError, RuntimeError) as error:
        usage_error(error)
    if clear:
        typer.echo(f"{in_words(cached.clear())} removed from {cached.folder}")
        typer.echo(f"{in_words(compiled_cache.clear(root))} removed from {root}")
        return
    entries = cached.entries()
    total = in_words(sum(entry.bytes for entry in entries))
    limit = in_words(cached.limit)
    typer.echo(f"{cached.folder}: {len(entries)} cached, {total} of at most {limit}")
    for entry in reversed(entries):
        typer.echo(_line(in_words(entry.bytes), entry.used, entry.what))
    _list_compiled()


def _list_compiled() -> None:
    from samizdat.core.compiled_cache import LIMIT, versions
    from samizdat.core.jit import cache_folder
    from samizdat.system.memory import in_words

    own = cache_folder()
    found = versions(own.parent)
    total = in_words(sum(version.bytes for version in found))
    typer.echo(f"{own.parent}: {len(found)} compiled, {total} of at most {in_words(LIMIT)}")
    for version in reversed(found):
        whose = "this version" if version.folder == own else "another version"
        what = f"rules of {whose}, {version.folder.name}"
        typer.echo(_line(in_words(version.bytes), version.used, what))


def _line(size: str, used: float, what: str) -> str:
    when = dt.datetime.fromtimestamp(used).strftime("%Y-%m-%d %H:%M")
    return f"{size:>10}  {when}  {what}"
