"""What a run has come to, and what the same random numbers bring without the visitor's orders."""

import datetime as dt
import math
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from samizdat.mesa_model import ProtestModel
from samizdat.page.engine import Engine
from samizdat.run.simulation import Simulation
from samizdat.scenario.interventions import interventions
from samizdat.scenario.scenario import Scenario
from samizdat.society.graph import Graph
from samizdat.views.looks import day_in_words

SECONDS_BETWEEN = 0.3  # of two reports of progress


class Given(NamedTuple):
    """An order that the visitor gave: what, where, and the dates between which it held."""

    title: str
    place: str  # empty: everywhere
    first: str
    last: str  # empty: to the end


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


class _World(NamedTuple):
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
        Called in the thread with what is known so far.
    """

    def __init__(
        self, engine: Engine, scenario: Scenario, publish: Callable[[Ending], None]
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
            ending, world = self.engine.ask(self._read).result()
        except ValueError:  # it is being built again
            return
        self._publish(ending)
        if not ending.orders:
            return
        try:
            self._run_without_orders(ending, world)
        except (ValueError, MemoryError) as problem:
            self._publish(ending._replace(problem=f"There is no second run: {problem}"))

    def _read(self, model: ProtestModel) -> tuple[Ending, _World]:
        run = model.simulation
        ending = Ending(
            summary=run.summary,
            first=run.scenario.spec.start,
            last=run.date,
            orders=orders_of(run.scenario, self.scenario),
            steps=run.step_number,
        )
        return ending, _World(self.scenario, run.seed, run.threads, run.graph)

    def _run_without_orders(self, ending: Ending, world: _World) -> None:
        twin, told = Simulation(*world), time.monotonic()
        while twin.step_number < ending.steps and not self._stopped.is_set():
            twin.step()
            if time.monotonic() - told > SECONDS_BETWEEN:
                told = time.monotonic()
                self._publish(ending._replace(step=twin.step_number))
        self._publish(ending._replace(step=twin.step_number, other=twin.summary))

    def _publish(self, ending: Ending) -> None:
        if not self._stopped.is_set():
            self.publish(ending)


def orders_of(scenario: Scenario, before: Scenario) -> tuple[Given, ...]:
    """Return what was ordered during a run, in the order of the days.

    Parameters
    ----------
    scenario
        The run's, with what was ordered.
    before
        The scenario with which the run began.
    """
    known = {entry.id for entry in interventions(before)}
    given = []
    for entry in interventions(scenario):
        if entry.id in known:
            continue
        last = ""
        if entry.days is not None:
            last = day_in_words(entry.begins + dt.timedelta(days=math.ceil(entry.days) - 1))
        place = ", ".join(entry.regions)
        given.append(Given(entry.title or entry.id, place, day_in_words(entry.begins), last))
    return tuple(given)
