"""Factors of an experiment: ranges and levels, and their values at places between 0 and 1."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from samizdat.core.quantity import format_value
from samizdat.scenario.mistakes import short_name, together
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.settings import number_in
from samizdat.system.cells import is_number

MAX_LEVELS = 1_000_000
MAX_INTEGER = 2**1023  # what a float can hold
LAW_FIELDS = ("value", "low", "high", "mean", "sd", "floor", "a", "b")  # numbers of a distribution
MAX_POINTS = 50_000_000
DUMMY = "dummy"  # a factor that changes the random numbers alone
_NUMBERS = ("citizens", "step_days")  # factors that are numbers and no parameters


def _own(value: object) -> object:
    """Return a number of numpy as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


# Numbers and booleans must be written as such in a file, not as text that looks like them.
Whole = Annotated[int, Field(strict=True), BeforeValidator(_own)]
Real = Annotated[float, Field(strict=True), BeforeValidator(_own)]
Value = Annotated[bool | int | float | str, BeforeValidator(_own)]
Point = Mapping[str, Value]  # a value for each factor, by dotted name
Truth = Annotated[bool, Field(strict=True)]


class Range(BaseModel):
    """From low to high, in equal steps or, with `log`, equal ratios."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    low: Real
    high: Real
    steps: Whole | None = Field(
        default=None, ge=2, le=MAX_LEVELS
    )  # number of levels in a grid, ends included
    log: Truth = False

    @model_validator(mode="after")
    def _ordered(self) -> "Range":
        if not self.low < self.high:
            raise ValueError(f"low = {self.low:g} must be below high = {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"low = {self.low:g} must be above 0 where log = true")
        return self

    def at(self, places: NDArray[np.float64], whole: bool) -> NDArray[np.float64]:
        """Return the values at places in 0 ... 1; whole numbers have equal shares."""
        low, high = (self.low, self.high + whole) if whole else (self.low, self.high)
        values = low * (high / low) ** places if self.log else low + places * (high - low)
        return np.minimum(np.floor(values), self.high) if whole else values


Levels = Annotated[tuple[Value, ...], Field(min_length=1, max_length=MAX_LEVELS)]
Factor = Range | Levels


def _path(name: str) -> str:
    return f"design.factors.{short_name(name)}"


def is_whole(name: str) -> bool:
    """Whether a factor takes whole numbers only."""
    named = REGISTRY.get(name)
    return name == "citizens" or (named is not None and named.quantity.whole)


def levels_of(name: str, factor: Factor) -> list[Value]:
    """Return the levels of a grid.

    Raises
    ------
    ValueError
        If a range has no steps, or a level of a whole-number factor is not whole.
    """
    if not isinstance(factor, Range):
        return list(factor)
    if factor.steps is None:
        raise ValueError(f"{_path(name)}: a grid needs steps, as in steps = 10, or levels")
    places = np.linspace(0.0, 1.0, factor.steps)
    # Round away binary representation errors: 0.3, not 0.30000000000000004
    values = [float(f"{value:.12g}") for value in factor.at(places, whole=False)]
    if is_whole(name) and any(value != int(value) for value in values):
        raise ValueError(
            f"{_path(name)}: {factor.steps} steps from {factor.low:g} to {factor.high:g} "
            "are not whole numbers"
        )
    return list(values)


def values_at(name: str, factor: Factor, places: NDArray[np.float64]) -> pd.Series:
    """Return a factor's values at places in 0 ... 1; levels have equal shares."""
    if isinstance(factor, Range):
        return pd.Series(factor.at(places, is_whole(name)))
    index = np.minimum((places * len(factor)).astype(np.int64), len(factor) - 1)
    return column_of([factor[k] for k in index])


def column_of(values: list[Value]) -> pd.Series:
    """Return values as a column: float64 if all are numbers, else text."""
    if all(isinstance(value, int | float) for value in values):
        return pd.Series(np.array(values, dtype=np.float64))
    return pd.Series([str(value) for value in values], dtype=object)


