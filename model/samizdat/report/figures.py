"""The figures that an experiment declares, drawn from its finished runs."""

import io
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from samizdat.batch.experiment import CASCADE, CASCADE_SIZE, DUMMY, FigureSpec, UntilHalfWidth
from samizdat.batch.factors import Range
from samizdat.batch.figure_checks import (
    MAX_CATEGORIES,
    MAX_HUES,
    check_figure,
    check_known,
    is_numeric,
)
from samizdat.batch.results import Results
from samizdat.figures.frame import DPI, TEXT, THEME, WIDTH, amount, inscribe, new_figure, save
from samizdat.report import charts
from samizdat.report.labels import counted, level, listed, measure
from samizdat.report.pooling import KINDS as MEANS
from samizdat.report.pooling import Pooled, pooled, said
from samizdat.report.tables import Sample

_RUN = {"point": "point", "iteration": "iteration"}


class Picture(NamedTuple):
    """A figure on disk, and what a page shows of it: without the words that stand beside it."""

    path: Path
    png: bytes
    title: str
    caption: str


def specs_of(results: Results, sample: Sample) -> list[FigureSpec]:
    """Return the figures to draw; where none is declared, the first measure by the first factor."""
    experiment = results.experiment
    if experiment.figures or not sample.factors:
        return list(experiment.figures)
    x, *others = sample.factors
    few = [n for n in others if len(sample.levels(n)) <= MAX_HUES]
    numeric = is_numeric(sample.points, x)
    sampled = len(sample.levels(x)) > MAX_CATEGORIES
    kind = "scatter" if sampled else "line" if numeric else "points"
    hue = None if sampled or not few else few[0]
    y = experiment.measures[0]
    return [FigureSpec.model_validate({"kind": kind, "x": x, "y": y, "hue": hue})]


def drawn(results: Results, sample: Sample, folder: Path) -> list[Picture]:
    """Draw every figure and write it to the folder; nothing, if a declared one cannot be.

    Raises
    ------
    ExperimentError
        Naming the figure, what it asks for that is not there, and the nearest that is.
    """
    if results.table.empty:
        return []
    specs = specs_of(results, sample)
    frames = [_frame(results, sample, spec, f"figures.{k}") for k, spec in enumerate(specs)]
    pictures = []
    for k, (spec, data) in enumerate(zip(specs, frames, strict=True)):
        drawn = _drawn(results, sample, spec, data)
        if drawn.runs.empty or drawn.runs["y"].isna().all():
            continue  # of an unfinished sweep
        name = f"{k + 1:02d}-{spec.kind}-{spec.y}".replace("/", "-")
        figure = _figure(results, sample, spec, drawn)
        title, caption = _title(spec, results), _caption(results, sample, spec, drawn)
        pictures.append(pictured(figure, folder / f"{name}.png", title, caption))
    return pictures


def pictured(figure: Figure, path: Path, title: str, caption: str) -> Picture:
    """Write a figure with its title and caption; keep it without them for a page."""
    bare = io.BytesIO()
    with mpl.rc_context(THEME):
        figure.savefig(bare, format="png", dpi=DPI)
    inscribe(figure.axes[0], title, caption)
    return Picture(save(figure, path), bare.getvalue(), title, caption)


class _Drawn(NamedTuple):
    """What a figure shows: the runs, or the cells whose means are drawn."""

    runs: pd.DataFrame
    means: Pooled | None

    @property
    def shown(self) -> pd.DataFrame:
        """A row a mark."""
        return self.runs if self.means is None else self.means.cells


def _drawn(results: Results, sample: Sample, spec: FigureSpec, data: pd.DataFrame) -> _Drawn:
    if spec.kind not in MEANS or data.empty:
        return _Drawn(data, None)
    means = pooled(results.experiment, sample, spec, data)
    return _Drawn(means.runs, means)


def _frame(results: Results, sample: Sample, spec: FigureSpec, where: str) -> pd.DataFrame:
    """Return point, iteration, x, y, hue and facet: a row a run, or a run and step of a series."""
    check_figure(spec, sample.points, results.experiment.spaced, where)
    if spec.kind == "series":
        return _frame_of_series(results, spec)
    check_known(spec.y, sample.recorded, f"{where}.y")
    check_known(spec.x, [*sample.factors, *sample.recorded], f"{where}.x")
    columns = {**_RUN, "x": spec.x, "y": spec.y, "hue": spec.hue, "facet": spec.facet}
    return pd.DataFrame({role: sample.runs[name] for role, name in columns.items() if name})


def _frame_of_series(results: Results, spec: FigureSpec) -> pd.DataFrame:
    found = results.series()
    if found is None:
        return pd.DataFrame({"x": [], "y": []})
    columns = {**_RUN, "x": "date", "y": spec.y, "hue": spec.hue, "facet": spec.facet}
    taken = pd.DataFrame({role: found[name] for role, name in columns.items() if name})
    return taken.astype({"y": np.float64})


def _ordered(sample: Sample, factor: str) -> list[Any]:
    levels = sample.levels(factor)
    return sorted(levels) if is_numeric(sample.points, factor) else levels


