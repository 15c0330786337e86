"""Measures of a run, per day and for the whole run: one function each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.layout import FIXED, POSTURES, TALLIES
from samizdat.core.quantity import format_value
from samizdat.regime.levers import LEVERS
from samizdat.run.spells import AT_LEAST, inhabitants_in_street, spells_of
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.society.graph import Graph

Counts = NDArray[np.int64]
Numbers = NDArray[np.int64 | np.float64]
FALL = 0.035  # mobilised share at which regimes have fallen: Chenoweth & Stephan (2011)


def _count(name: str) -> Callable[[Counts, Counts], Numbers]:
    column = TALLIES.index(name)

    def count_of(tallies: Counts, citizens: Counts) -> Numbers:
        return np.asarray(tallies[..., column])

    return count_of


def _mean(name: str) -> Callable[[Counts, Counts], Numbers]:
    column = TALLIES.index(name)

    def mean_per_citizen(tallies: Counts, citizens: Counts) -> Numbers:
        return np.asarray(tallies[..., column] / FIXED / citizens)

    return mean_per_citizen


# Columns of a day, from tallies (..., len(TALLIES)) and the number of citizens (...).
MEASURES: dict[str, Callable[[Counts, Counts], Numbers]] = {
    **{name: _count(name) for name in POSTURES},
    **{name: _count(name) for name in ("aware", "online", "circumventing", "cut_off")},
    **{name: _count(name) for name in ("newly_detained", "newly_mobilised")},
    **{name: _mean(name) for name in ("grievance", "trust", "fear", "opposition")},
    **{name: _count(name) for name in ("posts", "posts_heard", "posts_suppressed")},
}
BARRED = "platforms_blocked"  # number of platforms barred in a region: blocked or banned
# What the state did: platforms barred, then each lever whose look names a signal to count.
_SEEN = dict.fromkeys(lever.look.signal for lever in LEVERS.values())
ACTIONS = (BARRED, *(signal for signal in _SEEN if signal not in ("", "blocked")))

# The rallies of a region and step: calls made, rallies that began, calls that were due while their
# whole committee was in detention, and whether one was on.
RALLIES = ("rallies_called", "rallies_held", "rallies_prevented", "rally")
ARRIVALS = "arrivals"  # grievances that began in the region and step
COUNTED = (*ACTIONS, *RALLIES, ARRIVALS)
THREAT = "threat"  # that the state feels, on the morning of the step; of the nation alone


def daily_table(
    tallies: Counts,
    counted: Mapping[str, Numbers],
    latent: NDArray[np.bool_],
    citizens: Counts,
    dates: NDArray[np.datetime64],
    regions: Sequence[str] | None,
) -> pd.DataFrame:
    """Return one row per day, or one per day and region.

    Parameters
    ----------
    tallies
        (days, len(TALLIES)), or (days, R, len(TALLIES)) with ``regions``.
    counted
        `COUNTED` by name, (days,) or (days, R).
    latent
        (days,) whether latent self-censorship was counted; elsewhere it is empty.
    citizens
        Number of citizens, a scalar array or (R,).
    """
    days = len(dates)
    width = 1 if regions is None else len(regions)
    columns: dict[str, Any] = {
        "step": np.repeat(np.arange(days), width),
        "date": pd.Series(np.repeat(dates, width)),
    }
    if regions is not None:
        codes = np.tile(np.arange(width), days)
        columns["region"] = pd.Categorical.from_codes(codes, pd.Index(list(regions)))
    columns |= {name: f(tallies, citizens).reshape(-1) for name, f in MEASURES.items()}
    columns |= {name: np.asarray(counted[name]).reshape(-1) for name in COUNTED}
    latent_column = np.asarray(tallies[..., TALLIES.index("latent_self_censor")]).reshape(-1)
    latent_counts = pd.array(latent_column, "Int64")
    latent_counts[~np.repeat(latent, width)] = pd.NA
    columns["latent_self_censor"] = latent_counts
    return pd.DataFrame(columns)


def _days(steps: float, step_days: float) -> float:
    """Convert steps (or citizens summed over steps) into (person-)days; an integer where whole."""
    days = float(steps * step_days)
    return int(days) if days == int(days) else days


def _share(part: int, whole: int) -> float | None:
    """Return part / whole; None if whole is 0."""
    return part / whole if whole else None


def mean_of(values: NDArray[np.float32]) -> float | None:
    """Return the mean of some citizens' values; None if there are no such citizens."""
    return float(values.mean(dtype=np.float64)) if len(values) else None


def population_measures(traits: Mapping[str, NDArray[Any]], graph: Graph) -> dict[str, Any]:
    """Return means of the traits, and the correlation of adoption along close ties.

    Parameters
    ----------
    traits
        Arrays (n,) by name, as in `Simulation.state`.
    """
    means = {
        f"mean_{name}": float(traits[name].mean(dtype=np.float64))
        for name in ("hardship", "resting_trust", "threshold", "risk_aversion")
    }
    return {
        **means,
        "instigators": int(np.count_nonzero(traits["threshold"] == 0)),
        "adoption_correlation_of_close_ties": graph.correlation(traits["adoption_rank"]),
    }


