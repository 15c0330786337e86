"""The parts of a scenario file that are not parameters: regions, platforms, dates, timeline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from samizdat.core.layout import MAX_CITIZENS, MAX_PLATFORMS, MAX_REGIONS, PLATFORMS
from samizdat.core.quantity import format_value, is_truth
from samizdat.regime.queries import dated_fields
from samizdat.scenario.dates import Day, Year
from samizdat.scenario.ladder import Rung
from samizdat.scenario.mistakes import in_words, path_of, together
from samizdat.scenario.mistakes import unknown as unknown
from samizdat.scenario.timeline import ARRIVAL, Account, Action, Entry, Event, Setting, Signal
from samizdat.society.population import KINDS, Population, Real

FOREIGN_PRESS = "foreign_press"  # its name wherever platforms are listed
EVERY_PLATFORM = "*"
MAX_RUNGS = 64


class ScenarioError(ValueError):
    """An invalid scenario: one line that names the thing, its value and what is allowed."""

    def __init__(self, reason: object = "") -> None:
        super().__init__(" ".join(str(reason).split()))  # values may contain line breaks


class _SchemaPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Region(_SchemaPart):
    """An oblast, a city or a town."""

    name: str = Field(min_length=1, max_length=64)
    share: Real | None = Field(default=None, gt=0, le=1)  # of the citizens
    population: Real | None = Field(default=None, gt=0, le=1e12)  # instead of a share
    urban: Real | None = Field(default=None, ge=0, le=1)
    adoption_shift: Real = Field(default=0.0, ge=-30, le=30)  # years later than the nation
    security: Real | None = Field(default=None, ge=0, le=1)  # per citizen; None: the nation's


class Platform(_SchemaPart):
    """A platform on which citizens can post."""

    name: str = Field(min_length=1, max_length=64)
    audience: Real = Field(ge=0, le=1)  # share of the online who use it
    readable: Real = Field(default=1.0, ge=0, le=1)  # share of its posts that the state can read
    launched: Day | None = None  # None: before the start


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


def _whole(value: object) -> object:
    """Refuse what pydantic would take for a whole number although it is none."""
    if is_truth(value) or isinstance(value, str):
        raise ValueError(f"{format_value(value)} is not a whole number")
    return value.item() if isinstance(value, np.integer) else value


class ForeignPress(_SchemaPart):
    """Media abroad: citizens read them and never post there."""

    audience: Real = Field(default=0.0, ge=0, le=1)
    launched: Day | None = None


class ScenarioSpec(_SchemaPart):
    """All of a scenario but the parameters of rules, levers, population, graph and adoption."""

    title: str = ""
    description: str = ""
    start: Day
    end: Day
    citizens: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=MAX_CITIZENS)]
    step_days: Real = Field(default=1.0, ge=0.1, le=30)
    regions: tuple[Region, ...] = Field(min_length=1, max_length=MAX_REGIONS)
    platforms: tuple[Platform, ...] = Field(default=(), max_length=MAX_PLATFORMS)
    foreign_press: ForeignPress = ForeignPress()
    adoption_series: dict[Year, Real] = {}  # share online in mid-year; replaces the curve
    population: Population = Population()
    graph: str = "social"
    actions: Literal["record", "rule", "both"] = "both"
    blocking_platforms: tuple[str, ...] = (EVERY_PLATFORM,)
    blocking_standing: tuple[str, ...] = ()  # blocked from the first day
    ban_platforms: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = Field(default=(), max_length=MAX_RUNGS)
    timeline: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "ScenarioSpec":
        if mistakes := [*self._mistakes()]:
            raise ValueError(together(mistakes))
        return self

    def _mistakes(self) -> Iterator[str]:
        if self.end < self.start:
            yield f"end = {self.end} is before start = {self.start}"
        regions = [region.name for region in self.regions]
        yield from _twice("regions", regions)
        yield from _unweighted(self.regions)
        platforms = [platform.name for platform in self.platforms]
        yield from _twice("platforms", platforms)
        for reserved in (FOREIGN_PRESS, EVERY_PLATFORM):
            if reserved in platforms:
                yield f"platforms: the name {reserved!r} is reserved"
        yield from _twice("timeline", [entry.id for entry in self.timeline])
        known = [*platforms, FOREIGN_PRESS, EVERY_PLATFORM]
        yield from _strange(self.blocking_platforms, "regime.blocking.platforms", known)
        yield from _strange(self.blocking_standing, "regime.blocking.standing", known)
        yield from _strange(self.ban_platforms, "regime.ban.platforms", known)
        for entry in self.timeline:
            yield from self._mistakes_of(entry, regions, known)

    def _mistakes_of(self, entry: Entry, regions: list[str], platforms: list[str]) -> Iterator[str]:
        where = f"timeline.{entry.id}"
        if entry.id.startswith(ARRIVAL):
            yield f"{where}: ids that begin with {ARRIVAL!r} are reserved for arrivals by rule"
        if self.start <= self.end and not self.start <= entry.begins <= self.end:
            yield f"{where}.from = {entry.begins} is outside {self.start} ... {self.end}"
        yield from _strange(entry.regions, f"{where}.regions", regions)
        if isinstance(entry, Action):
            yield from _strange(entry.platforms, f"{where}.platforms", platforms)
            if "event" in dated_fields(entry.lever):
                events = [e.id for e in self.timeline if isinstance(e, Event)]
                yield from _strange([entry.event], f"{where}.event", events)


def _twice(where: str, names: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield f"{where}: {format_value(name)} is listed twice"


def _unweighted(regions: tuple[Region, ...]) -> Iterator[str]:
    for by in ("share", "population"):
        if all(getattr(region, by) is not None for region in regions):
            total = sum(getattr(region, by) for region in regions)
            if by == "share" and abs(total - 1) > 1e-6:
                yield f"regions: the shares sum to {total:.10g}, they must sum to 1"
            return
    yield "regions: give a share to each, or a population to each"


def _strange(names: Iterable[str], where: str, known: Sequence[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{where}: {unknown(name, known)}"


_PARTS = {
    "regions": Region,
    "platforms": Platform,
    "foreign_press": ForeignPress,
    "population": Population,
    "ladder": Rung,
}
ENTRIES = {"event": Event, "account": Account, "signal": Signal, "setting": Setting,
            "action": Action}  # fmt: skip


def one_line(
    error: ValidationError, table: Mapping[str, Any], extra_keys: Iterable[str] = ()
) -> str:
    """Tell what pydantic found in a table in one line: names, values, what is allowed."""
    return together(mistakes_in(error, table, extra_keys))


def mistakes_in(
    error: ValidationError, table: Mapping[str, Any], extra_keys: Iterable[str] = ()
) -> list[str]:
    """Return the mistakes that pydantic found in a table: name, value, what is allowed."""
    found = error.errors(include_url=False)
    return [
        _told(problem, table, extra_keys)
        for problem in found
        # a list is too short for pydantic when its only entry is wrong
        if problem["type"] != "too_short" or not any(_is_within(p, problem) for p in found)
    ]


def _is_within(problem: ErrorDetails, other: ErrorDetails) -> bool:
    above = len(other["loc"])
    return len(problem["loc"]) > above and problem["loc"][:above] == other["loc"]


_IN_FILES = {
    "adoption_series": "adoption.series",
    "graph": "graph.kind",
    "actions": "regime.actions",
    "blocking_platforms": "regime.blocking.platforms",
    "blocking_standing": "regime.blocking.standing",
    "ban_platforms": "regime.ban.platforms",
    "ladder": "regime.ladder",
}  # names of fields of `ScenarioSpec` as files have them


def _told(problem: ErrorDetails, table: Mapping[str, Any], extra_keys: Iterable[str]) -> str:
    loc, kind = problem["loc"], problem["type"]
    name = _name_in_file(loc, table)
    if kind == "extra_forbidden":
        fields: set[str] = set()
        if len(loc) == 1:
            fields = {*ScenarioSpec.model_fields, *extra_keys} - {*_IN_FILES} | {"graph"}
        elif loc[0] == "timeline" and len(loc) > 2:
            model = ENTRIES.get(str(loc[2]))
            fields = _names_of(model) if model else set()
        elif loc[0] in _PARTS:
            fields = _names_of(_PARTS[str(loc[0])])
        where = _name_in_file(loc[:-1], table)
        return f"{where + ': ' if where else ''}{unknown(str(loc[-1]), fields)}"
    if kind == "missing":
        return f"{name} is missing"
    if kind == "value_error":
        message = str(problem["msg"]).removeprefix("Value error, ")
        if isinstance(problem["input"], Mapping):
            return f"{name}: {message}" if name and str(loc[0]) != _begins(message) else message
        return f"{name} = {message}"
    if kind == "union_tag_not_found":
        return f"{name}: kind is missing; one of {', '.join(_kinds_at(loc))}"
    if kind == "union_tag_invalid":
        tag = problem.get("ctx", {}).get("tag")
        return f"{name}.kind: {unknown(str(tag), _kinds_at(loc))}"
    return f"{name} {in_words(problem)}"


def _name_in_file(loc: Sequence[int | str], table: Mapping[str, Any]) -> str:
    name = path_of(loc, table)
    if loc and loc[0] in _IN_FILES:
        name = name.replace(str(loc[0]), _IN_FILES[str(loc[0])], 1)
    return name


def _begins(message: str) -> str:
    return message.split(".")[0]


def _kinds_at(loc: Sequence[int | str]) -> Iterable[str]:
    """Return the kinds that are allowed at a place: of entries, or of distributions."""
    return ENTRIES if loc[0] == "timeline" else KINDS


def _names_of(model: Any) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}
