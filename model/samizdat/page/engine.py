"""A simulation that runs beside its page: one thread owns it, and all others send it jobs.

Orders, questions and snapshots are jobs that this thread executes between two steps. So no step is
ever seen half done, however slow the page is and however many orders arrive.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from samizdat.mesa_model import ProtestModel
from samizdat.page.choice import Choice
from samizdat.page.film import copy_of
from samizdat.page.history import MEMORY
from samizdat.page.interventions import Intervention, TimelineEntry
from samizdat.page.live import LiveRun
from samizdat.page.marks import DaysDone
from samizdat.page.replay import Replay
from samizdat.page.status import Status
from samizdat.run.simulation import Simulation
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.schema import ScenarioError

T = TypeVar("T")

IDLE_SECONDS = 600.0  # without use, until the simulation is discarded
POLL_SECONDS = 5.0  # between two checks whether the page is idle


class Engine:
    """Builds a visitor's simulation and steps it in a thread, no faster than the speed chosen.

    Parameters
    ----------
    choice
        The simulation to build first.
    max_citizens
        Largest number of citizens that is served.
    speed
        Steps a second, or `pace.UNPACED` or `pace.AUTOMATIC`.
    playing
        Whether it runs as soon as it is built.
    idle_seconds
        How long it may be unused before the simulation is discarded.
    poll_seconds
        How long it waits for jobs before it checks for that.
    memory
        Bytes for the snapshots from which earlier days are shown.

    Attributes
    ----------
    changed
        Set whenever there is something new to show.
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
        memory: int = MEMORY,
    ) -> None:
        self.choice, self.max_citizens = choice, max_citizens
        self.idle_seconds, self.poll_seconds = idle_seconds, poll_seconds
        self.changed = threading.Event()
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._live = LiveRun(
            speed, playing=playing, memory=memory, changed=self.changed.set,
            interrupted=lambda: not self._jobs.empty(),
        )  # fmt: skip
        self._wanted: int | None = None  # the step that the visitor last asked for
        self._postponed: list[Callable[[], None]] = []  # until the run is where it goes
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="samizdat-page", daemon=True)

    @property
    def status(self) -> Status:
        """What the run is doing."""
        return self._live.status

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """What the visitor ordered up to the day shown."""
        return self._live.interventions

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
        """Tell that the last changes were drawn; fast runs wait for it from now on."""
        self._live.pace.mark_drawn()

    def ask(self, question: Callable[[ProtestModel], T], *, settled: bool = False) -> "Future[T]":
        """Have a question answered between two steps.

        The answer must not refer to the model, which moves on.

        Parameters
        ----------
        settled
            Whether to wait until a run that goes to another of the days done is there.
        """
        answer: Future[T] = Future()

        def job() -> None:
            model = self._live.model
            if model is None:
                answer.set_exception(ScenarioError("there is no simulation yet"))
                return
            if settled and self._live.returns:
                self._postponed.append(job)
                return
            try:
                answer.set_result(question(model))
            except Exception as problem:
                answer.set_exception(problem)

        self._jobs.put(job)
        return answer

    def play(self) -> None:
        """Run, step by step."""
        self._submit(partial(self._live.set_playing, True))

    def pause(self) -> None:
        """Stop after the step in progress."""
        self._submit(partial(self._live.set_playing, False))

    def step(self) -> None:
        """Take one step and pause."""
        self._submit(self._live.one_step)

    def set_speed(self, speed: float) -> None:
        """Take at most this number of steps a second; or `pace.UNPACED`, `pace.AUTOMATIC`."""
        self._submit(partial(self._live.set_speed, speed))

    def seek(self, step: int) -> None:
        """Pause, and show the day after so many steps: done or still to come."""
        self._wanted = step
        self._submit(self._seek)

    def seek_moment(self) -> None:
        """Go on to the next day on which something begins or people begin to act."""
        self._submit(self._live.seek_moment)

    def branch(self, step: int | None = None) -> "Future[None]":
        """Forget the days after the one shown, so that orders can be given on it.

        With a number of steps done, do nothing if another day is shown by then.
        """

        def forget(model: ProtestModel) -> None:
            if step in (None, model.simulation.step_number):
                self._live.branch()

        return self._ask_as_user(forget)

    def build(self, choice: Choice, *, playing: bool | None = None) -> None:
        """Start again, with another choice or the same."""
        self.choice = choice
        if playing is not None:
            self._submit(partial(self._live.set_playing, playing))
        self._submit(self._build)

    def enact(self, entry: TimelineEntry) -> "Future[str]":
        """Let an entry of the timeline begin on the next day; return its id.

        On a day after which others are done, `live.PastDayError` is the answer: see `branch`.
        """
        return self._ask_as_user(lambda _: self._live.enact(dict(entry)))

    def toggle(self, entry: TimelineEntry) -> "Future[None]":
        """Lift an order if it is in force, else give it; not in the past, as `enact`."""
        return self._ask_as_user(lambda _: self._live.toggle(dict(entry)))

    def lift(self, which: str) -> "Future[None]":
        """End an intervention, by its id, before the next day; not in the past, as `enact`."""
        return self._ask_as_user(lambda _: self._live.lift(which))

    def end(self, lifts: Sequence[str], settings: Sequence[TimelineEntry]) -> "Future[None]":
        """End what has these ids, and make settings, all before the next day."""
        given = [dict(entry) for entry in settings]
        return self._ask_as_user(lambda _: self._live.end(lifts, given))

    def watch(self, citizen: int | None) -> "Future[None]":
        """Record the days of a citizen from now on; of nobody with None."""
        return self._ask_as_user(lambda _: self._live.watch(citizen))

    def compare(self, lever: str | None) -> "Future[None]":
        """Run a twin without a lever beside this run; none with None."""
        return self._ask_as_user(lambda _: self._live.compare(lever))

    def scenario_file(self) -> "Future[str]":
        """Return the scenario with all interventions, as a file that `samizdat run` takes."""
        comment = f"Run with --seed {self.choice.seed}; orders given on the page have ids live-N."
        return self.ask(lambda model: to_toml(model.simulation.scenario, comment), settled=True)

    @property
    def lever(self) -> str | None:
        """The lever that is off in the twin."""
        twin = self._live.twin
        return twin.lever if twin is not None else None

    # The following six are to be called in the thread, from a question.

    def run_copies(self) -> tuple[Replay, ...]:
        """Return copies of the run, and of the twin if it is there, for a film."""
        return tuple(copy_of(run) for run in (self._live.run, self._live.twin) if run is not None)

    @property
    def twin(self) -> Simulation | None:
        """The twin's simulation."""
        twin = self._live.twin
        return twin.simulation if twin is not None else None

    @property
    def interventions_in_force(self) -> tuple[Intervention, ...]:
        """The interventions that are in force on the next day or later."""
        return tuple(self._live.in_force())

    @property
    def days_done(self) -> DaysDone:
        """What is known of all days done."""
        if self._live.run is None:
            raise ScenarioError("there is no simulation yet")
        return self._live.run.days_done()

    @property
    def watched_citizen(self) -> int | None:
        """The number of the citizen whose days are recorded."""
        log = self._live.citizen_log
        return log.citizen if log is not None else None

    @property
    def account(self) -> tuple[str, ...]:
        """The account of the watched citizen's days, as lines of text."""
        log = self._live.citizen_log
        return log.lines() if log is not None else ()

    # All below runs in the thread, except that these two submit to it.

    def _submit(self, job: Callable[[], None]) -> None:
        self._live.last_used = time.monotonic()
        self._jobs.put(job)

    def _ask_as_user(self, question: Callable[[ProtestModel], T]) -> "Future[T]":
        self._live.last_used = time.monotonic()
        return self.ask(question, settled=True)

    def _work(self) -> None:
        while not self._stopped.is_set():
            seconds = self._live.seconds_until_due
            try:
                job = self._jobs.get(timeout=self.poll_seconds if seconds is None else seconds)
            except queue.Empty:
                job = self._live.advance if seconds is not None else self._check_idle
            try:
                job()
            except Exception as problem:  # shown on the page, which would otherwise stand still
                self._live.fail(f"{type(problem).__name__}: {problem}")
            if not self._live.returns:
                self._do_postponed()
        self._live.discard()

    def _do_postponed(self) -> None:
        waiting, self._postponed = self._postponed, []
        for each in waiting:
            each()

    def _build(self) -> None:
        self._wanted = None
        self._live.discard()
        self._do_postponed()  # they were for the run before: each is told that it is gone
        self._live.build(self.choice, self.max_citizens)

    def _seek(self) -> None:
        """Go to the step asked for last; while a bar is dragged, many are asked for."""
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self._live.seek(wanted)

    def _check_idle(self) -> None:
        live = self._live
        if live.model is not None and time.monotonic() - live.last_used > self.idle_seconds:
            live.discard()
            live.notify(phase="idle")
