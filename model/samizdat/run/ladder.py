"""The rungs of a regime's ladder during a run: when each was reached, and when its law acts."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from samizdat.core.quantity import end_of_step
from samizdat.scenario.ladder import Rung

LAW = "law"  # kind of the bands
DAY = dt.timedelta(days=1)


class RungStatus(NamedTuple):
    """A rung on a day of a run."""

    title: str
    at: float  # height of the threat
    reached: dt.date | None  # the day on which the threat first was at the height
    acts: dt.date | None  # the first day of the law; known once the rung is reached
    in_force: bool  # whether the law holds
    repealed: dt.date | None = None  # the first day without the law, if it ends
    begun: bool = False  # whether the law has held on some day

    def to_dict(self) -> dict[str, object]:
        """Return it for a summary, in JSON's types."""
        when = {"reached": self.reached, "acts": self.acts}
        when |= {} if self.repealed is None else {"repealed": self.repealed}
        dates = {name: None if day is None else str(day) for name, day in when.items()}
        return {"title": self.title, "at": self.at, **dates}


class Law(NamedTuple):
    """A rung whose law holds, from day ``begins``, in days from the start."""

    begins: float
    rung: Rung

    ends: float = math.inf

    def touches(self, day: float, step_days: float) -> bool:
        """Whether it holds at some time in the step that begins on ``day``."""
        return self.begins < end_of_step(day, step_days) and day < self.ends


def laws_of(
    ladder: Sequence[Rung], reached: Mapping[float, float], start: dt.date
) -> tuple[Law, ...]:
    """Return the laws of the rungs that were reached, in the order of the ladder.

    Parameters
    ----------
    reached
        From a height to the day on which the threat first reached it.
    """
    return tuple(
        Law(
            reached[rung.at] + rung.delay_days,
            rung,
            math.inf if rung.repealed is None else float((rung.repealed - start).days),
        )
        for rung in ladder
        if rung.at in reached
    )


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
        begun = begins < end_of_step(day, step_days)
        over = rung.repealed is not None and (rung.repealed - start).days <= day
        begun &= rung.repealed is None or acts < rung.repealed
        holds = begun and not over
        found.append(RungStatus(rung.label, rung.at, met, acts, holds, rung.repealed, begun))
    return tuple(found)


def bands_of(rungs: Sequence[RungStatus], end: dt.date) -> list[dict[str, object]]:
    """List the laws that have begun as bands for a figure, at most until ``end``, inclusive."""
    return [
        {"id": f"law-{n}", "kind": LAW, "name": rung.title, "region": "nation",
         "start": rung.acts, "end": min(end, rung.repealed - DAY) if rung.repealed else end}
        for n, rung in enumerate(rungs, start=1) if rung.begun
    ]  # fmt: skip
