"""Sweeps that are small enough for a test: a folder as a sweep leaves it, run in this process."""

import math

import numpy as np
from numpy.random import default_rng

from samizdat.batch.chunk import Chunk, run_chunk
from samizdat.batch.experiment import Experiment
from samizdat.batch.folder import SweepFolder
from samizdat.batch.function_model import FunctionModel
from samizdat.batch.run_ids import planned, run_ids, seeds_of
from samizdat.batch.scenario_model import ScenarioModel
from samizdat.system.manifests import COMPLETE, INTERRUPTED

GRID = {
    "question": "Does a grow with x?",
    "design": {"factors": {"x": [0.0, 1.0, 2.0], "mood": ["calm", "angry"]}},
    "replicates": 5,
    "measures": ["a", "b"],
    "cascade": {"of": "a", "at_least": 1.5},
}
TOWN = {
    "question": "Does fear keep the street empty?",
    "scenario": "town",
    "set": {"citizens": 300},
    "design": {"factors": {"regime": ["open", "networked"], "attention.beta": [0.1, 0.3]}},
    "replicates": 3,
    "measures": ["peak_share", "person_days", "fell"],
    "series": 2,
}


def sweep(folder, table, model=None, leave_out=(), name="small"):
    """Run an experiment; ``leave_out`` holds the places in the design of runs to leave out."""
    experiment = Experiment.from_table(table, name)
    points = experiment.points()
    run_model = FunctionModel.of(experiment, model) if model else ScenarioModel.of(experiment)
    resolved = run_model.resolved
    seeds = seeds_of(points, experiment.seed, experiment.replicates)
    ids = run_ids(run_model.digests(points), seeds)
    design = planned(points, ids, seeds, experiment.replicates)
    here = SweepFolder(folder)
    here.begin(experiment, design, resolved, ["samizdat", "sweep", f"{name}.toml"], {})
    rows = design.drop(index=list(leave_out))
    chunk = Chunk(
        model=run_model, names=tuple(points.columns),
        points=[points[name].to_numpy() for name in points.columns],
        point=rows["point"].to_numpy(), run_id=rows["RunId"].to_numpy(),
        iteration=rows["iteration"].to_numpy(), seed=rows["seed"].to_numpy(),
        threads=1, keep_going=True,
    )  # fmt: skip
    here.add(run_chunk(chunk, lambda: False))
    here.end(INTERRUPTED if len(leave_out) else COMPLETE, {})
    return folder


def tipping(point, seed):
    """Grow with x, more so among the angry; the noise is that of the seed, at all points."""
    noise = default_rng(seed).normal()
    angry = point["mood"] == "angry"
    return {"a": point["x"] * (1 + angry) + noise, "b": math.nan if point["x"] == 2 else noise}


def ishigami(point, seed):
    """Return the function of Ishigami & Homma (1990), a = 7, b = 0.1."""
    x1, x2, x3 = point["x1"], point["x2"], point["x3"]
    return {"y": math.sin(x1) + 7 * math.sin(x2) ** 2 + 0.1 * x3**4 * math.sin(x1)}


def ishigami_with_noise(point, seed):
    """Add noise of variance 4 that differs from point to point."""
    bits = np.array([point["x1"], point["x2"], point["x3"]]).view(np.uint64)
    noise = 2 * default_rng([seed, *map(int, bits)]).normal()
    return {"y": ishigami(point, seed)["y"] + noise}


def linear(point, seed):
    """Return a sum with known slopes; d does nothing."""
    return {"y": 3 * point["a"] - 2 * point["b"] + 0.5 * point["c"]}


def failing(point, seed):
    """Fail at x = 1 with what a page must not show as markup."""
    if point["x"] == 1:
        raise RuntimeError("<script>alert('error')</script>")
    return {"a": point["x"], "b": 0.0}
