"""Sensitivity indices as bars with their intervals; a band shows what chance alone reaches."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from samizdat.batch.design_kind import Indices
from samizdat.batch.factors import DUMMY
from samizdat.batch.results import Results
from samizdat.figures.frame import COLOURS, TEXT, THEME, new_figure, shorten
from samizdat.report.figures import ReportFigure, caption_end, save_figure
from samizdat.report.labels import measure as label_of
from samizdat.report.sensitivity import Sensitivity
from samizdat.report.tables import FinishedRuns


def bars(
    results: Results, finished: FinishedRuns, found: Sensitivity, folder: Path
) -> list[ReportFigure]:
    """Draw one figure per measure and write it to the folder."""
    if found.table is None:
        return []
    figures = []
    indices = found.indices
    for measure, table in found.table.groupby("measure", sort=False):
        name = f"sensitivity-{measure}".replace("/", "-")
        title = f"What {label_of(str(measure), results.experiment.cascade)} depends on"
        has_dummy = DUMMY in set(table["factor"])
        chance = "; grey: the index reached by chance alone" if has_dummy else ""
        caption = ". ".join([indices.method + chance, *caption_end(results, finished)]) + "."
        figure = _figure(table, indices)
        figures.append(save_figure(figure, folder / f"{name}.png", title, caption))
    return figures


def _figure(table: pd.DataFrame, indices: Indices) -> Figure:
    *_, ranks = columns = indices.columns
    is_dummy = table["factor"] == DUMMY
    rows = pd.concat([table[is_dummy], table[~is_dummy].sort_values(ranks, kind="stable")])
    with mpl.rc_context(THEME):
        figure = new_figure(0.8 + 0.34 * len(rows))
        ax = figure.subplots()
        high = 0.8 / len(columns)
        for k, index in enumerate(columns):
            at = np.arange(len(rows)) + ((len(columns) - 1) / 2 - k) * high
            colour = COLOURS[0] if index == ranks else COLOURS[1]
            reach: Any = {"ecolor": "0.15", "elinewidth": 0.9, "capsize": 2}
            ax.barh(at, rows[index], 0.9 * high, color=colour, label=indices.labels[index],
                    hatch="" if index == ranks else "////", edgecolor="white", linewidth=0,
                    xerr=rows[f"{index}_conf"].fillna(0), error_kw=reach)  # fmt: skip
        if indices.spread is not None:
            column, label = indices.spread
            ax.plot(rows[column], np.arange(len(rows)), "D", color="0.15", markersize=4,
                    markerfacecolor="white", label=label)  # fmt: skip
        if is_dummy.any():
            dummy = table[is_dummy].iloc[0]
            ceiling = dummy[ranks] + np.nan_to_num(dummy[f"{ranks}_conf"])
            ax.axvspan(0, ceiling, color="0.5", alpha=0.3, lw=0, zorder=0,
                       label="reached by chance alone")  # fmt: skip
        ax.axvline(0, color="0.3", lw=0.8)
        names = [shorten(name, 34) for name in rows["factor"]]
        ax.set_yticks(range(len(rows)), names, parse_math=False)
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.grid(axis="x", color="0.9", linewidth=0.6)
        ax.set_axisbelow(True)
        ax.set_xlabel(indices.axis)
        figure.legend(loc="outside right upper", fontsize=TEXT, frameon=False)
    return figure
