"""Whatever stands in the file of a sweep: an experiment, or one line."""

import contextlib
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sweeping import FEAR, write_experiment

from samizdat.batch.experiment import Experiment
from samizdat.batch.plan import SweepPlan
from samizdat.scenario.schema import ScenarioError

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 10**20), st.floats(), st.text(max_size=8),
    st.dates(), st.datetimes(), st.lists(st.integers(-2, 5), max_size=3), st.just({}),
    st.just([{}]), st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    st.just({"low": 0, "high": 1}), st.just({"low": "a", "high": None, "steps": -1}),
)  # fmt: skip
WHOLE = tomllib.loads(
    FEAR
    + """
[cascade]
of = "arrests"
at_least = 3
[resources]
jobs = 1
chunk_runs = 3
chunk_seconds = 2.0
[quick]
replicates = 1
[quick.set]
citizens = 50
[[figures]]
kind = "line"
x = "regime"
y = "arrests"
hue = "attention.beta"
title = "that"
log = false
"""
)


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def _paths(table, prefix=()):
    items = table.items() if isinstance(table, dict) else enumerate(table)
    for key, value in items:
        yield (*prefix, key)
        if isinstance(value, dict | list):
            yield from _paths(value, (*prefix, key))


def _changed(table, path, how, junk, name):
    if len(path) > 1:
        inner = _changed(table[path[0]], path[1:], how, junk, name)
        change = {path[0]: inner}
    else:
        change = {path[0]: junk}
    if isinstance(table, list):
        return [change.get(k, value) for k, value in enumerate(table)]
    changed = {**table, **change}
    if len(path) == 1 and how == "drop":
        changed.pop(path[0])
    if len(path) == 1 and how == "rename":
        changed[name] = table[path[0]]
        changed.pop(path[0]) if name != path[0] else None
    return changed


def _read(table, folder, quick=False):
    """Read a table as a sweep does; return what is wrong with it."""
    try:
        SweepPlan.of(Experiment.from_table(table, "mine", folder, quick=quick))
    except ValueError as error:
        return error
    return None


@settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(
    path=st.sampled_from(sorted(_paths(WHOLE), key=str)), how=st.sampled_from(["put", "drop",
    "rename"]), junk=JUNK, name=st.text(max_size=6), quick=st.booleans(),
)  # fmt: skip
def test_whatever_stands_in_a_file_is_an_experiment_or_one_line(tmp_path, path, how, junk, name,
                                                                quick):  # fmt: skip
    error = _read(_changed(WHOLE, path, how, junk, name), tmp_path, quick)
    if error is not None:
        assert isinstance(error, ScenarioError)
        assert len(str(error).splitlines()) == 1


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(
    place=st.integers(0, len(FEAR) - 1), width=st.integers(0, 6),
    junk=st.text("[]{}=\"'.,#\n 0aé-\\", max_size=4),
)  # fmt: skip
def test_whatever_is_written_is_an_experiment_or_one_line(tmp_path, place, width, junk):
    file = write_experiment(tmp_path, FEAR[:place] + junk + FEAR[place + width :])
    with contextlib.suppress(ScenarioError):
        SweepPlan.of(Experiment.load(file))
