"""`samizdat run --resume`: a run goes on from its last checkpoint."""

import contextlib
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from samizdat.cli import usage_error
from samizdat.cli.declared import given_besides

_ALLOWED = ("resume", "threads", "checkpoint_every", "force", "no_figures", "quiet")


def check_no_changes(context: typer.Context) -> None:
    """Refuse whatever would make another run of the one that goes on."""
    other = given_besides(context, _ALLOWED)
    if other:
        allowed = ", ".join(f"--{each.replace('_', '-')}" for each in _ALLOWED[1:])
        usage_error(f"resume: {other} would change the run; allowed beside it are {allowed}")


def plan_of(scenario: Any, steps: int, checkpoint_days: float | None) -> Any:
    """Return how far a run goes and how often it writes a checkpoint."""
    from samizdat.run.records import Plan

    step_days = scenario.spec.step_days
    if checkpoint_days is not None and not step_days <= checkpoint_days < math.inf:
        usage_error(
            f"checkpoint-every = {checkpoint_days:g}: "
            f"it must be at least a step, which is {step_days:g} day(s)"
        )
    return Plan(steps, checkpoint_days)


def take_up(
    folder: Path, threads: int | None, force: bool, every: float | None, say: Callable[[str], Any]
) -> tuple[Any, Any, Any]:
    """Return simulation, plan and record of the run in a folder; end if it is complete."""
    from samizdat.cli.build import people
    from samizdat.run.records import RunRecord

    with contextlib.ExitStack() as refusal:
        try:
            record = RunRecord(folder, resume=True)
            refusal.callback(record.release)
            manifest = record.manifest
            if record.complete:
                say(f"{folder}: the run is complete, {manifest['steps']:,} steps; nothing to do")
                sys.exit(0)
            world = record.scenario()
            threads = threads or manifest["threads"]
            _check_manifest(folder, world, manifest, threads, force)
            every = manifest["checkpoint_every_days"] if every is None else every
            plan = plan_of(world, manifest["steps_asked"], every)
            ties = _graph_file(manifest, world, force)
            found = _newest(folder, world, manifest["seed"], force, say)
            say(_told(world, manifest, found))
            simulation = people(world, manifest["seed"], threads, ties, say)
            if found:
                simulation.resume(found, force=force)
            record.resume(simulation, plan)
        except ValueError as error:
            usage_error(error)
        refusal.pop_all()
    return simulation, plan, record


def _newest(folder: Path, world: Any, seed: int, force: bool, say: Callable[[str], Any]) -> Any:
    """Return the newest checkpoint that is whole, checked as far as it can be by now."""
    from samizdat.run import checkpoint
    from samizdat.run.digests import scenario_digest

    found, complaints = checkpoint.latest(folder)
    for complaint in complaints:
        say(f"{complaint}; passed over")
    if found:
        identity = {"scenario": scenario_digest(world), "seed": seed}
        found.check(identity, force=force)
    return found


def _check_manifest(
    folder: Path, world: Any, manifest: dict[str, Any], threads: int, force: bool
) -> None:
    """Check what the manifest asks for, and that the source is still the one that began."""
    from samizdat.run import digests
    from samizdat.run.simulation import check_call

    check_call(manifest["seed"], threads)
    if not 1 <= manifest["steps_asked"] <= world.steps_until():
        usage_error(
            f"resume = {folder}: steps_asked = {manifest['steps_asked']} in the manifest "
            f"is outside 1 ... {world.steps_until()}"
        )
    if manifest["model_digest"] != digests.model_digest() and not force:
        usage_error(
            f"resume = {folder}: the model's source has changed since the run began, the rest "
            "would not be what it would have been (--force goes on all the same)"
        )


def _graph_file(manifest: dict[str, Any], world: Any, force: bool) -> Any:
    """Return the graph that was brought from a file; it must be the same still."""
    from samizdat.society.graphs import Graph

    if manifest["graph_file"] is None:
        return None
    graph = Graph.from_file(manifest["graph_file"], world.citizens)
    if graph.digest() != manifest["graph_digest"] and not force:
        usage_error(
            f"graph = {manifest['graph_file']}: the ties are not those that the run began with "
            "(--force goes on all the same)"
        )
    return graph


def _told(world: Any, manifest: dict[str, Any], found: Any) -> str:
    begun = f"{world.name}: {world.citizens:,} citizens, seed {manifest['seed']}, "
    if found is None or not found.step:
        return begun + "no checkpoint to go on from: starting over"
    last = world.date_of(found.step - 1)
    return begun + f"goes on after step {found.step:,} of {manifest['steps_asked']:,}, {last}"
