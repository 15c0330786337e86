"""The parts of a scenario file that are not parameters: regions, platforms, dates, timeline."""

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from samizdat.core.layout import MAX_CITIZENS, MAX_PLATFORMS, MAX_REGIONS, PLATFORMS
from samizdat.regime.queries import dated_fields
from samizdat.scenario.timeline import Account, Action, Entry, Event, Setting, Signal
from samizdat.society.population import Population

FOREIGN_PRESS = "foreign_press"  # its name wherever platforms are listed
EVERY_PLATFORM = "*"


class ScenarioError(ValueError):
    """An invalid scenario: one line that names the thing, its value and what is allowed."""

    def __init__(self, reason: object = "") -> None:
        super().__init__(" ".join(str(reason).split()))  # values may contain line breaks


class _SchemaPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Region(_SchemaPart):
    """An oblast, a city or a town."""

    name: str = Field(min_length=1, max_length=64)
    share: float | None = Field(default=None, gt=0, le=1)  # of the citizens
    population: float | None = Field(default=None, gt=0)  # instead of a share
    urban: float | None = Field(default=None, ge=0, le=1)
    adoption_shift: float = Field(default=0.0, ge=-30, le=30)  # years later than the nation
    security: float | None = Field(default=None, ge=0, le=1)  # per citizen; None: the nation's


class Platform(_SchemaPart):
    """A platform on which citizens can post."""

    name: str = Field(min_length=1, max_length=64)
    audience: float = Field(ge=0, le=1)  # share of the online who use it
    readable: float = Field(default=1.0, ge=0, le=1)  # share of its posts that the state can read
    launched: dt.date | None = None  # None: before the start


def readable_by_set(platforms: Sequence[Platform]) -> NDArray[np.float64]:
    """Return for every set of platforms the largest share of posts that the state can read on one.

    Parameters
    ----------
    platforms
        In the order of their bits.

    Returns
    -------
    (2**12,), by the bits of the platforms in the set; 0 ... 1.
    """
    sets = np.arange(PLATFORMS + 1)
    most = np.zeros(len(sets))
    for k, platform in enumerate(platforms):
        most = np.where(sets & (1 << k), np.maximum(most, platform.readable), most)
    return most


class ForeignPress(_SchemaPart):
    """Media abroad: citizens read them and never post there."""

    audience: float = Field(default=0.0, ge=0, le=1)
    launched: dt.date | None = None


class ScenarioSpec(_SchemaPart):
    """All of a scenario but the parameters of rules, levers, population, graph and adoption."""

    title: str = ""
    description: str = ""
    start: dt.date
    end: dt.date
    citizens: int = Field(ge=1, le=MAX_CITIZENS)
    step_days: float = Field(default=1.0, ge=0.1, le=30)
    regions: tuple[Region, ...] = Field(min_length=1, max_length=MAX_REGIONS)
    platforms: tuple[Platform, ...] = Field(default=(), max_length=MAX_PLATFORMS)
    foreign_press: ForeignPress = ForeignPress()
    adoption_series: dict[int, float] = {}  # year -> share online in mid-year; replaces the curve
    population: Population = Population()
    graph: str = "social"
    actions: str = Field(default="both", pattern="^(record|rule|both)$")
    blocking_platforms: tuple[str, ...] = (EVERY_PLATFORM,)
    ban_platforms: tuple[str, ...] = ()
    timeline: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "ScenarioSpec":
        if self.end < self.start:
            raise ValueError(f"end = {self.end} is before start = {self.start}")
        regions = [region.name for region in self.regions]
        _unique("regions", regions)
        _weighted(self.regions)
        platforms = [platform.name for platform in self.platforms]
        _unique("platforms", platforms)
        for reserved in (FOREIGN_PRESS, EVERY_PLATFORM):
            if reserved in platforms:
                raise ValueError(f"platforms: the name {reserved!r} is reserved")
        _unique("timeline", [entry.id for entry in self.timeline])
        known = [*platforms, FOREIGN_PRESS, EVERY_PLATFORM]
        for name in self.blocking_platforms:
            _known(name, "regime.blocking.platforms", known)
        for name in self.ban_platforms:
            _known(name, "regime.ban.platforms", known)
        for entry in self.timeline:
            self._check_entry(entry, regions, known)
        return self

    def _check_entry(self, entry: Entry, regions: list[str], platforms: list[str]) -> None:
        where = f"timeline.{entry.id}"
        if not self.start <= entry.begins <= self.end:
            raise ValueError(
                f"{where}.from = {entry.begins} is outside {self.start} ... {self.end}"
            )
        for name in entry.regions:
            _known(name, f"{where}.regions", regions)
        if isinstance(entry, Action):
            for name in entry.platforms:
                _known(name, f"{where}.platforms", platforms)
            if "event" in dated_fields(entry.lever):
                events = [e.id for e in self.timeline if isinstance(e, Event)]
                _known(entry.event, f"{where}.event", events)


