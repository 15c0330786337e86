"""What the tests of resumed runs share: runs that are ended, and what they must be in the end."""

import signal
import subprocess
import sys
import time

import pytest
from test_cli import manifest_of

from command import SLOWLY, call
from samizdat import Simulation
from samizdat.run import checkpoint

TOWN = ["town", "--citizens", "300", "--seed", "4"]
QUIETLY = ["--no-figures", "--quiet"]


def slowly(*arguments):
    """Start a slow run in a process of its own."""
    command = [sys.executable, "-c", SLOWLY, "0.02", "run", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(process, condition):
    """Wait until something is so, while the process lives."""
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


def steps_kept(out):
    return [int(path.stem.removeprefix("step-")) for path in checkpoint.files_in(out)]


def interrupted(out, *arguments, after=10, number=signal.SIGKILL, wait=0.0):
    """Start a run, end it by a signal some time after a checkpoint; return what it said."""
    process = slowly(*TOWN, "--out", out, "--checkpoint-every", 5, "--no-figures", *arguments)
    until(process, lambda: max(steps_kept(out), default=0) >= after)
    time.sleep(wait)
    process.send_signal(number)
    return process, *process.communicate(timeout=120)


def stopped(out, *arguments, after, number):
    """Run in this process until a signal comes at the end of a step."""
    at_once = Simulation.step

    def step(simulation):
        at_once(simulation)
        if simulation.step_number == after:
            signal.raise_signal(number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Simulation, "step", step)
        assert call("run", *TOWN, "--out", out, "--no-figures", *arguments) == 128 + number


def assert_the_same(out, whole):
    """Check that a run ended as the one that nothing happened to."""
    one, two = manifest_of(out), manifest_of(whole)
    assert one["status"] == "complete"
    for name in ("steps", "summary", "nation_sha256", "graph_digest", "scenario", "last_date"):
        assert one[name] == two[name], name
    for name in ("nation.parquet", "regions.parquet"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
    assert {path.name for path in out.iterdir()} - {"figures"} == {
        "manifest.json",
        "nation.parquet",
        "regions.parquet",
    }


def refused(capsys, *arguments):
    """Check that a call is refused in one line; return it."""
    assert call("run", *arguments) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1, told
    assert told[0].startswith("samizdat: ")
    return told[0]
