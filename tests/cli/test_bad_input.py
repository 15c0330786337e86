"""Bad input gets one clear line, exit code 2, and nothing is written."""

import pytest

from command import call
from samizdat.scenario.shipped import shipped_text

TOWN = shipped_text("town")

# name -> (arguments, words that the line must hold)
CALLS = {
    "unknown scenario": (["tonw"], ["tonw", "town"]),
    "a file that is not there": (["no/such.toml"], ["no/such.toml", "no such file"]),
    "a folder as a scenario": (["."], ["."]),
    "no citizens": (["town", "--citizens", "0"], ["citizens", "0", "1 ..."]),
    "negative citizens": (["town", "--citizens", "-5"], ["citizens", "-5"]),
    "half a citizen": (["town", "--citizens", "10.5"], ["citizens", "10.5"]),
    "words for citizens": (["town", "--citizens", "many"], ["citizens", "many"]),
    "too many citizens": (["town", "--citizens", "9e99"], ["citizens"]),
    "fewer citizens than regions": (["town", "--citizens", "1"], ["citizens", "1", "2 regions"]),
    "misspelt key": (["town", "--set", "attention.bta=1"], ["attention.bta", "attention.beta"]),
    "out of range": (["town", "--set", "fear.witness=3"], ["fear.witness = 3", "-1 ... 1"]),
    "not a number": (["town", "--set", "attention.beta=nan"], ["attention.beta", "nan", "0 ... 5"]),
    "infinite": (["town", "--set", "attention.beta=inf"], ["attention.beta", "inf"]),
    "a word for a number": (["town", "--set", "chill=cold"], ["chill", "cold"]),
    "a part of a switch": (["town", "--set", "attention.on=0.5"], ["attention.on", "0 or 1"]),
    "an unknown choice": (
        ["town", "--set", "blocking.authority=king"],
        ["blocking.authority", "king", "court or prosecutor"],
    ),
    "no equals sign": (["town", "--set", "chill"], ["chill", "KEY=VALUE"]),
    "a key set twice": (["town", "--set", "chill=0", "--set", "chill=1"], ["chill", "twice"]),
    "unknown trait field": (
        ["town", "--set", "population.threshold.maen=1"],
        ["population.threshold.maen", "population.threshold.mean"],
    ),
    "a negative spread": (["town", "--set", "population.threshold.sd=-1"], ["sd", "-1"]),
    "before the start": (["town", "--until", "2013-12-31"], ["2013-12-31", "2014-03-01"]),
    "after the end": (["town", "--until", "2015-01-01"], ["2015-01-01", "2014-04-29"]),
    "not a date": (["town", "--until", "soon"], ["until", "soon"]),
    "no such day": (["town", "--until", "2014-02-30"], ["2014-02-30"]),
    "a week": (["town", "--until", "2014-W10"], ["until = '2014-W10' is not a date of the form"]),
    "a date without lines": (["town", "--until", "20140310"], ["until = '20140310' is not a date"]),
    "the first year": (["town", "--until", "0001-01-01"], ["0001-01-01", "years 1900 ... 2199"]),
    "a number of many digits": (
        ["town", "--set", f"attention.beta=1{'0' * 400}"], ["attention.beta = inf is outside 0"]),
    "a size of many digits": (["town", "--citizens", f"1{'0' * 5000}"], ["citizens", "is not a w"]),
    "a name like none": (["town", "--set", "xyzzy=1"], ["unknown 'xyzzy'", "samizdat parameters"]),
    "five mistakes": (
        ["town", "--set", "chil=1", "--set", "egov=9", "--set", "graph.kind=3", "--set", "xyzzy=1",
         "--citizens", "0"], ["egov = 9 is outside", "'chil'", "'xyzzy'", "and 1 more"]),
    "a threshold beyond reason": (
        ["town", "--set", "population.threshold.mean=1e308"], ["threshold.mean = 1e+308", "1000"]),
    "unknown regime": (["town", "--regime", "mild"], ["mild", "networked"]),
    "unknown graph kind": (["town", "--set", "graph.kind=sociall"], ["sociall", "social"]),
    "an impossible graph": (
        ["town", "--set", "graph.kind=ring", "--citizens", "4", "--set", "graph.neighbours=3"],
        ["neighbours", "4"],
    ),
    "negative seed": (["town", "--seed", "-1"], ["seed", "-1"]),
    "a word for a seed": (["town", "--seed", "first"], ["'--seed': a whole number", "'first'"]),
    "half a seed": (["town", "--seed=1.5"], ["'--seed': a whole number is needed, not '1.5'"]),
    "no threads": (["town", "--threads", "0"], ["threads", "0", "1 ..."]),
    "unknown option": (["town", "--speed", "9"], ["--speed"]),
    "a surplus word": (["town", "city"], ["city"]),
}  # fmt: skip

