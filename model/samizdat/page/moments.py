"""The days worth a look: an entry of the timeline or an order begins, or people begin to act."""

import numpy as np
from numpy.typing import NDArray

from samizdat.core.layout import N_MOBILISE
from samizdat.run.simulation import Simulation
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.timeline import Course, Event

QUIET = 7  # days without anybody in the street, after which the next protest is a new one

EVENT, OTHER = 2, 1  # how long a beginning is worth a look [steps]

Flags = NDArray[np.bool_]
Beginnings = NDArray[np.int8]


def beginnings(scenario: Scenario) -> Beginnings:
    """Return for each step (T,) what begins in it: EVENT, OTHER entries of the timeline, or 0."""
    spec = scenario.spec
    found = np.zeros(scenario.steps_until(), np.int8)
    for entry, when in Course(spec.timeline, spec.start, scenario.region_names).entries:
        step = int(when.first / spec.step_days + 1e-9)
        if 0 <= step < len(found):
            found[step] = max(found[step], EVENT if isinstance(entry, Event) else OTHER)
    return found


def began(simulation: Simulation, begins: Beginnings, first: int, last: int) -> Flags:
    """Return in which of the steps done, first ... last - 1, an entry or an order began."""
    found = begins[first:last] > 0
    actions = simulation.history.actions[max(0, first - 1) : last]
    rises: Flags = np.any(actions[1:] > actions[:-1], axis=(1, 2))
    found[len(found) - len(rises) :] |= rises
    if first == 0 and last > 0:
        found[0] |= (actions[0] > 0).any()
    return found


def acted(simulation: Simulation, first: int, last: int) -> Flags:
    """Return in which of the steps done, first ... last - 1, somebody was in the street."""
    tallies = simulation.history.tallies[first:last, :, N_MOBILISE]
    return np.asarray(tallies.any(axis=1))


def is_moment(simulation: Simulation, begins: Beginnings, step: int) -> bool:
    """Whether something began in a step done, or people in the street after quiet days."""
    if began(simulation, begins, step, step + 1)[0]:
        return True
    if not acted(simulation, step, step + 1)[0]:
        return False
    return not acted(simulation, max(0, step - QUIET), step).any()


def next_moment(simulation: Simulation, begins: Beginnings, step: int, done: int) -> int | None:
    """Return the number of steps done at the end of the next such day after ``step`` steps.

    Only the ``done`` steps are searched, which may be more than the simulation shows.
    """
    return next((k + 1 for k in range(step, done) if is_moment(simulation, begins, k)), None)
