"""The timeline: dated events, accounts, signals from abroad, settings, and actions of the state.

Days are counted from the start of the scenario. An entry that begins on day b and lasts for d days
touches the step that covers the days [t, t + step_days) iff b < t + step_days and t < b + d.
"""

import datetime as dt
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    field_validator,
    model_validator,
)

from samizdat.core.mechanisms import attention
from samizdat.core.mechanisms.attention import Attention
from samizdat.core.quantity import end_of_step, format_value
from samizdat.regime.queries import dated_fields, dated_levers
from samizdat.scenario.dates import Day
from samizdat.society.population import Real

Bools = NDArray[np.bool_]


def _value_of(value: object) -> bool | float | str:
    """Return the value of a setting: a number, a word, or true or false."""
    if isinstance(value, bool | str):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{format_value(value)} is not a number or a word") from None
    if not math.isfinite(number):
        raise ValueError(f"{number} is not a finite number")
    return number


# A switch that is given as true is written as 1, like all others.
Value = Annotated[
    bool | float | str,
    PlainValidator(_value_of),
    PlainSerializer(lambda value: float(value) if isinstance(value, bool) else value),
]


class _Entry(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )

    id: str = Field(min_length=1, max_length=64)
    begins: Day = Field(alias="from")
    days: Real | None = Field(default=None, gt=0)
    title: str = ""
    source: str = ""
    regions: tuple[str, ...] = ()  # empty: the nation

    @property
    def label(self) -> str:
        """The name that figures show."""
        return self.title or self.id


class Event(_Entry):
    """Something that causes grievance, and that news spreads about."""

    kind: Literal["event"]
    shock: Real = Field(ge=0, le=1)
    coverage: Real = Field(default=0.0, ge=0, le=5)  # hazard per day of learning of it
    coverage_abroad: Real = Field(default=0.0, ge=0, le=1)  # counts if somebody there shared
    seeds: Real = Field(default=0.0, ge=0, le=1)  # share aware on its first day
    online_reach: Real = Field(default=1.0, ge=0.001, le=1)  # share who had a platform then
    coverage_online: Real | None = Field(default=None, ge=0, le=5)  # None: split from coverage
    seeds_online: Real | None = Field(default=None, ge=0, le=1)  # None: split from seeds
    shock_abroad: Real = Field(default=0.0, ge=0, le=1)  # elsewhere, if somebody there shared
    rallies: tuple[Day, ...] = ()  # dates of rallies
    notice: Real | None = Field(default=None, ge=0, le=60)  # days; None: rally.notice
    call: Real | None = Field(default=None, ge=0, le=100)  # per day; None: rally.call
    continuation: Real | None = Field(default=None, ge=0, le=1)  # per day; None: drawn

    @field_validator("rallies")
    @classmethod
    def _once_each(cls, dates: tuple[dt.date, ...]) -> tuple[dt.date, ...]:
        for date in dates:
            if dates.count(date) > 1:
                raise ValueError(f"{date} is given twice")
        return dates

    @model_validator(mode="after")
    def _while_it_runs(self) -> "Event":
        for date in self.rallies:
            if not 0 <= (date - self.begins).days < (self.days or math.inf):
                lasts = "" if self.days is None else f" for {self.days:g} days"
                raise ValueError(
                    f"rallies: {date} is not a day of the event, from {self.begins}{lasts}"
                )
        return self


class Account(_Entry):
    """The official account of an event contradicts other accounts."""

    kind: Literal["account"]
    contradiction: Real | None = Field(default=None, ge=0, le=1)
    official: Real | None = Field(default=None, ge=0)
    alternative: Real | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_measure(self) -> "Account":
        counts = (self.official, self.alternative)
        needed = 0 if self.contradiction is not None else 2
        if sum(count is not None for count in counts) != needed:
            raise ValueError("needs either contradiction, or official and alternative")
        if self.contradiction is None and max(c or 0 for c in counts) == 0:
            raise ValueError("official = alternative = 0: one of the counts must be positive")
        return self

    @property
    def strength(self) -> float:
        """Contradiction in [0, 1]: of two counts, 1 - min/max."""
        if self.contradiction is not None:
            return self.contradiction
        counts = (self.official or 0.0, self.alternative or 0.0)
        return 1.0 - min(counts) / max(counts)


