"""A Python function in place of the model: for tests of a design, and for models of your own."""

import hashlib
import inspect
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.factors import DUMMY, Point, Value
from samizdat.batch.process_state import call_restored
from samizdat.batch.scenario_model import Outcome
from samizdat.core.quantity import format_value

Measures = Mapping[str, float | None]
ModelFunction = Callable[[Mapping[str, Any], int], Measures]  # the values have the user's types
_REPR_LENGTH = 60  # most characters shown of a value that is not a number


@dataclass(frozen=True)
class FunctionModel:
    """A model that is a function of a point's values and a seed, and returns its measures.

    Parameters
    ----------
    model
        At the top level of a module, so that other processes find it. Only the text of the
        module's file identifies it: no other module, data, or value that is set in the module
        while it runs.
    names
        The measures that it returns.
    fixed
        Values that every point has.
    """

    model: ModelFunction
    names: tuple[str, ...]
    fixed: tuple[tuple[str, Value], ...] = ()  # values at every point

    @classmethod
    def of(cls, experiment: Experiment, model: ModelFunction) -> "FunctionModel":
        """Return the function as what the experiment runs.

        Raises
        ------
        ExperimentError
            If the function cannot be found or identified, or a series is requested.
        """
        source_of(model)
        if experiment.spaced is not None:
            raise ExperimentError("series: a function has none")
        return cls(model, tuple(experiment.measured), tuple(sorted(experiment.fixed.items())))

    def holding(self, points: pd.DataFrame) -> "FunctionModel":
        """Return the model: it needs no files."""
        return self

    @property
    def measures(self) -> dict[str, type]:
        """What is recorded of each run."""
        return dict.fromkeys(self.names, float)

    @property
    def resolved(self) -> None:
        """There is no scenario."""

    def memory(self, points: pd.DataFrame) -> int:
        """Return the bytes of a process that has just started: functions are assumed small."""
        return 250_000_000

    def steps(self, point: Point) -> int:
        """Return 1: a call is one step."""
        return 1

    def prepare(self, notify: Callable[[str], None]) -> None:
        """Nothing to compile."""

    def digests(self, points: pd.DataFrame) -> Iterator[bytes]:
        """Yield what identifies each point."""
        source = source_of(self.model).read_bytes()
        about = [self.model.__module__, self.model.__qualname__, sorted(self.names)]
        prefix = hashlib.blake2b(source + json.dumps(about).encode(), digest_size=16)
        names = list(points.columns)
        for row in points.itertuples(index=False, name=None):
            digest = prefix.copy()
            digest.update(json.dumps(self._values(dict(zip(names, row, strict=True)))).encode())
            yield digest.digest()

    def run(self, point: Point, seed: int, threads: int, stop: Callable[[], bool]) -> Outcome:
        """Call the function; what it changes in its process is put back.

        Raises
        ------
        TypeError, ValueError
            If it returns no number for a measure.
        """
        found = call_restored(self.model, self._values(point), seed)
        if type(found) is not dict and not isinstance(found, Mapping | pd.Series):
            raise TypeError(
                f"the function returned {_short_repr(found)}, not a mapping of its measures"
            )
        measures = {}
        for name in self.names:
            if name not in found:
                there = ", ".join(map(str, found.keys())) or "nothing"
                raise ValueError(
                    f"measure {format_value(name)} is missing: the function returned {there}"
                )
            measures[name] = _number(name, found[name])
        return Outcome(1, measures)

    def _values(self, point: Point) -> dict[str, float | str]:
        """Return a point and the fixed values by name, numbers as floats, without the dummy."""
        values = {**dict(self.fixed), **point}
        return {
            name: value if isinstance(value, str) else float(value)
            for name, value in sorted(values.items())
            if name != DUMMY
        }


def source_of(model: ModelFunction) -> Path:
    """Return the file of the module that defines a function at its top level.

    Raises
    ------
    ExperimentError
        If there is none: another process would not find it, and nothing would identify it.
    """
    name, module = getattr(model, "__qualname__", None), getattr(model, "__module__", None)
    about = f"model = {_short_repr(model)}"
    allowed = "a function at the top level of a module that is a file is needed"
    if not callable(model) or not isinstance(name, str) or not isinstance(module, str):
        raise ExperimentError(f"{about}: {allowed}")
    if getattr(sys.modules.get(module), name, None) is not model:
        raise ExperimentError(
            f"{about}: is not {format_value(name)} of module {format_value(module)}; {allowed}"
        )
    try:
        file = inspect.getsourcefile(sys.modules[module])
    except TypeError:  # a built-in module, or code typed at a prompt
        file = None
    if file is None or not Path(file).is_file():
        raise ExperimentError(
            f"{about}: module {format_value(module)} has no source file; {allowed}"
        )
    return Path(file)


def _number(name: str, value: object) -> float:
    """Return a measure as a number; None and NA are empty."""
    if type(value) is float:  # the usual case: the rest costs as much as a small run
        return value
    if value is None or value is pd.NA:
        return math.nan
    problem = f"measure {format_value(name)} = {_short_repr(value)}: a number or None is needed"
    if isinstance(value, str | bytes | bytearray) or np.ndim(value):  # type: ignore[arg-type]
        raise TypeError(problem)
    try:
        return float(value)  # type: ignore[arg-type]  # whatever can be a number
    except (TypeError, ValueError, OverflowError):
        raise TypeError(problem) from None


def _short_repr(value: object) -> str:
    try:
        text = " ".join(repr(value).split())
    except Exception as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= _REPR_LENGTH else f"{text[: _REPR_LENGTH - 3]}..."
