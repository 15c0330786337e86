"""The world of a run on disk: from its manifest, with every digest checked that it holds."""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from samizdat.run import digests
from samizdat.run.arguments import check_call
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.society.graph import Graph, GraphWarning
from samizdat.system.manifests import MANIFEST

_DIGESTS = ("model_digest", "scenario_digest", "graph_digest", "traits_digest")


class RecordedWorld(NamedTuple):
    """What determines a run.

    Attributes
    ----------
    graph_file
        The file that the graph is read from; None: the scenario's own graph.
    graph_digest, traits_digest
        Of the run on disk; None if the caller accepts others.
    """

    scenario: Scenario
    seed: int
    graph_file: str | None
    graph_digest: str | None
    traits_digest: str | None

    def graph(self) -> Graph | None:
        """Read the graph if it comes from a file; it must be the one of the run.

        Raises
        ------
        ValueError
            In one line: the file cannot be read, or its ties are others.
        """
        return graph_from(self.graph_file, self.scenario.citizens, self.graph_digest)

    @property
    def expected(self) -> dict[str, str]:
        """Digests of graph and traits that the world must have, by name."""
        known = {"graph": self.graph_digest, "traits": self.traits_digest}
        return {name: digest for name, digest in known.items() if digest is not None}


def check_digests(simulation: Simulation, expected: Mapping[str, str]) -> None:
    """Check that graph and traits are those of the run on disk.

    Raises
    ------
    ScenarioError
        It names what differs.
    """
    found = simulation.identity() if expected else {}
    for name, digest in expected.items():
        if found[name] != digest:
            raise ScenarioError(
                f"{name}: not the same as when the run began, though source and scenario are "
                "(--force goes on anyway)"
            )


def graph_from(file: str | None, citizens: int, digest: str | None) -> Graph | None:
    """Read a run's graph from its file, if it has one, and compare its digest.

    Raises
    ------
    ValueError
        In one line: the file cannot be read, or its ties are others.
    """
    if file is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)  # said when the run began
        graph = Graph.from_file(file, citizens)
    if digest is not None and graph.digest() != digest:
        raise ScenarioError(
            f"graph = {file}: the ties are not those that the run began with "
            "(--force goes on anyway)"
        )
    return graph


def recorded_world(
    folder: Path,
    manifest: Mapping[str, Any],
    *,
    force: bool = False,
    notify: Callable[[str], None] = lambda line: None,
) -> RecordedWorld:
    """Return the world of a run from its manifest.

    Parameters
    ----------
    force
        Accept a model or a graph that has changed since.
    notify
        Called with a line for each thing that has changed and was accepted.

    Raises
    ------
    ScenarioError
        In one line: the manifest lacks something, or something has changed.
    """
    path = folder / MANIFEST
    if not isinstance(manifest.get("scenario"), dict) or "seed" not in manifest:
        raise ScenarioError(f"{path}: holds no world")
    try:
        name = str(manifest.get("scenario_name", "run"))
        scenario = Scenario.from_table(manifest["scenario"], name)
        check_call(manifest["seed"], None)
    except ValueError as error:
        raise ScenarioError(f"{path}: {error}") from None
    wrong = [
        f"{name} is missing in the manifest"
        for name in _DIGESTS
        if not isinstance(manifest.get(name), str)
    ]
    if not wrong and _sources(manifest) != {digests.model_digest()}:
        wrong.append(
            "the model's source has changed since the run began, so the numbers would differ"
        )
    if not wrong and manifest["scenario_digest"] != digests.scenario_digest(scenario):
        wrong.append("this version reads another scenario from the manifest")
    for line in wrong:
        if not force:
            raise ScenarioError(f"{folder}: {line} (--force goes on anyway)")
        notify(f"{folder}: {line}")
    file = manifest.get("graph_file")
    return RecordedWorld(
        scenario,
        manifest["seed"],
        None if file is None else str(file),
        None if force else manifest["graph_digest"],
        None if force else manifest["traits_digest"],
    )


def _sources(manifest: Mapping[str, Any]) -> set[str]:
    """Return the digests of the model that made the run, or a part of it after a resumption."""
    later = [each for each in manifest.get("resumed", []) if isinstance(each, dict)]
    return {manifest["model_digest"], *(str(each.get("model_digest")) for each in later)}
