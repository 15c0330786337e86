"""The sensitivity analysis of a report, on functions whose indices are known."""

import math

import pandas as pd
import pytest

from samizdat.batch.results import read_results
from samizdat.report import write_report
from samizdat.report.sensitivity import analyse
from samizdat.report.tables import finished_runs
from samizdat.system.manifests import read_manifest, write_manifest
from small_sweeps import ishigami, ishigami_with_noise, linear, sweep

ANGLE = {"low": -math.pi, "high": math.pi}
VARIANCE = 7**2 / 8 + 0.1 * math.pi**4 / 5 + 0.1**2 * math.pi**8 / 18 + 1 / 2  # of Ishigami


def sobol(samples, **more):
    factors = {"x1": ANGLE, "x2": ANGLE, "x3": ANGLE}
    design = {"kind": "sobol", "factors": factors, "samples": samples} | more
    return {"question": "Which?", "design": design, "measures": ["y"],
            "cascade": {"of": "y", "at_least": 100.0}}  # fmt: skip


def morris(**more):
    factors = {name: {"low": 0.0, "high": 1.0} for name in "abcd"}
    design = {"kind": "morris", "factors": factors, "trajectories": 8} | more
    return sobol(2) | {"design": design}


def analysis(folder):
    results = read_results(folder)
    return analyse(results, finished_runs(results))


def indices(folder):
    return analysis(folder).table.set_index("factor")


@pytest.fixture(scope="module")
def of_ishigami(tmp_path_factory):
    return indices(sweep(tmp_path_factory.mktemp("i") / "s", sobol(1024), ishigami))


def test_the_first_order_of_ishigami_is_the_known_one(of_ishigami):
    assert of_ishigami.loc[["x1", "x2", "x3"], "S1"].tolist() == pytest.approx(
        [0.3139, 0.4424, 0.0], abs=0.03
    )


def test_the_total_of_ishigami_is_the_known_one(of_ishigami):
    assert of_ishigami.loc[["x1", "x2", "x3"], "ST"].tolist() == pytest.approx(
        [0.5576, 0.4424, 0.2437], abs=0.03
    )


def test_the_known_total_lies_within_its_interval(of_ishigami):
    known = pd.Series({"x1": 0.5576, "x2": 0.4424, "x3": 0.2437})
    found = of_ishigami.loc[known.index]
    assert ((found["ST"] - known).abs() < found["ST_conf"]).all()


def test_without_random_numbers_the_dummy_reaches_nothing(of_ishigami):
    assert of_ishigami.loc["dummy", ["S1", "ST"]].tolist() == pytest.approx([0, 0], abs=1e-12)
    assert of_ishigami.loc[["x1", "x2", "x3"], "above_dummy"].tolist() == [True, True, True]


def test_the_total_of_the_dummy_is_the_share_of_noise(tmp_path):
    found = indices(sweep(tmp_path / "s", sobol(1024), ishigami_with_noise))
    assert found.loc["dummy", "ST"] == pytest.approx(4 / (VARIANCE + 4), abs=0.03)


def test_the_effects_of_a_linear_function_are_its_slopes(tmp_path):
    found = indices(sweep(tmp_path / "s", morris(), linear))
    assert found.loc[list("abcd"), "mu_star"].tolist() == pytest.approx([3, 2, 0.5, 0])
    assert found["sigma"].tolist() == pytest.approx([0] * 5, abs=1e-12)
    assert found.loc[["a", "d"], "above_dummy"].tolist() == [True, False]


def test_a_design_without_a_dummy_is_analysed_too(tmp_path):
    found = indices(sweep(tmp_path / "s", morris(dummy=False), linear))
    assert found.loc["a", "mu_star"] == pytest.approx(3)
    assert found["above_dummy"].isna().all()


def test_missing_runs_are_never_made_up(tmp_path):
    folder = sweep(tmp_path / "s", sobol(2), ishigami, leave_out=[3])
    found = analysis(folder)
    assert found.table is None
    assert "1 of 12 runs are missing, so there is no sensitivity analysis" in found.notes[0]


def test_a_measure_that_never_changes_has_no_indices(tmp_path):
    found = analysis(sweep(tmp_path / "s", sobol(2), ishigami))
    assert found.notes == ["cascade: the same at every point, so it has no indices."]


def test_other_points_than_those_that_were_run_are_not_analysed(tmp_path):
    folder = sweep(tmp_path / "s", sobol(2), ishigami)
    path = folder / "manifest.json"
    manifest = read_manifest(path)
    manifest["experiment"]["design"]["seed"] = 5  # other points than those that were run
    write_manifest(path, manifest)
    assert "sample other points" in analysis(folder).notes[0]


def test_the_report_has_the_indices_and_a_picture_of_them(tmp_path):
    place = write_report(sweep(tmp_path / "s", sobol(8), ishigami)).parent
    assert pd.read_csv(place / "sensitivity.csv")["factor"].tolist() == ["x1", "x2", "x3", "dummy"]
    assert (place / "figures" / "sensitivity-y.png").stat().st_size > 10_000


def _with_measures(folder, design, values, samples=2):
    """A sweep whose measures are lists of one value a point."""
    table = (sobol(samples) if design == "sobol" else morris()) | {"measures": list(values)}
    table["cascade"] = {"of": "y", "at_least": 100.0}
    out = sweep(folder / "s", table, linear if design == "morris" else ishigami)
    results = read_results(out)
    found = finished_runs(results)
    for name, each in values.items():
        found.runs[name] = each
    return analyse(results, found)


@pytest.mark.parametrize("constant", [0.0, 0.3, -1e300, 1e-300, 1e9])
@pytest.mark.parametrize("design", ["sobol", "morris"])
def test_a_constant_has_no_index_that_could_be_taken_for_0(tmp_path, design, constant):
    found = _with_measures(tmp_path, design, {"y": constant})
    assert found.table is None
    assert found.notes[0] == "y: the same at every point, so it has no indices."


def test_a_measure_that_varies_only_beside_the_two_samples_has_no_indices(tmp_path):
    rare = [0.0] * 12
    rare[1] = rare[8] = 1.0  # points where one factor alone comes from the second sample
    found = _with_measures(tmp_path, "sobol", {"y": rare})
    assert found.table is None
    assert found.notes[0].startswith(
        "y: the same at all points of the design's two samples, so it has no indices"
    )
    rare[0] = 1.0  # a point of the first sample
    found = _with_measures(tmp_path / "other", "sobol", {"y": rare})
    assert found.table["ST"].notna().all()


@pytest.mark.parametrize("place", [0, 5])
def test_a_measure_of_the_last_sample_alone_varies(tmp_path, place):
    values = [0.0] * 12
    values[place] = 1.0  # of the first block's first and last sample
    assert _with_measures(tmp_path, "sobol", {"y": values}).table is not None


def test_a_measure_that_is_infinite_somewhere_has_no_indices(tmp_path):
    found = _with_measures(tmp_path, "sobol", {"y": [math.inf, *range(10), -math.inf]})
    assert found.table is None
    assert found.notes[0] == "y: infinite in 2 runs, so it has no indices."


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_indices_do_not_depend_on_the_unit_of_a_measure(tmp_path, scale):
    values = [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    one = _with_measures(tmp_path / "1", "sobol", {"y": values}).table
    other = _with_measures(tmp_path / "2", "sobol", {"y": [scale * v for v in values]}).table
    assert other["ST"].tolist() == pytest.approx(one["ST"].tolist())
    assert other["S1"].tolist() == pytest.approx(one["S1"].tolist())
