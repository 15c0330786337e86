"""The rungs of a regime's ladder during a run: when each was reached, and when its law acts."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from samizdat.core.quantity import end_of_step
from samizdat.scenario.ladder import Rung

LAW = "law"  # kind of the bands


class RungStatus(NamedTuple):
    """A rung on a day of a run."""

    title: str
    at: float  # height of the threat
    reached: dt.date | None  # the day on which the threat first was at the height
    acts: dt.date | None  # the first day of the law; known once the rung is reached
    in_force: bool  # whether the law holds

    def to_dict(self) -> dict[str, object]:
        """Return it for a summary, in JSON's types."""
        when = {"reached": self.reached, "acts": self.acts}
        dates = {name: None if day is None else str(day) for name, day in when.items()}
        return {"title": self.title, "at": self.at, **dates}


class Law(NamedTuple):
    """A rung whose law holds, from day ``begins``, in days from the start."""

    begins: float
    rung: Rung


def laws_on(
    ladder: Sequence[Rung], reached: Mapping[float, float], day: float, step_days: float
) -> tuple[Law, ...]:
    """Return the laws that hold in the step that begins on ``day``, in the order of the ladder.

    Parameters
    ----------
    reached
        From a height to the day on which the threat first reached it.
    """
    begun = (Law(reached[r.at] + r.delay_days, r) for r in ladder if r.at in reached)
    return tuple(law for law in begun if law.begins < end_of_step(day, step_days))


def statuses(
    ladder: Sequence[Rung],
    reached: Mapping[float, float],
    start: dt.date,
    day: float,
    step_days: float,
) -> tuple[RungStatus, ...]:
    """Return the rungs as they are in the step that begins on ``day``, -step_days before any."""
    found = []
    for rung in ladder:
        since = reached.get(rung.at)
        if since is None:
            found.append(RungStatus(rung.label, rung.at, None, None, in_force=False))
            continue
        begins = since + rung.delay_days
        met, acts = (start + dt.timedelta(days=math.floor(d + 1e-9)) for d in (since, begins))
        holds = begins < end_of_step(day, step_days)
        found.append(RungStatus(rung.label, rung.at, met, acts, holds))
    return tuple(found)


def bands_of(rungs: Sequence[RungStatus], end: dt.date) -> list[dict[str, object]]:
    """List the laws in force as bands for a figure, each until ``end``, inclusive."""
    return [
        {"id": f"law-{n}", "kind": LAW, "name": rung.title, "region": "nation",
         "start": rung.acts, "end": end}
        for n, rung in enumerate(rungs, start=1) if rung.in_force
    ]  # fmt: skip
