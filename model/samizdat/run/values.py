"""The values of all numbers on a day: the scenario's, its dated settings, and the laws in force."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from samizdat.run.ladder import Law
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.timeline import Setting, Window


def numbers_on(
    scenario: Scenario,
    sizes: NDArray[np.int64],
    held: Sequence[tuple[Setting, Window]],
    laws: Sequence[Law],
) -> tuple[dict[str, float], dict[str, NDArray[np.float64]]]:
    """Return the rules' parameters, and the levers' per region (R,), under settings and laws.

    A value that begins later replaces one that began earlier, a law's one of the same day; then
    what laws add is added, up to the number's maximum. A pinned number stays as it is.

    Parameters
    ----------
    sizes
        (R,) number of citizens of each region.
    held
        The settings in force, later ones after earlier ones.
    """
    numbers = dict(scenario.parameters)
    values = {
        name: np.full(len(sizes), numbers[name])
        for name, named in REGISTRY.items()
        if named.group in ("regime", "world")
    }
    if "security" not in scenario.pinned:
        own = [region.security for region in scenario.spec.regions]
        values["security"] = np.array(
            [numbers["security"] if each is None else each for each in own], float
        )
    everywhere = np.ones(len(sizes), bool)
    changes = [(when.first, entry.set, when.where) for entry, when in held]
    changes += [(law.begins, law.rung.set, everywhere) for law in laws]
    for _, given_values, where in sorted(changes, key=lambda change: change[0]):
        for name, given in given_values.items():
            if name in scenario.pinned:
                continue
            value = REGISTRY[name].quantity.checked(name, given)
            if name in values:
                values[name][where] = value
            else:
                numbers[name] = value
    for law in laws:
        for name, more in law.rung.add.items():
            if name not in scenario.pinned:
                most = REGISTRY[name].quantity.high
                values[name] = np.minimum(most, values[name] + more)
    return numbers, values
