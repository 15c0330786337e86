"""One TOML file describes a world: load it, check it, change it.

A file may name a shipped scenario as its `base` (see `inheritance`).

A number has the same dotted name everywhere: `attention.beta` in `Scenario.change`, in ``--set``,
in a timeline setting, in a sweep. Values set by `change` are *pinned*: they beat the timeline.
"""

import datetime as dt
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from samizdat.core.layout import FOREIGN, MAX_CITIZENS
from samizdat.graphs import GRAPHS, GraphShape
from samizdat.inheritance import merged
from samizdat.numbers import DATED, NUMBERS, TABLES
from samizdat.population import TRAITS, Habits, Values, region_sizes
from samizdat.presets import preset
from samizdat.regime import LEVERS
from samizdat.schema import (
    EVERY_PLATFORM,
    FOREIGN_PRESS,
    WorldSpec,
    one_line,
    unknown,
)
from samizdat.timeline import Action, Setting


class ScenarioError(ValueError):
    """A scenario that cannot be: one line that names the thing, its value and what is allowed."""


@dataclass(frozen=True)
class Scenario:
    """A world, whole: everything but the seed that decides a run.

    Attributes
    ----------
    name
        Of the shipped scenario, or the stem of its file.
    world
        Regions, platforms, dates, distributions, timeline.
    numbers
        Every number by its dotted name, defaults included.
    pinned
        The names whose value beats the timeline.
    """

    name: str
    world: WorldSpec
    numbers: Mapping[str, float]
    pinned: frozenset[str] = field(default=frozenset())

    @classmethod
    def load(cls, name: str | Path) -> "Scenario":
        """Load a shipped scenario by its name, or a file by its path.

        Raises
        ------
        ScenarioError
            With one line that names what is wrong.
        """
        text = str(name)
        shipped = {file.name.removesuffix(".toml"): file for file in _shipped_files()}
        if text in shipped:
            return cls.parse(shipped[text].read_text(encoding="utf-8"), text)
        path = Path(text)
        if not text.endswith(".toml") and not path.exists():
            raise ScenarioError(f"scenario: {unknown(text, shipped)} (or give a .toml file)")
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise ScenarioError(f"{path}: not a text file, a TOML file is needed") from None
        except OSError as error:
            raise ScenarioError(f"{path}: {(error.strerror or str(error)).lower()}") from None
        return replace(cls.parse(content, text), name=path.stem)

    @classmethod
    def parse(cls, text: str, name: str = "unnamed") -> "Scenario":
        """Read a scenario from TOML text."""
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            reason = str(error).replace("\n", " ")
            raise ScenarioError(f"{name}: broken TOML: {reason}") from None
        if "base" in table:
            base = table.pop("base")
            if base not in shipped():
                raise ScenarioError(f"{name}: base: {unknown(str(base), shipped())}")
            table = merged(_table_of(base), table)
        return cls.from_table(table, name)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], name: str = "unnamed") -> "Scenario":
        """Read a scenario from the table that a TOML file holds (or `to_table` gave)."""
        rest = dict(table)
        pinned = rest.pop("pinned", [])
        numbers = {n: named.default for n, named in NUMBERS.items()}
        given = dict(_flat_numbers(rest))
        try:
            numbers |= {n: NUMBERS[n].quantity.checked(n, value) for n, value in given.items()}
            for n in pinned:
                if n not in NUMBERS:
                    raise ScenarioError(f"pinned: {unknown(str(n), NUMBERS)}")
            world = WorldSpec.model_validate(rest)
        except ValidationError as error:
            keys = {*TABLES, "security", "pinned"}
            raise ScenarioError(f"{name}: {one_line(error, keys)}") from None
        except ScenarioError:
            raise
        except ValueError as error:
            raise ScenarioError(f"{name}: {error}") from None
        scenario = cls(name, world, numbers, frozenset(pinned))
        scenario._check()
        return scenario

    def to_table(self) -> dict[str, Any]:
        """Return the whole scenario, every number resolved, as a table that `from_table` reads."""
        table: dict[str, Any] = self.world.model_dump(mode="json", by_alias=True, exclude_none=True)
        actions, blocking, ban = (
            table.pop(key) for key in ("actions", "blocking_platforms", "ban_platforms")
        )
        table["graph"] = {"kind": table.pop("graph")}
        table["adoption"] = {"series": table.pop("adoption_series")}
        table["parameters"], table["regime"] = {}, {"actions": actions}
        for name, value in self.numbers.items():
            named = NUMBERS[name]
            inside = table if named.place == "world" else table[named.place]
            *groups, last = name.removeprefix(named.place + ".").split(".")
            for group in groups:
                inside = inside.setdefault(group, {})
            inside[last] = value
        table["regime"]["blocking"]["platforms"] = blocking
        table["regime"]["ban"]["platforms"] = ban
        table["pinned"] = sorted(self.pinned)
        return table

    def change(self, values: Mapping[str, Any]) -> "Scenario":
        """Return the scenario with some values set and pinned, by dotted name.

        Besides the numbers of `NUMBERS` these names are known: ``citizens``, ``step_days``,
        ``graph.kind``, ``regime.actions`` and ``population.TRAIT.FIELD`` (as in
        ``population.threshold.mean``).

        Raises
        ------
        ScenarioError
            Naming the unknown name and the nearest known one, or the value and its range.

        >>> Scenario.load("town").change({"attention.beta": 0.1}).numbers["attention.beta"]
        0.1
        """
        numbers, pinned = dict(self.numbers), set(self.pinned)
        world = self.world.model_dump(by_alias=True)
        for name, value in values.items():
            if name in NUMBERS:
                try:
                    numbers[name] = NUMBERS[name].quantity.checked(name, _number(value))
                except ValueError as error:
                    raise ScenarioError(str(error)) from None
                pinned.add(name)
            else:
                _place(world, name, value)
        try:
            changed = WorldSpec.model_validate(world)
        except ValidationError as error:
            raise ScenarioError(one_line(error)) from None
        scenario = Scenario(self.name, changed, numbers, frozenset(pinned))
        scenario._check()
        return scenario

    def under(self, regime: str) -> "Scenario":
        """Return the world under a preset regime; the timeline's regime settings are dropped."""
        try:
            flat = preset(regime)
        except ValueError as error:
            raise ScenarioError(str(error)) from None
        world = self.world.model_dump(by_alias=True)
        world["actions"] = flat.pop("actions")
        world["ban_platforms"] = flat.pop("ban.platforms", ())
        world["blocking_platforms"] = (EVERY_PLATFORM,)
        kept = []
        for entry in self.world.timeline:
            if isinstance(entry, Action):
                continue
            dumped = entry.model_dump(by_alias=True)
            if isinstance(entry, Setting):
                free = {n: v for n, v in entry.set.items() if NUMBERS[n].place != "regime"}
                if not free:
                    continue
                dumped["set"] = free
            kept.append(dumped)
        world["timeline"] = kept
        levers = {n: named.default for n, named in NUMBERS.items() if named.place == "regime"}
        numbers = {**self.numbers, **levers}
        numbers |= {n: NUMBERS[n].quantity.checked(n, value) for n, value in flat.items()}
        pinned = frozenset(n for n in self.pinned if NUMBERS[n].place != "regime")
        return Scenario(self.name, WorldSpec.model_validate(world), numbers, pinned)

    def without(self, lever: str) -> "Scenario":
        """Return the scenario with one lever of the state pinned off."""
        if lever not in LEVERS:
            raise ScenarioError(f"lever: {unknown(lever, LEVERS)}")
        return self.change(LEVERS[lever].off)

    # What follows is derived; nothing of it is stored.

    @property
    def citizens(self) -> int:
        """Number of citizens."""
        return self.world.citizens

    @property
    def region_names(self) -> list[str]:
        """Names of the regions, in the order of the citizens' numbers."""
        return [region.name for region in self.world.regions]

    @property
    def region_first(self) -> NDArray[np.int64]:
        """(R + 1,) where each region's citizens begin."""
        weights = [region.share or region.population or 0.0 for region in self.world.regions]
        return np.cumsum([0, *region_sizes(self.citizens, weights)]).astype(np.int64)

    @property
    def graph_shape(self) -> GraphShape:
        """What the graph's generator is asked for."""
        return GraphShape(**_group(self.numbers, "graph."))

    @property
    def habits(self) -> Habits:
        """Numbers of the population that are not distributions."""
        return Habits(**{name: self.numbers[name] for name in Habits._fields})

    def date_of(self, step: int) -> dt.date:
        """Return the date of a step."""
        return self.world.start + dt.timedelta(days=math.floor(step * self.world.step_days + 1e-9))

    def steps_until(self, until: dt.date | None = None) -> int:
        """Return how many steps lead to the end of a day, which counts (by default the last).

        Raises
        ------
        ScenarioError
            If the day is outside the scenario.
        """
        world = self.world
        if until is None:
            until = world.end
        if not world.start <= until <= world.end:
            raise ScenarioError(f"until = {until} is outside {world.start} ... {world.end}")
        return math.floor(((until - world.start).days + 1e-9) / world.step_days) + 1

    def platform_bits(self, names: tuple[str, ...]) -> int:
        """Return the bits of platforms by name; ``*`` is every platform but the foreign press."""
        bits = 0
        for name in names:
            if name == EVERY_PLATFORM:
                bits |= (1 << len(self.world.platforms)) - 1
            elif name == FOREIGN_PRESS:
                bits |= FOREIGN
            else:
                bits |= 1 << [p.name for p in self.world.platforms].index(name)
        return bits

    def adoption_on(self, date: dt.date) -> NDArray[np.float64]:
        """Return the share online per region (R,) on a date."""
        return np.asarray(self.adoption_at(np.array([year_of(date)]))[0])

    def adoption_at(self, years: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share online per year (as a number with a fraction) and region, (T, R).

        Regions follow the nation's curve A earlier or later: A(t - s_r - c(t)), with the common
        shift c(t) such that their mean over citizens is A(t). So no region ever falls or passes
        the ceiling.
        """
        nation = self._nation_online(years)
        sizes = np.diff(self.region_first)
        shifts = self._adoption_shifts(sizes)
        if not np.any(shifts):
            return np.repeat(nation[:, None], len(sizes), axis=1)
        weights = sizes / sizes.sum()
        low = np.full(len(years), -shifts.max())
        high = np.full(len(years), -shifts.min())
        for _ in range(60):
            middle = (low + high) / 2
            online = self._nation_online(years[:, None] - shifts - middle[:, None])
            above = online @ weights > nation
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return self._nation_online(years[:, None] - shifts - high[:, None])

    def _adoption_shifts(self, sizes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return by how many years each region is later than the nation (R,)."""
        lead = self.numbers["adoption.urban_lead"]
        urban = [region.urban for region in self.world.regions]
        shifts = np.array([region.adoption_shift for region in self.world.regions])
        if lead and all(share is not None for share in urban):
            shares = np.array(urban, float)
            shifts -= lead * (shares - float(shares @ sizes) / float(sizes.sum()))
        return shifts

    def _nation_online(self, years: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return A(t)."""
        numbers = self.numbers
        if numbers["adoption.ceiling"] == 0.0:
            return np.zeros_like(years)
        series = self.world.adoption_series
        if series and "adoption.ceiling" not in self.pinned:
            known = sorted(series)
            return np.interp(years, [y + 0.5 for y in known], [series[y] for y in known])
        steepness = -numbers["adoption.rate"] * (years - numbers["adoption.midpoint"])
        return np.asarray(
            numbers["adoption.ceiling"] / (1.0 + np.exp(np.minimum(700.0, steepness)))
        )

    def _check(self) -> None:
        """Check what touches both the world and the numbers."""
        world = self.world
        if world.graph not in GRAPHS:
            raise ScenarioError(f"graph.kind: {unknown(world.graph, GRAPHS)}")
        try:
            region_sizes(world.citizens, [1.0] * len(world.regions))
        except ValueError as error:
            raise ScenarioError(str(error)) from None
        series = sorted(world.adoption_series.items())
        for (_, before), (year, share) in zip([(0, 0.0), *series], series, strict=False):
            if not before <= share <= 1:
                raise ScenarioError(
                    f"adoption.series.{year} = {share} is outside {before:g} ... 1: "
                    "shares of the citizens, never falling"
                )
        for entry in world.timeline:
            if isinstance(entry, Setting):
                _check_setting(entry)
        for trait in TRAITS:
            spec = getattr(world.population, trait)
            if isinstance(spec, Values) and len(spec.values) != world.citizens:
                raise ScenarioError(
                    f"population.{trait}.values has {len(spec.values)} values, "
                    f"there are {world.citizens} citizens"
                )


def year_of(date: dt.date) -> float:
    """Return a date as a year with a fraction."""
    first, next_first = dt.date(date.year, 1, 1), dt.date(date.year + 1, 1, 1)
    return date.year + (date - first).days / (next_first - first).days


def _check_setting(entry: Setting) -> None:
    for name, value in entry.set.items():
        where = f"timeline.{entry.id}.set"
        if name not in NUMBERS:
            raise ScenarioError(f"{where}: {unknown(name, NUMBERS)}")
        if NUMBERS[name].place not in DATED:
            raise ScenarioError(f"{where}: {name} cannot change in time")
        national = NUMBERS[name].place != "regime" or name.startswith("concession.")
        if entry.regions and national:
            raise ScenarioError(f"{where}: {name} holds for the nation, it takes no regions")
        try:
            NUMBERS[name].quantity.checked(name, value)
        except ValueError as error:
            raise ScenarioError(f"{where}: {error}") from None


def _group(numbers: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {n.removeprefix(prefix): v for n, v in numbers.items() if n.startswith(prefix)}


def _number(value: Any) -> Any:
    """Read a number from text where it is one; leave words alone."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _flat_numbers(table: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Take the numbers out of a file's table, leaving in it what `WorldSpec` describes."""
    if "security" in table:
        yield "security", table.pop("security")
    for place in TABLES:
        part = table.pop(place, {})
        if not isinstance(part, Mapping):
            raise ScenarioError(f"{place} = {part!r} must be a table")
        part = dict(part)
        if place == "graph":
            table["graph"] = part.pop("kind", "social")
        elif place == "adoption":
            table["adoption_series"] = part.pop("series", {})
        elif place == "regime":
            table["actions"] = part.pop("actions", "both")
            for lever in ("blocking", "ban"):
                if isinstance(part.get(lever), Mapping) and "platforms" in part[lever]:
                    part[lever] = dict(part[lever])
                    table[f"{lever}_platforms"] = part[lever].pop("platforms")
        elif place == "population":
            table["population"] = {k: part.pop(k) for k in [*part] if k not in Habits._fields}
        prefix = f"{place}." if place in ("graph", "adoption") else ""
        known = [name for name, named in NUMBERS.items() if named.place == place]
        for name, value in _leaves(part, prefix):
            if name not in known:
                raise ScenarioError(f"{place}: {unknown(name, known)}")
            yield name, value


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _place(world: dict[str, Any], name: str, value: Any) -> None:
    """Put a value that is no number of `NUMBERS` into the dumped world."""
    if name == "citizens":
        try:
            number = int(value)
            if number != float(value) or not 1 <= number <= MAX_CITIZENS:
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise ScenarioError(
                f"citizens = {value} is not a whole number of 1 ... {MAX_CITIZENS}"
            ) from None
        world["citizens"] = number
    elif name == "step_days":
        world["step_days"] = _number(value)
    elif name == "graph.kind":
        world["graph"] = value
    elif name == "regime.actions":
        world["actions"] = value
    else:
        parts = name.split(".")
        known = [f"population.{t}.{f}" for t in TRAITS for f in world["population"][t]]
        if name not in known:
            also = [*NUMBERS, "citizens", "step_days", "graph.kind", "regime.actions", *known]
            raise ScenarioError(unknown(name, also))
        population = {trait: dict(spec) for trait, spec in world["population"].items()}
        population[parts[1]][parts[2]] = _number(value)
        world["population"] = population


def _shipped_files() -> list[Any]:
    folder = resources.files("samizdat") / "scenarios"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _table_of(name: str) -> dict[str, Any]:
    """Return the table of a shipped scenario, on its own base where it has one."""
    table = tomllib.loads(shipped_text(name))
    return merged(_table_of(table.pop("base")), table) if "base" in table else table


def shipped() -> list[str]:
    """Return the names of the shipped scenarios."""
    return [file.name.removesuffix(".toml") for file in _shipped_files()]


def shipped_text(name: str) -> str:
    """Return the file of a shipped scenario, prose and all."""
    for file in _shipped_files():
        if file.name == f"{name}.toml":
            return str(file.read_text(encoding="utf-8"))
    raise ScenarioError(f"scenario: {unknown(name, shipped())}")
