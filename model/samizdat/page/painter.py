"""Draws a page's pictures in a thread of its own, from snapshots, at most a few times a second."""

import copy
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from samizdat.mesa_model import ProtestModel
from samizdat.page.engine import Engine
from samizdat.page.film import frames_of
from samizdat.page.history import copied
from samizdat.page.interventions import Intervention
from samizdat.page.marks import DaysDone, Mark, marks_of
from samizdat.page.pictures import VIEW_NAMES, ViewCache, describe_difference, film_of
from samizdat.page.readings import RegimeReading, counts_of, parameters_of, regime_of
from samizdat.page.scenes import CountryChoice, Plain, SceneMaker, Scenes
from samizdat.page.status import Status
from samizdat.page.widgets import data_url
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import ScenarioError

SECONDS_BETWEEN = 0.05  # no faster than a page can show pictures


class PageState(NamedTuple):
    """What the page shows; without counts, nothing but the status.

    Attributes
    ----------
    counts
        Citizens by posture on the last day.
    parameters
        Parameters in force, by dotted name.
    regime
        What is in force on the next day, and what else the panel of the state shows.
    citizen, account
        Whose days are recorded, and their account as lines of text.
    comparison
        How the twin differs, in a sentence.
    model
        A copy of the model, for Mesa's components.
    drawing_error
        Why there is no picture.
    marks
        What is on the bar of days.
    scenes
        What the browser draws.
    """

    status: Status
    interventions: tuple[Intervention, ...] = ()
    counts: dict[str, int] | None = None
    parameters: dict[str, float] | None = None
    regime: RegimeReading = RegimeReading()
    citizen: int | None = None
    account: tuple[str, ...] = ()
    comparison: str = ""
    model: ProtestModel | None = None
    drawing_error: str = ""
    marks: tuple[Mark, ...] = ()
    scenes: Scenes = Scenes()


class _Snapshot(NamedTuple):
    """A copy of the simulation after a step, and what the engine knew then."""

    status: Status
    interventions: tuple[Intervention, ...]
    simulation: Simulation
    model: ProtestModel | None
    twin: Simulation | None
    parameters: dict[str, float]
    citizen: int | None
    account: tuple[str, ...]
    done: DaysDone


