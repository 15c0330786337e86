"""`samizdat view`: the model in a browser."""

import importlib.util
from dataclasses import replace
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
_OF_THE_PAGE = ("run", "run_id", "force", "first_day", "port", "host", "expose", "name",
                "no_browser", "no_token", "most_citizens", "most_sessions")  # fmt: skip
_NEEDED = ("altair", "igraph", "ipyvue", "ipyvuetify", "markdown_it", "solara", "solara_assets",
           "uvicorn")  # fmt: skip


def view(
    context: typer.Context,
    scenario: ScenarioArgument = "town",
    citizens: CitizensOption = None,
    seed: SeedOption = 1,
    setting: SettingsOption = None,
    regime: RegimeOption = None,
    first_day: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Show this day first: 2014-03-15.")
    ] = None,
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
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Admit visitors who do not have the link.")
    ] = False,
    most_citizens: Annotated[
        int, typer.Option(min=1, help="Largest number of citizens per visitor.")
    ] = 2_000_000,
    most_sessions: Annotated[
        int, typer.Option(min=1, help="Largest number of visitors at the same time.")
    ] = 8,
) -> None:
    """Run a scenario in the browser, where the visitor controls the regime.

    The link that it prints holds a token, which nobody else knows: whoever has the link can use
    the page. SAMIZDAT_TOKEN gives a token of your own.
    """
    from samizdat.cli.options import parse_settings
    from samizdat.page.browser import open_browser
    from samizdat.page.server import LOOPBACK, configure_solara, serve
    from samizdat.page.tokens import new_token, token_given

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
    from samizdat.page.choice import Choice, citizens_from, first_day_from
    from samizdat.page.limits import server_limits
    from samizdat.page.reopen import choice_of_run
    from samizdat.run.arguments import check_call

    try:
        token = None if no_token else token_given() or new_token()
        check_call(seed, None)
        number = citizens_from(citizens) if citizens is not None else None
        day = first_day_from(first_day) if first_day is not None else None
        if run is not None:
            server_limits.choice = choice_of_run(
                run, run_id, force=force, notify=partial(typer.echo, err=True)
            )
        else:
            server_limits.choice = Choice(scenario, number, seed, regime or "scenario", values)
        server_limits.choice = replace(server_limits.choice, first_day=day)
        loaded = server_limits.choice.load()
    except ValueError as error:
        usage_error(error)
    server_limits.citizens = max(most_citizens, loaded.citizens)
    server_limits.sessions = most_sessions
    named = run is not None or day is not None
    server_limits.entrance = option_outside(context, _OF_THE_PAGE) is None and not named

    def opened(link: str) -> None:
        typer.echo(f"{loaded.name} is at {link} (stop with Ctrl-C)")
        if host not in LOOPBACK:
            typer.echo(_warning(host, token), err=True)
        if not no_browser:
            open_browser(link, secret=token is not None)

    serve(host, port, {*LOOPBACK, host, *(name or [])}, token, opened)


def _warning(host: str, token: str | None) -> str:
    """Return who can use a page that other machines can reach, and what they can do."""
    from samizdat.page.limits import server_limits

    able = (
        f"can run simulations here, {server_limits.sessions} at a time, of up to "
        f"{server_limits.citizens:,} citizens"
    )
    if token is None:
        return f"exposed to the network on {host} with --no-token: anyone who can reach it {able}"
    return (
        f"exposed to the network on {host}: anyone who has the link {able}. "
        "The link is sent unencrypted; over a network that you do not trust, use ssh -L instead"
    )


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
