"""The contrasts of a report: their cells, their groups with a verdict, and where signs turn."""

from typing import NamedTuple

import pandas as pd

from samizdat.batch.contrasts import OF_A_CELL, Contrast, contrast_cells, groups_of
from samizdat.batch.results import Results
from samizdat.batch.turns import turns_of
from samizdat.report.tables import FinishedRuns


class Contrasted(NamedTuple):
    """A contrast with what was found; see `contrast_cells`, `groups_of` and `turns_of`."""

    contrast: Contrast
    cells: pd.DataFrame
    groups: pd.DataFrame
    turns: pd.DataFrame


def contrasted(results: Results, finished: FinishedRuns) -> list[Contrasted]:
    """Return the contrasts that an experiment declares, in order."""
    if results.table.empty:
        return []
    found = []
    nesting = results.experiment.design.nesting
    for contrast in results.experiment.contrasts:
        cells = contrast_cells(results.table, contrast, nesting=nesting, points=finished.points)
        groups, turns = groups_of(cells, contrast.by), turns_of(cells, contrast.by)
        found.append(Contrasted(contrast, cells, groups, turns))
    return found


def table_of_cells(found: list[Contrasted]) -> pd.DataFrame | None:
    """Return all cells below each other: contrast, measure, the factors, the numbers, the sign."""
    return _joined(found, [each.cells for each in found], last=OF_A_CELL)


def table_of_turns(found: list[Contrasted]) -> pd.DataFrame | None:
    """Return all turns below each other: contrast, measure, the group, the turn."""
    return _joined(found, [each.turns for each in found])


def _joined(
    found: list[Contrasted], tables: list[pd.DataFrame], last: tuple[str, ...] = ()
) -> pd.DataFrame | None:
    if not found:
        return None
    parts = []
    for each, table in zip(found, tables, strict=True):
        about: dict[str, object] = {"contrast": each.contrast.name, "measure": each.contrast.y}
        part = pd.DataFrame(about | {str(name): table[name].astype(object) for name in table})
        parts.append(part)
    joined = pd.concat(parts, ignore_index=True)
    first = [name for name in joined.columns if name not in last]
    return joined[[*first, *last]]
