"""`samizdat animate`: a run as a film."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from samizdat.cli import usage_error
from samizdat.cli.declared import Citizens, Regime, Seed, Settings, Threads, Until, World

MOST_FRAMES = 400
WIDTHS = (300, 2000)
WIDTH, WIDTH_OF_ALL = 900, 1200
SHAPE = 560 / 760
PATIENCE = 5.0  # seconds between two lines of progress


def animate(
    scenario: World,
    out: Annotated[Path, typer.Option(metavar="FILE.gif", help="Where to write the film.")],
    view: Annotated[
        str, typer.Option(help="What to show: network, country, who, series, or all of them.")
    ] = "network",
    shows: Annotated[
        str | None,
        typer.Option(help="Colour of the regions in the country: turnout, fear or trust."),
    ] = None,
    citizens: Citizens = None,
    seed: Seed = 1,
    setting: Settings = None,
    regime: Regime = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First day shown, by default the scenario's."),
    ] = None,
    until: Until = None,
    every: Annotated[int, typer.Option(metavar="DAYS", help="Days from picture to picture.")] = 1,
    fps: Annotated[float, typer.Option(help="Pictures a second.")] = 10,
    width: Annotated[
        int | None, typer.Option(help=f"Pixels; by default {WIDTH}, {WIDTH_OF_ALL} for all.")
    ] = None,
    threads: Threads = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier film.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
) -> None:
    """Run a scenario and write its days as a GIF film; it is there whole or not at all."""
    from samizdat.cli.build import people, silent

    say = silent if quiet else typer.echo
    usual = WIDTH_OF_ALL if view == "all" else WIDTH
    wide = usual if width is None else width
    _check_picture(out, view, shows, fps, wide, force)
    choices: dict[str, Any] = {} if shows is None else {"shows": shows}
    world, shown = _checked(
        scenario, citizens, seed, threads, setting or [], regime, first, until, every
    )
    say(
        f"{world.name}: {world.citizens:,} citizens, seed {seed}; {len(shown):,} pictures from "
        f"{world.date_of(shown[0])} to {world.date_of(shown[-1])}"
    )
    simulation = people(world, seed, threads, None, say)
    try:
        film = _filmed(simulation, view, choices, shown, fps, wide, say)
    except ImportError as missing:
        usage_error(missing)
    from samizdat.system.files import written_whole

    out.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(out) as partial:
        partial.write_bytes(film)
    say(f"Written to {out}: {len(shown):,} pictures, {len(film) / 1e6:.1f} MB")


def _check_picture(
    out: Path, view: str, shows: str | None, fps: float, width: int, force: bool
) -> None:
    """Check what has to do with the film alone."""
    from samizdat.views.country import SHOWS
    from samizdat.views.export import ALL, FASTEST, VIEWS

    if view not in (*VIEWS, ALL):
        usage_error(f"view = {view!r}: one of {', '.join(VIEWS)}, {ALL}")
    if shows is not None and view != "country":
        usage_error(f"shows = {shows!r}: it is for --view country, not {view}")
    if shows is not None and shows not in SHOWS:
        usage_error(f"shows = {shows!r}: one of {', '.join(SHOWS)}")
    if not 0 < fps <= FASTEST:
        usage_error(f"fps = {fps:g} is outside 0 ... {FASTEST}")
    least, most = WIDTHS
    if not least <= width <= most:
        usage_error(f"width = {width} is outside {least} ... {most}")
    if out.suffix.lower() != ".gif":
        usage_error(f"out = {out}: the film is a GIF, its name ends in .gif")
    if out.is_dir() or (out.exists() and not force):
        usage_error(f"{out} is there already: --force replaces a film")


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
) -> Any:
    """Check all else that the user gave; return the world and after which steps to draw."""
    from samizdat.cli.options import parse_date, world_of
    from samizdat.run.population_cache import check_memory
    from samizdat.run.simulation import check_call

    scenario = world_of(name, regime, settings, citizens)
    try:
        check_call(seed, threads)
        check_memory(scenario, seed, threads)
        steps = scenario.steps_until(parse_date(until, "until") if until else None)
    except ValueError as error:
        usage_error(error)
    start = parse_date(first, "from") if first else scenario.spec.start
    last = scenario.date_of(steps - 1)
    if not scenario.spec.start <= start <= last:
        usage_error(f"from = {start} is outside {scenario.spec.start} ... {last}")
    if every < 1:
        usage_error(f"every = {every} is below 1")
    begin = sum(scenario.date_of(k) < start for k in range(steps))
    shown = range(begin, steps, max(1, round(every / scenario.spec.step_days)))
    if len(shown) > MOST_FRAMES:
        fewer = -(-len(shown) * every // MOST_FRAMES)
        usage_error(
            f"{len(shown):,} pictures are more than the {MOST_FRAMES} of a film: "
            f"--every {fewer}, or --from and --until"
        )
    return scenario, shown


def _filmed(
    simulation: Any,
    view: str,
    choices: dict[str, Any],
    shown: range,
    fps: float,
    width: int,
    say: Any,
) -> bytes:
    """Run, and draw the steps to be shown."""
    from samizdat.views.export import gif_of, png_of

    frames: list[bytes] = []
    told = time.monotonic()
    for k in shown:
        while simulation.step_number <= k:
            simulation.step()
        frames.append(png_of(view, simulation, width, round(SHAPE * width), **choices))
        if time.monotonic() - told > PATIENCE:
            told = time.monotonic()
            say(f"{simulation.date}: {len(frames):,} of {len(shown):,} pictures")
    return gif_of(frames, fps)
