"""The model at each point of an experiment: a scenario with the point's regime and values."""

import datetime as dt
import functools
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.experiment import Experiment, ExperimentError, SeriesSpec
from samizdat.batch.factors import DUMMY, Point, Value
from samizdat.core.jit import is_compiled
from samizdat.run import digests
from samizdat.run.measures import HOW, OUTCOMES
from samizdat.run.simulation import Simulation
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.scenario.settings import number_in
from samizdat.scenario.shipped import shipped
from samizdat.society.graph_shape import mean_degree
from samizdat.system.memory import needed
from samizdat.system.paths import outside_path
from samizdat.system.toml_files import read_text

SCENARIO, REGIME = "scenario", "regime"
OWN = "scenario"  # the name of the scenario's own regime
_ORDER = sorted(REGISTRY)
_PLACE = {name: k for k, name in enumerate(_ORDER)}
_UNSEEN = ("title", "description")  # fields of a scenario on which no result depends
_SIZING = (SCENARIO, REGIME, "citizens")  # factors that change memory, besides the graph's
_PROCESS = 250_000_000  # bytes of a process that has just started
_DAY = 8 * 30  # bytes of one region's record of a day


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """The run was told to stop between two steps."""


class Outcome(NamedTuple):
    """The results of one run: steps done, measures by name, and the series if one is recorded."""

    steps: int
    measures: dict[str, float | bool]
    series: pd.DataFrame | None = None


