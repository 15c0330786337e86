"""Fate: the street is met by arrests, what is read by prosecution.

In a region where the police respond, each who mobilised is detained with

    q = min(1, capacity * population * days / mobilised)

(safety in numbers); who posted is prosecuted at rate sanction * X0. The term is
1 + floor(u * detention_days) days.
"""

from typing import Annotated, NamedTuple

from samizdat.core.jit import compiled
from samizdat.core.quantity import Quantity


class Fate(NamedTuple):
    """Parameters of detention."""

    detention_days: Annotated[
        float,
        Quantity(
            "longest detention; terms are uniform up to it",
            1,
            365,
            "day",
            source="administrative arrest of up to 15 days, Kazakh code",
        ),
    ] = 15.0


@compiled
def term(draw: float, p: Fate) -> int:
    """Return the number of steps she will spend in detention."""
    return 1 + int(draw * p.detention_days)
