"""A scenario is one TOML file that describes a world: load it, check it, change it.

A file may name a shipped scenario as its `base` (see `inheritance`).

A parameter has the same dotted name everywhere: `attention.beta` in `Scenario.change`, in
``--set``, in a timeline setting, in a sweep. Values set by `change` are *pinned*: they
override the timeline.
"""

import datetime as dt
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from samizdat.core.layout import FOREIGN
from samizdat.core.quantity import format_value
from samizdat.regime.levers import LEVERS
from samizdat.regime.presets import preset
from samizdat.scenario.adoption import (
    Adoption,
    logistic_curve,
    regional_curves,
    regional_shifts,
    series_curve,
    year_of,
)
from samizdat.scenario.consistency import contradictions
from samizdat.scenario.dates import day_from
from samizdat.scenario.inert import inert
from samizdat.scenario.inheritance import LEAVE_OUT, merged
from samizdat.scenario.mistakes import together
from samizdat.scenario.registry import LIST, PLATFORM_LISTS, REGISTRY, TABLES, take_parameters
from samizdat.scenario.schema import (
    EVERY_PLATFORM,
    FOREIGN_PRESS,
    ScenarioError,
    ScenarioSpec,
    mistakes_in,
    unknown,
)
from samizdat.scenario.settings import (
    checked_parameters,
    number_in,
    set_field,
)
from samizdat.scenario.shipped import shipped, shipped_table, shipped_text
from samizdat.scenario.timeline import Action, Setting
from samizdat.society.graph_shape import GraphShape
from samizdat.society.population import Habits, region_sizes
from samizdat.system import toml_files
from samizdat.system.input_files import InputError
from samizdat.system.paths import outside_path


