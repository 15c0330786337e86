"""What makes two runs the same run, and what does not."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from functions import silent
from sweeping import (
    as_floats,
    call,
    contents,
    digest,
    grid,
    ids,
    manifest_of,
    read_results,
    swept,
    write_experiment,
)  # fmt: skip

from samizdat import Scenario, Simulation
from samizdat.batch.experiment import Experiment
from samizdat.batch.plan import SweepPlan
from samizdat.page.reopen import choice_of_run
from samizdat.run.measures import OUTCOMES
from samizdat.scenario.shipped import shipped_text

WORLD = {
    "question": "which?",
    "scenario": "town",
    "until": "2014-03-06",
    "set": {"citizens": 60, "chill": 0.02},
    "design": {"kind": "grid", "factors": {"attention.beta": [0.1, 0.2], "regime": ["open"]}},
    "replicates": 2,
}
SOBOL = {"kind": "sobol", "factors": {"x": {"low": 0, "high": 1}, "w": {"low": 1, "high": 9}}}


def world(**changes):
    return WORLD | changes


def done_now(out):
    return manifest_of(out)["sessions"][-1]["done_now"]


GROWN = {
    "replicates": (grid(3, 2), grid(3, 5), 18),
    "levels": (grid(3, 2), grid(5, 2), 8),
    "both": (grid(3, 2), grid(4, 3), 12),
    "a factor at the value that was set": (
        grid(1, 2, set={"v": 4}, design={"kind": "grid", "factors": {"x": [0, 1]}}),
        grid(1, 2, design={"kind": "grid", "factors": {"x": [0, 1], "v": [4, 5]}}),
        4,
    ),
    "a Sobol design": (
        grid(design=SOBOL | {"samples": 8}, replicates=2),
        grid(design=SOBOL | {"samples": 16}, replicates=2),
        8 * 5 * 2,
    ),
    "a list that gets a point": (
        grid(design={"kind": "list", "points": [{"x": 1}]}),
        grid(design={"kind": "list", "points": [{"x": 3}, {"x": 1}]}),
        5,
    ),
}


@pytest.mark.parametrize("name", GROWN)
def test_a_design_that_grows_does_only_what_is_new(tmp_path, name):
    first, second, new = GROWN[name]
    swept(tmp_path / "out", first, silent)
    table = swept(tmp_path / "out", second, silent)
    assert done_now(tmp_path / "out") == new
    fresh = swept(tmp_path / "fresh", second, silent)
    assert digest(table) == digest(fresh)


def test_a_design_that_shrinks_does_nothing_and_shows_less(tmp_path):
    swept(tmp_path / "out", grid(5, 4), silent)
    table = swept(tmp_path / "out", grid(2, 3), silent)
    assert done_now(tmp_path / "out") == 0
    assert digest(table) == digest(swept(tmp_path / "fresh", grid(2, 3), silent))


def test_a_factor_that_was_words_may_become_numbers(tmp_path):
    words = grid(design={"kind": "grid", "factors": {"x": ["a", "b"]}})
    numbers = grid(design={"kind": "grid", "factors": {"x": [1, 2]}})
    swept(tmp_path / "out", words, silent)
    table = swept(tmp_path / "out", numbers, silent)
    assert digest(table) == digest(swept(tmp_path / "fresh", numbers, silent))
    assert call("compact", tmp_path / "out") == 0
    assert digest(read_results(tmp_path / "out").table) == digest(table)


def test_a_factor_may_have_words_and_numbers(tmp_path):
    mixed = grid(design={"kind": "grid", "factors": {"x": ["court", 1, 2.5]}},
                 resources={"chunk_runs": 1})  # fmt: skip
    table = swept(tmp_path / "out", mixed, silent)
    assert sorted(table["x"].unique()) == ["1", "2.5", "court"]


CHANGES = {
    "a number": world(set={"citizens": 60, "chill": 0.03}),
    "a number of the graph": world(set={"citizens": 60, "chill": 0.02, "graph.homophily": 0.5}),
    "a distribution": world(set={"citizens": 60, "chill": 0.02, "population.threshold.sd": 0.2}),
    "the citizens": world(set={"citizens": 61, "chill": 0.02}),
    "the length of a step": world(set={"citizens": 60, "chill": 0.02, "step_days": 0.5}),
    "the graph": world(set={"citizens": 60, "chill": 0.02, "graph.kind": "ring"}),
    "the scenario": world(scenario="zhanaozen", until="2011-12-10"),
    "until": world(until="2014-03-07"),
    "series": world(series=2),
    "what the series are of": world(series={"every": 2, "of": ["fear"]}),
    "a daily measure": world(measures=["arrests", "fear.max"]),
    "the seed": world(seed=3),
    "what is pinned": world(set={"citizens": 60}),
}
SAME = {
    "the question": world(question="what?"),
    "the figures": world(figures=[{"kind": "line", "x": "attention.beta", "y": "arrests"}]),
    "the measures that every run has": world(measures=["fell"]),
    "the cascade": world(cascade={"of": "arrests", "at_least": 5}),
    "the resources": world(resources={"jobs": 2, "chunk_runs": 5, "threads": 2}),
    "whole numbers as decimals": world(set={"citizens": 60.0, "chill": 0.02}),
    "set as a factor": world(
        set={"citizens": 60},
        design={"kind": "grid", "factors": {"attention.beta": [0.1, 0.2], "chill": [0.02],
                                            "regime": ["open"]}},
    ),
    "citizens as a factor": world(
        set={"chill": 0.02},
        design={"kind": "grid", "factors": {"attention.beta": [0.1, 0.2], "citizens": [60],
                                            "regime": ["open"]}},
    ),
    "the regime at all points": world(
        regime="open", design={"kind": "grid", "factors": {"attention.beta": [0.1, 0.2]}}
    ),
    "the scenario as a factor": world(
        scenario="zhanaozen",
        until="2014-03-06",
        design={"kind": "grid", "factors": {"attention.beta": [0.1, 0.2], "scenario": ["town"],
                                            "regime": ["open"]}},
    ),
    "the order of factors": world(
        design={"kind": "grid", "factors": {"regime": ["open"], "attention.beta": [0.1, 0.2]}}
    ),
    "a list in place of a grid": world(
        design={"kind": "list", "points": [{"regime": "open", "attention.beta": 0.1},
                                           {"regime": "open", "attention.beta": 0.2}]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_can_change_a_result_makes_other_runs(name):
    before, after = ids(WORLD), ids(CHANGES[name])
    assert len(before) == len(after) == 4
    assert not set(before) & set(after)


@pytest.mark.parametrize("name", [each for each in SAME if each != "the scenario as a factor"])
def test_what_changes_no_result_makes_no_other_runs(name):
    assert sorted(ids(WORLD)) == sorted(ids(SAME[name]))


def test_a_first_seed_that_is_later_shares_the_seeds_that_both_have():
    assert len(set(ids(WORLD)) & set(ids(world(seed=2)))) == 2


def test_other_levels_leave_those_that_stay(tmp_path):
    wider = {"kind": "grid", "factors": {"attention.beta": [0.2, 0.3, 0.1],
                                         "regime": ["ban", "open"]}}  # fmt: skip
    assert set(ids(WORLD)) < set(ids(world(design=wider)))


def test_title_and_description_of_a_scenario_do_not_count(tmp_path):
    text = shipped_text("town")
    for name, old, new in [("a", "", ""), ("b", 'title = "A town', 'title = "My town'),
                           ("c", "instigators = 0.005", "instigators = 0.006")]:  # fmt: skip
        assert old in text
        (tmp_path / f"{name}.toml").write_text(text.replace(old, new, 1))
    found = {n: set(ids(world(scenario=str(tmp_path / f"{n}.toml"), set={"citizens": 60})))
             for n in "abc"}  # fmt: skip
    assert found["a"] == found["b"] == set(ids(world(set={"citizens": 60})))
    assert not found["a"] & found["c"]


def test_a_scenario_file_that_changes_makes_other_runs_immediately(tmp_path):
    """In one process, as in a notebook."""
    file = tmp_path / "mine.toml"
    file.write_text(shipped_text("town"))
    table = world(scenario=str(file), set={"citizens": 60})
    before = swept(tmp_path / "out", table)
    file.write_text(shipped_text("town").replace("instigators = 0.005", "instigators = 0.5")
                    .replace("\nchill = 0.05", "\nchill = 0.9"))  # fmt: skip
    after = swept(tmp_path / "out", table)
    assert not set(before["RunId"]) & set(after["RunId"])
    assert manifest_of(tmp_path / "out")["scenario"]["regime"]["chill"] == 0.9


WHERE = """
question = "?"
scenario = "{scenario}"
until = 2014-03-03
measures = ["arrests"]
[set]
citizens = 60
[design.factors]
{factor}
"""


@pytest.mark.parametrize("varied", [False, True])
def test_a_scenario_is_looked_for_beside_the_experiment_first(tmp_path, monkeypatch, varied):
    here, there = tmp_path / "here", tmp_path / "there"
    other = shipped_text("town").replace("instigators = 0.005", "instigators = 0.006")
    for folder, text in ((here, other), (there, shipped_text("town"))):
        (folder / "worlds").mkdir(parents=True)
        (folder / "worlds" / "mine.toml").write_text(text)
    monkeypatch.chdir(here)
    found = {}
    for folder, name in ((there, "worlds/mine.toml"), (there, "town"), (here, "worlds/mine.toml"),
                         (tmp_path, "worlds/mine.toml"), (tmp_path, "town")):  # fmt: skip
        factor = f'scenario = ["{name}"]' if varied else '"attention.beta" = [0.1]'
        text = WHERE.format(scenario="town" if varied else name, factor=factor)
        plan = SweepPlan.of(Experiment.load(write_experiment(folder, text)))
        found[folder.name, name] = plan.digests
    town = found["there", "town"]
    assert found["there", "worlds/mine.toml"] == town == found[tmp_path.name, "town"]
    assert found["here", "worlds/mine.toml"] == found[tmp_path.name, "worlds/mine.toml"] != town


def test_a_run_of_a_scenario_beside_the_experiment_is_done_again_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ideas").mkdir()
    (tmp_path / "ideas" / "mine.toml").write_text(shipped_text("town"))
    text = WHERE.format(scenario="mine.toml", factor='"attention.beta" = [0.1]')
    write_experiment(tmp_path / "ideas", text, "it.toml")
    assert call("sweep", "ideas/it.toml", "--out", "out", "--jobs", 1, "--quiet") == 0
    assert choice_of_run(Path("out"), int(read_results("out").table["RunId"][0])).scenario == (
        "ideas/mine.toml"
    )
    assert call("report", "out", "--quiet") == 0
    assert "samizdat run ideas/mine.toml --seed 1" in Path("out/report/report.html").read_text()


def test_a_shipped_name_stays_one_whatever_lies_there(tmp_path):
    (tmp_path / "town").write_text("no scenario")
    factor = 'scenario = ["town", "zhanaozen"]'
    text = WHERE.format(scenario="town", factor=factor).replace("until = 2014-03-03\n", "")
    assert len(SweepPlan.of(Experiment.load(write_experiment(tmp_path, text))).digests) == 2


def test_a_run_uses_the_scenario_that_was_read_at_the_beginning(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(shipped_text("town"))
    plan = SweepPlan.of(Experiment.from_table(world(scenario=str(file))))
    file.unlink()
    point = {"attention.beta": 0.1, "regime": "open"}
    assert plan.model.run(point, 1, 1, lambda: False).steps == 6


def test_run_ids_are_positive_and_fit_63_bits():
    found = ids(grid(50, 200), silent)
    assert found.dtype == np.int64
    assert found.min() > 0
    assert len(set(found)) == len(found) == 20_000


def test_seeds_are_those_of_the_replicates_alone(tmp_path):
    table = swept(tmp_path / "out", grid(4, 3, seed=11), silent)
    assert (table["seed"] == 11 + table["iteration"]).all()


def test_only_a_dummy_changes_the_random_numbers(tmp_path):
    table = swept(tmp_path / "out", grid(design=SOBOL | {"samples": 4}, replicates=2), silent)
    other = table["dummy"] >= 0.5
    assert set(table["dummy"]) == {0.0, 1.0}
    assert (table["seed"] == 1 + table["iteration"] + other * 2**40).all()


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """A sweep of the model over numbers and words."""
    table = world(
        set={"citizens": 80},
        design={"kind": "grid", "factors": {
            "attention.beta": [0.1, 0.2], "blocking.authority": ["court", "prosecutor"],
            "blocking.on": [True, False], "regime": ["scenario", "networked"]}},
        measures=["arrests", "fear.last", "posts.sum"],
    )  # fmt: skip
    return swept(tmp_path_factory.mktemp("rows") / "out", table)


@pytest.mark.parametrize("k", range(4))
def test_a_row_is_reproduced_by_hand(rows, k):
    row = rows.iloc[random.Random(k).randrange(len(rows))]
    scenario = Scenario.load("town").change({"citizens": 80})
    if row["regime"] != "scenario":
        scenario = Scenario.load("town").under(row["regime"]).change({"citizens": 80})
    changed = {name: row[name] for name in ("attention.beta", "blocking.authority", "blocking.on")}
    run = Simulation(scenario.change(changed), seed=int(row["seed"]))
    run.run(np.datetime64("2014-03-06").item())
    measured = [run.summary[name] for name in OUTCOMES]
    assert np.array_equal(as_floats(measured), as_floats(row[list(OUTCOMES)]), equal_nan=True)
    assert row["fear.last"] == run.daily("fear")[-1]
    assert row["posts.sum"] == run.daily("posts").sum()
    assert row["Step"] == 6


def test_the_command_reproduces_a_row(rows, tmp_path):
    row = rows[rows["regime"] == "scenario"].iloc[5]
    settings = [f"--set={name}={row[name]}" for name in
                ("attention.beta", "blocking.authority", "blocking.on")]  # fmt: skip
    assert call("run", "town", "--citizens", 80, "--seed", row["seed"], "--until", "2014-03-06",
                *settings, "--out", tmp_path / "run", "--no-figures", "--quiet") == 0  # fmt: skip
    summary = json.loads((tmp_path / "run" / "manifest.json").read_text())["summary"]
    measured = as_floats(summary[name] for name in OUTCOMES)
    assert np.array_equal(measured, as_floats(row[list(OUTCOMES)]), equal_nan=True)


def test_the_same_again_does_nothing_and_leaves_the_parts_alone(tmp_path):
    swept(tmp_path / "out", grid(), silent)
    before = contents(tmp_path / "out" / "runs")
    swept(tmp_path / "out", grid(), silent)
    assert contents(tmp_path / "out" / "runs") == before
    assert len(manifest_of(tmp_path / "out")["sessions"]) == 2


def test_a_small_form_of_sampled_levels_keeps_the_kind_of_the_design(tmp_path):
    text = """
question = "?"
scenario = "town"
[design]
kind = "latin_hypercube"
samples = 50
[design.factors]
chill = { low = 0, high = 0.1 }
[quick]
design.samples = 3
design.factors.chill = { low = 0, high = 0.2 }
"""
    small = Experiment.load(write_experiment(tmp_path, text), quick=True)
    assert (small.design.kind, small.design.samples) == ("latin_hypercube", 3)
    assert small.design.factors["chill"].high == 0.2
