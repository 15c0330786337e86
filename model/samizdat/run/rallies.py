"""Rallies: where one is on today, which are called for later, and who has called them.

Each morning, by region, from the state and the counts of the step before: a rally goes on; a
pending call falls due, and is held unless its whole committee is in detention; a dated rally is
held; a dated call becomes pending; a call is made. In the evening the state may detain those whose
call is pending. With ``rally.on`` 0 nothing of this happens and the street is open any day.
"""

import bisect
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core import draws
from samizdat.core.layout import (
    AWARE,
    DETAINED,
    FIRST,
    N_NEWLY_DETAINED,
    NOW_HELD,
    PLATFORMS,
    World,
)
from samizdat.core.mechanisms import rally
from samizdat.core.mechanisms.decision import trace_probability
from samizdat.core.mechanisms.fate import term
from samizdat.core.parameters import Parameters
from samizdat.core.quantity import end_of_step
from samizdat.run.measures import RALLIES
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.timeline import Event, Window, window

LONGEST_NOTICE = 60.0  # days
CALLED, HELD, PREVENTED, ON = range(len(RALLIES))


class RallyCall(NamedTuple):
    """A call for a rally in one region."""

    day: float  # of the rally, from the start
    dated: bool  # whether the timeline dates it
    committee: tuple[int, ...]  # the citizens without whom there is no rally


class DatedRally(NamedTuple):
    """A date of an event's rallies."""

    day: float  # from the start
    notice: float | None  # days; None: rally.notice
    where: NDArray[np.bool_]  # (R,)

    def called_on(self, p: rally.Rally) -> float:
        """Return the day of the call; the first, if it was made before."""
        return max(0.0, self.day - (p.notice if self.notice is None else self.notice))


class Morning(NamedTuple):
    """What one step knows of the day, for all regions."""

    seed: int
    step: int
    day: float
    step_days: float
    world: World  # with the state of the step before
    mobilised: NDArray[np.int64]  # (R,) in the step before
    running: list[tuple[Event, Window]]
    dated: list[DatedRally]  # held today, unless they are prevented
    announced: list[DatedRally]  # called today for later
    p: rally.Rally

    def draw(self, region: int, stream: int) -> float:
        """Return the region's draw of the step in a stream."""
        return draws.uniform(self.seed, region, self.step, stream)

    def reaches(self, day: float) -> bool:
        """Whether a day lies in this step or before it."""
        return day < end_of_step(self.day, self.step_days)

    def largest(self, name: str, region: int) -> float | None:
        """Return the largest value that events running in a region give; None if none gives one."""
        given = [getattr(event, name) for event, when in self.running if when.where[region]]
        return max((value for value in given if value is not None), default=None)


