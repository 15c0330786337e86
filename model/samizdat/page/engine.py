"""A world that runs beside its page: one thread steps it, and everybody else asks that thread.

Nothing else touches the model. A click, a question and a picture's snapshot are jobs which the
thread does between two days; so a page may be slow, or many clicks come at once, and no day is
seen half done.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from samizdat.explain import Explainer
from samizdat.mesa_model import ProtestModel
from samizdat.page.choice import Choice
from samizdat.page.twin import Click, Twin
from samizdat.page.witness import CitizenLog
from samizdat.run.simulation import Simulation
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.schema import ScenarioError

T = TypeVar("T")

CROWD = 200_000  # citizens: of so many, everybody's morning is noted on every day
IDLE_SECONDS = 600.0  # then the world of a page that nobody uses is dropped
LISTENS = 5.0  # seconds between two looks whether anybody is there
RUNS, RESTS, BREATH = 0.2, 0.5, 0.01  # seconds: how a world at full speed lets others draw
UNPACED = 0.0  # days a second: as many as the machine does


class Status(NamedTuple):
    """What a page shows of a run without looking into it."""

    phase: str = "building"  # building, ready, failed, idle
    problem: str = ""
    playing: bool = False
    step: int = 0
    steps: int = 0
    date: str = ""
    catching_up: int = -1  # the step of a twin that is behind
    run: int = 0  # how often a world was built

    @property
    def finished(self) -> bool:
        """Whether the last day is done."""
        return self.phase == "ready" and self.step >= self.steps


class Engine:
    """Builds a visitor's world and steps it in a thread, no faster than the speed chosen.

    Parameters
    ----------
    choice
        What to build first.
    most
        Citizens at most.
    speed
        Days a second, or UNPACED.
    playing
        Whether it steps as soon as it is built.

    Attributes
    ----------
    changed
        Set whenever there is something new to show.
    clicks
        What the visitor ordered since the world was built.
    """

    def __init__(
        self, choice: Choice, most: int, speed: float = 3.0, *, playing: bool = True
    ) -> None:
        self.choice, self.most, self.speed = choice, most, speed
        self.changed = threading.Event()
        self.clicks: tuple[Click, ...] = ()
        self.status = Status()
        self.idle_seconds = IDLE_SECONDS
        self._model: ProtestModel | None = None
        self._twin: Twin | None = None
        self._witness: CitizenLog | None = None
        self._crowd: Explainer | None = None  # can explain anybody's last day
        self._playing, self._due, self._used = playing, 0.0, time.monotonic()
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._watched, self._shown = False, threading.Event()
        self._ran_since, self._waits_until = 0.0, 0.0
        self._thread = threading.Thread(target=self._live, name="samizdat-page", daemon=True)

    def start(self) -> None:
        """Begin to build."""
        self._jobs.put(self._build)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the day that it is at, and let the world go."""
        self._stopped.set()
        self._jobs.put(lambda: None)

    def join(self, seconds: float) -> bool:
        """Wait for the end of the thread; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def shown(self) -> None:
        """Hear that what was new has been shown; from then on an unpaced world waits for that."""
        self._watched = True
        self._shown.set()

    def ask(self, question: Callable[[ProtestModel], T]) -> "Future[T]":
        """Have a question answered between two days.

        The answer must be no view of the model, which moves on.
        """
        answer: Future[T] = Future()

        def job() -> None:
            if self._model is None:
                answer.set_exception(ScenarioError("there is no world yet"))
                return
            try:
                answer.set_result(question(self._model))
            except Exception as problem:
                answer.set_exception(problem)

        self._jobs.put(job)
        return answer

    def play(self) -> None:
        """Step on, day by day."""
        self._order(self._set_playing, True)

    def pause(self) -> None:
        """Stop after the day that it is at."""
        self._order(self._set_playing, False)

    def step(self) -> None:
        """Take one step and pause."""
        self._order(self._one_step)

    def pace(self, speed: float) -> None:
        """Take so many days a second from now on."""
        self._order(self._set_speed, speed)

    def build(self, choice: Choice, *, playing: bool | None = None) -> None:
        """Begin anew, with another world or the same."""
        self.choice = choice
        if playing is not None:
            self._order(self._set_playing, playing)
        self._order(self._build)

    def enact(self, entry: Mapping[str, Any]) -> "Future[str]":
        """Let an entry of the timeline begin on the next day; return its id."""
        self._used = time.monotonic()
        return self.ask(lambda model: self._enact(model, dict(entry)))

    def toggle(self, entry: Mapping[str, Any]) -> "Future[None]":
        """Lift what is ordered just so; where nothing is, order it."""
        self._used = time.monotonic()
        return self.ask(lambda model: self._toggle(model, dict(entry)))

    def lift(self, click: str) -> "Future[None]":
        """End an entry that was enacted, before the next day."""
        self._used = time.monotonic()
        return self.ask(lambda model: self._lift(model, click))

    def watch(self, citizen: int | None) -> "Future[None]":
        """Keep the account of a citizen from now on; of nobody with None."""
        self._used = time.monotonic()
        return self.ask(lambda model: self._watch(model, citizen))

    def account_now(self) -> tuple[str, ...]:
        """Return what there is to say of the citizen who is watched; to be called in the thread."""
        return self._witness.lines() if self._witness else ()

    def compare(self, lever: str | None) -> "Future[None]":
        """Run the same world without a lever beside this one; with None, no longer."""
        self._used = time.monotonic()
        return self.ask(lambda model: self._compare(model, lever))

    def saved(self) -> "Future[str]":
        """Return the world with all that was ordered, as a file that `samizdat run` takes."""
        comment = (
            f"Run with --seed {self.choice.seed}; what was ordered on the page has ids live-N."
        )
        return self.ask(lambda model: to_toml(model.simulation.scenario, comment))

    def clicks_now(self) -> tuple[Click, ...]:
        """Return what was ordered and is not over; to be called in the thread."""
        return tuple(self._lasting(self._model)) if self._model is not None else ()

    def citizen_now(self) -> int | None:
        """Return who is watched; to be called in the thread."""
        return self._witness.citizen if self._witness else None

    @property
    def lever(self) -> str | None:
        """Which lever the twin does without."""
        twin = self._twin
        return twin.lever if twin is not None else None

    @property
    def twin(self) -> Simulation | None:
        """The twin's simulation; to be asked for in the thread."""
        return self._twin.simulation if self._twin is not None else None

    # All below runs in the thread.

    def _order(self, job: Callable[..., None], *args: Any) -> None:
        self._used = time.monotonic()
        self._jobs.put(lambda: job(*args))

    def _live(self) -> None:
        while not self._stopped.is_set():
            try:
                job = self._jobs.get(timeout=self._until_due())
            except queue.Empty:
                job = self._advance
            try:
                job()
            except Exception as problem:  # the page says so instead of standing still
                self._model = self._twin = self._witness = self._crowd = None
                self._tell(phase="failed", problem=f"{type(problem).__name__}: {problem}")
        self._model = self._twin = self._witness = self._crowd = None

    def _until_due(self) -> float:
        """Return for how many seconds to listen for jobs before it is time to do something."""
        if self._model is not None and self._twin is not None and self._twin.behind:
            return 0.0
        if self._model is None or not self._playing:
            return LISTENS
        if self.speed == UNPACED and self._lets_draw():
            return BREATH
        return max(0.0, self._due - time.monotonic())

    def _lets_draw(self) -> bool:
        """Whether a world at full speed rests for what draws it, which would else get no time."""
        now = time.monotonic()
        if not self._watched:
            return False
        if self._waits_until:
            if now < self._waits_until and not self._shown.is_set():
                return True
            self._waits_until, self._ran_since = 0.0, now
        elif now - self._ran_since > RUNS:
            self._shown.clear()
            self._waits_until = now + RESTS
        return self._waits_until > 0.0

    def _advance(self) -> None:
        model, now = self._model, time.monotonic()
        if model is None:
            return
        if self._twin is not None and self._twin.behind:
            self._twin.follow()
            self._tell()
        elif self._playing and not self._waits_until:
            self._due = now + (1.0 / self.speed if self.speed else 0.0)
            self._take_step(model)
        elif now - self._used > self.idle_seconds:
            self._model = self._twin = self._witness = self._crowd = None
            self._tell(phase="idle")

    def _take_step(self, model: ProtestModel) -> None:
        if model.simulation.finished:
            self._playing = False
            self._tell()
            return
        for observer in (self._crowd, self._witness):
            if observer is not None:
                observer.note()
        model.step()
        if self._witness is not None:
            self._witness.after()
        if self._twin is not None:
            self._twin.follow()
        if model.simulation.finished:
            self._playing, self._used = False, time.monotonic()
        self._tell()

    def _build(self) -> None:
        self._model = self._twin = self._witness = self._crowd = None
        self.clicks = ()
        self._tell(phase="building", run=self.status.run + 1)
        try:
            model = self.choice.model(self.most)
            if model.simulation.scenario.citizens <= CROWD:
                self._crowd = Explainer(model.simulation)
            self._model = model
        except ValueError as problem:
            self._tell(phase="failed", problem=str(problem))
        except MemoryError:
            self._tell(phase="failed", problem="the memory of this machine does not hold so many")
        except Exception as problem:  # a page must say so, whatever it is, and not stay blank
            self._tell(phase="failed", problem=f"{type(problem).__name__}: {problem}")
        else:
            self._tell(phase="ready", problem="")

    def _tell(self, **news: Any) -> None:
        model, twin = self._model, self._twin
        facts: dict[str, Any] = {"playing": self._playing, "catching_up": -1}
        if model is not None:
            simulation = model.simulation
            facts |= {"step": simulation.step_number, "steps": simulation.steps}
            facts["date"] = str(simulation.date)
            if twin is not None and twin.behind:
                facts["catching_up"] = twin.step_number
        self.status = self.status._replace(**{**facts, **news})
        self.changed.set()

    def _set_playing(self, playing: bool) -> None:
        self._playing, self._due = playing, time.monotonic()
        self._tell()

    def _set_speed(self, speed: float) -> None:
        self.speed, self._due = speed, time.monotonic() + (1.0 / speed if speed else 0.0)

    def _one_step(self) -> None:
        self._playing = False
        if self._model is not None:
            self._take_step(self._model)

    def _enact(self, model: ProtestModel, entry: dict[str, Any]) -> str:
        simulation = model.simulation
        click = Click(simulation.step_number, simulation.enact(entry), entry)
        self.clicks = (*self.clicks, click)
        if self._twin is not None:
            self._twin.enact(click.id, entry)
        self._tell()
        return click.id

    def _toggle(self, model: ProtestModel, entry: dict[str, Any]) -> None:
        same = [click.id for click in self._lasting(model) if click.entry == entry]
        if same:
            self._lift(model, same[-1])
        else:
            self._enact(model, entry)

    def _lasting(self, model: ProtestModel) -> list[Click]:
        simulation = model.simulation
        step, step_days = simulation.step_number, float(simulation.scenario.spec.step_days)
        return [click for click in self.clicks if click.lasts(step, step_days)]

    def _lift(self, model: ProtestModel, which: str) -> None:
        simulation = model.simulation
        simulation.lift(which)
        self.clicks = tuple(
            click._replace(ends=simulation.step_number) if click.id == which else click
            for click in self.clicks
        )
        if self._twin is not None:
            self._twin.lift(which)
        self._tell()

    def _watch(self, model: ProtestModel, citizen: int | None) -> None:
        self._witness = None
        if citizen is not None:
            self._witness = CitizenLog(model.simulation, citizen)
            if self._crowd is not None and model.simulation.step_number:
                self._witness.remember(self._crowd)
        self._tell()

    def _compare(self, model: ProtestModel, lever: str | None) -> None:
        self._twin = None if lever is None else Twin(model.simulation, lever)
        self._tell()