# name -> (file name, content, words)
GRAPHS = {
    "empty file": ("ties.csv", b"", ["empty"]),
    "header alone": ("ties.csv", b"source,target\n", ["no ties"]),
    "self-loop": ("ties.csv", b"source,target\n3,3\n", ["row 1", "3", "herself"]),
    "id out of range": ("ties.csv", b"source,target\n0,1\n0,50\n", ["row 2", "50", "0 ... 49"]),
    "negative id": ("ties.csv", b"source,target\n-1,1\n", ["-1"]),
    "a word for an id": ("ties.csv", b"source,target\nanna,1\n", ["anna"]),
    "a broken number": ("ties.csv", b"source,target\n0.5,1\n", ["0.5"]),
    "missing column": ("ties.csv", b"source,to\n0,1\n", ["target"]),
    "unknown kind": ("ties.csv", b"source,target,kind\n0,1,warm\n", ["warm", "close"]),
    "junk bytes as CSV": ("ties.csv", bytes(range(256)) * 4, ["ties.csv"]),
    "junk bytes as Parquet": ("ties.parquet", bytes(range(256)) * 4, ["Parquet"]),
    "unknown extension": ("ties.xls", b"0,1", [".xls", ".csv"]),
}

# name -> (text in the town's file, what replaces it, words)
FILES = {
    "broken TOML": ("[[regions]]", "[[regions", ["broken TOML", "line"]),
    "misspelt table": ("[adoption]", "[adotpion]", ["adotpion", "adoption"]),
    "misspelt key in a region": ("urban = 1.0", "urbn = 1.0", ["urbn", "urban"]),
    "misspelt key in an event": ("seeds = 0.03", "sedes = 0.03", ["sedes", "seeds"]),
    "misspelt parameter": ("beta = 0.12", "betta = 0.12", ["betta", "attention.beta"]),
    "misspelt lever": ("chill = 0.05", "chil = 0.05", ["chil", "chill"]),
    "shares that do not sum to 1": ("share = 0.6", "share = 0.5", ["regions", "0.9", "sum to 1"]),
    "a negative share": ("share = 0.6", "share = -0.6", ["share", "-0.6"]),
    "two regions of one name": ('"Riverside"\nshare', '"Old Town"\nshare', ["Old Town", "twice"]),
    "out of range": ("surveillance = 0.2", "surveillance = 2", ["surveillance = 2", "0 ... 1"]),
    "not a number": ("surveillance = 0.2", "surveillance = nan", ["surveillance", "nan"]),
    "a text for a number": ("flooding = 0.1", 'flooding = "much"', ["flooding", "much"]),
    "true for a number": ("flooding = 0.1", "flooding = true", ["flooding", "True"]),
    "an entry before the start": (
        "from = 2014-03-06", "from = 2014-02-06", ["abroad", "2014-02-06", "2014-03-01"]),
    "an end before the start": ("end = 2014-04-29", "end = 2013-04-29", ["end", "2013-04-29"]),
    "a shock above 1": ("shock = 0.6", "shock = 1.6", ["shock", "1.6"]),
    "an unknown region in an entry": (
        'regions = ["Riverside"]\nset', 'regions = ["Rivside"]\nset', ["Rivside", "Riverside"]),
    "an unknown platform": ('platforms = ["kin_chat"]', 'platforms = ["kin"]', ["kin", "kin_chat"]),
    "an unknown event conceded": ('event = "closure"', 'event = "closing"', ["closing", "closure"]),
    "an unknown name in a setting": ("{ chill = 0.08 }", "{ chil = 0.08 }", ["chil", "chill"]),
    "a bad value in a setting": ("{ chill = 0.08 }", "{ chill = 8 }", ["insult_law", "chill = 8"]),
    "one count of two": ("alternative = 73\n", "", ["official and alternative"]),
    "an unknown kind of entry": ('kind = "signal"', 'kind = "sign"', ["sign", "signal"]),
    "no start": ("start = 2014-03-01\n", "", ["start", "missing"]),
    "a distribution unknown": ('kind = "uniform"', 'kind = "unifrom"', ["unifrom"]),
    "a table for a number": ("chill = 0.05", "chill = { a = 1 }", ["chill"]),
    "shares that sum to 1 in six digits": (
        "share = 0.6", "share = 0.600002", ["shares sum to 1.000002, they must sum to 1"]),
    "a number as text": ("beta = 0.12", 'beta = "0.12"', ["attention.beta = '0.12' is not a num"]),
    "a shock as text": ("shock = 0.6", 'shock = "0.6"', ["closure.shock = '0.6' is not a number"]),
    "truth for a share": ("share = 0.6", "share = true", ["regions.Old Town.share = True"]),
    "truth for citizens": ("citizens = 2000", "citizens = true", ["citizens = True is"]),
    "a number as text in a setting": (
        "{ chill = 0.08 }", "{ chill = '0.08' }", ["insult_law", "chill = '0.08'"]),
    "truth in a setting": ("{ chill = 0.08 }", "{ chill = true }", ["insult_law", "chill = True"]),
    "a list in a setting": ("{ chill = 0.08 }", "{ chill = [1] }", ["insult_law.set.chill = [1]"]),
    "many digits": ("beta = 0.12", f"beta = 1{'0' * 400}", ["attention.beta = 10**400 is outside"]),
    "many digits in an entry": (
        "shock = 0.6", f"shock = 1{'0' * 400}", ["closure.shock = 10**400 is too large"]),
    "many digits in a setting": ("chill = 0.08", f"chill = 1{'0' * 400}", ["insult_law"]),
    "many citizens": ("citizens = 2000", f"citizens = 1{'0' * 400}", ["citizens = 10**400"]),
    "a year of many digits": (
        "[adoption]", f"[adoption]\nseries = {{ 1{'0' * 400} = 0.1 }}", ["series.10"]),
    "a year that is no number": (
        "[adoption]", "[adoption]\nseries = { x = 0.1 }", ["adoption.series.x = 'x' is not a wh"]),
    "people without number": (
        "share = 0.6", "population = 1e308", ["Old Town.population = 1e+308", "at most 1e+12"]),
    "the first year": ("start = 2014-03-01", "start = 0001-01-01", ["0001-01-01", "1900 ... 2199"]),
    "the last year": ("end = 2014-04-29", "end = 9999-12-31", ["end = 9999-12-31", "2199"]),
    "an event in the last year": (
        "from = 2014-03-10", "from = 9999-12-31", ["closure.from = 9999-12-31", "1900 ... 2199"]),
    "a launch in the first year": (
        "launched = 2014-03-05", "launched = 0001-01-01", ["moving_pictures.launched", "1900"]),
    "a week for a date": ("start = 2014-03-01", "start = '2014-W09-6'", ["start = '2014-W09-6'"]),
    "a number for a date": ("start = 2014-03-01", "start = 0", ["start = 0 is not a date of"]),
    "a time for a date": ("start = 2014-03-01", "start = 2014-03-01T05:00:00", ["05:00:00 is not"]),
    "a time of day for a date": ("start = 2014-03-01", "start = 05:00:00", ["start = ", "a date"]),
    "an entry without an id": ('id = "closure"\n', "", ["timeline (entry 1).id is missing"]),
    "a region without a name": ('name = "Old Town"\n', "", ["regions (entry 1).name is missing"]),
    "a number for a distribution": (
        'hardship = { kind = "beta", a = 2, b = 5 }', "hardship = 3", ["hardship = 3 is not a"]),
    "a wrong way to act": ('actions = "both"', 'actions = "all"', ["'all' is not one of record"]),
    "mistakes in three places": (
        "share = 0.6", "share = 9\nurbn = 1", ["Old Town.share = 9: it must be at most 1", "urbn"]),
    "a number for a table": ("[regime.arrests]\n", "arrests = 3\n[regime.arrest]\n", ["arrest"]),
}  # fmt: skip


