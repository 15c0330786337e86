"""Fear: law sets its floor, violence and arrest raise it, time calms it.

    phi += calm (chill - phi) + terror violence [AWARE] (1-phi) + own [released] (1-phi)
           + witness c / max(1, n_close) (1-phi if witness > 0 else phi)

Arrest deters the arrested, hardly those who watch (Pan & Siegel 2020, Am. Polit. Sci. Rev.
114:109); violence dampens at first (Dornschneider-Elkink & Edmonds 2022).
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
    """Return tomorrow's fear in [0, 1]; the flags are 0 or 1."""
    change = (
        p.calm * (chill - fear)
        + p.terror * violence * aware * (1.0 - fear)
        + p.own * released * (1.0 - fear)
        + p.witness * held_kin / max(1.0, n_close) * (1.0 - fear if p.witness > 0.0 else fear)
    )
    return min(1.0, max(0.0, fear + change))
