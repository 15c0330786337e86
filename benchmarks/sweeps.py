"""Sweeps: what a run costs besides the model, what a resume costs, and how soon all is over."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.cell import ROOT, measured, peak_bytes
from benchmarks.report import Results, Timings
from samizdat.system.roofline import Timing

PROCESSES = 2
PATIENCE = 60.0  # seconds after which one stops waiting for a process to end


def trivial(point: Mapping[str, Any], seed: int) -> dict[str, float]:
    """Do next to nothing: what a sweep of it takes is the sweep."""
    return {"answer": point["x"] * seed, "other": point["y"] + seed}


def trivial_experiment(runs: int) -> dict[str, Any]:
    """Return an experiment of that many runs of next to nothing."""
    replicates = 10
    return {
        "question": "What does a run cost that does nothing?",
        "replicates": replicates,
        "measures": ["answer", "other"],
        "cascade": {"of": "answer", "at_least": 1.0},
        "design": {
            "kind": "latin_hypercube",
            "samples": runs // replicates,
            "factors": {"x": {"low": 0.0, "high": 1.0}, "y": {"low": 0.0, "high": 1.0}},
        },
    }


def sweep_once(experiment: dict[str, Any], out: str, jobs: int, trivially: bool) -> dict[str, Any]:
    """Run an experiment, in a process of its own; return its seconds and how it ended."""
    from samizdat.batch.experiment import Experiment
    from samizdat.batch.plan import SweepPlan
    from samizdat.batch.sweep import run_sweep

    began = time.perf_counter()
    model = trivial if trivially else None
    ended = run_sweep(SweepPlan.of(Experiment.from_table(experiment), model), Path(out), jobs=jobs)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "done": ended.done, "peak": peak_bytes()}


def mesa_batch(runs: int) -> dict[str, Any]:
    """Time Mesa's batch_run of a model that does nothing."""
    from mesa.batchrunner import batch_run

    from benchmarks.sweeps_mesa import Nothing

    warnings.simplefilter("ignore")
    began = time.perf_counter()
    batch_run(
        Nothing, {"x": [k / runs for k in range(runs)]}, number_processes=PROCESSES, max_steps=1,
        data_collection_period=-1, display_progress=False,
    )  # fmt: skip
    return {"seconds": time.perf_counter() - began}


TOWN = {
    "question": "How much faster are two processes than one?",
    "scenario": "town",
    "design": {"factors": {"attention.beta": {"low": 0.05, "high": 0.2, "steps": 20}}},
}


def report(results: Results) -> None:
    """Time sweeps and their ends."""
    quick = results.asked.quick
    timings = Timings("sweeps")
    row = timings.row

    with tempfile.TemporaryDirectory() as folder:
        runs = 50_000 if quick else 1_000_000
        given = {"experiment": trivial_experiment(runs), "trivially": True, "jobs": PROCESSES}
        sweep = "benchmarks.sweeps:sweep_once"
        whole = [
            measured(sweep, out=f"{folder}/trivial-{k}", **given) for k in range(1 if quick else 3)
        ]
        each = [1e6 * w["seconds"] / runs for w in whole]
        row(
            f"a run that does nothing, of {runs:,}, durable, {PROCESSES} processes", each, "us", 100
        )
        row("most memory of the parent", [w["peak"] / 1e6 for w in whole], "MB", 500)
        again = [measured(sweep, out=f"{folder}/trivial-0", **given) for _ in range(3)]
        assert all(a["done"] == 0 for a in again)
        row(f"to find that all {runs:,} are done", [a["seconds"] for a in again], "s", 5)
        few = 2_000
        mesa = [measured("benchmarks.sweeps:mesa_batch", runs=few) for _ in range(3)]
        theirs = [1e6 * m["seconds"] / few for m in mesa]
        row(f"Mesa's batch_run of a model that does nothing, of {few:,}", theirs, "us", None)
        row(
            "Mesa's over samizdat's", [Timing.of(theirs).median / Timing.of(each).median], "x", None
        )

        town = {**TOWN, "replicates": 5 if quick else 100}
        seconds: dict[int, list[float]] = {1: [], PROCESSES: []}
        for k in range(1 if quick else 2):
            for jobs in seconds:
                out = f"{folder}/town-{jobs}-{k}"
                done = measured(sweep, experiment=town, out=out, jobs=jobs, trivially=False)
                seconds[jobs].append(done["seconds"])
        for jobs, taken in seconds.items():
            row(f"{20 * town['replicates']:,} runs of town, {jobs} process(es)", taken, "s", None)
        ratios = [a / b for a, b in zip(seconds[1], seconds[PROCESSES], strict=True)]
        row(f"{PROCESSES} processes over one", ratios, "x", 1.8)
        ends = [_end(f"{folder}/end-{k}", signal.SIGINT) for k in range(3)]
        row("from SIGINT to the end", [end[0] for end in ends], "s", 3)
        ends = [_end(f"{folder}/kill-{k}", signal.SIGKILL) for k in range(3)]
        row("from kill -9 of the parent to the last worker's end", [end[1] for end in ends], "s", 2)
    results.write("sweeps", pd.DataFrame(timings.rows))
    timings.show(60, "wanted")


def _end(out: str, number: int) -> tuple[float, float]:
    """Begin a sweep and signal its parent; return seconds until it ended and its workers did."""
    experiment = Path(out).with_suffix(".toml")
    experiment.write_text(
        'question = "When is it over?"\nscenario = "town"\nreplicates = 10000\n'
        '[design.factors]\n"attention.beta" = [0.1, 0.2]\n'
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", "samizdat", "sweep", str(experiment), "--out", out, "--quiet",
               "--jobs", str(PROCESSES)]  # fmt: skip
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": paths}, cwd=ROOT, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait(lambda: len(list(Path(out, "runs").glob("part-*"))) >= 2 * PROCESSES)
        workers = _descendants(process.pid)
        began = time.perf_counter()
        process.send_signal(number)
        process.wait(PATIENCE)
        parent = time.perf_counter() - began
        _wait(lambda: not any(_lives(worker) for worker in workers))
        return parent, time.perf_counter() - began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait(met: Any) -> None:
    began = time.perf_counter()
    while not met():
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("waited too long")
        time.sleep(0.02)


def _descendants(pid: int) -> list[int]:
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [grandchild for child in found for grandchild in _descendants(child)]


def _lives(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
