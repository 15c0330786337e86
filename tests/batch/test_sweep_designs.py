"""The registry of designs: what can be registered, and what the rest of the package asks of it."""

from pathlib import Path
from typing import Literal

import pandas as pd
import pytest

from samizdat.batch.design import DESIGNS, GridDesign, MorrisDesign, SobolDesign
from samizdat.batch.design_kind import Design, Indices, registered
from samizdat.batch.experiment import Experiment, ExperimentError

RANGES = {"x": {"low": 0, "high": 1}, "w": {"low": 1, "high": 10, "log": True}}
EXAMPLES = {
    "grid": {"factors": {"x": [0, 1], "w": {"low": 1, "high": 10, "steps": 2, "log": True}}},
    "latin_hypercube": {"factors": RANGES, "samples": 6},
    "sobol": {"factors": RANGES, "samples": 4},
    "morris": {"factors": RANGES, "trajectories": 3},
    "list": {"points": [{"x": 0, "w": 1}, {"x": 1, "w": 10}]},
    "table": {"file": "points.csv"},
}


class _Single(Design):
    """One point."""

    kind: Literal["single"] = "single"

    @property
    def stated(self):
        """One value."""
        return [{"x": 1.0}]

    def sample(self, folder):
        """Return the point."""
        return pd.DataFrame({"x": [1.0]})


class _Unsampled(Design):
    kind: Literal["unsampled"] = "unsampled"

    @property
    def stated(self):
        """Nothing."""
        return []


class _Unanalysed(_Single):
    kind: Literal["unanalysed"] = "unanalysed"
    indices = Indices({"S1": "first order"}, None, "share", "Indices")


def designed(kind, folder=Path()):
    design = {"kind": kind, **EXAMPLES.get(kind, {"factors": RANGES, "samples": 8})}
    table = {"question": "?", "design": design, "measures": ["y"]}
    return Experiment.from_table(table, "mine", folder)


def test_a_design_that_samples_can_be_registered():
    assert registered({"single": _Single}) == {"single": _Single}


def test_a_kind_without_a_sampler_cannot_be_registered():
    with pytest.raises(TypeError, match="design 'unsampled': _Unsampled lacks sample"):
        registered({"unsampled": _Unsampled})


def test_a_kind_that_announces_indices_must_compute_them():
    with pytest.raises(TypeError, match="'unanalysed': _Unanalysed has indices but lacks analyse"):
        registered({"unanalysed": _Unanalysed})


def test_a_kind_is_registered_by_the_name_that_a_file_gives_it():
    with pytest.raises(TypeError, match=r"design 'squares': GridDesign\.kind is not 'squares'"):
        registered({"squares": GridDesign})


def test_an_unknown_kind_is_answered_with_all_that_exist():
    with pytest.raises(ExperimentError) as caught:
        designed("gird")
    assert str(caught.value).endswith(f"known are {', '.join(DESIGNS)}")


@pytest.mark.parametrize("kind", DESIGNS)
def test_every_design_gives_points_and_says_what_it_varies(kind, tmp_path):
    (tmp_path / "points.csv").write_text("x,w\n0,1\n1,10\n")
    experiment = designed(kind, tmp_path)
    points, design = experiment.points(), experiment.design
    assert {"x", "w"} <= set(points.columns)
    if design.stated is not None:
        assert design.names == ["x", "w"]
    assert design.is_log("w") == (kind not in ("list", "table"))
    if design.unit is not None:
        assert len(points) % design.unit.points == 0


def test_only_chosen_points_are_compared_in_pairs():
    assert [name for name, kind in DESIGNS.items() if kind.paired] == ["grid", "list"]


@pytest.mark.parametrize("kind", [SobolDesign, MorrisDesign])
def test_factors_are_ranked_by_the_last_index(kind):
    assert kind.indices.columns[-1] in ("ST", "mu_star")