def _unique(where: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{where}: {name!r} is listed twice")
        seen.add(name)


def _weighted(regions: tuple[Region, ...]) -> None:
    for by in ("share", "population"):
        if all(getattr(region, by) is not None for region in regions):
            total = sum(getattr(region, by) for region in regions)
            if by == "share" and abs(total - 1) > 1e-6:
                raise ValueError(f"regions: the shares sum to {total:.6g}, they must sum to 1")
            return
    raise ValueError("regions: give a share to each, or a population to each")


def _known(name: str, where: str, names: Iterable[str]) -> None:
    if name not in names:
        raise ValueError(f"{where}: {unknown(name, names)}")


def unknown(name: str, known: Iterable[str]) -> str:
    """Return a message that the name is unknown, with the nearest known name."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"unknown {name!r}; did you mean {near[0]!r}?"
    return f"unknown {name!r}; known are {', '.join(names) or 'none'}"


_PARTS = {
    "regions": Region,
    "platforms": Platform,
    "foreign_press": ForeignPress,
    "population": Population,
}
_ENTRIES = {"event": Event, "account": Account, "signal": Signal, "setting": Setting,
            "action": Action}  # fmt: skip


def one_line(error: ValidationError, extra_keys: Iterable[str] = ()) -> str:
    """Format the first of pydantic's errors as one line: name, value, what is allowed."""
    first = error.errors(include_url=False, include_context=True)[0]
    loc = [str(part) for part in first["loc"]]
    message = str(first["msg"]).removeprefix("Value error, ")
    name = ".".join(loc)
    if first["type"] == "extra_forbidden":
        fields: set[str] = set()
        if len(loc) == 1:
            fields = {*ScenarioSpec.model_fields, *extra_keys}
        elif loc[0] == "timeline" and len(loc) > 2:
            model = _ENTRIES.get(loc[2])
            fields = _names_of(model) if model else set()
        elif loc[0] in _PARTS:
            fields = _names_of(_PARTS[loc[0]])
        return f"{'.'.join(loc[:-1]) + ': ' if loc[:-1] else ''}{unknown(loc[-1], fields)}"
    if first["type"] == "missing":
        return f"{name} is missing"
    if first["type"] == "value_error":
        return f"{name}: {message}" if name and loc[0] != message.split(".")[0] else message
    if first["type"] == "union_tag_not_found":
        return f"{name}: kind is missing; one of {', '.join(_ENTRIES)}"
    if first["type"] == "union_tag_invalid":
        return f"{name}.kind: {unknown(str(first['ctx']['tag']), _ENTRIES)}"
    value = first.get("input")
    given = repr(value) if not isinstance(value, dict | list) else type(value).__name__
    return f"{name} = {given}: {message[0].lower() + message[1:]}"


def _names_of(model: Any) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}