class Painter:
    """Waits for changes in the engine, and publishes them drawn.

    Parameters
    ----------
    publish
        Called in the thread with what the page is to show.

    Attributes
    ----------
    chosen
        The citizen to be marked.
    shows, country_layout
        What colours the regions of the country, one of `views.country.SHOWS`; "map" or "tiles".
    """

    def __init__(self, engine: Engine, publish: Callable[[PageState], None]) -> None:
        self.engine, self.publish = engine, publish
        self.chosen: int | None = None
        self.shows, self.country_layout = "turnout", "map"
        self.view, self._mesa = "network", False
        self.size = (620, 560)
        self._run, self._views, self._scenes = 0, ViewCache(), SceneMaker("")
        self._lock = threading.Lock()
        self._stopped = False
        self._thread = threading.Thread(target=self._live, name="samizdat-painter", daemon=True)

    def start(self) -> None:
        """Begin to draw."""
        self._thread.start()

    def stop(self) -> None:
        """End after the picture in progress."""
        self._stopped = True
        self.engine.changed.set()

    def select_view(self, view: str, *, mesa: bool = False) -> None:
        """Draw another view of `pictures.VIEW_NAMES`; with ``mesa``, only copy the model."""
        self.view, self._mesa = view, mesa
        self.engine.changed.set()

    def set_country(self, shows: str, layout: str) -> None:
        """Colour the regions of the country by something else; draw a map or tiles."""
        self.shows, self.country_layout = shows, layout
        self.engine.changed.set()

    def resize(self, width: int, height: int) -> None:
        """Draw a picture that the browser does not draw itself in another size [pixels]."""
        size = (max(300, min(2400, width)), max(220, min(1600, height)))
        if self.size != size:
            self.size = size
            self.engine.changed.set()

    def citizen_at(self, x: float, y: float) -> int | None:
        """Return the citizen at a place of the picture, in shares of its width and height."""
        with self._lock:
            return self._views.citizen_at(x, y)

    def png(self, view: str, width: int, height: int) -> bytes:
        """Return a view of the last step as a PNG file of this size [pixels].

        Raises
        ------
        ValueError
            If there is no simulation, or no twin where both are needed.
        """
        snapshot, lever = self._snapshot(settled=True), self.engine.lever
        size = (width, height)
        if view != "twin":
            return ViewCache().draw(
                view, snapshot.simulation, size, self.chosen, self._country(self.shows)
            )
        if snapshot.twin is None or lever is None:
            raise ScenarioError("there is no second run")
        return ViewCache().draw_twin(snapshot.simulation, snapshot.twin, size, lever)

    def film(self) -> bytes:
        """Return the present view of the last days up to the one shown, as a GIF film.

        Raises
        ------
        ValueError
            If there is no simulation, or none of Mesa's components can be filmed.
        """
        view, lever, size = self.view, self.engine.lever, self.size
        runs = self.engine.ask(lambda _: self.engine.run_copies(), settled=True).result()
        views, shows, chosen = ViewCache(), self.shows, self.chosen

        def drawn(simulations: tuple[Simulation, ...]) -> bytes:
            if view == "twin" and lever is not None and len(simulations) > 1:
                return views.draw_twin(simulations[0], simulations[1], size, lever)
            return views.draw(view, simulations[0], size, chosen, self._country(shows))

        if view not in VIEW_NAMES:
            raise ScenarioError(f"there is no film of {view}, which a component of Mesa draws")
        return film_of(frames_of(runs if view == "twin" else runs[:1], drawn))

    def _live(self) -> None:
        while not self._stopped:
            self.engine.changed.wait()
            self.engine.changed.clear()
            if self._stopped:
                return
            began = time.monotonic()
            try:
                state = self._draw()
            except Exception as problem:  # shown on the page, which would otherwise stand still
                state = PageState(self.engine.status, drawing_error=_cannot_draw(problem))
            if self._stopped:
                return
            self.publish(state)
            self.engine.mark_drawn()
            time.sleep(max(0.01, SECONDS_BETWEEN - (time.monotonic() - began)))

    def _snapshot(self, *, settled: bool = False) -> _Snapshot:
        """Copy the simulation; what does not change is shared with the original, which continues.

        With ``settled``, wait until a run that goes to another of the days done is there.
        """
        mesa = self._mesa

        def taken(model: ProtestModel) -> _Snapshot:
            simulation, twin = copied(model.simulation), self.engine.twin
            own = copy.deepcopy(model, {id(model.simulation): simulation}) if mesa else None
            return _Snapshot(
                status=self.engine.status,
                interventions=self.engine.interventions_in_force,
                simulation=simulation,
                model=own,
                twin=copied(twin) if twin is not None else None,
                parameters=parameters_of(model.simulation),
                citizen=self.engine.watched_citizen,
                account=self.engine.account,
                done=self.engine.days_done,
            )

        return self.engine.ask(taken, settled=settled).result()

    def _draw(self) -> PageState:
        if self.engine.status.phase != "ready":
            return PageState(self.engine.status)
        try:
            snapshot = self._snapshot()
        except ValueError:  # it is being built again
            return PageState(self.engine.status)
        comparison, error = "", ""
        with self._lock:
            if self._run != snapshot.status.run:
                self._run, self._views = snapshot.status.run, ViewCache()
                self._scenes = SceneMaker(self.engine.choice.scenario)
            views, lever = self._views, self.engine.lever
            if snapshot.twin is not None and lever is not None:
                comparison = describe_difference(snapshot.simulation, snapshot.twin, lever)
            counts = counts_of(snapshot.simulation)
            slots = {"series": self._scenes.with_series(snapshot.simulation, brief=True)}
            try:
                shown = self._scene(snapshot, views, lever)
            except Exception as problem:  # everything else is still shown, with the reason
                shown, error = None, _cannot_draw(problem)
            if shown is not None:
                slots["view"] = {"view": self.view, **shown}
            series = self._scenes.series(snapshot.simulation)
            scenes = self._scenes.message(snapshot.status, counts, slots, series)
        return PageState(
            status=snapshot.status,
            interventions=snapshot.interventions,
            counts=counts,
            parameters=snapshot.parameters,
            regime=regime_of(snapshot.simulation),
            citizen=snapshot.citizen,
            account=snapshot.account,
            comparison=comparison,
            model=snapshot.model,
            drawing_error=error,
            marks=marks_of(snapshot.done, snapshot.simulation),
            scenes=scenes,
        )

    def _scene(self, snapshot: _Snapshot, views: ViewCache, lever: str | None) -> Plain | None:
        """Return what the browser draws of the view; None where a Mesa component shows it."""
        view, simulation, scenes = self.view, snapshot.simulation, self._scenes
        if snapshot.model is not None:
            return None
        if view == "country":
            return scenes.country(simulation, CountryChoice(self.shows, self.country_layout))
        if view == "network":
            return scenes.network(simulation, self.chosen)
        if view == "who":
            return scenes.who(simulation, self.chosen)
        if view == "series":
            return scenes.with_series(simulation, brief=False)
        if view != "twin":
            drawn = views.draw(view, simulation, self.size, self.chosen)
        elif snapshot.twin is not None and lever is not None:
            drawn = views.draw_twin(simulation, snapshot.twin, self.size, lever)
        else:
            return None
        return {"kind": "png", "src": data_url(drawn)}

    def _country(self, shows: str) -> dict[str, str]:
        """Return how the country is drawn as a picture."""
        return {
            "shows": shows,
            "layout": self.country_layout,
            "scenario_file": self.engine.choice.scenario,
        }


def _cannot_draw(problem: Exception) -> str:
    return f"This picture cannot be drawn ({type(problem).__name__}: {problem})"
