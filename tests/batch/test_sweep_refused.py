"""A bad experiment, a bad call: one line, exit code 2, nothing written."""

import tomllib

import pytest
from sweeping import FEAR, call, check_refused, write_experiment

from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.plan import SweepPlan

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


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_bad_experiment_is_refused(capsys, tmp_path, name):
    old, new, words = FILES[name]
    assert old in FEAR
    check_refused(tmp_path, capsys, ["fear.toml: ", *words],
            write_experiment(tmp_path, FEAR.replace(old, new, 1)))  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_of_sweep_is_refused(capsys, tmp_path, name):
    options, words = CALLS[name]
    check_refused(tmp_path, capsys, words, write_experiment(tmp_path), *options)


@pytest.mark.parametrize("kind", ["junk", "folder", "nowhere"])
def test_what_is_no_experiment_file_is_refused(capsys, tmp_path, kind):
    path = tmp_path / "it.toml"
    if kind == "junk":
        path.write_bytes(bytes(range(256)))
    elif kind == "folder":
        path.mkdir()
    check_refused(tmp_path, capsys, ["it.toml"], path)


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
