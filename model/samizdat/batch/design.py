"""From a design to its points: one row a point, one column a factor, in a fixed order.

Samples come from SciPy and SALib. Sobol and Morris designs have one factor more than is named, the
`dummy`: it changes nothing but the luck, so that its indices say what luck alone would give.
"""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.experiment import (
    DUMMY,
    Experiment,
    ExperimentError,
    Grid,
    LatinHypercube,
    Morris,
    Points,
    Sobol,
    Table,
)
from samizdat.batch.factors import check_once, column_of, identities, levels_of, values_at
from samizdat.batch.worlds import rows_of

MAX_POINTS = 50_000_000


def points_of(experiment: Experiment) -> pd.DataFrame:
    """Return the points of an experiment's design, factors in the order of the file.

    Raises
    ------
    ExperimentError
        If there are too many, a table cannot be read, or points have different factors.
    """
    design = experiment.design
    try:
        if isinstance(design, Grid):
            return _grid(design)
        if isinstance(design, Points):
            return _listed(design)
        if isinstance(design, Table):
            points = _read(experiment.folder / design.file)
            experiment.check_factors(points.columns)
            return points
        return _sampled(design)
    except ExperimentError:
        raise
    except ValueError as error:
        raise ExperimentError(str(error)) from None


def places_of(design: LatinHypercube | Sobol | Morris) -> NDArray[np.float64]:
    """Return the design as sampled (points, factors), 0 ... 1; a dummy is the last column."""
    names = [*design.factors]
    if isinstance(design, LatinHypercube):
        from scipy.stats import qmc

        sampler = qmc.LatinHypercube(len(names), rng=np.random.default_rng(design.seed))
        return np.asarray(sampler.random(design.samples))
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if isinstance(design, Sobol):
        from SALib.sample import sobol

        sampled = sobol.sample(problem, design.samples, calc_second_order=False, seed=design.seed)
        return _other_luck(sampled, len(names)) if design.dummy else sampled
    from SALib.sample import morris

    sampled = morris.sample(problem, design.trajectories, design.levels, seed=design.seed)
    return _last_step_of_luck(sampled, len(names)) if design.dummy else sampled


def _other_luck(sampled: NDArray[np.float64], factors: int) -> NDArray[np.float64]:
    """Let the second sample of each Saltelli block have other luck; add the first with it.

    The block A, AB_1 ... AB_d, B becomes A, AB_1 ... AB_d, A with B's luck, B: the dummy's total
    index is then the share of the variance that luck has.
    """
    blocks = sampled.reshape(-1, factors + 2, factors)
    count = len(blocks)
    lucky = np.insert(blocks, factors + 1, blocks[:, 0], axis=1)
    luck = np.zeros((count, factors + 3, 1))
    luck[:, factors + 1 :] = 1.0
    return np.concatenate([lucky, luck], axis=2).reshape(-1, factors + 1)


def _last_step_of_luck(sampled: NDArray[np.float64], factors: int) -> NDArray[np.float64]:
    """Let each trajectory end with a step that changes the luck alone."""
    walks = sampled.reshape(-1, factors + 1, factors)
    longer = np.concatenate([walks, walks[:, -1:]], axis=1)
    luck = np.zeros((len(walks), factors + 2, 1))
    luck[:, -1] = 1.0
    return np.concatenate([longer, luck], axis=2).reshape(-1, factors + 1)


def _grid(design: Grid) -> pd.DataFrame:
    levels = {name: levels_of(name, factor) for name, factor in design.factors.items()}
    for name, each in levels.items():
        check_once(name, each)
    _count(math.prod(len(each) for each in levels.values()))
    rows = itertools.product(*levels.values())
    return _framed(list(levels), list(zip(*rows, strict=True)))


def _sampled(design: LatinHypercube | Sobol | Morris) -> pd.DataFrame:
    if isinstance(design, LatinHypercube):
        _count(design.samples)
    else:
        rows = design.samples if isinstance(design, Sobol) else design.trajectories
        _count(rows * (len(design.factors) + 3))
    places = places_of(design)
    columns = {
        name: values_at(name, factor, places[:, k])
        for k, (name, factor) in enumerate(design.factors.items())
    }
    if not isinstance(design, LatinHypercube) and design.dummy:
        columns[DUMMY] = pd.Series(places[:, -1])
    return pd.DataFrame(columns)


def _listed(design: Points) -> pd.DataFrame:
    names = list(design.points[0])
    if not names:
        raise ExperimentError("design.points.0: names no factor")
    for k, point in enumerate(design.points):
        if set(point) != set(names):
            other = sorted(set(point) ^ set(names))[0]
            raise ExperimentError(f"design.points.{k}: all points need the same factors; {other!r}")
    points = _framed(names, [[point[name] for point in design.points] for name in names])
    if twice := _twice(points):
        first, again = twice
        raise ExperimentError(
            f"design.points.{again}: {_shown(points, again)} is design.points.{first} again; "
            "each point stands once"
        )
    return points


def _read(path: Path) -> pd.DataFrame:
    """Read points from CSV or Parquet."""
    where = f"design.file = {path}"
    try:
        if path.suffix == ".csv":
            table = pd.read_csv(path)
        elif path.suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            raise ExperimentError(f"{where}: {path.suffix or 'no extension'}; .csv or .parquet")
    except ExperimentError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ExperimentError(f"{where}: {reason}") from None
    except (ValueError, UnicodeDecodeError) as error:  # pandas' and pyarrow's errors among them
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ExperimentError(f"{where}: cannot be read ({reason})") from None
    if table.empty or not len(table.columns):
        raise ExperimentError(f"{where}: holds no points")
    columns = {}
    for name in map(str, table.columns):
        column = table[name]
        if column.isna().any():
            row = int(column.isna().to_numpy().argmax()) + 1
            raise ExperimentError(f"{where}: {name} has no value in row {row}")
        numeric = pd.api.types.is_numeric_dtype(column)
        columns[name] = column.astype(np.float64 if numeric else str)
    points = pd.DataFrame(columns)
    if twice := _twice(points):
        first, again = twice
        raise ExperimentError(
            f"{where}: row {again + 1}, {_shown(points, again)}, is row {first + 1} again; "
            "each point stands once"
        )
    return points


def _twice(points: pd.DataFrame) -> tuple[int, int] | None:
    """Return the places of a point and of the first that is the same again."""
    same = pd.DataFrame({name: identities(str(name), points[name]) for name in points})
    again = same.duplicated().to_numpy()
    if not again.any():
        return None
    last = int(again.argmax())
    return int((same == same.iloc[last]).all(axis=1).to_numpy().argmax()), last


def _shown(points: pd.DataFrame, k: int) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in rows_of(points.iloc[[k]])[0].items())


def _framed(names: list[str], columns: list[Any]) -> pd.DataFrame:
    framed = {name: column_of(list(c)) for name, c in zip(names, columns, strict=True)}
    return pd.DataFrame(framed)


def _count(points: int) -> None:
    if points > MAX_POINTS:
        raise ExperimentError(f"design: {points:,} points are more than {MAX_POINTS:,}")
