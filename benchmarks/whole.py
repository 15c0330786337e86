"""Whole runs, what a step costs besides its passes, and how long a newcomer waits."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from benchmarks.cell import measured
from benchmarks.report import Results, Timings
from samizdat import Scenario, Simulation
from samizdat.system.roofline import step_seconds

FEW = 170  # citizens: ten in each region of `kazakhstan`, so that what is timed is not they

FIRST_DAY = """
from samizdat import Scenario, Simulation
Simulation(Scenario.load("kazakhstan")).step()
print("done")
"""


def run_seconds(scenario: str, citizens: int, threads: int, runs: int) -> dict[str, Any]:
    """Time whole runs whose population is kept: in a process of its own, the first untimed."""
    world = Scenario.load(scenario).change({"citizens": citizens})
    times, setups = [], []
    for k in range(runs + 1):
        began = time.perf_counter()
        simulation = Simulation(world, threads=threads)
        setups.append(time.perf_counter() - began)
        steps = 3 if k == 0 else simulation.steps
        times.append(sum(step_seconds(simulation, steps)))
    return {"seconds": times[1:], "setups": setups[1:], "steps": simulation.steps}


def overhead_seconds(days: int) -> dict[str, Any]:
    """Time steps of `kazakhstan` with hardly any citizens: all of it, and outside `take_step`."""
    from samizdat.run import simulation as module

    inside: list[float] = []
    passes = module.take_step

    def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        answer = passes(*given, **named)
        inside.append(time.perf_counter() - began)
        return answer

    world = Scenario.load("kazakhstan").change({"citizens": FEW})
    simulation = Simulation(world, threads=1)
    module.take_step = timed
    try:
        whole = step_seconds(simulation, days)
    finally:
        module.take_step = passes
    outside = [a - b for a, b in zip(whole, inside, strict=True)]
    skip = min(100, days // 2)
    return {"whole": median(whole[skip:]), "outside": median(outside[skip:])}


def start_seconds(cache: str | None) -> float:
    """Time a new Python to the end of the first day of `kazakhstan`, from its own start on."""
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths}
    if cache:
        environment["NUMBA_CACHE_DIR"] = cache
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", FIRST_DAY], check=True, env=environment,
                   capture_output=True)  # fmt: skip
    return time.perf_counter() - began


def report(results: Results) -> None:
    """Time whole runs and starts."""
    asked = results.asked
    threads = max(asked.threads)
    timings = Timings("whole")
    row = timings.row

    town = measured("benchmarks.whole:run_seconds", scenario="town", citizens=2000, threads=1,
                    runs=20)  # fmt: skip
    both = zip(town["seconds"], town["setups"], strict=True)
    row("town, made and run for 60 days, population kept", [1e3 * sum(s) for s in both], "ms", 15)
    row("of it until the first day", [1e3 * s for s in town["setups"]], "ms", None)
    days = 500 if asked.quick else 4383
    over = [
        measured("benchmarks.whole:overhead_seconds", days=days)
        for _ in range(1 if asked.quick else 3)
    ]
    row(f"a step of kazakhstan with {FEW} citizens", [1e6 * o["whole"] for o in over], "us", None)
    row("of it outside the passes", [1e6 * o["outside"] for o in over], "us", 150)
    if not asked.quick:
        case = measured("benchmarks.whole:run_seconds", scenario="kazakhstan", citizens=100_000,
                        threads=threads, runs=min(3, asked.repeats))  # fmt: skip
        what = f"kazakhstan, 100,000 citizens, {case['steps']:,} days"
        row(what, case["seconds"], "s", 10)
        with tempfile.TemporaryDirectory() as folder:
            cold = [start_seconds(str(Path(folder) / str(k))) for k in range(2)]
        row("cold start to the first day (compiles)", cold, "s", 20)
    row("warm start to the first day", [start_seconds(None) for _ in range(4)][1:], "s", 2)
    results.write("whole", pd.DataFrame(timings.rows), threads=threads)
    timings.show(45, "at most")
