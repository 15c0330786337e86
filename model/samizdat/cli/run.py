"""`samizdat run`: one run of one scenario."""

import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from samizdat.cli import usage_error
from samizdat.cli.build import people, silent
from samizdat.cli.declared import Citizens, Regime, Seed, Settings, Threads, Until, World
from samizdat.cli.resume import check_no_changes, take_up
from samizdat.system.interrupts import StopSwitch

DEFAULT_SCENARIO = "kazakhstan"


def run(
    context: typer.Context,
    scenario: World = (DEFAULT_SCENARIO),
    citizens: Citizens = None,
    seed: Seed = 1,
    setting: Settings = None,
    regime: Regime = None,
    until: Until = None,
    threads: Threads = None,
    graph: Annotated[
        Path | None, typer.Option(help="CSV or Parquet of ties: source,target[,kind].")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for manifest, tables, figures; default: none.")
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace an earlier run; resume though the source changed."),
    ] = False,
    checkpoint_every: Annotated[
        float | None,
        typer.Option(metavar="DAYS", help="Write what --resume goes on from, so often."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Go on with the run in that folder.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Tables only.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Run a scenario day by day; print its summary, and write it where --out says."""
    say = silent if quiet else typer.echo
    stop = StopSwitch()
    if resume is not None:
        check_no_changes(context)
        simulation, plan, record = take_up(resume, threads, force, checkpoint_every, say)
    else:
        world, plan, ties, record = _checked(
            scenario, citizens, seed, threads, setting or [], regime, until, graph, out, force,
            checkpoint_every,
        )  # fmt: skip
        say(
            f"{world.name}: {world.citizens:,} citizens, {plan.steps:,} steps from "
            f"{world.spec.start}, seed {seed}"
        )
        simulation = people(world, seed, threads, ties, say)
        if record:
            command = ["samizdat", *sys.argv[1:]]
            record.begin(simulation, command, str(graph.resolve()) if graph else None, plan)
    began = time.perf_counter()
    try:
        with _Progress(plan.steps, quiet, simulation.step_number) as show, stop:
            while simulation.step_number < plan.steps and not stop.asked:
                simulation.step()
                show(simulation)
                if record and not stop.asked:
                    record.after_step(simulation, time.perf_counter() - began)
        status = "complete" if simulation.step_number >= plan.steps else "interrupted"
    except Exception as error:
        if record:
            record.fail(error)
        raise
    seconds = time.perf_counter() - began
    if record:
        record.end(simulation, status, seconds)
        seconds += record.seconds_before
        if not no_figures and simulation.step_number:
            _draw(simulation, record.folder)
    if not quiet:
        _report(simulation, seconds, status)
        if record:
            say(f"Written to {record.folder}/")
            if status == "interrupted" and record.checkpoints:
                say(f"To go on: samizdat run --resume {shlex.quote(str(record.folder))}")
    if status == "interrupted":
        sys.exit(stop.exit_code)


def _checked(
    name: str,
    citizens: str | None,
    seed: int,
    threads: int | None,
    settings: list[str],
    regime: str | None,
    until: str | None,
    graph: Path | None,
    out: Path | None,
    force: bool,
    checkpoint_every: float | None,
) -> Any:
    """Check all that the user gave before anything is built or written."""
    from samizdat.cli.options import parse_date, world_of
    from samizdat.cli.resume import plan_of
    from samizdat.run.population_cache import check_memory
    from samizdat.run.simulation import check_call
    from samizdat.society.graphs import Graph

    scenario = world_of(name, regime, settings, citizens)
    try:
        check_call(seed, threads)
        days = scenario.steps_until(parse_date(until, "until") if until else None)
        if checkpoint_every is not None and out is None:
            usage_error("checkpoint-every needs a folder to write to: --out DIR")
        plan = plan_of(scenario, days, checkpoint_every)
        if graph is None:
            check_memory(scenario, seed, threads)
        ties = Graph.from_file(graph, scenario.citizens) if graph else None
        record = None
        if out is not None:
            from samizdat.run.records import RunRecord

            record = RunRecord(out, force=force)
    except ValueError as error:
        usage_error(error)
    return scenario, plan, ties, record


class _Progress:
    """A bar with date, postures and time left; plain lines where there is no terminal."""

    def __init__(self, steps: int, quiet: bool, done: int = 0) -> None:
        self.steps, self.quiet, self.before = steps, quiet, done
        self._bar: Any = None
        self._drawn = 0.0

    def __enter__(self) -> Callable[[Any], None]:
        if self.quiet or not sys.stderr.isatty():
            return self._line if not self.quiet else silent
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.fields[date]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:3.0f} %"),
            TextColumn("{task.fields[postures]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(
            "", total=self.steps, completed=self.before, date="", postures=""
        )
        self._bar.start()
        return self._move

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def _move(self, simulation: Any) -> None:
        now = time.monotonic()
        if now - self._drawn < 0.1 and simulation.step_number < self.steps:
            return
        self._drawn = now
        c = simulation.counts
        self._bar.update(
            self._task,
            completed=simulation.step_number,
            date=str(simulation.date),
            postures=f"self-censor {c['self_censor']:,} share {c['share']:,} "
            f"mobilise {c['mobilise']:,} held {c['detained']:,}",
        )

    def _line(self, simulation: Any) -> None:
        now = time.monotonic()
        if not self._drawn:
            self._drawn = self._start = now
        if now - self._drawn >= 10:
            self._drawn = now
            done = simulation.step_number / self.steps
            here = done - self.before / self.steps
            left = (now - self._start) * (1 - done) / here
            typer.echo(f"{simulation.date} {done:4.0%} about {left:.0f} s left", err=True)


def _draw(simulation: Any, folder: Path) -> None:
    from samizdat.figures import save_all

    scenario = simulation.scenario
    save_all(
        simulation.nation,
        simulation.regions,
        simulation.bands,
        folder / "figures",
        title=scenario.spec.title or scenario.name,
        caption=(
            f"{scenario.name}: {scenario.citizens:,} synthetic citizens, one run, "
            f"seed {simulation.seed}"
        ),
    )


def _report(simulation: Any, seconds: float, status: str) -> None:
    """Print the run: a table of its weeks, then what came of it."""
    from samizdat.cli.summary import lines

    for line in lines(simulation, seconds, status):
        typer.echo(line)
