"""`samizdat run`: one run of one scenario."""

import shlex
import sys
import time
from collections.abc import Callable
from functools import partial
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
    path_option,
)
from samizdat.cli.pictures import Pictures
from samizdat.cli.resume import check_no_changes, resume_run
from samizdat.system.interrupts import StopSwitch
from samizdat.system.manifests import COMPLETE, INTERRUPTED

if TYPE_CHECKING:
    from rich.progress import Progress

    from samizdat.run.records import RunPlan, RunRecord
    from samizdat.run.repeat import Asked
    from samizdat.run.simulation import Simulation

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
        path_option("CSV or Parquet file of ties, with columns source,target[,kind].", "FILE"),
    ] = None,
    out: Annotated[
        Path | None,
        path_option(
            "Folder for manifest, tables and figures (default: write nothing); the same command"
            " given again goes on."
        ),
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
    resume: Annotated[Path | None, path_option("Resume the run in this folder.")] = None,
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
    else:
        asked, plan, record = _check_options(
            scenario, citizens, seed, threads, setting or [], regime, until, graph, out, force,
            checkpoint_every,
        )  # fmt: skip
        resume = out if record is None else None  # it holds this run already
    if resume is not None:
        if not no_figures:
            _draw_what_is_missing(resume, notify)
        simulation, plan, record = resume_run(resume, threads, force, checkpoint_every, notify)
    else:
        world = asked.scenario
        notify(
            f"{world.name}: {world.citizens:,} citizens, {plan.steps:,} steps from "
            f"{world.spec.start}, seed {seed}"
        )
        if asked.ties is not None:
            notify(f"{graph}: {asked.ties.in_words}")
        simulation = build_simulation(world, seed, threads, asked.ties, notify)
        if record:
            command = ["samizdat", *sys.argv[1:]]
            record.begin(simulation, command, str(graph.resolve()) if graph else None, plan)
    pictures = Pictures(record.folder) if record else None
    stop = StopSwitch()
    with stop:
        status, seconds = _advance(simulation, plan, record, stop, quiet)
        if record and pictures:
            drawn = not no_figures and simulation.step_number > 0
            draw = partial(pictures.draw, simulation) if drawn else None
            record.end(simulation, status, seconds, draw)
            seconds += record.seconds_before
    if not quiet:
        _report(simulation, seconds, status)
        if record:
            notify(f"Written to {record.folder}/")
            if status == INTERRUPTED and record.checkpoints:
                notify(f"To resume: samizdat run --resume {shlex.quote(str(record.folder))}")
    if pictures and pictures.problem:
        usage_error(pictures.problem)
    if status == INTERRUPTED:
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
) -> "tuple[Asked, RunPlan, RunRecord | None]":
    """Check all options before anything is built or written.

    With ``out``, no record means that the folder holds this run already.
    """
    from samizdat.cli.options import scenario_from, steps_asked
    from samizdat.cli.resume import run_plan
    from samizdat.run.arguments import check_call
    from samizdat.run.population_cache import check_memory
    from samizdat.run.repeat import Asked

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
        asked = Asked(scenario, seed, steps, ties)
        return asked, plan, _record(out, asked, plan, force=force) if out else None
    except ValueError as error:
        usage_error(error)


def _record(out: Path, asked: "Asked", plan: "RunPlan", *, force: bool) -> "RunRecord | None":
    """Return the record of a new run in a folder; None if the folder holds this run already."""
    from samizdat.run.records import RunRecord, bytes_needed, earlier_manifest
    from samizdat.run.repeat import difference

    earlier = None if force else earlier_manifest(out)
    if earlier is not None:
        other = difference(earlier, asked)
        if other is None:
            return None
        usage_error(
            f"out = {out}: the folder is not empty, it holds another run: {other} "
            "(--force replaces)"
        )
    return RunRecord(out, force=force, size=bytes_needed(asked.scenario, plan))


def _draw_what_is_missing(folder: Path, notify: Notify) -> None:
    """Draw the figures of a complete run from its tables, if they could not be drawn then."""
    from samizdat.run.records import RunRecord, earlier_manifest
    from samizdat.scenario.scenario import Scenario
    from samizdat.system.files import FolderLock

    manifest, pictures = earlier_manifest(folder), Pictures(folder)
    drawn = manifest is None or not manifest.get("figures_missing")
    if manifest is None or drawn or manifest["status"] != COMPLETE:
        return
    lock = FolderLock(folder)
    try:
        scenario = Scenario.from_table(manifest["scenario"], manifest["scenario_name"])
        RunRecord(folder, resume=True).add_figures(pictures.draw_again(scenario, manifest))
    except ValueError as error:
        usage_error(error)
    finally:
        lock.release()
    if pictures.problem:
        usage_error(pictures.problem)
    notify(f"{folder}: the figures are drawn")


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
        with _RunProgress(plan.steps, quiet, simulation.step_number) as show:
            while simulation.step_number < plan.steps and not stop.asked:
                simulation.step()
                show(simulation)
                if record and not stop.asked:
                    record.after_step(simulation, time.perf_counter() - began)
    except Exception as error:
        if record:
            record.fail(error)
        raise
    status = COMPLETE if simulation.step_number >= plan.steps else INTERRUPTED
    return status, time.perf_counter() - began


class _RunProgress:
    """A progress bar with date, postures and time left; plain lines outside a terminal."""

    def __init__(self, steps: int, quiet: bool, done: int = 0) -> None:
        self.steps, self.quiet, self.before = steps, quiet, done
        self._bar: Progress | None = None
        self._drawn = 0.0
        self._first: tuple[float, int] | None = None  # when the first step was done, and its number

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
        now, done = time.monotonic(), simulation.step_number
        if self._first is None:  # it may have been compiled, so it tells nothing of the others
            self._first, self._drawn = (now, done), now
        began, first = self._first
        if now - self._drawn >= 10 and done > first:
            self._drawn = now
            left = (now - began) / (done - first) * (self.steps - done)
            typer.echo(
                f"{simulation.date} {done / self.steps:4.0%} about {left:.0f} s left", err=True
            )


def _report(simulation: "Simulation", seconds: float, status: str) -> None:
    """Print the table of the run, then its summary."""
    from samizdat.cli.summary import lines

    for line in lines(simulation, seconds, status):
        typer.echo(line)
