"""Fate: arrests in the street, prosecution of posts that the state can trace.

In a region where the police respond, each citizen who mobilised is detained with probability

    q = min(1, capacity * population * days / mobilised)

(safety in numbers). A citizen who posted is prosecuted with probability sanction * X0 in a step;
one who posted yesterday is arrested beforehand with probability preempt * X0, where X0 is taken at
full surveillance. X0 is the probability that the post is traced (`decision.trace_probability`).
The term is 1 + floor(u * detention_days) steps, u uniform in (0, 1). A uniform jail term: Epstein
(2002), PNAS 99:7243. The lever ``arrests`` sets q after those in the street are counted.
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
    """Return the number of steps that a citizen arrested today will spend in detention.

    1 + floor(u T), u being ``draw`` and T detention_days, given in steps: uniform on 1 ... T, after
    Epstein's (2002) jail term.
    """
    return 1 + int(draw * p.detention_days)


# Preconditions of shortcuts.


@compiled
def may_arrest(arrest_chance: float, sanction: float) -> bool:
    """Whether anybody who acts today can be detained: both chances have these as factors."""
    return arrest_chance > 0.0 or sanction > 0.0


@compiled
def may_preempt(preempt: float) -> bool:
    """Whether anybody who posted yesterday can be detained: her chance is a multiple of this."""
    return preempt > 0.0
