"""Protests a year in a country without dated grievances, beside the record and point by point.

Record: 35 protests of 50 people and more in Kazakhstan, 2000-2010, of the Mass Mobilization Protest
Data (Clark & Regan). Its rows have a year and a length, but neither date nor place.
"""

import tomllib
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.report import Results, notify
from samizdat import Scenario, Simulation, protest_rates

SCENARIO = "kazakhstan_arrivals"
YEARLY = {2000: 1, 2001: 0, 2002: 1, 2003: 1, 2004: 6, 2005: 3, 2006: 6, 2007: 4, 2008: 5, 2009: 4,
          2010: 4}  # fmt: skip
LENGTHS = {1: 31, 7: 1, 9: 1, 11: 1, 30: 1}  # protests by length
LAST = 2010  # year of the record
DESIGN = Path(__file__).parents[1] / "experiments" / "base_rates.toml"
PER_CENT = 100.0


def dispersion(yearly: np.ndarray) -> float | None:
    """Return the variance of yearly counts by their mean; None if there are none."""
    return float(yearly.var(ddof=1) / yearly.mean()) if yearly.any() else None


def of_record() -> dict[str, float | None]:
    """Return what the record tells, by the names of `of_run`."""
    yearly = np.array(list(YEARLY.values()), float)
    days = np.repeat(list(LENGTHS), list(LENGTHS.values()))
    both = np.array([count for year, count in YEARLY.items() if year >= 2005], float)
    return {
        "protests a year": float(yearly.mean()),
        f"protests a year, 2005-{LAST}": float(both.mean()),
        "variance / mean of the years": dispersion(yearly),
        "years without a protest, %": float((yearly == 0).mean() * PER_CENT),
        "most in a year": float(yearly.max()),
        "last one day, %": float((days == 1).mean() * PER_CENT),
        "last at most five days, %": float((days <= 5).mean() * PER_CENT),
        "longest, days": float(days.max()),
    }


def of_run(simulation: Simulation) -> dict[str, float | None]:
    """Return yearly numbers, lengths, sizes and places of the protests of a run."""
    rates = protest_rates(simulation)
    yearly, regions = rates.yearly, rates.regions
    some = rates.one_day is not None
    return {
        "protests a year": rates.mean,
        f"protests a year, 2005-{LAST}": float(yearly.loc[2005:LAST].mean()),
        "variance / mean of the years": rates.dispersion,
        "years without a protest, %": float((yearly == 0).mean() * PER_CENT),
        "most in a year": float(yearly.max()),
        "last one day, %": rates.one_day * PER_CENT if rates.one_day is not None else None,
        "last at most five days, %": rates.at_most_five * PER_CENT
        if rates.at_most_five is not None
        else None,
        "longest, days": rates.longest,
        "size on the largest day, median": float(rates.peaks[0.5]) if some else None,
        "size, upper tenth": float(rates.peaks[0.9]) if some else None,
        "size, largest": float(rates.peaks[1.0]) if some else None,
        "person-days a year": rates.person_days / len(yearly),
        "regions with a protest": float((regions > 0).sum()),
        "of all protests in the first region, %": float(regions.max() / regions.sum() * PER_CENT)
        if some
        else None,
        "grievances a year": len(simulation.arrivals.all) / len(yearly),
    }


def of_seeds(scenario: Scenario, repeats: int, what: str) -> list[dict[str, float | None]]:
    """Return what the runs of seeds 1 ... repeats tell; say which is done."""
    rows = []
    for seed in range(1, repeats + 1):
        rows.append(of_run(Simulation(scenario, seed).run()))
        notify(f"base rates: {what}, seed {seed} of {repeats}")
    return rows


def report(results: Results) -> None:
    """Print and write median and range over seeds 1 ... repeats, beside the record."""
    citizens, repeats = results.asked.citizens, results.asked.repeats
    scenario = Scenario.load(SCENARIO).change({"citizens": citizens})
    rows = of_seeds(scenario, repeats, f"{citizens:,} citizens")
    record, table = of_record(), []
    for what in rows[0]:
        values = [value for row in rows if (value := row[what]) is not None]
        known = record.get(what)
        table.append({"what": what, "record": known,
                      "median": median(values) if values else None,
                      "least": min(values, default=None), "most": max(values, default=None),
                      "mean": float(np.mean(values)) if values else None,
                      "seeds": repeats, "citizens": citizens})  # fmt: skip
    frame = pd.DataFrame(table)
    print(frame[["what", "record", "mean", "median", "least", "most"]].to_string(index=False))
    results.write("base_rates", frame)


def report_grid(results: Results) -> None:
    """Print and write the same for each point of the experiment `base_rates`, as means over seeds.

    What an experiment keeps of a run has no regions and no years; so its points are run here.
    """
    citizens, repeats = results.asked.citizens, results.asked.repeats
    points = tomllib.loads(DESIGN.read_text(encoding="utf-8"))["design"]["points"]
    table = []
    for number, point in enumerate(points, 1):
        scenario = Scenario.load(SCENARIO).change({"citizens": citizens, **point})
        rows = of_seeds(scenario, repeats, f"point {number} of {len(points)}")
        means = pd.DataFrame(rows).astype(float).mean()
        table.append({**point, **means, "seeds": repeats, "citizens": citizens})
    frame = pd.DataFrame(table)
    print(frame.T.to_string(header=False))
    results.write("base_rates_grid", frame)
