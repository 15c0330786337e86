"""Figures whose marks stand for several points: what is independent there, and what n counts."""

import numpy as np
import pytest
from scipy import stats

from samizdat.batch.experiment import FigureSpec
from samizdat.batch.intervals import wilson
from samizdat.batch.results import read_results
from samizdat.report.figures import _figure_data, _frame, draw_figures
from samizdat.report.tables import finished_runs
from small_sweeps import GRID, TOWN, sweep, tipping

FELL = {"kind": "points", "x": "x", "y": "cascade"}
LOW_HIGH = {"low": 0.0, "high": 1.0}
SEEDS = 6


def seeded(point, seed):
    """Be decided by the seed, but for the last of four levels."""
    number = np.random.default_rng(seed).random()
    return {"a": 2.0 * (number + 0.1 * point["x"] > 0.6 or point["w"] == 3), "b": number}


def noisy(point, seed):
    """Be another number at each point and seed."""
    bits = [int(1e6 * value) for value in point.values() if isinstance(value, float)]
    return {"a": np.random.default_rng([seed, *bits]).normal(), "b": 0.0}


def failing_once(point, seed):
    if point["x"] == 0 and point["mood"] == "calm":
        raise RuntimeError("it fails once")
    return tipping(point, seed)


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    """Two levels that are shown, four that are not, six seeds that all share."""
    design = {"factors": {"x": [0.0, 1.0], "w": [0.0, 1.0, 2.0, 3.0]}}
    table = GRID | {"design": design, "replicates": SEEDS}
    return sweep(tmp_path_factory.mktemp("grid") / "s", table, seeded)


def rarely(point, seed):
    """Count what happens at one seed of three; b may be negative."""
    count = 9 * int(seed % 3 == 0)
    return {"a": count, "b": count - 0.5}


def cells(folder, figure):
    """What is drawn of a figure."""
    results, spec = read_results(folder), FigureSpec.model_validate(figure)
    finished = finished_runs(results)
    frame = _frame(results, finished, spec, "figures.0")
    return _figure_data(results, finished, spec, frame).means


def caption(folder, figure, tmp_path):
    results = read_results(folder)
    asked = results.experiment.to_table() | {"figures": [figure]}
    experiment = type(results.experiment).from_table(asked, "small")
    results = results._replace(experiment=experiment)
    return draw_figures(results, finished_runs(results), tmp_path)[0].caption


def test_runs_that_share_a_seed_are_one_draw(grid):
    found = cells(grid, FELL).cells
    assert found["n"].tolist() == [SEEDS, SEEDS]
    assert found["runs"].tolist() == [4 * SEEDS, 4 * SEEDS]
    runs = read_results(grid).table
    for x, low, high in found[["x", "low", "high"]].to_numpy():
        shares = runs[runs["x"] == x].groupby("iteration")["cascade"].mean()
        known = stats.t.interval(0.95, SEEDS - 1, shares.mean(), stats.sem(shares))
        assert (low, high) == pytest.approx(np.clip(known, 0.0, 1.0))


def test_a_caption_counts_replicates_and_says_which_interval(grid, tmp_path):
    words = "Share of runs with its 95 % interval (Student's t over replicates), "
    words += "n = 6 replicates each (24 runs), over all values of w;"
    assert words in caption(grid, FELL, tmp_path)


def test_replicates_that_all_agree_are_not_certain(grid, tmp_path):
    figure = FELL | {"x": "w"}
    found = cells(grid, figure).cells.set_index("x")
    low, high = wilson(np.array([float(SEEDS)]), np.array([1.0]))
    assert found.loc[3.0, ["low", "high"]].tolist() == [low[0], high[0]]
    assert found.loc[0.0, "mean"] not in (0.0, 1.0)
    text = caption(grid, figure, tmp_path)
    assert "Student's t over replicates, Wilson where all of them agree)" in text


def test_where_nothing_is_pooled_yes_and_no_keep_wilsons_interval(grid, tmp_path):
    figure = FELL | {"hue": "w"}
    found = cells(grid, figure).cells
    low, high = wilson(found["n"].to_numpy(np.float64), found["mean"].to_numpy())
    assert (found["low"].tolist(), found["high"].tolist()) == (low.tolist(), high.tolist())
    assert "(Wilson), n = 6 runs each" in caption(grid, figure, tmp_path)


def test_a_replicate_that_some_points_lack_leans_to_no_side(tmp_path):
    rows = [24, 25]  # of the last replicate, both at x = 0
    folder = sweep(tmp_path / "s", GRID, tipping, leave_out=rows)
    found = cells(folder, {"kind": "line", "x": "x", "y": "a"})
    assert found.cells["n"].tolist() == [4, 5, 5]
    folder = sweep(tmp_path / "t", GRID, tipping, leave_out=rows[:1])
    found = cells(folder, {"kind": "line", "x": "x", "y": "a"})
    assert (found.cells["n"].tolist(), found.left_out) == ([4, 5, 5], 1)
    text = caption(folder, {"kind": "line", "x": "x", "y": "a"}, tmp_path)
    assert "n = 4 to 5 replicates each (8 to 10 runs)" in text
    assert "1 runs" not in text
    assert "1 run is left out, since other points lack its replicate" in text


