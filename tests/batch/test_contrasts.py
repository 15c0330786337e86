"""Nested factors and contrasts: which points there are, which are paired, where signs turn."""

import math

import numpy as np
import pandas as pd
import pytest

from samizdat.batch.contrasts import Contrast, contrast_cells, groups_of
from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.plan import SweepPlan
from samizdat.batch.turns import turns_of

NET = Contrast(y="y", of={"net": 0.9}, against={"net": 0})
NESTED = {"block": {"net": [0.9]}, "angry": {"block": [1]}}
FACTORS = {"net": [0, 0.9], "q": [0, 0.4, 0.7], "block": [0, 1], "angry": [0, 1]}


def experiment(only_where=NESTED, factors=FACTORS, **more):
    design = {"factors": factors, "only_where": only_where}
    return Experiment.from_table({"question": "?", "design": design, "measures": ["y"], **more})


def runs_of(points, y, replicates=4, noise=0.01):
    """A table as a sweep returns it, with noise that is not that of the seed alone."""
    rows = []
    for k, point in enumerate(points.to_dict("records")):
        for i in range(replicates):
            about = {"RunId": len(rows), "point": k, "iteration": i, "Step": 1}
            value = y(point) + noise * ((k * 7 + i * 3) % 5 - 2) + 10 * i
            rows.append(about | point | {"seed": i, "y": value})
    return pd.DataFrame(rows)


def test_a_nested_factor_varies_only_where_it_may():
    points = experiment().points()
    assert len(points) == 3 * (1 + 1 + 2)
    assert (points.query("net == 0")[["block", "angry"]] == 0).all(axis=None)
    assert (points.query("block == 0")["angry"] == 0).all()
    assert not points.duplicated().any()


def test_without_conditions_a_grid_is_whole():
    assert len(experiment(only_where={}).points()) == 24


def test_words_may_be_nested():
    factors = {"regime": ["calm", "harsh"], "mood": ["b", "a"]}
    points = experiment({"mood": {"regime": ["harsh"]}}, factors).points()
    assert points.to_numpy().tolist() == [["calm", "b"], ["harsh", "b"], ["harsh", "a"]]


@pytest.mark.parametrize(("only_where", "told"), [
    ({"blok": {"net": [0.9]}}, "design.only_where: .*'blok'.*block"),
    ({"block": {"nett": [0.9]}}, "design.only_where.block: .*'nett'.*net"),
    ({"block": {"net": [0.8]}}, r"only_where.block.net = 0.8: .* 0, 0.9"),
    ({"block": {}}, "only_where.block: names no factor"),
    ({"block": {"block": [1]}}, "block: depends on itself"),
    ({"block": {"angry": [1]}, "angry": {"block": [1]}}, "block, angry depend on each other"),
])  # fmt: skip
def test_a_condition_that_is_wrong_is_told(only_where, told):
    with pytest.raises(ExperimentError, match=told) as error:
        experiment(only_where).points()
    assert "\n" not in str(error.value)


def test_a_nested_factor_that_a_point_does_not_vary_agrees_with_all():
    points = experiment().points()
    cells = contrast_cells(runs_of(points, lambda p: p["net"]), NET, nesting=NESTED)
    assert len(cells) == 3 * 3
    assert (cells["n"] == 4).all()
    assert cells["angry"].isna().tolist() == [b == 0 for b in cells["block"]]
    assert (cells["sign"] == "+").all()


def test_the_numbers_are_those_of_the_pairs():
    points = experiment().points()
    table = runs_of(points, lambda p: p["net"] * (1 + p["block"]))
    cell = contrast_cells(table, NET, nesting=NESTED).query("q == 0.4 and block == 0").iloc[0]
    mine = table.query("net == 0.9 and q == 0.4 and block == 0").set_index("iteration")["y"]
    base = table.query("net == 0 and q == 0.4").set_index("iteration")["y"]
    assert cell["mean"] == pytest.approx((mine - base).mean())
    assert cell["relative"] == pytest.approx((mine - base).mean() / base.mean())
    half = 3.182446 * (mine - base).std() / 2
    assert (cell["low"], cell["high"]) == pytest.approx((cell["mean"] - half, cell["mean"] + half))


