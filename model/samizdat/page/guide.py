"""Leads a visitor: the ways in, a first task, the tour, and how a run ended."""

import datetime as dt
from dataclasses import replace

import solara

from samizdat.page.ending import Ending, EndingRun
from samizdat.page.scenes import first_view
from samizdat.page.session import Session
from samizdat.page.status import Status
from samizdat.page.tour import Tour
from samizdat.page.ways import Beginning, opening_of_way

TASK = {  # the steps of the first task
    "order": "Give an order below: for example “network off”.",
    "play": "Press Play, and watch who acts.",
    "read": "On the last day, read what your order has changed.",
}


class Guide:
    """What stands beside a visitor's simulation, for those who see it for the first time.

    Parameters
    ----------
    opening
        The simulation to begin with, and what is shown of it.

    Attributes
    ----------
    home
        Whether the entrance is shown over the simulation.
    task
        Whether a first task is set.
    done
        Which of its steps are done, by `TASK`; a step that was done stays so.
    ending
        What the run has come to; None until its last day is done.
    epilogue
        Whether that is shown.
    """

    def __init__(self, session: Session, opening: Beginning) -> None:
        self.session, self._opening = session, opening
        self.home = solara.reactive(False)
        self.task = solara.reactive(False)
        self.done: solara.Reactive[frozenset[str]] = solara.reactive(frozenset())
        self.ending: solara.Reactive[Ending | None] = solara.reactive(None)
        self.epilogue = solara.reactive(False)
        self.tour = Tour(session)
        self._plays_again = False  # when the entrance is closed
        self._ending_run: EndingRun | None = None
        self._ended = (0, 0)  # the run and branch whose ending was shown last
        session.on_run, session.on_status = self._begin_run, self._show_status

    def start(self) -> None:
        """Begin to build the simulation and to draw it."""
        self.session.start()
        self._show(self._opening)

    def stop(self) -> None:
        """End all threads, and discard the simulation."""
        self.tour.leave()
        self._forget_ending()
        self.session.stop()

    def open_way(self, name: str) -> None:
        """Go in by a way of the entrance."""
        self.open(opening_of_way(name))

    def open(self, opening: Beginning) -> None:
        """Start another simulation, and show it as the opening says."""
        self._opening = opening
        # Drawn once: a thread that draws between two of these values draws the first days too, and
        # would set the next value only when they are over.
        with self.session.together():
            self.home.set(False)
            self.session.draft.set(opening.choice)
            self.session.start_run(opening.choice, playing=opening.playing)
            self._show(opening)

    def open_home(self) -> None:
        """Show the entrance over the simulation, which waits."""
        self.tour.leave()
        self._plays_again = self.session.status.value.playing
        self.session.engine.pause()
        self.home.set(True)

    def close_home(self) -> None:
        """Go back to the simulation."""
        self.home.set(False)
        if self._plays_again:
            self.session.engine.play()

    def start_again(self) -> None:
        """Start the same simulation from its beginning, without orders."""
        choice = self.session.choice.value
        self.open(self._opening if choice == self._opening.choice else Beginning(choice))

    def try_lever(self) -> None:
        """Start the same simulation, paused before anybody is in the street, with the levers."""
        ending, day = self.ending.value, None
        if ending is not None and ending.summary["first_day"] is not None:
            day = dt.date.fromisoformat(ending.summary["first_day"]) - dt.timedelta(days=2)
        if day is not None and day < self.session.scenario.spec.start:
            day = None
        self.open(Beginning(replace(self.session.choice.value, first_day=day), playing=False))

    def _show(self, opening: Beginning) -> None:
        session = self.session
        session.panel.set(opening.panel)
        self.task.set(opening.task)
        self.done.set(frozenset())
        suits = first_view(session.scenario.citizens, len(session.scenario.region_names))
        if opening.view or (session.view.value == "network" and suits != "network"):
            session.select_view(opening.view or suits)
        if opening.tour:
            self.tour.start()

    def _begin_run(self) -> None:
        self._forget_ending()
        self.task.set(False)
        self.tour.see_run()

    def _show_status(self, status: Status) -> None:
        """Read the ending of a run, and show it, when its last day is done."""
        self._see_task(status)
        which = (status.run, len(status.branches))
        if self._ended == which:
            return
        if not status.finished:
            if self._ending_run is not None:  # an order in the past has made other days of it
                self._forget_ending()
            return
        self._ended = which
        self._forget_ending()
        self._ending_run = EndingRun(
            self.session.engine, self.session.scenario, self._show_ending
        )  # fmt: skip
        self._ending_run.start()
        self.epilogue.set(True)

    def _see_task(self, status: Status) -> None:
        """Tick what is done of the first task."""
        if not self.task.value:
            return
        now, ending = set(self.done.value), self.ending.value
        if self.session.interventions.value:
            now.add("order")
        if ("order" in now and status.playing) or status.finished:
            now.add("play")
        if ending is not None and ending.orders and ending.other is not None:
            now.update(TASK)
        self.done.set(frozenset(now))

    def _show_ending(self, ending: Ending | None) -> None:
        with self.session.in_page():
            self.ending.set(ending)
            self._see_task(self.session.status.value)
            if ending is None:
                self._ended = (0, 0)
                self.epilogue.set(False)

    def _forget_ending(self) -> None:
        if self._ending_run is not None:
            self._ending_run.stop()
        self._ending_run = None
        self.ending.set(None)
        self.epilogue.set(False)