class Signal(_Entry):
    """A revolution abroad: an example to citizens, a warning to the state."""

    kind: Literal["signal"]
    strength: Real = Field(default=1.0, ge=0, le=1)
    alert: Real = Field(default=0.0, ge=0, le=10)

    @model_validator(mode="after")
    def _for_all(self) -> "Signal":
        if self.regions:
            raise ValueError("a signal reaches the nation, it takes no regions")
        return self


class Setting(_Entry):
    """Values that hold from a date, permanently or for some days."""

    kind: Literal["setting"]
    set: dict[str, Value] = Field(min_length=1)


class Action(_Entry):
    """What the state did on a date, with a lever that can be dated."""

    kind: Literal["action"]
    lever: str
    platforms: tuple[str, ...] = ()  # empty: all that the lever lists
    cover_story: bool = False
    strength: Real = Field(default=1.0, ge=0, le=1)
    event: str = ""  # the id of the event that the lever acts on

    @field_validator("lever")
    @classmethod
    def _can_be_dated(cls, lever: str) -> str:
        if not dated_fields(lever):
            raise ValueError(f"{format_value(lever)} is not one of {', '.join(dated_levers())}")
        return lever

    @model_validator(mode="after")
    def _everywhere(self) -> "Action":
        if self.regions and "regions" not in dated_fields(self.lever):
            raise ValueError(
                f"lever = {format_value(self.lever)} holds for the nation, it takes no regions"
            )
        return self


Entry = Annotated[Event | Account | Signal | Setting | Action, Field(discriminator="kind")]


ARRIVAL = "arrival-"  # how the ids begin of grievances that arrive by rule

# The signals that `Course.describe_world` writes.
WORLD_SIGNALS = [
    "running", "fresh", "shock", "coverage", "coverage_online", "coverage_abroad", "seeds",
    "seeds_online", "contradiction", "foreign_signal",
]  # fmt: skip


class Window(NamedTuple):
    """When and where an entry holds."""

    first: float  # days from the start
    last: float  # exclusive; inf: until the end
    where: Bools  # (R,)

    def touches(self, day: float, step_days: float) -> bool:
        """Whether it holds at some time in the step that begins on ``day``."""
        return self.first < end_of_step(day, step_days) and day < self.last

    def begins(self, day: float, step_days: float) -> bool:
        """Whether it begins within the step that begins on ``day``."""
        return day <= self.first < end_of_step(day, step_days)


def window(entry: _Entry, start: dt.date, regions: Sequence[str]) -> Window:
    """Return when and where an entry holds, in days from ``start``."""
    first = float((entry.begins - start).days)
    chosen = set(entry.regions or regions)
    return Window(
        first, first + (entry.days or math.inf), np.array([r in chosen for r in regions], bool)
    )


class News(NamedTuple):
    """How the news of an event travels, by channel."""

    coverage: float  # per day, by press and word in public
    coverage_online: float  # per day, for those who have a platform
    seeds: float  # share aware on its first day
    seeds_online: float  # the same, of those who have a platform


def news_of(event: Event, p: Attention) -> News:
    """Split an event's coverage and seeds by channel; what it gives itself stays as it is given."""
    coverage, seeds = event.coverage, event.seeds
    pages, first_online = event.coverage_online, event.seeds_online
    if pages is None:
        pages = attention.by_pages(coverage, event.online_reach, p)
        coverage = attention.by_press(coverage, p)
    if first_online is None:
        first_online = min(1.0, attention.by_pages(seeds, event.online_reach, p))
        seeds = attention.by_press(seeds, p)
    return News(coverage, pages, seeds, first_online)