def test_a_factor_that_one_side_names_varies_on_the_other():
    contrast = Contrast(y="y", of={"net": 0.9}, against={"net": 0, "q": 0})
    table = runs_of(experiment().points(), lambda p: p["q"])
    cells = contrast_cells(table, contrast, nesting=NESTED)
    found = cells.query("block == 0").set_index("q")["mean"]
    assert found.to_dict() == pytest.approx({0: 0, 0.4: 0.4, 0.7: 0.7}, abs=0.05)
    assert len(cells) == 9


def test_where_restricts_the_points():
    contrast = NET.model_copy(update={"where": {"q": (0.4, 0.7), "block": (1,)}})
    cells = contrast_cells(runs_of(experiment().points(), lambda _: 0), contrast, nesting=NESTED)
    assert sorted(cells["q"]) == [0.4, 0.4, 0.7, 0.7]
    assert (cells["block"] == 1).all()


def test_a_run_that_failed_leaves_its_pair_out():
    points = experiment().points()
    table = runs_of(points, lambda p: p["net"])
    lost = table[(table["point"] == 0) & (table["iteration"] == 2)].index
    cells = contrast_cells(table.drop(lost), NET, nesting=NESTED)
    assert cells.query("q == 0")["n"].tolist() == [3, 3, 3]
    assert cells.query("q != 0")["n"].eq(4).all()


def test_a_cell_without_pairs_is_missing_and_nothing_holds():
    points = experiment().points()
    planned = points.assign(point=range(len(points)))
    table = runs_of(points, lambda p: p["net"])
    cells = contrast_cells(table[table["point"] != 0], NET, nesting=NESTED, points=planned)
    assert cells.query("q == 0")["sign"].eq("missing").all()
    group = groups_of(cells, []).iloc[0]
    assert (group["+"], group["missing"], group["verdict"]) == (6, 3, "open")


def test_an_empty_measure_is_no_pair():
    table = runs_of(experiment().points(), lambda p: p["net"])
    table.loc[table["point"] == 0, "y"] = np.nan
    assert contrast_cells(table, NET, nesting=NESTED).query("q == 0")["n"].eq(0).all()


def test_signs():
    def of(*differences):
        n = len(differences)
        table = pd.DataFrame({
            "point": [0] * n + [1] * n, "iteration": [*range(n)] * 2, "Step": 1,
            "net": [0.0] * n + [0.9] * n, "seed": 0, "y": [0.0] * n + list(differences),
        })  # fmt: skip
        return contrast_cells(table, NET)["sign"].iloc[0]

    assert of(1, 2, 1.5) == "+"
    assert of(-1, -2, -1.5) == "-"
    assert of(0, 0) == "0"
    assert of(2, 2) == "+"
    assert of(-1, 1) == of(3) == "undecided"


def test_equal_differences_are_no_certainty():
    table = runs_of(experiment().points(), lambda p: p["net"] > 0, replicates=2, noise=0)
    assert contrast_cells(table, NET, nesting=NESTED)["p"].eq(0.5).all()


def test_a_sign_holds_only_in_all_cells():
    table = runs_of(experiment().points(), lambda p: p["net"])
    cells = contrast_cells(table, NET, nesting=NESTED)
    assert groups_of(cells, ["block"])["verdict"].tolist() == ["holds +", "holds +"]
    contrary = cells.copy()
    contrary.loc[0, ["sign", "p"]] = ["-", 0.04]  # one of nine, as chance gives
    assert groups_of(contrary, [])["verdict"].tolist() == ["open"]
    contrary.loc[0, "p"] = 1e-6
    assert groups_of(contrary, [])["verdict"].tolist() == ["turns"]
    zero = contrast_cells(runs_of(experiment().points(), lambda _: 0, noise=0), NET, nesting=NESTED)
    assert groups_of(zero, ["block"])["verdict"].tolist() == ["0", "0"]


