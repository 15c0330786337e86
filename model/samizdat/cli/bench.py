"""`samizdat bench`: how fast the model runs on this machine (half a minute, once compiled)."""

from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer

from samizdat.cli import usage_error

if TYPE_CHECKING:
    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario

# Nothing runs in January 2016; in `town` up to a third are aware and a quarter speak.
QUIET = """
base = "land_protests"
start = 2016-01-01
end = 2016-02-29
"""
KINDS = {"quiet day": range(2, 12), "town's busy days": range(16, 40)}
RUNS = 3


def bench(
    citizens: Annotated[int, typer.Option(help="Number of citizens.")] = (200_000),
    threads: Annotated[
        int | None, typer.Option(help="Largest number of threads to time (default: one per core).")
    ] = None,
) -> None:
    """Time a quiet day and busy days, relative to copying the same number of bytes."""
    import os

    from samizdat.run.arguments import check_call
    from samizdat.scenario.schema import ScenarioError
    from samizdat.system.roofline import Timing, bytes_touched, copy_seconds, describe_machine

    most = len(os.sched_getaffinity(0)) if threads is None else threads
    try:
        check_call(1, threads)
        worlds = _worlds(citizens)
        typer.echo(f"{describe_machine()}; {citizens:,} citizens, medians of {RUNS} runs")
        seen, last = _time_runs(worlds, sorted({1, most}))
    except ScenarioError as error:
        usage_error(error)
    touched = bytes_touched().total
    for (name, t), times in seen.items():
        copied = copy_seconds(touched * citizens, t).median / citizens * 1e9
        ns = Timing.of(times)
        typer.echo(
            f"  {name:17} {t:3} thread(s) {ns.median:7.1f} ns per citizen ({ns.least:.1f} ..."
            f" {ns.most:.1f}), {ns.median / copied:5.1f} x copying {touched:.0f} bytes"
        )
    typer.echo(_format_room(last))


def _worlds(citizens: int) -> "dict[str, Scenario]":
    from samizdat.scenario.scenario import Scenario

    return {
        "quiet day": Scenario.parse(QUIET, "quiet").change({"citizens": citizens}),
        "town's busy days": Scenario.load("town").change({"citizens": citizens}),
    }


def _time_runs(
    worlds: "dict[str, Scenario]", threads: list[int]
) -> "tuple[dict[tuple[str, int], list[float]], Simulation]":
    """Return nanoseconds per citizen of each run, by kind of day and threads; and the last run."""
    from samizdat.run.simulation import Simulation
    from samizdat.system.roofline import step_seconds

    typer.echo("compiling, and drawing graphs and populations ...")
    seen: dict[tuple[str, int], list[float]] = {}
    for name, world in worlds.items():
        days, graph = KINDS[name], None
        for _ in range(RUNS):
            for t in threads:
                simulation = Simulation(world, threads=t, graph=graph)
                graph = simulation.graph
                times = step_seconds(simulation, days.stop)[days.start :]
                seen.setdefault((name, t), []).append(median(times) / world.citizens * 1e9)
    return seen, simulation


def _format_room(simulation: "Simulation") -> str:
    """Return a line on how many citizens like these fit into the free memory."""
    from samizdat.system.memory import available, in_words, largest

    degree, (free, whose) = simulation.graph.mean_degree, available()
    return (
        f"{in_words(free)} ({whose}) would hold about {largest(free, degree):,} citizens with"
        f" {degree:.0f} ties each."
    )
