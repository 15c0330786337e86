"""What a run has come to, and what the same random numbers bring without the visitor's orders."""

import datetime as dt
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from samizdat.mesa_model import ProtestModel
from samizdat.page.engine import Engine
from samizdat.run.simulation import Simulation
from samizdat.scenario.interventions import interventions
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.scenario.timeline import Action, Setting
from samizdat.society.graph import Graph

SECONDS_BETWEEN = 0.3  # of two reports of progress


class Given(NamedTuple):
    """What the visitor ordered or ended.

    Attributes
    ----------
    regions
        Where; empty for everywhere.
    first, last
        The dates between which it held; no last day where it held to the end.
    """

    title: str
    regions: tuple[str, ...]
    first: dt.date
    last: dt.date | None


class Ending(NamedTuple):
    """A run that has ended.

    Attributes
    ----------
    summary
        `Simulation.summary` of the run.
    first, last
        Dates of the first and of the last day.
    other
        The summary of a second run, without the orders; None where it is not done, or there are no
        orders.
    step, steps
        Number of steps that the second run has done, and of all.
    problem
        Why there is no second run.
    """

    summary: dict[str, Any]
    first: dt.date
    last: dt.date
    orders: tuple[Given, ...]
    other: dict[str, Any] | None = None
    step: int = 0
    steps: int = 0
    problem: str = ""


class _SecondRun(NamedTuple):
    """What is needed to run the same citizens again."""

    scenario: Scenario
    seed: int
    threads: int
    graph: Graph


class EndingRun:
    """Reads the ending of a run, and runs its twin without orders, in a thread of its own.

    Parameters
    ----------
    scenario
        The scenario with which the run began, before any order.
    publish
        Called in the thread with what is known so far; with None where the last day is not shown
        any more.
    """

    def __init__(
        self, engine: Engine, scenario: Scenario, publish: Callable[[Ending | None], None]
    ) -> None:
        self.engine, self.scenario, self.publish = engine, scenario, publish
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._live, name="samizdat-ending", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step in progress; nothing more is published."""
        self._stopped.set()

    def _live(self) -> None:
        try:
            ending, world = self.engine.ask(self._read, settled=True).result()
        except ValueError:  # it is being built again, or an earlier day is shown
            self._publish(None)
            return
        self._publish(ending)
        if not ending.orders:
            return
        try:
            self._run_without_orders(ending, world)
        except (ValueError, MemoryError) as problem:
            self._publish(ending._replace(problem=f"There is no second run: {problem}"))

    def _read(self, model: ProtestModel) -> tuple[Ending, _SecondRun]:
        run = model.simulation
        if not run.finished:
            raise ScenarioError("this is not the last day")
        ending = Ending(
            summary=run.summary,
            first=run.scenario.spec.start,
            last=run.date,
            orders=orders_of(run.scenario, self.scenario),
            steps=run.step_number,
        )
        return ending, _SecondRun(self.scenario, run.seed, run.threads, run.graph)

    def _run_without_orders(self, ending: Ending, world: _SecondRun) -> None:
        twin, told = Simulation(*world), time.monotonic()
        while twin.step_number < ending.steps and not self._stopped.is_set():
            twin.step()
            if time.monotonic() - told > SECONDS_BETWEEN:
                told = time.monotonic()
                self._publish(ending._replace(step=twin.step_number))
        self._publish(ending._replace(step=twin.step_number, other=twin.summary))

    def _publish(self, ending: Ending | None) -> None:
        if not self._stopped.is_set():
            self.publish(ending)


def orders_of(scenario: Scenario, before: Scenario) -> tuple[Given, ...]:
    """Return what was ordered during a run, and what was ended of the scenario's, by date.

    Parameters
    ----------
    scenario
        The run's, with all that was ordered and ended.
    before
        The scenario with which the run began.
    """
    known = {entry.id for entry in interventions(before)}
    given = [
        Given(e.label, e.regions, e.begins, _last_day(e))
        for e in interventions(scenario)
        if e.id not in known
    ]
    return tuple(sorted([*given, *_ended(scenario, before)], key=lambda each: each.first))


def _ended(scenario: Scenario, before: Scenario) -> Iterator[Given]:
    """Yield what the visitor ended of the scenario's own entries and laws."""
    now = {entry.id: entry for entry in scenario.spec.timeline}
    for old in before.spec.timeline:
        new = now.get(old.id)
        if not isinstance(old, Action | Setting) or new == old:
            continue
        if isinstance(new, Action | Setting):
            if new.days != old.days and (last := _last_day(new)) is not None:
                date = last + dt.timedelta(days=1)
                yield Given(f"Ended: {old.label}", old.regions, date, date)
        elif _held(old, before):
            yield Given(f"Called off: {old.label}", old.regions, old.begins, old.begins)
    for old_rung, rung in zip(before.spec.ladder, scenario.spec.ladder, strict=False):
        if rung.repealed is not None and rung.repealed != old_rung.repealed:
            yield Given(f"Repealed: {rung.label}", (), rung.repealed, rung.repealed)


def _held(entry: Action | Setting, before: Scenario) -> bool:
    """Whether an entry could act: a new order removes those that cannot (see `amended`)."""
    if isinstance(entry, Action):
        return before.spec.actions != "rule"
    return not set(entry.set) <= before.pinned


def _last_day(entry: Action | Setting) -> dt.date | None:
    if entry.days is None:
        return None
    return entry.begins + dt.timedelta(days=math.ceil(entry.days) - 1)
