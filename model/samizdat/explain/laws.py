"""The laws by threat that hold on a day, and what each of them changes where a citizen lives."""

import datetime as dt
import math
from collections.abc import Sequence

from samizdat.explain.account import LawEffect, LawInForce
from samizdat.run.ladder import Law
from samizdat.run.simulation import Simulation
from samizdat.run.values import numbers_on
from samizdat.scenario.registry import REGISTRY


def laws_in(simulation: Simulation, region: int) -> tuple[LawInForce, ...]:
    """Return the laws by threat that hold in the last step, in the order of the ladder."""
    environment, k = simulation.environment, simulation.step_number - 1
    laws = environment._laws_on(k)
    before = environment._laws_on(k - 1) if k else ()
    start = simulation.scenario.spec.start
    return tuple(
        LawInForce(
            title=law.rung.label,
            since=str(start + dt.timedelta(days=math.floor(law.begins + 1e-9))),
            begins=law not in before,
            effects=_effects(simulation, laws, n, region),
        )
        for n, law in enumerate(laws)
    )


def _effects(
    simulation: Simulation, laws: Sequence[Law], n: int, region: int
) -> tuple[LawEffect, ...]:
    """Return the numbers that would be others today if law ``n`` were not in force."""
    held = simulation.environment._settings_on(simulation.step_number - 1)
    scenario, sizes = simulation.scenario, simulation.sizes
    _, values = numbers_on(scenario, sizes, held, laws)
    _, others = numbers_on(scenario, sizes, held, [*laws[:n], *laws[n + 1 :]])
    rung = laws[n].rung
    found = (
        LawEffect(name, _shown(name, values[name][region]), _shown(name, others[name][region]))
        for name in dict.fromkeys((*rung.add, *rung.set))
    )
    return tuple(effect for effect in found if effect.value != effect.without)


def _shown(name: str, value: float) -> float | str:
    """Return the value of a number, or the word for it."""
    words = REGISTRY[name].quantity.names
    return words[int(value)] if words else float(value)
