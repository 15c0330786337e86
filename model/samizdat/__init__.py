"""Samizdat: an agent-based model of online protest mobilisation, one citizen per inhabitant."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from samizdat.version import __version__

if TYPE_CHECKING:
    from samizdat.batch.contrasts import Contrast, contrast_cells
    from samizdat.batch.experiment import Experiment
    from samizdat.batch.results import FailedRuns, read_table
    from samizdat.batch.sweep import sweep
    from samizdat.batch.verify import verify
    from samizdat.mesa_model import ProtestModel
    from samizdat.run.protests import protest_rates, protests
    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario
    from samizdat.scenario.schema import ScenarioError
    from samizdat.society.graph import Graph

__all__ = [
    "Contrast",
    "Experiment",
    "FailedRuns",
    "Graph",
    "ProtestModel",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "__version__",
    "contrast_cells",
    "protest_rates",
    "protests",
    "read_table",
    "sweep",
    "verify",
]

_HOME = {
    "Contrast": "batch.contrasts",
    "Experiment": "batch.experiment",
    "FailedRuns": "batch.results",
    "Graph": "society.graph",
    "ProtestModel": "mesa_model",
    "Scenario": "scenario.scenario",
    "ScenarioError": "scenario.schema",
    "Simulation": "run.simulation",
    "contrast_cells": "batch.contrasts",
    "protest_rates": "run.protests",
    "protests": "run.protests",
    "read_table": "batch.results",
    "sweep": "batch.sweep",
    "verify": "batch.verify",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import samizdat` stays fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
