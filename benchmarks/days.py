"""Days of one kind, timed on one graph and held against this machine's copying and random reads."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from benchmarks.report import Results, notify
from benchmarks.worlds import DAYS, Day
from samizdat import Simulation
from samizdat.society.graphs import Graph
from samizdat.system.roofline import (
    Timing,
    Traffic,
    bytes_touched,
    copy_seconds,
    gather_seconds,
    step_seconds,
)

TIMED = 8  # days of a run


def shares(simulation: Simulation, timed: int) -> tuple[float, float]:
    """Return the largest share aware, and with a voice, on the last days."""
    nation = simulation.nation.iloc[-timed:]
    n = simulation.scenario.citizens
    voices = nation["share"] + nation["mobilise"] + nation["detained"]
    return float(nation["aware"].max() / n), float(voices.max() / n)


def check(day: Day, aware: float, voices: float, citizens: int) -> None:
    """See that the days that were timed are of their kind, but for the noise of few citizens.

    Raises
    ------
    RuntimeError
        If more were aware or spoke, or fewer, than were to.
    """
    noise = 5.0 * math.sqrt(0.25 / citizens)
    least, most = day.aware * 0.95 - noise, day.aware * 1.05 + noise
    if day.most_aware < 1.0:
        least, most = 0.0, day.most_aware
    right = least <= aware <= most and 0.9 * day.voices - noise <= voices
    if not right or voices > min(day.most_voices, 1.2 * day.voices + noise):
        raise RuntimeError(f"{day.name}: {aware:.2%} aware, {voices:.2%} speaking on timed days")


def one_run(
    day: Day, citizens: int, threads: int, graph: Graph | None, timed: int = TIMED
) -> tuple[list[float], tuple[float, float], Graph]:
    """Run into the days of a kind; return their nanoseconds per citizen, the shares, the graph."""
    simulation = Simulation(day.world(citizens), threads=threads, graph=graph)
    step_seconds(simulation, day.first)
    times = [t / citizens * 1e9 for t in step_seconds(simulation, timed)]
    found = shares(simulation, timed)
    check(day, *found, citizens)
    return times, found, simulation.graph


def measure(
    days: Sequence[Day],
    citizens: int,
    threads: Iterable[int],
    repeats: int,
    graph: Graph | None = None,
) -> pd.DataFrame:
    """Time kinds of days, in turn, with reference copies between; one row per kind and threads.

    A run's figure is the median of its days; the row's is the median of the runs.
    """
    threads = list(threads)
    seen: dict[tuple[str, int], list[float]] = {(d.name, t): [] for d in days for t in threads}
    copies: dict[tuple[str, int], list[float]] = {key: [] for key in seen}
    reads: dict[tuple[int, int], list[float]] = {(w, t): [] for w in (1, 2) for t in threads}
    found: dict[str, tuple[float, float]] = {}
    degree = 0.0
    for k in range(repeats):
        for day in days:
            for t in threads:
                times, found[day.name], graph = one_run(day, citizens, t, graph)
                degree = graph.mean_degree
                seen[day.name, t].append(Timing.of(times).median)
                total = touched(day, found[day.name], degree).total * citizens
                copied = copy_seconds(total, t, 3).median
                copies[day.name, t].append(copied / citizens * 1e9)
            notify(f"days: {citizens:,} citizens, run {k + 1} of {repeats}, {day.name}")
        for width, t in reads:
            reads[width, t].append(gather_seconds(citizens, width, t, 3).median * 1e9)
    rows = []
    for (name, t), times in seen.items():
        random = {width: Timing.of(reads[width, t]).median for width in (1, 2)}
        rows.append(_row(DAYS.get(name), name, t, citizens, times, copies[name, t], random,
                         found[name], degree))  # fmt: skip
    return pd.DataFrame(rows)


def touched(day: Day | None, found: tuple[float, float], degree: float) -> Traffic:
    """Return the bytes that a day of a kind asks for, a citizen."""
    aware, voices = found
    moved = day is not None and day.pushed
    reached = (1.0 - aware) * (1.0 - (1.0 - voices) ** degree) if aware else 0.0
    return bytes_touched(aware, reached, voices * degree, moved)


def _row(
    day: Day | None,
    name: str,
    threads: int,
    citizens: int,
    times: list[float],
    copies: list[float],
    random: dict[int, float],
    found: tuple[float, float],
    degree: float,
) -> dict[str, Any]:
    ns, copied = Timing.of(times), Timing.of(copies).median
    asked = touched(day, found, degree)
    floor = copied + found[1] * degree * random[2]
    return {
        "day": name,
        "what": day.what if day else name,
        "citizens": citizens,
        "threads": threads,
        "runs": ns.repeats,
        "days_each": TIMED,
        "aware": found[0],
        "voices": found[1],
        "ns": ns.median,
        "ns_least": ns.least,
        "ns_most": ns.most,
        "bytes_read": asked.read,
        "bytes_written": asked.written,
        "copy_ns": copied,
        "over_copy": ns.median / copied,
        "random_read_1_byte_ns": random[1],
        "random_read_2_bytes_ns": random[2],
        "over_random_read": ns.median / random[2],
        "reads_of_voices": found[1] * degree,
        "floor_ns": floor,
        "over_floor": ns.median / floor,
        "wanted_ns": day.wanted if day else None,
    }


def report(results: Results) -> None:
    """Time all kinds of days; at full length at the size asked for."""
    asked = results.asked
    table = measure(list(DAYS.values()), asked.citizens, asked.threads, asked.repeats)
    results.write("days", table)
    print(f"days: {asked.citizens:,} citizens; ns per citizen and day, median (least ... most)")
    for row in table.itertuples():
        print(
            f"  {row.day:10} {row.threads} thr {row.ns:7.1f}"
            f" ({row.ns_least:.1f} ... {row.ns_most:.1f})"
            f" {row.over_copy:5.1f} x copying {row.bytes_read + row.bytes_written:.0f} bytes"
            f" {row.over_floor:5.1f} x the floor with random reads  ({row.aware:.1%} aware,"
            f" {row.voices:.2%} speaking)"
        )
