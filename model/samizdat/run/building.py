"""Building the arrays of a run: its graph, its traits, and the state before the first step."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from samizdat.core.layout import World, new_world
from samizdat.run.population_cache import check_memory, graph_of, traits_of
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError, readable_by_set
from samizdat.society.graphs import Graph
from samizdat.society.population import given_traits


def build_world(
    scenario: Scenario,
    seed: int,
    threads: int,
    block: int,
    graph: Graph | None = None,
    traits: Mapping[str, ArrayLike] | None = None,
) -> tuple[Graph, World]:
    """Return the graph, and the arrays of all citizens before the first step.

    Parameters
    ----------
    block
        Citizens of one block, see `core.layout.BLOCK`.
    graph
        Instead of the scenario's own graph.
    traits
        Arrays (n,) by the name of a trait, instead of those drawn.

    Raises
    ------
    ValueError
        If graph or traits do not fit the citizens, or the available memory does not hold them.
    """
    if graph is not None and graph.citizens != scenario.citizens:
        raise ScenarioError(
            f"graph has {graph.citizens} citizens, the scenario {scenario.citizens}"
        )
    check_memory(scenario, seed, threads, graph)
    graph = graph or graph_of(scenario, seed, threads)
    drawn = traits_of(scenario, seed, threads)
    given = {name: np.asarray(values) for name, values in (traits or {}).items()}
    world = new_world(
        graph.ties,
        given_traits(drawn, given),
        scenario.region_first,
        readable_by_set(scenario.spec.platforms),
        float(scenario.spec.step_days),
        block,
    )
    return graph, world
