"""A bad experiment, a bad table of points, a bad call: one line, exit code 2, nothing written."""

import contextlib
import os
import tomllib

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sweeping import FEAR, call, check_usage_error, write_experiment

from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.plan import SweepPlan
from samizdat.scenario.schema import ScenarioError

# name -> (text in FEAR, what replaces it, words that the line must hold)
FILES = {
    "broken TOML": ("[design]", "[design", ["broken TOML", "line"]),
    "an unknown key": ("replicates = 2", "replicate = 2", ["replicate", "replicates"]),
    "an unknown table": ("[set]", "[sett]", ["sett", "set"]),
    "no question": ('question = "Does fear silence?"\n', "", ["question", "missing"]),
    "no scenario": ('scenario = "town"\n', "", ["scenario", "missing"]),
    "an unknown scenario": ('"town"', '"tonw"', ["tonw", "town"]),
    "a scenario that is no file": ('"town"', '"no/such.toml"', ["no/such.toml", "no such file"]),
    "a number for a scenario": ('"town"', "3", ["scenario", "3"]),
    "an unknown factor": ("attention.beta", "attention.bta", ["attention.bta", "attention.beta"]),
    "an unknown key in set": ("citizens = 60", "citizen = 60", ["citizen", "citizens"]),
    "a value outside in set": ("citizens = 60", "chill = 3", ["chill = 3", "0 ... 1"]),
    "no citizens": ("citizens = 60", "citizens = 0", ["citizens", "0"]),
    "a list in set": ("citizens = 60", "chill = [1]", ["set.chill", "list"]),
    "a level outside": ("[0.05, 0.2]", "[0.05, 9.0]", ["attention.beta", "9.0", "0 ... 5"]),
    "a level that is no number": ("[0.05, 0.2]", "[0.05, nan]", ["attention.beta", "nan"]),
    "a level without end": ("[0.05, 0.2]", "[0.05, inf]", ["attention.beta", "inf"]),
    "a word for a number": ("[0.05, 0.2]", '["much", "more"]', ["attention.beta", "much"]),
    "a level twice": ("[0.05, 0.2]", "[0.05, 0.2, 0.05]", ["attention.beta", "0.05", "twice"]),
    "a level as text": ("[0.05, 0.2]", '["0.1"]', ["attention.beta = '0.1' is not a number"]),
    "a level twice, once as text": (
        "[0.05, 0.2]", '[0.2, "0.2"]', ["attention.beta = '0.2' is not a number: 0 ... 5"]),
    "levels as text": (
        "[0.05, 0.2]", '["0.1", "a", true, "0.2", 0.3]', ["'0.1'", "'a'", "True", "and 1 more"]),
    "citizens as text": (
        '"attention.beta" = [0.05, 0.2]\nregime', '"step_days" = ["2"]\nregime',
        ["step_days = '2' is not a number"]),
    "a distribution as text": (
        "attention.beta", "population.threshold.mean\" = ['0.1']\n\"attention.beta",
        ["population.threshold.mean = '0.1' is not a number"]),
    "a switch as text": (
        "[0.05, 0.2]", "[0.1]\n\"attention.on\" = ['1']", ["attention.on = '1'", "0 or 1"]),
    "text in set": ("citizens = 60", 'chill = "0.1"', ["chill = '0.1' is not a number: 0 ... 1"]),
    "citizens as text in set": ("citizens = 60", 'citizens = "60"', ["citizens = '60'"]),
    "truth in set": ("citizens = 60", "citizens = true", ["citizens = True is not a number"]),
    "a level of many digits": (
        "[0.05, 0.2]", f"[1{'0' * 400}]", ["attention.beta = 10**400 is too large"]),
    "a range of many digits": (
        "[0.05, 0.2]", f"{{ low = 0, high = 1{'0' * 400}, steps = 3 }}", ["attention.beta"]),
    "many digits in set": (
        "citizens = 60", f"chill = -1{'0' * 400}", ["chill = -10**400 is too large"]),
    "a seed of many digits": ("replicates = 2", f"seed = 1{'0' * 400}", ["seed = 10**400"]),
    "a week for until": ("2014-03-08", '"2014-W10"', ["until = '2014-W10' is not a date of the"]),
    "a number for until": ("2014-03-08", "20140308", ["until = 20140308 is not a date"]),
    "a time for until": ("2014-03-08", "2014-03-08T12:00:00", ["until = 2014-03-08 12:00:00 is"]),
    "the first year": ("2014-03-08", "0001-01-01", ["until = 0001-01-01", "1900 ... 2199"]),
    "the last year": ("2014-03-08", "9999-12-31", ["until = 9999-12-31", "1900 ... 2199"]),
    "four mistakes": (
        "replicates = 2\nseries = 3", 'replicates = 0\nseries = 0\nseed = -1\ncascade = { of = 3 }',
        ["replicates = 0", "series = 0", "seed = -1", "and 1 more"]),
    "a level twice, by word and number": (
        '"attention.beta" = [0.05, 0.2]', '"blocking.authority" = ["court", "prosecutor", 0]',
        ["blocking.authority", "0", "twice"]),
    "a regime twice": ('["scenario", "open", "ban"]', '["open", "open"]', ["regime", "'open'"]),
    "truth for a number": ("[0.05, 0.2]", "[true, false]", ["attention.beta", "True"]),
    "no levels": ("[0.05, 0.2]", "[]", ["attention.beta", "levels"]),
    "a number for levels": ("[0.05, 0.2]", "0.05", ["attention.beta", "0.05", "levels"]),
    "levels of levels": ("[0.05, 0.2]", "[[0.05], [0.2]]", ["attention.beta", "levels"]),
    "an empty range": ("[0.05, 0.2]", "{ low = 1, high = 1, steps = 3 }", ["attention.beta", "1"]),
    "a range upside down": ("[0.05, 0.2]", "{ low = 2, high = 1, steps = 3 }", ["low = 2"]),
    "a range of nothing": ("[0.05, 0.2]", "{ low = nan, high = 1, steps = 3 }", ["beta"]),
    "a range without steps": ("[0.05, 0.2]", "{ low = 0, high = 1 }", ["beta", "steps"]),
    "a range of one step": ("[0.05, 0.2]", "{ low = 0, high = 1, steps = 1 }", ["beta"]),
    "a log range from 0": (
        "[0.05, 0.2]", "{ low = 0, high = 1, steps = 3, log = true }", ["beta", "above 0"]),
    "half a range": ("[0.05, 0.2]", "{ low = 0 }", ["beta"]),
    "an unknown regime": ('["scenario", "open", "ban"]', '["opne"]', ["opne", "open"]),
    "an unknown scenario in levels": (
        'regime = ["scenario", "open", "ban"]', 'scenario = ["town", "twon"]', ["twon", "town"]),
    "a number for a regime": ('["scenario", "open", "ban"]', "[1, 2]", ["regime", "1"]),
    "no factors": (
        '"attention.beta" = [0.05, 0.2]\nregime = ["scenario", "open", "ban"]', "", ["factors"]),
    "a factor that is set too": ("citizens = 60", '"attention.beta" = 0.1', ["attention.beta"]),
    "a reserved factor": ('"attention.beta" =', "seed =", ["seed", "reserved"]),
    "a factor that is a measure": ('"attention.beta" =', "arrests =", ["arrests", "measure"]),
    "an unknown kind of design": (
        'kind = "grid"', 'kind = "gird"', ["design.kind", "gird", "known are grid"]),
    "a design of another kind": ('kind = "grid"', 'kind = "sobol"', ["samples", "missing"]),
    "a number for a design": ("[design]", "design = 3\n[other]", ["design"]),
    "samples not a power of two": (
        'kind = "grid"', 'kind = "sobol"\nsamples = 100', ["samples", "64", "128"]),
    "no samples": ('kind = "grid"', 'kind = "latin_hypercube"\nsamples = 0', ["samples", "0"]),
    "an odd number of Morris levels": (
        'kind = "grid"', 'kind = "morris"\ntrajectories = 4\nlevels = 3', ["levels", "even"]),
    "until before the start": ("2014-03-08", "2013-03-08", ["until", "2013-03-08", "2014-03-01"]),
    "until after the end": ("2014-03-08", "2019-03-08", ["until", "2019-03-08", "2014-04-29"]),
    "a word for until": ("2014-03-08", '"soon"', ["until", "soon"]),
    "no replicates": ("replicates = 2", "replicates = 0", ["replicates", "0"]),
    "half a replicate": ("replicates = 2", "replicates = 1.5", ["replicates", "1.5"]),
    "a word for replicates": ("replicates = 2", 'replicates = "many"', ["replicates", "many"]),
    "an unknown rule of replicates": (
        "replicates = 2", "replicates = { until = 3 }", ["replicates", "until_half_width"]),
    "a misspelt rule of replicates": (
        "replicates = 2", 'replicates = { until_half_widht = 0.1, of = "arrests" }',
        ["until_half_width"]),
    "a misspelt range": ("[0.05, 0.2]", "{ low = 0, hgih = 1, steps = 3 }", ["beta"]),
    "replicates on an unknown measure": (
        "replicates = 2", 'replicates = { until_half_width = 0.1, of = "arests" }',
        ["arests", "arrests"]),
    "too many runs": ("replicates = 2", "replicates = 10_000_000\nseed = 3", ["replicates"]),
    "a negative seed": ("replicates = 2", "seed = -1", ["seed", "-1"]),
    "no series": ("series = 3", "series = 0", ["series", "0"]),
    "a word for series": ("series = 3", 'series = "on"', ["series", "on", "off"]),
    "series of an unknown measure": (
        "series = 3", 'series = { every = 1, of = ["faer"] }', ["faer", "fear"]),
    "an unknown measure": ('"arrests"', '"arests"', ["arests", "arrests"]),
    "a daily measure without how": ('"fear.last"', '"fear"', ["fear", "fear.last"]),
    "an unknown how": ('"fear.last"', '"fear.median"', ["fear", "median", "mean"]),
    "no measures": ('["arrests", "fear.last"]', "[]", ["measures"]),
    "a word for measures": ('["arrests", "fear.last"]', '"arrests"', ["measures", "arrests"]),
    "a figure of an unknown kind": (
        "[set]", '[[figures]]\nkind = "pie"\ny = "arrests"\n[set]', ["figures", "pie", "line"]),
    "a figure without x": (
        "[set]", '[[figures]]\nkind = "line"\ny = "arrests"\n[set]', ["figures", "x is missing"]),
    "a figure without y": ("[set]", '[[figures]]\nkind = "line"\n[set]', ["figures", "y"]),
    "a heatmap of one axis": (
        "[set]", '[[figures]]\nkind = "heatmap"\nx = "regime"\ny = "arrests"\n[set]', ["hue"]),
    "a figure of an unknown measure": (
        "[set]", '[[figures]]\nkind = "line"\nx = "regime"\ny = "arests"\n[set]', ["arests"]),
    "a hue that is no factor": (
        "[set]", '[[figures]]\nkind = "points"\nx = "regime"\ny = "arrests"\nhue = "beta"\n[set]',
        ["figures.0.hue", "beta", "regime"]),
    "a facet that is no factor": (
        "[set]", '[[figures]]\nkind = "points"\nx = "regime"\ny = "arrests"\nfacet = "x"\n[set]',
        ["figures.0.facet", "x"]),
    "a line over words": (
        "[set]", '[[figures]]\nkind = "line"\nx = "regime"\ny = "arrests"\n[set]',
        ["figures.0.x", "words", "points"]),
    "a line over a measure": (
        "[set]", '[[figures]]\nkind = "line"\nx = "fear.last"\ny = "arrests"\n[set]',
        ["figures.0.x", "fear.last", "regime"]),
    "a figure of an unknown series": (
        "[set]", '[[figures]]\nkind = "series"\ny = "faer"\n[set]', ["figures.0.y", "fear"]),
    "a figure of a series that is not kept": (
        "series = 3", 'figures = [{ kind = "series", y = "fear" }]', ["figures.0", "series = 1"]),
    "replicates as text": ("replicates = 2", 'replicates = "2"', ["replicates", "2"]),
    "truth for a seed": ("replicates = 2", "seed = true", ["seed", "True"]),
    "text for a step": ("series = 3", 'series = { every = "3" }', ["series.every", "3"]),
    "text for a range": (
        "[0.05, 0.2]", '{ low = "0", high = 1, steps = 3 }', ["attention.beta", "range"]),
    "text for a half width": (
        "replicates = 2", 'replicates = { until_half_width = "0.1", of = "arrests" }',
        ["until_half_width", "0.1"]),
    "text for jobs": ("[set]", '[resources]\njobs = "2"\n[set]', ["resources.jobs", "2"]),
    "a word for yes": (
        "[set]", '[[figures]]\nkind = "points"\nx = "regime"\ny = "arrests"\nlog = "yes"\n[set]',
        ["figures.0.log", "yes"]),
    "a table for figures": (
        "[set]", '[figures]\nkind = "line"\n[set]', ["figures", "list of tables, [[figures]]"]),
    "numbers for figures": ("series = 3", "figures = [3]", ["figures.0 = 3", "[[figures]]"]),
    "no jobs": ("[set]", "[resources]\njobs = 0\n[set]", ["resources.jobs", "0"]),
    "an unknown resource": ("[set]", "[resources]\njob = 1\n[set]", ["job", "jobs"]),
    "a bad small form": ("[set]", "[quick]\nreplicates = 0\n[set]", ["quick", "replicates"]),
    "a number for a small form": ("replicates = 2", "quick = 3", ["quick", "3"]),
    "a cascade of nothing": ("[set]", '[cascade]\nof = "peak"\n[set]', ["peak"]),
    "a series of steps without end": ("series = 3", f"series = 1{'0' * 200}", ["series = 10**200"]),
    "a series of as many in a table": (
        "series = 3", f"series = {{ every = 1{'0' * 200} }}", ["series.every = 10**200"]),
    "a factor of a long name": (
        "attention.beta", "a" * 5000, ["unknown 'aaa", "aaa..."]),
    "a long name with a mistake": (
        '"attention.beta" = [0.05, 0.2]', f'"{"a" * 5000}" = {{ low = 0 }}',
        ["design.factors.aaa", "aaa..."]),
    "a long name in set": ("citizens = 60", f"{'a' * 5000} = [1]", ["set.aaa", "aaa..."]),
    "a long name twice": (
        '[design.factors]\n"attention.beta"', f'[design.factors]\n"{"a" * 5000}"', ["aaa..."]),
    "a long level twice": ('["scenario", "open", "ban"]', f'["{"b" * 5000}", "{"b" * 5000}"]',
        ["regime", "bbb..."]),
    "a name that a file cannot have": ("replicates = 2", 'name = "x"', ["name"]),
}  # fmt: skip

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
CALLS = {
    "no jobs": (["--jobs", "0"], ["jobs", "0", "1 ..."]),
    "too many jobs": (["--jobs", "5000"], ["jobs", "5000"]),
    "a word for jobs": (["--jobs", "all"], ["--jobs"]),
    "a shard beyond": (["--shard", "4/3"], ["shard", "4/3"]),
    "shard 0": (["--shard", "0/3"], ["shard", "0/3"]),
    "a shard of nothing": (["--shard", "1/0"], ["shard", "1/0"]),
    "words for a shard": (["--shard", "x/y"], ["shard", "x/y", "I/N"]),
    "half a shard": (["--shard", "2"], ["shard", "I/N"]),
    "a shard of endless digits": (["--shard", "1/" + "9" * 5000], []),
    "dask nonsense": (["--dask", "nonsense"], ["dask", "nonsense", "local"]),
    "dask without a port": (["--dask", "tcp://10.1.2.3"], ["dask", "tcp://10.1.2.3"]),
    "dask at a port that is none": (["--dask", "tcp://10.1.2.3:99999"], ["dask", "99999"]),
    "dask elsewhere in the open": (
        ["--dask", "tcp://10.1.2.3:8786"], ["tcp://10.1.2.3:8786", "tls://", "--insecure"]),
    "dask elsewhere by name": (["--dask", "somewhere:8786"], ["somewhere", "--insecure"]),
    "dask that passes for local": (["--dask", "tcp://localhost.evil.org:1"], ["--insecure"]),
    "dask with jobs": (["--dask", "tls://10.1.2.3:8786", "--jobs", "2"], ["jobs", "dask"]),
    "an unknown option": (["--speed", "9"], ["--speed"]),
    "a surplus word": (["more"], ["more"]),
}  # fmt: skip


