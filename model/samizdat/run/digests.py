"""Digests of what determines a result: the model's source, the scenario, the traits."""

import hashlib
import json
from pathlib import Path

import numpy as np

from samizdat.core.layout import Traits
from samizdat.scenario.scenario import Scenario
from samizdat.society.graph import Graph

# Folders and files of the package that cannot change a result; all others can.
NO_RESULTS = (
    "__main__.py", "app.py", "batch", "cli", "explain", "figures", "mesa_model.py", "page",
    "report", "system", "text", "views",
)  # fmt: skip
SOURCE = Path(__file__).parents[1]


def model_digest() -> str:
    """Return the SHA-256 of every source file that can change a result."""
    digest = hashlib.sha256()
    for file in sorted(SOURCE.rglob("*.py")):
        name = file.relative_to(SOURCE)
        if name.parts[0] not in NO_RESULTS:
            digest.update(name.as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def scenario_digest(scenario: Scenario) -> str:
    """Return the SHA-256 of a scenario, with every number resolved and the list of those pinned."""
    text = json.dumps(scenario.to_table(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def traits_digest(traits: Traits) -> str:
    """Return the SHA-256 of all traits."""
    digest = hashlib.sha256()
    for name, array in traits._asdict().items():
        digest.update(name.encode() + b"\0" + np.ascontiguousarray(array).data)
    return digest.hexdigest()


def identity(scenario: Scenario, seed: int, graph: Graph, traits: Traits) -> dict[str, str | int]:
    """Return what determines a run: digests of model, scenario, graph and traits; seed and size."""
    return {
        "model": model_digest(),
        "scenario": scenario_digest(scenario),
        "seed": seed,
        "citizens": scenario.citizens,
        "graph": graph.digest(),
        "traits": traits_digest(traits),
    }
