"""What the rules of the revision cost: the same worlds with and without them, in turn."""

import time
from typing import Any

import pandas as pd

from benchmarks.cell import measured
from benchmarks.days import one_run
from benchmarks.report import Results, Timings
from benchmarks.worlds import DAYS
from samizdat import Scenario, Simulation

# With these, the model as it was before; the dates of rallies are then of no effect.
WITHOUT: dict[str, float] = {
    "reach.dilution": 1.0,
    "attention.online_share": 0.0,
    "attention.feed": 0.0,
    "rally.on": 0.0,
    "trust.dissent": 0.0,
    "trust.told": 0.0,
}


def whole_runs(scenario: str, citizens: int, runs: int, days: int | None) -> dict[str, Any]:
    """Time whole runs with and without, in turn, on one thread, the first of each untimed.

    Returns
    -------
    Ratios with / without, pair by pair, of processor and of wall seconds, and those seconds.
    """
    world = Scenario.load(scenario).change({"citizens": citizens})
    worlds = {"with": world, "without": world.change(WITHOUT)}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in worlds}
    for k in range(runs + 1):
        for name, each in worlds.items():
            simulation = Simulation(each, threads=1)
            last = 3 if k == 0 else min(days or simulation.steps, simulation.steps)
            began = time.process_time(), time.perf_counter()
            while simulation.step_number < last:
                simulation.step()
            if k:
                spent[name].append((time.process_time() - began[0], time.perf_counter() - began[1]))
    pairs = list(zip(spent["with"], spent["without"], strict=True))
    return {
        "processor": [a[0] / b[0] for a, b in pairs],
        "wall": [a[1] / b[1] for a, b in pairs],
        "seconds": [a[0] for a, _ in pairs],
        "steps": last,
    }


def quiet_days(citizens: int, threads: int, runs: int) -> dict[str, Any]:
    """Time quiet days with and without, in turn, on one graph; return the ratios."""
    quiet = DAYS["quiet"]
    without = quiet._replace(parameters={**quiet.parameters, **WITHOUT})
    graph, ratios = None, []
    for _ in range(runs):
        times, _, graph = one_run(quiet, citizens, threads, graph)
        others, _, graph = one_run(without, citizens, threads, graph)
        ratios.append(min(times) / min(others))  # days of one kind: the least disturbed of each
    return {"ratios": ratios}


def report(results: Results) -> None:
    """Compare whole runs and quiet days with and without the rules of the revision."""
    asked = results.asked
    threads, runs = max(asked.threads), 2 if asked.quick else max(7, asked.repeats)
    timings = Timings("revision")
    days = measured("benchmarks.revision:quiet_days", citizens=asked.citizens, threads=threads,
                    runs=runs)  # fmt: skip
    timings.row(
        f"quiet day, {asked.citizens:,} citizens, with / without", days["ratios"], "x", 1.03
    )
    case = measured("benchmarks.revision:whole_runs", scenario="kazakhstan", citizens=100_000,
                    runs=runs, days=500 if asked.quick else None)  # fmt: skip
    what = f"kazakhstan, 100,000 citizens, {case['steps']:,} days"
    timings.row(f"{what}, with / without, processor", case["processor"], "x", 1.25)
    timings.row(f"{what}, with / without, wall", case["wall"], "x", None)
    timings.row(f"{what}, with, processor, one thread", case["seconds"], "s", None)
    results.write("revision", pd.DataFrame(timings.rows), threads=threads)
    timings.show(72, "at most")
