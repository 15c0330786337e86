"""Runs of a small town into a folder, for the tests of records."""

from samizdat import Simulation
from samizdat.run import checkpoint
from samizdat.run.records import RunPlan, RunRecord
from samizdat.run.tables import parsed_table
from samizdat.system.files import partial_of, to_disk
from samizdat.system.manifests import INTERRUPTED, read_manifest
from worlds import town

NATION, REGIONS = "nation.parquet", "regions.parquet"


def begun(folder, steps=6, every=None, command=("run", "town"), world=None, **how):
    """A run of a small town that has begun: its record and its simulation."""
    simulation = Simulation(world or town(60), seed=3, threads=1)
    kept = RunRecord(folder, **how)
    kept.begin(simulation, command, None, RunPlan(steps, every))
    return kept, simulation


def stepped(kept, simulation, *until):
    """Step on to each of these steps, as a run does."""
    for k in range(simulation.step_number + 1, max(until) + 1):
        simulation.step()
        kept.after_step(simulation, float(k))


def manifest_of(folder):
    return read_manifest(folder / "manifest.json")


def table_of(folder, name=NATION):
    return parsed_table((folder / name).read_bytes())


def names_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def write_newest(folder, step, save):
    """Write a checkpoint into a run's folder and drop older ones, as a record does."""
    path = checkpoint.stage(folder, step, save)
    partial_of(path).replace(path)
    to_disk(path.parent)
    checkpoint.prune(folder, path)
    return path


def interrupted_in(folder):
    """Let a run of six steps be interrupted after the fourth, with a checkpoint every second."""
    kept, simulation = begun(folder, 6, 2.0)
    stepped(kept, simulation, 4)
    kept.end(simulation, INTERRUPTED, 4.5)
    return folder
