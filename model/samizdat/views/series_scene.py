"""The time series as plain data: lines, rallies and bands, for a drawer in the browser."""

from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from samizdat.figures.chronicle import lane_of
from samizdat.figures.frame import PER, labelled
from samizdat.figures.panels import BELIEFS
from samizdat.run.arrivals import may_arrive
from samizdat.run.simulation import Simulation
from samizdat.text.catalogue import words
from samizdat.views.bands import Band, bands_of, is_over
from samizdat.views.packing import packed
from samizdat.views.rallies import lane_names, lanes_shown
from samizdat.views.reading import history_columns, rally_counts
from samizdat.views.series import ACTING, COLUMNS, CONNECTED, Labels, dates_of, own_of

BLOCK = 256  # days that are sent together, once
DASHES: dict[str, Any] = {"mobilise": "solid", "share": [6, 2], "detained": [9, 2, 2, 2]}
DASHES["self_censor"] = [2, 2]

Rows = NDArray[np.float32]  # (columns, days)


def series_ground(simulation: Simulation, *, brief: bool) -> dict[str, Any]:
    """Return what stays from day to day: the days of the scenario, and the panels."""
    panels = [_panel("Citizens, of 100,000 (log)", "log", ACTING)]
    if not brief:
        panels.append(_panel("Mean (0 to 1)", "unit", labelled(BELIEFS)))
        panels.append(_panel("Citizens (%)", "percent", CONNECTED))
    arrivals = may_arrive(simulation.scenario)
    lanes = lanes_shown(arrivals=arrivals)
    days = dates_of(simulation)
    return {
        "kind": "series",
        "brief": brief,
        "days": packed(days, "f8"),
        "columns": [*COLUMNS, *(lane.column for lane in lanes)],
        "panels": panels,
        "lanes": [
            {"column": lane.column, "words": name, "colour": mpl.colors.to_hex(lane.colour)}
            for lane, name in zip(lanes, lane_names(arrivals=arrivals), strict=True)
        ],
        "rallies": words("axis.rallies"),
        "actions": words("axis.actions.brief").replace("\n", " "),
        "one": PER / simulation.scenario.citizens,
        "citizens": simulation.scenario.citizens,
    }


def _panel(title: str, scale: str, labels: Labels) -> dict[str, Any]:
    lines = [
        {
            "column": name,
            "words": label,
            "colour": mpl.colors.to_hex(colour),
            "dash": DASHES.get(name, "solid") if scale == "log" else "solid",
        }
        for name, (label, colour) in labels.items()
    ]
    return {"title": title, "scale": scale, "lines": lines}


def rows_of_days(simulation: Simulation) -> Rows:
    """Return all columns of the days done, scaled as they are drawn."""
    citizens = simulation.scenario.citizens
    values = {**history_columns(simulation, COLUMNS), **rally_counts(simulation)}
    lanes = lanes_shown(arrivals=may_arrive(simulation.scenario))
    scales = dict.fromkeys(ACTING, PER / citizens)
    scales |= dict.fromkeys(CONNECTED, 100.0 / citizens)
    names = [*COLUMNS, *(lane.column for lane in lanes)]
    return np.array([values[name] * scales.get(name, 1.0) for name in names], np.float32)


def series_blocks(simulation: Simulation) -> tuple[list[str], str]:
    """Return the days done: blocks of `BLOCK`, and those after the last block."""
    rows = rows_of_days(simulation)
    done = rows.shape[1]
    whole = done // BLOCK
    blocks = [packed(rows[:, k * BLOCK : (k + 1) * BLOCK], "f4") for k in range(whole)]
    return blocks, packed(rows[:, whole * BLOCK :], "f4")


def series_bands(simulation: Simulation) -> list[dict[str, Any]]:
    """Return the bands that had begun by the last day done, the earliest first."""
    k, dates = simulation.step_number, dates_of(simulation)
    today = float(dates[k - 1]) if k else float(dates[0]) - 1.0
    return [_plain(band, today) for band in bands_of(simulation.bands, today, own_of(simulation))]


def _plain(band: Band, today: float) -> dict[str, Any]:
    return {
        "text": band.text,
        "start": band.start,
        "end": min(band.end, today + 0.5),
        "runs": not is_over(band, today),
        "own": band.own,
        "event": band.kind == "event",
        "colour": mpl.colors.to_hex(lane_of(band.kind)[1]),
    }
