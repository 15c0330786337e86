"""What a day costs per citizen on one core, against copying the bytes that it touches."""

import time
from statistics import median

import numpy as np

from samizdat import Scenario, Simulation

# Bytes of one citizen that a quiet day reads and writes: see `core/passes`. listen: platforms 2,
# rank 4, days_left 2, circumventing 1 read, access 2, ears 2, counters 12 written; feel: access,
# ears, last_voice, days_left 8, attention, circumventing 2, counters 12, close 4, beliefs 12,
# hardship and resting trust 8 read, beliefs 12 and marks 1 written; act: marks read, posture and
# voice 3 written.
QUIET_BYTES = (9 + 16) + (46 + 13) + (1 + 3)

DAYS = {
    "quiet": range(2, 9),  # nothing runs
    "busy": range(16, 40),  # a third aware, a quarter speaking
}


def copy_seconds(total: int, repeats: int) -> float:
    """Median time to copy half of ``total`` bytes: as many are read as written."""
    source = np.ones(total // 2, np.uint8)
    target = np.empty_like(source)
    times = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        np.copyto(target, source)
        times.append(time.perf_counter() - began)
    return median(times[1:])


def report(citizens: int, repeats: int) -> None:
    """Print nanoseconds per citizen and day of the town, one thread."""
    print(f"kernel: the town of {citizens:,}, one thread, {repeats} runs")
    world = Scenario.load("town").change({"citizens": citizens})
    seen: dict[str, list[float]] = {name: [] for name in DAYS}
    shares = ""
    for _ in range(repeats):
        simulation = Simulation(world, seed=1, threads=1)
        times = []
        while simulation.step_number < 40:
            began = time.perf_counter()
            simulation.step()
            times.append(time.perf_counter() - began)
        for name, days in DAYS.items():
            seen[name].append(median(times[d] for d in days) / citizens * 1e9)
        day = simulation.nation.iloc[28]
        spoke = (day["share"] + day["mobilise"]) / citizens
        shares = f"(day 28: {day['aware'] / citizens:.0%} aware, {spoke:.0%} speaking)"
    copied = copy_seconds(QUIET_BYTES * citizens, 9) / citizens * 1e9
    print(f"  copying the {QUIET_BYTES} bytes of a quiet day   {copied:7.1f} ns per citizen")
    for name, times in seen.items():
        note = shares if name == "busy" else ""
        print(
            f"  a {name:6} day {median(times):7.1f} ns ({min(times):.1f} ... {max(times):.1f})"
            f"   {median(times) / copied:6.1f} x the copy {note}"
        )
