"""`samizdat view`: the model in a browser."""

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from samizdat.cli import usage_error
from samizdat.cli.declared import Citizens, Regime, Seed, Settings, World, given_besides

# What may be said beside a run that was made before.
_OF_THE_PAGE = ("run", "run_id", "port", "host", "expose", "name", "no_browser", "most_citizens",
                "most_sessions")  # fmt: skip
_NEEDED = ("altair", "igraph", "ipyvue", "ipyvuetify", "solara", "solara_assets", "uvicorn")


def view(
    context: typer.Context,
    scenario: World = "town",
    citizens: Citizens = None,
    seed: Seed = 1,
    setting: Settings = None,
    regime: Regime = None,
    run: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A run or a sweep that was made before.")
    ] = None,
    run_id: Annotated[
        int | None, typer.Option("--RunId", help="Which run of the sweep in --run.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    expose: Annotated[
        bool,
        typer.Option("--expose-to-network", help="Allow a --host that other machines can reach."),
    ] = False,
    name: Annotated[
        list[str] | None,
        typer.Option(help="A name by which others call this machine; with --host alone."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open none.")] = False,
    most_citizens: Annotated[int, typer.Option(min=1, help="Citizens of one visitor.")] = 2_000_000,
    most_sessions: Annotated[int, typer.Option(min=1, help="Visitors at a time.")] = 8,
) -> None:
    """Show a world in the browser, and let the viewer be the state."""
    from samizdat.cli.options import parse_settings
    from samizdat.page.server import LOOPBACK, open_browser, prepare, serve

    values = parse_settings(setting or [])
    _check_same_world(context, run, run_id)
    if host not in LOOPBACK and not expose:
        usage_error(
            f"host = {host} lets other machines in: whoever reaches it can run worlds here and see "
            "what they cost. Add --expose-to-network if that is meant"
        )
    if not all(importlib.util.find_spec(name) for name in _NEEDED):
        usage_error("the page needs more packages: pip install -e '.[viz]'")
    prepare()
    from samizdat.page.choice import Choice, citizens_from
    from samizdat.page.limits import opening
    from samizdat.page.reopen import choice_of_run
    from samizdat.run.simulation import check_call

    try:
        check_call(seed, None)
        many = citizens_from(citizens) if citizens is not None else None
        if run is not None:
            opening.choice = choice_of_run(run, run_id)
        else:
            opening.choice = Choice(scenario, many, seed, regime or "scenario", values)
        world = opening.choice.world()
    except ValueError as error:
        usage_error(error)
    opening.citizens, opening.sessions = max(most_citizens, world.citizens), most_sessions

    def opened(address: str) -> None:
        typer.echo(f"{world.name} is at {address} (end with Ctrl-C)")
        if host not in LOOPBACK:
            typer.echo(
                f"open to the network on {host}: anybody who reaches it can run worlds of up to "
                f"{opening.citizens:,} citizens here, {opening.sessions} at a time",
                err=True,
            )
        if not no_browser:
            open_browser(address)

    serve(host, port, {*LOOPBACK, host, *(name or [])}, opened)


def _check_same_world(context: typer.Context, run: Path | None, run_id: int | None) -> None:
    """Refuse what would make another world of a run that was made before."""
    if run is None:
        if run_id is not None:
            usage_error(f"RunId = {run_id}: say where the sweep is, --run DIR")
        return
    other = given_besides(context, _OF_THE_PAGE)
    if other:
        usage_error(f"run: {other} would make another world of it")
