"""The figures that an experiment declares, drawn from its finished runs."""

import io
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from samizdat.batch.experiment import CASCADE, CASCADE_SIZE, FigureSpec, UntilHalfWidth
from samizdat.batch.factors import DUMMY, Value
from samizdat.batch.figure_checks import (
    MAX_CATEGORIES,
    MAX_HUES,
    check_figure,
    check_known,
    is_numeric,
)
from samizdat.batch.results import Results
from samizdat.figures.frame import DPI, TEXT, THEME, WIDTH, inscribe, new_figure, save
from samizdat.report import charts
from samizdat.report.labels import amount, counted, level, listed, measure
from samizdat.report.pooling import KINDS as MEANS
from samizdat.report.pooling import Pooled, format_means, pooled
from samizdat.report.tables import FinishedRuns

_RUN = {"point": "point", "iteration": "iteration"}


class ReportFigure(NamedTuple):
    """A figure on disk, and its picture for a page, without title and caption."""

    path: Path
    png: bytes
    title: str
    caption: str


def specs_of(results: Results, finished: FinishedRuns) -> list[FigureSpec]:
    """Return the figures to draw; if none is declared, the first measure by the first factor."""
    experiment = results.experiment
    if experiment.figures or not finished.factors:
        return list(experiment.figures)
    x, *others = finished.factors
    few = [n for n in others if len(finished.levels(n)) <= MAX_HUES]
    numeric = is_numeric(finished.points, x)
    sampled = len(finished.levels(x)) > MAX_CATEGORIES
    kind = "scatter" if sampled else "line" if numeric else "points"
    hue = None if sampled or not few else few[0]
    y = experiment.measures[0]
    return [FigureSpec.model_validate({"kind": kind, "x": x, "y": y, "hue": hue})]


def draw_figures(results: Results, finished: FinishedRuns, folder: Path) -> list[ReportFigure]:
    """Draw every figure and write it to the folder; if a declared one cannot be drawn, write none.

    Raises
    ------
    ExperimentError
        It names the figure, the missing factor or measure, and the nearest known one.
    """
    if results.table.empty:
        return []
    specs = specs_of(results, finished)
    frames = [_frame(results, finished, spec, f"figures.{k}") for k, spec in enumerate(specs)]
    figures = []
    for k, (spec, frame) in enumerate(zip(specs, frames, strict=True)):
        data = _figure_data(results, finished, spec, frame)
        if data.runs.empty or data.runs["y"].isna().all():
            continue  # of an unfinished sweep
        name = f"{k + 1:02d}-{spec.kind}-{spec.y}".replace("/", "-")
        figure = _figure(results, finished, spec, data)
        title, caption = _title(spec, results), _caption(results, finished, spec, data)
        figures.append(save_figure(figure, folder / f"{name}.png", title, caption))
    return figures


def save_figure(figure: Figure, path: Path, title: str, caption: str) -> ReportFigure:
    """Write a figure with its title and caption; keep it without them for a page."""
    bare = io.BytesIO()
    with mpl.rc_context(THEME):
        figure.savefig(bare, format="png", dpi=DPI)
    inscribe(figure.axes[0], title, caption)
    return ReportFigure(save(figure, path), bare.getvalue(), title, caption)


class _FigureData(NamedTuple):
    """The data of a figure: the runs, or the cells whose means are drawn."""

    runs: pd.DataFrame
    means: Pooled | None

    @property
    def marks(self) -> pd.DataFrame:
        """One row per mark."""
        return self.runs if self.means is None else self.means.cells


def _figure_data(
    results: Results, finished: FinishedRuns, spec: FigureSpec, frame: pd.DataFrame
) -> _FigureData:
    if spec.kind not in MEANS or frame.empty:
        return _FigureData(frame, None)
    means = pooled(results.experiment, finished, spec, frame)
    return _FigureData(means.runs, means)


def _frame(results: Results, finished: FinishedRuns, spec: FigureSpec, where: str) -> pd.DataFrame:
    """Return point, iteration, x, y, hue and facet, one row per run (and step, for a series)."""
    check_figure(spec, finished.points, results.experiment.spaced, where)
    if spec.kind == "series":
        return _frame_of_series(results, spec)
    check_known(spec.y, finished.recorded, f"{where}.y")
    check_known(spec.x, [*finished.factors, *finished.recorded], f"{where}.x")
    columns = {**_RUN, "x": spec.x, "y": spec.y, "hue": spec.hue, "facet": spec.facet}
    return pd.DataFrame({role: finished.runs[name] for role, name in columns.items() if name})