def summary(
    tallies: Counts,
    latent: NDArray[np.bool_],
    dates: NDArray[np.datetime64],
    regions: Sequence[str],
    citizens: int,
    step_days: float,
    inhabitants_per_citizen: float | None = None,
) -> dict[str, Any]:
    """Return the outcomes of a run as a whole; sums over time are in (person-)days.

    Parameters
    ----------
    tallies
        (days, R, len(TALLIES)).
    latent, dates
        (days,), see `daily_table`.
    inhabitants_per_citizen
        Without it, `protests` is not known.
    """
    if not len(tallies):
        return {}
    by_name = {name: tallies[..., TALLIES.index(name)] for name in _SUMMED}
    nation = {name: counts.sum(axis=1) for name, counts in by_name.items()}
    street = nation["mobilise"]
    peak = int(street.argmax())
    active = np.flatnonzero(street)
    day = dates.astype("datetime64[D]")
    dissent = nation["posts"] + street
    withheld, open_dissent = int(nation["self_censor"].sum()), int(dissent.sum())
    latent_days = nation["latent_self_censor"][latent]
    online = nation["online"]
    return {
        "citizens": citizens,
        "days": _days(len(tallies), step_days),
        "peak_mobilised": int(street[peak]),
        "peak_share": float(street[peak] / citizens),
        "peak_date": str(day[peak]) if street[peak] else None,
        "peak_region": regions[int(by_name["mobilise"][peak].argmax())] if street[peak] else None,
        "person_days": _days(int(street.sum()), step_days),
        "first_day": str(day[active[0]]) if len(active) else None,
        "last_day": str(day[active[-1]]) if len(active) else None,
        "regions_reached": int((by_name["mobilise"].max(axis=0) > 0).sum()),
        "protests": _protests(by_name["mobilise"], inhabitants_per_citizen),
        "days_above_fall": _days(int((street >= FALL * citizens).sum()), step_days),
        "self_censorship_gap": _share(withheld, withheld + open_dissent),
        "peak_self_censor": int(nation["self_censor"].max()),
        "self_censor_days": _days(withheld, step_days),
        "open_dissent_days": _days(open_dissent, step_days),
        "mean_latent_self_censor": float(latent_days.mean() / citizens)
        if len(latent_days)
        else None,
        "peak_detained": int(nation["detained"].max()),
        "peak_detained_share": float(nation["detained"].max() / citizens),
        "arrests": int(nation["newly_detained"].sum()),
        "online_at_end": int(online[-1]),
        "circumventing_peak": int(nation["circumventing"].max()),
        "posts_suppressed": int(nation["posts_suppressed"].sum()),
        "fell": bool((street >= FALL * citizens).any()),
    }


def _protests(mobilised: Counts, inhabitants_per_citizen: float | None) -> int | None:
    """Count spells of 50 inhabitants and more in a region's street; see `run.protests`."""
    if inhabitants_per_citizen is None:
        return None
    there = inhabitants_in_street(mobilised, inhabitants_per_citizen) >= AT_LEAST
    return len(spells_of(there).first)


_SUMMED = (
    "mobilise", "posts", "self_censor", "detained", "newly_detained", "online", "circumventing",
    "posts_suppressed", "latent_self_censor",
)  # fmt: skip

# Outcomes of a run that are numbers (or None), by their names in a summary.
OUTCOMES = (
    "peak_mobilised", "peak_share", "person_days", "regions_reached", "protests", "days_above_fall",
    "self_censorship_gap", "peak_self_censor", "self_censor_days", "open_dissent_days",
    "mean_latent_self_censor", "peak_detained", "peak_detained_share", "arrests",
    "online_at_end", "circumventing_peak", "posts_suppressed", "fell", "trust_online",
    "trust_offline",
)  # fmt: skip
DAILY = (*MEASURES, *COUNTED, THREAT)
# How a daily measure is reduced to one number of a run: `fear.last`, `mobilise.max`.
HOW: dict[str, Callable[[Numbers], np.int64 | np.float64]] = {
    "max": np.max,
    "min": np.min,
    "mean": np.mean,
    "sum": np.sum,
    "last": lambda days: days[-1],
}


def check_column(name: str) -> str:
    """Return the name of a number of a day, one of `DAILY`, if it is one.

    Raises
    ------
    ScenarioError
        It names the nearest that exists.
    """
    if not isinstance(name, str) or name not in DAILY:
        raise ScenarioError(f"measure: {unknown(name, DAILY)}")
    return name


def is_measure(name: str) -> bool:
    """Whether this is the name of a measure of a run."""
    daily, dot, how = name.rpartition(".")
    return name in OUTCOMES or (bool(dot) and daily in DAILY and how in HOW)


def check_measure(name: str, also: Iterable[str] = ()) -> None:
    """Check the name of a measure: an outcome, or a daily measure with an ending such as ``.max``.

    Parameters
    ----------
    also
        Other names to consider in the error message.

    Raises
    ------
    ValueError
        It names the nearest known measure.
    """
    daily, dot, how = name.rpartition(".")
    if is_measure(name):
        return
    if dot and daily in DAILY:
        raise ValueError(
            f"measure {format_value(name)}: {format_value(how)} is not one of {', '.join(HOW)}"
        )
    if name in DAILY:
        raise ValueError(
            f"measure {format_value(name)} is daily: say how, as in {name}.max or {name}.last"
        )
    known = [*also, *OUTCOMES, *(f"{each}.{way}" for each in DAILY for way in HOW)]
    raise ValueError(f"measure: {unknown(name, known)}")
