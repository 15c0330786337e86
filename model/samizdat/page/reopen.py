"""Opening a finished run in the page: one of `samizdat run`, or a row of a sweep."""

import atexit
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from samizdat.batch.folder import read_manifest
from samizdat.batch.results import NEITHER, OF_THE_DESIGN, experiment_of, read_design
from samizdat.batch.scenario_model import WorldRef
from samizdat.page.choice import Choice, citizens_from
from samizdat.scenario.interventions import to_toml
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError


def choice_of_run(folder: Path, run: int | None) -> Choice:
    """Return scenario and seed of a run, from its folder; for a sweep also by RunId.

    Raises
    ------
    ScenarioError
        If the folder contains neither, or there is no such run.
    """
    manifest = read_manifest(folder, NEITHER)
    if "experiment" in manifest:
        return _of_a_sweep(folder, manifest, run)
    if not isinstance(manifest.get("scenario"), dict) or "seed" not in manifest:
        raise ScenarioError(f"run = {folder}: holds {NEITHER}")
    if run is not None:
        raise ScenarioError(f"RunId = {run}: {folder} is a single run, not a sweep")
    name = str(manifest.get("scenario_name", "run"))
    scenario = Scenario.from_table(manifest["scenario"], name)
    # The page opens scenarios by name or path, so the resolved scenario is written to a file.
    temporary = tempfile.mkdtemp(prefix="samizdat-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    path = Path(temporary) / f"{Path(name).name}.toml"
    path.write_text(to_toml(scenario), encoding="utf-8")
    return Choice(str(path), seed=int(manifest["seed"]))


def _of_a_sweep(folder: Path, manifest: dict[str, Any], run: int | None) -> Choice:
    experiment = experiment_of(manifest)
    design = read_design(folder)
    if run is None:
        some = ", ".join(str(each) for each in design["RunId"].head(3))
        raise ScenarioError(f"run = {folder} is a sweep: give a run with --RunId, such as {some}")
    rows = design[design["RunId"] == run]
    if rows.empty:
        raise ScenarioError(f"RunId = {run} is not in the design of {folder}")
    row = json.loads(rows.head(1).to_json(orient="records"))[0]
    world = WorldRef.of(experiment, {k: v for k, v in row.items() if k not in OF_THE_DESIGN})
    if world.scenario is None:
        raise ScenarioError(f"run = {folder}: a sweep of a function has no simulation to show")
    number = world.values.pop("citizens", None)
    citizens = None if number is None else citizens_from(f"{float(number):.0f}")
    seed = int(rows["seed"].iloc[0])
    return Choice(str(world.scenario), citizens, seed, world.regime, world.values)