def read_column(name: str, values: NDArray[Any], where: str) -> pd.Series:
    """Return a factor's values from a table as a column: float64 for numbers, else text.

    Parameters
    ----------
    where
        Name of the table, for a message.

    Raises
    ------
    ValueError
        It names table, row and factor, for text or a truth value where a number is needed.
    """
    if values.dtype == np.float64:
        return pd.Series(values)
    named = REGISTRY.get(name)
    if named is None and name not in _NUMBERS:
        return pd.Series(values).astype(np.float64 if values.dtype == np.bool_ else str)
    allowed = "a number is needed" if named is None else named.quantity.allowed()
    words = () if named is None else named.quantity.names
    switch = named is not None and named.quantity.whole
    for row, value in enumerate(values.tolist()):
        if not (switch if isinstance(value, bool) else value in words or is_number(value)):
            raise ValueError(
                f"{where}, row {row + 1}: {name} = {format_value(value)} is not a number: {allowed}"
            )
    return pd.Series(values).astype(np.float64 if values.dtype == np.bool_ else str)


def identities(name: str, column: pd.Series) -> pd.Series:
    """Return values in a form in which those of equal effect are equal, as "0.1" and "0.10"."""
    if name not in REGISTRY or pd.api.types.is_numeric_dtype(column):
        return column
    quantity = REGISTRY[name].quantity

    def identity(value: Value) -> Value:
        try:
            return quantity.checked(name, number_in(value))
        except ValueError:  # reported when every value is checked
            return value

    return column.map(identity)


def check_once(name: str, levels: list[Value]) -> None:
    """Check that no level of a grid is listed twice, which would count its runs twice.

    Raises
    ------
    ValueError
        It names the factor and the level.
    """
    again = identities(name, column_of(list(levels))).duplicated().to_numpy()
    if again.any():
        level = levels[int(again.argmax())]
        raise ValueError(
            f"{_path(name)}: {format_value(level)} is listed twice; give each level once"
        )


def check_levels(values: Mapping[str, Factor | Value]) -> None:
    """Check that levels of what takes numbers are numbers: no quoted ones, neither true nor false.

    A switch may be true or false. Numbers must be representable as floats.

    Raises
    ------
    ValueError
        It names each factor, its level and what is allowed.
    """
    mistakes = []
    for name, levels in values.items():
        given = (levels.low, levels.high) if isinstance(levels, Range) else levels
        for level in given if isinstance(given, tuple) else (given,):
            try:
                _check_level(name, level)
            except ValueError as error:
                mistakes.append(str(error))
    if mistakes:
        raise ValueError(together(mistakes))


def _check_level(name: str, level: Value) -> None:
    words = isinstance(level, bool | str)
    if name in REGISTRY and words:
        REGISTRY[name].quantity.checked(name, level)
    elif words and _takes_numbers(name):
        raise ValueError(f"{short_name(name)} = {format_value(level)} is not a number")
    elif isinstance(level, int) and abs(level) > MAX_INTEGER:
        raise ValueError(f"{short_name(name)} = {format_value(level)} is too large")


def _takes_numbers(name: str) -> bool:
    """Whether this is a number of a scenario that is not a parameter."""
    group, _, field = name.rpartition(".")
    of_a_trait = group.startswith("population.") and field in LAW_FIELDS
    return name in ("citizens", "step_days") or of_a_trait


def check_size(points: int) -> None:
    """Check that a design does not have too many points.

    Raises
    ------
    ValueError
        It says how many it has and how many are allowed.
    """
    if points > MAX_POINTS:
        raise ValueError(f"design: {points:,} points are more than {MAX_POINTS:,}")


class RepeatedPoint(NamedTuple):
    """The rows of a point that is listed twice."""

    first: int
    again: int


def repeated_point(points: pd.DataFrame) -> RepeatedPoint | None:
    """Return the first point that is listed a second time; None if each is listed once."""
    same = pd.DataFrame({name: identities(str(name), points[name]) for name in points})
    duplicated = same.duplicated().to_numpy()
    if not duplicated.any():
        return None
    again = int(duplicated.argmax())
    return RepeatedPoint(int((same == same.iloc[again]).all(axis=1).to_numpy().argmax()), again)


def format_point(points: pd.DataFrame, row: int) -> str:
    """Format a point as in a file."""
    (values,) = points.iloc[[row]].to_dict("records")
    pairs = ((short_name(str(name)), format_value(value)) for name, value in values.items())
    return ", ".join(f"{name} = {value}" for name, value in pairs)
