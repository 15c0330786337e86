"""The country as plain data: what map and tiles show, for a drawer in the browser."""

from typing import Any

import matplotlib as mpl
import numpy as np

from samizdat.run.simulation import Simulation
from samizdat.text.catalogue import plain
from samizdat.views.country import GAP
from samizdat.views.outlines import RegionMap
from samizdat.views.region_map import barred_somewhere
from samizdat.views.regions import all_signs, legend_of, places_of, region_colours, region_days


def country_ground(
    simulation: Simulation, shows: str, region_map: RegionMap | None
) -> dict[str, Any]:
    """Return what stays from day to day: shapes of the regions and the legend, as plain data."""
    regions = simulation.scenario.region_names
    if region_map is None:
        corner = GAP / 2, 1 - GAP / 2
        shapes = {
            plain(name): _square(x + corner[0], -y - corner[0], x + corner[1], -y - corner[1])
            for name, (x, y) in zip(regions, places_of(regions), strict=True)
        }
        points: dict[str, list[float]] = {}
        others: dict[str, Any] = {}
        aspect = 1.0
        middles = {
            plain(name): [x + 0.5, -y - 0.5]
            for name, (x, y) in zip(regions, places_of(regions), strict=True)
        }
    else:
        found = region_map.outlines
        every = {
            plain(name): [[ring.round(3).tolist() for ring in polygon] for polygon in each.polygons]
            for name, each in found.items()
            if each.polygons
        }
        own = {plain(name) for name in regions}
        shapes = {name: each for name, each in every.items() if name in own}
        others = {name: each for name, each in every.items() if name not in own}
        points = {plain(name): list(found[name].point) for name in regions if found[name].small}
        middles = {plain(name): list(found[name].point) for name in regions}
        aspect = region_map.aspect
    return {
        "kind": "country",
        "tiles": region_map is None,
        "aspect": aspect,
        "ratio": _ratio(shapes, others, aspect),
        "shapes": shapes,
        "others": others,
        "points": points,
        "middles": middles,
        "legend": legend_of(shows),
        "signs": {
            signal: {"glyph": sign.glyph, "words": sign.words, "colour": sign.colour}
            for signal, sign in all_signs().items()
        },
    }


def _ratio(shapes: dict[str, Any], others: dict[str, Any], aspect: float) -> float:
    """Return how wide a map is, as a multiple of its height."""
    every = [*shapes.values(), *others.values()]
    corners = np.array([place for shape in every for polygon in shape for place in polygon[0]])
    wide, high = np.ptp(corners, axis=0) if len(corners) else (1.0, 1.0)
    return float(wide * aspect / max(high, 1e-9))


def _square(left: float, top: float, right: float, foot: float) -> list[list[list[list[float]]]]:
    ring = [[left, top], [right, top], [right, foot], [left, foot], [left, top]]
    return [[[[round(x, 4), round(y, 4)] for x, y in ring]]]


def country_day(simulation: Simulation, shows: str) -> dict[str, Any]:
    """Return the regions after the last step, as plain data."""
    days = region_days(simulation, region_colours(shows))
    return {
        "note": barred_somewhere(days).removeprefix(" – "),
        "begun": simulation.step_number > 0,
        "regions": [
            {
                "name": day.name,
                "residents": day.residents,
                "counts": day.counts,
                "fear": round(day.fear, 4),
                "trust": round(day.trust, 4),
                "colour": mpl.colors.to_hex(day.colour),
                "signs": day.signs,
            }
            for day in days
        ],
    }
