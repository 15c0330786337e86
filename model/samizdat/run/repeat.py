"""Whether a folder holds the run that is asked for, so that the same command can go on."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from samizdat.run import digests
from samizdat.scenario.scenario import Scenario
from samizdat.society.graph import Graph


class Asked(NamedTuple):
    """What determines a run that is asked for.

    Attributes
    ----------
    steps
        Number of steps.
    ties
        The graph from a file; None: the scenario's own.
    """

    scenario: Scenario
    seed: int
    steps: int
    ties: Graph | None = None


def difference(manifest: Mapping[str, Any], asked: Asked) -> str | None:
    """Return the first thing in which a run differs from the one asked for; None if it is the same.

    Parameters
    ----------
    manifest
        Of the run, with all that a run needs to be resumed.
    """
    for name, value in (("seed", asked.seed), ("steps_asked", asked.steps)):
        if manifest[name] != value:
            return f"{name.removesuffix('_asked')} = {manifest[name]}, not {value}"
    table = json.loads(json.dumps(asked.scenario.to_table()))
    if found := _differing(manifest["scenario"], table):
        return found
    from_file = manifest["graph_file"] is not None
    if from_file != (asked.ties is not None) or (
        asked.ties is not None and asked.ties.digest() != manifest["graph_digest"]
    ):
        return "another graph"
    if manifest["model_digest"] != digests.model_digest():
        return "another source of the model"
    return None


def _differing(there: Any, comes: Any, name: str = "") -> str | None:
    """Return the first entry in which two JSON values differ, with both values."""
    if isinstance(there, dict) and isinstance(comes, dict):
        pairs = [(key, there.get(key), comes.get(key)) for key in {**comes, **there}]
    elif isinstance(there, list) and isinstance(comes, list) and len(there) == len(comes):
        pairs = [(str(k), *both) for k, both in enumerate(zip(there, comes, strict=True), start=1)]
    else:
        return None if there == comes else f"{name} = {_short(there)}, not {_short(comes)}"
    inner = (_differing(a, b, f"{name}.{key}" if name else key) for key, a, b in pairs)
    return next((each for each in inner if each), None)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"