def nothing(folder, capsys, words, *arguments):
    """Check that a call is refused and writes nothing."""
    os.chdir(folder)
    before = sorted(folder.rglob("*"))
    line = check_usage_error(capsys, "sweep", *arguments, words=words)
    assert "Traceback" not in line
    assert "nput should" not in line  # pydantic's words
    assert len(line) < 500
    assert sorted(folder.rglob("*")) == before


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_bad_experiment_is_refused(capsys, tmp_path, name):
    old, new, words = FILES[name]
    assert old in FEAR
    nothing(tmp_path, capsys, ["fear.toml: ", *words],
            write_experiment(tmp_path, FEAR.replace(old, new, 1)))  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_table_of_points_is_refused(capsys, tmp_path, name):
    file, content, words = TABLES[name]
    if content is not None:
        (tmp_path / file).write_bytes(content)
    nothing(
        tmp_path, capsys, ["fear.toml: ", *words], write_experiment(tmp_path, TABLE.format(file))
    )


@pytest.mark.parametrize("name", LISTS)
def test_a_bad_list_of_points_is_refused(capsys, tmp_path, name):
    points, words = LISTS[name]
    text = TABLE.replace('"table"', '"list"').replace('file = "{}"', f"points = {points}")
    nothing(tmp_path, capsys, ["fear.toml: ", *words], write_experiment(tmp_path, text))


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_of_sweep_is_refused(capsys, tmp_path, name):
    options, words = CALLS[name]
    nothing(tmp_path, capsys, words, write_experiment(tmp_path), *options)


@pytest.mark.parametrize("kind", ["junk", "folder", "nowhere"])
def test_what_is_no_experiment_file_is_refused(capsys, tmp_path, kind):
    path = tmp_path / "it.toml"
    if kind == "junk":
        path.write_bytes(bytes(range(256)))
    elif kind == "folder":
        path.mkdir()
    nothing(tmp_path, capsys, ["it.toml"], path)


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


def test_a_mark_of_the_order_of_bytes_is_read_over(tmp_path):
    file = write_experiment(tmp_path)
    file.write_text(file.read_text(), encoding="utf-8-sig")
    assert Experiment.load(file).scenario == "town"


def test_an_error_of_a_table_that_is_no_file_names_no_file():
    table = tomllib.loads(FEAR.replace('"town"', '"tonw"'))
    with pytest.raises(ExperimentError, match=r"^scenario: unknown 'tonw'"):
        SweepPlan.of(Experiment.from_table(table))


def test_a_measure_that_is_known_is_refused_nowhere(tmp_path, capsys):
    assert call("sweep", write_experiment(tmp_path), "--dry-run") == 0


# Whatever stands in the file: an experiment, or one line.

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
