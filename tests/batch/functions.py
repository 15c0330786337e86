"""Functions in the place of the model: quick, and some of them ill; workers import them."""

import asyncio
import concurrent.futures
import math
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from samizdat.batch.scenario_model import Stopped

LOG = "SWEEP_TEST_LOG"  # a file that gets a line a run begun and a line a run done
NAP = "SWEEP_TEST_NAP"  # seconds that a run takes
ODD = [
    {"y": 10**300, "z": None}, {"y": np.float32(2), "z": np.array(3)}, {"y": "4", "z": 0},
    {"y": np.array([1.0]), "z": 0}, {"y": [1], "z": 0}, {"y": 10**400, "z": 0}, {"y": 1j, "z": 0},
    {"z": 0}, None, [1, 2],
]  # fmt: skip


def plain(point, seed):
    """A number that all of a point and the seed go into, written to the log."""
    _log("began", point, seed)
    time.sleep(float(os.environ.get(NAP, 0)))
    found = _found(point, seed)
    _log("done", point, seed)
    return found


def silent(point, seed):
    return _found(point, seed)


def raising(point, seed):
    """Fail at x = 2, unless a file says that all is well by now."""
    if point["x"] == 2 and not Path(os.environ.get("SWEEP_TEST_MENDED", "/nonexistent")).exists():
        raise ZeroDivisionError(f"no result for {seed}\nin two lines")
    return _found(point, seed)


def always_raising(point, seed):
    raise ZeroDivisionError("never", seed)


def exiting(point, seed):
    if point["x"] == 2:
        os._exit(1)
    return _found(point, seed)


def killing(point, seed):
    if point["x"] == 2 and seed == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return _found(point, seed)


def always_exiting(point, seed):
    os._exit(1)


def noisy(point, seed):
    """A measure with a spread that grows with x; by hand, so that it is the same everywhere."""
    return {"y": point["x"] * (((seed * 2654435761) % 1000) / 1000 - 0.5), "z": 1.0}


def odd(point, seed):
    """A measure that is no number at most points, and in the end no measures at all."""
    return ODD[int(point["x"])]


def arresting(point, seed):
    return {"arrests": 1}


def gappy(point, seed):
    """Nothing to be measured at x = 1."""
    return {"y": None if point["x"] == 1 else point["x"], "z": seed}


class Held:
    """What is found under a name, and still stands at no top level."""

    @staticmethod
    def method(point, seed):
        return _found(point, seed)

    def __call__(self, point, seed):
        return _found(point, seed)


def made(number):
    """Return a function that knows what its file does not say."""

    def inner(point, seed):
        return {"y": number, "z": number}

    return inner


made_here = made(1)


def _found(point, seed):
    y = sum(value for value in point.values() if isinstance(value, float)) + seed / 7
    return {"y": y, "z": y * y}


def _log(what, point, seed):
    log = os.environ.get(LOG)
    if log:
        line = f"{what} {sorted(point.items())} {seed} {os.getpid()}\n"
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descriptor, line.encode())
        os.close(descriptor)


# What a function may raise, return, or do to its process; by name, for a factor of words.


class OwnError(BaseException):
    """No Exception."""


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


class Unshowable:
    def __repr__(self):
        raise SystemError("not to be shown")

    def __float__(self):
        raise TypeError("no number")


def _raise(error):
    raise error


def _dive(depth=0):
    return _dive(depth + 1)


