"""Protests in the results of a run: days in a row on which many were in a region's street."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity, format_value
from samizdat.run.recorded import recorded_world
from samizdat.run.records import REGIONS
from samizdat.run.simulation import Simulation
from samizdat.run.spells import (
    AT_LEAST,
    inhabitants_in_street,
    inhabitants_per_citizen,
    spells_of,
)
from samizdat.run.tables import parsed_table
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.system.manifests import ManifestError, read_with_files
from samizdat.system.paths import outside_path

QUANTILES = (0.25, 0.5, 0.75, 0.9, 1.0)  # of the sizes
NEEDED = ("step", "date", "region", "mobilise")  # columns of a table of regions
_MOST = 1e12
_PER_CITIZEN = Quantity("inhabitants that a citizen stands for", 1e-9, _MOST)
_AT_LEAST = Quantity("inhabitants in the street that count as a protest", 1e-9, _MOST)
_STEP_DAYS = Quantity("length of a step, days", 1e-3, 366.0)
_DAY = np.timedelta64(1, "D")


class ProtestRates(NamedTuple):
    """How protests are spread over years, lengths, sizes and regions.

    Years are those that the results cover whole, and a protest belongs to the year of its start;
    all else is of all protests. None: there are too few years or protests to tell.

    Attributes
    ----------
    yearly
        Number of protests by year (whole years,), years without one included.
    mean, dispersion
        Of ``yearly``: the mean, and the variance (n - 1) by the mean, 1 for independent arrivals.
    one_day, at_most_five
        Shares of the protests that lasted one day at most, and five.
    longest
        Days.
    peaks
        Inhabitants on the largest day of a protest, by quantile: 0.25, 0.5, 0.75, 0.9, 1.
    person_days
        Of all protests.
    regions
        Number of protests by region, those without one included.
    """

    yearly: "pd.Series[int]"
    mean: float | None
    dispersion: float | None
    one_day: float | None
    at_most_five: float | None
    longest: float | None
    peaks: "pd.Series[float]"
    person_days: float
    regions: "pd.Series[int]"


class _Street(NamedTuple):
    """Who was in the street, in inhabitants."""

    people: NDArray[np.float64]  # (T, R)
    first_step: int
    day_zero: np.datetime64  # the day on which step 0 began
    step_days: float
    regions: list[str]


def protests(
    results: Simulation | str | Path | pd.DataFrame,
    *,
    inhabitants_per_citizen: float | None = None,
    at_least: float = AT_LEAST,
    step_days: float | None = None,
) -> pd.DataFrame:
    """Return the protests of a run, one row each, in order of their first day.

    A protest is steps in a row on which citizens in the street of one region stand for
    ``at_least`` inhabitants. One that goes on at the end of the results ends there.

    Parameters
    ----------
    results
        A simulation, the folder of a run, or a table of regions as in `Simulation.regions`.
    inhabitants_per_citizen
        By default the sum of the regions' populations by the number of citizens. It must be given
        for a table, and for a scenario that has shares in place of populations.
    at_least
        Inhabitants; 50 is the least that counts in the Mass Mobilization Protest Data.
    step_days
        Length of a step of a table, 1 by default. A simulation or a folder knows its own.

    Returns
    -------
    DataFrame
        region, start, end (the days that it touched first and last), days (its steps, in days; a
        fraction where steps are shorter than a day), peak (inhabitants on the largest step),
        person_days (inhabitants x days).

    Raises
    ------
    ValueError
        In one line: what was given, and what is allowed.
    OSError
        If there is no such folder or its table is damaged.

    Examples
    --------
    >>> from samizdat import Scenario, Simulation, protests
    >>> simulation = Simulation(Scenario.load("town").change({"citizens": 200})).run()
    >>> protests(simulation, inhabitants_per_citizen=20)
          region      start        end  days   peak  person_days
    0  Riverside 2014-03-25 2014-03-26   2.0  200.0        260.0
    1   Old Town 2014-04-02 2014-04-04   3.0  120.0        300.0
    """
    street = _street_of(results, inhabitants_per_citizen, step_days)
    return _protests_in(street, _number(_AT_LEAST, "at_least", at_least))


def protest_rates(
    results: Simulation | str | Path | pd.DataFrame,
    *,
    inhabitants_per_citizen: float | None = None,
    at_least: float = AT_LEAST,
    step_days: float | None = None,
) -> ProtestRates:
    """Return how many protests there were a year, how long and large they were, and where.

    Parameters
    ----------
    results, inhabitants_per_citizen, at_least, step_days
        As in `protests`.

    Raises
    ------
    ValueError, OSError
        As in `protests`.

    Examples
    --------
    >>> from samizdat import Scenario, Simulation, protest_rates
    >>> simulation = Simulation(Scenario.load("town").change({"citizens": 200})).run()
    >>> rates = protest_rates(simulation, inhabitants_per_citizen=20)
    >>> rates.longest, rates.mean
    (3.0, None)
    """
    street = _street_of(results, inhabitants_per_citizen, step_days)
    found = _protests_in(street, _number(_AT_LEAST, "at_least", at_least))
    years = _whole_years(street)
    yearly = found["start"].dt.year.value_counts().reindex(years, fill_value=0)
    mean = float(yearly.mean()) if len(years) else None
    days = found["days"].to_numpy()
    return ProtestRates(
        yearly.rename_axis("year").rename("protests"),
        mean,
        float(yearly.var()) / mean if mean and len(years) > 1 else None,
        float((days <= 1).mean()) if len(days) else None,
        float((days <= 5).mean()) if len(days) else None,
        float(days.max()) if len(days) else None,
        found["peak"].quantile(list(QUANTILES)),
        float(found["person_days"].sum()),
        found["region"].value_counts(sort=False).rename("protests"),
    )


def _whole_years(street: _Street) -> range:
    """Return the years of which the results cover each day."""
    steps = np.array([street.first_step, street.first_step + len(street.people)])
    edges = street.day_zero + np.floor(steps * street.step_days + 1e-9).astype(np.int64) * _DAY
    years = edges.astype("datetime64[Y]")  # the year in which the first day lies, and the next
    part = int(edges[0] > years[0].astype("datetime64[D]"))
    first, after = (years.astype(np.int64) + 1970).tolist()
    return range(first + part, max(first + part, after))


def _protests_in(street: _Street, least: float) -> pd.DataFrame:
    found = spells_of(street.people >= least)
    length = street.step_days
    columns = [street.people[a : b + 1, r] for r, a, b in zip(*found, strict=True)]
    begin = (street.first_step + found.first) * length
    end = (street.first_step + found.last + 1) * length
    frame = {
        "region": pd.Categorical.from_codes(found.region, pd.Index(street.regions)),
        "start": street.day_zero + np.floor(begin + 1e-9).astype(np.int64) * _DAY,
        "end": street.day_zero + (np.ceil(end - 1e-9).astype(np.int64) - 1) * _DAY,
        "days": (found.last - found.first + 1) * length,
        "peak": np.array([each.max() for each in columns], np.float64),
        "person_days": np.array([each.sum() * length for each in columns], np.float64),
    }
    return pd.DataFrame(frame)


def _street_of(results: object, per_citizen: object, step_days: object) -> _Street:
    if isinstance(results, pd.DataFrame):
        if per_citizen is None:
            raise ScenarioError(
                "inhabitants_per_citizen must be given with a table: it does not say how many "
                "inhabitants a citizen stands for"
            )
        length = _number(_STEP_DAYS, "step_days", 1.0 if step_days is None else step_days)
        return _street_in(results, per_citizen, length)
    if step_days is not None:
        raise ScenarioError(
            f"step_days = {format_value(step_days)}: only a table needs it; a simulation and the "
            "folder of a run know theirs"
        )
    if isinstance(results, Simulation):
        scenario, table = results.scenario, results.regions
    elif isinstance(results, str | Path):
        scenario, table = _recorded(results)
    else:
        raise ScenarioError(
            f"{format_value(results)} is no Simulation, folder of a run or table of regions"
        )
    if per_citizen is None:
        per_citizen = per_citizen_of(scenario)
        if per_citizen is None:
            raise ScenarioError(
                f"inhabitants_per_citizen must be given: the regions of {scenario.name} have "
                "shares, not populations"
            )
    return _street_in(table, per_citizen, float(scenario.spec.step_days))


def per_citizen_of(scenario: Scenario) -> float | None:
    """Return how many inhabitants a citizen stands for; None if regions have shares alone."""
    populations = [region.population for region in scenario.spec.regions]
    return inhabitants_per_citizen(populations, scenario.citizens)


def _recorded(folder: str | Path) -> tuple[Scenario, pd.DataFrame]:
    """Read scenario and table of regions of a run, verified by digest."""
    path = outside_path(folder)
    try:
        manifest, files = read_with_files(path, [REGIONS])
    except FileNotFoundError:
        raise FileNotFoundError(f"{folder}: no such folder, or it holds no run") from None
    except ManifestError as error:
        raise OSError(str(error)) from None
    try:
        table = parsed_table(files[REGIONS])
    except ValueError as error:
        raise OSError(f"{path / REGIONS}: {error}") from error
    return recorded_world(path, manifest, force=True).scenario, table


def _street_in(table: pd.DataFrame, per_citizen: object, step_days: float) -> _Street:
    factor = _number(_PER_CITIZEN, "inhabitants_per_citizen", per_citizen)
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise ScenarioError(
            f"the table has no column {', '.join(missing)}: a table of regions has "
            f"{', '.join(NEEDED)}"
        )
    names = table["region"].astype("category")
    regions = [str(name) for name in names.cat.categories]
    step = table["step"].to_numpy(np.int64)
    if not len(step):
        return _Street(np.zeros((0, len(regions))), 0, np.datetime64(0, "D"), step_days, regions)
    first, steps = int(step.min()), int(step.max() - step.min()) + 1
    codes = names.cat.codes.to_numpy(np.int64)
    cells = (step - first) * len(regions) + codes
    if len(cells) != steps * len(regions) or len(np.unique(cells)) < len(cells):
        raise ScenarioError(
            f"the table has {len(cells):,} rows, which are not one for each of {steps:,} steps "
            f"and {len(regions)} regions"
        )
    counts = np.empty(len(cells), np.int64)
    counts[cells] = table["mobilise"].to_numpy(np.int64)
    days = table["date"].to_numpy("datetime64[D]")
    since = np.floor(step * step_days + 1e-9).astype(np.int64)
    zero = days[0] - since[0] * _DAY
    if not np.array_equal(days, zero + since * _DAY):
        raise ScenarioError(f"step_days = {step_days:g} does not fit the dates of the table")
    people = inhabitants_in_street(counts.reshape(steps, len(regions)), factor)
    return _Street(people, first, zero, step_days, regions)


def _number(quantity: Quantity, name: str, value: Any) -> float:
    try:
        return quantity.checked(name, value)
    except ValueError as error:
        raise ScenarioError(str(error)) from None
