"""What a sweep has found so far, as tidy tables: the rows of its current design."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pyarrow import parquet

from samizdat.batch.experiment import CASCADE, CASCADE_SIZE, Experiment, ExperimentError
from samizdat.batch.folder import DESIGN, read_manifest
from samizdat.batch.parts import damaged_in, read_runs, read_series

OF_THE_DESIGN = ("RunId", "point", "iteration", "seed")


class Results(NamedTuple):
    """A sweep, read back.

    Attributes
    ----------
    table
        A row a finished run, points in order and replicates in order: RunId, point, iteration,
        Step, the factors, seed, the measures; `cascade` (whether there was one) and `cascade_size`
        (its measure, empty where there was none).
    failed
        The runs that failed: RunId, point, iteration, seed, the factors, error.
    planned
        How many runs the current design asks for.
    damaged
        Parts that were passed over, since they are not what was written.
    """

    folder: Path
    manifest: dict[str, Any]
    experiment: Experiment
    factors: list[str]
    table: pd.DataFrame
    failed: pd.DataFrame
    planned: int
    damaged: list[str]

    def series(self) -> pd.DataFrame | None:
        """Return the series of the finished runs: RunId, Step, date, measures, and the factors."""
        found = read_series(self.folder, self.table["RunId"].to_numpy())
        if found is None:
            return None
        frame = found.to_pandas()
        frame["date"] = pd.to_datetime(frame["date"])
        about = self.table[[*OF_THE_DESIGN, *self.factors]].drop_duplicates("RunId")
        return about.merge(frame, on="RunId")


def read_results(folder: str | Path) -> Results:
    """Read the rows of a sweep's current design, verified.

    Raises
    ------
    ExperimentError
        If the folder holds no sweep.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if "experiment" not in manifest:
        raise ExperimentError(f"{folder}: holds no sweep")
    experiment = Experiment.from_table(manifest["experiment"], manifest["name"])
    design = read_design(folder)
    rows = read_runs(folder).table.to_pandas()
    factors = [name for name in design.columns if name not in OF_THE_DESIGN]
    stale = [name for name in rows.columns if name in design.columns and name != "RunId"]
    joined = design.merge(rows.drop(columns=stale), on="RunId", how="inner")
    joined = joined.sort_values(["point", "iteration"], ignore_index=True)
    wrong = joined["error"].notna()
    table = joined[~wrong].drop(columns="error").reset_index(drop=True)
    measures = [n for n in table.columns if n not in (*OF_THE_DESIGN, *factors, "Step")]
    if "Step" not in table:  # nothing was run yet
        table["Step"] = pd.Series(dtype="int32")
    table = table[["RunId", "point", "iteration", "Step", *factors, "seed", *measures]]
    of, least = experiment.cascade.of, experiment.cascade.at_least
    if of in table:
        table[CASCADE] = table[of] >= least
        table[CASCADE_SIZE] = np.where(table[CASCADE], table[of], np.nan)
    failed = joined[wrong][[*OF_THE_DESIGN, *factors, "error"]].reset_index(drop=True)
    damaged = [f"{part.path.parent.name}/{part.path.name}" for part in damaged_in(folder)]
    return Results(folder, manifest, experiment, factors, table, failed, len(design), damaged)


def read_design(folder: Path) -> pd.DataFrame:
    """Read which runs the current design asks for."""
    try:
        found = parquet.read_table(folder / DESIGN, page_checksum_verification=True)
    except OSError as error:
        reason = " ".join(str(error).split())
        raise ExperimentError(f"{folder / DESIGN}: cannot be read ({reason})") from None
    frame: pd.DataFrame = found.to_pandas()
    return frame
