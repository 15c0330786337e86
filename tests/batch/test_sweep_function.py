"""A function in the place of the model: which may be, what it may return, what it lacks."""

import functools
import math
import sys

import functions
import pytest
from functions import Held, made, odd, silent
from sweeping import grid, ids, manifest_of, read_results, swept

from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.report import write_report

# name -> (what cannot be a model, words that the line must hold)
MODELS = {
    "a lambda": (lambda point, seed: {"y": 1, "z": 1}, ["<lambda>"]),
    "a function within a function": (made(2), ["made.<locals>.inner"]),
    "the same under a name of its module": (functions.made_here, ["made.<locals>.inner"]),
    "a partial function": (functools.partial(silent), ["functools.partial"]),
    "a builtin": (max, ["max", "builtins", "source file"]),
    "a function of no file": (math.hypot, ["hypot", "math", "source file"]),
    "a static method": (Held.method, ["Held.method"]),
    "an instance": (Held(), ["Held"]),
    "a word": ("silent", ["'silent'"]),
    "a number": (0, ["0"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_what_is_no_function_of_a_module_is_refused_in_one_line(tmp_path, name):
    model, words = MODELS[name]
    with pytest.raises(ExperimentError) as caught:
        swept(tmp_path / "out", grid(), model)
    message = str(caught.value)
    for word in ("model = ", "at the top level of a module", *words):
        assert word in message
    assert "\n" not in message
    assert not (tmp_path / "out").exists()


def test_a_function_that_was_typed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(functions, "__file__", "<stdin>")
    with pytest.raises(ExperimentError, match="module 'functions' has no source file"):
        swept(tmp_path / "out", grid(), silent)


def test_a_function_that_is_wrapped_at_the_top_level_is_one():
    wrapped = functools.lru_cache(silent)
    module = sys.modules["functions"]
    assert wrapped.__qualname__ == "silent"
    with pytest.raises(ExperimentError, match="is not 'silent' of module 'functions'"):
        ids(grid(), wrapped)
    try:
        module.silent = wrapped
        assert len(ids(grid(2, 1), wrapped)) == 4
    finally:
        module.silent = silent


@pytest.fixture(scope="module")
def of_odd(tmp_path_factory):
    """What a sweep leaves whose function returns a number at two of ten points."""
    out = tmp_path_factory.mktemp("odd") / "out"
    table = grid(replicates=1, design={"factors": {"x": list(range(len(functions.ODD)))}})
    with pytest.warns(UserWarning, match="8 of 10 runs failed"):
        swept(out, table, odd, keep_going=True)
    return read_results(out)


def test_whatever_is_a_number_is_recorded_and_none_is_empty(of_odd):
    assert of_odd.table["y"].tolist() == [1e300, 2.0]
    assert of_odd.table["z"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (2, "measure 'y' = '4': a number or None is needed"),
        (3, "measure 'y' = array([1.]): a number"),
        (4, "measure 'y' = [1]: a number"),
        (5, "measure 'y' = 1000000"),
        (6, "measure 'y' = 1j: a number"),
        (7, "measure 'y' is missing: the function returned z"),
        (8, "the function returned None, not a mapping of its measures"),
        (9, "the function returned [1, 2], not a mapping of its measures"),
    ],
)
def test_a_measure_that_is_no_number_fails_its_run_alone(of_odd, x, words):
    (error,) = of_odd.failed.query("x == @x")["error"]
    assert words in error
    assert len(error) < 200


def test_a_function_has_no_cascade_but_one_that_is_declared(tmp_path):
    table = grid(3, 2, figures=[{"kind": "line", "x": "x", "y": "y", "hue": "w"}])
    table.pop("cascade")
    found = swept(tmp_path / "out", table, silent)
    assert list(found.columns[-2:]) == ["y", "z"]
    assert "cascade" not in manifest_of(tmp_path / "out")["experiment"]
    page = write_report(tmp_path / "out")
    assert "cascade" not in page.read_text().lower()
    assert not (page.parent / "cascades.csv").exists()
    assert len(list((page.parent / "figures").glob("*.png"))) == 1


@pytest.mark.parametrize("kind", ["sobol", "morris"])
def test_a_report_of_indices_does_without_a_cascade(tmp_path, kind):
    sizes = {"samples": 2} if kind == "sobol" else {"trajectories": 2}
    factors = {"x": {"low": 0, "high": 1}, "w": {"low": 0, "high": 2}}
    table = grid(replicates=1, design={"kind": kind, "factors": factors} | sizes)
    table.pop("cascade")
    swept(tmp_path / "out", table, silent)
    assert (write_report(tmp_path / "out").parent / "sensitivity.csv").exists()


def test_a_function_takes_the_place_of_a_scenario_and_of_its_cascade(tmp_path):
    table = grid(2, 1, scenario="town", measures=["arrests"])
    table.pop("cascade")
    found = swept(tmp_path / "out", table, functions.arresting)
    assert found["arrests"].tolist() == [1.0] * 4
    assert "cascade" not in found
    assert read_results(tmp_path / "out").experiment.scenario is None


def test_a_scenario_has_a_cascade_unless_another_is_declared():
    table = {"question": "?", "scenario": "town", "design": {"factors": {"chill": [0, 0.1]}}}
    experiment = Experiment.from_table(table)
    assert experiment.cascade.of == "peak_share"
    assert experiment.to_table()["cascade"] == {"of": "peak_share", "at_least": 0.035}
    other = Experiment.from_table(table | {"cascade": {"of": "arrests", "at_least": 2}})
    assert Experiment.from_table(other.to_table()).cascade == other.cascade
    with pytest.raises(ExperimentError, match="did you mean 'cascade'"):
        Experiment.from_table(table | {"cascde": 1})


def test_a_cascade_of_a_measure_that_is_empty_is_empty(tmp_path):
    table = grid(3, 2, cascade={"of": "y", "at_least": 1.0})
    found = swept(tmp_path / "out", table, functions.gappy)
    assert found["cascade"].dtype == "boolean"
    assert found["cascade"].isna().tolist() == (found["x"] == 1).tolist()
    assert found.groupby("x")["cascade"].mean().tolist()[::2] == [0.0, 1.0]
    assert found["cascade"].mean() == 0.5
    assert found["cascade_size"].notna().tolist() == (found["x"] == 2).tolist()


@pytest.mark.parametrize("jobs", [-1, 0, 5000, "2", 1.5, True])
def test_a_number_of_processes_that_cannot_be_is_refused(tmp_path, jobs):
    with pytest.raises(ExperimentError, match=r"jobs = .* 1 \.\.\. 4096") as caught:
        swept(tmp_path / "out", grid(2, 1), silent, jobs=jobs)
    assert repr(jobs) in str(caught.value)
    assert not (tmp_path / "out").exists()
