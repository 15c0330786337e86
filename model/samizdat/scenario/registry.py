"""The parameter registry: every parameter that a modeller may set, by dotted name."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from samizdat.core.parameters import declared, quantities
from samizdat.core.quantity import Quantity, format_value
from samizdat.regime.levers import lever_parameters
from samizdat.scenario.adoption import Adoption
from samizdat.scenario.schema import unknown
from samizdat.society.graph_shape import GraphShape
from samizdat.society.population import Habits


class RegistryEntry(NamedTuple):
    """A parameter that a modeller may set."""

    quantity: Quantity
    default: float
    group: str  # parameters, regime, world, population, graph, adoption


_SECURITY = Quantity(
    "security forces per citizen; only its product with people_in_sight matters", 0, 1, "1", off=0
)


def _registry() -> dict[str, RegistryEntry]:
    rows = {name: RegistryEntry(q, default, "parameters") for name, q, default in quantities()}
    rows |= {
        name: RegistryEntry(q, default, "regime")
        for name, (q, default) in lever_parameters().items()
    }
    rows["security"] = RegistryEntry(_SECURITY, 0.004, "world")
    rows |= {n: RegistryEntry(q, default, "population") for n, q, default in declared(Habits)}
    rows |= {
        n: RegistryEntry(q, default, "graph") for n, q, default in declared(GraphShape, "graph.")
    }
    rows |= {
        n: RegistryEntry(q, default, "adoption")
        for n, q, default in declared(Adoption, "adoption.")
    }
    return rows


REGISTRY: dict[str, RegistryEntry] = _registry()
LIST = "samizdat parameters"  # the command that lists them
DATED = ("parameters", "regime", "world")  # may change in time
TABLES = ("parameters", "regime", "graph", "adoption", "population")
# Lists of platforms among the regime's keys, and the fields of `ScenarioSpec` that hold them.
PLATFORM_LISTS = {
    "blocking.platforms": "blocking_platforms",
    "blocking.standing": "blocking_standing",
    "ban.platforms": "ban_platforms",
}


def take_parameters(table: dict[str, Any], wrong: list[str]) -> Iterator[tuple[str, object]]:
    """Remove the parameters from a file's table and return them; `ScenarioSpec` has the rest.

    Parameters
    ----------
    wrong
        Takes a message for each unknown parameter, with the nearest known one.
    """
    if "security" in table:
        yield "security", table.pop("security")
    for group in TABLES:
        part = table.pop(group, {})
        if not isinstance(part, Mapping):
            wrong.append(f"{group} = {format_value(part)} is not a table")
            part = {}
        part = dict(part)
        if group == "graph":
            table["graph"] = part.pop("kind", "social")
        elif group == "adoption":
            table["adoption_series"] = part.pop("series", {})
        elif group == "regime":
            table["actions"] = part.pop("actions", "both")
            table["ladder"] = part.pop("ladder", ())
            for name, field in PLATFORM_LISTS.items():
                lever, key = name.split(".")
                if isinstance(part.get(lever), Mapping) and key in part[lever]:
                    part[lever] = dict(part[lever])
                    table[field] = part[lever].pop(key)
        elif group == "population":
            table["population"] = {k: part.pop(k) for k in [*part] if k not in Habits._fields}
        prefix = f"{group}." if group in ("graph", "adoption") else ""
        known = [name for name, entry in REGISTRY.items() if entry.group == group]
        for name, value in _leaves(part, prefix):
            if name in known:
                yield name, value
            else:
                wrong.append(f"{group}: {unknown(name, known, LIST)}")


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
