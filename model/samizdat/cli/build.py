"""Building a simulation for a command; what takes long is reported on stderr."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from samizdat.cli import usage_error

if TYPE_CHECKING:
    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario
    from samizdat.society.graph import Graph

Notify = Callable[[str], None]


def build_simulation(
    scenario: "Scenario", seed: int, threads: int | None, graph: "Graph | None", notify: Notify
) -> "Simulation":
    """Build the simulation, or end with one line; report what takes long."""
    from samizdat.core.jit import is_compiled
    from samizdat.run.population_cache import check_memory, graph_of, traits_of
    from samizdat.run.simulation import Simulation

    def report(text: str) -> None:
        if notify is not no_output:
            typer.echo(text, err=True)

    if not is_compiled():
        notify("compiling the rules (first use only, about a minute)")
    try:
        check_memory(scenario, seed, threads, graph)
        # Simulation finds both in the cache; building them here first reports what takes long.
        graph = graph or graph_of(scenario, seed, threads, report)
        traits_of(scenario, seed, threads, report)
        return Simulation(scenario, seed, threads, graph)
    except ValueError as error:
        usage_error(error)
    except MemoryError:
        usage_error(f"citizens = {scenario.citizens}: more than the memory of this machine holds")


def no_output(_: object) -> None:
    """Print nothing: the ``notify`` of ``--quiet``."""