RAISING = {  # -> how the error of its run begins
    "cancelled": (lambda: _raise(asyncio.CancelledError()), "CancelledError"),
    "future cancelled": (lambda: _raise(concurrent.futures.CancelledError()), "CancelledError"),
    "broken": (lambda: _raise(BrokenProcessPool("mine")), "BrokenProcessPool: mine"),
    "generator exit": (lambda: _raise(GeneratorExit()), "GeneratorExit"),
    "system exit": (lambda: sys.exit(3), "SystemExit: 3"),
    "system exit 0": (lambda: sys.exit(), "SystemExit"),
    "own": (lambda: _raise(OwnError("a word")), "OwnError: a word"),
    "interrupt": (lambda: _raise(KeyboardInterrupt()), "KeyboardInterrupt"),
    "stopped": (lambda: _raise(Stopped()), "Stopped"),
    "depth": (_dive, "RecursionError: maximum recursion depth exceeded"),
    "memory": (lambda: [0] * 2**60, "MemoryError"),
    "unspeakable": (lambda: _raise(UnspeakableError()), "UnspeakableError: its message cannot "
                    "be told, str() raises RuntimeError"),
    "10 MB": (lambda: _raise(ValueError("long " * 2_000_000)), "ValueError: long long"),
    "half a character": (lambda: _raise(ValueError("\ud800\x1b[2J\0")),
                         r"ValueError: \ud800\x1b[2J\x00"),
    "group": (lambda: _raise(BaseExceptionGroup("two", [OwnError(), ValueError()])),
              "BaseExceptionGroup: two (2 sub-exceptions)"),
    "generator": (lambda: (_ for _ in ()), "TypeError: the function returned <generator object"),
    "lock": (lambda: {"y": threading.Lock(), "z": 1}, "TypeError: measure 'y' = <unlocked"),
    "unshowable": (lambda: {"y": Unshowable(), "z": 1}, "TypeError: measure 'y' = <Unshowable "
                   "whose repr raises SystemError>: a number or None is needed"),
    "huge": (lambda: {"y": 10**5000, "z": 1}, "TypeError: measure 'y' = <int whose repr raises"),
}  # fmt: skip


def _fork():
    if os.fork() == 0:
        time.sleep(0.1)  # and on it goes, as a second sweep


def _fork_and_raise():
    if os.fork() == 0:
        raise OwnError("in the child")


def _stay():
    return subprocess.Popen(["sleep", "60"], start_new_session=True)


def _alter(point):
    point["x"] = 77
    os.chdir("/")
    os.environ["SWEEP_TEST_ALTERED"] = "1"
    os.environ.pop("PATH", None)
    np.seterr(all="raise")
    sys.setrecursionlimit(5000)
    sys.stdout.close()
    sys.stderr = None
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


DOING = {
    "nothing": lambda point: None,
    "nan": lambda point: None,
    "prints": lambda point: print("megabytes " * 300_000),
    "alters": _alter,
    "forks": lambda point: _fork(),
    "forks and raises": lambda point: _fork_and_raise(),
    "starts a thread": lambda point: threading.Thread(target=time.sleep, args=[60]).start(),
    "starts a child": lambda point: _stay(),
}
ENDING = {  # -> how its run failed, where that is another process
    "exits": (lambda: os._exit(3), "exit code 3"),
    "kills itself": (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
    "is terminated": (lambda: os.kill(os.getpid(), signal.SIGTERM), "SIGTERM"),
}


def ill(point, seed):
    """Raise, return or do what the point names; then measure what is left of the process."""
    what = point["what"]
    if what in RAISING:
        return RAISING[what][0]()
    if what in ENDING:
        ENDING[what][0]()
    DOING[what](point)
    return {"y": math.nan if what == "nan" else 1.0, "z": seed}


def state(point, seed):
    """What a run finds in its process: y is 1 if it is as it was at the start."""
    if point["what"] == "alters":
        _alter(point)
        return {"y": 1, "z": 0}
    found = [
        Path.cwd() != Path("/"),
        "SWEEP_TEST_ALTERED" not in os.environ,
        "PATH" in os.environ,
        np.geterr()["invalid"] == "warn",
        sys.getrecursionlimit() != 5000,
        not sys.stdout.closed,
        sys.stderr is not None,
        signal.getitimer(signal.ITIMER_REAL)[0] == 0.0,
        "x" not in point,
    ]
    return {"y": all(found), "z": sum(found)}
