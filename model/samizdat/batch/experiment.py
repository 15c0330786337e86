"""One TOML file is an experiment: its question, scenario, design and measures."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from samizdat.batch.contrasts import Contrast
from samizdat.batch.design import DESIGNS, AnyDesign
from samizdat.batch.factors import DUMMY, Range, Real, Truth, Value, Whole, check_levels
from samizdat.batch.syntax import flat_names, laid_over, one_line
from samizdat.core.quantity import format_value
from samizdat.run.measures import DAILY, FALL, MEASURES, OUTCOMES, check_measure, is_measure
from samizdat.scenario.dates import Day
from samizdat.scenario.mistakes import short_name
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.system.input_files import InputError
from samizdat.system.paths import outside_path
from samizdat.system.toml_files import parse, read_text

MAX_REPLICATES = 10_000_000
MAX_JOBS = 4096
MAX_EVERY = 10_000_000  # steps
FIGURES = ("line", "points", "heatmap", "scatter", "distribution", "series")
CASCADE, CASCADE_SIZE = "cascade", "cascade_size"
_INTERNAL = ("name", "folder", "quick", "file")  # fields of an experiment that are no keys of files
_RESERVED = ("RunId", "point", "iteration", "Step", "seed", "error", DUMMY, CASCADE, CASCADE_SIZE)


class ExperimentError(ScenarioError):
    """An error in an experiment or in its folder, in one line."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class UntilHalfWidth(_Section):
    """Replicates are added at each point until the 95 % interval of a mean is narrow enough."""

    until_half_width: Real = Field(gt=0)
    of: str
    min: Whole = Field(default=100, ge=2, le=MAX_REPLICATES)
    max: Whole = Field(default=2000, ge=2, le=MAX_REPLICATES)
    batch: Whole = Field(default=100, ge=1, le=MAX_REPLICATES)

    @model_validator(mode="after")
    def _ordered(self) -> "UntilHalfWidth":
        if self.min > self.max:
            raise ValueError(f"min = {self.min} is above max = {self.max}")
        return self


class SeriesSpec(_Section):
    """Daily measures recorded at every n-th step."""

    every: Whole = Field(ge=1, le=MAX_EVERY)
    of: tuple[str, ...] = tuple(MEASURES)

    @field_validator("of")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in DAILY:
                raise ValueError(unknown(name, DAILY))
        return names


class Cascade(_Section):
    """What counts as a cascade: a measure reaches a bound; by default that of a regime's fall."""

    of: str = "peak_share"
    at_least: Real = FALL


class FigureSpec(_Section):
    """A figure of the report."""

    kind: Literal["line", "points", "heatmap", "scatter", "distribution", "series"]
    x: str | None = None
    y: str
    hue: str | None = None
    facet: str | None = None
    title: str = ""
    log: Truth = False

    @model_validator(mode="after")
    def _has_x(self) -> "FigureSpec":
        if self.x is None and self.kind not in ("series", "distribution"):
            raise ValueError(f"x is missing: a {self.kind} figure needs it")
        if self.kind == "heatmap" and self.hue is None:
            raise ValueError(
                "hue is missing: the factor on the upright axis of a heatmap; its y is the measure "
                "that its colours show"
            )
        return self


class Resources(_Section):
    """The processes, threads and chunks of a sweep; the command line overrides them."""

    jobs: Whole | None = Field(default=None, ge=1, le=MAX_JOBS)
    threads: Whole | None = Field(default=None, ge=1, le=1024)  # of each worker
    chunk_seconds: Real = Field(default=10.0, gt=0, le=3600)
    chunk_runs: Whole | None = Field(default=None, ge=1)