@pytest.mark.parametrize("kind", ["heatmap", "points"])
def test_a_cell_without_a_whole_replicate_is_not_drawn(tmp_path, kind):
    folder = sweep(tmp_path / "s", GRID, failing_once)
    figure = {"kind": kind, "x": "mood", "y": "a", "hue": "mood", "facet": "x"}
    assert len(cells(folder, figure).cells) == 5
    figure = {"kind": "line", "x": "x", "y": "a"}
    assert cells(folder, figure).cells["x"].tolist() == [1.0, 2.0]
    assert caption(folder, {"kind": "heatmap", "x": "mood", "y": "a", "hue": "mood",
                            "facet": "x"}, tmp_path)  # fmt: skip


def test_of_sampled_points_each_is_a_draw(tmp_path):
    factors = {"x": LOW_HIGH, "mood": ["calm", "angry"]}
    design = {"kind": "latin_hypercube", "factors": factors, "samples": 20}
    folder = sweep(tmp_path / "s", GRID | {"design": design, "replicates": 3}, noisy)
    figure = {"kind": "points", "x": "mood", "y": "a"}
    found = cells(folder, figure).cells
    assert found["n"].tolist() == [10, 10]
    means = read_results(folder).table.query("mood == 'calm'").groupby("point")["a"].mean()
    known = stats.t.interval(0.95, 9, means.mean(), stats.sem(means))
    mine = found[found["x"] == "calm"][["low", "high"]].to_numpy()[0]
    assert mine == pytest.approx(known)
    text = caption(folder, figure, tmp_path)
    assert "Student's t over sampled points), n = 10 sampled points each (30 runs)" in text
    assert "all have the same seeds: intervals reflect variation between sampled points" in text


@pytest.mark.parametrize(("kind", "more", "n", "unit"), [
    ("sobol", {"samples": 8}, 8, "samples"),
    ("morris", {"trajectories": 5}, 5, "trajectories"),
])  # fmt: skip
def test_points_that_were_sampled_together_are_one_draw(tmp_path, kind, more, n, unit):
    design = {"kind": kind, "factors": {"x": LOW_HIGH, "mood": ["calm", "angry"]}} | more
    folder = sweep(tmp_path / "s", GRID | {"design": design, "replicates": 2}, noisy)
    found = cells(folder, {"kind": "points", "x": "mood", "y": "a"})
    assert found.cells["n"].max() <= n
    runs = read_results(folder).table.query("mood == 'calm'")
    rows = len(read_results(folder).table["point"].unique()) // n
    means = runs.groupby(runs["point"] // rows)["a"].mean()
    calm = found.cells.set_index("x").loc["calm"]
    assert (calm["n"], calm["mean"]) == pytest.approx((len(means), means.mean()))
    text = caption(folder, {"kind": "points", "x": "mood", "y": "a"}, tmp_path)
    assert f"Student's t over {unit})" in text
    assert "seeds 1 to 2 and as many others for the dummy" in text


def test_a_series_is_of_replicates_too(tmp_path):
    table = TOWN | {"until": "2014-03-06", "replicates": 2}
    folder = sweep(tmp_path / "s", table, leave_out=[4])  # the second replicate of a point
    found = cells(folder, {"kind": "series", "y": "mobilise", "hue": "regime"})
    n = found.cells.groupby("hue")["n"].agg(["min", "max"])
    assert n.loc["open"].tolist() == [1, 1]
    assert n.loc["networked"].tolist() == [2, 2]
    assert found.cells["runs"].max() == 4


def test_one_seed_for_all_has_no_interval(tmp_path):
    folder = sweep(tmp_path / "s", GRID | {"replicates": 1}, tipping)
    text = caption(folder, {"kind": "line", "x": "x", "y": "a"}, tmp_path)
    assert text.startswith("Mean, n = 1 replicate each (2 runs)")


def test_no_band_of_counts_reaches_below_0(tmp_path):
    design = {"factors": {"x": [0.0, 1.0]}}
    folder = sweep(tmp_path / "s", GRID | {"design": design, "replicates": 3}, rarely)
    figure = {"kind": "line", "x": "x", "y": "a"}
    found = cells(folder, figure).cells
    half = stats.t.ppf(0.975, 2) * stats.sem([0, 0, 9])
    assert found["low"].tolist() == [0.0, 0.0]
    assert found["high"].to_numpy() == pytest.approx(3 + half)
    assert "95 % interval (Student's t, cut at 0), n = 3 runs each" in caption(
        folder, figure, tmp_path
    )
    others = figure | {"y": "b"}
    assert cells(folder, others).cells["low"].to_numpy() == pytest.approx(2.5 - half)
    assert "cut" not in caption(folder, others, tmp_path)
