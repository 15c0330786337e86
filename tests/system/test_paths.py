"""Paths from outside are expanded or refused, the same from the shell and from Python."""

from pathlib import Path

import pytest

from command import call
from samizdat import Experiment, Graph, Scenario, ScenarioError, Simulation, read_table, sweep
from samizdat.batch.folder import compact
from samizdat.core.jit import cache_folder
from samizdat.report.write import write_report
from samizdat.scenario.shipped import shipped_text
from samizdat.system.paths import PathError, outside_path
from worlds import town

REFUSED = {
    "": "a path is needed",
    "  ": "a path is needed",
    "a\0b": "NUL",
    "~nobody-of-this-name/x": "no home folder",
    "x" * 300: "too long",
    "x/" * 3000: "too long",
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder of the user, which is not the working directory."""
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(cache_folder().parent))  # compiled code stays there
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "home"


def test_home_is_expanded_at_the_beginning_alone(home):
    assert outside_path("~/x") == home / "x"
    assert outside_path("~") == home
    assert outside_path("a/~/x") == Path("a/~/x")
    assert outside_path("./~x") == Path("~x")


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_path_is_refused_by_name(text):
    with pytest.raises(PathError) as refusal:
        outside_path(text, "out")
    assert str(refusal.value).startswith("out = ")
    assert REFUSED[text] in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_bytes_are_refused():
    with pytest.raises(PathError, match="bytes"):
        outside_path(b"x")


COMMANDS = {
    "run": ["town", "--citizens", 20, "--until", "2014-03-02", "--out"],
    "run ": ["--resume"],
    "run  ": ["town", "--graph"],
    "compare": ["town", "--citizens", 20, "--until", "2014-03-02", "--out"],
    "sweep": [],
    "sweep ": ["no.toml", "--out"],
    "report": [],
    "report ": [".", "--out"],
    "compact": [],
    "animate": ["town", "--out"],
    "check": [],
    "view": ["--run"],
}


@pytest.mark.parametrize("text", ["", "~nobody-of-this-name/x", "x" * 300])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_in_one_line(home, capsys, command, text):
    assert call(command.strip(), *COMMANDS[command], text) == 2
    line = capsys.readouterr().err.strip()
    assert len(line.splitlines()) == 1
    assert REFUSED[text] in line
    assert not list(Path().iterdir())


def test_the_folder_of_a_run_is_in_the_home_folder(home):
    for equals in ("--out=~/a", "--out=~/b/c"):
        assert call("run", "town", "--citizens", 20, "--until", "2014-03-02", equals,
                    "--no-figures", "--quiet") == 0  # fmt: skip
    assert (home / "a" / "manifest.json").exists()
    assert (home / "b" / "c" / "nation.parquet").exists()
    assert not list(Path().iterdir())


def test_python_expands_the_same(home):
    (home / "mine.toml").write_text(shipped_text("town"))
    (home / "ties.csv").write_text("source,target\n0,1\n")
    (home / "points.csv").write_text("attention.beta\n0.1\n0.2\n")
    assert Scenario.load("~/mine.toml").name == "mine"
    assert Graph.from_file("~/ties.csv", 3).mean_degree > 0
    simulation = Simulation(town(20))
    simulation.save("~/town.npz")
    assert (home / "town.npz").exists()
    assert Simulation.restore("~/town.npz").step_number == 0
    experiment = {
        "question": "Is it found?", "scenario": "~/mine.toml", "until": "2014-03-02",
        "set": {"citizens": 20}, "design": {"kind": "table", "file": "~/points.csv"},
    }  # fmt: skip
    table = sweep(experiment, "~/found", jobs=1)
    assert len(table) == 2
    assert len(read_table("~/found")) == 2
    assert compact("~/found").rows == 2
    assert write_report("~/found", "~/told") == home / "told" / "report.html"
    assert not list(Path().iterdir())


@pytest.mark.parametrize("text", REFUSED)
def test_python_refuses_the_same(home, text):
    for take in (Scenario.load, Experiment.load, read_table, compact):
        with pytest.raises(ValueError, match=REFUSED[text]):
            take(text)
    with pytest.raises(ScenarioError, match=REFUSED[text]):
        sweep({"question": "q", "scenario": "town",
               "design": {"factors": {"regime": ["open"]}}}, text)  # fmt: skip
