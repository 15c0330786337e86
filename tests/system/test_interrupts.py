"""SIGINT, SIGTERM and SIGHUP end a command in one line, with exit code 128 + the signal."""

import os
import pty
import signal
import subprocess
import sys
import threading
import time

import pytest

from command import call
from samizdat.cli import main
from samizdat.system.interrupts import ENDING, Interrupted, StopSwitch, raising_interrupted

NAMES = [each.name for each in ENDING]


@pytest.fixture
def kept():
    """Give every signal its handler back."""
    before = {each: signal.getsignal(each) for each in ENDING}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("name", NAMES)
def test_a_switch_notes_each_signal(kept, name):
    with StopSwitch() as stop:
        assert not stop()
        signal.raise_signal(signal.Signals[name])
        assert stop()
    assert stop.exit_code == 128 + signal.Signals[name]


@pytest.mark.parametrize("name", NAMES)
def test_each_signal_ends_a_command_in_one_line(kept, monkeypatch, capsys, name):
    def rung(*_args, **_options):
        signal.raise_signal(signal.Signals[name])

    monkeypatch.setattr("samizdat.system.roofline.describe_machine", rung)
    before = signal.getsignal(signal.SIGTERM)
    assert call("bench", "--citizens", 1000) == 128 + signal.Signals[name]
    assert capsys.readouterr().err == f"samizdat: interrupted by {name}\n"
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_that_comes_twice_is_one_request(kept):
    with raising_interrupted():
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)  # while the first one is met


def test_nohup_is_respected(kept):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with raising_interrupted(), StopSwitch() as stop:
        signal.raise_signal(signal.SIGHUP)
        assert not stop()


def test_another_thread_changes_no_handler(kept):
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def enter():
        with StopSwitch(), raising_interrupted():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]


def test_the_end_of_a_file_is_not_told_as_an_interrupt(monkeypatch):
    def ends(*_args, **_options):
        raise EOFError("Ran out of input")

    monkeypatch.setattr("samizdat.system.roofline.describe_machine", ends)
    with pytest.raises(EOFError, match="Ran out of input"):
        main(["bench", "--citizens", "1000"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError("Unable to allocate 9 GiB"), ["out of memory", "Unable to allocate 9 GiB"]),
        (MemoryError(), ["out of memory", "fewer citizens"]),
        (RecursionError("maximum depth"), ["nested too deeply", "maximum depth"]),
        (OverflowError("int too large"), ["a number is too large", "int too large"]),
        (OSError(28, "No space left on device", "x.csv"), ["x.csv: no space left on device"]),
    ],
)
def test_what_a_machine_cannot_do_is_told_in_one_line(monkeypatch, capsys, error, words):
    def fails(*_args, **_options):
        raise error

    monkeypatch.setattr("samizdat.system.roofline.describe_machine", fails)
    assert call("bench", "--citizens", 1000) == 2
    line = capsys.readouterr().err
    assert len(line.splitlines()) == 1
    assert all(word in line for word in words), line


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device")
def test_a_full_disk_behind_standard_output_is_named():
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "samizdat", "scenarios", "show", "town"],
                              stdout=full, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert done.stderr == "samizdat: standard output: no space left on device\n"
    assert done.returncode == 2


WAITING = """
import sys, time
from samizdat.system.interrupts import StopSwitch
with StopSwitch() as stop:
    print("ready", flush=True)
    while not stop():
        time.sleep(0.01)
print("to the terminal", flush=True)
open(sys.argv[1], "w").write(str(stop.exit_code))
"""


def test_a_process_ends_well_whose_terminal_is_closed(tmp_path):
    above, below = pty.openpty()
    code = f"import fcntl, os, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n{WAITING}"
    process = subprocess.Popen([sys.executable, "-c", code, tmp_path / "end"], stdin=below,
                               stdout=below, stderr=below, start_new_session=True)  # fmt: skip
    os.close(below)
    assert b"ready" in os.read(above, 100)
    time.sleep(0.05)
    os.close(above)
    assert process.wait(timeout=60) == 0
    assert (tmp_path / "end").read_text() == str(128 + signal.SIGHUP)
