"""Functions in the place of the model: quick, and some of them ill; workers import them."""

import os
import signal
import time
from pathlib import Path

import numpy as np

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
    raise ZeroDivisionError("never")


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
