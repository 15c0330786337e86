"""Draws a page's pictures in a thread of its own, from snapshots, at most a few times a second."""

import copy
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from samizdat.mesa_model import ProtestModel
from samizdat.page.engine import Engine, Status
from samizdat.page.pictures import ViewCache, film_of, lesson
from samizdat.page.readings import counts_of, events_of, parameters_of
from samizdat.page.twin import Click
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import ScenarioError

LONGEST_FILM = 150  # pictures
SECONDS_BETWEEN = 0.25  # pictures come no faster than a page can show them


class Shown(NamedTuple):
    """What there is to show; without counts, nothing of a day."""

    status: Status
    clicks: tuple[Click, ...] = ()
    picture: bytes = b""
    series: bytes = b""
    counts: Any = None
    parameters: Any = None
    events: Any = None
    citizen: int | None = None  # whose account it is
    account: tuple[str, ...] = ()
    lesson: str = ""
    model: ProtestModel | None = None  # a copy, for Mesa's components
    undrawn: str = ""  # why there is no picture


class _Snapshot(NamedTuple):
    """A day as it was left, which moves no longer."""

    status: Status
    clicks: tuple[Click, ...]
    simulation: Simulation
    model: ProtestModel | None
    twin: Simulation | None
    parameters: dict[str, float]
    events: dict[str, str]
    citizen: int | None
    account: tuple[str, ...]


class Painter:
    """Waits for something new in the engine, and publishes it drawn.

    Parameters
    ----------
    publish
        Called in the thread with what there is to show.

    Attributes
    ----------
    chosen
        The citizen who is to stand out.
    shows
        What colours the regions of the country.
    """

    def __init__(self, engine: Engine, publish: Callable[[Shown], None]) -> None:
        self.engine, self.publish = engine, publish
        self.chosen: int | None = None
        self.shows = "turnout"
        self.view, self._mesa = "network", False
        self.sizes = {"view": (620, 560), "series": (420, 340)}
        self._run, self._gallery = 0, ViewCache()
        self._film: deque[bytes] = deque(maxlen=LONGEST_FILM)
        self._filmed: Any = None  # of which run, view, size and day the last frame is
        self._lock = threading.Lock()
        self._stopped = False
        self._thread = threading.Thread(target=self._live, name="samizdat-painter", daemon=True)

    def start(self) -> None:
        """Begin to draw."""
        self._thread.start()

    def stop(self) -> None:
        """End after the picture that it is at."""
        self._stopped = True
        self.engine.changed.set()

    def look(self, view: str, *, mesa: bool = False) -> None:
        """Show another view, by the name of one of `pictures.VIEWS` or of a Mesa component."""
        self.view, self._mesa = view, mesa
        self.engine.changed.set()

    def colour(self, shows: str) -> None:
        """Colour the regions of the country by something else."""
        self.shows = shows
        self.engine.changed.set()

    def resize(self, which: str, width: int, height: int) -> None:
        """Draw so many pixels from now on."""
        size = (max(300, min(2400, width)), max(220, min(1600, height)))
        if self.sizes[which] != size:
            self.sizes = {**self.sizes, which: size}
            self.engine.changed.set()

    def citizen_at(self, x: float, y: float) -> int | None:
        """Return who is drawn at a place of the picture, in parts of its width and height."""
        with self._lock:
            return self._gallery.citizen_at(x, y)

    def png(self, view: str, width: int, height: int) -> bytes:
        """Return a view of the present day, as large as is asked for.

        Raises
        ------
        ValueError
            If there is no world, or no second one where both are asked for.
        """
        kept, lever = self._snapshot(), self.engine.lever
        if view != "twin":
            size = (width, height)
            return ViewCache().draw(view, kept.simulation, size, self.chosen, self.shows)
        if kept.twin is None or lever is None:
            raise ScenarioError("there is no second world")
        return ViewCache().compare(kept.simulation, kept.twin, (width, height), lever)

    def film(self) -> bytes:
        """Return the pictures of the present view that were shown so far as a GIF film.

        Raises
        ------
        ValueError
            If there is none yet.
        """
        with self._lock:
            frames = list(self._film)
        return film_of(frames)

    def _live(self) -> None:
        while not self._stopped:
            self.engine.changed.wait()
            self.engine.changed.clear()
            if self._stopped:
                return
            began = time.monotonic()
            try:
                shown = self._draw()
            except Exception as problem:  # the page says so instead of standing still
                shown = Shown(self.engine.status, undrawn=_undrawn(problem))
            if self._stopped:
                return
            self.publish(shown)
            self.engine.shown()
            time.sleep(max(0.03, SECONDS_BETWEEN - (time.monotonic() - began)))

    def _snapshot(self) -> _Snapshot:
        """Copy the day; ties and traits are shared with the world that goes on."""
        mesa = self._mesa

        def copied(model: ProtestModel) -> _Snapshot:
            apart = copy.deepcopy(model) if mesa else None
            twin = self.engine.twin
            return _Snapshot(
                self.engine.status,
                self.engine.clicks_now(),
                apart.simulation if apart is not None else copy.deepcopy(model.simulation),
                apart,
                copy.deepcopy(twin) if twin is not None else None,
                parameters_of(model.simulation),
                events_of(model.simulation),
                self.engine.citizen_now(),
                self.engine.account_now(),
            )

        return self.engine.ask(copied).result()

    def _draw(self) -> Shown:
        if self.engine.status.phase != "ready":
            return Shown(self.engine.status)
        try:
            kept = self._snapshot()
        except ValueError:  # it is being built anew
            return Shown(self.engine.status)
        told, picture, undrawn, size = "", b"", "", self.sizes["view"]
        with self._lock:
            if self._run != kept.status.run:
                self._run, self._gallery = kept.status.run, ViewCache()
            gallery, lever = self._gallery, self.engine.lever
            if kept.twin is not None and lever is not None:
                told = lesson(kept.simulation, kept.twin, lever)
            try:
                picture = self._picture(kept, gallery, lever, size)
            except Exception as problem:  # all else goes on, and the page says why it is not seen
                undrawn = _undrawn(problem)
            series = gallery.beside(kept.simulation, self.sizes["series"])
        return Shown(
            kept.status,
            kept.clicks,
            picture,
            series,
            counts_of(kept.simulation),
            kept.parameters,
            kept.events,
            kept.citizen,
            kept.account,
            told,
            kept.model,
            undrawn,
        )

    def _picture(
        self, kept: _Snapshot, gallery: ViewCache, lever: str | None, size: tuple[int, int]
    ) -> bytes:
        """Return the view; nothing where Mesa's component shows it, or there is no second world."""
        picture = b""
        if self.view == "twin":
            if kept.twin is not None and lever is not None:
                picture = gallery.compare(kept.simulation, kept.twin, size, lever)
        elif kept.model is None:
            picture = gallery.draw(self.view, kept.simulation, size, self.chosen, self.shows)
        if picture:
            self._keep_frame(picture, kept.status)
        return picture

    def _keep_frame(self, picture: bytes, status: Status) -> None:
        """Keep a picture for the film, one a day, of the same view and size."""
        kind, day = (status.run, self.view, self.shows, self.sizes["view"]), status.step
        if self._filmed is None or self._filmed[0] != kind:
            self._film.clear()
        if self._film and self._filmed[1] == day:
            self._film.pop()
        self._film.append(picture)
        self._filmed = (kind, day)


def _undrawn(problem: Exception) -> str:
    return f"This picture cannot be drawn ({type(problem).__name__}: {problem})"
