"""The model written for Mesa against the simulation: the same results, and how much faster."""

import numpy as np
import pandas as pd

from benchmarks.mesa_idiomatic import Protest
from benchmarks.report import Results, notify
from samizdat import Scenario, Simulation
from samizdat.core.layout import N_AWARE, N_ONLINE, N_SILENT, POSTURES, TALLIES
from samizdat.system.roofline import Timing, step_seconds

COUNTED = [*range(N_SILENT, N_SILENT + len(POSTURES)), N_AWARE, N_ONLINE]


def counted(simulation: Simulation) -> np.ndarray:
    """Return what a simulation counted, (days, regions, `COUNTED`)."""
    columns = [simulation.regions[TALLIES[k]].to_numpy() for k in COUNTED]
    table = np.stack(columns, axis=1)
    return table.reshape(simulation.step_number, len(simulation.sizes), len(COUNTED))


def report(results: Results) -> None:
    """Run `town` both ways, in turn; hold the results against each other while at it.

    Raises
    ------
    RuntimeError
        If the two count differently on any day.
    """
    asked = results.asked
    citizens = 1_000 if asked.quick else 10_000
    repeats = 1 if asked.quick else max(1, min(3, asked.repeats))
    world = Scenario.load("town").change({"citizens": citizens})
    graph = Simulation(world).graph
    days = world.steps_until()
    seen: dict[str, list[float]] = {}

    def timed(name: str, one: Protest | Simulation) -> None:
        seen.setdefault(name, []).append(sum(step_seconds(one, days)))

    for k in range(repeats):
        model = Protest(Simulation(world, seed=k + 1, graph=graph))
        timed("Mesa, an agent each", model)
        for t in asked.threads:
            simulation = Simulation(world, seed=k + 1, threads=t, graph=graph)
            timed(f"samizdat, {t} thread{'s' * (t > 1)}", simulation)
            if not np.array_equal(counted(simulation), np.array(model.counts)[:, :, COUNTED]):
                raise RuntimeError(f"samizdat and Mesa count differently, seed {k + 1}")
        notify(f"mesa: {citizens:,} citizens of town, run {k + 1} of {repeats}: the same every day")
    rows = []
    for name, runs in seen.items():
        whole = Timing.of(runs)
        rows.append({"what": name, "citizens": citizens, "days": days, "runs": repeats,
                     "seconds": whole.median, "seconds_least": whole.least,
                     "seconds_most": whole.most,
                     "ns": whole.median / citizens / days * 1e9})  # fmt: skip
    table = pd.DataFrame(rows)
    table["times_faster"] = table["seconds"].iloc[0] / table["seconds"]
    results.write("mesa", table)
    print(f"mesa: the whole model on town, {citizens:,} citizens, {days} days, the same results")
    for row in table.itertuples():
        print(f"  {row.what:22} {row.seconds:8.3f} s {row.ns:10,.0f} ns per citizen and day"
              f" {row.times_faster:8,.1f} x faster")  # fmt: skip
