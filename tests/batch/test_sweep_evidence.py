"""Replicates until an interval is narrow: as many as each point needs."""

import time

import numpy as np
import pandas as pd
import pytest
from functions import LOG, NAP, noisy, silent
from scipy import stats
from sweeping import (
    call,
    check_usage_error,
    digest,
    digests,
    driven,
    end,
    environment,
    grid,
    manifest_of,
    parts_of,
    read_results,
    swept,
    until,
    write_experiment,
)  # fmt: skip

from samizdat.batch.dispatch import Dispatch
from samizdat.batch.plan import half_widths
from samizdat.batch.results import FailedRuns

RULE = {"until_half_width": 0.2, "of": "y", "min": 5, "max": 60, "batch": 10}
TABLE = grid(
    replicates=RULE, design={"kind": "grid", "factors": {"x": [0, 1, 2, 20]}},
    resources={"chunk_runs": 7},
)  # fmt: skip


def counts(table):
    return table.groupby("x").size().to_dict()


def half_width(values):
    return stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))


def test_each_point_stops_when_its_interval_is_narrow_enough(tmp_path):
    table = swept(tmp_path / "out", TABLE, noisy)
    found = counts(table)
    assert found[0] == 5  # no spread at all: the least that is allowed
    assert found[20] == 60  # never narrow: the most that is allowed
    assert 5 < found[1] < found[2] < 60
    for x in (1, 2):
        values = table[table["x"] == x].sort_values("iteration")["y"].to_numpy()
        assert half_width(values) <= 0.2
        assert half_width(values[:-10]) > 0.2
    assert manifest_of(tmp_path / "out")["status"] == "complete"
    assert manifest_of(tmp_path / "out")["runs"] == len(table)


def test_the_same_again_asks_for_nothing(tmp_path):
    table = swept(tmp_path / "out", TABLE, noisy)
    again = swept(tmp_path / "out", TABLE, noisy)
    assert manifest_of(tmp_path / "out")["sessions"][-1]["done_now"] == 0
    assert digest(again) == digest(table)


def test_a_narrower_interval_adds_runs_to_those_that_exist(tmp_path):
    before = swept(tmp_path / "out", TABLE, noisy)
    narrower = TABLE | {"replicates": RULE | {"until_half_width": 0.1}}
    after = swept(tmp_path / "out", narrower, noisy)
    assert set(before["RunId"]) < set(after["RunId"])
    assert manifest_of(tmp_path / "out")["sessions"][-1]["done_now"] == len(after) - len(before)
    assert digest(after) == digest(swept(tmp_path / "fresh", narrower, noisy))


def test_a_resume_that_is_ended_leaves_the_design_as_long_as_it_was(tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    table = swept(out, TABLE, noisy)
    parts_of(out)[-1].unlink()
    left = len(read_results(out).table)
    with monkeypatch.context() as patch:
        patch.setattr(Dispatch, "run", lambda self: False)
        swept(out, TABLE, noisy)
    found = read_results(out)
    assert (found.planned, len(found.table)) == (len(table), left)
    assert manifest_of(out)["runs"] == len(table)
    assert call("report", out, "--out", tmp_path / "report") == 0
    assert f"{left:,} of {len(table):,} runs (not complete)" in capsys.readouterr().out
    assert digest(swept(out, TABLE, noisy)) == digest(table)


@pytest.mark.parametrize("runs", [1, 1000])
def test_portions_change_no_number_of_replicates(tmp_path, runs):
    table = swept(tmp_path / "out", TABLE | {"resources": {"chunk_runs": runs}}, noisy)
    assert digest(table) == digest(swept(tmp_path / "other", TABLE, noisy))


def test_failed_runs_are_tried_once_a_call(tmp_path):
    table = TABLE | {"replicates": RULE | {"of": "z", "until_half_width": 1e-9, "max": 30}}
    from functions import raising

    with pytest.warns(UserWarning, match=r"30 of [0-9]+ runs failed"):
        swept(tmp_path / "out", table, raising, keep_going=True)
    found = read_results(tmp_path / "out")
    assert len(found.failed) == 30
    assert found.manifest["sessions"][0]["failed_now"] == 30


def test_without_keep_going_a_failed_run_ends_it(tmp_path):
    from functions import raising

    with pytest.raises(FailedRuns, match=r"1 of [0-9]+ runs failed"):
        swept(tmp_path / "out", TABLE | {"resources": {"chunk_runs": 1}}, raising)
    assert manifest_of(tmp_path / "out")["status"] == "failed"
    assert len(read_results(tmp_path / "out").failed) == 1


@pytest.mark.slow
def test_it_ends_the_same_however_often_it_is_killed(tmp_path):
    rule = RULE | {"until_half_width": 0.15, "max": 120, "batch": 20}
    table, out, log = TABLE | {"replicates": rule}, tmp_path / "out", tmp_path / "log"
    swept(tmp_path / "whole", table, noisy)
    for kill in range(3):
        before = len(parts_of(out))
        process = driven(out, table, "noisy", env=environment(**{LOG: log, NAP: 0.01}))
        until(lambda before=before, kill=kill: len(parts_of(out)) > before + kill, process)
        time.sleep(0.02)
        end(process)
    swept(out, table, noisy)
    assert digests(out) == digests(tmp_path / "whole")


def test_the_model_s_yes_and_no_has_wilson_s_interval(tmp_path):
    text = """
question = "Does it fall?"
scenario = "town"
until = 2014-03-03
set.citizens = 50
design.factors.chill = [0.0, 0.1]
replicates = { until_half_width = 0.1, of = "fell", min = 4, max = 40, batch = 6 }
"""
    file = write_experiment(tmp_path, text)
    assert call("sweep", file, "--out", tmp_path / "out", "--jobs", 1, "--quiet") == 0
    found = read_results(tmp_path / "out").table.groupby("chill").size().tolist()
    z2 = stats.norm.ppf(0.975) ** 2
    needed = next(n for n in (4, 10, 16, 22, 28, 34, 40) if z2 / (2 * n) / (1 + z2 / n) <= 0.1)
    assert found == [needed, needed]  # nobody in the street: the same everywhere


def test_half_widths_are_student_s():
    rng = np.random.default_rng(1)
    values, by = pd.Series(rng.normal(size=60)), np.repeat([0, 1, 2], 20)
    found = half_widths(values, by, 4)
    assert found["n"].tolist() == [20, 20, 20, 0]
    for k in range(3):
        assert np.isclose(found["half_width"][k], half_width(values[by == k].to_numpy()))
    assert np.isnan(found["half_width"][3])


def test_shards_cannot_wait_for_evidence(tmp_path, capsys):
    text = """
question = "?"
scenario = "town"
design.factors.chill = [0.0, 0.1]
replicates = { until_half_width = 0.1, of = "arrests" }
"""
    file = write_experiment(tmp_path, text)
    check_usage_error(capsys, "sweep", file, "--out", tmp_path / "out", "--shard", "1/2",
            words=["shard", "until_half_width"])  # fmt: skip
    assert not (tmp_path / "out").exists()


def test_numbers_of_replicates_that_cannot_be_are_refused():
    from samizdat.batch.experiment import ExperimentError

    with pytest.raises(ExperimentError, match="min = 70 is above max = 60"):
        swept("nowhere", TABLE | {"replicates": RULE | {"min": 70}}, silent)
