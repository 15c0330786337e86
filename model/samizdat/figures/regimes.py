"""The same world under several regimes, side by side."""

import textwrap
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from samizdat.figures.frame import (
    COLOURS,
    PER,
    TEXT,
    THEME,
    WIDTH,
    Coloured,
    Days,
    Shown,
    Table,
    amounts_axis,
    citizens_of,
    days_of,
    draw_lines,
    inscribe,
    labelled,
    new_figure,
    save,
    shorten,
    spacing,
    unit_axis,
)
from samizdat.run.measures import FALL
from samizdat.text.catalogue import name_of, words
from samizdat.text.numbers import number

COLUMN, SIDE, KEY = 2.2, 0.9, 1.5  # inches: a regime, scales, names of the lines
PALE = "0.8"
# Rows from top to bottom: key of the label, lines, whether they are counts per 100,000.
ROWS: list[tuple[str, Coloured, bool]] = [
    ("axis.regimes.street", {"mobilise": COLOURS[3]}, True),
    ("axis.regimes.said", {"self_censor": COLOURS[4], "dissent": COLOURS[0]}, True),
    ("axis.regimes.beliefs", {"trust": COLOURS[2], "fear": COLOURS[9]}, False),
    ("axis.regimes.repression", {"cut_off": COLOURS[5], "detained": "0.15"}, True),
]
NAMED = 18  # letters of a line of the key


def regimes_side_by_side(nations: dict[str, Table], *, title: str, caption: str) -> Figure:
    """One column per regime, with its name and outcome: street, speech, beliefs, repression.

    A row has one scale for all regimes. Counts are per 100,000, logarithmic and linear below one
    citizen, as those of `postures`.

    Raises
    ------
    ValueError
        If there is no regime, a table is empty, or the tables do not have the same dates.
    """
    if not nations:
        raise ValueError("there is no regime to draw")
    days, *others = [days_of(nation["date"]) for nation in nations.values()]
    if not all(np.array_equal(days, other) for other in others):
        raise ValueError("the runs of the regimes do not have the same dates")
    with mpl.rc_context(THEME):
        column = max(COLUMN, (WIDTH - SIDE - KEY) / len(nations))
        figure = new_figure(8.6, SIDE + column * len(nations) + KEY)
        widths = [column] * len(nations) + [KEY]
        ratios = {"height_ratios": [1.5, 1.5, 1.0, 1.5], "width_ratios": widths}
        shared: Any = {"sharex": True, "sharey": "row", "squeeze": False, "gridspec_kw": ratios}
        grid = figure.subplots(len(ROWS), len(widths), **shared)
        inscribe(grid[0, 0], title, caption)
        for row, (key, columns, counted) in zip(grid, ROWS, strict=True):
            label, shown = words(key), _wrapped(labelled(columns))
            tables = [_measured(nation, counted) for nation in nations.values()]
            if counted:
                one = min(PER / citizens_of(nation) for nation in nations.values())
                most = [float(table[list(shown)].to_numpy().max()) for table in tables]
                most += [FALL * PER] if "mobilise" in shown else []
                amounts_axis(row[0], one, max(most))
            else:
                unit_axis(row[0])
            row[0].set_ylabel(label)
            for ax, table in zip(row, tables, strict=False):
                draw_lines(ax, days, table, shown)
                if "mobilise" in shown:
                    _compare(ax, days, tables)
                ax.set_ylabel(label)
                ax.label_outer()
            _name(row[0], row[-1])
        for ax, (name, nation) in zip(grid[0], nations.items(), strict=False):
            _head(ax, shorten(name, int(9 * column)), nation)
        figure.align_ylabels(grid[:, 0])
    return figure


def save_regimes(
    nations: dict[str, Table], folder: str | Path, *, title: str, caption: str
) -> Path:
    """Write the regimes side by side as regimes.png, whole or not at all."""
    figure = regimes_side_by_side(nations, title=title, caption=caption)
    return save(figure, Path(folder) / "regimes.png")


def _wrapped(shown: Shown) -> Shown:
    return {name: (textwrap.fill(label, NAMED), colour) for name, (label, colour) in shown.items()}


def _measured(nation: Table, counted: bool) -> Table:
    """Return counts per 100,000, open dissent among them; or the means as they are."""
    if not counted:
        return nation.astype({"trust": float, "fear": float})
    columns = ["mobilise", "posts", "self_censor", "cut_off", "detained"]
    counts = nation[columns].assign(dissent=nation["posts"] + nation["mobilise"])
    return counts * (PER / citizens_of(nation))


def _compare(ax: Axes, days: Days, tables: list[Table]) -> None:
    """Draw turnout in all regimes, pale, and the share at which regimes have fallen."""
    for k, table in enumerate(tables):
        label = words("regimes.others") if k == 0 and len(tables) > 1 else None
        ax.plot(days, table["mobilise"], color=PALE, lw=0.8, label=label, zorder=1)
    fallen = words("regimes.fallen").format(share=number(FALL, "share"))
    ax.axhline(FALL * PER, color="0.4", lw=0.8, ls="--", label=fallen)


def _name(ax: Axes, cell: Axes) -> None:
    """Draw the legend of a row in the cell at its end."""
    cell.set_axis_off()
    lines = [line for line in ax.get_lines() if not str(line.get_label()).startswith("_")]
    spare: Any = {"fontsize": TEXT, "handlelength": 1.5, "frameon": False, "borderpad": 0}
    legend = cell.legend(handles=lines, loc="center left", labelspacing=0.8, **spare)
    for handle in legend.get_lines():
        handle.set_linewidth(max(1.0, 1.2 * handle.get_linewidth()))


def _head(ax: Axes, name: str, nation: Table) -> None:
    """Write a regime's name and outcome above its column."""
    ax.set_title(_verdict(nation), fontsize=TEXT, loc="left", linespacing=1.3, parse_math=False)
    above: Any = {"xycoords": "axes fraction", "textcoords": "offset points"}
    style: Any = {"fontsize": 10, "weight": "bold", "va": "bottom", "parse_math": False}
    ax.annotate(name, (0, 1), (0, 39), **above, **style)


def _verdict(nation: Table) -> str:
    """Person-days in the street, their peak, and whether it reached the share of a fall."""
    street, citizens = nation["mobilise"].to_numpy(), citizens_of(nation)
    length = spacing(days_of(nation["date"]))
    peak = int(street.argmax())
    when = pd.Timestamp(nation["date"].iloc[peak])
    fell = np.flatnonzero(street >= FALL * citizens)
    lines = [f"{number(street.sum() * length, 'count')} {name_of('measure', 'person_days')}"]
    if not street.any():
        return "\n".join([*lines, "nobody mobilised", "survived"])
    share = number(street[peak] / citizens, "share", 2)
    lines.append(f"peak {number(street[peak], 'count')} ({share}), {when.day} {when:%b %Y}")
    if len(fell):
        first = pd.Timestamp(nation["date"].iloc[fell[0]])
        lines.append(f"fell: {number(FALL, 'share')} on {first.day} {first:%b %Y}")
    else:
        lines.append(f"survived: below {number(FALL, 'share')}")
    return "\n".join(lines)
