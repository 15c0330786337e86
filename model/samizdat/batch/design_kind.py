"""The interface of a kind of sweep design: its points, independent units and indices."""

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
from samizdat.batch.nested import Nesting


class IndependentUnit(NamedTuple):
    """The independent unit of a sampled design, which the n of an interval counts.

    Attributes
    ----------
    one, many
        Its name in a caption, singular and plural.
    points
        Number of consecutive points of the design in one unit.
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
        A column without an interval, and its name in a figure; None if there is no such column.
    axis
        What the indices measure.
    method
        The method, with its source, for a caption.
    """

    labels: Mapping[str, str]
    spread: tuple[str, str] | None
    axis: str
    method: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have an interval; the last one ranks the factors."""
        return tuple(self.labels)


class Design(BaseModel):
    """A design as declared in a file; each kind adds its keys and how it samples."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: str
    paired: ClassVar[bool] = False  # whether points were chosen so that levels compare in pairs
    indices: ClassVar[Indices | None] = None  # if there are any, `analyse` computes them

    @abstractmethod
    def sample(self, folder: Path) -> pd.DataFrame:
        """Return one row per point and one column per factor, in a fixed order.

        Parameters
        ----------
        folder
            Folder of a file that the design names.

        Raises
        ------
        ValueError
            In one line: there are too many points, or they cannot be read.
        """

    @property
    @abstractmethod
    def stated(self) -> list[Mapping[str, Factor | Value]] | None:
        """The levels or range of each factor; None if a file of points must be read first."""

    @property
    def unit(self) -> IndependentUnit | None:
        """The independent unit of a sampled design; None if the points were chosen."""
        return None

    def analyse(self, means: NDArray[np.float64]) -> pd.DataFrame:
        """Return the indices of a measure: one row per factor, with the columns of `indices`.

        Parameters
        ----------
        means
            Means of the measure at each point (points,), in the unit of the measure.
        """
        raise NotImplementedError(f"{self.kind}: has no indices")

    @property
    def nesting(self) -> Nesting:
        """The factors that vary only at certain levels of others; none by default."""
        return {}

    @property
    def names(self) -> list[str]:
        """The factors that the file names, each once."""
        return list(dict.fromkeys(name for values in self.stated or () for name in values))

    def is_log(self, name: str | None) -> bool:
        """Whether the levels of a factor have equal ratios."""
        ranges = [values.get(name) for values in self.stated or () if name is not None]
        return any(isinstance(each, Range) and each.log for each in ranges)


def registered(kinds: Mapping[str, type[Design]]) -> dict[str, type[Design]]:
    """Return the kinds of designs by name, each checked.

    Raises
    ------
    TypeError
        If a kind does not sample, does not compute the indices that it declares, or has another
        key in a file.
    """
    for name, kind in kinds.items():
        if inspect.isabstract(kind):
            missing = ", ".join(sorted(kind.__abstractmethods__))
            raise TypeError(f"design {name!r}: {kind.__name__} lacks {missing}")
        if kind.indices is not None and kind.analyse is Design.analyse:
            raise TypeError(f"design {name!r}: {kind.__name__} has indices but lacks analyse")
        if get_args(kind.model_fields["kind"].annotation) != (name,):
            raise TypeError(f"design {name!r}: {kind.__name__}.kind is not {name!r}")
    return dict(kinds)
