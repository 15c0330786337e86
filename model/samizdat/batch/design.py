"""The kinds of sweep designs: the keys of each in a file, its points, its sensitivity indices.

All that is specific to a design is here: a new kind is a class and a line of `DESIGNS` at the end
of this file. Samples and indices come from SciPy and SALib.

Sobol and Morris designs have one more factor than the file names, the `dummy`: it changes the
random numbers and nothing else, so its indices show what an index reaches by chance alone.
"""

import itertools
import math
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict, Union

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, field_validator

from samizdat.batch.design_kind import Design, IndependentUnit, Indices, registered
from samizdat.batch.factors import (
    DUMMY,
    Factor,
    Levels,
    Truth,
    Value,
    Whole,
    check_once,
    check_size,
    column_of,
    format_point,
    levels_of,
    read_column,
    repeated_point,
    values_at,
)
from samizdat.batch.nested import Nesting, check_nesting, collapsed
from samizdat.core.quantity import format_value
from samizdat.system.cells import Column
from samizdat.system.paths import outside_path
from samizdat.system.tables import columns_of

_OF_SOBOL = ("S1", "S1_conf", "ST", "ST_conf")
RESAMPLES = 200  # for the intervals of indices: Archer, Saltelli & Sobol (1997)
SeedOfDesign = Annotated[Whole, Field(ge=0, lt=2**32)]


class GridDesign(Design):
    """Every combination of the levels; a nested factor varies only at certain levels of others."""

    kind: Literal["grid"] = "grid"
    factors: dict[str, Factor] = Field(min_length=1)
    only_where: dict[str, dict[str, Levels]] = Field(default={})
    paired = True

    @property
    def stated(self) -> list[Mapping[str, Factor | Value]]:
        """Levels and ranges by factor."""
        return [self.factors]

    @property
    def nesting(self) -> Nesting:
        """The conditions of the nested factors."""
        return self.only_where

    def sample(self, folder: Path) -> pd.DataFrame:
        """Return every combination, each once; the last factor changes fastest."""
        levels = {name: levels_of(name, factor) for name, factor in self.factors.items()}
        for name, each in levels.items():
            check_once(name, each)
        check_nesting(self.only_where, levels)
        check_size(math.prod(len(each) for each in levels.values()))
        columns = zip(*itertools.product(*levels.values()), strict=True)
        points = _framed(dict(zip(levels, map(list, columns), strict=True)))
        firsts = {name: each[0] for name, each in levels.items()}
        return collapsed(points, firsts, self.only_where)


class _SampledDesign(Design):
    """A design whose points are sampled from the ranges of the factors."""

    factors: dict[str, Factor] = Field(min_length=1)
    seed: SeedOfDesign = 0

    @property
    def stated(self) -> list[Mapping[str, Factor | Value]]:
        """Levels and ranges by factor."""
        return [self.factors]

    @property
    @abstractmethod
    def size(self) -> int:
        """Largest number of points."""

    @abstractmethod
    def places(self) -> NDArray[np.float64]:
        """Return the design as sampled (points, factors), 0 ... 1; a dummy is the last column."""

    def sample(self, folder: Path) -> pd.DataFrame:
        """Return the values of the factors at the sampled places."""
        check_size(self.size)
        places = self.places()
        columns = {
            name: values_at(name, factor, places[:, k])
            for k, (name, factor) in enumerate(self.factors.items())
        }
        if places.shape[1] > len(self.factors):
            columns[DUMMY] = pd.Series(places[:, -1])
        return pd.DataFrame(columns)


class LatinHypercubeDesign(_SampledDesign):
    """Points that cover each factor's range evenly (McKay, Beckman & Conover 1979)."""

    kind: Literal["latin_hypercube"]
    samples: Whole = Field(ge=1, le=10_000_000)

    @property
    def size(self) -> int:
        """Number of points."""
        return self.samples

    @property
    def unit(self) -> IndependentUnit:
        """Each point."""
        return IndependentUnit("sampled point", "sampled points", 1)

    def places(self) -> NDArray[np.float64]:
        """Return the hypercube (points, factors)."""
        from scipy.stats import qmc

        sampler = qmc.LatinHypercube(len(self.factors), rng=np.random.default_rng(self.seed))
        return np.asarray(sampler.random(self.samples))


