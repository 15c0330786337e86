"""Rallies in the model written for Mesa: an object a region, which asks its citizens by name.

The rules are those of `samizdat.core.mechanisms.rally`. Written as a user of Mesa would, who sorts
a list of agents each morning on which somebody has to be found.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from samizdat.core import draws
from samizdat.core.jit import interpreted
from samizdat.core.layout import AWARE, MOBILISE, PLATFORMS
from samizdat.core.mechanisms import decision, fate, rally
from samizdat.scenario.timeline import Event, Window

if TYPE_CHECKING:
    from benchmarks.mesa_citizen import Citizen
    from benchmarks.mesa_idiomatic import Protest

trace_probability, term = interpreted(decision.trace_probability), interpreted(fate.term)


class Announced(NamedTuple):
    """A rally to come."""

    day: float  # from the start
    dated: bool  # by the timeline
    committee: list["Citizen"]


class Square:
    """The rallies of one region.

    Attributes
    ----------
    on
        Whether a rally is on today.
    announced
        The one that is to come, if any.
    """

    def __init__(self, model: "Protest", region: int, entries: list[tuple[Event, Window]]) -> None:
        self.model, self.region = model, region
        self.events = [(event, when) for event, when in entries if when.where[region]]
        start = model.environment.scenario.spec.start
        self.dates = sorted(
            ((float((date - start).days), event.notice) for event, _ in self.events
             for date in event.rallies),
            key=lambda each: each[0],
        )  # fmt: skip
        self.on, self.kappa = False, 0.0
        self.announced: Announced | None = None

    def morning(self) -> None:
        """Let yesterday's rally go on, hold the one that is due, or call for one."""
        model, p = self.model, self.model.p.rally
        if not rally.by_appointment(p):
            self.on, self.announced = False, None
            return
        self.today = model.day * model.step_days
        self.tomorrow = self.today + model.step_days
        running = [
            event for event, when in self.events if when.touches(self.today, model.step_days)
        ]
        goes_on = self.on and self.goes_on(running)
        held = self.is_held()
        self.announce(p)
        if not goes_on and not held and self.announced is None:
            held = self.is_called(running, p)
        if held and not goes_on:
            self.kappa = rally.endurance(self.draw(draws.RALLY_KIND), p)
        self.on = goes_on or held

    def goes_on(self, running: list[Event]) -> bool:
        """Whether somebody came yesterday, and the rally lasts."""
        given = [event.continuation for event in running if event.continuation is not None]
        kappa = max(given, default=self.kappa)
        came = any(citizen.posture == MOBILISE for citizen in self.citizens())
        return came and rally.goes_on(self.draw(draws.RALLY_CONTINUES), kappa, self.model.step_days)

    def is_held(self) -> bool:
        """Whether a rally begins that was announced or has this date."""
        due = self.announced
        if due is not None and due.day < self.tomorrow:
            self.announced = None
            if any(citizen.days_left == 0 for citizen in due.committee):
                return True
            if due.dated:
                return False
        if not any(self.today <= day < self.tomorrow for day, _ in self.dates):
            return False
        if self.announced is not None and not self.announced.dated:
            self.announced = None
        return True

    def announce(self, p: rally.Rally) -> None:
        """Announce a date, in place of what was called without one."""
        for day, notice in self.dates:
            from_day = max(0.0, day - (p.notice if notice is None else notice))
            free = self.announced is None or not self.announced.dated
            if day >= self.tomorrow and self.today <= from_day < self.tomorrow and free:
                self.announced = Announced(day, True, self.committee(p))

    def is_called(self, running: list[Event], p: rally.Rally) -> bool:
        """Call a rally while an event runs; whether it is today already."""
        if not self.model.today[self.region].running:
            return False
        given = [event.call for event in running if event.call is not None]
        rate = rally.call_rate(max(given, default=None), p)
        organisers = self.organisers(p)
        share = sum(self.is_able(citizen) for citizen in organisers) / len(organisers)
        if not rally.is_called(self.draw(draws.RALLY_CALL), rate, share, self.model.step_days):
            return False
        notices = [event.notice for event in running if event.notice is not None]
        day = self.today + max(notices, default=p.notice)
        if day < self.tomorrow:
            return True
        self.announced = Announced(day, False, self.committee(p))
        return False

    def arrest_organisers(self) -> int:
        """Let the state detain who has called; return how many it took."""
        here, p, taken = self.model.today[self.region], self.model.p, 0
        if self.announced is None or here.detain_organisers <= 0:
            return 0
        for citizen in self.announced.committee:
            if citizen.held or citizen.days_left:
                continue
            chance = here.detain_organisers * trace_probability(
                1.0, self.model.readable(citizen.access & PLATFORMS), p.circumvention.anonymity,
                citizen.circumventing,
            )  # fmt: skip
            if chance > 0 and citizen.draw(draws.ORGANISER) < chance:
                ordinary = term(citizen.draw(draws.TERM), p.fate)
                citizen.days_left = max(ordinary, self.steps_until(self.announced.day))
                taken += 1
        return taken

    def steps_until(self, day: float) -> int:
        """Return after how many steps the one comes that contains a day."""
        steps, days = 1, self.model.step_days
        while day >= (self.model.day + steps) * days + days:
            steps += 1
        return steps

    def citizens(self) -> list["Citizen"]:
        """Return who lives here."""
        return self.model.inhabitants[self.region]

    def organisers(self, p: rally.Rally) -> list["Citizen"]:
        """Return who may call: the lowest thresholds."""
        everybody = sorted(self.citizens(), key=lambda citizen: citizen.rank())
        return everybody[: rally.organisers(len(everybody), p)]

    def is_able(self, citizen: "Citizen") -> bool:
        """Whether she has heard of it, and is free."""
        return citizen.attention == AWARE and not citizen.days_left

    def committee(self, p: rally.Rally) -> list["Citizen"]:
        """Return who calls: first those who could be heard online last night."""
        organisers = self.organisers(p)
        able = [citizen for citizen in organisers if self.is_able(citizen)] or organisers
        able.sort(key=lambda citizen: (not citizen.ears & PLATFORMS, citizen.rank()))
        return able[: int(p.committee)]

    def draw(self, stream: int) -> float:
        """Return the region's random number of today, in (0, 1), of a stream."""
        model: Any = self.model
        return float(draws.uniform(model.key, self.region, model.day, stream))
