"""`samizdat explain`: why one citizen did what she did, day by day."""

import json
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
)

if TYPE_CHECKING:
    from samizdat.scenario.scenario import Scenario

_TRAITS = ("hardship", "resting_trust", "threshold", "risk_aversion")


def explain(
    scenario: ScenarioArgument,
    citizen: Annotated[int, typer.Option(help="Number of the citizen, from 0.")],
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First day (default: the scenario's first)."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day (default: the same day).")
    ] = None,
    seed: SeedOption = 1,
    setting: SettingsOption = None,
    regime: RegimeOption = None,
    citizens: CitizensOption = None,
    threads: ThreadsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all numbers as JSON.")] = False,
) -> None:
    """Explain what a citizen heard, felt, weighed and drew, and why she acted as she did."""
    from samizdat.cli.build import build_simulation, no_output
    from samizdat.explain import Explainer
    from samizdat.explain.words import account
    from samizdat.run.citizens import Citizens

    world, begin, end = _check_options(
        scenario, citizen, citizens, seed, threads, setting or [], regime, first, last
    )
    simulation = build_simulation(world, seed, threads, None, no_output)
    while simulation.step_number < begin:
        simulation.step()
    explainer, days = Explainer(simulation, [citizen]), []
    while simulation.step_number < end:
        explainer.step()
        days.append(explainer.explain(citizen))
    her = Citizens(simulation)[citizen]
    close, online = len(her.close_neighbours), len(her.online_neighbours)
    if as_json:
        facts: dict[str, Any] = {"scenario": world.name, "seed": seed, "citizen": citizen}
        facts |= {"region": her.region, "close_ties": close, "online_ties": online}
        facts |= {name: getattr(her, name) for name in _TRAITS}
        typer.echo(json.dumps(facts | {"days": [day.plain() for day in days]}, indent=2))
        return
    traits = ", ".join(f"{name.replace('_', ' ')} {getattr(her, name):.3f}" for name in _TRAITS)
    typer.echo(
        f"Citizen {citizen} of {world.name} (synthetic), seed {seed}: lives in {her.region}; "
        f"{close} close and {online} online ties; {traits}."
    )
    for line in account(days):
        typer.echo(line)


def _check_options(
    name: str,
    citizen: int,
    citizens: str | None,
    seed: int,
    threads: int | None,
    settings: list[str],
    regime: str | None,
    first: str | None,
    last: str | None,
) -> "tuple[Scenario, int, int]":
    """Check all options; return the scenario, the first step to explain and the one after."""
    from samizdat.cli.options import parse_date, scenario_from
    from samizdat.explain import check_citizen
    from samizdat.run.arguments import check_call

    scenario = scenario_from(name, regime, settings, citizens)
    try:
        check_call(seed, threads)
        check_citizen(scenario.citizens, citizen)
    except ValueError as error:
        usage_error(error)
    begin, end = scenario.spec.start, scenario.spec.end
    start = parse_date(first, "from") if first else begin
    stop = parse_date(last, "to") if last else start
    for option, date in (("from", start), ("to", stop)):
        if not begin <= date <= end:
            usage_error(f"{option} = {date} is outside {begin} ... {end}")
    if start > stop:
        usage_error(f"from = {start} is after to = {stop}")
    steps = scenario.steps_until(stop)
    before = sum(scenario.date_of(k) < start for k in range(steps))
    return scenario, min(before, steps - 1), steps
