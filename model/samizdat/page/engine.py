"""A simulation that runs beside its page: one thread owns it, and all others send it jobs.

Orders, questions and snapshots are jobs that this thread executes between two steps. So no step is
ever seen half done, however slow the page is and however many orders arrive.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple, TypeVar

from samizdat.explain import Explainer
from samizdat.mesa_model import ProtestModel
from samizdat.page.choice import Choice
from samizdat.page.citizen_log import CitizenLog
from samizdat.page.interventions import Intervention, TimelineEntry, is_same_order
from samizdat.page.twin import TwinRun
from samizdat.run.simulation import Simulation
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.schema import ScenarioError

T = TypeVar("T")

EXPLAINS_ALL = 200_000  # citizens: up to this number any citizen's last day can be explained
IDLE_SECONDS = 600.0  # without use, until the simulation is discarded
POLL_SECONDS = 5.0  # between two checks whether the page is idle
RUN_SECONDS, DRAW_SECONDS, WAIT_SECONDS = 0.2, 0.5, 0.01  # how an unpaced run lets others draw
UNPACED = 0.0  # steps a second: no limit


class Status(NamedTuple):
    """The state of a run, as far as a page shows it without a snapshot."""

    phase: str = "building"  # building, ready, failed, idle
    problem: str = ""
    playing: bool = False
    step: int = 0
    steps: int = 0
    date: str = ""
    catching_up: int = -1  # the step of a twin that is behind
    run: int = 0  # number of simulations built so far

    @property
    def finished(self) -> bool:
        """Whether the last step is done."""
        return self.phase == "ready" and self.step >= self.steps


class Engine:
    """Builds a visitor's simulation and steps it in a thread, no faster than the speed chosen.

    Parameters
    ----------
    choice
        The simulation to build first.
    max_citizens
        Largest number of citizens that is served.
    speed
        Steps a second, or UNPACED.
    playing
        Whether it runs as soon as it is built.
    idle_seconds
        How long it may be unused before the simulation is discarded.
    poll_seconds
        How long it waits for jobs before it checks for that.

    Attributes
    ----------
    changed
        Set whenever there is something new to show.
    interventions
        What the visitor ordered since the simulation was built.
    """

    def __init__(
        self,
        choice: Choice,
        max_citizens: int,
        speed: float = 3.0,
        *,
        playing: bool = True,
        idle_seconds: float = IDLE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self.choice, self.max_citizens, self.speed = choice, max_citizens, speed
        self.idle_seconds, self.poll_seconds = idle_seconds, poll_seconds
        self.changed = threading.Event()
        self.interventions: tuple[Intervention, ...] = ()
        self.status = Status()
        self._model: ProtestModel | None = None
        self._twin: TwinRun | None = None
        self._citizen_log: CitizenLog | None = None
        self._explainer: Explainer | None = None  # of all citizens
        self._playing, self._due, self._last_used = playing, 0.0, time.monotonic()
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._has_painter, self._drawn = False, threading.Event()
        self._ran_since, self._waits_until = 0.0, 0.0
        self._thread = threading.Thread(target=self._live, name="samizdat-page", daemon=True)

    def start(self) -> None:
        """Begin to build."""
        self._jobs.put(self._build)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the step in progress, and discard the simulation."""
        self._stopped.set()
        self._jobs.put(lambda: None)

    def join(self, seconds: float) -> bool:
        """Wait for the end of the thread; return whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def mark_drawn(self) -> None:
        """Tell that the last changes were drawn; unpaced runs wait for it from now on."""
        self._has_painter = True
        self._drawn.set()

    def ask(self, question: Callable[[ProtestModel], T]) -> "Future[T]":
        """Have a question answered between two steps.

        The answer must not refer to the model, which moves on.
        """
        answer: Future[T] = Future()

        def job() -> None:
            if self._model is None:
                answer.set_exception(ScenarioError("there is no simulation yet"))
                return
            try:
                answer.set_result(question(self._model))
            except Exception as problem:
                answer.set_exception(problem)

        self._jobs.put(job)
        return answer

    def play(self) -> None:
        """Run, step by step."""
        self._submit(partial(self._set_playing, True))

    def pause(self) -> None:
        """Stop after the step in progress."""
        self._submit(partial(self._set_playing, False))

    def step(self) -> None:
        """Take one step and pause."""
        self._submit(self._one_step)

    def set_speed(self, speed: float) -> None:
        """Take at most this number of steps a second; UNPACED for no limit."""
        self._submit(partial(self._set_speed, speed))

    def build(self, choice: Choice, *, playing: bool | None = None) -> None:
        """Start again, with another choice or the same."""
        self.choice = choice
        if playing is not None:
            self._submit(partial(self._set_playing, playing))
        self._submit(self._build)

    def enact(self, entry: TimelineEntry) -> "Future[str]":
        """Let an entry of the timeline begin on the next day; return its id."""
        return self._ask_as_user(lambda model: self._enact(model, dict(entry)))

    def toggle(self, entry: TimelineEntry) -> "Future[None]":
        """Lift an order if it is in force, else give it."""
        return self._ask_as_user(lambda model: self._toggle(model, dict(entry)))

    def lift(self, which: str) -> "Future[None]":
        """End an intervention, by its id, before the next day."""
        return self._ask_as_user(lambda model: self._lift(model, which))

    def watch(self, citizen: int | None) -> "Future[None]":
        """Record the days of a citizen from now on; of nobody with None."""
        return self._ask_as_user(lambda model: self._watch(model, citizen))

    def compare(self, lever: str | None) -> "Future[None]":
        """Run a twin without a lever beside this run; none with None."""
        return self._ask_as_user(lambda model: self._compare(model, lever))

    def scenario_file(self) -> "Future[str]":
        """Return the scenario with all interventions, as a file that `samizdat run` takes."""
        comment = f"Run with --seed {self.choice.seed}; orders given on the page have ids live-N."
        return self.ask(lambda model: to_toml(model.simulation.scenario, comment))

    @property
    def lever(self) -> str | None:
        """The lever that is off in the twin."""
        twin = self._twin
        return twin.lever if twin is not None else None

    # The following four are to be called in the thread, from a question.

    @property
    def twin(self) -> Simulation | None:
        """The twin's simulation."""
        return self._twin.simulation if self._twin is not None else None

    @property
    def interventions_in_force(self) -> tuple[Intervention, ...]:
        """The interventions that are in force on the next day or later."""
        return tuple(self._in_force(self._model)) if self._model is not None else ()

    @property
    def watched_citizen(self) -> int | None:
        """The number of the citizen whose days are recorded."""
        return self._citizen_log.citizen if self._citizen_log else None

    @property
    def account(self) -> tuple[str, ...]:
        """The account of the watched citizen's days, as lines of text."""
        return self._citizen_log.lines() if self._citizen_log else ()

    # All below runs in the thread, except that these two submit to it.

    def _submit(self, job: Callable[[], None]) -> None:
        self._last_used = time.monotonic()
        self._jobs.put(job)

    def _ask_as_user(self, question: Callable[[ProtestModel], T]) -> "Future[T]":
        self._last_used = time.monotonic()
        return self.ask(question)

    def _live(self) -> None:
        while not self._stopped.is_set():
            try:
                job = self._jobs.get(timeout=self._until_due())
            except queue.Empty:
                job = self._advance
            try:
                job()
            except Exception as problem:  # shown on the page, which would otherwise stand still
                self._fail(f"{type(problem).__name__}: {problem}")
        self._discard()

    def _discard(self) -> None:
        self._model = self._twin = self._citizen_log = self._explainer = None

    def _fail(self, problem: str) -> None:
        self._discard()
        self._notify(phase="failed", problem=problem)

    def _until_due(self) -> float:
        """Return how long to wait for jobs [s] before the next step or check is due."""
        if self._model is not None and self._twin is not None and self._twin.behind:
            return 0.0
        if self._model is None or not self._playing:
            return self.poll_seconds
        if self.speed == UNPACED and self._waits_for_painter():
            return WAIT_SECONDS
        return max(0.0, self._due - time.monotonic())

    def _waits_for_painter(self) -> bool:
        """Whether an unpaced run pauses for the painter, which would otherwise get no time."""
        now = time.monotonic()
        if not self._has_painter:
            return False
        if self._waits_until:
            if now < self._waits_until and not self._drawn.is_set():
                return True
            self._waits_until, self._ran_since = 0.0, now
        elif now - self._ran_since > RUN_SECONDS:
            self._drawn.clear()
            self._waits_until = now + DRAW_SECONDS
        return self._waits_until > 0.0

    def _advance(self) -> None:
        model, now = self._model, time.monotonic()
        if model is None:
            return
        if self._twin is not None and self._twin.behind:
            self._twin.follow()
            self._notify()
        elif self._playing and not self._waits_until:
            self._due = now + (1.0 / self.speed if self.speed else 0.0)
            self._take_step(model)
        elif now - self._last_used > self.idle_seconds:
            self._discard()
            self._notify(phase="idle")

    def _take_step(self, model: ProtestModel) -> None:
        if model.simulation.finished:
            self._playing = False
            self._notify()
            return
        if self._explainer is not None:
            self._explainer.record()
        if self._citizen_log is not None:
            self._citizen_log.before_step()
        model.step()
        if self._citizen_log is not None:
            self._citizen_log.after_step()
        if self._twin is not None:
            self._twin.follow()
        if model.simulation.finished:
            self._playing, self._last_used = False, time.monotonic()
        self._notify()

    def _build(self) -> None:
        self._discard()
        self.interventions = ()
        self._notify(phase="building", run=self.status.run + 1)
        try:
            model = self.choice.model(self.max_citizens)
            if model.simulation.scenario.citizens <= EXPLAINS_ALL:
                self._explainer = Explainer(model.simulation)
            self._model = model
        except ValueError as problem:
            self._fail(str(problem))
        except MemoryError:
            self._fail("this number of citizens does not fit into the memory of the server")
        else:
            self._notify(phase="ready", problem="")

    def _notify(
        self, phase: str | None = None, problem: str | None = None, run: int | None = None
    ) -> None:
        """Update the status from the model, and tell the painter."""
        old, model, twin = self.status, self._model, self._twin
        status = old._replace(
            phase=old.phase if phase is None else phase,
            problem=old.problem if problem is None else problem,
            playing=self._playing,
            catching_up=-1,
            run=old.run if run is None else run,
        )
        if model is not None:
            simulation = model.simulation
            status = status._replace(
                step=simulation.step_number, steps=simulation.steps, date=str(simulation.date)
            )
            if twin is not None and twin.behind:
                status = status._replace(catching_up=twin.step_number)
        self.status = status
        self.changed.set()

    def _set_playing(self, playing: bool) -> None:
        self._playing, self._due = playing, time.monotonic()
        self._notify()

    def _set_speed(self, speed: float) -> None:
        self.speed, self._due = speed, time.monotonic() + (1.0 / speed if speed else 0.0)

    def _one_step(self) -> None:
        self._playing = False
        if self._model is not None:
            self._take_step(self._model)

    def _enact(self, model: ProtestModel, entry: TimelineEntry) -> str:
        simulation = model.simulation
        new = Intervention(simulation.step_number, simulation.enact(entry), entry)
        self.interventions = (*self.interventions, new)
        if self._twin is not None:
            self._twin.enact(new.id, entry)
        self._notify()
        return new.id

    def _toggle(self, model: ProtestModel, entry: TimelineEntry) -> None:
        same = [each.id for each in self._in_force(model) if is_same_order(each.entry, entry)]
        if same:
            self._lift(model, same[-1])
        else:
            self._enact(model, entry)

    def _in_force(self, model: ProtestModel) -> list[Intervention]:
        simulation = model.simulation
        step, step_days = simulation.step_number, float(simulation.scenario.spec.step_days)
        return [each for each in self.interventions if each.lasts(step, step_days)]

    def _lift(self, model: ProtestModel, which: str) -> None:
        simulation = model.simulation
        simulation.lift(which)
        self.interventions = tuple(
            each._replace(ends=simulation.step_number) if each.id == which else each
            for each in self.interventions
        )
        if self._twin is not None:
            self._twin.lift(which)
        self._notify()

    def _watch(self, model: ProtestModel, citizen: int | None) -> None:
        self._citizen_log = None
        if citizen is not None:
            self._citizen_log = CitizenLog(model.simulation, citizen)
            if self._explainer is not None and model.simulation.step_number:
                self._citizen_log.add_last_day(self._explainer)
        self._notify()

    def _compare(self, model: ProtestModel, lever: str | None) -> None:
        self._twin = None if lever is None else TwinRun(model.simulation, lever)
        self._notify()
