"""One visitor: her simulation, its painter, and the values that her page shows."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import solara
from mesa.visualization.utils import force_update
from reacton.core import get_render_context
from solara.server import kernel_context

from samizdat.mesa_model import ProtestModel
from samizdat.page.choice import Choice
from samizdat.page.clock import Clock, WaitingOrder
from samizdat.page.engine import Engine
from samizdat.page.interventions import Intervention, TimelineEntry, is_same_order
from samizdat.page.labels import title_of
from samizdat.page.limits import server_limits
from samizdat.page.live import PastDayError
from samizdat.page.pace import AUTOMATIC
from samizdat.page.painter import PageState, Painter
from samizdat.page.readings import RegimeReading
from samizdat.page.scenes import SceneFeed, Scenes
from samizdat.page.status import Status
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.settings import number_in

FIRST_SPEED = AUTOMATIC

# Functions that turn a model into a Solara component; some of Mesa's come with a number of a tab.
MesaComponent = Callable[[ProtestModel], object]
MesaComponents = Mapping[str, MesaComponent | tuple[MesaComponent, int]]

REST_SECONDS = 1.0  # at least between two drawings of the whole page while days pass


class Session:
    """A simulation with its page; what components show are reactive values.

    Each value changes only when there is something new, so that components are drawn no more often
    than necessary.

    Parameters
    ----------
    choice
        The simulation to begin with.
    playing
        Whether it runs as soon as it is built.
    mesa_components
        Mesa's components by name.

    Attributes
    ----------
    draft
        The choice for the next start. Handlers read ``draft`` and ``region`` when they are called:
        several events may arrive before the page is drawn again.
    region
        The region that orders are for; empty for the whole country.
    problem
        What is wrong with the visitor's last request.
    error_count
        Number of such errors so far; text fields then show their value again.
    drawing_error
        Why there is no picture.
    comparison
        How the twin differs, in a sentence.
    lever
        The lever that is off in the twin.
    panel
        The panel in front.
    on_run, on_status
        Called when another run begins, and with what the painter publishes.
    """

    def __init__(self, choice: Choice, *, playing: bool, mesa_components: MesaComponents) -> None:
        self.engine = Engine(choice, server_limits.citizens, FIRST_SPEED, playing=playing)
        self.painter, self.clock = Painter(self.engine, self.publish), Clock(self.engine)
        self.mesa_components = {
            name: each[0] if isinstance(each, tuple) else each
            for name, each in mesa_components.items()
        }
        self.choice = solara.reactive(choice)
        self.draft = solara.reactive(choice)
        self.region = solara.reactive("")
        self.scenario = choice.load()
        self.problem = solara.reactive("")
        self.error_count = solara.reactive(0)
        self.drawing_error = solara.reactive("")
        self.status = solara.reactive(Status())
        self.scenes = SceneFeed()
        self.account: solara.Reactive[tuple[str, ...]] = solara.reactive(())
        self.interventions: solara.Reactive[tuple[Intervention, ...]] = solara.reactive(())
        self.parameters: solara.Reactive[dict[str, float]] = solara.reactive({})
        self.regime = solara.reactive(RegimeReading())
        self.counts: solara.Reactive[dict[str, int]] = solara.reactive({})
        self.comparison = solara.reactive("")
        self.model: solara.Reactive[ProtestModel | None] = solara.reactive(None)
        self.view = solara.reactive("network")
        self.panel = solara.reactive("regime")
        self.shows = solara.reactive("turnout")  # the colour of the country's regions
        self.country_layout = solara.reactive("map")
        self.citizen: solara.Reactive[int | None] = solara.reactive(None)
        self.lever: solara.Reactive[str | None] = solara.reactive(None)
        self.speed = solara.reactive(FIRST_SPEED)
        self._drawn_at = 0.0  # when all of the page was drawn [monotonic clock]
        self._run = 1  # the current run, as the engine counts them
        self._context: Any = contextlib.nullcontext()
        # Values set within it are drawn together: each drawing walks over the whole page.
        self._drawing: Any = get_render_context()
        self.on_run: Callable[[], None] = lambda: None
        self.on_status: Callable[[Status], None] = lambda status: None

    def start(self) -> None:
        """Begin to build the simulation and to draw it."""
        if kernel_context.has_current_context():
            self._context = kernel_context.get_current_context()
        # In a visitor's context each access to matplotlib's settings is slow.
        with kernel_context.without_context():
            self.engine.start()
            self.painter.start()

    def in_page(self) -> Any:
        """Return the context in which another thread may set what the page shows."""
        return self._context

    def together(self) -> Any:
        """Return the context in which several values are set before the page is drawn."""
        return self._drawing

    def stop(self) -> None:
        """End both threads and discard the simulation."""
        self.engine.stop()
        self.painter.stop()

    def start_run(self, choice: Choice, *, playing: bool | None = None) -> None:
        """Start a new run, or show what is wrong with the choice."""
        try:
            scenario = choice.load_within(self.engine.max_citizens)
        except ValueError as problem:
            self.show_error(str(problem))
            return
        self.problem.set("")
        self._run += 1  # pictures of the run before are not shown any more
        self.scenario = scenario
        self.choice.set(choice)
        if self.region.value not in self.scenario.region_names:
            self.region.set("")
        # The engine need not be told: a new run has neither twin nor citizen log.
        self.lever.set(None)
        self.citizen.set(None)
        self.painter.chosen = None
        if self.view.value == "twin":
            self.select_view("network")
        self._clear()
        plays = self.status.value.playing if playing is None else playing
        self.status.set(Status(playing=plays, run=self._run))
        self.engine.build(choice, playing=playing)
        self.on_run()

    def show_error(self, problem: str) -> None:
        """Show what is wrong with a request."""
        self.problem.set(problem)
        self.error_count.set(self.error_count.value + 1)

    def select_view(self, view: str) -> None:
        """Show another view."""
        self.painter.select_view(view, mesa=view in self.mesa_components)
        self.view.set(view)

    def set_colouring(self, shows: str) -> None:
        """Colour the regions of the country by something else."""
        self.shows.set(shows)
        self.painter.set_country(shows, self.country_layout.value)

    def set_country_layout(self, layout: str) -> None:
        """Show the country as a map or as tiles."""
        self.country_layout.set(layout)
        self.painter.set_country(self.shows.value, layout)

    def watch(self, citizen: int | None) -> None:
        """Explain the days of a citizen from now on; of nobody with None."""
        if citizen is not None and not 0 <= citizen < self.scenario.citizens:
            last = self.scenario.citizens - 1
            self.show_error(f"citizen = {citizen:,} is outside 0 ... {last:,}")
            return
        self.problem.set("")
        self.citizen.set(citizen)
        self.account.set(())
        self.painter.chosen = citizen
        self._show_error_of(self.engine.watch(citizen))

    def in_region(self, entry: TimelineEntry) -> TimelineEntry:
        """Return an order for the region that is selected."""
        region = self.region.value
        return {**entry, "regions": [region]} if region else entry

    def is_ordered(self, entry: TimelineEntry) -> bool:
        """Whether such an order is in force."""
        return any(is_same_order(each.entry, entry) for each in self.interventions.value)

    def enact(self, entry: TimelineEntry) -> None:
        """Give an order, from the next day on."""
        self.problem.set("")
        self._show_error_of(self.engine.enact(entry), _named(entry), lambda: self.enact(entry))

    def toggle(self, entry: TimelineEntry) -> None:
        """Give an order, or lift it if it is in force."""
        self.problem.set("")
        name = f"{'End: ' if self.is_ordered(entry) else ''}{_named(entry)}"
        self._show_error_of(self.engine.toggle(entry), name, lambda: self.toggle(entry))

    def set(self, name: str, value: float | str) -> None:
        """Set a parameter from the next day on."""
        quantity = REGISTRY[name].quantity
        try:
            number = quantity.checked(name, number_in(value))
        except ValueError as problem:
            self.show_error(str(problem))
            return
        named = quantity.names[int(number)] if quantity.names else number
        self.enact({"kind": "setting", "set": {name: named}, "title": title_of(name, number)})

    def branch(self) -> None:
        """Give the order that waits, on an earlier day; the days after it are forgotten."""
        self.clock.branch()

    def cancel_order(self) -> None:
        """Leave the days done as they are."""
        self.clock.warning.set(None)
        self.error_count.set(self.error_count.value + 1)  # fields show again what is in force

    def end(
        self, lifts: Sequence[str], settings: Sequence[TimelineEntry] = (), name: str = "End"
    ) -> None:
        """End entries, laws and interventions, and make settings, all before the same day.

        Parameters
        ----------
        name
            What this is called, where it has to be asked about first.
        """
        self.problem.set("")
        self._show_error_of(
            self.engine.end(lifts, settings), name, lambda: self.end(lifts, settings, name)
        )

    def compare(self, lever: str | None) -> None:
        """Run a twin without a lever beside this run; none with None."""
        self.problem.set("")
        self.lever.set(lever)
        self.comparison.set("")
        self._show_error_of(self.engine.compare(lever))
        if lever is not None:
            self.select_view("twin")
        elif self.view.value == "twin":
            self.select_view("network")

    def set_speed(self, speed: float) -> None:
        """Take at most this number of steps a second; `engine.UNPACED` for no limit."""
        self.speed.set(speed)
        self.engine.set_speed(speed)

    def publish(self, new: PageState) -> None:
        """Show what the painter drew; called in its thread."""
        if new.status.run < self._run:
            return
        if self._is_soon(new):
            with self._context:
                self.scenes.set(new.scenes)
            return
        self._drawn_at = time.monotonic()
        with self._context, self._drawing:
            if self.clock.leaves(self.status.value.step, new.status.step):
                self.cancel_order()  # it was asked about another day
            if new.status.phase != "ready":
                self._clear()
            elif new.counts is not None:
                self._show(new)
            self.drawing_error.set(new.drawing_error)
            if new.status.phase != "ready" or new.counts is not None:
                self.status.set(new.status)  # always of the day of the picture
            self.on_status(new.status)

    def _is_soon(self, new: PageState) -> bool:
        """Whether pictures and the day are enough: all else was drawn a moment ago."""
        old, now = self.status.value, new.status
        same = old._replace(step=0, date="", rate=0.0, farthest=0) == now._replace(
            step=0, date="", rate=0.0, farthest=0
        )
        recent = time.monotonic() - self._drawn_at < REST_SECONDS
        return same and recent and now.playing and not now.finished and not new.drawing_error

    def _show(self, new: PageState) -> None:
        if new.model is not None:
            self.model.set(new.model)
            force_update()
        self.scenes.set(new.scenes)
        self.interventions.set(new.interventions)
        self.clock.marks.set(new.marks)
        self.parameters.set(new.parameters or {})
        self.regime.set(new.regime)
        self.counts.set(new.counts or {})
        if new.citizen == self.citizen.value:
            self.account.set(new.account)
        self.comparison.set(new.comparison)

    def _show_error_of(
        self,
        answer: "Future[str] | Future[None]",
        name: str = "",
        order: Callable[[], None] | None = None,
    ) -> None:
        """Show what is wrong with a request, once the engine has answered.

        If it is an order on a day after which others are done, ask before it is given, by name.
        """

        def done(answer: "Future[Any]") -> None:
            self._drawn_at = 0.0  # what was asked for is shown with the next day
            problem = answer.exception()
            if isinstance(problem, PastDayError) and order is not None:
                with self._context:
                    self.clock.warning.set(WaitingOrder(name, problem.days, problem.step, order))
            elif problem is not None:
                text = str(problem) if isinstance(problem, ValueError) else repr(problem)
                with self._context:
                    self.show_error(text)

        answer.add_done_callback(done)

    def _clear(self) -> None:
        """Remove everything that was shown of a run."""
        self.clock.marks.set(())
        self.clock.warning.set(None)
        self.scenes.set(Scenes())
        self.counts.set({})
        self.interventions.set(())
        self.regime.set(RegimeReading())
        self.account.set(())
        self.comparison.set("")
        self.model.set(None)
        self.drawing_error.set("")


def _named(entry: TimelineEntry) -> str:
    """Return what an order is called, and where it is for."""
    name, regions = str(entry.get("title") or entry["kind"]), entry.get("regions")
    return f"{name}, in {' and '.join(regions)}" if isinstance(regions, list) else name
