"""Every number that a modeller may set, by the dotted name that it has everywhere."""

from typing import NamedTuple

from samizdat.core.parameters import declared, quantities
from samizdat.core.quantity import Quantity
from samizdat.graphs import GraphShape
from samizdat.population import Habits
from samizdat.regime import lever_numbers
from samizdat.schema import Adoption


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
