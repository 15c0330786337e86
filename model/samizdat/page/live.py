"""The simulation of a visitor and all that follows it: twin, account, pace. For one thread only."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from samizdat.mesa_model import ProtestModel
from samizdat.page.choice import Choice
from samizdat.page.citizen_log import CitizenLog
from samizdat.page.interventions import Intervention, TimelineEntry, is_same_order, replaced_by
from samizdat.page.moments import beginnings, is_moment, next_moment
from samizdat.page.pace import FAST, WAIT_SECONDS, Pace
from samizdat.page.replay import Replay
from samizdat.page.status import Status
from samizdat.page.twin import TwinRun
from samizdat.scenario.schema import ScenarioError

DAYS_AT_ONCE = 5  # of an account, as soon as a citizen is watched


class PastDayError(ScenarioError):
    """An order on a day after which others are done: it would change those.

    Attributes
    ----------
    days
        How many are done.
    step
        Number of steps done on the day of the order.
    """

    def __init__(self, days: int, step: int) -> None:
        super().__init__(f"{days:,} later days are done")
        self.days, self.step = days, step


class LiveRun:
    """A run that plays, goes back and forth, and takes orders.

    Parameters
    ----------
    speed
        Steps a second, or `pace.UNPACED` or `pace.AUTOMATIC`.
    playing
        Whether it plays as soon as it is built.
    memory
        Bytes for the snapshots from which earlier days are shown.
    changed
        Called whenever there is something new to show.
    interrupted
        Whether somebody waits for the end of a series of steps.

    Attributes
    ----------
    status
        What it is doing.
    target
        The step that it is going to; None: none.
    interventions
        What the visitor ordered up to the day shown.
    last_used
        When it was last played to its end, or used [monotonic clock].
    """

    def __init__(
        self,
        speed: float,
        *,
        playing: bool,
        memory: int,
        changed: Callable[[], None],
        interrupted: Callable[[], bool],
    ) -> None:
        self.status, self.pace = Status(), Pace(speed)
        self.interventions: tuple[Intervention, ...] = ()
        self.model: ProtestModel | None = None
        self.run: Replay | None = None
        self.twin: TwinRun | None = None
        self.citizen_log: CitizenLog | None = None
        self.target: int | None = None
        self.last_used = time.monotonic()
        self._playing, self._memory = playing, max(2, memory)
        self._changed, self._interrupted = changed, interrupted
        self._only_to_moment = False  # it goes to its target only until something begins
        self._repeats = False  # its target is the day that is shown already

    def build(self, choice: Choice, max_citizens: int) -> None:
        """Build the simulation of a choice, in place of this one."""
        self.discard()
        self.interventions = ()
        self.notify(phase="building", run=self.status.run + 1, branches=())
        try:
            model = choice.model(max_citizens)
            simulation = model.simulation
            self.run, self.model = Replay(simulation, [], self._memory), model
            self._begins = beginnings(simulation.scenario)
            self.target = choice.first_step(simulation.scenario)
        except ValueError as problem:
            self.fail(str(problem))
        except MemoryError:
            self.fail("this number of citizens does not fit into the memory of the server")
        else:
            self.pace.play()
            self.notify(phase="ready", problem="")

    def discard(self) -> None:
        """Forget the simulation."""
        self.model = self.run = self.twin = self.citizen_log = None
        self.target, self._only_to_moment, self._repeats = None, False, False

    def fail(self, problem: str) -> None:
        """Forget the simulation, and say why."""
        self.discard()
        self.notify(phase="failed", problem=problem)

    def notify(self, **changes: Any) -> None:
        """Update the status, and tell that there is something new."""
        self.update(**changes)
        self._changed()

    def update(self, **changes: Any) -> None:
        """Update the status."""
        status = self.status._replace(playing=self._playing, catching_up=-1, seeking=-1)
        if not self._playing and self.target is None:
            status = status._replace(rate=0.0)
        run, twin = self.run, self.twin
        if run is not None:
            simulation = run.simulation
            self.interventions = run.interventions()
            status = status._replace(
                step=simulation.step_number, steps=simulation.steps, date=str(simulation.date),
                farthest=run.farthest,
            )  # fmt: skip
        if self.target is not None:
            status = status._replace(seeking=self.target)
        if twin is not None and twin.behind:
            status = status._replace(catching_up=twin.step_number)
        self.status = status._replace(**changes)

    # Playing

    @property
    def returns(self) -> bool:
        """Whether it goes to a day done, so that the one where it is now is not shown."""
        run = self.run
        return run is not None and self.target is not None and (run.in_the_past or self._repeats)

    @property
    def seconds_until_due(self) -> float | None:
        """How long to wait before `advance` [s]; None: there is nothing to do."""
        if self.run is None:
            return None
        if self.twin is not None and self.twin.behind:
            return 0.0
        if self.target is None and not self._playing:
            return None
        if self.pace.waits:
            return WAIT_SECONDS
        return 0.0 if self.target is not None else self.pace.seconds

    def advance(self) -> None:
        """Do what is due."""
        run, twin = self.run, self.twin
        if run is None:
            return
        if twin is not None and twin.behind:
            self.pace.run_slice(lambda: twin.follow() and not self._interrupted())
            self.notify()
        elif self.pace.waits:
            return
        elif self.target is not None:
            self._approach(run, self.target)
        elif self._playing:
            self._play(run)

    def set_playing(self, playing: bool) -> None:
        """Play or pause, from the day that is reached."""
        self._finish_repeating()
        self._playing = playing
        self._arrive()

    def set_speed(self, speed: float) -> None:
        """Play at another speed."""
        self.pace.set_speed(speed)
        self.notify()

    def one_step(self) -> None:
        """Take a step and pause."""
        self._finish_repeating()
        self._playing = False
        if self.run is not None:
            self._take_step(self.run)
        self._arrive()

    def _play(self, run: Replay) -> None:
        """Take the step that is due, or many where the pace is fast."""
        rate = self.pace.rate(run.simulation, self._begins)
        if 0.0 < rate <= FAST:
            self.pace.begin_step(rate)
            self._take_step(run)
            self.notify(rate=rate)
            return

        def more() -> bool:
            self._take_step(run)
            goes_on = self._playing and not self._interrupted()
            return goes_on and self.pace.rate(run.simulation, self._begins) == rate

        self.pace.run_slice(more, rate)
        self.update(rate=self.pace.measured)
        if self._playing and self._interrupted():
            return  # it goes on when that is done
        self._changed()
        self.pace.wait_for_picture()

    def _take_step(self, run: Replay) -> None:
        """Take a step; after the last, stop playing instead."""
        if run.simulation.finished:
            self._playing = False
            return
        if self.citizen_log is not None:
            self.citizen_log.before_step()
        run.step(self.model.step_at_once if self.model is not None else None)
        if self.citizen_log is not None:
            self.citizen_log.after_step()
        if self.twin is not None:
            self.twin.follow()
        if run.simulation.finished:
            self._playing, self.last_used = False, time.monotonic()

    # Going back and forth

    def seek(self, step: int) -> None:
        """Pause, and go to the day after so many steps, done or still to come."""
        if self.run is not None:
            self._finish_repeating()
            self._playing = False
            self._head_for(self.run, max(0, min(step, self.run.simulation.steps)))

    def seek_moment(self) -> None:
        """Go on to the next day on which something begins or people begin to act."""
        run = self.run
        if run is None:
            return
        self._finish_repeating()
        found = next_moment(run.simulation, self._begins, run.step_number, run.farthest)
        self._only_to_moment = found is None
        self._head_for(run, run.simulation.steps if found is None else found)

    def branch(self) -> None:
        """Forget the days after the one shown, and what was ordered on them."""
        run, twin = self.run, self.twin
        if run is None:
            return
        run.branch()
        if self.citizen_log is not None:
            self.citizen_log.forget_after(run.step_number)
        if twin is not None:
            twin.branch()
            if not twin.is_of_this_branch:
                self.compare(twin.lever)
        self.notify(branches=(*self.status.branches, run.step_number))

    def _head_for(self, run: Replay, step: int) -> None:
        before, log = run.step_number, self.citizen_log
        run.approach(step, exact=log is None or log.has(step))
        if run.step_number != before:  # everything else goes to the same day
            if self.model is not None:
                self.model.synchronise()
            if self.twin is not None:
                self.twin.return_to()
        self.target = step
        self._approach(run, step)

    def _approach(self, run: Replay, target: int) -> None:
        """Take steps towards the target for a while."""

        def is_there() -> bool:
            if run.step_number >= target:
                return True
            new = self._only_to_moment and not run.in_the_past
            return new and is_moment(run.simulation, self._begins, run.step_number - 1)

        def more() -> bool:
            self._take_step(run)
            return not is_there() and not self._interrupted()

        if run.step_number < target:
            self.pace.run_slice(more)
        if is_there():
            self._arrive()
            return
        self.update(rate=self.pace.measured)
        if self._interrupted():
            return  # it goes on when that is done
        self._changed()
        self.pace.wait_for_picture()

    def _finish_repeating(self) -> None:
        """Return to the day shown, if its account is being made."""
        while self._repeats and self.run is not None and self.target is not None:
            if self.run.step_number >= self.target:
                self._arrive()
            else:
                self._take_step(self.run)

    def _arrive(self) -> None:
        """Stand where the run is, with what was ordered on that day."""
        self.target, self._only_to_moment, self._repeats = None, False, False
        if self.run is not None:
            self.run.apply_due()
            self._begins = beginnings(self.run.simulation.scenario)
        self.pace.play()
        self.notify()

    # Orders and questions

    def enact(self, entry: TimelineEntry) -> str:
        """Order something; return its id."""
        run = self._run_that_takes_orders()
        replaced = replaced_by(entry, self.in_force())
        which = run.enact(entry)
        for each in replaced:
            run.lift(each)
        self._begins = beginnings(run.simulation.scenario)
        self.notify()
        return which

    def toggle(self, entry: TimelineEntry) -> None:
        """Lift an order if it is in force, else give it."""
        same = [each.id for each in self.in_force() if is_same_order(each.entry, entry)]
        if same:
            self.lift(same[-1])
        else:
            self.enact(entry)

    def lift(self, which: str) -> None:
        """End an intervention."""
        self._run_that_takes_orders().lift(which)
        self.notify()

    def end(self, lifts: Sequence[str], settings: Sequence[TimelineEntry]) -> None:
        """End what has these ids, and make settings, all before the same day."""
        run = self._run_that_takes_orders()
        for which in lifts:
            try:
                run.lift(which)
            except ScenarioError:  # a second click finds nothing left to end
                if run.simulation.finished:
                    raise
        for entry in settings:
            run.enact(entry)
        self._begins = beginnings(run.simulation.scenario)
        self.notify()

    def in_force(self) -> list[Intervention]:
        """Return the interventions that are in force on the next day or later."""
        run = self.run
        if run is None:
            return []
        step, step_days = run.step_number, float(run.simulation.scenario.spec.step_days)
        return [each for each in run.interventions() if each.lasts(step, step_days)]

    def watch(self, citizen: int | None) -> None:
        """Record the days of a citizen from now on, and the last ones; of nobody with None.

        The last days are simulated again, since nobody was asked about then.
        """
        self.citizen_log, run = None, self.run
        if citizen is None or run is None:
            self.notify()
            return
        self.citizen_log = CitizenLog(run.simulation, citizen)
        step = run.step_number
        run.approach(max(0, step - DAYS_AT_ONCE))
        if self.model is not None:
            self.model.synchronise()
        self.target, self._repeats = step, True
        self._approach(run, step)

    def compare(self, lever: str | None) -> None:
        """Run a twin without a lever beside this run; none with None."""
        run, self.twin = self.run, None
        if run is not None:
            run.snapshots.memory = self._memory if lever is None else self._memory // 2
            if lever is not None:
                self.twin = TwinRun(run, lever, self._memory // 2)
        self.notify()

    def _run_that_takes_orders(self) -> Replay:
        """Return the run if nothing is done after the day shown; else pause it."""
        run = self.run
        if run is None:
            raise ScenarioError("there is no simulation yet")
        if run.in_the_past:
            self.set_playing(False)
            raise PastDayError(run.farthest - run.step_number, run.step_number)
        return run