class Experiment(_Section):
    """An experiment: its question, scenario, design and measures.

    Read one from a file with `load`, or from the same table in Python with `from_table`; docs/
    sweeps.md lists the keys.

    Examples
    --------
    >>> from samizdat import Experiment
    >>> experiment = Experiment.from_table({
    ...     "question": "Does attention decide who joins?", "scenario": "town",
    ...     "design": {"kind": "grid", "factors": {
    ...         "attention.beta": {"low": 0.0, "high": 0.2, "steps": 3}, "regime": ["open", "ban"],
    ...     }},
    ... })
    >>> experiment.points()["attention.beta"].tolist()
    [0.0, 0.0, 0.1, 0.1, 0.2, 0.2]
    """

    question: str = Field(min_length=1)
    scenario: str | None = None
    regime: str | None = None
    until: Day | None = None
    fixed: dict[str, Value] = Field(default={}, alias="set")  # at every point
    design: AnyDesign
    replicates: Annotated[Whole, Field(ge=1, le=MAX_REPLICATES)] | UntilHalfWidth = 1
    seed: Whole = Field(default=1, ge=0, lt=2**62)
    measures: tuple[str, ...] = Field(
        default=("peak_share", "person_days", "self_censor_days", "arrests"), min_length=1
    )
    series: Literal["off"] | Annotated[Whole, Field(ge=1, le=MAX_EVERY)] | SeriesSpec = "off"
    declared: Cascade | None = Field(default=None, alias="cascade")
    figures: tuple[FigureSpec, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    resources: Resources = Resources()

    name: str = "unnamed"  # the stem of the file
    folder: Path = Path()  # scenarios and tables of points are looked for here
    quick: bool = False
    file: str = ""  # the file that it was read from, if any

    @classmethod
    def load(cls, path: str | Path, *, quick: bool = False) -> "Experiment":
        """Read an experiment file.

        Parameters
        ----------
        quick
            Let the file's ``[quick]`` table override its keys; without one, at most two replicates.

        Raises
        ------
        ExperimentError
            In one line that says what is wrong.
        """
        path = outside_path(path, "experiment", ExperimentError)
        try:
            table = parse(read_text(path), str(path))
        except InputError as error:
            raise ExperimentError(str(error)) from None
        try:
            experiment = cls.from_table(table, path.stem, path.parent, quick=quick)
        except ExperimentError as error:
            raise ExperimentError(f"{path}: {error}") from None
        return experiment.model_copy(update={"file": str(path)})

    @classmethod
    def from_table(
        cls,
        table: Mapping[str, Any],
        name: str = "unnamed",
        folder: Path | None = None,
        *,
        quick: bool = False,
    ) -> "Experiment":
        """Read an experiment from the table that a file holds, or that `to_table` returned."""
        table = dict(table)
        over = table.pop("quick", None)
        for internal in _INTERNAL:
            if internal in table:
                raise ExperimentError(unknown(internal, _keys()))
        if over is not None and not isinstance(over, Mapping):
            raise ExperimentError(f"quick = {format_value(over)} must be a table")
        table = flat_names(table)
        if isinstance(table.get("design"), dict) and "factors" in table["design"]:
            table["design"].setdefault("kind", "grid")
        if over is not None:
            small = laid_over(table, flat_names(dict(over)))
            if quick:
                table = small
            else:
                _validated(small, "quick: ")  # to find a mistake there now
        elif quick and isinstance(table.get("replicates", 1), int):
            table["replicates"] = min(table.get("replicates", 1), 2)
        elif quick and isinstance(table["replicates"], Mapping):
            _validated(table)
            table["replicates"] = 2
        table |= {"name": name, "folder": folder or Path(), "quick": quick}
        return _validated(table)

    def to_table(self) -> dict[str, object]:
        """Return the experiment as a table in JSON's types, which `from_table` reads."""
        table = self.model_dump(mode="json", by_alias=True, exclude={*_INTERNAL}, exclude_none=True)
        if self.cascade is not None:
            table["cascade"] = self.cascade.model_dump(mode="json")
        return table

    def of_a_function(self) -> "Experiment":
        """Return the experiment without a scenario, for a function that takes its place."""
        return self.model_copy(update={"scenario": None, "regime": None, "until": None})

    @property
    def cascade(self) -> Cascade | None:
        """The definition of a cascade; by default the fall for a scenario, none for a function."""
        if self.declared is None and self.scenario is not None:
            return Cascade()
        return self.declared

    @property
    def spaced(self) -> SeriesSpec | None:
        """Which daily measures are recorded, and at which steps; None: no series."""
        if self.series == "off":
            return None
        return SeriesSpec(every=self.series) if isinstance(self.series, int) else self.series

    @model_validator(mode="after")
    def _consistent(self) -> "Experiment":
        self.check_factors(self.design.names)
        for values in (self.fixed, *(self.design.stated or ())):
            check_levels(values)
        if self.scenario is not None:
            for measure in self.measured:
                check_measure(measure)
        return self

    def points(self) -> pd.DataFrame:
        """Return the points of the design: one row per point, one column per factor.

        Raises
        ------
        ExperimentError
            If there are too many points, a table cannot be read, or points have different factors.
        """
        try:
            points = self.design.sample(self.folder)
            if self.design.stated is None:
                self.check_factors(points.columns)
        except ValueError as error:
            raise ExperimentError(str(error)) from None
        return points

    def check_factors(self, names: Iterable[str]) -> None:
        """Check that names can be names of factors.

        Raises
        ------
        ValueError
            It names the one that has another meaning.
        """
        for name in names:
            if name in self.fixed:
                raise ValueError(f"set.{short_name(name)}: is a factor of the design too")
            if name in _RESERVED:
                raise ValueError(
                    f"design: {format_value(name)} cannot be a factor, the name is reserved"
                )
            if name in (*self.measures, *self._of_cascade, *OUTCOMES):
                raise ValueError(
                    f"design: {format_value(name)} cannot be a factor, it is a measure"
                )

    @property
    def measured(self) -> list[str]:
        """The measures that the file names, in order, each once."""
        names = [*self.measures, *self._of_cascade]
        if isinstance(self.replicates, UntilHalfWidth):
            names.append(self.replicates.of)
        derived = {CASCADE, CASCADE_SIZE, *self.design.names}
        for figure in self.figures:
            drawn = [] if figure.kind == "series" else [figure.y, figure.x]
            if self.design.stated is None:  # the factors are the columns of a file not read yet
                known = [] if self.scenario is None else drawn
                drawn = [name for name in known if name and is_measure(name)]
            names += [name for name in drawn if name and name not in derived]
        of_contrasts = [each.y for each in self.contrasts if self.scenario is not None]
        names += [name for name in of_contrasts if name not in derived and is_measure(name)]
        return list(dict.fromkeys(names))

    @property
    def _of_cascade(self) -> list[str]:
        return [] if self.cascade is None else [self.cascade.of]


def _keys() -> list[str]:
    own = {*_INTERNAL, "fixed", "declared"}
    fields = (name for name in Experiment.model_fields if name not in own)
    return [*fields, "set", "cascade", "quick"]


def _validated(table: Mapping[str, Any], where: str = "") -> Experiment:
    try:
        return Experiment.model_validate(table)
    except ValidationError as error:
        raise ExperimentError(" ".join((where + one_line(error, _known_at)).split())) from None


_PARTS: dict[str, type[BaseModel]] = {
    **DESIGNS, "figures": FigureSpec, "contrasts": Contrast, "resources": Resources,
    "cascade": Cascade, "Range": Range, "SeriesSpec": SeriesSpec, "UntilHalfWidth": UntilHalfWidth,
}  # fmt: skip


def _known_at(loc: tuple[int | str, ...]) -> list[str]:
    """Return the names that are allowed where pydantic found an unknown one."""
    if len(loc) == 1:
        return _keys()
    if loc == ("design", "kind"):
        return list(DESIGNS)
    for part in reversed(loc[:-1]):
        word = re.split(r"[ \[\]]+", str(part).rstrip("]"))[-1]  # function-after[..., Range]
        model = _PARTS.get(word)
        if model is not None:
            return list(model.model_fields)
    return []
