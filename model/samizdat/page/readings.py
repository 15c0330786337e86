"""What the page reads from a running simulation: parameters in force, events, laws, counts."""

from samizdat.run.ladder import laws_of as all_laws
from samizdat.run.simulation import Simulation
from samizdat.run.values import numbers_on
from samizdat.scenario.timeline import Course, Event
from samizdat.text.catalogue import plain
from samizdat.views.looks import day_in_words


def parameters_of(simulation: Simulation) -> dict[str, float]:
    """Return the national parameters in force on the next day, laws included."""
    scenario, spec = simulation.scenario, simulation.scenario.spec
    day, step_days = simulation.step_number * float(spec.step_days), float(spec.step_days)
    course = Course(spec.timeline, spec.start, scenario.region_names)
    held = [pair for pair in course.settings_on(day, step_days) if not pair[0].regions]
    reached = simulation.environment.regime_state.reached
    laws = [
        each for each in all_laws(spec.ladder, reached, spec.start) if each.touches(day, step_days)
    ]
    numbers, values = numbers_on(scenario, simulation.sizes, held, laws)
    return numbers | {n: float(own[0]) for n, own in values.items() if (own == own[0]).all()}


def events_of(simulation: Simulation) -> dict[str, str]:
    """Return the events that run on the next day and were not conceded: id -> title."""
    spec = simulation.scenario.spec
    course = Course(spec.timeline, spec.start, simulation.scenario.region_names)
    day = simulation.step_number * float(spec.step_days)
    conceded = simulation.environment.regime_state.conceded
    return {
        entry.id: entry.title or entry.id
        for entry, when in course.entries
        if isinstance(entry, Event)
        and when.touches(day, spec.step_days)
        and entry.id not in conceded
    }


def laws_of(simulation: Simulation) -> tuple[str, ...]:
    """Return the threat that the state feels and each law by threat, as lines; none without it."""
    rungs = simulation.rungs
    if not rungs and simulation.threat == 0.0:
        return ()
    lines = [f"The threat that the state feels is {simulation.threat:.2f} of 1."]
    for rung in rungs:
        state = "not reached"
        if rung.reached is not None and rung.acts is not None:
            verb = "acts since" if rung.in_force else "will act from"
            state = f"reached on {day_in_words(rung.reached)}, {verb} {day_in_words(rung.acts)}"
        lines.append(f"{plain(rung.title)}, at {rung.at:g}: {state}.")
    return tuple(lines)


def counts_of(simulation: Simulation) -> dict[str, int]:
    """Return the citizens by posture on the last day; before the first day all are silent."""
    if simulation.step_number == 0:
        return {"silent": simulation.scenario.citizens}
    return simulation.counts