class Course:
    """The dated entries of a scenario, and what holds on each day."""

    def __init__(self, entries: Sequence[Any], start: dt.date, regions: Sequence[str]) -> None:
        self.entries = [(entry, window(entry, start, regions)) for entry in entries]
        self.regions = len(regions)
        self._events = self._of(Event)
        self._accounts = self._of(Account)
        self._signals = self._of(Signal)
        self._settings = self._of(Setting)

    def _of(self, kind: type) -> list[tuple[Any, Window]]:
        return [(entry, when) for entry, when in self.entries if isinstance(entry, kind)]

    def turns(self, days: NDArray[np.float64], step_days: float) -> Bools:
        """Return, for steps that begin on these days, whether other entries hold than before."""
        turned = np.zeros(len(days), bool)
        turned[:1] = True
        ends = (np.rint(days / step_days) + 1) * step_days  # as `end_of_step`
        for _, when in self.entries:
            holds = (when.first < ends) & (days < when.last)
            fresh = (days <= when.first) & (when.first < ends)
            turned[1:] |= (holds[1:] != holds[:-1]) | (fresh[1:] != fresh[:-1])
        return turned

    def calls_abroad(self, sharing: NDArray[np.int64]) -> tuple[str, ...]:
        """Return the ids of the events that the press abroad can report: calls have reached it.

        They have if anybody in the event's regions shared in the step before.
        """
        return tuple(
            event.id
            for event, when in self._events
            if event.coverage_abroad + event.shock_abroad > 0 and np.any(sharing[when.where] > 0)
        )

    def settings_on(self, day: float, step_days: float) -> list[tuple[Setting, Window]]:
        """Return the settings that hold, later ones after earlier ones."""
        held = [pair for pair in self._settings if pair[1].touches(day, step_days)]
        return sorted(held, key=lambda pair: pair[1].first)

    def describe_world(
        self,
        signals: NDArray[np.void],
        day: float,
        step_days: float,
        abroad: Collection[str],
        conceded: Mapping[str, float],
        p: Attention,
    ) -> None:
        """Write the day's events, accounts and foreign signals into ``signals`` (R,).

        Parameters
        ----------
        abroad
            The events that the press abroad can report, see `calls_abroad`. One with a shock abroad
            also runs where it did not happen; it never begins there.
        conceded
            From the id of an event to the day from which its shock is conceded.
        p
            Parameters of attention: they say which share of the news is on pages.
        """
        for name in ("running", "fresh"):
            signals[name] = 0
        shock, coverage, pages, reported, contradiction = np.zeros((5, self.regions))
        spared, spared_online = np.ones((2, self.regions))
        for event, when in self._events:
            if not when.touches(day, step_days):
                continue
            where, news = when.where, news_of(event, p)
            counts = day < conceded.get(event.id, math.inf)
            signals["running"][where] = 1
            if counts:
                shock += event.shock * where
            coverage += news.coverage * where
            pages += news.coverage_online * where
            if event.id in abroad:
                reported += event.coverage_abroad * where
                if event.shock_abroad > 0:
                    signals["running"] = 1
                    shock += event.shock_abroad * counts * ~where
                    reported += event.coverage_abroad * ~where
            if when.begins(day, step_days):
                signals["fresh"][where] = 1
                spared *= 1.0 - news.seeds * where
                spared_online *= 1.0 - news.seeds_online * where
        for account, when in self._accounts:
            if when.touches(day, step_days):
                np.maximum(contradiction, account.strength * when.where, out=contradiction)
        foreign = 0.0
        for signal, when in self._signals:
            if when.touches(day, step_days):
                foreign += signal.strength
        signals["shock"] = np.minimum(1.0, shock)
        signals["coverage"], signals["coverage_online"] = coverage, pages
        signals["coverage_abroad"], signals["contradiction"] = reported, contradiction
        signals["seeds"], signals["seeds_online"] = 1.0 - spared, 1.0 - spared_online
        signals["foreign_signal"] = min(1.0, foreign)

    def alert_on(self, day: float, step_days: float) -> float:
        """Return the alert that foreign signals cause; 0 without any."""
        held = (s.alert for s, when in self._signals if when.touches(day, step_days))
        return max(held, default=0.0)

    def warning_on(self, day: float, step_days: float) -> float:
        """Return what revolutions abroad add to the alarm: alert * strength, summed; 0 if none."""
        held = [s for s, when in self._signals if when.touches(day, step_days)]
        return sum((s.alert * s.strength for s in held), start=0.0)

    def bands(
        self, start: dt.date, end: dt.date, label: Callable[[_Entry], str]
    ) -> list[dict[str, object]]:
        """List the entries as bands for a figure; ``end`` is inclusive."""
        rows = []
        for entry, when in self.entries:
            last = end
            if when.last <= (end - start).days:
                last = start + dt.timedelta(days=math.ceil(when.last) - 1)
            kind = entry.lever if isinstance(entry, Action) else entry.kind
            rows.append(
                {
                    "id": entry.id,
                    "kind": kind,
                    "name": label(entry),
                    "region": ", ".join(entry.regions) or "nation",
                    "start": entry.begins,
                    "end": last,
                }
            )
        return rows
