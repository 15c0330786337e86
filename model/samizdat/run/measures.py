"""What is reported of a run, per day and as a whole: one function each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.layout import FIXED, POSTURES, TALLIES
from samizdat.regime.levers import LEVERS
from samizdat.scenario.schema import unknown

Counts = NDArray[np.int64]
FALL = 0.035  # mobilised share at which regimes have fallen: Chenoweth & Stephan (2011)


def _count(name: str) -> Callable[[Counts, Counts], NDArray[Any]]:
    column = TALLIES.index(name)

    def counted(tallies: Counts, citizens: Counts) -> NDArray[Any]:
        return np.asarray(tallies[..., column])

    return counted


def _mean(name: str) -> Callable[[Counts, Counts], NDArray[Any]]:
    column = TALLIES.index(name)

    def averaged(tallies: Counts, citizens: Counts) -> NDArray[Any]:
        return np.asarray(tallies[..., column] / FIXED / citizens)

    return averaged


# Columns of a day, from tallies (..., len(TALLIES)) and the number of citizens (...).
MEASURES: dict[str, Callable[[Counts, Counts], NDArray[Any]]] = {
    **{name: _count(name) for name in POSTURES},
    **{name: _count(name) for name in ("aware", "online", "circumventing", "cut_off")},
    **{name: _count(name) for name in ("newly_detained", "newly_mobilised")},
    **{name: _mean(name) for name in ("grievance", "trust", "fear", "opposition")},
    **{name: _count(name) for name in ("posts", "posts_heard", "posts_suppressed")},
}
BARRED = "platforms_blocked"  # of those that the state keeps from a region, blocked or banned
# What the state did: platforms barred, then each lever whose look names a signal that is counted.
_COUNTED = [lever.look.signal for lever in LEVERS.values() if lever.look.signal]
ACTIONS = (BARRED, *(signal for signal in _COUNTED if signal != "blocked"))


def daily_table(
    tallies: Counts,
    actions: Mapping[str, Counts],
    latent: NDArray[np.bool_],
    citizens: Counts,
    dates: NDArray[np.datetime64],
    regions: Sequence[str] | None,
) -> pd.DataFrame:
    """Return one row a day, or one a day and region.

    Parameters
    ----------
    tallies
        (days, len(TALLIES)), or (days, R, len(TALLIES)) with ``regions``.
    actions
        `ACTIONS` by name, (days,) or (days, R).
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
    columns |= {name: np.asarray(actions[name]).reshape(-1) for name in ACTIONS}
    counted = pd.array(_count("latent_self_censor")(tallies, citizens).reshape(-1), "Int64")
    counted[~np.repeat(latent, width)] = pd.NA
    columns["latent_self_censor"] = counted
    return pd.DataFrame(columns)


def _days(steps: float, step_days: float) -> float:
    """Turn steps (or citizens summed over steps) into days, whole where they are."""
    days = float(steps * step_days)
    return int(days) if days == int(days) else days


def _share(part: int, whole: int) -> float | None:
    """Return part / whole; None where there is no whole."""
    return part / whole if whole else None


def mean_of(values: NDArray[np.float32]) -> float | None:
    """Return the mean of some citizens' values; None of nobody."""
    return float(values.mean(dtype=np.float64)) if len(values) else None


def summary(
    tallies: Counts,
    latent: NDArray[np.bool_],
    dates: NDArray[np.datetime64],
    regions: Sequence[str],
    citizens: int,
    step_days: float,
) -> dict[str, Any]:
    """Return what is said of a run as a whole; sums over time are in (person-)days.

    Parameters
    ----------
    tallies
        (days, R, len(TALLIES)).
    latent, dates
        (days,), see `daily_table`.
    """
    if not len(tallies):
        return {}
    by_name = {name: tallies[..., TALLIES.index(name)] for name in _SUMMED}
    nation = {name: counted.sum(axis=1) for name, counted in by_name.items()}
    street = nation["mobilise"]
    peak = int(street.argmax())
    active = np.flatnonzero(street)
    day = dates.astype("datetime64[D]")
    dissent = nation["posts"] + street
    kept_back, open_dissent = int(nation["self_censor"].sum()), int(dissent.sum())
    habit = nation["latent_self_censor"][latent]
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
        "days_above_fall": _days(int((street >= FALL * citizens).sum()), step_days),
        "self_censorship_gap": _share(kept_back, kept_back + open_dissent),
        "peak_self_censor": int(nation["self_censor"].max()),
        "self_censor_days": _days(kept_back, step_days),
        "open_dissent_days": _days(open_dissent, step_days),
        "mean_latent_self_censor": float(habit.mean() / citizens) if len(habit) else None,
        "peak_detained": int(nation["detained"].max()),
        "peak_detained_share": float(nation["detained"].max() / citizens),
        "arrests": int(nation["newly_detained"].sum()),
        "online_at_end": int(online[-1]),
        "circumventing_peak": int(nation["circumventing"].max()),
        "posts_suppressed": int(nation["posts_suppressed"].sum()),
        "fell": bool((street >= FALL * citizens).any()),
    }


_SUMMED = (
    "mobilise", "posts", "self_censor", "detained", "newly_detained", "online", "circumventing",
    "posts_suppressed", "latent_self_censor",
)  # fmt: skip

# Outcomes of a run that are numbers (None where there is none), by their names in a summary.
OUTCOMES = (
    "peak_mobilised", "peak_share", "person_days", "regions_reached", "days_above_fall",
    "self_censorship_gap", "peak_self_censor", "self_censor_days", "open_dissent_days",
    "mean_latent_self_censor", "peak_detained", "peak_detained_share", "arrests",
    "online_at_end", "circumventing_peak", "posts_suppressed", "fell", "trust_online",
    "trust_offline",
)  # fmt: skip
DAILY = tuple(MEASURES)
# How a daily measure becomes one number of a run: `fear.last`, `mobilise.max`.
HOW: dict[str, Callable[[NDArray[Any]], Any]] = {
    "max": np.max,
    "min": np.min,
    "mean": np.mean,
    "sum": np.sum,
    "last": lambda days: days[-1],
}


def is_measure(name: str) -> bool:
    """Whether a run can be measured so."""
    daily, dot, how = name.rpartition(".")
    return name in OUTCOMES or (bool(dot) and daily in DAILY and how in HOW)


def check_measure(name: str, also: Iterable[str] = ()) -> None:
    """Check that a run can be measured so: by an outcome, or a daily measure's ``.max`` and such.

    Parameters
    ----------
    also
        Names that could have been meant besides.

    Raises
    ------
    ValueError
        Naming the nearest measure that is known.
    """
    daily, dot, how = name.rpartition(".")
    if is_measure(name):
        return
    if dot and daily in DAILY:
        raise ValueError(f"measure {name!r}: {how!r} is not one of {', '.join(HOW)}")
    if name in DAILY:
        raise ValueError(f"measure {name!r} is daily: say how, as in {name}.max or {name}.last")
    known = [*also, *OUTCOMES, *(f"{each}.{way}" for each in DAILY for way in HOW)]
    raise ValueError(f"measure: {unknown(name, known)}")
