"""Building a simulation for a command; what takes long is reported on stderr."""

from typing import Any

import typer

from samizdat.cli import usage_error


def people(world: Any, seed: int, threads: int | None, ties: Any, say: Any) -> Any:
    """Build the simulation; say so where that takes a while."""
    from samizdat.core.jit import cache_folder
    from samizdat.run.population_cache import check_memory, graph_of, traits_of
    from samizdat.run.simulation import Simulation

    def note(text: str) -> None:
        if say is not silent:
            typer.echo(text, err=True)

    if not cache_folder().exists():
        say("compiling the rules, once; about a minute")
    try:
        check_memory(world, seed, threads, ties)
        # The simulation will find them in memory; here one is told what takes long.
        ties = ties or graph_of(world, seed, threads, note)
        traits_of(world, seed, threads, note)
        return Simulation(world, seed, threads, ties)
    except ValueError as error:
        usage_error(error)
    except MemoryError:
        usage_error(f"citizens = {world.citizens}: more than the memory of this machine holds")


def silent(_: object) -> None:
    """Say nothing."""
