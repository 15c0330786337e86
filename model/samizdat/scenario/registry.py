"""Every number that a modeller may set, by the dotted name that it has everywhere."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from samizdat.core.parameters import declared, quantities
from samizdat.core.quantity import Quantity
from samizdat.regime.levers import lever_numbers
from samizdat.scenario.adoption import Adoption
from samizdat.scenario.schema import unknown
from samizdat.society.graphs import GraphShape
from samizdat.society.population import Habits


class Named(NamedTuple):
    """A number that a modeller may set."""

    quantity: Quantity
    default: float
    place: str  # parameters, regime, world, population, graph, adoption


_SECURITY = Quantity(
    "security forces per citizen; only its product with people_in_sight matters", 0, 1, "1", off=0
)


def _registry() -> dict[str, Named]:
    rows = {name: Named(q, default, "parameters") for name, q, default in quantities()}
    rows |= {name: Named(q, default, "regime") for name, (q, default) in lever_numbers().items()}
    rows["security"] = Named(_SECURITY, 0.004, "world")
    rows |= {n: Named(q, default, "population") for n, q, default in declared(Habits)}
    rows |= {n: Named(q, default, "graph") for n, q, default in declared(GraphShape, "graph.")}
    rows |= {n: Named(q, default, "adoption") for n, q, default in declared(Adoption, "adoption.")}
    return rows


NUMBERS: dict[str, Named] = _registry()
DATED = ("parameters", "regime", "world")  # may change in time
TABLES = ("parameters", "regime", "graph", "adoption", "population")


def flat_numbers(table: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Take the numbers out of a file's table, leaving in it what `WorldSpec` describes.

    Raises
    ------
    ValueError
        Naming a key that is no number, and the nearest one that is.
    """
    if "security" in table:
        yield "security", table.pop("security")
    for place in TABLES:
        part = table.pop(place, {})
        if not isinstance(part, Mapping):
            raise ValueError(f"{place} = {part!r} must be a table")
        part = dict(part)
        if place == "graph":
            table["graph"] = part.pop("kind", "social")
        elif place == "adoption":
            table["adoption_series"] = part.pop("series", {})
        elif place == "regime":
            table["actions"] = part.pop("actions", "both")
            for lever in ("blocking", "ban"):
                if isinstance(part.get(lever), Mapping) and "platforms" in part[lever]:
                    part[lever] = dict(part[lever])
                    table[f"{lever}_platforms"] = part[lever].pop("platforms")
        elif place == "population":
            table["population"] = {k: part.pop(k) for k in [*part] if k not in Habits._fields}
        prefix = f"{place}." if place in ("graph", "adoption") else ""
        known = [name for name, named in NUMBERS.items() if named.place == place]
        for name, value in _leaves(part, prefix):
            if name not in known:
                raise ValueError(f"{place}: {unknown(name, known)}")
            yield name, value


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
