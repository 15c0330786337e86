"""Who does what, as plain data: citizens by their beliefs, for a drawer in the browser."""

from typing import Any

import numpy as np

from samizdat.core.layout import POSTURES
from samizdat.run.simulation import Simulation
from samizdat.views.packing import looks_of_postures, packed
from samizdat.views.who import (
    CONTOURS,
    MARKED,
    cells_across,
    coloured,
    density_of,
    marked_of,
    posture_counts,
    spread_of,
)


def who_ground(simulation: Simulation) -> dict[str, Any]:
    """Return what stays from day to day."""
    return {
        "kind": "who",
        "looks": looks_of_postures(),
        "cells": cells_across(simulation),
        "contours": list(CONTOURS),
        "marked": MARKED,
    }


def who_day(simulation: Simulation, chosen: int | None) -> dict[str, Any]:
    """Return all citizens after the last step, by trust and grievance."""
    state, cells = simulation.state, cells_across(simulation)
    density = density_of(simulation, cells)
    marked, unmarked = marked_of(simulation, density)
    return {
        "grid": packed(coloured(density._replace(acting=unmarked)), "u1"),
        "many": packed(np.round(density.silent + density.acting.sum(axis=0)), "u4"),
        "marks": {
            name: {
                "ids": packed(those, "u4"),
                "trust": packed(state["trust"][those], "f4"),
                "grievance": packed(state["grievance"][those], "f4"),
            }
            for name, those in marked.items()
        },
        "spread": {
            name: [[curve.round(4).tolist() for curve in each] for each in curves]
            for name, curves in spread_of(density, cells).items()
        },
        "counts": {name: posture_counts(simulation)[name] for name in POSTURES},
        "ring": []
        if chosen is None
        else [float(state["trust"][chosen]), float(state["grievance"][chosen])],
    }
