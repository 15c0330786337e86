"""Values that are set by name and are not parameters: size, graph, distributions."""

from typing import Any

from samizdat.core.layout import MAX_CITIZENS
from samizdat.core.quantity import is_truth, shown
from samizdat.scenario.registry import LIST, REGISTRY
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.society.population import TRAITS


def number_in(value: object) -> object:
    """Convert text that is a number; leave other values as they are."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def citizens_in(value: object) -> int:
    """Return a number of citizens; text and whole floats, as in a table of points, are taken.

    Raises
    ------
    ScenarioError
        It names the value and what is allowed.
    """
    try:
        if is_truth(value) or getattr(value, "ndim", 0) > 0:
            raise TypeError
        number: int = int(value)  # type: ignore[call-overload]
        if number != float(value) or not 1 <= number <= MAX_CITIZENS:  # type: ignore[arg-type]
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        given = value if isinstance(value, str) and len(value) < 40 else shown(value)
        raise ScenarioError(
            f"citizens = {given} is not a whole number of 1 ... {MAX_CITIZENS}"
        ) from None
    return number


def set_field(spec: dict[str, Any], name: str, value: object) -> None:
    """Set a value that is not in `REGISTRY` in a dumped `ScenarioSpec`.

    Raises
    ------
    ScenarioError
        It names the value, or the unknown name and the nearest known one.
    """
    if name == "citizens":
        spec["citizens"] = citizens_in(value)
    elif name == "step_days":
        spec["step_days"] = number_in(value)
    elif name == "graph.kind":
        spec["graph"] = value
    elif name == "regime.actions":
        spec["actions"] = value
    else:
        parts = name.split(".")
        known = [f"population.{t}.{f}" for t in TRAITS for f in spec["population"][t]]
        if name not in known:
            also = [*REGISTRY, "citizens", "step_days", "graph.kind", "regime.actions", *known]
            raise ScenarioError(unknown(name, also, LIST))
        population = {trait: dict(law) for trait, law in spec["population"].items()}
        population[parts[1]][parts[2]] = number_in(value)
        spec["population"] = population
