"""Points in a table or a list: read by their columns, or refused in one line."""

import pandas as pd
import pytest
from sweeping import check_refused, write_experiment

from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.plan import SweepPlan

# name -> (file name, content or None, words)
TABLES = {
    "no file": ("points.csv", None, ["no such file"]),
    "an empty file": ("points.csv", b"", ["cannot be read"]),
    "a header alone": ("points.csv", b"chill\n", ["no points"]),
    "an empty cell": ("points.csv", b"chill,attention.beta\n0.1,0.2\n0.1,\n", ["beta", "row 2"]),
    "NaN in a cell": ("points.csv", b"chill\n0.1\nNaN\n", ["chill", "row 2"]),
    "an empty column": ("points.csv", b"chill,\n0.1,\n0.1,\n", ["column 2 has no name"]),
    "infinity": ("points.csv", b"chill\n0.1\ninf\n", ["chill", "inf"]),
    "a word for a number": ("points.csv", b"chill\n0.1\ncold\n", ["chill", "cold"]),
    "an unknown column": ("points.csv", b"chil\n0.1\n", ["chil", "chill"]),
    "a value outside": ("points.csv", b"chill\n0.1\n7\n", ["chill", "7", "0 ... 1"]),
    "a column that is set too": ("points.csv", b"citizens\n50\n", ["citizens"]),
    "a point twice": (
        "points.csv",
        b"chill,regime\n0.1,open\n0.2,ban\n0.3,ban\n0.20,ban\n",
        ["row 4", "chill = 0.2", "regime = 'ban'", "row 2"],
    ),
    "a point twice among words": (
        "points.csv",
        b"blocking.authority\ncourt\n0\n",
        ["row 2", "'0'", "row 1"],
    ),
    "a reserved column": ("points.csv", b"chill,seed\n0.1,3\n", ["seed", "reserved"]),
    "a row too long": ("points.csv", b"chill\n0.1\n0.1,3,4\n", ["points.csv"]),
    "junk as CSV": ("points.csv", bytes(range(256)) * 3, ["points.csv"]),
    "junk as Parquet": ("points.parquet", bytes(range(256)) * 3, ["points.parquet"]),
    "decimal commas": (
        "points.csv",
        b"attention.beta\n0,1\n0,2\n",
        ["points.csv, row 1", "2 fields, '0,1'", "the header has 1", "written with a point"],
    ),
    "semicolons and decimal commas": (
        "points.csv",
        b"attention.beta;chill\n0,1;0,5\n0,2;0,6\n",
        ["points.csv", "'attention.beta;chill', has semicolons"],
    ),
    "an index of pandas": (
        "points.csv",
        b",chill\n0,0.1\n",
        ["column 1 has no name", "index=False"],
    ),
    "a comment": ("points.csv", b"# mine\nchill\n0.1\n", ["'# mine'", "begins with '#'"]),
    "a byte of Windows-1251": ("points.csv", b"regime\nopen\nb\xe0n\n", ["row 2", "0xe0", "UTF-8"]),
    "digits in groups": ("points.csv", b"citizens\n60\n1_000\n", ["row 2", "citizens = '1_000'"]),
    "base 16": ("points.csv", b"chill\n0.1\n0x1\n", ["row 2: chill = '0x1'", "0 ... 1"]),
    "a quoted decimal comma": ("points.csv", b'chill\n0.1\n"0,2"\n', ["row 2: chill = '0,2'"]),
    "truth for a number": (
        "points.csv",
        b"chill\nTrue\nFalse\n",
        ["row 1: chill = True", "0 ... 1"],
    ),
    "another extension": ("points.xls", b"chill\n0.1\n", [".xls", ".csv"]),
}
TABLE = """
question = "?"
scenario = "town"
[set]
citizens = 60
[design]
kind = "table"
file = "{}"
"""
LISTS = {
    "different factors": ("[{ chill = 0 }, { egov = 0 }]", ["design.points.1", "factors"]),
    "no points": ("[]", ["points"]),
    "a point of nothing": ("[{}]", ["points"]),
    "a list for a value": ("[{ chill = [1] }]", ["points", "chill"]),
    "set too": ("[{ citizens = 50 }]", ["citizens"]),
    "reserved": ("[{ dummy = 1 }]", ["dummy", "reserved"]),
    "a point twice": (
        "[{ chill = 0.1, egov = 0 }, { chill = 0, egov = 0 }, { egov = 0, chill = 0.1 }]",
        ["design.points.2", "chill = 0.1", "design.points.0"],
    ),
    "unknown": ("[{ chil = 1 }]", ["chil", "chill"]),
    "outside": ("[{ chill = 1 }, { chill = 2 }]", ["chill", "2"]),
    "text": ("[{ chill = 1 }, { chill = '0.1' }]", ["chill = '0.1' is not a number: 0 ... 1"]),
    "words for points": ('"many"', ["points", "many"]),
}


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_table_of_points_is_refused(capsys, tmp_path, name):
    file, content, words = TABLES[name]
    if content is not None:
        (tmp_path / file).write_bytes(content)
    check_refused(
        tmp_path, capsys, ["fear.toml: ", *words], write_experiment(tmp_path, TABLE.format(file))
    )


