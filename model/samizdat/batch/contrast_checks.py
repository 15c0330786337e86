"""Checks of the contrasts that an experiment declares, before anything runs."""

from collections.abc import Mapping

import pandas as pd

from samizdat.batch.contrasts import Contrast
from samizdat.batch.experiment import Experiment, ExperimentError
from samizdat.batch.factors import Value
from samizdat.batch.figure_checks import check_known, check_measure_known, factors_of
from samizdat.batch.nested import among
from samizdat.core.quantity import format_value
from samizdat.scenario.mistakes import short_name


def check_contrasts(experiment: Experiment, points: pd.DataFrame) -> None:
    """Check every contrast that an experiment declares against its points and its measures.

    Raises
    ------
    ExperimentError
        It names the first that cannot be computed, and why.
    """
    if experiment.contrasts and not experiment.design.paired:
        raise ExperimentError(
            f"contrasts: a {experiment.design.kind} design has no points that differ by chosen "
            "factors alone; a grid or a list has"
        )
    for k, contrast in enumerate(experiment.contrasts):
        _check(contrast, experiment, points, f"contrasts.{k}")


def _check(contrast: Contrast, experiment: Experiment, points: pd.DataFrame, where: str) -> None:
    factors = factors_of(points)
    check_measure_known(contrast.y, factors, experiment, f"{where}.y")
    named: dict[str, Mapping[str, Value | tuple[Value, ...]]] = {
        "of": contrast.of,
        "against": contrast.against,
        "where": contrast.where,
    }
    for role, levels in named.items():
        for name, given in levels.items():
            check_known(name, factors, f"{where}.{role}")
            for level in given if isinstance(given, tuple) else (given,):
                _check_level(points[name], level, f"{where}.{role}.{short_name(name)}")
    for name in contrast.by:
        check_known(name, factors, f"{where}.by")
        if name in contrast.of and name in contrast.against:
            raise ExperimentError(
                f"{where}.by = {format_value(name)}: is what the contrast changes"
            )
    both = set(contrast.of) & set(contrast.against)
    if all(contrast.of[name] == contrast.against[name] for name in both):
        raise ExperimentError(
            f"{where}: of and against need a factor that both name, at different levels"
        )


def _check_level(column: pd.Series, level: Value, where: str) -> None:
    if not among(column, [level]).any():
        levels = column.unique()[:12]
        known = ", ".join(f"{v:g}" if isinstance(v, float) else format_value(v) for v in levels)
        raise ExperimentError(f"{where} = {format_value(level)}: the design has {known}")