def refused(capsys, arguments, words, folder):
    """Check that a call ends with exit code 2 and one line on stderr that holds the words."""
    out = folder / "out"
    assert call("run", *arguments, "--out", out) == 2
    told = capsys.readouterr()
    lines = told.err.strip().splitlines()
    assert len(lines) == 1, told.err
    assert lines[0].startswith("samizdat: ")
    assert "nput should" not in lines[0]  # pydantic's words
    assert len(lines[0]) < 500
    for word in words:
        assert word in lines[0], lines[0]
    assert "Regime:" not in told.out
    assert not out.exists()


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_is_refused(capsys, tmp_path, name):
    arguments, words = CALLS[name]
    refused(capsys, arguments, words, tmp_path)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_bad_network_is_refused(capsys, tmp_path, name):
    file, content, words = GRAPHS[name]
    (tmp_path / file).write_bytes(content)
    arguments = ["town", "--citizens", 50, "--graph", tmp_path / file]
    refused(capsys, arguments, [file, *words], tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_bad_scenario_is_refused(capsys, tmp_path, name):
    old, new, words = FILES[name]
    assert old in TOWN
    file = tmp_path / "mine.toml"
    file.write_text(TOWN.replace(old, new, 1))
    refused(capsys, [file], words, tmp_path)


def test_a_scenario_of_junk_bytes_is_refused(capsys, tmp_path):
    (tmp_path / "junk.toml").write_bytes(bytes(range(256)))
    refused(capsys, [tmp_path / "junk.toml"], ["junk.toml", "text"], tmp_path)


@pytest.mark.parametrize(
    ("ties", "words"),
    [
        ("0,1\n1,2\n2,3\n", ["ids go up to 3", "town has 2000 citizens", "1996 of them",
                             "--citizens 2000"]),
        ("0,1\n1,1999\n", ["ids go up to 1999", "1997 of 2000 citizens have no tie"]),
        ("0,1\n1,2\n2,2000\n3,4", ["ids go up to 2000", "1995 of 2001"]),
        ("\n".join(f"{k},{k + 1}" for k in range(2500)), ["ids go up to 2500", "town has 2000"]),
    ],
)  # fmt: skip
def test_a_network_of_other_citizens_is_refused(capsys, tmp_path, ties, words):
    (tmp_path / "ties.csv").write_text(f"source,target\n{ties}\n")
    refused(capsys, ["town", "--graph", tmp_path / "ties.csv"], ["ties.csv: ", *words], tmp_path)


@pytest.mark.parametrize("stated", [["--citizens", 60], ["--set", "citizens=60"]])
def test_a_network_of_few_is_taken_for_stated_citizens_and_says_so(capsys, tmp_path, stated):
    (tmp_path / "ties.csv").write_text("source,target\n0,1\n1,2\n2,3\n")
    arguments = [*stated, "--graph", tmp_path / "ties.csv", "--until", "2014-03-02"]
    assert call("run", "town", *arguments) == 0
    told = capsys.readouterr()
    assert "ties.csv: 3 ties; 56 of 60 citizens have no tie" in told.out
    assert not told.err


@pytest.mark.parametrize("command", ["run", "check", "sweep", "explain --citizen 1"])
def test_a_device_is_no_scenario(capsys, command):
    words = "/dev/zero: is a device or a socket, a regular file is needed"
    assert call(*command.split(), "/dev/zero") == 2
    assert words in capsys.readouterr().err


def test_a_missing_network_is_refused(capsys, tmp_path):
    refused(capsys, ["town", "--graph", tmp_path / "none.csv"], ["none.csv", "no such"], tmp_path)


OTHERS = ["fly", "scenarios hide", "scenarios show twon", "parameters xyzzy", "check none.toml",
          "check"]  # fmt: skip


@pytest.mark.parametrize("command", OTHERS)
def test_other_bad_commands_are_refused(capsys, command):
    assert call(*command.split()) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_file_where_a_folder_should_be_is_refused(capsys, tmp_path):
    (tmp_path / "out").write_text("mine")
    assert call("run", "town", "--citizens", 50, "--out", tmp_path / "out") == 2
    assert "not a folder" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "mine"