@dataclass(frozen=True)
class Scenario:
    """Everything that determines a run, except the seed.

    Attributes
    ----------
    name
        Name of the shipped scenario, or the stem of its file.
    spec
        Regions, platforms, dates, distributions, timeline.
    parameters
        Every parameter by its dotted name, defaults included.
    pinned
        Names of parameters whose values override the timeline.

    Examples
    --------
    >>> from samizdat import Scenario
    >>> town = Scenario.load("town")
    >>> town.citizens, town.spec.start, town.parameters["attention.beta"]
    (2000, datetime.date(2014, 3, 1), 0.12)
    """

    name: str
    spec: ScenarioSpec
    parameters: Mapping[str, float]
    pinned: frozenset[str] = field(default=frozenset())

    @classmethod
    def load(cls, name: str | Path) -> "Scenario":
        """Load a shipped scenario by its name, or a file by its path.

        Raises
        ------
        ScenarioError
            In one line: no such scenario, not TOML, an unknown key, or an invalid value.

        Examples
        --------
        >>> Scenario.load("town").region_names
        ['Old Town', 'Riverside']
        >>> Scenario.load("twon")
        Traceback (most recent call last):
        samizdat.scenario.schema.ScenarioError: scenario: unknown 'twon'; did you mean 'town'?...
        """
        text = str(name)
        if text in shipped():
            return cls.parse(shipped_text(text), text)
        path = outside_path(text, "scenario", ScenarioError)
        if not text.endswith(".toml") and not os.path.exists(path):
            raise ScenarioError(f"scenario: {unknown(text, shipped())} (or give a .toml file)")
        try:
            content = toml_files.read_text(path)
        except InputError as error:
            raise ScenarioError(str(error)) from None
        return replace(cls.parse(content, text), name=path.stem)

    @classmethod
    def parse(cls, text: str, name: str = "unnamed") -> "Scenario":
        """Read a scenario from TOML text."""
        try:
            table = toml_files.parse(text, name)
        except InputError as error:
            raise ScenarioError(str(error)) from None
        if "base" in table:
            base = table.pop("base")
            if base not in shipped():
                raise ScenarioError(f"{name}: base: {unknown(str(base), shipped())}")
            try:
                table = merged(shipped_table(base), table)
            except ScenarioError as error:
                raise ScenarioError(f"{name}: {error}") from None
        elif LEAVE_OUT in table:
            raise ScenarioError(f"{name}: {LEAVE_OUT}: there is no base to leave anything out of")
        return cls.from_table(table, name)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], name: str = "unnamed") -> "Scenario":
        """Read a scenario from the table of a TOML file (or one that `to_table` returned)."""
        rest = dict(table)
        pinned = rest.pop("pinned", [])
        parameters = {n: entry.default for n, entry in REGISTRY.items()}
        wrong: list[str] = []
        spec = None
        given = dict(take_parameters(rest, wrong))
        parameters |= checked_parameters(given, wrong)
        if not isinstance(pinned, list | tuple) or not all(isinstance(n, str) for n in pinned):
            wrong.append(f"pinned = {format_value(pinned)} is not a list of parameters")
        else:
            wrong += [f"pinned: {unknown(n, REGISTRY, LIST)}" for n in pinned if n not in REGISTRY]
        try:
            spec = ScenarioSpec.model_validate(rest)
        except ValidationError as error:
            wrong += mistakes_in(error, rest, {*TABLES, "security", "pinned", "base", LEAVE_OUT})
        if wrong or spec is None:
            raise ScenarioError(f"{name}: {together(wrong)}")
        scenario = cls(name, spec, parameters, frozenset(pinned))
        try:
            scenario.check()
        except ScenarioError as error:
            raise ScenarioError(f"{name}: {error}") from None
        return scenario

    def to_table(self) -> dict[str, Any]:
        """Return the whole scenario with every parameter, as a table that `from_table` reads."""
        table: dict[str, Any] = self.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
        actions = table.pop("actions")
        lists = {name: table.pop(field) for name, field in PLATFORM_LISTS.items()}
        table["graph"] = {"kind": table.pop("graph")}
        table["adoption"] = {"series": table.pop("adoption_series")}
        table["parameters"], table["regime"] = {}, {"actions": actions}
        if ladder := table.pop("ladder"):
            table["regime"]["ladder"] = ladder
        for name, value in self.parameters.items():
            entry = REGISTRY[name]
            inside = table if entry.group == "world" else table[entry.group]
            *groups, last = name.removeprefix(entry.group + ".").split(".")
            for group in groups:
                inside = inside.setdefault(group, {})
            inside[last] = value
        for name, platforms in lists.items():
            lever, key = name.split(".")
            table["regime"][lever][key] = platforms
        table["pinned"] = sorted(self.pinned)
        return table

    def change(self, values: Mapping[str, object]) -> "Scenario":
        """Return the scenario with some values set and pinned, by dotted name.

        Names are those of `REGISTRY`, ``citizens``, ``step_days``, ``graph.kind``,
        ``regime.actions``, the lists ``blocking.platforms``, ``blocking.standing`` and
        ``ban.platforms``, and ``population.TRAIT.FIELD``, as in ``population.threshold.mean``.

        Raises
        ------
        ScenarioError
            It gives the unknown name and the nearest known one, or the value and its range.

        Examples
        --------
        >>> town = Scenario.load("town").change({"attention.beta": 0.1, "citizens": 60})
        >>> town.citizens, town.parameters["attention.beta"]
        (60, 0.1)
        """
        numbers = {n: number_in(value) for n, value in values.items() if n in REGISTRY}
        wrong: list[str] = []
        parameters = {**self.parameters, **checked_parameters(numbers, wrong)}
        spec = self.spec.model_dump(by_alias=True)
        for name, value in values.items():
            if name not in REGISTRY:
                try:
                    set_field(spec, name, value)
                except ScenarioError as error:
                    wrong.append(str(error))
        try:
            changed = ScenarioSpec.model_validate(spec)
        except ValidationError as error:
            wrong += mistakes_in(error, spec)
        if wrong:
            raise ScenarioError(together(wrong))
        pinned = {*self.pinned, *numbers}
        scenario = Scenario(self.name, changed, parameters, frozenset(pinned))
        scenario.check()
        return scenario

    def under(self, regime: str) -> "Scenario":
        """Return the scenario under a preset regime: open, analog, networked or ban.

        Settings of the regime and actions of the state are dropped from the timeline, and the
        ladder of the regime with them.

        Raises
        ------
        ScenarioError
            If there is no such preset.

        Examples
        --------
        >>> Scenario.load("town").under("open").parameters["blocking.on"]
        0.0
        """
        try:
            values = preset(regime)
        except ValueError as error:
            raise ScenarioError(str(error)) from None
        spec = self.spec.model_dump(by_alias=True)
        spec["actions"], spec["ladder"] = values.pop("actions"), ()
        for name, listed in PLATFORM_LISTS.items():
            spec[listed] = values.pop(name, ScenarioSpec.model_fields[listed].default)
        timeline: list[dict[str, Any]] = []
        for entry in self.spec.timeline:
            if isinstance(entry, Action):
                continue
            dumped = entry.model_dump(by_alias=True)
            if isinstance(entry, Setting):
                free = {n: v for n, v in entry.set.items() if REGISTRY[n].group != "regime"}
                if not free:
                    continue
                dumped["set"] = free
            timeline.append(dumped)
        spec["timeline"] = timeline
        levers = {n: entry.default for n, entry in REGISTRY.items() if entry.group == "regime"}
        parameters = {**self.parameters, **levers}
        parameters |= {n: REGISTRY[n].quantity.checked(n, value) for n, value in values.items()}
        pinned = frozenset(n for n in self.pinned if REGISTRY[n].group != "regime")
        return Scenario(self.name, ScenarioSpec.model_validate(spec), parameters, pinned)

    def without(self, lever: str) -> "Scenario":
        """Return the scenario with one lever of the state pinned off.

        Raises
        ------
        ScenarioError
            If there is no such lever.

        Examples
        --------
        >>> Scenario.load("town").without("blocking").pinned
        frozenset({'blocking.on'})
        """
        if lever not in LEVERS:
            raise ScenarioError(f"lever: {unknown(lever, LEVERS)}")
        return self.change(LEVERS[lever].off)

    # What follows is derived from the attributes.

    @property
    def citizens(self) -> int:
        """Number of citizens."""
        return self.spec.citizens

    @property
    def region_names(self) -> list[str]:
        """Names of the regions, in the order of the citizens."""
        return [region.name for region in self.spec.regions]

    @property
    def region_first(self) -> NDArray[np.int64]:
        """(R + 1,) number of the first citizen of each region; the last entry is n."""
        weights = [region.share or region.population or 0.0 for region in self.spec.regions]
        return np.cumsum([0, *region_sizes(self.citizens, weights)]).astype(np.int64)

    @property
    def graph_shape(self) -> GraphShape:
        """Parameters of the graph's generator."""
        return GraphShape(**_group(self.parameters, "graph."))

    @property
    def habits(self) -> Habits:
        """Parameters of the population that are not distributions."""
        return Habits(**{name: self.parameters[name] for name in Habits._fields})

    def date_of(self, step: int) -> dt.date:
        """Return the date of a step."""
        return self.spec.start + dt.timedelta(days=math.floor(step * self.spec.step_days + 1e-9))

    def steps_until(self, until: dt.date | None = None) -> int:
        """Return the number of steps up to the end of a day, by default the last.

        Raises
        ------
        ScenarioError
            If the day is outside the scenario.
        """
        spec = self.spec
        try:
            last = spec.end if until is None else day_from(until)
        except ValueError as error:
            raise ScenarioError(f"until = {error}") from None
        if not spec.start <= last <= spec.end:
            raise ScenarioError(f"until = {last} is outside {spec.start} ... {spec.end}")
        return math.floor(((last - spec.start).days + 1e-9) / spec.step_days) + 1

    def platform_bits(self, names: tuple[str, ...]) -> int:
        """Return the bits of platforms by name; ``*`` means all except the foreign press."""
        bits = 0
        for name in names:
            if name == EVERY_PLATFORM:
                bits |= (1 << len(self.spec.platforms)) - 1
            elif name == FOREIGN_PRESS:
                bits |= FOREIGN
            else:
                bits |= 1 << [p.name for p in self.spec.platforms].index(name)
        return bits

    def platform_names(self, bits: int) -> tuple[str, ...]:
        """Return the names of platforms by their bits, the foreign press last."""
        names = [p.name for k, p in enumerate(self.spec.platforms) if bits & (1 << k)]
        return (*names, *(["foreign press"] if bits & FOREIGN else []))

    def adoption_on(self, date: dt.date) -> NDArray[np.float64]:
        """Return the share online per region (R,) on a date."""
        return np.asarray(self.adoption_at(np.array([year_of(date)]))[0])

    def adoption_at(self, years: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share online per year (with a fraction) and region, (T, R)."""
        return regional_curves(years, self._nation_curve(), self._adoption_shifts(), self.sizes)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(R,) number of citizens of each region."""
        return np.diff(self.region_first)

    def _adoption_shifts(self) -> NDArray[np.float64]:
        """Return by how many years each region lags behind the nation (R,)."""
        own = [region.adoption_shift for region in self.spec.regions]
        urban = [region.urban for region in self.spec.regions]
        return regional_shifts(own, urban, self.parameters["adoption.urban_lead"], self.sizes)

    def _nation_curve(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """Return A(t); a ceiling that was set overrides the series."""
        series = self.spec.adoption_series
        if series and "adoption.ceiling" not in self.pinned:
            return lambda years: series_curve(years, series)
        curve = Adoption(**_group(self.parameters, "adoption."))
        return lambda years: logistic_curve(years, curve)

    def notes(self) -> list[str]:
        """Return a line for each setting that is allowed and can do nothing; see `inert`.

        Examples
        --------
        >>> Scenario.load("town").change({"reach.dilution": 0}).notes()
        ['reach.reachable_only = 0.5 does nothing: reach.dilution is 0']
        """
        return [*inert(self)]

    def check(self) -> None:
        """Check that all values fit together; see `consistency`.

        Raises
        ------
        ScenarioError
            It names the value that is invalid.
        """
        if wrong := [*contradictions(self.spec)]:
            raise ScenarioError(together(wrong))


def _group(parameters: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {n.removeprefix(prefix): v for n, v in parameters.items() if n.startswith(prefix)}
