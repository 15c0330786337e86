"""How time and memory grow: with the citizens, with the share who speak, with the threads."""

import time
from typing import Any

import pandas as pd

from benchmarks import days
from benchmarks.cell import CellError, measured, peak_bytes
from benchmarks.report import Results, notify
from benchmarks.worlds import DAYS, speaking
from samizdat import Simulation
from samizdat.system.roofline import step_seconds

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 17_000_000)
QUICK = (10_000, 100_000)
KINDS = ("quiet", "moving", "aware", "weighing", "voices_1", "voices_10", "deciding")
SHARES = (0.0, 0.0003, 0.001, 0.003, 0.01, 0.02, 0.03, 0.04, 0.06, 0.1, 0.15, 0.2)
AWARE = 0.2  # in all days of the second table; at 20 % voices all of them speak


def of_size(citizens: int, kinds: list[str], threads: list[int], repeats: int) -> dict[str, Any]:
    """Time kinds of days at one size, in this process."""
    table = days.measure([DAYS[k] for k in kinds], citizens, threads, repeats)
    return {"rows": table.to_dict("records")}


def memory(citizens: int, threads: int) -> dict[str, Any]:
    """Build a run and take some days; the process's peak is the answer (see `benchmarks.cell`)."""
    before, began = peak_bytes(), time.perf_counter()
    simulation = Simulation(DAYS["voices_1"].world(citizens), threads=threads)
    setup = time.perf_counter() - began
    step_seconds(simulation, 5)
    held = {id(a.base if a.base is not None else a): a for a in simulation.state.values()}
    ties = sum(part.nbytes for part in simulation.graph.ties)
    return {
        "setup_s": setup,
        "before_bytes": before,
        "state_bytes": sum(a.nbytes for a in held.values()),
        "tie_bytes": ties,
        "mean_ties": simulation.graph.mean_degree,
    }


def of_voices(citizens: int, threads: list[int], repeats: int, shares: list[float]) -> Any:
    """Time days on which ever more speak, in this process."""
    kinds = [speaking(share, AWARE) for share in shares]
    return {"rows": days.measure(kinds, citizens, threads, repeats).to_dict("records")}


def report(results: Results) -> None:
    """Measure, write, print."""
    asked = results.asked
    threads = list(asked.threads)
    rows: list[dict[str, Any]] = []
    held: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    sizes = [n for n in (QUICK if asked.quick else SIZES) if n <= asked.up_to]
    kinds = ["quiet", "voices_1", "voices_10"] if asked.quick else list(KINDS)
    for n in sizes:
        repeats = 1 if asked.quick else (asked.repeats if n <= 1_000_000 else 2)
        try:
            rows += measured("benchmarks.growth:of_size", citizens=n, kinds=kinds,
                             threads=threads, repeats=repeats)["rows"]  # fmt: skip
            one = measured("benchmarks.growth:memory", citizens=n, threads=max(threads))
        except CellError as error:
            left_out[f"{n:,}"] = str(error)
            notify(f"growth: {n:,} citizens: {error}")
            continue
        held.append(
            {
                "citizens": n,
                "peak_gb": one["peak_bytes"] / 1e9,
                "bytes_a_citizen": (one["peak_bytes"] - one["before_bytes"]) / n,
                "kept_bytes_a_citizen": (one["state_bytes"] + one["tie_bytes"]) / n,
                **{k: one[k] for k in ("setup_s", "state_bytes", "tie_bytes", "mean_ties")},
            }
        )
        notify(f"growth: {n:,} citizens: done, {one['peak_bytes'] / 1e9:.2f} GB")
    table, of_memory = pd.DataFrame(rows), pd.DataFrame(held)
    results.write("growth", table, left_out=left_out)
    results.write("memory", of_memory, left_out=left_out)
    size = min(asked.citizens, asked.up_to)
    shares = [0.0, 0.001, 0.01, 0.04, 0.1, 0.2] if asked.quick else list(SHARES)
    repeats = 1 if asked.quick else max(1, asked.repeats // 2)
    spoken = pd.DataFrame(
        measured("benchmarks.growth:of_voices", citizens=size, threads=threads,
                 repeats=repeats, shares=shares)["rows"]
    )  # fmt: skip
    results.write("voices", spoken)
    _show(table, of_memory, spoken)


def _show(table: pd.DataFrame, held: pd.DataFrame, spoken: pd.DataFrame) -> None:
    print("growth: nanoseconds per citizen and day, by citizens")
    wide = table.pivot_table(index=["day", "threads"], columns="citizens", values="ns")
    print(wide.to_string(float_format=lambda x: f"{x:.1f}"))
    print(held.to_string(index=False, float_format=lambda x: f"{x:,.3g}"))
    print(f"growth: by share of voices, {spoken['citizens'].iloc[0]:,} citizens, {AWARE:.0%} aware")
    wide = spoken.pivot_table(index="voices", columns="threads", values="ns")
    print(wide.to_string(float_format=lambda x: f"{x:.1f}"))
