"""Any function in the place of the model: for tests of a design, and for models of one's own."""

import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from samizdat.batch.experiment import DUMMY, Experiment, ExperimentError
from samizdat.batch.worlds import Outcome

Model = Callable[[Mapping[str, Any], int], Mapping[str, float]]


@dataclass(frozen=True)
class Function:
    """A model that is a function of a point's values and a seed, and returns its measures.

    Parameters
    ----------
    model
        Of a module, so that other processes find it; the file that it stands in identifies it.
    names
        The measures that it returns.
    fixed
        Values that every point has.
    """

    model: Model
    names: tuple[str, ...]
    fixed: tuple[tuple[str, Any], ...] = ()  # values at every point

    @classmethod
    def of(cls, experiment: Experiment, model: Model) -> "Function":
        """Return the function as what the experiment runs."""
        if experiment.spaced is not None:
            raise ExperimentError("series: a function has none")
        return cls(model, tuple(experiment.measured), tuple(sorted(experiment.fixed.items())))

    def holding(self, points: pd.DataFrame) -> "Function":
        """There are no files to be held."""
        return self

    @property
    def measures(self) -> dict[str, type]:
        """What is recorded of each run."""
        return dict.fromkeys(self.names, float)

    @property
    def resolved(self) -> None:
        """There is no scenario."""

    def memory(self, points: pd.DataFrame) -> int:
        """Return what is taken to be little."""
        return 250_000_000

    def prepare(self, say: Callable[[str], None]) -> None:
        """Nothing to compile."""

    def digests(self, points: pd.DataFrame) -> Iterator[bytes]:
        """Yield what identifies each point."""
        source = Path(inspect.getfile(sys.modules[self.model.__module__])).read_bytes()
        about = [self.model.__module__, self.model.__qualname__, sorted(self.names)]
        prefix = hashlib.blake2b(source + json.dumps(about).encode(), digest_size=16)
        names = list(points.columns)
        for row in points.itertuples(index=False, name=None):
            digest = prefix.copy()
            digest.update(json.dumps(self._whole(dict(zip(names, row, strict=True)))).encode())
            yield digest.digest()

    def run(
        self, point: Mapping[str, Any], seed: int, threads: int, stop: Callable[[], bool]
    ) -> Outcome:
        """Call the function."""
        found = self.model(self._whole(point), seed)
        return Outcome(1, {name: found[name] for name in self.names})

    def _whole(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Return a point with what is fixed, by name, numbers as floats; luck is no value."""
        values = {**dict(self.fixed), **point}
        return {
            name: values[name] if isinstance(values[name], str) else float(values[name])
            for name in sorted(values)
            if name != DUMMY
        }