def _frame_of_series(results: Results, spec: FigureSpec) -> pd.DataFrame:
    found = results.series()
    if found is None:
        return pd.DataFrame({"x": [], "y": []})
    columns = {**_RUN, "x": "date", "y": spec.y, "hue": spec.hue, "facet": spec.facet}
    taken = pd.DataFrame({role: found[name] for role, name in columns.items() if name})
    return taken.astype({"y": np.float64})


def _ordered(finished: FinishedRuns, factor: str) -> list[Value]:
    levels = finished.levels(factor)
    return sorted(levels) if is_numeric(finished.points, factor) else levels


def _scale(
    results: Results, finished: FinishedRuns, spec: FigureSpec, data: _FigureData
) -> charts.AxisScale:
    y = data.runs["y"]
    by_level = spec.kind in ("points", "heatmap", "distribution") and spec.x is not None
    hues = _ordered(finished, spec.hue) if spec.hue else []
    if (
        spec.kind == "scatter"
        and len(hues) > MAX_HUES
        and is_numeric(finished.points, spec.hue or "")
    ):
        hues = []  # a shade for each
    return charts.AxisScale(
        x=_ordered(finished, spec.x) if by_level and spec.x else [],
        hues=hues,
        x_label=measure(spec.x, results.experiment.cascade) if spec.x else "",
        y_label=measure(spec.y, results.experiment.cascade).replace(" (", "\n("),
        hue_label=spec.hue or "",
        log_x=results.experiment.design.is_log(spec.x),
        log_y=spec.log,
        yes_no=spec.y in finished.yes_no,
        y_range=_range(spec, data),
        y_least=float(y[y > 0].min()) if (y > 0).any() else 1.0,
    )


def _range(spec: FigureSpec, data: _FigureData) -> tuple[float, float]:
    """Return the lowest and highest y; for a heatmap, those of the means of its cells."""
    values = data.runs["y"].dropna()
    if spec.kind == "heatmap":
        values = data.marks["mean"]
        if spec.log and (values > 0).any():
            values = values[values > 0]
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5 * abs(low) - 1e-9, high + 0.5 * abs(high))