@pytest.mark.parametrize("name", LISTS)
def test_a_bad_list_of_points_is_refused(capsys, tmp_path, name):
    points, words = LISTS[name]
    text = TABLE.replace('"table"', '"list"').replace('file = "{}"', f"points = {points}")
    check_refused(tmp_path, capsys, ["fear.toml: ", *words], write_experiment(tmp_path, text))


@pytest.mark.parametrize("kind", ["datetime", "list", "category", "decimal"])
def test_odd_columns_of_parquet_are_refused_or_read(tmp_path, kind):
    from decimal import Decimal

    odd = {
        "datetime": pd.to_datetime(["2014-03-01"]),
        "list": pd.Series([[1, 2]]),
        "category": pd.Categorical(["0.1"]),
        "decimal": pd.Series([Decimal("0.1")]),
    }
    pd.DataFrame({"chill": odd[kind]}).to_parquet(tmp_path / "points.parquet")
    experiment = Experiment.load(write_experiment(tmp_path, TABLE.format("points.parquet")))
    if kind in ("category", "decimal"):
        assert len(SweepPlan.of(experiment).points) == 1
    else:
        with pytest.raises(ExperimentError, match="chill"):
            SweepPlan.of(experiment)


POINTS = {"attention.beta": [1, 2], "blocking.authority": ["court", "0"], "ban.on": [True, False]}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_of_points_is_read_by_its_columns(tmp_path, kind):
    path = tmp_path / f"points.{kind}"
    frame = pd.DataFrame(POINTS)
    frame.to_csv(path, index=False) if kind == "csv" else frame.to_parquet(path)
    text = TABLE.format(path.name).replace("citizens = 60", '"graph.kind" = "ring"')
    points = Experiment.load(write_experiment(tmp_path, text)).points()
    assert points["attention.beta"].dtype == points["ban.on"].dtype == "float64"
    assert points.to_dict("list") == {**POINTS, "ban.on": [1.0, 0.0]}


def test_a_table_of_points_may_be_drawn_by_its_columns(tmp_path):
    (tmp_path / "points.csv").write_text("chill,regime\n0.1,open\n0.2,ban\n")
    text = (
        TABLE.format("points.csv")
        + """
[[figures]]
kind = "line"
x = "chill"
y = "fear.max"
"""
    )
    experiment = Experiment.load(write_experiment(tmp_path, text))
    assert "chill" not in experiment.measured
    assert "fear.max" in experiment.measured
    assert SweepPlan.of(experiment).points["regime"].tolist() == ["open", "ban"]