class Rallies:
    """The rallies of a run, by region.

    Attributes
    ----------
    on
        (R,) whether a rally is on.
    kappa
        (R,) the chance per day that it goes on, where one is on.
    committee_size
        (R,) how many called the rally that is on; 0 if it was dated without notice.
    pending
        From a region to the call for a later step.
    counts
        (R, len(RALLIES)) of the step.
    """

    def __init__(self, scenario: Scenario) -> None:
        spec, regions = scenario.spec, len(scenario.region_names)
        self._step_days, self._first = float(spec.step_days), scenario.region_first
        self._events = [
            (entry, window(entry, spec.start, scenario.region_names))
            for entry in spec.timeline
            if isinstance(entry, Event)
        ]
        dated = [
            DatedRally(float((date - spec.start).days), event.notice, when.where)
            for event, when in self._events
            for date in event.rallies
        ]
        self._dated = sorted(dated, key=lambda each: each.day)
        self._days = [each.day for each in self._dated]
        self._organisers: dict[tuple[int, float, float], NDArray[np.int64]] = {}
        self.on = np.zeros(regions, bool)
        self.kappa = np.zeros(regions)
        self.committee_size = np.zeros(regions, np.int64)
        self.pending: dict[int, RallyCall] = {}
        self._remembers = False
        self.counts = np.zeros((regions, len(RALLIES)), np.int64)

    def morning(
        self, step: int, seed: int, world: World, mobilised: NDArray[np.int64], p: rally.Rally
    ) -> None:
        """Decide where a rally is on today, and write it into the signals of ``world``.

        Parameters
        ----------
        world
            With the signals of the day, and still with the state of the step before.
        mobilised
            (R,) citizens in the street in the step before.
        """
        if not rally.by_appointment(p):
            if self._remembers:
                self._forget()
            return
        self._remembers = True
        self.counts[:] = 0
        day, signals = step * self._step_days, world.signals
        dated, announced = self._dates(day, p)
        if dated or announced or self.pending or self.on.any() or signals["running"].any():
            running = [pair for pair in self._events if pair[1].touches(day, self._step_days)]
            today = Morning(
                seed, step, day, self._step_days, world, mobilised, running, dated, announced, p
            )
            for region in range(len(self.on)):
                self._decide(region, today)
        signals["rally"] = self.counts[:, ON] = self.on

    def _forget(self) -> None:
        """Forget all rallies and calls: nobody waits for one any more."""
        self.counts[:], self.on[:], self._remembers = 0, False, False
        self.pending.clear()

    def _dates(self, day: float, p: rally.Rally) -> tuple[list[DatedRally], list[DatedRally]]:
        """Return the dated rallies of this step, and those that are called in it for later."""
        today = end_of_step(day, self._step_days)
        begin = bisect.bisect_left(self._days, day)
        middle = bisect.bisect_left(self._days, today, begin)
        end = bisect.bisect_left(self._days, today + LONGEST_NOTICE, middle)
        later = [each for each in self._dated[middle:end] if day <= each.called_on(p) < today]
        return self._dated[begin:middle], later

    def _decide(self, r: int, today: Morning) -> None:
        """Let a region's rally go on, begin or be called."""
        goes_on = bool(self.on[r]) and self._goes_on(r, today)
        begins = self._fall_due(r, today)
        self._announce(r, today)
        if not (goes_on or begins or r in self.pending):
            begins = self._call(r, today)
        if begins:
            self.counts[r, HELD] = 1
        if begins and not goes_on:  # one that goes on keeps its own
            self.kappa[r] = rally.endurance(today.draw(r, draws.RALLY_KIND), today.p)
            self.committee_size[r] = len(begins.committee)
        self.on[r] = goes_on or begins is not None

    def _goes_on(self, r: int, today: Morning) -> bool:
        """Whether yesterday's rally goes on: somebody came, and the draw is below kappa."""
        given = today.largest("continuation", r)
        kappa = float(self.kappa[r]) if given is None else given
        draw = today.draw(r, draws.RALLY_CONTINUES)
        return today.mobilised[r] > 0 and rally.goes_on(draw, kappa, today.step_days)

    def _fall_due(self, r: int, today: Morning) -> RallyCall | None:
        """Return the call that is held today: one that is due, or a date of the timeline.

        A call is prevented if its whole committee is in detention. A date that nobody called for
        before, because the notice was short or another dated call was pending, needs no committee.
        """
        call = self.pending.get(r)
        if call is not None and today.reaches(call.day):
            del self.pending[r]
            if any(today.world.state.days_left[i] == 0 for i in call.committee):
                return call
            self.counts[r, PREVENTED] += 1
            if call.dated:
                return None
        for date in today.dated:
            if date.where[r]:
                self.counts[r, CALLED] += 1
                if call is not None and not call.dated:
                    self.pending.pop(r, None)
                return RallyCall(date.day, True, ())
        return None

    def _announce(self, r: int, today: Morning) -> None:
        """Let a dated call become pending, in the step that contains its date less the notice."""
        for date in today.announced:
            pending = self.pending.get(r)
            if date.where[r] and not (pending is not None and pending.dated):
                self.counts[r, CALLED] += 1
                self.pending[r] = RallyCall(date.day, True, self._committee(r, today))

    def _call(self, r: int, today: Morning) -> RallyCall | None:
        """Make a call by rule while an event runs; return it if its rally is today."""
        if not today.world.signals["running"][r]:
            return None
        rate = rally.call_rate(today.largest("call", r), today.p)
        draw = today.draw(r, draws.RALLY_CALL)
        if not rally.is_called(draw, rate, 1.0, today.step_days):  # as if all knew
            return None
        if not rally.is_called(draw, rate, self.share(r, today.world, today.p), today.step_days):
            return None
        notice = today.largest("notice", r)
        day = today.day + (today.p.notice if notice is None else notice)
        call = RallyCall(day, False, self._committee(r, today))
        self.counts[r, CALLED] += 1
        if today.reaches(day):
            return call
        self.pending[r] = call
        return None

    def organisers(self, r: int, world: World, p: rally.Rally) -> NDArray[np.int64]:
        """Return who may call a rally in a region: the lowest thresholds, ties by number."""
        key = (r, p.organisers, p.committee)
        if key not in self._organisers:
            first, last = int(self._first[r]), int(self._first[r + 1])
            thresholds = world.traits.threshold[first:last]
            count = rally.organisers(last - first, p)
            highest = np.partition(thresholds, count - 1)[count - 1]
            below = np.flatnonzero(thresholds < highest)
            equal = np.flatnonzero(thresholds == highest)[: count - len(below)]
            self._organisers[key] = first + np.union1d(below, equal)
        return self._organisers[key]

    def share(self, r: int, world: World, p: rally.Rally) -> float:
        """Return the share of a region's organisers who are aware and free."""
        ids = self.organisers(r, world, p)
        return len(_able(ids, world)) / len(ids)

    def _committee(self, r: int, today: Morning) -> tuple[int, ...]:
        """Return who calls: of the organisers, first those who could be heard online last night.

        Organisers who are aware and free, or all if there is none; then by threshold and number.
        """
        ids, world = self.organisers(r, today.world, today.p), today.world
        able = _able(ids, world)
        chosen = able if len(able) else ids
        offline = (world.state.ears[chosen] & PLATFORMS) == 0
        order = np.lexsort((chosen, world.traits.threshold[chosen], offline))
        return tuple(chosen[order][: int(today.p.committee)].tolist())

    def arrest_organisers(
        self, step: int, seed: int, world: World, p: Parameters, tallies: NDArray[np.int64]
    ) -> None:
        """Detain organisers of pending calls after the day's arrests; count them in ``tallies``."""
        for r, call in self.pending.items():
            strength = float(world.signals["detain_organisers"][r])
            if strength <= 0.0:
                continue
            steps = steps_until(call.day, step, self._step_days)
            for i in call.committee:
                chance = detention_chance(i, strength, world, p)
                if chance > 0.0 and draws.uniform(seed, i, step, draws.ORGANISER) < chance:
                    ordinary = term(draws.uniform(seed, i, step, draws.TERM), p.fate)
                    world.state.days_left[i] = max(ordinary, steps)
                    block = int(np.searchsorted(world.blocks[:, FIRST], i, side="right")) - 1
                    world.caches.block_counts[block, NOW_HELD] += 1
                    world.tallies[block, N_NEWLY_DETAINED] += 1
                    tallies[r, N_NEWLY_DETAINED] += 1

    def take_over(self, before: "Rallies") -> None:
        """Take over what was on and pending."""
        self.read_table(before.to_table())

    def to_table(self) -> dict[str, Any]:
        """Return what a run remembers of its rallies, in JSON's types, for `read_table`."""
        return {
            "on": self.on.tolist(),
            "kappa": self.kappa.tolist(),
            "committee_size": self.committee_size.tolist(),
            "pending": [[r, *call] for r, call in self.pending.items()],
            "counts": self.counts.tolist(),
        }

    def read_table(self, table: Mapping[str, Any]) -> None:
        """Take over what `to_table` returned."""
        self._remembers = True
        for name in ("on", "kappa", "committee_size", "counts"):
            getattr(self, name)[...] = table[name]
        self.pending = {
            int(r): RallyCall(float(day), bool(dated), tuple(committee))
            for r, day, dated, committee in table["pending"]
        }


def _able(ids: NDArray[np.int64], world: World) -> NDArray[np.int64]:
    """Return those of some citizens who are aware and free."""
    state = world.state
    return np.asarray(ids[(state.attention[ids] == AWARE) & (state.days_left[ids] == 0)])


def detention_chance(i: int, strength: float, world: World, p: Parameters) -> float:
    """Return the chance that an organiser is detained tonight; 0 if she is in detention already.

    detain_organisers times the largest readable share of the platforms that she uses, times
    (1 - anonymity circumventing): the state finds those whom it can read.
    """
    state = world.state
    if state.posture[i] == DETAINED or state.days_left[i] > 0:
        return 0.0
    readable = float(world.readable[int(state.access[i]) & PLATFORMS])
    anonymity, circumventing = p.circumvention.anonymity, int(state.circumventing[i])
    return strength * trace_probability(1.0, readable, anonymity, circumventing)


def steps_until(day: float, step: int, step_days: float) -> int:
    """Return the steps after ``step``, up to and including the one that contains ``day``."""
    last = step + 1
    while day >= (last + 1) * step_days:
        last += 1
    return last - step
