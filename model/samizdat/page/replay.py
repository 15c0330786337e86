"""A simulation with what was ordered while it ran; any day done can be shown again, exactly."""

from collections.abc import Callable
from typing import NamedTuple

from samizdat.page.history import Snapshots, keep_own_rows, restore
from samizdat.page.interventions import Intervention, TimelineEntry, without_lever
from samizdat.page.marks import DaysDone
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import ScenarioError


class Change(NamedTuple):
    """Something that the visitor ordered or lifted.

    Attributes
    ----------
    step
        Number of steps done then.
    entry
        What was ordered; None: the intervention with this id was lifted.
    """

    step: int
    id: str
    entry: TimelineEntry | None


class Replay:
    """A simulation that repeats what the visitor changed, at the steps at which she changed it.

    Parameters
    ----------
    simulation
        Before its first step.
    changes
        All changes, by step; the list is shared by the run and its twin.
    memory
        Bytes for snapshots.
    lever
        The lever that is off in a twin, whose changes are left out.
    known
        Number of changes that the scenario holds already.

    Attributes
    ----------
    applied
        Number of changes that the simulation has seen.
    farthest
        The last step done, wherever the simulation is now.
    """

    def __init__(
        self,
        simulation: Simulation,
        changes: list[Change],
        memory: int,
        lever: str | None = None,
        known: int = 0,
    ) -> None:
        self.simulation, self.changes, self.lever = simulation, changes, lever
        self.known = self.applied = known
        self.farthest = simulation.step_number
        self._last_bands = simulation.bands  # of the last day done, while an earlier one is shown
        self.snapshots = Snapshots(memory)
        self._ids: dict[str, str | None] = {}  # ids of the run -> ids in the twin, None: none
        self.snapshots.take(simulation, self.applied, self._ids)

    @property
    def step_number(self) -> int:
        """Number of steps done on the day shown."""
        return self.simulation.step_number

    @property
    def in_the_past(self) -> bool:
        """Whether later days are done."""
        return self.step_number < self.farthest

    def step(self, take: Callable[[], None] | None = None) -> None:
        """Apply the changes that are due and take a step; ``take`` takes it, if given."""
        self.apply_due()
        (take or self.simulation.step)()
        self.farthest = max(self.farthest, self.step_number)
        self.snapshots.take(self.simulation, self.applied, self._ids)

    def apply_due(self) -> None:
        """Apply what was changed on the day shown and has not been applied yet."""
        while self.applied < len(self.changes):
            change = self.changes[self.applied]
            if change.step > self.step_number:
                return
            self._apply(change)
            self.applied += 1

    def enact(self, entry: TimelineEntry) -> str:
        """Order something; return its id. Not in the past: see `branch`."""
        which = self.simulation.enact(entry)
        self._changed(Change(self.step_number, which, entry))
        return which

    def lift(self, which: str) -> None:
        """End an intervention. Not in the past: see `branch`."""
        self.simulation.lift(which)
        self._changed(Change(self.step_number, which, None))

    def approach(self, step: int, *, exact: bool = False) -> None:
        """Go to the nearest snapshot from which a step is reached, unless no snapshot is nearer.

        With ``exact``, the step itself may be restored, without what explains its last step.
        """
        now = self.step_number
        if step == now:
            return
        nearest = self.snapshots.nearest(step, exact=exact)
        if now < step and nearest.step <= now:
            return
        if now == self.farthest:
            self._last_bands = self.simulation.bands
            self.snapshots.leave(self.simulation, self.applied, self._ids)
        restore(self.simulation, nearest)
        self.applied, self._ids = nearest.applied, dict(nearest.ids)

    def branch(self) -> None:
        """Forget the days after the one shown, and what was ordered on them."""
        del self.changes[self.applied :]
        self.forget_later_days()

    def forget_later_days(self) -> None:
        """Forget the days after the one shown, which will be others."""
        keep_own_rows(self.simulation)
        self.snapshots.forget_after(self.step_number)
        self.farthest = self.step_number

    def days_done(self) -> DaysDone:
        """Return what is known of all days done."""
        bands = self._last_bands if self.in_the_past else self.simulation.bands
        own = frozenset(each.id for each in self.changes if each.entry is not None)
        return DaysDone(self.farthest, bands, own)

    def interventions(self) -> tuple[Intervention, ...]:
        """Return what the visitor ordered up to the day shown."""
        found: list[Intervention] = []
        for change in self.changes[: self.applied]:
            if change.entry is not None:
                found.append(Intervention(change.step, change.id, change.entry))
                continue
            found = [
                each._replace(ends=change.step)
                if each.id == change.id and each.ends is None
                else each
                for each in found
            ]
        return tuple(found)

    def _changed(self, change: Change) -> None:
        self.changes.append(change)
        self.applied += 1

    def _apply(self, change: Change) -> None:
        simulation, entry = self.simulation, change.entry
        if self.lever is None:
            if entry is None:
                simulation.lift(change.id)
            else:
                simulation.enact(entry)
        elif entry is not None:
            left = without_lever(entry, self.lever)
            self._ids[change.id] = None if left is None else simulation.enact(left)
        elif (here := self._ids.get(change.id, change.id)) is not None:
            try:
                simulation.lift(here)
            except ScenarioError:
                return  # what only that lever ordered, or a law that only it would bring
