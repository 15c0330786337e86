"""The commands that repeat a sweep, or one of its runs."""

import shlex
from typing import Any

import pandas as pd

from samizdat.batch.results import Results
from samizdat.batch.worlds import OWN, WorldRef


def of_the_sweep(results: Results) -> str | None:
    """Return the command that the last session was started with."""
    sessions = results.manifest.get("sessions") or [{}]
    command = sessions[-1].get("command")
    return shlex.join(map(str, command)) if command else None


def of_a_run(results: Results, run: "pd.Series[Any]") -> str | None:
    """Return the command that does one run again; None where a function was run."""
    experiment = results.experiment
    which = WorldRef.of(experiment, {name: run[name] for name in results.factors})
    if which.scenario is None:
        return None
    words = ["samizdat", "run", str(which.scenario), "--seed", str(int(run["seed"]))]
    if which.regime != OWN:
        words += ["--regime", which.regime]
    if experiment.until is not None:
        words += ["--until", experiment.until.isoformat()]
    for name, value in which.values.items():
        words += ["--set", f"{name}={_written(value)}"]
    return shlex.join(words)


def _written(value: Any) -> str:
    """Write a value so that the same is read."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value == int(value) and abs(value) < 2**53:
        return str(int(value))
    return str(value)
