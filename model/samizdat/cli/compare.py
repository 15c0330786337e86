"""`samizdat compare`: one scenario under several regimes, with common random numbers."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from samizdat.cli import usage_error
from samizdat.cli.options import (
    CitizensOption,
    ScenarioArgument,
    ThreadsOption,
    UntilOption,
    path_option,
)
from samizdat.cli.percent import format_percent

if TYPE_CHECKING:
    import pandas as pd

    from samizdat.run.records import RunRecord
    from samizdat.scenario.scenario import Scenario

# What is shown of each regime: heading, name in the summary, format (%: of citizens or of a whole).
_ROWS = (
    ("turnout, person-days", "person_days", ",.0f"),
    ("peak turnout", "peak_mobilised", ",.0f"),
    ("regions reached", "regions_reached", "d"),
    ("days above 3.5 %", "days_above_fall", ",g"),
    ("self-censorship, person-days", "self_censor_days", ",.0f"),
    ("open dissent, person-days", "open_dissent_days", ",.0f"),
    ("dissent withheld", "self_censorship_gap", "0%"),
    ("latent self-censorship", "mean_latent_self_censor", "1%"),
    ("arrests", "arrests", ",.0f"),
    ("peak detained", "peak_detained", ",.0f"),
    ("online at the end", "online_at_end", ",.0f"),
    ("trust online", "trust_online", ".3f"),
    ("trust offline", "trust_offline", ".3f"),
)
SCENARIO_REGIME = "scenario"  # names the scenario's own regime


def compare(
    scenario: ScenarioArgument = "kazakhstan",
    regime: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Regime to include (repeat for several); 'scenario' is the scenario's own."
            " Default: all presets.",
        ),
    ] = None,
    citizens: CitizensOption = None,
    seed: Annotated[int, typer.Option(help="Random seed used for every regime.")] = 1,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a parameter under every regime."),
    ] = None,
    until: UntilOption = None,
    threads: ThreadsOption = None,
    out: Annotated[
        Path | None,
        path_option(
            "Folder for one run per regime, a table and a figure; the same command given again"
            " goes on."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace earlier results.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
) -> None:
    """Run a scenario under several regimes with common random numbers, and compare the outcomes."""
    from samizdat.cli.build import Notify, build_simulation, no_output
    from samizdat.regime.presets import PRESETS

    notify: Notify = no_output if quiet else typer.echo
    names = regime or list(PRESETS)
    for name in names:
        if names.count(name) > 1:
            usage_error(f"regime: {name} is listed twice")
    worlds, steps, records = _check_options(
        scenario, names, citizens, seed, threads, setting or [], until, out, force
    )
    nations: dict[str, pd.DataFrame] = {}
    summaries: dict[str, dict[str, Any]] = {}
    for name, world in worlds.items():
        simulation = build_simulation(world, seed, threads, None, notify)
        began = time.perf_counter()
        if name in records:
            records[name].begin(simulation, ["samizdat", "compare", scenario, name], None)
        while simulation.step_number < steps:
            simulation.step()
        seconds = time.perf_counter() - began
        if name in records:
            records[name].end(simulation, "complete", seconds)
        nations[name], summaries[name] = simulation.nation, simulation.summary
        notify(f"{name}: {simulation.step_number:,} steps in {seconds:.1f} s")
    for line in _table(summaries):
        notify(line)
    if out is not None:
        _write(out, nations, summaries, next(iter(worlds.values())), seed)
        notify(f"Written to {out}/")


def _check_options(
    name: str,
    regimes: list[str],
    citizens: str | None,
    seed: int,
    threads: int | None,
    settings: list[str],
    until: str | None,
    out: Path | None,
    force: bool,
) -> "tuple[dict[str, Scenario], int, dict[str, RunRecord]]":
    """Check all options before anything runs; return scenarios by regime, steps and folders."""
    from samizdat.cli.options import load_scenario, read_settings, steps_asked
    from samizdat.run.arguments import check_call
    from samizdat.run.population_cache import check_memory
    from samizdat.run.records import RunRecord

    scenario = load_scenario(name)
    values = read_settings(settings, citizens)
    try:
        check_call(seed, threads)
        worlds = {
            regime: (scenario if regime == SCENARIO_REGIME else scenario.under(regime)).change(
                values
            )
            for regime in regimes
        }
        check_memory(next(iter(worlds.values())), seed, threads)
        steps = steps_asked(scenario, until)
        records = {}
        if out is not None:
            RunRecord(out, force=force)
            records = {regime: RunRecord(out / regime, force=force) for regime in regimes}
    except ValueError as error:
        usage_error(error)
    return worlds, steps, records


def _table(summaries: dict[str, dict[str, Any]]) -> list[str]:
    """Return the comparison, a line per measure and a column per regime."""
    lines = ["", " " * 30 + "".join(f"{name:>14}" for name in summaries)]
    for heading, key, shape in _ROWS:
        cells = [_format_cell(summary.get(key), shape) for summary in summaries.values()]
        lines.append(f"{heading:30}" + "".join(f"{cell:>14}" for cell in cells))
    fell = ["fell" if summary["fell"] else "survived" for summary in summaries.values()]
    lines.append(f"{'regime':30}" + "".join(f"{verdict:>14}" for verdict in fell))
    return lines


def _format_cell(value: float | None, shape: str) -> str:
    if value is None:
        return "-"
    if shape.endswith("%"):
        return format_percent(value, int(shape.removesuffix("%")))
    return format(value, shape)


def _write(
    out: Path,
    nations: "dict[str, pd.DataFrame]",
    summaries: dict[str, dict[str, Any]],
    scenario: "Scenario",
    seed: int,
) -> None:
    """Write the table and the figure of the comparison."""
    import pandas as pd

    from samizdat.figures import save_regimes
    from samizdat.system.files import atomic_write

    table = pd.DataFrame([{"regime": name, "seed": seed, **s} for name, s in summaries.items()])
    with atomic_write(out / "compare.csv") as partial:
        table.to_csv(partial, index=False)
    save_regimes(
        nations,
        out / "figures",
        title=scenario.spec.title or scenario.name,
        caption=f"{scenario.name}: {scenario.citizens:,} synthetic citizens, one run per regime "
        f"with common random numbers, seed {seed}",
    )