def _figure(
    results: Results, finished: FinishedRuns, spec: FigureSpec, data: _FigureData
) -> Figure:
    scale, marks = _scale(results, finished, spec, data), data.marks
    facets = _ordered(finished, spec.facet) if spec.facet else [None]
    columns = min(3 if len(facets) != 4 else 2, len(facets))
    rows = -(-len(facets) // columns)
    height = 3.6 if rows == 1 else 2.6 * rows
    if spec.kind == "heatmap":
        height = max(height, rows * min(7.0, 0.9 + 0.24 * len(scale.hues)))
    with mpl.rc_context(THEME):
        figure = new_figure(height, WIDTH)
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for ax, facet in zip(grid.flat, facets, strict=False):
            here = marks if facet is None else marks[marks["facet"] == facet]
            if len(here):
                charts.CHARTS[spec.kind](ax, here, scale)
            if facet is not None:
                name = f"{spec.facet} = {level(facet)}"
                ax.set_title(name, fontsize=8, loc="left", parse_math=False)
            ax.label_outer()
        for below in range(len(facets), rows * columns):
            grid.flat[below].set_axis_off()
            above = grid.flat[below - columns]
            above.tick_params(labelbottom=True)
            above.set_xlabel(grid.flat[0].get_xlabel() or scale.x_label)
        _legend(figure, list(grid.flat), spec, scale)
        for text in figure.findobj(Text):  # a $ in a name does not begin a formula
            text.set_parse_math(False)
    return figure


def _legend(figure: Figure, axes: list[Axes], spec: FigureSpec, scale: charts.AxisScale) -> None:
    if spec.kind == "heatmap":
        mesh = next(ax.collections[0] for ax in axes if ax.collections)
        bar = figure.colorbar(mesh, ax=axes, aspect=40, pad=0.02)
        bar.set_label(scale.y_label, fontsize=TEXT)
        bar.ax.tick_params(labelsize=TEXT)
        bar.formatter = FuncFormatter(amount)
        bar.update_ticks()
        bar.outline.set_visible(False)
    elif scale.hues:
        small: Any = {
            "fontsize": TEXT,
            "title_fontsize": TEXT,
            "frameon": False,
            "alignment": "left",
        }
        keys = charts.handles(scale, spec.kind)
        figure.legend(handles=keys, title=scale.hue_label, loc="outside right upper", **small)


def _title(spec: FigureSpec, results: Results) -> str:
    if spec.title:
        return spec.title
    y = measure(spec.y, results.experiment.cascade)
    by = spec.x if spec.kind != "heatmap" else f"{spec.x} and {spec.hue}"
    against = {"series": "over time", "distribution": "in all runs"}.get(spec.kind)
    return f"{y} {against or f'against {by}'}"


def _caption(results: Results, finished: FinishedRuns, spec: FigureSpec, data: _FigureData) -> str:
    """Return the caption: what is drawn, and the numbers of runs, seeds and citizens."""
    shown = [name for name in (spec.x, spec.hue, spec.facet) if name in finished.factors]
    others = [n for n in finished.factors if n not in shown and len(finished.levels(n)) > 1]
    if data.means is not None:
        what = format_means(data.means, spec, spec.y in finished.yes_no, others)
    else:
        what = f"Every run is shown, {int(data.runs['y'].notna().sum()):,} of them"
        if spec.kind == "distribution" and spec.x:
            what += "; boxes: quartiles and median, whiskers to 1.5 times their distance"
        if others and spec.kind != "scatter":
            what += f", over all values of {listed(others)}"
    cascade = results.experiment.cascade
    if cascade is not None and spec.y in (CASCADE, CASCADE_SIZE):
        what += f"; a cascade: {cascade.of} at least {cascade.at_least:g}"
    if spec.hue and spec.kind == "scatter" and len(finished.levels(spec.hue)) > MAX_HUES:
        low, high = finished.points[spec.hue].min(), finished.points[spec.hue].max()
        what += f"; {spec.hue}: light {low:g} to dark {high:g}"
    return ". ".join([what, *caption_end(results, finished)]) + "."


def caption_end(results: Results, finished: FinishedRuns) -> list[str]:
    """Return the end of every caption: the experiment, its seeds and citizens, and missing runs."""
    experiment = results.experiment
    world = experiment.scenario or "a function"
    parts = [f"{experiment.name} ({world})", f"{len(finished.points):,} points"]
    seeds = seeds_of(results, finished)
    parts.append(f"{'seeds' if seeds.several else 'seed'} {seeds.words}")
    citizens = citizens_of(results, finished)
    if citizens:
        parts.append(f"{citizens} synthetic citizens")
    done = len(results.table)
    found = [", ".join(parts)]
    if done < results.planned:
        found.append(f"Not complete: {done:,} of {results.planned:,} runs")
    return found


class Seeds(NamedTuple):
    """The seeds of a sweep: whether there are several, and which, in words."""

    several: bool
    words: str


def seeds_of(results: Results, finished: FinishedRuns) -> Seeds:
    """Return the seeds of the finished runs."""
    experiment, runs = results.experiment, finished.runs
    first = experiment.seed
    last = first + int(runs["iteration"].max()) if len(runs) else first
    words = f"{first} to {last}" if last > first else f"{first}"
    if isinstance(experiment.replicates, UntilHalfWidth):
        words += " at most"
    if DUMMY in finished.points:
        words += (
            " and as many others for the dummy" if last > first else " and another for the dummy"
        )
    return Seeds(last > first or DUMMY in finished.points, words)


def citizens_of(results: Results, finished: FinishedRuns) -> str | None:
    """Return the number of citizens of a run; None if that is not known."""
    if "citizens" in finished.factors:
        values = finished.points["citizens"]
        return counted(int(values.min()), int(values.max()))
    scenario = results.manifest.get("scenario")
    citizens = scenario.get("citizens") if isinstance(scenario, dict) else None
    return f"{int(citizens):,}" if citizens and "scenario" not in finished.factors else None
