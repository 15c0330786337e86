"""Parameters of the graph generators."""

from typing import Annotated, NamedTuple, TypedDict

from samizdat.core.network.csr import KINDS
from samizdat.core.quantity import Quantity

_CIRCLES = "circles of 3-5 in groups of 9-15: Zhou et al. 2005, Proc. R. Soc. B 272:439"
_SKEWS = "1: all alike; 2, 3, 4: a tail of degrees with exponent 3, 2.5, 2.33"
_TAILS = "assumed; exponents of 2-3: Clauset, Shalizi & Newman 2009, SIAM Review 51:661"


class GraphShape(NamedTuple):
    """Parameters of the graph generators; each generator reads its own fields."""

    # social
    close_degree: Annotated[
        float, Quantity("mean number of close ties", 0, 50, "ties", 0, f"assumed; {_CIRCLES}")
    ] = 5.0
    acquaintance_reach: Annotated[
        float,
        Quantity("median distance of near acquaintances, in the numbering", 1, 1e6, "citizens"),
    ] = 60.0
    close_far: Annotated[
        float, Quantity("share of acquaintances who live anywhere in the region", 0, 1, off=0)
    ] = 0.1
    online_degree: Annotated[
        float, Quantity("mean number of online ties", 0, 500, "ties", off=0)
    ] = 8.0
    online_skew: Annotated[
        float,
        Quantity(f"popularity online: {_SKEWS}", 1, 4, off=1, source=_TAILS, whole=True),
    ] = 2.0
    homophily: Annotated[
        float, Quantity("share of online ties kept within the region", 0, 1, off=0)
    ] = 0.8
    near: Annotated[float, Quantity("share of those kept within the town", 0, 1, off=0)] = 0.5
    town: Annotated[float, Quantity("largest size of a town", 16, 1e6, "citizens", whole=True)] = (
        8192.0
    )
    # textbook graphs
    degree: Annotated[
        float, Quantity("mean degree (erdos_renyi), all degrees (configuration)", 0, 1000, "ties")
    ] = 10.0
    neighbours: Annotated[
        float, Quantity("ties to either side (ring, watts_strogatz)", 1, 500, "ties", whole=True)
    ] = 3.0
    rewiring: Annotated[
        float, Quantity("share of all ties that are rewired (watts_strogatz)", 0, 1, off=0)
    ] = 0.1
    attachments: Annotated[
        float, Quantity("ties of each new citizen (barabasi_albert)", 1, 500, "ties", whole=True)
    ] = 3.0
    sequence: Annotated[
        float, Quantity("degrees (configuration)", 0, 1, names=("regular", "power_law"))
    ] = 0.0
    exponent: Annotated[
        float, Quantity("exponent of power_law degrees (configuration)", 1.5, 5)
    ] = 2.5
    minimum: Annotated[
        float, Quantity("smallest power_law degree (configuration)", 1, 500, "ties", whole=True)
    ] = 3.0
    neighbourhood: Annotated[
        float, Quantity("4 or 8 neighbours (lattice)", 0, 1, names=("von_neumann", "moore"))
    ] = 0.0
    tie: Annotated[float, Quantity("kind of all ties of a textbook graph", 0, 1, names=KINDS)] = 0.0


class GraphFacts(TypedDict):
    """Facts of a graph that take seconds to compute for millions of citizens, see `Graph.facts`."""

    digest: str
    region_first: list[int]
    measures: dict[str, float | int]


def mean_degree(kind: str, shape: GraphShape) -> float:
    """Return the expected number of ties per citizen, before anything is drawn."""
    degrees = {
        "social": shape.close_degree + shape.online_degree,
        "erdos_renyi": shape.degree,
        "watts_strogatz": 2 * shape.neighbours,
        "barabasi_albert": 2 * shape.attachments,
        "configuration": shape.degree if shape.sequence == 0 else 3 * shape.minimum,
        "ring": 2 * shape.neighbours,
        "lattice": 8.0 if shape.neighbourhood else 4.0,
    }
    return degrees.get(kind, 0.0)
