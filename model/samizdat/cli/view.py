"""`samizdat view`: the model in a browser."""

import importlib.util
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from samizdat.cli import usage_error
from samizdat.cli.options import (
    CitizensOption,
    RegimeOption,
    ScenarioArgument,
    SeedOption,
    SettingsOption,
    option_outside,
    path_option,
)

# Options that are allowed together with --run.
_OF_THE_PAGE = ("run", "run_id", "force", "port", "host", "expose", "name", "no_browser",
                "most_citizens", "most_sessions")  # fmt: skip
_NEEDED = ("altair", "igraph", "ipyvue", "ipyvuetify", "solara", "solara_assets", "uvicorn")


def view(
    context: typer.Context,
    scenario: ScenarioArgument = "town",
    citizens: CitizensOption = None,
    seed: SeedOption = 1,
    setting: SettingsOption = None,
    regime: RegimeOption = None,
    run: Annotated[Path | None, path_option("Folder of a finished run or sweep.")] = None,
    run_id: Annotated[
        int | None, typer.Option("--RunId", help="Run of the sweep in --run.")
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Show the run in --run even if the model's source changed."),
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port (0: any free one).")] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    expose: Annotated[
        bool,
        typer.Option("--expose-to-network", help="Allow a --host that other machines can reach."),
    ] = False,
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="Further host name of this machine; only with --host."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open a browser.")
    ] = False,
    most_citizens: Annotated[
        int, typer.Option(min=1, help="Largest number of citizens per visitor.")
    ] = 2_000_000,
    most_sessions: Annotated[
        int, typer.Option(min=1, help="Largest number of visitors at the same time.")
    ] = 8,
) -> None:
    """Run a scenario in the browser, where the visitor controls the regime."""
    from samizdat.cli.options import parse_settings
    from samizdat.page.server import LOOPBACK, configure_solara, open_browser, serve

    values = parse_settings(setting or [])
    _check_same_world(context, run, run_id)
    if host not in LOOPBACK and not expose:
        usage_error(
            f"host = {host} can be reached by other machines, whose users could run simulations "
            "here. Add --expose-to-network if this is intended"
        )
    if not all(importlib.util.find_spec(name) for name in _NEEDED):
        usage_error("the page needs more packages: pip install -e '.[viz]'")
    configure_solara()
    from samizdat.page.choice import Choice, citizens_from
    from samizdat.page.limits import server_limits
    from samizdat.page.reopen import choice_of_run
    from samizdat.run.arguments import check_call

    try:
        check_call(seed, None)
        number = citizens_from(citizens) if citizens is not None else None
        if run is not None:
            server_limits.choice = choice_of_run(
                run, run_id, force=force, notify=partial(typer.echo, err=True)
            )
        else:
            server_limits.choice = Choice(scenario, number, seed, regime or "scenario", values)
        loaded = server_limits.choice.load()
    except ValueError as error:
        usage_error(error)
    server_limits.citizens = max(most_citizens, loaded.citizens)
    server_limits.sessions = most_sessions

    def opened(address: str) -> None:
        typer.echo(f"{loaded.name} is at {address} (stop with Ctrl-C)")
        if host not in LOOPBACK:
            typer.echo(
                f"exposed to the network on {host}: anyone who can reach it can run simulations "
                f"here, {server_limits.sessions} at a time, of up to "
                f"{server_limits.citizens:,} citizens",
                err=True,
            )
        if not no_browser:
            open_browser(address)

    serve(host, port, {*LOOPBACK, host, *(name or [])}, opened)


def _check_same_world(context: typer.Context, run: Path | None, run_id: int | None) -> None:
    """Check that no option would change the finished run."""
    if run is None:
        if run_id is not None:
            usage_error(f"RunId = {run_id}: give the folder of the sweep with --run DIR")
        if context.params["force"]:
            usage_error("force: it belongs to --run DIR")
        return
    other = option_outside(context, _OF_THE_PAGE)
    if other:
        usage_error(f"run: {other} would change the finished run")