def _scale(results: Results, sample: Sample, spec: FigureSpec, drawn: _Drawn) -> charts.Scale:
    y = drawn.runs["y"]
    factors = getattr(results.experiment.design, "factors", {})
    of_x = factors.get(spec.x)
    by_level = spec.kind in ("points", "heatmap", "distribution") and spec.x is not None
    hues = _ordered(sample, spec.hue) if spec.hue else []
    if (
        spec.kind == "scatter"
        and len(hues) > MAX_HUES
        and is_numeric(sample.points, spec.hue or "")
    ):
        hues = []  # a shade for each
    return charts.Scale(
        x=_ordered(sample, spec.x) if by_level and spec.x else [],
        hues=hues,
        x_label=measure(spec.x, results.experiment.cascade) if spec.x else "",
        y_label=measure(spec.y, results.experiment.cascade).replace(" (", "\n("),
        hue_label=spec.hue or "",
        log_x=isinstance(of_x, Range) and of_x.log,
        log_y=spec.log,
        yes_no=spec.y in sample.yes_no,
        y_range=_range(spec, drawn),
        y_least=float(y[y > 0].min()) if (y > 0).any() else 1.0,
    )


def _range(spec: FigureSpec, drawn: _Drawn) -> tuple[float, float]:
    """Return from where to where y goes, in the mean of each cell of a heatmap."""
    values = drawn.runs["y"].dropna()
    if spec.kind == "heatmap":
        values = drawn.shown["mean"]
        if spec.log and (values > 0).any():
            values = values[values > 0]
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5 * abs(low) - 1e-9, high + 0.5 * abs(high))


def _figure(results: Results, sample: Sample, spec: FigureSpec, drawn: _Drawn) -> Figure:
    scale, data = _scale(results, sample, spec, drawn), drawn.shown
    facets = _ordered(sample, spec.facet) if spec.facet else [None]
    columns = min(3 if len(facets) != 4 else 2, len(facets))
    rows = -(-len(facets) // columns)
    height = 3.6 if rows == 1 else 2.6 * rows
    if spec.kind == "heatmap":
        height = max(height, rows * min(7.0, 0.9 + 0.24 * len(scale.hues)))
    with mpl.rc_context(THEME):
        figure = new_figure(height, WIDTH)
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for ax, facet in zip(grid.flat, facets, strict=False):
            here = data if facet is None else data[data["facet"] == facet]
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
        _legend(figure, grid, spec, scale)
        for text in figure.findobj(Text):  # a $ in a name is no mathematics
            text.set_parse_math(False)
    return figure


def _legend(figure: Figure, grid: Any, spec: FigureSpec, scale: charts.Scale) -> None:
    if spec.kind == "heatmap":
        mesh = next(ax.collections[0] for ax in grid.flat if ax.collections)
        bar = figure.colorbar(mesh, ax=grid.ravel().tolist(), aspect=40, pad=0.02)
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


def _caption(results: Results, sample: Sample, spec: FigureSpec, drawn: _Drawn) -> str:
    """Return what a reader needs: what is drawn, of how many runs, whose luck, how many people."""
    shown = [name for name in (spec.x, spec.hue, spec.facet) if name in sample.factors]
    others = [n for n in sample.factors if n not in shown and len(sample.levels(n)) > 1]
    if drawn.means is not None:
        what = said(drawn.means, spec, spec.y in sample.yes_no, others)
    else:
        what = f"Every run is shown, {int(drawn.runs['y'].notna().sum()):,} of them"
        if spec.kind == "distribution" and spec.x:
            what += "; boxes: quartiles and median, whiskers to 1.5 times their distance"
        if others and spec.kind != "scatter":
            what += f", over all values of {listed(others)}"
    cascade = results.experiment.cascade
    if cascade is not None and spec.y in (CASCADE, CASCADE_SIZE):
        what += f"; a cascade: {cascade.of} at least {cascade.at_least:g}"
    if spec.hue and spec.kind == "scatter" and len(sample.levels(spec.hue)) > MAX_HUES:
        low, high = sample.points[spec.hue].min(), sample.points[spec.hue].max()
        what += f"; {spec.hue}: light {low:g} to dark {high:g}"
    return ". ".join([what, *about(results, sample)]) + "."


def about(results: Results, sample: Sample) -> list[str]:
    """Return what every caption ends with: the experiment, its seeds, citizens, what is missing."""
    experiment = results.experiment
    world = experiment.scenario or "a function"
    parts = [f"{experiment.name} ({world})", f"{len(sample.points):,} points"]
    several, seeds = seeds_of(results, sample)
    parts.append(f"{'seeds' if several else 'seed'} {seeds}")
    citizens = citizens_of(results, sample)
    if citizens:
        parts.append(f"{citizens} synthetic citizens")
    done = len(results.table)
    found = [", ".join(parts)]
    if done < results.planned:
        found.append(f"Not complete: {done:,} of {results.planned:,} runs")
    return found


def seeds_of(results: Results, sample: Sample) -> tuple[bool, str]:
    """Return whether there are several seeds, and which."""
    experiment, runs = results.experiment, sample.runs
    first = experiment.seed
    last = first + int(runs["iteration"].max()) if len(runs) else first
    words = f"{first} to {last}" if last > first else f"{first}"
    if isinstance(experiment.replicates, UntilHalfWidth):
        words += " at most"
    if DUMMY in sample.points:
        words += (
            " and as many others for the dummy" if last > first else " and another for the dummy"
        )
    return last > first or DUMMY in sample.points, words


def citizens_of(results: Results, sample: Sample) -> str | None:
    """Return how many citizens a run has; None where that is not known."""
    if "citizens" in sample.factors:
        values = sample.points["citizens"]
        return counted(int(values.min()), int(values.max()))
    scenario = results.manifest.get("scenario")
    citizens = scenario.get("citizens") if isinstance(scenario, dict) else None
    return f"{int(citizens):,}" if citizens and "scenario" not in sample.factors else None