@dataclass(frozen=True)
class ScenarioModel:
    """The scenarios of an experiment, and what is recorded of each.

    Every number of `Simulation.summary` is recorded, and the daily measures that are requested.
    """

    scenario: str
    regime: str | None
    fixed: tuple[tuple[str, Value], ...]
    until: dt.date | None
    asked: tuple[str, ...]  # daily measures, as in fear.last
    series: SeriesSpec | None
    texts: tuple[tuple[str, str], ...] = ()  # name and text of scenarios that are files
    folder: Path = Path()  # where these files are looked for first

    @classmethod
    def of(cls, experiment: Experiment) -> "ScenarioModel":
        """Return the scenarios of an experiment.

        Raises
        ------
        ExperimentError
            If its scenario, its regime or a value that it sets is not valid.
        """
        if experiment.scenario is None:
            raise ExperimentError("scenario is missing")
        asked = tuple(name for name in experiment.measured if name not in OUTCOMES)
        fixed = tuple(sorted(experiment.fixed.items()))
        try:
            model = cls(
                experiment.scenario, experiment.regime, fixed, experiment.until, asked,
                experiment.spaced, tuple(_texts([experiment.scenario], experiment.folder)),
                experiment.folder,
            )  # fmt: skip
            model.steps({})
        except ExperimentError:
            raise
        except ValueError as error:
            raise ExperimentError(str(error)) from None
        return model

    def holding(self, points: pd.DataFrame) -> "ScenarioModel":
        """Return the model with the text of every scenario that is a file.

        A worker then runs what was read when the sweep began, even if the file changes meanwhile or
        the worker is on another machine.

        Raises
        ------
        ExperimentError
            If a file cannot be read.
        """
        if SCENARIO not in points:
            return self
        names = map(str, points[SCENARIO].unique())
        try:
            return replace(self, texts=tuple({*self.texts, *_texts(names, self.folder)}))
        except ScenarioError as error:
            raise ExperimentError(f"design: {error}") from None

    @property
    def measures(self) -> dict[str, type]:
        """What is recorded of each run, and whether it is a number or a yes or no."""
        types: dict[str, type] = dict.fromkeys(OUTCOMES, float)
        types["fell"] = bool
        return types | dict.fromkeys(self.asked, float)

    def scenario_at(self, point: Point) -> Scenario:
        """Return the scenario of a point.

        Raises
        ------
        ScenarioError
            It names a factor that is not known, or a value that is not allowed.
        """
        rest = {name: value for name, value in point.items() if name != DUMMY}
        name, regime = rest.pop(SCENARIO, self.scenario), rest.pop(REGIME, self.regime)
        text = dict(self.texts).get(str(name))
        base = _based(str(name), text, None if regime is None else str(regime), self.fixed)
        return base.change(rest) if rest else base

    def steps(self, point: Point) -> int:
        """Return the number of steps of a run of a point."""
        return self.scenario_at(point).steps_until(self.until)

    @property
    def resolved(self) -> dict[str, object]:
        """The scenario with every number, before a point changes it."""
        return self.scenario_at({}).to_table()

    def memory(self, points: pd.DataFrame) -> int:
        """Return the largest number of bytes that a process needs to run these points."""
        varied = [name for name in points.columns if name in _SIZING or name.startswith("graph.")]
        sizes = points[varied].drop_duplicates().head(1000)
        return _PROCESS + max(self._memory(point) for point in rows_of(sizes))

    def _memory(self, point: Point) -> int:
        scenario = self.scenario_at(point)
        degree = mean_degree(scenario.spec.graph, scenario.graph_shape)
        days = scenario.steps_until(self.until) * len(scenario.sizes) * _DAY
        return needed(scenario.citizens, degree) + days

    def prepare(self, notify: Callable[[str], None]) -> None:
        """Compile the rules, so that processes that start together need not each do so."""
        if not is_compiled():
            notify("compiling the rules, once; about a minute")
        Simulation(Scenario.load("town").change({"citizens": 100}), threads=1).step()

    def digests(self, points: pd.DataFrame) -> Iterator[bytes]:
        """Yield what identifies each point: its resolved scenario, and all else except the seed.

        Raises
        ------
        ExperimentError
            It names a factor that is not known, or a value that is not allowed.
        """
        numeric = [name for name in points.columns if name in REGISTRY]
        other = [name for name in points.columns if name not in REGISTRY and name != DUMMY]
        codes = {name: _codes(name, points[name]) for name in numeric}
        places = [_PLACE[name] for name in numeric]
        wide = np.column_stack([codes[name] for name in numeric]) if numeric else None
        structures = points[other].itertuples(index=False, name=None) if other else None
        recorded = self._recorded()

        @functools.lru_cache(maxsize=4096)
        def begun(structure: tuple[Value, ...]) -> tuple[hashlib.blake2b, NDArray[np.float64]]:
            """Return the digest of all except the numbers, and the numbers."""
            try:
                scenario = self.scenario_at(dict(zip(other, structure, strict=True)))
                steps = scenario.steps_until(self.until)
            except ScenarioError as error:
                raise ExperimentError(f"design: {error}") from None
            pinned = {*scenario.pinned, *numeric}
            spec = scenario.spec.model_dump(mode="json", by_alias=True)
            parts = [
                {name: value for name, value in spec.items() if name not in _UNSEEN},
                [name in pinned for name in _ORDER], _ORDER, steps, recorded,
            ]  # fmt: skip
            text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
            numbers = np.array([scenario.parameters[name] for name in _ORDER])
            return hashlib.blake2b(text.encode(), digest_size=16), numbers

        for k in range(len(points)):
            prefix, numbers = begun(next(structures) if structures else ())
            digest = prefix.copy()
            if wide is not None:
                numbers[places] = wide[k]
            digest.update(numbers.tobytes())
            yield digest.digest()

    def run(self, point: Point, seed: int, threads: int, stop: Callable[[], bool]) -> Outcome:
        """Run one point with one seed.

        Raises
        ------
        Stopped
            If it was told to stop, between two steps.
        """
        scenario = self.scenario_at(point)
        simulation = Simulation(scenario, seed, threads)
        target = scenario.steps_until(self.until)
        while simulation.step_number < target:
            if stop():
                raise Stopped
            simulation.step()
        return Outcome(target, self._measured(simulation), self._series(simulation))

    def _measured(self, simulation: Simulation) -> dict[str, float | bool]:
        summary = simulation.summary
        measured = {name: summary[name] for name in OUTCOMES}
        ways = {name: name.rpartition(".") for name in self.asked}
        days = simulation.history.columns({daily for daily, _, _ in ways.values()})
        for name, (daily, _, how) in ways.items():
            measured[name] = float(HOW[how](days[daily]))
        return measured

    def _series(self, simulation: Simulation) -> pd.DataFrame | None:
        if self.series is None:
            return None
        steps = np.arange(0, simulation.step_number, self.series.every)
        columns: dict[str, NDArray[np.generic]] = {"Step": steps}
        columns["date"] = simulation.dates[steps]
        columns |= {
            name: days[steps] for name, days in simulation.history.columns(self.series.of).items()
        }
        return pd.DataFrame(columns)

    def _recorded(self) -> list[object]:
        series = None if self.series is None else self.series.model_dump(mode="json")
        return [sorted(self.asked), series, digests.model_digest()]


