"""`samizdat sweep`: runs an experiment file; given again, it continues."""

import datetime as dt
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from samizdat.cli import usage_error
from samizdat.cli.options import path_argument, path_option
from samizdat.core.quantity import format_value
from samizdat.system.manifests import COMPLETE, FAILED, INTERRUPTED

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from samizdat.batch.dispatch import Tally
    from samizdat.batch.plan import SweepPlan
    from samizdat.batch.sweep import Ended, Shard


def sweep(
    file: Annotated[Path, path_argument("The experiment, a .toml file.", "FILE")],
    out: Annotated[
        Path | None,
        path_option("Folder of the sweep (default: results/NAME, by the name of the file)."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(help="Number of processes; 1: only this one (default: one per core)."),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Address of a dask scheduler, or 'local' to start one."
        ),
    ] = None,
    insecure: Annotated[
        bool,
        typer.Option(
            "--insecure", help="Allow tcp:// to another machine, and 'local' without TLS."
        ),
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Run only the I-th of N parts of the runs, as in 2/8."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Estimate time, memory and disk; write nothing.")
    ] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Continue after a run that failed.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Run the small form of the file, in results/NAME/quick.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
) -> None:
    """Run an experiment: every replicate of every point, each saved as soon as it is done.

    The same command, given again, continues an unfinished sweep.
    """
    from samizdat.batch.experiment import Experiment
    from samizdat.batch.folder import default_folder
    from samizdat.batch.plan import SweepPlan
    from samizdat.batch.sweep import check_jobs, run_sweep
    from samizdat.system.interrupts import StopSwitch

    stop = StopSwitch(twice=True)
    try:
        if jobs is not None:
            check_jobs(jobs)
        part = _shard_of(shard)
        if dask is not None and jobs is not None and dask != "local":
            usage_error("jobs: a dask cluster has its own workers")
        experiment = Experiment.load(file, quick=quick)
        folder = default_folder(experiment) if out is None else out
        plan = SweepPlan.of(experiment)
        if dry_run:
            _print_estimate(plan, folder, jobs)
            return
        workers = None
        with stop, _Progress(quiet) as progress:
            if dask is not None:
                from samizdat.batch.cluster import Dask, connect

                client = connect(dask, jobs, insecure=insecure)
                workers = Dask(client, own=True) if dask == "local" else Dask(client)
            try:
                ended = run_sweep(
                    plan, folder, workers, jobs=jobs, shard=part, keep_going=keep_going,
                    stop=stop, notify=progress.notify, progress=progress,
                )  # fmt: skip
            finally:
                if workers is not None:
                    workers.close()
    except ValueError as error:
        usage_error(error)
    if not quiet:
        _print_end(ended, folder)
    sys.exit(_exit_code(ended))


def _shard_of(text: str | None) -> "Shard | None":
    from samizdat.batch.sweep import Shard

    if text is None:
        return None
    index, slash, count = text.partition("/")
    if not (slash and index.isdecimal() and count.isdecimal()):
        usage_error(f"shard = {format_value(text)}: write I/N, as in 2/8")
    if not 1 <= int(index) <= int(count) <= 100_000:
        usage_error(f"shard = {text} is not a part of 1/{count} ... {count}/{count}")
    return Shard(int(index), int(count))


def _exit_code(ended: "Ended") -> int:
    if ended.status == INTERRUPTED:
        return int(ended.exit_code)
    return 1 if ended.failed else 0


def _print_estimate(plan: "SweepPlan", folder: Path, jobs: int | None) -> None:
    """Print what the sweep would take, from a run that is timed."""
    from samizdat.batch.capacity import Capacity
    from samizdat.batch.parts import unfinished
    from samizdat.batch.plan import LONGEST, estimate
    from samizdat.system.files import disk_free
    from samizdat.system.memory import in_words

    design = plan.runs(plan.first_counts)
    runs = int(design["RunId"].nunique())
    left = len(unfinished(design, folder))
    found = estimate(plan, left, plan.experiment.resources.threads or 1)
    fits = Capacity.of(plan, jobs, max(1, left))
    count = fits.processes
    seconds = left * found.seconds_per_run / min(count, fits.cores)
    until = plan.experiment.replicates
    more = "" if isinstance(until, int) else f", at most {until.max:,} replicates a point"
    cut = f" (timed for {LONGEST:.0f} s of it)" if found.cut_short else ""
    lines = [
        ("question", plan.experiment.question),
        ("points", f"{len(plan.points):,}"),
        ("runs", f"{runs:,}{more}; {left:,} to do"),
        ("one run", f"{_time(found.seconds_per_run)}{cut}"),
        ("all runs", f"about {_time(seconds)} ({seconds / 3600:.2g} h) with {count} process(es)"),
        ("memory", f"{in_words(fits.need)} a process, {in_words(fits.room)} available"),
        ("disk", f"about {in_words(found.disk)}, {in_words(disk_free(folder))} free"),
        ("folder", f"{folder}/"),
    ]
    for heading, text in lines:
        typer.echo(f"{heading:10}{text}")


def _time(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 0.1 else f"{seconds * 1000:.3g} ms"


def _print_end(ended: "Ended", folder: Path) -> None:
    typer.echo(
        f"{ended.status.capitalize()}: {ended.finished:,} of {ended.planned:,} runs are done"
        f"{f', {ended.failed:,} failed' if ended.failed else ''}. Written to {folder}/"
    )
    if ended.trouble:
        typer.echo(ended.trouble.rstrip(), err=True)
    if ended.status in (INTERRUPTED, FAILED):
        typer.echo(f"To continue, give the same command again: samizdat {shlex.join(sys.argv[1:])}")
    elif ended.status == COMPLETE:
        typer.echo(f"Tables and figures: samizdat report {shlex.quote(str(folder))}")


class _Progress:
    """A bar with rate, failures and time left; plain lines where there is no terminal."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._printed_at = time.monotonic()

    def __enter__(self) -> "_Progress":
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("runs"), BarColumn(bar_width=None), MofNCompleteColumn(),
                TextColumn("{task.fields[text]}"), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def notify(self, text: str) -> None:
        """Print a line, above the bar where there is one."""
        if self._quiet:
            return
        if self._bar:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            typer.echo(text, err=True)

    def __call__(self, tally: "Tally") -> None:
        if self._quiet:
            return
        left = "?" if tally.left is None else str(dt.timedelta(seconds=round(tally.left)))
        failed = f", {tally.failed:,} failed" if tally.failed else ""
        text = f"{tally.rate:.3g} a second{failed}, {left} left"
        if self._bar:
            if self._task is None:
                self._task = self._bar.add_task("", total=tally.total, text=text)
            self._bar.update(self._task, completed=tally.done, total=tally.total, text=text)
        elif time.monotonic() - self._printed_at >= 10:
            self._printed_at = time.monotonic()
            typer.echo(f"{tally.done:,} of {tally.total:,} runs, {text}", err=True)
