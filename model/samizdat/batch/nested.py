"""Nested factors: those that vary only where other factors have certain levels.

Elsewhere a nested factor stands at its first level, and a point that another one repeats is left
out. So a design need not run again what is equal by construction: without the internet it does not
matter whether platforms are blocked.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from samizdat.batch.factors import Value, column_of
from samizdat.core.quantity import format_value
from samizdat.scenario.mistakes import short_name
from samizdat.scenario.schema import unknown

Nesting = Mapping[str, Mapping[str, Sequence[Value]]]  # by factor: levels of other factors, by name


def check_nesting(nesting: Nesting, levels: Mapping[str, Sequence[Value]]) -> None:
    """Check that conditions name factors and levels of the design, and that none is circular.

    Raises
    ------
    ValueError
        It names the factor, and what is allowed.
    """
    for name, conditions in nesting.items():
        where = f"design.only_where.{short_name(name)}"
        if name not in levels:
            raise ValueError(f"design.only_where: {unknown(name, levels)}")
        if not conditions:
            raise ValueError(f"{where}: names no factor; give one, as in regime = ['networked']")
        for other, allowed in conditions.items():
            if other not in levels:
                raise ValueError(f"{where}: {unknown(other, levels)}")
            for level in allowed:
                if level not in levels[other]:
                    known = ", ".join(map(format_value, levels[other]))
                    raise ValueError(
                        f"{where}.{short_name(other)} = {format_value(level)}: is no level of "
                        f"{other}; its levels are {known}"
                    )
    _outer_first(nesting)


def collapsed(points: pd.DataFrame, firsts: Mapping[str, Value], nesting: Nesting) -> pd.DataFrame:
    """Set nested factors to their first levels where they do not vary; keep each point once.

    Parameters
    ----------
    points
        One row per point, one column per factor.
    firsts
        The first level of each factor.
    """
    if not nesting:
        return points
    points = points.copy()
    for name in _outer_first(nesting):
        varies = _holds(points, nesting[name])
        first = column_of([firsts[name]]).iloc[0]
        if points[name].dtype == object:
            first = str(first)
        points[name] = points[name].where(varies, first)
    return points.drop_duplicates(ignore_index=True)


def varied(points: pd.DataFrame, nesting: Nesting) -> pd.DataFrame:
    """Return whether each factor varies at each point (points, factors)."""
    found = pd.DataFrame(True, index=points.index, columns=points.columns)
    for name, conditions in nesting.items():
        found[name] = _holds(points, conditions)
    return found


def among(column: pd.Series, levels: Sequence[Value]) -> "pd.Series[bool]":
    """Return where a factor has one of these levels."""
    if pd.api.types.is_numeric_dtype(column):
        return column.isin([float(v) for v in levels if not isinstance(v, str)])
    return column.isin([str(v) for v in levels])


def _holds(points: pd.DataFrame, conditions: Mapping[str, Sequence[Value]]) -> "pd.Series[bool]":
    holds = pd.Series(True, index=points.index)
    for other, levels in conditions.items():
        holds &= among(points[other], levels)
    return holds


def _outer_first(nesting: Nesting) -> list[str]:
    """Return the nested factors in an order in which each comes after those that it depends on."""
    order: list[str] = []
    left = list(nesting)
    while left:
        free = [name for name in left if not any(other in left for other in nesting[name])]
        if not free:
            raise ValueError(
                f"design.only_where: {', '.join(map(short_name, left))} depend on each other in "
                "a circle"
                if len(left) > 1
                else f"design.only_where.{short_name(left[0])}: depends on itself"
            )
        order += free
        left = [name for name in left if name not in free]
    return order
