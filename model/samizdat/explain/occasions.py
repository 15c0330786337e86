"""What a region offers on a day: the events that run there, and whether a rally is on."""

import datetime as dt

from samizdat.explain.account import Assembly
from samizdat.run.rallies import RallyCall
from samizdat.run.simulation import Simulation
from samizdat.scenario.timeline import Event
from samizdat.text.apart import Titled, told_apart
from samizdat.text.numbers import number


def events_in(simulation: Simulation, region: str) -> tuple[str, ...]:
    """Return what runs in a region: dated events by title, and grievances that arrived."""
    today = simulation.regime_input
    running = set(today.events) if today is not None else set()
    reported = simulation.environment.abroad
    names, scenario = simulation.scenario.region_names, simulation.scenario
    arrived = (
        f"a grievance that arose on {scenario.date_of(each.step)}"
        f" (shock {number(each.shock, digits=2)})"
        for each in simulation.arrivals.all
        if each.id in running and names[each.region] == region
    )
    found = [
        entry
        for entry in simulation.scenario.spec.timeline
        if isinstance(entry, Event)
        and entry.id in running
        and (
            not entry.regions
            or region in entry.regions
            or (entry.shock_abroad > 0 and entry.id in reported)
        )
    ]
    dated = told_apart([Titled(e.label, ", ".join(e.regions), str(e.begins)) for e in found])
    return (*dated, *arrived)


def rally_in(simulation: Simulation, region: int) -> Assembly | None:
    """Return whether a rally is on in a region, and who called it; None: the street is open."""
    if simulation.environment.parameters.rally.on == 0.0:
        return None
    rallies, start = simulation.rallies, simulation.scenario.spec.start
    on, call = bool(rallies.on[region]), rallies.pending.get(region)
    return Assembly(
        on=on,
        organisers=int(rallies.committee_size[region]) if on else 0,
        next_on=str(start + dt.timedelta(days=int(call.day))) if call else "",
        next_organisers=len(call.committee) if call else 0,
    )


def call_of(simulation: Simulation, region: int, citizen: int) -> RallyCall | None:
    """Return the pending call that a citizen has made, with others; None if there is none."""
    call = simulation.rallies.pending.get(region)
    return call if call is not None and citizen in call.committee else None
