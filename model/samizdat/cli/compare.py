"""`samizdat compare`: one world under several regimes, with the same luck."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from samizdat.cli import usage_error
from samizdat.cli.declared import Citizens, World

# What is shown of each regime: heading, name in the summary, format.
_ROWS = (
    ("person-days in the street", "person_days", ",.0f"),
    ("most on one day", "peak_mobilised", ",.0f"),
    ("regions reached", "regions_reached", "d"),
    ("days above 3.5 %", "days_above_fall", ",g"),
    ("self-censoring, person-days", "self_censor_days", ",.0f"),
    ("open dissent, person-days", "open_dissent_days", ",.0f"),
    ("kept back of all", "self_censorship_gap", ".0%"),
    ("standing habit", "mean_latent_self_censor", ".1%"),
    ("arrests", "arrests", ",.0f"),
    ("most held at once", "peak_detained", ",.0f"),
    ("online at the end", "online_at_end", ",.0f"),
    ("trust online", "trust_online", ".3f"),
    ("trust offline", "trust_offline", ".3f"),
)
AS_IT_IS = "scenario"  # names the scenario's own regime


def compare(
    scenario: World = "kazakhstan",
    regime: Annotated[
        list[str] | None,
        typer.Option(help="Which; again for more. 'scenario' is its own. Default: all presets."),
    ] = None,
    citizens: Citizens = None,
    seed: Annotated[int, typer.Option(help="The luck that they share.")] = 1,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a number in all of them."),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Last day.")] = None,
    threads: Annotated[int | None, typer.Option(help="By default one a core.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for a run each, a table and a picture.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
) -> None:
    """Run a world under several regimes, citizen by citizen with the same draws; compare them."""
    from samizdat.regime.presets import PRESETS

    names = regime or list(PRESETS)
    if len(set(names)) != len(names):
        usage_error(f"regime: {', '.join(names)}: one is there twice")
    worlds, days, records = _checked(
        scenario, names, citizens, seed, threads, setting or [], until, out, force
    )
    from samizdat.cli.build import people, silent

    nations: dict[str, Any] = {}
    summaries: dict[str, dict[str, Any]] = {}
    for name, world in worlds.items():
        simulation = people(world, seed, threads, None, silent if quiet else typer.echo)
        began = time.perf_counter()
        if name in records:
            records[name].begin(simulation, ["samizdat", "compare", scenario, name], None)
        while simulation.step_number < days:
            simulation.step()
        seconds = time.perf_counter() - began
        if name in records:
            records[name].end(simulation, "complete", seconds)
        nations[name], summaries[name] = simulation.nation, simulation.summary
        if not quiet:
            typer.echo(f"{name}: {simulation.step_number:,} steps in {seconds:.1f} s")
    if not quiet:
        for line in _table(summaries):
            typer.echo(line)
    if out is not None:
        any_world = next(iter(worlds.values()))
        _write(out, nations, summaries, any_world, seed)
        if not quiet:
            typer.echo(f"Written to {out}/")


def _checked(
    name: str,
    regimes: list[str],
    citizens: str | None,
    seed: int,
    threads: int | None,
    settings: list[str],
    until: str | None,
    out: Path | None,
    force: bool,
) -> Any:
    """Check all that the user gave before anything runs."""
    from samizdat.cli.options import load, parse_date, parse_settings
    from samizdat.run.population_cache import check_memory
    from samizdat.run.records import RunRecord
    from samizdat.run.simulation import check_call

    scenario = load(name)
    values = parse_settings(settings)
    if citizens is not None:
        values["citizens"] = citizens.replace("_", "")
    try:
        check_call(seed, threads)
        worlds = {
            regime: (scenario if regime == AS_IT_IS else scenario.under(regime)).change(values)
            for regime in regimes
        }
        check_memory(next(iter(worlds.values())), seed, threads)
        days = scenario.steps_until(parse_date(until, "until") if until else None)
        records = {}
        if out is not None:
            RunRecord(out, force=force)
            records = {regime: RunRecord(out / regime, force=force) for regime in regimes}
    except ValueError as error:
        usage_error(error)
    return worlds, days, records


def _table(summaries: dict[str, dict[str, Any]]) -> list[str]:
    """Return the comparison, a line a measure and a column a regime."""
    lines = ["", " " * 30 + "".join(f"{name:>14}" for name in summaries)]
    for heading, key, shape in _ROWS:
        cells = [_cell(summary.get(key), shape) for summary in summaries.values()]
        lines.append(f"{heading:30}" + "".join(f"{cell:>14}" for cell in cells))
    fell = ["fell" if summary["fell"] else "survived" for summary in summaries.values()]
    lines.append(f"{'regime':30}" + "".join(f"{verdict:>14}" for verdict in fell))
    return lines


def _cell(value: Any, shape: str) -> str:
    return "-" if value is None else format(value, shape)


def _write(
    out: Path, nations: dict[str, Any], summaries: dict[str, dict[str, Any]], world: Any, seed: int
) -> None:
    """Write the comparison's table and picture."""
    import pandas as pd

    from samizdat.figures import save_regimes
    from samizdat.run.records import written_whole

    table = pd.DataFrame([{"regime": name, "seed": seed, **s} for name, s in summaries.items()])
    with written_whole(out / "compare.csv") as partial:
        table.to_csv(partial, index=False)
    save_regimes(
        nations,
        out / "figures",
        title=world.spec.title or world.name,
        caption=f"{world.name}: {world.citizens:,} synthetic citizens, one run a regime with the "
        f"same draws, seed {seed}",
    )
