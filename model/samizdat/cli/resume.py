"""`samizdat run --resume`: a run continues from its last checkpoint."""

import contextlib
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from samizdat.cli import usage_error
from samizdat.cli.build import Notify
from samizdat.cli.options import option_outside

if TYPE_CHECKING:
    from samizdat.run.checkpoint import Checkpoint
    from samizdat.run.records import RunPlan, RunRecord
    from samizdat.run.simulation import Simulation
    from samizdat.scenario.scenario import Scenario

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
    from samizdat.batch.verify import check_folder
    from samizdat.cli.build import build_simulation
    from samizdat.run import checkpoint
    from samizdat.run.recorded import check_digests, recorded_world
    from samizdat.run.records import RunRecord

    with contextlib.ExitStack() as on_error:
        try:
            record = RunRecord(folder, resume=True)
            on_error.callback(record.release)
            manifest = record.manifest
            if record.complete:
                check_folder(folder)
                checkpoint.clear(folder)  # left if it was killed when all else was written
                notify(f"{folder}: the run is complete, {manifest['steps']:,} steps; nothing to do")
                sys.exit(0)
            world = recorded_world(folder, manifest, force=force, notify=notify)
            scenario = world.scenario
            threads = threads or manifest["threads"]
            _check_manifest(folder, scenario, manifest, threads)
            every = manifest["checkpoint_every_days"] if every is None else every
            plan = run_plan(scenario, manifest["steps_asked"], every)
            graph = world.graph()
            found = _newest_checkpoint(folder, scenario, manifest["seed"], force, notify)
            notify(_format_start(scenario, manifest, found))
            simulation = build_simulation(scenario, manifest["seed"], threads, graph, notify)
            check_digests(simulation, world.expected)
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
    folder: Path, scenario: "Scenario", manifest: dict[str, Any], threads: int
) -> None:
    """Check the manifest's values."""
    from samizdat.run.arguments import check_call

    check_call(manifest["seed"], threads)
    if not 1 <= manifest["steps_asked"] <= scenario.steps_until():
        usage_error(
            f"resume = {folder}: steps_asked = {manifest['steps_asked']} in the manifest "
            f"is outside 1 ... {scenario.steps_until()}"
        )


def _format_start(
    scenario: "Scenario", manifest: dict[str, Any], found: "Checkpoint | None"
) -> str:
    begun = f"{scenario.name}: {scenario.citizens:,} citizens, seed {manifest['seed']}, "
    if found is None or not found.step:
        return begun + "no checkpoint to resume from: starting over"
    last = scenario.date_of(found.step - 1)
    return begun + f"resumes after step {found.step:,} of {manifest['steps_asked']:,}, {last}"
