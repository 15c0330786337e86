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
