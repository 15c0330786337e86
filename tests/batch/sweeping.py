"""What the tests of sweeps share: small experiments, their tables, processes that are killed."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from command import call
from samizdat.batch.experiment import Experiment
from samizdat.batch.results import read_results
from samizdat.batch.sweep import sweep

HERE = Path(__file__).parent
FEAR = """
question = "Does fear silence?"
scenario = "town"
until = 2014-03-08
replicates = 2
series = 3
measures = ["arrests", "fear.last"]

[set]
citizens = 60

[design]
kind = "grid"

[design.factors]
"attention.beta" = [0.05, 0.2]
regime = ["scenario", "open", "ban"]
"""


def grid(levels=6, replicates=5, **more):
    """An experiment of a function: x = 0, 1, ... and w = 0 or 10."""
    table = {
        "question": "what is y?",
        "design": {"kind": "grid", "factors": {"x": list(range(levels)), "w": [0, 10]}},
        "replicates": replicates,
        "measures": ["y", "z"],
        "cascade": {"of": "y", "at_least": 3},
    }
    return table | more


def swept(out, table, model=None, **how):
    """Sweep here; return the table."""
    how.setdefault("jobs", None if "executor" in how else 1)
    return sweep(Experiment.from_table(table), out, model=model, **how)


def digest(frame):
    """What two tables share when every cell, every name and every type is the same."""
    text = f"{list(frame.columns)} {[str(kind) for kind in frame.dtypes]}"
    rows = pd.util.hash_pandas_object(frame, index=True).to_numpy()
    return hashlib.sha256(text.encode() + rows.tobytes()).hexdigest()


def digests(out):
    """Of the table and of the series that a folder holds."""
    found = read_results(out)
    assert not found.damaged
    assert len(found.failed) == 0
    assert found.table["RunId"].is_unique
    assert len(found.table) == found.planned
    series = found.series()
    if series is not None:
        series = series.sort_values(["point", "iteration", "Step"], ignore_index=True)
    return digest(found.table), None if series is None else digest(series)


def check_usage_error(capsys, *args, words=()):
    """Check that a call ends with exit code 2 and one line that holds the words; return it."""
    assert call(*args) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("samizdat: ")
    assert len(lines[0]) <= 700
    for word in words:
        assert word in lines[0], lines[0]
    return lines[0]


def check_refused(folder, capsys, words, *arguments):
    """Check that a call is refused and writes nothing."""
    os.chdir(folder)
    before = sorted(folder.rglob("*"))
    line = check_usage_error(capsys, "sweep", *arguments, words=words)
    assert "Traceback" not in line
    assert "nput should" not in line  # pydantic's words
    assert len(line) < 500
    assert sorted(folder.rglob("*")) == before


def write_experiment(folder, text=FEAR, name="fear.toml"):
    """Write an experiment file."""
    path = folder / name
    path.write_text(text)
    return path


def contents(folder):
    """Every file below a folder, and what it holds."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def manifest_of(out):
    return json.loads((out / "manifest.json").read_text())


def parts_of(out, kind="runs"):
    return sorted((out / kind).glob("part-*.parquet"))


def ids(table, model=None):
    """The RunIds that an experiment asks for, by point and replicate."""
    from samizdat.batch.plan import SweepPlan

    plan = SweepPlan.of(Experiment.from_table(table), model)
    return plan.runs(plan.first_counts)["RunId"].to_numpy()


# Processes.


def environment(**more):
    path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    return os.environ | {"PYTHONPATH": path} | {name: str(value) for name, value in more.items()}


def started(*command, env=None, **how):
    """Start a process that leads a group of its own."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=env or environment(), start_new_session=True, **how,
    )  # fmt: skip


def driven(out, table, function="plain", *options, env=None, **how):
    """Start a sweep of a function in a process of its own."""
    arguments = [HERE / "drive.py", out, function, json.dumps(table), *options]
    return started(*arguments, env=env, **how)


def commanded(*arguments, **how):
    """Start the command in a process of its own."""
    return started("-m", "samizdat", *arguments, **how)


def until(condition, process=None, patience=120.0):
    """Wait until something is so, generously; stop waiting when the process has ended."""
    deadline = time.monotonic() + patience
    while not condition():
        if process is not None and process.poll() is not None:
            return
        assert time.monotonic() < deadline
        time.sleep(0.005)


def end(process, number=signal.SIGKILL, *, group=True):
    """Send a signal to a process, or its group; return exit code, stdout and stderr."""
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=180)
    return process.returncode, out, err


def finish(process):
    """Wait for a process; return exit code, stdout and stderr."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def group_of(leader):
    """The processes of a group that live, without its leader."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != leader:
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[2]) == leader and fields[0] != "Z":
                    found.append(int(entry.name))
    return sorted(found)


def workers_of(log):
    """The processes that have begun a run."""
    if not log.exists():
        return []
    return sorted({int(line.split()[-1]) for line in log.read_text().splitlines()})


def lives(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def repeated(log):
    """How many runs were begun more than once, each time counted."""
    begun = Counter(
        line.rpartition(" ")[0] for line in log.read_text().splitlines() if line.startswith("began")
    )
    return sum(begun.values()) - len(begun)


def flipped(path, rng):
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    bit = rng.randrange(8 * len(data))
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    return bit


def as_floats(values):
    return np.array([np.nan if value is None else float(value) for value in values])
