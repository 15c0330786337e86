"""`samizdat animate`: a run as a GIF film."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from samizdat.cli import usage_error
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
from samizdat.core.quantity import format_value

if TYPE_CHECKING:
    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario

MOST_FRAMES = 400
WIDTHS = (300, 2000)
WIDTH, WIDTH_OF_ALL = 900, 1200
SHAPE = 560 / 760
REPORT_SECONDS = 5.0  # between two lines of progress


def animate(
    scenario: ScenarioArgument,
    out: Annotated[Path, path_option("File of the film.", "FILE.gif")],
    view: Annotated[
        str,
        typer.Option(
            help="View: network, country, who, series, or one of your own; all: these four."
        ),
    ] = "network",
    shows: Annotated[
        str | None,
        typer.Option(help="Colour of the regions in the country: turnout, fear or trust."),
    ] = None,
    citizens: CitizensOption = None,
    seed: SeedOption = 1,
    setting: SettingsOption = None,
    regime: RegimeOption = None,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DATE", help="First day shown (default: the scenario's first)."
        ),
    ] = None,
    until: UntilOption = None,
    every: Annotated[int, typer.Option(metavar="DAYS", help="Days between pictures.")] = 1,
    fps: Annotated[float, typer.Option(help="Pictures per second.")] = 10,
    width: Annotated[
        int | None,
        typer.Option(help=f"Width in pixels (default: {WIDTH}; {WIDTH_OF_ALL} for all)."),
    ] = None,
    threads: ThreadsOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
) -> None:
    """Run a scenario and write it as a GIF film; no partial file is ever left."""
    from samizdat.cli.build import build_simulation, no_output

    notify = no_output if quiet else typer.echo
    usual = WIDTH_OF_ALL if view == "all" else WIDTH
    wide = usual if width is None else width
    _check_picture(out, view, shows, fps, wide, force)
    choices: dict[str, Any] = {} if shows is None else {"shows": shows}
    if view == "country":
        choices["scenario_file"] = scenario
    loaded, steps = _checked(
        scenario, citizens, seed, threads, setting or [], regime, first, until, every
    )
    notify(
        f"{loaded.name}: {loaded.citizens:,} citizens, seed {seed}; {len(steps):,} picture(s) from "
        f"{loaded.date_of(steps[0])} to {loaded.date_of(steps[-1])}"
    )
    simulation = build_simulation(loaded, seed, threads, None, notify)
    try:
        film = _filmed(simulation, view, choices, steps, fps, wide, notify)
    except ImportError as missing:
        usage_error(missing)
    from samizdat.system.files import atomic_write

    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(out) as partial:
        partial.write_bytes(film)
    notify(f"Written to {out}: {len(steps):,} picture(s), {len(film) / 1e6:.1f} MB")


def _check_picture(
    out: Path, view: str, shows: str | None, fps: float, width: int, force: bool
) -> None:
    """Check the options that concern the film only."""
    from samizdat.system.files import check_writable
    from samizdat.views.export import ALL, FASTEST, VIEWS
    from samizdat.views.regions import SHOWS

    if view not in (*VIEWS, ALL):
        usage_error(f"view = {format_value(view)}: one of {', '.join(VIEWS)}, {ALL}")
    if shows is not None and view != "country":
        usage_error(f"shows = {format_value(shows)}: only for --view country, not {view}")
    if shows is not None and shows not in SHOWS:
        usage_error(f"shows = {format_value(shows)}: one of {', '.join(SHOWS)}")
    if not 0 < fps <= FASTEST:
        usage_error(f"fps = {fps:g}: it must be above 0 and at most {FASTEST}")
    least, most = WIDTHS
    if not least <= width <= most:
        usage_error(f"width = {width} is outside {least} ... {most}")
    if out.suffix.lower() != ".gif":
        usage_error(f"out = {out}: must end in .gif")
    if out.is_dir() or (out.exists() and not force):
        usage_error(f"{out} exists: --force replaces it")
    check_writable(out.parent, name=out.name)


def _checked(
    name: str,
    citizens: str | None,
    seed: int,
    threads: int | None,
    settings: list[str],
    regime: str | None,
    first: str | None,
    until: str | None,
    every: int,
) -> "tuple[Scenario, range]":
    """Check the other options; return the scenario and the steps to draw."""
    from samizdat.cli.options import parse_date, scenario_from, steps_asked
    from samizdat.run.arguments import check_call
    from samizdat.run.population_cache import check_memory

    scenario = scenario_from(name, regime, settings, citizens)
    try:
        check_call(seed, threads)
        check_memory(scenario, seed, threads)
        count = steps_asked(scenario, until)
    except ValueError as error:
        usage_error(error)
    start = parse_date(first, "from") if first else scenario.spec.start
    last = scenario.date_of(count - 1)
    if not scenario.spec.start <= start <= last:
        usage_error(f"from = {start} is outside {scenario.spec.start} ... {last}")
    if every < 1:
        usage_error(f"every = {every} is below 1")
    begin = sum(scenario.date_of(k) < start for k in range(count))
    steps = range(begin, count, max(1, round(every / scenario.spec.step_days)))
    if len(steps) > MOST_FRAMES:
        fewer = -(-len(steps) * every // MOST_FRAMES)
        usage_error(
            f"{len(steps):,} pictures are above the limit of {MOST_FRAMES}: "
            f"use --every {fewer}, or --from and --until"
        )
    return scenario, steps


def _filmed(
    simulation: "Simulation",
    view: str,
    choices: dict[str, Any],
    steps: range,
    fps: float,
    width: int,
    notify: Callable[[str], None],
) -> bytes:
    """Run the simulation, and draw the steps asked for."""
    from samizdat.views.export import gif_of, png_of

    frames: list[bytes] = []
    reported = time.monotonic()
    for k in steps:
        while simulation.step_number <= k:
            simulation.step()
        frames.append(png_of(view, simulation, width, round(SHAPE * width), **choices))
        if time.monotonic() - reported > REPORT_SECONDS:
            reported = time.monotonic()
            notify(f"{simulation.date}: {len(frames):,} of {len(steps):,} pictures")
    return gif_of(frames, fps)
