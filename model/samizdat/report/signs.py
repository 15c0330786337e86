"""The signs of contrasts on the page: verdicts, a table of signs, where they turn.

A sign has a symbol and a colour; the symbol alone is enough.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.batch.contrasts import MINUS, MISSING, OF_A_CELL, PLUS, SIGNS, UNDECIDED, ZERO
from samizdat.report import markup
from samizdat.report.contrasted import Contrasted
from samizdat.report.labels import NONE, level, number

SYMBOLS = {PLUS: "+", MINUS: "−", ZERO: "0", UNDECIDED: "?", MISSING: ""}
CLASSES = {PLUS: "plus", MINUS: "minus", ZERO: "zero", UNDECIDED: "undecided", MISSING: "missing"}
MOST = 500  # rows of the table of signs on the page; contrasts.csv has all
ACROSS = 6  # columns over which the title of a contrast has room


def parts(found: list[Contrasted]) -> list[str]:
    """Return the section: how to read it, the verdicts, the signs, the turns."""
    if not found:
        return []
    note = (
        "The mean of paired differences (same seed) in each cell of the other factors: + or − if "
        "Student's 95 % interval excludes 0, 0 if all differences are exactly 0, ? if undecided, "
        "empty without pairs. A sign holds if all cells of a group have it. It turns if some are + "
        "and some −, each so clear that chance in any of the group's cells is unlikely (p < 0.05 / "
        "cells). Otherwise it is open: of cells without any difference 1 in 20 is decided by "
        "chance. contrasts.csv has all cells with their intervals."
    )
    return [markup.paragraph(note, "note"), _verdicts(found), *_signs(found), *_turns(found)]


def _verdicts(found: list[Contrasted]) -> str:
    heads = ["contrast", "group", "verdict", "cells", *(SYMBOLS[s] or "no pairs" for s in SIGNS),
             "relative change"]  # fmt: skip
    rows = []
    for each in found:
        for _, group in each.groups.iterrows():
            low, high = group["lowest"], group["highest"]
            change = NONE if pd.isna(low) else f"{_percent(low)} to {_percent(high)}"
            counts = [str(group[s]) for s in SIGNS]
            rows.append([
                f"{each.contrast.name} ({each.contrast.y})", _named(group, each.contrast.by),
                group["verdict"].replace("-", "−"), str(group["cells"]), *counts, change,
            ])  # fmt: skip
    return markup.table(heads, rows, 3)


def _percent(share: float) -> str:
    return f"{share:+.0%}".replace("%", " %").replace("-", "−")


def _named(row: pd.Series, names: Sequence[str]) -> str:
    return ", ".join(f"{n} = {level(row[n])}" for n in names if not pd.isna(row[n]))


def _signs(found: list[Contrasted]) -> list[str]:
    """Return the table of signs: rows are the factors in no group, columns contrast and group."""
    grouped = {name for each in found for name in each.contrast.by}
    factors = list(dict.fromkeys(
        str(name) for each in found for name in each.cells
        if name not in OF_A_CELL and name not in grouped
    ))  # fmt: skip
    rows, shown = pd.DataFrame({"_": [0]}), []
    for name in factors:
        values = pd.concat([e.cells[name].dropna() for e in found if name in e.cells])
        levels = values.drop_duplicates()
        if pd.api.types.is_numeric_dtype(levels):
            levels = levels.sort_values()
        if len(levels) < 2:
            continue
        shown.append(name)
        rows = rows.merge(levels.to_frame(name), how="cross")
    head, sub, columns = "", "", []
    for each in found:
        groups = list(each.groups.iterrows())
        kind = "group across" if len(groups) >= ACROSS else "group"  # else written downwards
        title = markup.text(each.contrast.name)
        head += f"<th class='{kind}' colspan='{len(groups)}'>{title}</th>"
        for k, (_, group) in enumerate(groups):
            side = " class='group'" if k == 0 else ""
            name = ", ".join(level(group[n]) for n in each.contrast.by if not pd.isna(group[n]))
            sub += f"<th{side}>{markup.text(name)}</th>"
            columns.append((each, _in_group(each.cells, group, each.contrast.by), k == 0))
    known = [
        {name: (cells[name].isna().to_numpy(), cells[name].to_numpy())
         for name in shown if name in cells}
        for _, cells, _ in columns
    ]  # fmt: skip
    names = "".join(f"<th rowspan='2'>{markup.text(name)}</th>" for name in shown)
    lines = []
    for _, row in rows.head(MOST).iterrows():
        line = "".join(f"<td>{markup.text(level(row[name]))}</td>" for name in shown)
        for (each, cells, first), levels in zip(columns, known, strict=True):
            line += _cell(cells[_matching(len(cells), levels, row)], each, first)
        lines.append(f"<tr>{line}</tr>")
    by = [f"{each.contrast.name}: {', '.join(each.contrast.by) or 'one group'}" for each in found]
    rest = f" The first {MOST} of {len(rows):,} rows." if len(rows) > MOST else ""
    caption = f"Columns are groups. {'; '.join(by)}.{rest}"
    return [
        "<div class='scroll' tabindex='0'><table class='signs'>\n"
        f"<thead><tr>{names}{head}</tr><tr>{sub}</tr></thead>\n<tbody>\n"
        + "\n".join(lines) + "\n</tbody></table></div>",
        markup.paragraph(caption, "note"),
    ]  # fmt: skip


def _in_group(cells: pd.DataFrame, group: pd.Series, by: Sequence[str]) -> pd.DataFrame:
    for name in by:
        value = group[name]
        cells = cells[cells[name].isna() if pd.isna(value) else cells[name] == value]
    return cells


def _matching(
    count: int,
    levels: Mapping[str, tuple[NDArray[np.bool_], NDArray[Any]]],
    row: pd.Series,
) -> NDArray[np.bool_]:
    """Return which of some cells belong to a row; an empty factor stands for all its levels.

    Parameters
    ----------
    levels
        By factor: where it is empty, and its levels, each (count,).
    """
    match = np.ones(count, bool)
    for name, (empty, own) in levels.items():
        match &= empty | (own == row[name])
    return match


def _cell(cells: pd.DataFrame, each: Contrasted, first: bool) -> str:
    """Return a cell of the table: the sign, with numbers where a pointer rests."""
    own = " group" if first else ""
    if cells.empty:
        return f"<td class='missing{own}'></td>"
    signs = list(dict.fromkeys(cells["sign"]))
    if len(signs) > 1:
        return f"<td class='undecided{own}'>{''.join(SYMBOLS[s] for s in signs)}</td>"
    it = cells.iloc[0]
    told = (
        f"{each.contrast.y}: {number(it['mean'])} [{number(it['low'])}, {number(it['high'])}] "
        f"of {number(it['base'])}, n = {it['n']}"
    )
    kind = CLASSES[signs[0]]
    return f"<td class='{kind}{own}' title='{markup.text(told)}'>{SYMBOLS[signs[0]]}</td>"


def _turns(found: list[Contrasted]) -> list[str]:
    rows = []
    for each in found:
        for _, turn in each.turns.iterrows():
            at = NONE
            if not pd.isna(turn["lowest"]):
                at = f"{number(turn['median'])} ({number(turn['lowest'])} to "
                at += f"{number(turn['highest'])})"
            rows.append([
                each.contrast.name, _named(turn, each.contrast.by),
                f"{turn['factor']}: {level(turn['from'])} to {level(turn['to'])}",
                turn["signs"].replace("-", "−"), at, f"{turn['lines']:,} of {turn['of_lines']:,}",
            ])  # fmt: skip
    if not rows:
        return [markup.paragraph("No sign turns between two decided levels of a factor.")]
    note = (
        "Where signs turn, along one factor with the others fixed: the number at which the mean "
        "difference, taken as linear between the levels, is 0 (median, and range over the lines "
        "that turn there). A switch has no number between its levels."
    )
    heads = ["contrast", "group", "factor, between", "sign", "turns at", "lines"]
    shown = markup.folded(markup.table(heads, rows, 4), len(rows))
    return [markup.paragraph(note, "note"), shown]
