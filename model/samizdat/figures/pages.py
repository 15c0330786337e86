"""The history of a run on one page, and each of its panels as a separate figure."""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from samizdat.figures.chronicle import actions, rows_of
from samizdat.figures.frame import (
    THEME,
    Table,
    days_of,
    inscribe,
    new_figure,
    rows_height,
    save,
)
from samizdat.figures.panels import beliefs, online, postures, turnout_map
from samizdat.figures.rallies import LANE_HEIGHT, lanes_of, rallies
from samizdat.figures.threat import HEIGHT as THREAT_HEIGHT
from samizdat.figures.threat import has_threat, threat


def overview(nation: Table, regions: Table, bands: Table, title: str, caption: str) -> Figure:
    """One page: who is online, postures, rallies, beliefs, threat, the map of turnout, the actions.

    It is as wide as A4, and high enough to name every region and event in full size; with only one
    region the map is left out, the rallies where the table counts none, and the threat where the
    state feels none.
    """
    places, rows = regions["region"].nunique(), len(rows_of(bands, days_of(nation["date"])))
    panels: list[tuple[float, Callable[..., Axes], list[Table]]] = [
        (1.0, online, [nation]),
        (2.0, postures, [nation]),
        (max(3, len(lanes_of(nation))) * LANE_HEIGHT, rallies, [nation]),
        (1.1, beliefs, [nation]),
        (THREAT_HEIGHT, threat, [nation, bands]),
        (rows_height(places) + 0.4, turnout_map, [regions]),
        (rows_height(rows), actions, [bands, nation]),  # last: it measures the room that they leave
    ]
    left_out = {
        turnout_map: places == 1,
        rallies: not lanes_of(nation),
        threat: not has_threat(nation),
    }
    panels = [panel for panel in panels if not left_out.get(panel[1], False)]
    heights = [height for height, _, _ in panels]
    with mpl.rc_context(THEME):
        figure = new_figure(sum(heights) + 0.3 * len(panels) + 0.9)
        ratios = {"height_ratios": heights}
        grid = figure.subplots(len(panels), sharex=True, squeeze=False, gridspec_kw=ratios)
        inscribe(grid[0, 0], title, caption)
        for ax, (_, draw, tables) in zip(grid[:, 0], panels, strict=True):
            draw(*tables, ax=ax)
            ax.label_outer()
        figure.align_ylabels(grid[:, 0])
    return figure


def save_all(
    nation: Table, regions: Table, bands: Table, folder: str | Path, *, title: str, caption: str
) -> list[Path]:
    """Write the overview and each of its panels as PNG; a file is there whole or not at all."""
    figures: dict[str, Callable[[], Figure]] = {
        "overview": lambda: overview(nation, regions, bands, title, caption),
        "online": lambda: inscribe(online(nation), title, caption),
        "postures": lambda: inscribe(postures(nation), title, caption),
        "beliefs": lambda: inscribe(beliefs(nation), title, caption),
        "actions": lambda: inscribe(actions(bands, nation), title, caption),
        "turnout": lambda: inscribe(turnout_map(regions), title, caption),
    }
    if lanes_of(nation):
        figures["rallies"] = lambda: inscribe(rallies(nation), title, caption)
    if has_threat(nation):
        figures["threat"] = lambda: inscribe(threat(nation, bands), title, caption)
    # One after the other: only one of them is in memory.
    return [save(draw(), Path(folder) / f"{name}.png") for name, draw in figures.items()]
