"""A finished run opens in the page as the same scenario with the same random numbers."""

import json
import shutil

import pytest

from command import call
from samizdat import Simulation, sweep
from samizdat.batch.experiment import Experiment
from samizdat.page.reopen import choice_of_run
from samizdat.run import digests
from samizdat.run.tables import table_digest
from samizdat.scenario.schema import ScenarioError
from samizdat.scenario.shipped import shipped_text
from samizdat.system.manifests import read_manifest, write_manifest

EXPERIMENT = {
    "question": "Does fear keep the street empty?",
    "scenario": "town",
    "set": {"citizens": 120},
    "design": {"factors": {"regime": ["open", "networked"], "attention.beta": [0.1, 0.3]}},
    "replicates": 2,
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A small sweep and its table."""
    folder = tmp_path_factory.mktemp("reopened") / "sweep"
    return folder, sweep(Experiment.from_table(EXPERIMENT), folder, jobs=1)


def test_a_row_of_a_sweep_is_the_same_run(swept):
    folder, table = swept
    assert len(table) > 1
    for _, row in table.iterrows():
        choice = choice_of_run(folder, int(row["RunId"]))
        summary = Simulation(choice.load(), choice.seed).run().summary
        assert summary["person_days"] == row["person_days"]
        assert summary["trust_online"] == row["trust_online"]


def test_a_row_of_a_sweep_keeps_every_digit_of_its_factors(tmp_path):
    given = {"attention.beta": 0.13439727630524545, "chill": 2.044847023629599e-13}
    design = {"kind": "list", "points": [given]}
    table = {**EXPERIMENT, "design": design, "replicates": 1, "until": "2014-03-02"}
    made = sweep(Experiment.from_table(table), tmp_path, jobs=1)
    choice = choice_of_run(tmp_path, int(made["RunId"].iloc[0]))
    assert choice.values == given
    parameters = choice.load().parameters
    assert {name: parameters[name] for name in given} == given


def test_a_run_on_disk_is_the_same_run(tmp_path):
    out = tmp_path / "run"
    options = ["--citizens", 120, "--seed", 5, "--set", "chill=0.2", "--regime", "networked"]
    assert call("run", "town", *options, "--out", out, "--quiet", "--no-figures") == 0
    choice = choice_of_run(out, None)
    repeated = Simulation(choice.load(), choice.seed).run()
    manifest = json.loads((out / "manifest.json").read_text())
    assert table_digest(repeated.nation) == manifest["nation_sha256"]


@pytest.fixture(scope="module")
def of_a_graph(tmp_path_factory):
    """A run with ties from a file, and the file: a ring of 600 citizens."""
    place = tmp_path_factory.mktemp("graph")
    file, out = place / "g.csv", place / "run"
    rows = [f"{i},{(i + 1) % 600},close" for i in range(600)]
    file.write_text("\n".join(["source,target,kind", *rows]))
    options = ["--citizens", 600, "--graph", file, "--out", out, "--quiet", "--no-figures"]
    assert call("run", "town", *options) == 0
    return out, file


def test_a_run_with_ties_from_a_file_is_the_same_world(of_a_graph):
    out, file = of_a_graph
    choice = choice_of_run(out, None)
    manifest = json.loads((out / "manifest.json").read_text())
    model = choice.model(max_citizens=1000)
    assert choice.graph_file == str(file)
    assert model.simulation.graph.digest() == manifest["graph_digest"]
    model.simulation.run()
    assert model.simulation.summary["person_days"] == manifest["summary"]["person_days"]
    assert table_digest(model.simulation.nation) == manifest["nation_sha256"]
    own = Simulation(choice.load(), choice.seed).run()
    assert own.summary["person_days"] != manifest["summary"]["person_days"]


def test_a_visitors_change_keeps_the_ties_unless_their_number_changes(of_a_graph):
    out, file = of_a_graph
    choice = choice_of_run(out, None)
    for other in (choice.with_query("seed=9"), choice.other(regime="open")):
        assert other.graph_file == str(file)
        assert not other.digests
        other.load_within(1000)
    smaller = choice.with_query("citizens=300")
    assert smaller.graph_file is None
    assert smaller.load_within(1000).citizens == 300
    assert choice.with_query("scenario=town").graph_file is None
    assert choice.query() is None


def test_other_ties_in_the_file_are_refused(of_a_graph, tmp_path):
    out = shutil.copytree(of_a_graph[0], tmp_path / "run")
    file, lines = tmp_path / "g.csv", of_a_graph[1].read_text().splitlines()
    file.write_text("\n".join(lines[:-1]))
    path = out / "manifest.json"
    write_manifest(path, read_manifest(path) | {"graph_file": str(file)})
    with pytest.raises(ScenarioError, match="the ties are not those that the run began with"):
        choice_of_run(out, None)
    file.unlink()
    with pytest.raises(ValueError, match=r"g\.csv"):
        choice_of_run(out, None)


@pytest.mark.parametrize(
    ("name", "words"),
    [("model_digest", "source has changed"), ("scenario_digest", "another scenario"),
     ("graph_digest", "graph"), ("traits_digest", "traits")],
)  # fmt: skip
def test_a_run_of_another_world_is_refused_unless_forced(of_a_graph, tmp_path, name, words):
    out = shutil.copytree(of_a_graph[0], tmp_path / "run")
    path = out / "manifest.json"
    whole = read_manifest(path)
    write_manifest(path, whole | {name: "0" * 64})
    with pytest.raises(ScenarioError, match=words):
        choice_of_run(out, None).model(1000)
    told = []
    forced = choice_of_run(out, None, force=True, notify=told.append)
    assert forced.model(1000).simulation.seed == 1
    assert len(told) == (name in ("model_digest", "scenario_digest"))
    write_manifest(path, {key: value for key, value in whole.items() if key != name})
    with pytest.raises(ScenarioError, match=f"{name} is missing"):
        choice_of_run(out, None)


def test_a_run_that_another_source_went_on_with_is_refused(of_a_graph, tmp_path):
    out = shutil.copytree(of_a_graph[0], tmp_path / "run")
    path = out / "manifest.json"
    write_manifest(path, read_manifest(path) | {"resumed": [{"model_digest": "0" * 64}]})
    with pytest.raises(ScenarioError, match="source has changed"):
        choice_of_run(out, None)


def test_the_command_refuses_a_run_of_another_source_and_shows_it_by_force(
    of_a_graph, tmp_path, capsys, monkeypatch
):
    pytest.importorskip("solara", reason="solara is not installed: pip install -e '.[viz]'")
    from samizdat.page import server

    out = shutil.copytree(of_a_graph[0], tmp_path / "run")
    path = out / "manifest.json"
    write_manifest(path, read_manifest(path) | {"model_digest": "0" * 64})
    served = []
    monkeypatch.setattr(server, "serve", lambda *arguments: served.append(arguments))
    assert call("view", "--run", out, "--no-browser") == 2
    line = capsys.readouterr().err
    assert f"{out}: the model's source has changed" in line
    assert line.count("\n") == 1
    assert not served
    assert call("view", "--run", out, "--no-browser", "--force") == 0
    assert f"{out}: the model's source has changed" in capsys.readouterr().err
    assert served
    assert call("view", "town", "--force") == 2


def test_a_graph_that_is_generated_is_compared_too(of_a_graph, tmp_path):
    out = shutil.copytree(of_a_graph[0], tmp_path / "run")
    path = out / "manifest.json"
    write_manifest(path, read_manifest(path) | {"graph_file": None})
    with pytest.raises(ScenarioError, match="graph: not the same as when the run began"):
        choice_of_run(out, None).model(1000)


def test_a_run_of_a_sweep_by_another_source_is_refused_unless_forced(swept, monkeypatch):
    folder, table = swept
    chosen = int(table["RunId"].iloc[0])
    monkeypatch.setattr(digests, "model_digest", lambda: "another")
    with pytest.raises(ScenarioError, match=f"has changed since RunId {chosen} was made"):
        choice_of_run(folder, chosen)
    told = []
    assert choice_of_run(folder, chosen, force=True, notify=told.append).seed == 1
    assert "has changed" in told[0]


def test_a_run_of_a_sweep_whose_scenario_file_has_changed_is_refused(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(shipped_text("town"))
    table = EXPERIMENT | {"scenario": str(file), "until": "2014-03-03", "replicates": 1}
    chosen = int(sweep(table, tmp_path / "sweep", jobs=1)["RunId"].iloc[0])
    assert choice_of_run(tmp_path / "sweep", chosen).load().citizens == 120
    changed = shipped_text("town").replace("instigators = 0.005", "instigators = 0.5")
    assert changed != shipped_text("town")
    file.write_text(changed)
    with pytest.raises(ScenarioError, match="a file of the scenario"):
        choice_of_run(tmp_path / "sweep", chosen)


def test_a_broken_manifest_or_design_is_refused(swept, tmp_path):
    for name in ("manifest.json", "design.parquet"):
        folder = shutil.copytree(swept[0], tmp_path / name)
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"{name}.*has changed|{name}: is broken"):
            choice_of_run(folder, int(swept[1]["RunId"].iloc[0]))


def test_a_sweep_asks_which_run(swept):
    with pytest.raises(ScenarioError, match="--RunId"):
        choice_of_run(swept[0], None)


def test_a_run_that_is_not_there_is_refused(swept, tmp_path):
    with pytest.raises(ScenarioError, match="RunId = 7"):
        choice_of_run(swept[0], 7)
    with pytest.raises(ScenarioError, match="neither a run nor a sweep"):
        choice_of_run(tmp_path, None)
