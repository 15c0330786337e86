"""The commands that repeat a sweep, or one of its runs."""

import shlex

import pandas as pd

from samizdat.batch.factors import Value
from samizdat.batch.results import Results
from samizdat.batch.scenario_model import OWN, WorldRef


def of_the_sweep(results: Results) -> str | None:
    """Return the command that the last session was started with."""
    sessions = results.manifest.get("sessions") or [{}]
    command = sessions[-1].get("command")
    return shlex.join(map(str, command)) if command else None


def of_a_run(results: Results, run: pd.Series) -> str | None:
    """Return the command that does one run again; None where a function was run."""
    experiment = results.experiment
    point = WorldRef.of(experiment, {name: run[name] for name in results.factors})
    if point.scenario is None:
        return None
    words = ["samizdat", "run", str(point.scenario), "--seed", str(int(run["seed"]))]
    if point.regime != OWN:
        words += ["--regime", point.regime]
    if experiment.until is not None:
        words += ["--until", experiment.until.isoformat()]
    for name, value in point.values.items():
        words += ["--set", f"{name}={_format_value(value)}"]
    return shlex.join(words)


def _format_value(value: Value) -> str:
    """Format a value so that it is read back unchanged."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value == int(value) and abs(value) < 2**53:
        return str(int(value))
    return str(value)
