"""What must fit together in a scenario, beyond the range of each value."""

from collections.abc import Iterator

from samizdat.scenario.schema import ScenarioSpec, unknown
from samizdat.scenario.settings import mistakes_in_rung, mistakes_in_setting
from samizdat.scenario.timeline import Setting
from samizdat.society.graphs import GRAPHS
from samizdat.society.population import TRAITS, Values, region_sizes


def contradictions(spec: ScenarioSpec) -> Iterator[str]:
    """Yield a line for each value that does not fit another: citizens, regions, graph, timeline."""
    if spec.graph not in GRAPHS:
        yield f"graph.kind: {unknown(spec.graph, GRAPHS)}"
    try:
        region_sizes(spec.citizens, [1.0] * len(spec.regions))
    except ValueError as error:
        yield str(error)
    series = sorted(spec.adoption_series.items())
    for (_, before), (year, share) in zip([(0, 0.0), *series], series, strict=False):
        if not before <= share <= 1:
            yield (
                f"adoption.series.{year} = {share} is outside {before:g} ... 1: "
                "shares of the citizens, never falling"
            )
    for entry in spec.timeline:
        if isinstance(entry, Setting):
            yield from mistakes_in_setting(entry)
    for n, rung in enumerate(spec.ladder, start=1):
        yield from mistakes_in_rung(n, rung)
    for trait in TRAITS:
        law = getattr(spec.population, trait)
        if isinstance(law, Values) and len(law.values) != spec.citizens:
            yield (
                f"population.{trait}.values has {len(law.values)} values, "
                f"there are {spec.citizens} citizens"
            )
