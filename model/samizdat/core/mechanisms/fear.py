"""Fear: the law sets its resting value, violence and arrest raise it, and it relaxes back.

    phi += calm (chill - phi) + terror violence [AWARE] (1-phi) + own [released] (1-phi)
           + witness c / max(1, n_close) (1-phi if witness > 0 else phi)

phi is fear, c the number of her n_close close ties in detention; all rates act per step.
Arrest deters the arrested and hardly those who witness it (Pan & Siegel 2020, Am. Polit. Sci. Rev.
114:109); violence dampens protest at first (Dornschneider-Elkink & Edmonds 2022).
"""

from typing import Annotated, NamedTuple

from samizdat.core.jit import compiled
from samizdat.core.quantity import Quantity


class Fear(NamedTuple):
    """Parameters of fear."""

    calm: Annotated[
        float, Quantity("pull back to the chill of the law", 0, 5, "1/day", rate=True)
    ] = 0.02
    terror: Annotated[
        float, Quantity("gain from full violence, if aware", 0, 5, "1/day", off=0, rate=True)
    ] = 1.5
    own: Annotated[float, Quantity("gain at release from detention", -1, 1, off=0)] = 0.5
    witness: Annotated[
        float, Quantity("gain (or loss) if all close ties are detained", -1, 1, "1/day", off=0)
    ] = -0.02


@compiled
def next_fear(
    fear: float,
    aware: float,
    released: float,
    held_kin: float,
    n_close: float,
    chill: float,
    violence: float,
    p: Fear,
) -> float:
    """Return phi, fear after this step, in [0, 1].

    phi += calm (chill - phi) + terror violence [AWARE] (1 - phi) + own [released] (1 - phi)
    + witness c / max(1, n_close) (1 - phi if witness > 0 else phi), clipped to [0, 1].
    ``held_kin`` is c, ``n_close`` a number of ties; ``aware`` and ``released`` are 0 or 1; calm and
    terror are shares that act in a step, 1 - exp(-rate days), and witness is per step. Signs: Pan &
    Siegel (2020) for own and witness, Dornschneider-Elkink & Edmonds (2022) for terror.
    """
    change = (
        p.calm * (chill - fear)
        + p.terror * violence * aware * (1.0 - fear)
        + p.own * released * (1.0 - fear)
        + p.witness * held_kin / max(1.0, n_close) * (1.0 - fear if p.witness > 0.0 else fear)
    )
    return min(1.0, max(0.0, fear + change))


# Precondition of a shortcut.


@compiled
def only_calms(n_aware: int, n_released: int, n_kin_held: int) -> bool:
    """Whether `next_fear` only pulls all citizens of a block to the chill of the law.

    Every other term is 0 for a citizen who is unaware, was not released today and knows of no kin
    in detention. Fear then depends on itself, calm and chill alone: if no float32 of the block
    changed in a step, none changes in the next under the same two numbers.
    """
    return n_aware == 0 and n_released == 0 and n_kin_held == 0
