"""Building the arrays of a run: its graph, its traits, and the state before the first step."""

from collections.abc import Mapping

from numpy.typing import ArrayLike

from samizdat.core.layout import Traits, World, new_world
from samizdat.run.population_cache import check_memory, graph_of, traits_of
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError, readable_by_set
from samizdat.society.given_traits import given_traits
from samizdat.society.graph import Graph


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
    if graph is not None and not isinstance(graph, Graph):
        raise ScenarioError(
            f"graph = {type(graph).__name__} is not a Graph; Graph.from_networkx, from_edges and "
            "from_file make one"
        )
    if graph is not None and graph.citizens != scenario.citizens:
        raise ScenarioError(
            f"graph has {graph.citizens} citizens, the scenario {scenario.citizens}"
        )
    check_memory(scenario, seed, threads, graph)
    graph = graph or graph_of(scenario, seed, threads)
    drawn = traits_of(scenario, seed, threads)
    world = new_world(
        graph.ties,
        drawn if traits is None else _given(drawn, traits, scenario),
        scenario.region_first,
        readable_by_set(scenario.spec.platforms),
        float(scenario.spec.step_days),
        block,
    )
    return graph, world


def _given(drawn: Traits, given: object, scenario: Scenario) -> Traits:
    """Return the traits with those that the user gives."""
    try:
        return given_traits(drawn, given, len(scenario.spec.platforms))
    except ValueError as error:
        raise ScenarioError(str(error)) from None
