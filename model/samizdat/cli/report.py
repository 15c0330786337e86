"""`samizdat report`: what a sweep found."""

from pathlib import Path
from typing import Annotated

import typer

from samizdat.cli import usage_error
from samizdat.cli.options import path_argument, path_option

_ROWS = 24


def report(
    folder: Annotated[Path, path_argument("The folder of a sweep.")],
    out: Annotated[Path | None, path_option("Folder of the report (default: DIR/report).")] = None,
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Report the runs that are not damaged.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
) -> None:
    """Write tables, figures and a page of what a sweep has found so far."""
    from samizdat.batch.experiment import UntilHalfWidth
    from samizdat.batch.results import read_results
    from samizdat.report.sensitivity import format_ranking
    from samizdat.report.wide import lines, wide
    from samizdat.report.write import write_findings
    from samizdat.system.manifests import COMPLETE

    try:
        results = read_results(folder)
        found = write_findings(results, out, skip_damaged=skip_damaged)
    except ValueError as error:
        usage_error(error)
    if quiet:
        return
    typer.echo(results.experiment.question)
    done = len(results.table)
    asks = isinstance(results.experiment.replicates, UntilHalfWidth)
    open_end = asks and results.manifest.get("status") != COMPLETE  # it may ask for more
    left = " (not complete)" if open_end or done != results.planned else ""
    typer.echo(f"{done:,} of {results.planned:,} runs{left}, {len(results.failed):,} failed.")
    for name in results.damaged:
        typer.echo(f"samizdat: skipped a damaged part: {name}", err=True)
    typer.echo("")
    for line in lines(wide(found.finished, found.table, _ROWS)):
        typer.echo(line)
    typer.echo("(mean [95 % interval] of n runs)")
    if found.sensitivity:
        for line in [*format_ranking(found.sensitivity), *found.sensitivity.notes]:
            typer.echo(line)
    typer.echo(f"Written to {found.page}")
