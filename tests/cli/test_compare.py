"""One world under several regimes, from the command line."""

import json

import pandas as pd
import pytest

from command import call
from samizdat import read_table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The town under the four presets and its own regime, written."""
    out = tmp_path_factory.mktemp("compare") / "town"
    regimes = [w for name in ("open", "networked", "scenario") for w in ("--regime", name)]
    assert call("compare", "town", "--citizens", 400, "--out", out, *regimes, "--quiet") == 0
    return out


def test_each_regime_leaves_a_whole_run(folder):
    for name in ("open", "networked", "scenario"):
        manifest = json.loads((folder / name / "manifest.json").read_text())
        assert manifest["status"] == "complete"
        assert len(read_table(folder / name / "nation.parquet")) == 60


def test_the_table_has_a_row_a_regime(folder):
    table = pd.read_csv(folder / "compare.csv")
    assert table["regime"].tolist() == ["open", "networked", "scenario"]
    assert table.set_index("regime").loc["open", "arrests"] == 0


def test_the_same_citizens_live_under_each_regime(folder):
    manifests = [json.loads(file.read_text()) for file in folder.glob("*/manifest.json")]
    assert len({manifest["graph_digest"] for manifest in manifests}) == 1
    assert len({json.dumps(manifest["population"]) for manifest in manifests}) == 1


def test_the_regimes_stand_side_by_side_in_a_picture(folder):
    assert (folder / "figures" / "regimes.png").stat().st_size > 20_000


def test_the_comparison_is_printed(capsys):
    assert call("compare", "town", "--citizens", 200, "--until", "2014-03-20") == 0
    said = capsys.readouterr().out
    for word in ("open", "analog", "networked", "ban", "turnout, person-days", "survived"):
        assert word in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["town", "--regime", "mild"], ["mild", "networked"]),
        (["town", "--regime", "open", "--regime", "open"], ["twice"]),
        (["town", "--until", "1999-01-01"], ["1999-01-01"]),
        (["twon"], ["twon", "town"]),
    ],
)
def test_bad_input_is_refused_in_one_line(capsys, tmp_path, arguments, words):
    out = tmp_path / "out"
    assert call("compare", *arguments, "--out", out) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert all(word in line for word in words), line
    assert not out.exists()
