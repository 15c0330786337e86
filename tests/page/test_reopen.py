"""A finished run opens in the page as the same scenario with the same random numbers."""

import json

import pytest

from command import call
from samizdat import Simulation, sweep
from samizdat.batch.experiment import Experiment
from samizdat.page.reopen import choice_of_run
from samizdat.run.records import table_digest
from samizdat.scenario.schema import ScenarioError

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


def test_a_run_on_disk_is_the_same_run(tmp_path):
    out = tmp_path / "run"
    options = ["--citizens", 120, "--seed", 5, "--set", "chill=0.2", "--regime", "networked"]
    assert call("run", "town", *options, "--out", out, "--quiet", "--no-figures") == 0
    choice = choice_of_run(out, None)
    repeated = Simulation(choice.load(), choice.seed).run()
    manifest = json.loads((out / "manifest.json").read_text())
    assert table_digest(repeated.nation) == manifest["nation_sha256"]


def test_a_sweep_asks_which_run(swept):
    with pytest.raises(ScenarioError, match="--RunId"):
        choice_of_run(swept[0], None)


def test_a_run_that_is_not_there_is_refused(swept, tmp_path):
    with pytest.raises(ScenarioError, match="RunId = 7"):
        choice_of_run(swept[0], 7)
    with pytest.raises(ScenarioError, match="neither a run nor a sweep"):
        choice_of_run(tmp_path, None)
