"""What the page reads from a running simulation: what is in force, events, laws, counts."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from samizdat.page.in_force import InForce, Where, in_force, laws_on, rules_of, tomorrow_of
from samizdat.run.environment import Environment
from samizdat.run.simulation import Simulation
from samizdat.run.values import numbers_on
from samizdat.scenario.timeline import Course, Event
from samizdat.text.apart import Titled, told_apart
from samizdat.text.catalogue import plain
from samizdat.views.looks import day_in_words


def parameters_of(simulation: Simulation) -> dict[str, float]:
    """Return the national parameters in force on the next day, laws included."""
    scenario, spec = simulation.scenario, simulation.scenario.spec
    day, step_days = simulation.step_number * float(spec.step_days), float(spec.step_days)
    course = Course(spec.timeline, spec.start, scenario.region_names)
    held = [pair for pair in course.settings_on(day, step_days) if not pair[0].regions]
    laws = laws_on(simulation, simulation.environment, day)
    numbers, values = numbers_on(scenario, simulation.sizes, held, laws)
    return numbers | {n: float(own[0]) for n, own in values.items() if (own == own[0]).all()}


class RegimeReading(NamedTuple):
    """What the panel of the state shows.

    Attributes
    ----------
    date
        The next day; None after the last.
    lines
        What is in force on it, or was ordered and begins later.
    rules
        Levers that may act by rule, and where.
    events
        Events that run and were not conceded: id -> title, told apart.
    arrivals
        Grievances that arrived by chance and run, by title.
    laws
        The threat that the state feels and its laws by threat, as lines.
    """

    date: dt.date | None = None
    lines: tuple[InForce, ...] = ()
    rules: Mapping[str, Where] = {}
    events: Mapping[str, str] = {}
    arrivals: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()


def regime_of(simulation: Simulation) -> RegimeReading:
    """Return what the panel of the state shows of a simulation."""
    tomorrow = tomorrow_of(simulation)
    if tomorrow is None:
        return RegimeReading(laws=laws_of(simulation))
    return RegimeReading(
        date=tomorrow.date,
        lines=in_force(simulation, tomorrow),
        rules=rules_of(simulation, tomorrow),
        events=events_of(simulation),
        arrivals=arrivals_of(simulation, tomorrow.environment),
        laws=laws_of(simulation),
    )


def events_of(simulation: Simulation) -> dict[str, str]:
    """Return the events that run on the next day and were not conceded: id -> title.

    Events of the same title are told apart by region, and by date.
    """
    spec = simulation.scenario.spec
    course = Course(spec.timeline, spec.start, simulation.scenario.region_names)
    day = simulation.step_number * float(spec.step_days)
    conceded = simulation.environment.regime_state.conceded
    running = [
        entry
        for entry, when in course.entries
        if isinstance(entry, Event)
        and when.touches(day, spec.step_days)
        and entry.id not in conceded
    ]
    titles = told_apart(
        [Titled(e.label, ", ".join(e.regions), day_in_words(e.begins)) for e in running]
    )
    return {entry.id: title for entry, title in zip(running, titles, strict=True)}


def arrivals_of(simulation: Simulation, tomorrow: Environment) -> tuple[str, ...]:
    """Return the grievances that arrived by chance, run on the next day and were not conceded."""
    spec, names = simulation.scenario.spec, simulation.scenario.region_names
    day = simulation.step_number * float(spec.step_days)
    return tuple(
        f"{names[each.region]}, since {day_in_words(simulation.scenario.date_of(each.step))}"
        for each in tomorrow.arrivals.running(day, spec.step_days)
        if each.id not in tomorrow.regime_state.conceded
    )


def laws_of(simulation: Simulation) -> tuple[str, ...]:
    """Return the threat that the state feels and each law by threat, as lines; none without it."""
    rungs = simulation.rungs
    if not rungs and simulation.threat == 0.0:
        return ()
    lines = [f"The threat that the state feels is {simulation.threat:.2f} of 1."]
    for rung in rungs:
        state = "not reached"
        if rung.reached is not None and rung.acts is not None:
            verb = "acts since" if rung.begun else "will act from"
            state = f"reached on {day_in_words(rung.reached)}, {verb} {day_in_words(rung.acts)}"
            if rung.repealed is not None:
                state = f"reached on {day_in_words(rung.reached)}, "
                state += f"repealed from {day_in_words(rung.repealed)} on"
        lines.append(f"{plain(rung.title)}, at {rung.at:g}: {state}.")
    return tuple(lines)


def counts_of(simulation: Simulation) -> dict[str, int]:
    """Return the citizens by posture on the last day; before the first day all are silent."""
    if simulation.step_number == 0:
        return {"silent": simulation.scenario.citizens}
    return simulation.counts
