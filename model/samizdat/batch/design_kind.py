"""What a kind of sweep design tells the rest of the package: points, independent units, indices."""

import inspect
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from samizdat.batch.factors import Factor, Range, Value


class IndependentUnit(NamedTuple):
    """What is independent in a sampled design, so that an interval may count it.

    Attributes
    ----------
    one, many
        Its name in a caption.
    points
        How many points in a row of the design make one.
    """

    one: str
    many: str
    points: int


class Indices(NamedTuple):
    """The sensitivity indices of a design.

    Attributes
    ----------
    labels
        Columns of the table, each with an interval in a column NAME_conf, and their names in a
        figure. Factors are ranked by the last.
    spread
        A column without an interval and its name in a figure; None: no such column.
    axis
        What the indices measure.
    method
        What they are, with the source, for a caption.
    """

    labels: Mapping[str, str]
    spread: tuple[str, str] | None
    axis: str
    method: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have an interval; factors are ranked by the last."""
        return tuple(self.labels)


class Design(BaseModel):
    """A design as a file says it; each kind adds its keys and how it samples."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: str
    paired: ClassVar[bool] = False  # whether points were chosen so that levels compare in pairs
    indices: ClassVar[Indices | None] = None  # where there are some, `analyse` computes them

    @abstractmethod
    def sample(self, folder: Path) -> pd.DataFrame:
        """Return a row a point and a column a factor, in a fixed order.

        Parameters
        ----------
        folder
            Where a file that the design names is looked for.

        Raises
        ------
        ValueError
            In one line, if there are too many points or they cannot be read.
        """

    @property
    @abstractmethod
    def stated(self) -> list[Mapping[str, Factor | Value]] | None:
        """What the file says of each factor; None: not known before a file of points is read."""

    @property
    def unit(self) -> IndependentUnit | None:
        """What is independent in a sampled design; None: the points were chosen."""
        return None

    def analyse(self, means: NDArray[np.float64]) -> pd.DataFrame:
        """Return the indices of a measure: a row a factor, columns as `indices` says.

        Parameters
        ----------
        means
            Of the measure at each point (points,), in its own unit.
        """
        raise NotImplementedError(f"{self.kind}: has no indices")

    @property
    def names(self) -> list[str]:
        """The factors that the file names, each once."""
        return list(dict.fromkeys(name for values in self.stated or () for name in values))

    def is_log(self, name: str | None) -> bool:
        """Whether a factor goes in equal ratios."""
        ranges = [values.get(name) for values in self.stated or () if name is not None]
        return any(isinstance(each, Range) and each.log for each in ranges)


def registered(kinds: Mapping[str, type[Design]]) -> dict[str, type[Design]]:
    """Return the kinds of designs by name, each checked.

    Raises
    ------
    TypeError
        If a kind does not sample, does not compute the indices that it announces, or its key in
        a file is another.
    """
    for name, kind in kinds.items():
        if inspect.isabstract(kind):
            missing = ", ".join(sorted(kind.__abstractmethods__))
            raise TypeError(f"design {name!r}: {kind.__name__} lacks {missing}")
        if kind.indices is not None and kind.analyse is Design.analyse:
            raise TypeError(f"design {name!r}: {kind.__name__} has indices and lacks analyse")
        if get_args(kind.model_fields["kind"].annotation) != (name,):
            raise TypeError(f"design {name!r}: {kind.__name__}.kind is not {name!r}")
    return dict(kinds)
