"""Whatever ends a command in its midst, nothing is half written and one line is told."""

import resource
import signal
import subprocess
import sys

import pytest

from command import call
from samizdat import sweep, verify
from samizdat.run.simulation import Simulation

DAYS = ["town", "--citizens", 50]
COMMANDS = {
    "animate": ["--until", "2014-03-04", "--width", 300, "--out", "town.gif"],
    "explain": ["--citizen", 3, "--from", "2014-03-04"],
    "run": ["--until", "2014-03-04"],
}
ENDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def ringing(monkeypatch):
    """Let a function send the process a signal before it does its work."""

    def ring(where, number):
        module, _, name = where.rpartition(".")
        there = sys.modules.get(module) or __import__(module, fromlist=[name])
        at_once = getattr(there, name)

        def rung(*args, **options):
            signal.raise_signal(number)
            return at_once(*args, **options)

        monkeypatch.setattr(there, name, rung)

    return ring


@pytest.mark.parametrize("number", ENDS)
@pytest.mark.parametrize("command", ["animate", "explain"])
def test_a_signal_in_a_step_ends_it(tmp_path, monkeypatch, capsys, command, number):
    monkeypatch.chdir(tmp_path)

    def ring(_):
        signal.raise_signal(number)

    monkeypatch.setattr(Simulation, "step", ring)
    assert call(command, *DAYS, *COMMANDS[command]) == 128 + number
    err = capsys.readouterr().err
    assert err.splitlines()[-1] == f"samizdat: interrupted by {signal.Signals(number).name}"
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A small sweep."""
    folder = tmp_path_factory.mktemp("swept") / "street"
    sweep({"question": "Who is in the street?", "scenario": "town", "until": "2014-03-03",
           "set": {"citizens": 60}, "replicates": 2,
           "design": {"factors": {"attention.beta": [0.1, 0.2], "regime": ["open", "ban"]}},
           "figures": [{"kind": "line", "x": "attention.beta", "y": "peak_share"}],
           }, folder, jobs=1)  # fmt: skip
    return folder


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ("samizdat.report.write.analyse", signal.SIGINT),
        ("samizdat.report.figures.save_figure", signal.SIGTERM),
        ("samizdat.report.write.page", signal.SIGHUP),
    ],
)
def test_a_signal_ends_a_report_that_the_same_command_writes(
    swept, tmp_path, ringing, monkeypatch, capsys, where, number
):
    out = tmp_path / "report"
    with monkeypatch.context():
        ringing(where, number)
        assert call("report", swept, "--out", out) == 128 + number
    monkeypatch.undo()
    name = signal.Signals(number).name
    assert capsys.readouterr().err == f"samizdat: interrupted by {name}\n"
    assert not (out / "report.html").exists()
    assert not [path for path in out.rglob("*") if path.name.endswith(".partial")]
    assert call("report", swept, "--out", out, "--quiet") == 0
    assert verify(out).sound


def test_a_run_out_of_memory_ends_in_one_line_and_can_be_repeated(tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    arguments = ("run", *DAYS, *COMMANDS["run"], "--out", out, "--no-figures", "--quiet")
    at_once = Simulation.step

    def short(self):
        if self.step_number == 2:
            raise MemoryError("Unable to allocate 9 GiB")
        at_once(self)

    with monkeypatch.context() as patch:
        patch.setattr(Simulation, "step", short)
        assert call(*arguments) == 2
    line = capsys.readouterr().err
    assert len(line.splitlines()) == 1
    assert "out of memory: Unable to allocate 9 GiB" in line
    assert verify(out).sound
    assert call(*arguments) == 0
    assert verify(out).sound


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1_228_800_000, 1_050_000_000])
def test_a_limit_of_memory_leaves_whole_tables(tmp_path, limit):
    out = tmp_path / "run"
    command = [sys.executable, "-m", "samizdat", "run", *map(str, DAYS), *COMMANDS["run"],
               "--threads", "1", "--out", str(out), "--quiet"]  # fmt: skip
    done = subprocess.run(
        command, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert done.returncode in (0, 2)
    assert len(done.stderr.splitlines()) == (1 if done.returncode else 0)
    assert verify(out).sound
    assert (out / "nation.parquet").exists()