def test_a_sign_turns_at_a_number():
    table = runs_of(experiment().points(), lambda p: p["net"] * (p["q"] - 0.3), noise=1e-6)
    turns = turns_of(contrast_cells(table, NET, nesting=NESTED), ["block"])
    assert turns["factor"].tolist() == ["q", "q"]
    assert turns[["from", "to"]].to_numpy().tolist() == [[0.0, 0.4]] * 2
    assert turns["lowest"].tolist() == pytest.approx([0.3, 0.3], abs=1e-3)
    assert dict(zip(turns["block"], turns["of_lines"], strict=True)) == {0: 1, 1: 2}
    assert (turns["signs"] == "- to +").all()


def test_undecided_levels_between_are_passed_over():
    cells = pd.DataFrame({
        "q": [0.0, 0.4, 0.7], "n": 4, "mean": [2.0, 0.5, -1.0], "low": 0.0, "high": 0.0,
        "base": 1.0, "relative": 0.0, "p": 0.0, "sign": ["+", "undecided", "-"],
    })  # fmt: skip
    turn = turns_of(cells, []).iloc[0]
    assert (turn["from"], turn["to"], turn["lowest"]) == pytest.approx((0.0, 0.7, 0.5))
    assert turns_of(cells.assign(sign=["+", "undecided", "undecided"]), []).empty
    assert turns_of(cells.assign(sign=["+", "missing", "-"]), []).empty


def test_a_switch_turns_a_sign_and_has_no_number():
    factors = {"net": [0, 0.9], "reach.word_of_mouth": [0, 1], "regime": ["open", "ban"]}
    points = experiment({}, factors).points()

    def y(point):
        told = 1 if point["regime"] == "ban" else 2 * point["reach.word_of_mouth"] - 1
        return point["net"] * told

    turns = turns_of(contrast_cells(runs_of(points, y), NET), [])
    by_word = turns.query("factor == 'reach.word_of_mouth'").iloc[0]
    assert (by_word["from"], by_word["to"], by_word["signs"]) == (0, 1, "- to +")
    assert (by_word["lines"], by_word["of_lines"]) == (1, 2)
    assert math.isnan(by_word["lowest"])
    by_regime = turns.query("factor == 'regime'").iloc[0]
    assert (by_regime["from"], by_regime["to"], by_regime["signs"]) == ("open", "ban", "- to +")


def planned(**contrast):
    given = {"y": "y", "of": {"net": 0.9}, "against": {"net": 0}} | contrast
    return SweepPlan.of(experiment(contrasts=[given]), toy)


def toy(point, seed):
    return {"y": point["net"] + seed}


@pytest.mark.parametrize(("contrast", "told"), [
    ({"y": "z"}, "contrasts.0.y: .*'z'"),
    ({"y": "net"}, "contrasts.0.y = 'net': is a factor"),
    ({"of": {"nett": 1}}, "contrasts.0.of: .*'nett'.*net"),
    ({"of": {"net": 0.8}}, "contrasts.0.of.net = 0.8: the design has 0, 0.9"),
    ({"of": {"net": 0}}, "need a factor that both name"),
    ({"of": {"block": 1}}, "need a factor that both name"),
    ({"where": {"q": 3}}, "contrasts.0.where.q = 3"),
    ({"by": ["blok"]}, "contrasts.0.by: .*'blok'.*block"),
    ({"by": ["net"]}, "is what the contrast changes"),
    ({"bye": ["q"]}, "contrasts.0.bye: .*'bye'"),
])  # fmt: skip
def test_a_contrast_that_is_wrong_is_told(contrast, told):
    with pytest.raises(ExperimentError, match=told) as error:
        planned(**contrast)
    assert "\n" not in str(error.value)


def test_a_sampled_design_has_no_contrasts():
    table = {
        "question": "?", "measures": ["y"],
        "design": {"kind": "sobol", "factors": {"net": [0, 1]}, "samples": 2},
        "contrasts": [{"y": "y", "of": {"net": 1}, "against": {"net": 0}}],
    }  # fmt: skip
    with pytest.raises(ExperimentError, match="a sobol design has no points"):
        SweepPlan.of(Experiment.from_table(table), toy)


def test_an_experiment_with_contrasts_is_read_again():
    mine = experiment(contrasts=[{"y": "y", "of": {"net": 0.9}, "against": {"net": 0},
                                  "where": {"q": 0.4}}])  # fmt: skip
    again = Experiment.from_table(mine.to_table())
    assert (again.contrasts, again.design) == (mine.contrasts, mine.design)
