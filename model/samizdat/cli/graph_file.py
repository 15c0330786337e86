"""The option --graph: the ties of a file for the citizens of a scenario."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samizdat.scenario.scenario import Scenario
    from samizdat.society.graph import Graph


def read_graph(path: Path, scenario: "Scenario", stated: bool) -> "Graph":
    """Return the ties of a file as a graph of the scenario's citizens.

    Parameters
    ----------
    stated
        Whether the user has stated the number of citizens, for this run. Otherwise it must be that
        of the file, the highest id + 1, of whom at least half must have a tie: as for
        `Graph.from_file` without a number, and for a `Simulation` with its graph.

    Raises
    ------
    ValueError
        In one line: the file is refused, or its citizens are not those of the scenario.
    """
    from samizdat.scenario.schema import ScenarioError
    from samizdat.society.graph import Graph, GraphWarning

    n = scenario.citizens
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)  # the command says it in its own line
        graph = Graph.from_file(path, n if stated else None)
    if graph.citizens == n:
        return graph
    found = f"{path}: ids go up to {graph.citizens - 1}, but {scenario.name} has {n} citizens"
    if graph.citizens > n:
        raise ScenarioError(f"{found} (--citizens gives another number)")
    alone = n - graph.citizens + graph.without_tie
    raise ScenarioError(
        f"{found}, so {alone} of them would have no tie (if this is meant, give --citizens {n})"
    )
