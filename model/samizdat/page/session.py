"""One visitor: her world, its pictures, and what of both her page shows just now."""

import contextlib
import threading
from concurrent.futures import Future
from typing import Any

import solara
from mesa.visualization.utils import force_update
from reacton.core import get_render_context
from solara.server import kernel_context

from samizdat.page.choice import Choice
from samizdat.page.engine import Engine, Status
from samizdat.page.labels import title_of
from samizdat.page.limits import opening
from samizdat.page.painter import Painter, Shown
from samizdat.page.twin import Click
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.schema import ScenarioError

FIRST_SPEED = 3.0  # days a second


class Session:
    """A world with its page; what components read of it are reactive values.

    Each of them changes only when there is something new, so that a component which reads one is
    drawn anew no oftener than it must be.
    """

    def __init__(self, choice: Choice, problem: str, *, playing: bool, measures: Any) -> None:
        self.engine = Engine(choice, opening.citizens, FIRST_SPEED, playing=playing)
        self.painter = Painter(self.engine, self._publish)
        # Mesa's components by name; some makers of them say on which of its tabs they go.
        self.measures = {n: c[0] if isinstance(c, tuple) else c for n, c in measures.items()}
        self.choice = solara.reactive(choice)
        # What is chosen for the next start, and where orders are for. Handlers read both when they
        # are called: several events may come before the page is drawn anew.
        self.draft = solara.reactive(choice)
        self.where = solara.reactive("")  # a region, or everywhere
        self.world = choice.world()
        self.problem = solara.reactive(problem)  # of what the visitor last asked for
        self.refusals = solara.reactive(0)  # so often, for fields that take back what was typed
        self.undrawn = solara.reactive("")  # why there is no picture
        self.status = solara.reactive(Status())
        self.picture = solara.reactive(b"")
        self.series = solara.reactive(b"")
        self.account: solara.Reactive[tuple[str, ...]] = solara.reactive(())
        self.clicks: solara.Reactive[tuple[Click, ...]] = solara.reactive(())
        self.parameters: solara.Reactive[dict[str, float]] = solara.reactive({})
        self.events: solara.Reactive[dict[str, str]] = solara.reactive({})  # that run: id -> title
        self.counts: solara.Reactive[dict[str, int]] = solara.reactive({})
        self.lesson = solara.reactive("")  # what the twin shows
        self.model: solara.Reactive[Any] = solara.reactive(None)
        self.view = solara.reactive("network")
        self.shows = solara.reactive("turnout")  # by the colour of the country's regions
        self.citizen: solara.Reactive[int | None] = solara.reactive(None)
        self.lever: solara.Reactive[str | None] = solara.reactive(None)
        self.speed = solara.reactive(FIRST_SPEED)
        self._run = 1  # which world, as the engine counts them
        self._context: Any = contextlib.nullcontext()
        # What is set within it is drawn at once: each drawing walks over the whole page.
        self._drawing: Any = get_render_context()

    def begin(self) -> None:
        """Build the world and begin to draw it."""
        if kernel_context.has_current_context():
            self._context = kernel_context.get_current_context()
        # Within a visitor's context each look into matplotlib's settings is a search.
        with kernel_context.without_context():
            self.engine.start()
            self.painter.start()

    def end(self) -> None:
        """Let the world go."""
        self.engine.stop()
        self.painter.stop()

    def choose(self, choice: Choice, *, playing: bool | None = None) -> None:
        """Begin anew with a world, or say what is wrong with it."""
        try:
            world = choice.served(self.engine.most)
        except ValueError as problem:
            self.refuse(str(problem))
            return
        self.problem.set("")
        self._run += 1  # what comes of the world before is not shown any more
        self.world = world
        self.choice.set(choice)
        if self.where.value not in self.world.region_names:
            self.where.set("")
        # The engine is not asked: there may be no world, and a new one has no second, no witness.
        self.lever.set(None)
        self.citizen.set(None)
        self.painter.chosen = None
        if self.view.value == "twin":
            self.look("network")
        self._clear()
        plays = self.status.value.playing if playing is None else playing
        self.status.set(Status(playing=plays, run=self._run))
        self.engine.build(choice, playing=playing)

    def refuse(self, problem: str) -> None:
        """Say what is wrong with what was asked for."""
        self.problem.set(problem)
        self.refusals.set(self.refusals.value + 1)

    def look(self, view: str) -> None:
        """Show another view."""
        self.view.set(view)
        self.painter.look(view, mesa=view in self.measures)

    def colour(self, shows: str) -> None:
        """Colour the regions of the country by something else."""
        self.shows.set(shows)
        self.painter.colour(shows)

    def ask_why(self, citizen: int | None) -> None:
        """Tell the days of a citizen from now on; of nobody with None."""
        if citizen is not None and not 0 <= citizen < self.world.citizens:
            last = self.world.citizens - 1
            self.refuse(f"citizen = {citizen:,} is outside 0 ... {last:,}")
            return
        self.problem.set("")
        self.citizen.set(citizen)
        self.account.set(())
        self.painter.chosen = citizen
        self._heed(self.engine.watch(citizen))

    def here(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return an order for the place that is chosen."""
        where = self.where.value
        return {**order, "regions": [where]} if where else order

    def ordered(self, entry: dict[str, Any]) -> bool:
        """Whether just this is ordered and not over."""
        return any(click.entry == entry for click in self.clicks.value)

    def enact(self, entry: dict[str, Any]) -> None:
        """Do something as the state, from the next day on."""
        self.problem.set("")
        self._heed(self.engine.enact(entry))

    def toggle(self, entry: dict[str, Any]) -> None:
        """Do something as the state, or end it where it is done already."""
        self.problem.set("")
        self._heed(self.engine.toggle(entry))

    def set(self, name: str, value: float | str) -> None:
        """Set a number from the next day on."""
        quantity = REGISTRY[name].quantity
        try:
            number = quantity.checked(name, value)
        except ValueError as problem:
            self.refuse(str(problem))
            return
        kept = quantity.names[int(number)] if quantity.names else number
        self.enact({"kind": "setting", "set": {name: kept}, "title": title_of(name, number)})

    def lift(self, click: str) -> None:
        """End what was ordered."""
        self.problem.set("")
        self._heed(self.engine.lift(click))

    def compare(self, lever: str | None) -> None:
        """Run the same world without a lever beside this one."""
        self.problem.set("")
        self.lever.set(lever)
        self.lesson.set("")
        self._heed(self.engine.compare(lever))
        if lever is not None:
            self.look("twin")
        elif self.view.value == "twin":
            self.look("network")

    def pace(self, speed: float) -> None:
        """Take so many days a second at most; 0 for as many as the machine does."""
        self.speed.set(speed)
        self.engine.pace(speed)

    def _heed(self, answer: "Future[Any]") -> None:
        """Show the visitor what is wrong with what she asked for, once it is known."""

        def heard(done: "Future[Any]") -> None:
            problem = done.exception()
            if problem is not None:
                text = str(problem) if isinstance(problem, ValueError) else repr(problem)
                with self._context:
                    self.refuse(text)

        answer.add_done_callback(heard)

    def _clear(self) -> None:
        """Show nothing of a world that is gone."""
        self.picture.set(b"")
        self.series.set(b"")
        self.counts.set({})
        self.clicks.set(())
        self.events.set({})
        self.account.set(())
        self.lesson.set("")
        self.model.set(None)
        self.undrawn.set("")

    def _publish(self, new: Shown) -> None:
        if new.status.run < self._run:
            return
        with self._context, self._drawing:
            if new.status.phase != "ready":
                self._clear()
            elif new.counts is not None:
                if new.model is not None:
                    self.model.set(new.model)
                    force_update()
                else:
                    self.picture.set(new.picture)
                self.clicks.set(new.clicks)
                self.series.set(new.series)
                self.parameters.set(new.parameters)
                self.events.set(new.events)
                self.counts.set(new.counts)
                if new.citizen == self.citizen.value:
                    self.account.set(new.account)
                self.lesson.set(new.lesson)
            self.undrawn.set(new.undrawn)
            self.status.set(new.status)


class SessionLimit:
    """How many visitors there may be at a time."""

    def __init__(self) -> None:
        self._taken, self._lock = 0, threading.Lock()

    def take(self) -> None:
        """Take a seat.

        Raises
        ------
        ScenarioError
            If there is none left.
        """
        with self._lock:
            if self._taken >= opening.sessions:
                raise ScenarioError(
                    f"{self._taken} visitors are here already, which is as many as this page "
                    "serves at a time: close another of its windows, then load it again"
                )
            self._taken += 1

    def leave(self) -> None:
        """Leave it."""
        with self._lock:
            self._taken -= 1


seats = SessionLimit()