class SobolDesign(_SampledDesign):
    """Saltelli's design on a Sobol sequence, for variance-based indices (Saltelli et al. 2010)."""

    kind: Literal["sobol"]
    samples: Whole = Field(ge=2, le=2**24)
    dummy: Truth = True
    indices = Indices(
        {"S1": "first order: alone", "ST": "total: with its interactions"},
        None,
        "share of the variance",
        "Indices of Saltelli et al. (2010), shares of the variance of the means of a point's "
        "replicates, with 95 % bootstrap intervals",
    )

    @field_validator("samples")
    @classmethod
    def _power(cls, samples: int) -> int:
        if samples & (samples - 1):
            lower = 1 << (samples.bit_length() - 1)
            raise ValueError(f"a Sobol sequence takes a power of 2, as {lower} or {2 * lower}")
        return samples

    @property
    def size(self) -> int:
        """Largest number of points."""
        return self.samples * (len(self.factors) + 3)

    @property
    def unit(self) -> IndependentUnit:
        """A block of Saltelli's design."""
        points = len(self.factors) + self.dummy + 2
        return IndependentUnit("sample", "samples (blocks of Saltelli's design)", points)

    def places(self) -> NDArray[np.float64]:
        """Return the blocks one below the other (points, factors)."""
        from SALib.sample import sobol

        problem = _problem([*self.factors])
        sampled = sobol.sample(problem, self.samples, calc_second_order=False, seed=self.seed)
        return _with_dummy_block(sampled, len(self.factors)) if self.dummy else sampled

    def analyse(self, means: NDArray[np.float64]) -> pd.DataFrame:
        """Return first-order and total indices, NaN if the two samples do not vary.

        They are shares of the variance of these samples, A and B of Saltelli's blocks.
        """
        from SALib.analyze import sobol

        names = [*self.factors, *([DUMMY] if self.dummy else [])]
        samples = means.reshape(-1, len(names) + 2)[:, [0, -1]]
        if not varies(samples):
            return pd.DataFrame({"factor": names}).assign(**dict.fromkeys(_OF_SOBOL, np.nan))
        largest = np.abs(means).max()
        if not 1e-100 < largest < 1e100:  # SALib squares them
            means = means / largest
        found = sobol.analyze(
            _problem(names), means, calc_second_order=False, num_resamples=RESAMPLES,
            seed=self.seed + 1,  # SALib takes 0 for no seed
        )  # fmt: skip
        columns = {key: found[key] for key in _OF_SOBOL}
        return pd.DataFrame({"factor": names, **columns})


class MorrisDesign(_SampledDesign):
    """Trajectories that change one factor at a time, for screening (Morris 1991)."""

    kind: Literal["morris"]
    trajectories: Whole = Field(ge=2, le=1_000_000)
    levels: Whole = Field(default=4, ge=2, le=100)
    dummy: Truth = True
    indices = Indices(
        {"mu_star": "μ*: mean absolute effect"},
        ("sigma", "σ: spread of the effects"),
        "effect on the measure",
        "Elementary effects over the whole range of a factor (Morris 1991, Campolongo et "
        "al. 2007) on the means of a point's replicates, with 95 % bootstrap intervals; σ: their "
        "spread",
    )

    @field_validator("levels")
    @classmethod
    def _even(cls, levels: int) -> int:
        if levels % 2:
            raise ValueError("the number of levels must be even")
        return levels

    @property
    def size(self) -> int:
        """Largest number of points."""
        return self.trajectories * (len(self.factors) + 3)

    @property
    def unit(self) -> IndependentUnit:
        """A trajectory."""
        points = len(self.factors) + self.dummy + 1
        return IndependentUnit("trajectory", "trajectories", points)

    def places(self) -> NDArray[np.float64]:
        """Return the trajectories one below the other (points, factors)."""
        from SALib.sample import morris

        problem = _problem([*self.factors])
        sampled = morris.sample(problem, self.trajectories, self.levels, seed=self.seed)
        return _with_dummy_step(sampled, len(self.factors)) if self.dummy else sampled

    def analyse(self, means: NDArray[np.float64]) -> pd.DataFrame:
        """Return the elementary effects: mean absolute value, mean and standard deviation."""
        from SALib.analyze import morris

        names = [*self.factors, *([DUMMY] if self.dummy else [])]
        found = morris.analyze(
            _problem(names), self.places(), means, num_resamples=RESAMPLES,
            num_levels=self.levels, seed=self.seed + 1,  # SALib takes 0 for no seed
        )  # fmt: skip
        columns = {key: found[key] for key in ("mu_star", "mu_star_conf", "mu", "sigma")}
        return pd.DataFrame({"factor": names, **columns})


