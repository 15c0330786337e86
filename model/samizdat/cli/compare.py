"""`samizdat compare`: one scenario under several regimes, with common random numbers."""

import sys
import time
from collections.abc import Mapping, Sequence
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
from samizdat.system.interrupts import StopSwitch

if TYPE_CHECKING:
    from samizdat.cli.build import Notify
    from samizdat.cli.comparison import ComparisonFolder, RegimeOutcome
    from samizdat.run.simulation import Simulation
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
    from samizdat.cli.build import build_simulation, no_output
    from samizdat.regime.presets import PRESETS

    notify: Notify = no_output if quiet else typer.echo
    names = regime or list(PRESETS)
    for name in names:
        if names.count(name) > 1:
            usage_error(f"regime: {name} is listed twice")
    worlds, steps, folder = _check_options(
        scenario, names, citizens, seed, threads, setting or [], until, out, force
    )
    outcomes: dict[str, RegimeOutcome] = {}
    try:
        if folder and folder.complete:
            for line in _table({name: folder.outcome(name).summary for name in worlds}):
                notify(line)
            notify(f"{out}: the comparison is complete; nothing to do")
            return
        if folder:
            folder.begin()
        with StopSwitch() as stop:
            for name, world in worlds.items():
                if folder and folder.records[name] is None:
                    outcomes[name] = folder.outcome(name)
                    notify(f"{name}: done before, {steps:,} steps")
                    continue
                simulation = build_simulation(world, seed, threads, None, notify)
                outcomes[name] = _run(simulation, steps, name, scenario, folder, stop, notify)
        for line in _table({name: each.summary for name, each in outcomes.items()}):
            notify(line)
        if folder:
            folder.write(outcomes)
            notify(f"Written to {out}/")
    except MemoryError as error:
        if folder is None or len(outcomes) < len(worlds):
            raise
        usage_error(
            f"{out}: runs and table are complete, the figure could not be drawn (out of memory: "
            f"{error}); the same command again draws it"
        )
    except ValueError as error:
        usage_error(error)
    finally:
        if folder:
            folder.release()


def _run(
    simulation: "Simulation",
    steps: int,
    name: str,
    scenario: str,
    folder: "ComparisonFolder | None",
    stop: StopSwitch,
    notify: "Notify",
) -> "RegimeOutcome":
    """Run one regime, and write it if there is a folder; end the command after a signal."""
    from samizdat.cli.comparison import RegimeOutcome
    from samizdat.system.manifests import COMPLETE, INTERRUPTED

    began = time.perf_counter()
    record = folder.records[name] if folder else None
    if record and folder:
        record.begin(simulation, ["samizdat", "compare", scenario, name], None, steps=steps)
    try:
        while simulation.step_number < steps and not stop():
            simulation.step()
    except Exception as error:
        if record:
            record.fail(error)
        raise
    seconds = time.perf_counter() - began
    if record:
        whole = simulation.step_number == steps
        record.end(simulation, COMPLETE if whole else INTERRUPTED, seconds)
    if stop():
        again = "; to go on, give the same command again" if record else ""
        typer.echo(f"samizdat: interrupted{again}", err=True)
        sys.exit(stop.exit_code)
    notify(f"{name}: {simulation.step_number:,} steps in {seconds:.1f} s")
    return RegimeOutcome(simulation.nation, simulation.summary)


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
) -> "tuple[dict[str, Scenario], int, ComparisonFolder | None]":
    """Check all options before anything runs; return scenarios by regime, steps and the folder."""
    from samizdat.cli.comparison import ComparisonFolder
    from samizdat.cli.options import load_scenario, read_settings, steps_asked
    from samizdat.run.arguments import check_call
    from samizdat.run.population_cache import check_memory

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
        folder = None
        if out is not None:
            folder = ComparisonFolder(out, worlds, seed, steps, force=force)
    except ValueError as error:
        usage_error(error)
    return worlds, steps, folder


def _table(summaries: dict[str, dict[str, Any]]) -> list[str]:
    """Return the comparison, a line per measure and a column per regime."""
    lines = ["", " " * 30 + "".join(f"{name:>14}" for name in summaries)]
    for heading, key, shape in _ROWS:
        cells = [_format_cell(summary.get(key), shape) for summary in summaries.values()]
        lines.append(f"{heading:30}" + "".join(f"{cell:>14}" for cell in cells))
    if any("laws" in summary for summary in summaries.values()):
        cells = [_reached(summary.get("laws", ())) for summary in summaries.values()]
        lines.append(f"{'laws by threat, reached':30}" + "".join(f"{cell:>14}" for cell in cells))
    fell = ["fell" if summary["fell"] else "survived" for summary in summaries.values()]
    lines.append(f"{'regime':30}" + "".join(f"{verdict:>14}" for verdict in fell))
    return lines


def _reached(laws: Sequence[Mapping[str, Any]]) -> str:
    """Tell how many rungs of a regime's ladder the threat has reached; "-" without a ladder."""
    return f"{sum(law['acts'] is not None for law in laws)} of {len(laws)}" if laws else "-"


def _format_cell(value: float | None, shape: str) -> str:
    if value is None:
        return "-"
    if shape.endswith("%"):
        return format_percent(value, int(shape.removesuffix("%")))
    return format(value, shape)
