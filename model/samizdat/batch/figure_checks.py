"""Checks of the figures that an experiment declares, before anything runs and in the report."""

from collections.abc import Collection

import pandas as pd

from samizdat.batch.experiment import (
    CASCADE,
    CASCADE_SIZE,
    Experiment,
    ExperimentError,
    FigureSpec,
    SeriesSpec,
)
from samizdat.batch.factors import DUMMY
from samizdat.core.quantity import format_value
from samizdat.run.measures import check_measure
from samizdat.scenario.schema import unknown

MAX_FACETS = 12
MAX_HUES = 12  # more cannot be distinguished
MAX_CATEGORIES = 40
STEPS = ("date", "Step")


def check_figures(experiment: Experiment, points: pd.DataFrame) -> None:
    """Check every figure that an experiment declares against its points and its measures.

    Raises
    ------
    ExperimentError
        It names the first figure that could not be drawn, and why.
    """
    for k, spec in enumerate(experiment.figures):
        where = f"figures.{k}"
        check_figure(spec, points, experiment.spaced, where)
        if spec.kind != "series":
            _check_measures(spec, factors_of(points), experiment, where)


def check_figure(
    spec: FigureSpec, points: pd.DataFrame, spaced: SeriesSpec | None, where: str
) -> None:
    """Check a figure against the points: its factors, their type and their number of levels.

    Parameters
    ----------
    points
        One row per point, one column per factor.
    spaced
        Which series are recorded.
    where
        The figure's place in the file.

    Raises
    ------
    ExperimentError
        It names what the figure needs, and what is allowed or nearest.
    """
    factors = factors_of(points)
    if spec.kind == "heatmap" and spec.y in factors:
        raise ExperimentError(
            f"{where}.y = {format_value(spec.y)}: is a factor; the y of a heatmap is the measure "
            "that its colours show, its hue the factor on the upright axis: "
            f"hue = {format_value(spec.y)}"
        )
    check_known(spec.hue, factors, f"{where}.hue")
    check_known(spec.facet, factors, f"{where}.facet")
    if spec.kind == "series":
        if spaced is None:
            raise ExperimentError(f"{where}: no series is recorded; series = 1 records every step")
        check_known(spec.x, STEPS, f"{where}.x")
        check_known(spec.y, spaced.of, f"{where}.y")
    elif spec.kind != "scatter":  # the x of a scatter may be a measure
        check_known(spec.x, factors, f"{where}.x")
    if spec.kind in ("line", "scatter") and spec.x in factors and not is_numeric(points, spec.x):
        raise ExperimentError(
            f"{where}.x = {format_value(spec.x)}: its values are words, a {spec.kind} needs "
            'numbers; use kind = "points" for words'
        )
    _check_levels(spec, points, where)


def factors_of(points: pd.DataFrame) -> list[str]:
    """Return the factors, which are the columns of the points except the dummy."""
    return [str(name) for name in points.columns if name not in ("point", DUMMY)]


def _check_measures(
    spec: FigureSpec, factors: list[str], experiment: Experiment, where: str
) -> None:
    """Check that every run will have the y, and for a scatter the x."""
    check_measure_known(spec.y, factors, experiment, f"{where}.y")
    if spec.kind == "scatter" and spec.x is not None and spec.x not in factors:
        _check_recorded(spec.x, factors, experiment, f"{where}.x")


def check_measure_known(name: str, factors: list[str], experiment: Experiment, where: str) -> None:
    """Check that every run will have a measure.

    Raises
    ------
    ExperimentError
        It says where the name stands, and names what is allowed or nearest.
    """
    if name in factors:
        raise ExperimentError(f"{where} = {format_value(name)}: is a factor, a measure is needed")
    _check_recorded(name, [], experiment, where)


def _check_recorded(name: str, more: list[str], experiment: Experiment, where: str) -> None:
    derived = [CASCADE, CASCADE_SIZE]
    if name in derived and experiment.cascade is None:
        raise ExperimentError(
            f"{where} = {format_value(name)}: no cascade is declared; "
            'declare one, as in cascade = { of = "y", at_least = 1 }'
        )
    if name in derived or name in experiment.measured:
        return
    also = [*(derived if experiment.cascade else []), *more]
    if experiment.scenario is None:
        raise ExperimentError(f"{where}: {unknown(name, [*experiment.measured, *also])}")
    try:
        check_measure(name, also)
    except ValueError as error:
        raise ExperimentError(f"{where}: {error}") from None


def check_known(name: str | None, known: Collection[str], where: str) -> None:
    """Check that a name is known.

    Raises
    ------
    ExperimentError
        It names the nearest known one.
    """
    if name is not None and name not in known:
        raise ExperimentError(f"{where}: {unknown(name, known)}")


def is_numeric(points: pd.DataFrame, factor: str) -> bool:
    """Whether the values of a factor are numbers."""
    return bool(pd.api.types.is_numeric_dtype(points[factor]))


def _check_levels(spec: FigureSpec, points: pd.DataFrame, where: str) -> None:
    """Check that a figure has no more colours, panels or categories than can be read."""
    limits = [("facet", spec.facet, MAX_FACETS)]
    if spec.kind not in ("scatter", "heatmap"):
        limits.append(("hue", spec.hue, MAX_HUES))
    if spec.kind in ("points", "distribution"):
        limits.append(("x", spec.x, MAX_CATEGORIES))
    for role, name, most in limits:
        if name is not None and (count := points[name].nunique()) > most:
            raise ExperimentError(
                f"{where}.{role} = {format_value(name)}: has {count:,} levels, "
                f"at most {most} can be distinguished"
            )