class ListDesign(Design):
    """Points listed one by one, each with the same factors."""

    kind: Literal["list"]
    points: tuple[dict[str, Value], ...] = Field(min_length=1)
    paired = True

    @property
    def stated(self) -> list[Mapping[str, Factor | Value]]:
        """The values of each point."""
        return list(self.points)

    def sample(self, folder: Path) -> pd.DataFrame:
        """Return the points in the order of the file."""
        names = list(self.points[0])
        if not names:
            raise ValueError("design.points.0: names no factor")
        for k, point in enumerate(self.points):
            if set(point) != set(names):
                other = sorted(set(point) ^ set(names))[0]
                raise ValueError(
                    f"design.points.{k}: all points need the same factors; {format_value(other)}"
                )
        points = _framed({name: [point[name] for point in self.points] for name in names})
        if pair := repeated_point(points):
            raise ValueError(
                f"design.points.{pair.again}: {format_point(points, pair.again)} repeats "
                f"design.points.{pair.first}; give each point once"
            )
        return points


class TableDesign(Design):
    """Points from a CSV or Parquet file, with one column per factor."""

    kind: Literal["table"]
    file: str = Field(min_length=1)

    @property
    def stated(self) -> None:
        """None: the factors are the columns of the file."""

    def sample(self, folder: Path) -> pd.DataFrame:
        """Return the rows of the file."""
        path = folder / outside_path(self.file, "design.file")
        where = f"design.file = {path}"
        table = columns_of(path, {}, Column("any"), where)
        if not any(values.size for values in table.values()):
            raise ValueError(f"{where}: holds no points")
        check_size(len(next(iter(table.values()))))
        columns = {name: read_column(name, values, where) for name, values in table.items()}
        points = pd.DataFrame(columns)
        if pair := repeated_point(points):
            raise ValueError(
                f"{where}: row {pair.again + 1}, {format_point(points, pair.again)}, repeats "
                f"row {pair.first + 1}; give each point once"
            )
        return points


class _Problem(TypedDict):
    """The factors in the form that SALib needs."""

    num_vars: int
    names: list[str]
    bounds: list[list[float]]


def varies(means: NDArray[np.float64]) -> bool:
    """Whether means differ by more than the rounding of numbers."""
    return bool(np.ptp(means) > 1e-12 * np.abs(means).max())


def _problem(names: list[str]) -> _Problem:
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _with_dummy_block(sampled: NDArray[np.float64], factors: int) -> NDArray[np.float64]:
    """Add the dummy to each Saltelli block: its second sample has other random numbers.

    The block A, AB_1 ... AB_d, B becomes A, AB_1 ... AB_d, A with B's random numbers, B. The
    dummy's total index is then the share of the variance that is due to chance.
    """
    blocks = sampled.reshape(-1, factors + 2, factors)
    longer = np.insert(blocks, factors + 1, blocks[:, 0], axis=1)
    dummy = np.zeros((len(blocks), factors + 3, 1))
    dummy[:, factors + 1 :] = 1.0
    return np.concatenate([longer, dummy], axis=2).reshape(-1, factors + 1)


def _with_dummy_step(sampled: NDArray[np.float64], factors: int) -> NDArray[np.float64]:
    """End each trajectory with a step that changes the random numbers alone."""
    walks = sampled.reshape(-1, factors + 1, factors)
    longer = np.concatenate([walks, walks[:, -1:]], axis=1)
    dummy = np.zeros((len(walks), factors + 2, 1))
    dummy[:, -1] = 1.0
    return np.concatenate([longer, dummy], axis=2).reshape(-1, factors + 1)


def _framed(columns: Mapping[str, list[Value]]) -> pd.DataFrame:
    return pd.DataFrame({name: column_of(values) for name, values in columns.items()})


DESIGNS: dict[str, type[Design]] = registered({
    "grid": GridDesign,
    "latin_hypercube": LatinHypercubeDesign,
    "sobol": SobolDesign,
    "morris": MorrisDesign,
    "list": ListDesign,
    "table": TableDesign,
})  # fmt: skip

if TYPE_CHECKING:
    AnyDesign = Design
else:  # the type of a file's [design]
    AnyDesign = Annotated[Union[tuple(DESIGNS.values())], Field(discriminator="kind")]  # noqa: UP007
