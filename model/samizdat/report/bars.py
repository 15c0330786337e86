"""Indices of sensitivity as bars, with their intervals and the dummy's reach as a band."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from samizdat.batch.experiment import DUMMY
from samizdat.batch.results import Results
from samizdat.figures.frame import COLOURS, TEXT, THEME, new_figure, shorten
from samizdat.report.figures import Picture, about, pictured
from samizdat.report.labels import measure as label_of
from samizdat.report.sensitivity import Sensitivity
from samizdat.report.tables import Sample

LABELS = {
    "S1": "first order: alone",
    "ST": "total: with its interactions",
    "mu_star": "μ*: mean absolute effect",
}
METHODS = {
    "ST": "Indices of Saltelli et al. (2010), shares of the variance of the means of a point's "
    "replicates, with 95 % bootstrap intervals",
    "mu_star": "Elementary effects over the whole range of a factor (Morris 1991, Campolongo et "
    "al. 2007) on the means of a point's replicates, with 95 % bootstrap intervals; σ: their "
    "spread",
}


def bars(results: Results, sample: Sample, found: Sensitivity, folder: Path) -> list[Picture]:
    """Draw a picture a measure and write it to the folder."""
    if found.table is None:
        return []
    pictures = []
    ranks = found.indices[-1]
    for measure, table in found.table.groupby("measure", sort=False):
        name = f"sensitivity-{measure}".replace("/", "-")
        title = f"What {label_of(str(measure), results.experiment.cascade)} depends on"
        luck = "; grey: what luck alone reaches" if DUMMY in set(table["factor"]) else ""
        caption = ". ".join([METHODS[ranks] + luck, *about(results, sample)]) + "."
        figure = _figure(table, found.indices)
        pictures.append(pictured(figure, folder / f"{name}.png", title, caption))
    return pictures


def _figure(table: pd.DataFrame, indices: tuple[str, ...]) -> Figure:
    ranks = indices[-1]
    is_dummy = table["factor"] == DUMMY
    rows = pd.concat([table[is_dummy], table[~is_dummy].sort_values(ranks, kind="stable")])
    with mpl.rc_context(THEME):
        figure = new_figure(0.8 + 0.34 * len(rows))
        ax = figure.subplots()
        high = 0.8 / len(indices)
        for k, index in enumerate(indices):
            at = np.arange(len(rows)) + ((len(indices) - 1) / 2 - k) * high
            colour = COLOURS[0] if index == ranks else COLOURS[1]
            reach: Any = {"ecolor": "0.15", "elinewidth": 0.9, "capsize": 2}
            ax.barh(at, rows[index], 0.9 * high, color=colour, label=LABELS[index],
                    hatch="" if index == ranks else "////", edgecolor="white", linewidth=0,
                    xerr=rows[f"{index}_conf"].fillna(0), error_kw=reach)  # fmt: skip
        if "sigma" in rows:
            ax.plot(rows["sigma"], np.arange(len(rows)), "D", color="0.15", markersize=4,
                    markerfacecolor="white", label="σ: spread of the effects")  # fmt: skip
        if is_dummy.any():
            dummy = table[is_dummy].iloc[0]
            ceiling = dummy[ranks] + np.nan_to_num(dummy[f"{ranks}_conf"])
            ax.axvspan(0, ceiling, color="0.5", alpha=0.3, lw=0, zorder=0,
                       label="what luck alone reaches")  # fmt: skip
        ax.axvline(0, color="0.3", lw=0.8)
        names = [shorten(name, 34) for name in rows["factor"]]
        ax.set_yticks(range(len(rows)), names, parse_math=False)
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.grid(axis="x", color="0.9", linewidth=0.6)
        ax.set_axisbelow(True)
        ax.set_xlabel("share of the variance" if "ST" in indices else "effect on the measure")
        figure.legend(loc="outside right upper", fontsize=TEXT, frameon=False)
    return figure
