"""Options that several commands share, and how their text is read."""

import datetime as dt

from samizdat.cli import usage_error
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError


def load(name: str) -> Scenario:
    """Load a scenario, or end with one line."""
    try:
        return Scenario.load(name)
    except ScenarioError as error:
        return usage_error(error)


def world_of(name: str, regime: str | None, settings: list[str], citizens: str | None) -> Scenario:
    """Return a scenario under a regime with what was set, or end with one line."""
    world = load(name)
    values = parse_settings(settings)
    if citizens is not None:
        values["citizens"] = citizens.replace("_", "")
    try:
        return (world if regime is None else world.under(regime)).change(values)
    except ScenarioError as error:
        return usage_error(error)


def parse_settings(settings: list[str]) -> dict[str, str]:
    """Read KEY=VALUE pairs; a key given twice is a mistake."""
    values: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.strip() or not value.strip():
            usage_error(f"--set {setting!r}: write KEY=VALUE, as in attention.beta=0.1")
        if key.strip() in values:
            usage_error(f"--set {key.strip()} is given twice")
        values[key.strip()] = value.strip()
    return values


def parse_date(text: str, option: str) -> dt.date:
    """Read a date of the form 2014-03-01."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return usage_error(f"{option} = {text!r} is not a date of the form 2014-03-01")
