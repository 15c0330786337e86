"""Opening a finished run in the page: one of `samizdat run`, or a row of a sweep."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from samizdat.batch.folder import read_sweep_manifest
from samizdat.batch.results import NEITHER, OF_THE_DESIGN, experiment_of, read_design
from samizdat.batch.run_ids import is_the_same_run
from samizdat.batch.scenario_model import WorldRef, rows_of
from samizdat.page.choice import Choice, citizens_from
from samizdat.run.recorded import recorded_world
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.schema import ScenarioError

Notify = Callable[[str], None]


def choice_of_run(
    folder: Path, run: int | None, *, force: bool = False, notify: Notify = lambda line: None
) -> Choice:
    """Return the world of a run, from its folder; for a sweep also by RunId.

    Parameters
    ----------
    force
        Open it although something has changed since; `notify` is told what.

    Raises
    ------
    ValueError
        In one line: the folder contains neither, there is no such run, or something has changed.
    """
    manifest = read_sweep_manifest(folder, NEITHER)
    if "experiment" in manifest:
        return _of_a_sweep(folder, run, force, notify)
    if not isinstance(manifest.get("scenario"), dict) or "seed" not in manifest:
        raise ScenarioError(f"run = {folder}: holds {NEITHER}")
    if run is not None:
        raise ScenarioError(f"RunId = {run}: {folder} is a single run, not a sweep")
    world = recorded_world(folder, manifest, force=force, notify=notify)
    world.graph()  # raises an error of one line if the file has changed
    # The page opens scenarios by name or path, so the resolved scenario is written to a file.
    temporary = tempfile.mkdtemp(prefix="samizdat-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    path = Path(temporary) / f"{Path(world.scenario.name).name}.toml"
    path.write_text(to_toml(world.scenario), encoding="utf-8")
    return Choice(
        str(path), seed=world.seed, graph_file=world.graph_file,
        digests=tuple(world.expected.items()),
    )  # fmt: skip


def _of_a_sweep(folder: Path, run: int | None, force: bool, notify: Notify) -> Choice:
    manifest, design = read_design(folder)
    experiment = experiment_of(manifest)
    if run is None:
        some = ", ".join(str(each) for each in design["RunId"].head(3))
        raise ScenarioError(f"run = {folder} is a sweep: give a run with --RunId, such as {some}")
    rows = design[design["RunId"] == run].head(1)
    if rows.empty:
        raise ScenarioError(f"RunId = {run} is not in the design of {folder}")
    (row,) = rows_of(rows)
    world = WorldRef.of(experiment, {k: v for k, v in row.items() if k not in OF_THE_DESIGN})
    if world.scenario is None:
        raise ScenarioError(f"run = {folder}: a sweep of a function has no simulation to show")
    if not is_the_same_run(experiment, rows):
        line = (
            f"run = {folder}: the model's source, or a file of the scenario, has changed since "
            f"RunId {run} was made"
        )
        if not force:
            raise ScenarioError(f"{line} (--force shows it anyway)")
        notify(line)
    number = world.values.pop("citizens", None)
    citizens = None if number is None else citizens_from(f"{float(number):.0f}")
    seed = int(rows["seed"].iloc[0])
    return Choice(str(world.scenario), citizens, seed, world.regime, world.values)
