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


# scenario, regime of days, days from the start of the run
DAYS = {
    "quiet day": ("town", range(2, 9)),  # nothing runs
    "day of few voices": ("spring", range(20, 40)),  # 2016: up to 8 % aware, 2 % speaking
    "busy day": ("town", range(16, 40)),  # up to a third aware, a quarter speaking
}


def timed(world: Scenario) -> tuple[list[float], Simulation]:
    """Run the first 40 days on one thread; return the seconds of each."""
    simulation = Simulation(world, seed=1, threads=1)
    times = []
    while simulation.step_number < 40:
        began = time.perf_counter()
        simulation.step()
        times.append(time.perf_counter() - began)
    return times, simulation


def report(citizens: int, repeats: int) -> None:
    """Print nanoseconds per citizen and day, one thread."""
    print(f"kernel: {citizens:,} citizens, one thread, {repeats} runs")
    spring = f'base = "land_protests"\nstart = 2016-03-28\ncitizens = {citizens}'
    worlds = {
        "town": Scenario.load("town").change({"citizens": citizens}),
        "spring": Scenario.parse(spring, "spring"),
    }
    seen: dict[str, list[float]] = {name: [] for name in DAYS}
    shares = {}
    for _ in range(repeats):
        runs = {name: timed(world) for name, world in worlds.items()}
        for name, (world, days) in DAYS.items():
            times, simulation = runs[world]
            seen[name].append(median(times[d] for d in days) / citizens * 1e9)
            nation = simulation.nation.iloc[days[0] : days[-1] + 1]
            spoke = (nation["share"] + nation["mobilise"]).median() / citizens
            shares[name] = f"{nation['aware'].median() / citizens:.1%} aware, {spoke:.1%} speaking"
    copied = copy_seconds(QUIET_BYTES * citizens, 9) / citizens * 1e9
    print(f"  copying the {QUIET_BYTES} bytes of a quiet day: {copied:.1f} ns per citizen")
    for name, times in seen.items():
        print(
            f"  {name:18} {median(times):7.1f} ns ({min(times):.1f} ... {max(times):.1f})"
            f"   {median(times) / copied:6.1f} x the copy   ({shares[name]})"
        )
