"""`samizdat run`: one run of one scenario."""

import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from samizdat.cli import usage_error
from samizdat.cli.build import Notify, build_simulation, no_output
from samizdat.cli.graph_file import read_graph
from samizdat.cli.options import (
    CitizensOption,
    RegimeOption,
    ScenarioArgument,
    SeedOption,
    SettingsOption,
    ThreadsOption,
    UntilOption,
)
from samizdat.cli.resume import check_no_changes, resume_run
from samizdat.system.interrupts import StopSwitch

if TYPE_CHECKING:
    from rich.progress import Progress

    from samizdat.run.records import RunPlan, RunRecord
    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario
    from samizdat.society.graphs import Graph

DEFAULT_SCENARIO = "kazakhstan"


def run(
    context: typer.Context,
    scenario: ScenarioArgument = (DEFAULT_SCENARIO),
    citizens: CitizensOption = None,
    seed: SeedOption = 1,
    setting: SettingsOption = None,
    regime: RegimeOption = None,
    until: UntilOption = None,
    threads: ThreadsOption = None,
    graph: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet file of ties, with columns source,target[,kind]."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for manifest, tables and figures (default: write nothing)."),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Replace an earlier run; resume even if the model's source changed."
        ),
    ] = False,
    checkpoint_every: Annotated[
        float | None,
        typer.Option(metavar="DAYS", help="Interval between checkpoints, for --resume."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Resume the run in this folder.")
    ] = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Write tables only.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print no progress and no summary.")
    ] = False,
) -> None:
    """Run a scenario day by day, print a summary, and write results to --out."""
    notify: Notify = no_output if quiet else typer.echo
    record: RunRecord | None
    if resume is not None:
        check_no_changes(context)
        simulation, plan, record = resume_run(resume, threads, force, checkpoint_every, notify)
    else:
        world, plan, ties, record = _check_options(
            scenario, citizens, seed, threads, setting or [], regime, until, graph, out, force,
            checkpoint_every,
        )  # fmt: skip
        notify(
            f"{world.name}: {world.citizens:,} citizens, {plan.steps:,} steps from "
            f"{world.spec.start}, seed {seed}"
        )
        if ties is not None:
            notify(f"{graph}: {ties.in_words}")
        simulation = build_simulation(world, seed, threads, ties, notify)
        if record:
            command = ["samizdat", *sys.argv[1:]]
            record.begin(simulation, command, str(graph.resolve()) if graph else None, plan)
    stop = StopSwitch()
    status, seconds = _advance(simulation, plan, record, stop, quiet)
    if record:
        record.end(simulation, status, seconds)
        seconds += record.seconds_before
        if not no_figures and simulation.step_number:
            _draw(simulation, record.folder)
    if not quiet:
        _report(simulation, seconds, status)
        if record:
            notify(f"Written to {record.folder}/")
            if status == "interrupted" and record.checkpoints:
                notify(f"To resume: samizdat run --resume {shlex.quote(str(record.folder))}")
    if status == "interrupted":
        sys.exit(stop.exit_code)


def _check_options(
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
) -> "tuple[Scenario, RunPlan, Graph | None, RunRecord | None]":
    """Check all options before anything is built or written."""
    from samizdat.cli.options import scenario_from, steps_asked
    from samizdat.cli.resume import run_plan
    from samizdat.run.arguments import check_call
    from samizdat.run.population_cache import check_memory

    scenario = scenario_from(name, regime, settings, citizens)
    try:
        check_call(seed, threads)
        steps = steps_asked(scenario, until)
        if checkpoint_every is not None and out is None:
            usage_error("checkpoint-every needs a folder to write to: --out DIR")
        plan = run_plan(scenario, steps, checkpoint_every)
        if graph is None:
            check_memory(scenario, seed, threads)
        stated = citizens is not None or any(each.split("=")[0] == "citizens" for each in settings)
        ties = None if graph is None else read_graph(graph, scenario, stated)
        record = None
        if out is not None:
            from samizdat.run.records import RunRecord

            record = RunRecord(out, force=force)
    except ValueError as error:
        usage_error(error)
    return scenario, plan, ties, record


def _advance(
    simulation: "Simulation",
    plan: "RunPlan",
    record: "RunRecord | None",
    stop: StopSwitch,
    quiet: bool,
) -> tuple[str, float]:
    """Take the steps of the plan, or those before a signal; return status and seconds."""
    began = time.perf_counter()
    try:
        with _RunProgress(plan.steps, quiet, simulation.step_number) as show, stop:
            while simulation.step_number < plan.steps and not stop.asked:
                simulation.step()
                show(simulation)
                if record and not stop.asked:
                    record.after_step(simulation, time.perf_counter() - began)
    except Exception as error:
        if record:
            record.fail(error)
        raise
    status = "complete" if simulation.step_number >= plan.steps else "interrupted"
    return status, time.perf_counter() - began


class _RunProgress:
    """A progress bar with date, postures and time left; plain lines outside a terminal."""

    def __init__(self, steps: int, quiet: bool, done: int = 0) -> None:
        self.steps, self.quiet, self.before = steps, quiet, done
        self._bar: Progress | None = None
        self._drawn = 0.0

    def __enter__(self) -> "Callable[[Simulation], None]":
        if self.quiet or not sys.stderr.isatty():
            return self._line if not self.quiet else no_output
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

    def _move(self, simulation: "Simulation") -> None:
        now = time.monotonic()
        if self._bar is None or (now - self._drawn < 0.1 and simulation.step_number < self.steps):
            return
        self._drawn = now
        c = simulation.counts
        self._bar.update(
            self._task,
            completed=simulation.step_number,
            date=str(simulation.date),
            postures=f"self-censor {c['self_censor']:,} share {c['share']:,} "
            f"mobilise {c['mobilise']:,} detained {c['detained']:,}",
        )

    def _line(self, simulation: "Simulation") -> None:
        now = time.monotonic()
        if not self._drawn:
            self._drawn = self._start = now
        if now - self._drawn >= 10:
            self._drawn = now
            done = simulation.step_number / self.steps
            here = done - self.before / self.steps
            left = (now - self._start) * (1 - done) / here
            typer.echo(f"{simulation.date} {done:4.0%} about {left:.0f} s left", err=True)


def _draw(simulation: "Simulation", folder: Path) -> None:
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


def _report(simulation: "Simulation", seconds: float, status: str) -> None:
    """Print the table of the run, then its summary."""
    from samizdat.cli.summary import lines

    for line in lines(simulation, seconds, status):
        typer.echo(line)
