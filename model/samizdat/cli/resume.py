"""`samizdat run --resume`: a run continues from its last checkpoint."""

import contextlib
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from samizdat.cli import usage_error
from samizdat.cli.build import Notify
from samizdat.cli.graph_file import read_graph
from samizdat.cli.options import option_outside

if TYPE_CHECKING:
    from samizdat.run.checkpoint import Checkpoint
    from samizdat.run.records import RunPlan, RunRecord
    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario
    from samizdat.society.graphs import Graph

_ALLOWED = ("resume", "threads", "checkpoint_every", "force", "no_figures", "quiet")


def check_no_changes(context: typer.Context) -> None:
    """End with one line if an option would change the run that is resumed."""
    other = option_outside(context, _ALLOWED)
    if other:
        allowed = ", ".join(f"--{each.replace('_', '-')}" for each in _ALLOWED[1:])
        usage_error(f"resume: {other} would change the run; allowed with --resume are {allowed}")


def run_plan(scenario: "Scenario", steps: int, checkpoint_days: float | None) -> "RunPlan":
    """Return how far a run goes and how often it writes a checkpoint."""
    from samizdat.run.records import RunPlan

    step_days = scenario.spec.step_days
    if checkpoint_days is not None and not step_days <= checkpoint_days < math.inf:
        usage_error(
            f"checkpoint-every = {checkpoint_days:g}: "
            f"it must be at least a step, which is {step_days:g} day(s)"
        )
    return RunPlan(steps, checkpoint_days)


def resume_run(
    folder: Path, threads: int | None, force: bool, every: float | None, notify: Notify
) -> "tuple[Simulation, RunPlan, RunRecord]":
    """Return simulation, plan and record of the run in a folder; end if it is complete."""
    from samizdat.cli.build import build_simulation
    from samizdat.run.records import RunRecord

    with contextlib.ExitStack() as on_error:
        try:
            record = RunRecord(folder, resume=True)
            on_error.callback(record.release)
            manifest = record.manifest
            if record.complete:
                notify(f"{folder}: the run is complete, {manifest['steps']:,} steps; nothing to do")
                sys.exit(0)
            scenario = record.scenario()
            threads = threads or manifest["threads"]
            _check_manifest(folder, scenario, manifest, threads, force)
            every = manifest["checkpoint_every_days"] if every is None else every
            plan = run_plan(scenario, manifest["steps_asked"], every)
            graph = _graph_from_file(manifest, scenario, force)
            found = _newest_checkpoint(folder, scenario, manifest["seed"], force, notify)
            notify(_format_start(scenario, manifest, found))
            simulation = build_simulation(scenario, manifest["seed"], threads, graph, notify)
            if found:
                simulation.resume(found, force=force)
            record.resume(simulation, plan)
        except ValueError as error:
            usage_error(error)
        on_error.pop_all()
    return simulation, plan, record


def _newest_checkpoint(
    folder: Path, scenario: "Scenario", seed: int, force: bool, notify: Notify
) -> "Checkpoint | None":
    """Return the newest checkpoint that is whole; its scenario and seed are checked."""
    from samizdat.run import checkpoint
    from samizdat.run.digests import scenario_digest

    found, complaints = checkpoint.latest(folder)
    for complaint in complaints:
        notify(f"{complaint}; skipped")
    if found:
        identity: dict[str, str | int] = {"scenario": scenario_digest(scenario), "seed": seed}
        found.check(identity, force=force)
    return found


def _check_manifest(
    folder: Path, scenario: "Scenario", manifest: dict[str, Any], threads: int, force: bool
) -> None:
    """Check the manifest's values, and that the model's source is still the same."""
    from samizdat.run import digests
    from samizdat.run.arguments import check_call

    check_call(manifest["seed"], threads)
    if not 1 <= manifest["steps_asked"] <= scenario.steps_until():
        usage_error(
            f"resume = {folder}: steps_asked = {manifest['steps_asked']} in the manifest "
            f"is outside 1 ... {scenario.steps_until()}"
        )
    if manifest["model_digest"] != digests.model_digest() and not force:
        usage_error(
            f"resume = {folder}: the model's source has changed since the run began, so the rest "
            "would differ from an unbroken run (--force resumes anyway)"
        )


def _graph_from_file(manifest: dict[str, Any], scenario: "Scenario", force: bool) -> "Graph | None":
    """Return the graph that was read from a file, if any; the file must be unchanged."""
    if manifest["graph_file"] is None:
        return None
    graph = read_graph(Path(manifest["graph_file"]), scenario, stated=True)
    if graph.digest() != manifest["graph_digest"] and not force:
        usage_error(
            f"graph = {manifest['graph_file']}: the ties are not those that the run began with "
            "(--force resumes anyway)"
        )
    return graph


def _format_start(
    scenario: "Scenario", manifest: dict[str, Any], found: "Checkpoint | None"
) -> str:
    begun = f"{scenario.name}: {scenario.citizens:,} citizens, seed {manifest['seed']}, "
    if found is None or not found.step:
        return begun + "no checkpoint to resume from: starting over"
    last = scenario.date_of(found.step - 1)
    return begun + f"resumes after step {found.step:,} of {manifest['steps_asked']:,}, {last}"
