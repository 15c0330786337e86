"""Figures are checked before the first run: against the points, and against what runs measure."""

import pytest
from functions import silent

from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.plan import SweepPlan

TABLE = {
    "question": "?",
    "scenario": "town",
    "set": {"citizens": 60},
    "design": {"kind": "table", "file": "points.csv"},
}
# A figure -> words that the line must hold, where the points come from a table.
FIGURES = {
    "a misspelt y": (
        {"kind": "line", "x": "chill", "y": "pek_share"}, ["figures.0.y", "'peak_share'"]),
    "a misspelt cascade": (
        {"kind": "line", "x": "chill", "y": "cascad"}, ["figures.0.y", "'cascad'", "'cascade'"]),
    "a daily y": (
        {"kind": "distribution", "y": "fear"}, ["figures.0.y", "'fear' is daily", "fear.max"]),
    "a factor as y": (
        {"kind": "points", "x": "regime", "y": "chill"}, ["figures.0.y", "chill", "is a factor"]),
    "a misspelt x of a scatter": (
        {"kind": "scatter", "x": "chil", "y": "arrests"}, ["figures.0.x", "'chil'", "'chill'"]),
    "an unknown x of a scatter": (
        {"kind": "scatter", "x": "fear.lst", "y": "arrests"}, ["figures.0.x", "lst", "last"]),
}  # fmt: skip


def plan_with(tmp_path, figure, model=None, **more):
    """Plan a sweep of points from a table, with one figure."""
    (tmp_path / "points.csv").write_text("chill,regime\n0.1,open\n0.2,ban\n")
    table = TABLE | {"figures": [figure]} | more
    if model:
        table.pop("scenario")
    return SweepPlan.of(Experiment.from_table(table, "mine", tmp_path), model)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_what_no_run_will_have_is_refused(tmp_path, name):
    figure, words = FIGURES[name]
    with pytest.raises(ExperimentError) as caught:
        plan_with(tmp_path, figure)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("x", ["chill", "fear.last", "cascade_size", "person_days"])
@pytest.mark.parametrize("y", ["fell", "cascade", "fear.mean"])
def test_a_scatter_of_what_every_run_will_have_is_drawn(tmp_path, x, y):
    assert len(plan_with(tmp_path, {"kind": "scatter", "x": x, "y": y}).points) == 2


def test_a_factor_of_a_grid_is_no_y_either(tmp_path):
    design = {"factors": {"chill": [0.0, 0.1]}}
    with pytest.raises(ExperimentError, match=r"figures.0.y = 'chill': is a factor"):
        plan_with(tmp_path, {"kind": "points", "x": "chill", "y": "chill"}, design=design)


def test_figures_of_a_function_are_of_its_measures(tmp_path):
    figure = {"kind": "scatter", "x": "z", "y": "y"}
    assert plan_with(tmp_path, figure, silent, measures=["y", "z"])
    with pytest.raises(
        ExperimentError, match=r"figures.0.x: unknown 'z'; known are chill, regime, y"
    ):
        plan_with(tmp_path, figure, silent, measures=["y"])
    with pytest.raises(ExperimentError, match=r"figures.0.y: unknown 'peak_share'"):
        plan_with(tmp_path, figure | {"y": "peak_share"}, silent, measures=["y", "z"])
    chart = {"kind": "line", "x": "chill", "y": "cascade"}
    with pytest.raises(ExperimentError, match=r"figures.0.y = 'cascade': no cascade is declared"):
        plan_with(tmp_path, chart, silent, measures=["y"])
    assert plan_with(tmp_path, chart, silent, measures=["y"], cascade={"of": "y", "at_least": 1})
