"""Identifiers of runs: a key of everything that can change a result.

The key is BLAKE2b over the resolved scenario (graph, population, timeline, regime, every number,
what is pinned), the number of steps, what is recorded, the source that can change a result, and
the seed. RunId is its first 63 bits. It stays the same when a design grows.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.factors import DUMMY
from samizdat.batch.scenario_model import ScenarioModel
from samizdat.run.arguments import SEED_LIMIT

DUMMY_SEED_OFFSET = 2**40  # difference of the seeds for the two values of a dummy


def seeds_of(points: pd.DataFrame, first: int, replicates: int) -> NDArray[np.int64]:
    """Return the seeds (points, replicates); they depend on the replicate alone: points are paired.

    Only a design's dummy shifts them, because its purpose is to change the random numbers.
    """
    if first + replicates >= SEED_LIMIT - DUMMY_SEED_OFFSET or replicates > DUMMY_SEED_OFFSET:
        raise ExperimentError(f"seed = {first} leaves no room for {replicates} replicates")
    seeds = np.full((len(points), replicates), np.arange(first, first + replicates))
    if DUMMY in points:
        seeds += (points[DUMMY].to_numpy() >= 0.5).astype(np.int64)[:, None] * DUMMY_SEED_OFFSET
    return seeds


def run_ids(digests: Iterable[bytes], seeds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the RunId of every point and replicate, (points, replicates).

    Raises
    ------
    ExperimentError
        If two different runs have the same RunId; this happens to one in about 10**19 pairs.
    """
    content = bytearray(16 * seeds.size)  # a list of a million keys would take three times as much
    end = 0
    for digest, row in zip(digests, seeds, strict=True):
        began, words = hashlib.blake2b(digest, digest_size=16), row.astype("<i8").tobytes()
        for k in range(0, len(words), 8):
            key = began.copy()
            key.update(words[k : k + 8])
            begin, end = end, end + 16
            content[begin:end] = key.digest()
    keys = np.frombuffer(content, dtype=[("high", ">u8"), ("low", ">u8")])
    ids = (keys["high"] >> np.uint64(1)).astype(np.int64)
    order = np.argsort(ids, kind="stable")
    same = ids[order][1:] == ids[order][:-1]
    if (keys[order][1:][same] != keys[order][:-1][same]).any():
        raise ExperimentError("design: two runs have the same RunId; choose another seed")
    return ids.reshape(seeds.shape)


def is_the_same_run(experiment: Experiment, row: pd.DataFrame) -> bool:
    """Return whether today's source and files make the run of a row of a design.

    The RunId is computed again: it covers the source, the scenario, every number and the seed.

    Parameters
    ----------
    row
        The design's row, as a table of one row.
    """
    points = row.drop(columns=["RunId", "point", "iteration", "seed"])
    try:
        digests = ScenarioModel.of(experiment).holding(points).digests(points)
        (found,) = run_ids(digests, row[["seed"]].to_numpy()).ravel()
    except ExperimentError:
        return False
    return bool(found == row["RunId"].iloc[0])


def planned(
    points: pd.DataFrame,
    ids: NDArray[np.int64],
    seeds: NDArray[np.int64],
    counts: NDArray[np.int64] | int,
) -> pd.DataFrame:
    """Return one row per run, replicate by replicate, so that runs of one seed are adjacent.

    Parameters
    ----------
    counts
        Number of replicates of all points, or of each (points,).
    """
    wanted = np.arange(seeds.shape[1])[None, :] < np.broadcast_to(counts, len(points))[:, None]
    replicate, point = np.nonzero(wanted.T)
    table = {
        "RunId": ids[point, replicate],
        "point": point.astype(np.int32),
        "iteration": replicate.astype(np.int32),
        "seed": seeds[point, replicate],
    }
    table |= {name: points[name].to_numpy()[point] for name in points.columns}
    return pd.DataFrame(table, copy=False)