class WorldRef(NamedTuple):
    """The scenario, regime and values of a point, in the form that commands and the page use."""

    scenario: str | None  # None if a function was run
    regime: str  # a preset, or OWN
    values: dict[str, Value]  # by dotted name

    @classmethod
    def of(cls, experiment: Experiment, point: Point) -> "WorldRef":
        """Return the scenario, regime and values of an experiment's point."""
        values = {**experiment.fixed, **{n: v for n, v in point.items() if n != DUMMY}}
        scenario = values.pop(SCENARIO, experiment.scenario)
        regime = values.pop(REGIME, experiment.regime)
        if scenario is not None:
            scenario = found_as(str(scenario), experiment.folder)
        return cls(scenario, OWN if regime is None else str(regime), values)


def rows_of(points: pd.DataFrame) -> list[dict[str, Value]]:
    """Return points as values by factor."""
    rows: list[dict[str, Value]] = points.to_dict("records")  # type: ignore[assignment]
    return rows or [{}]


def found_as(scenario: str, folder: Path) -> str:
    """Return the path of a scenario that is a file beside the experiment, else its name unchanged.

    The name of a shipped scenario is not changed; a path that does not exist beside the experiment
    is looked for in the working directory when it is opened.
    """
    beside = str(folder / outside_path(scenario, SCENARIO, ExperimentError))
    return beside if scenario not in shipped() and os.path.isfile(beside) else scenario


def _texts(names: Iterable[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of the scenarios that are files."""
    for name in names:
        if name not in shipped():
            path = found_as(name, folder)
            Scenario.load(path)  # raises an error of one line if something is wrong
            yield name, read_text(Path(path))


@functools.lru_cache(maxsize=64)
def _based(
    name: str, text: str | None, regime: str | None, fixed: tuple[tuple[str, Value], ...]
) -> Scenario:
    """Return a scenario under a regime with the values that hold at all points."""
    scenario = Scenario.load(name) if text is None else Scenario.parse(text, name)
    if regime is not None and regime != OWN:
        scenario = scenario.under(regime)
    return scenario.change(dict(fixed)) if fixed else scenario


def _codes(name: str, column: pd.Series) -> NDArray[np.float64]:
    """Return a factor's values as numbers (points,), each checked."""
    quantity = REGISTRY[name].quantity
    try:
        if column.dtype == np.float64:
            values = column.to_numpy()
            for extreme in (values.min(), values.max(), values[np.isnan(values).argmax()]):
                quantity.checked(name, float(extreme))
            if quantity.whole:
                quantity.checked(name, float(values[(values != np.floor(values)).argmax()]))
            return np.asarray(values)
        known = {value: quantity.checked(name, number_in(value)) for value in column.unique()}
    except ValueError as error:
        raise ExperimentError(f"design: {error}") from None
    return np.array([known[value] for value in column])
