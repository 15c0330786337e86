"""The social graph as plain data: who and what is drawn, for a drawer in the browser."""

from typing import Any

import matplotlib as mpl
import numpy as np

from samizdat.figures.frame import COLOURS
from samizdat.run.simulation import Simulation
from samizdat.text.catalogue import plain
from samizdat.views.cast import Places, cast_of, fields_of
from samizdat.views.network import MOST, acts_only, layout_of, pale_colour
from samizdat.views.packing import looks_of_postures, packed, packed_places
from samizdat.views.reading import SnowballSample, counts_of, sample_state


def network_ground(simulation: Simulation) -> dict[str, Any]:
    """Return what stays from day to day: looks and regions, and where all fit, who is drawn."""
    looks = looks_of_postures()
    for look in looks:
        look["pale"] = mpl.colors.to_hex(tuple(pale_colour(str(look["name"])).tolist()))
    ends = np.cumsum(simulation.sizes).tolist()
    names = [plain(name) for name in simulation.scenario.region_names]
    ground = {
        "kind": "network",
        "looks": looks,
        "voice": mpl.colors.to_hex(COLOURS[0]),
        "street": mpl.colors.to_hex(COLOURS[3]),
        "regions": [[name, end] for name, end in zip(names, ends, strict=True)],
        "fields": [],
    }
    if acts_only(simulation):
        fields = [[plain(name), *map(_rounded, box)] for name, *box in fields_of(simulation)]
        return {**ground, "fields": fields}
    sample, places = layout_of(simulation.graph, min(MOST, simulation.scenario.citizens))
    return {**ground, "drawn": _drawn(sample, places)}


def _rounded(value: float) -> float:
    return round(value, 5)


def _drawn(sample: SnowballSample, places: Places) -> dict[str, str]:
    return {
        "ids": packed(sample.ids, "u4"),
        "places": packed_places(places),
        "one": packed(sample.one, "u2"),
        "other": packed(sample.other, "u2"),
        "close": packed(sample.close, "u1"),
    }


def network_day(simulation: Simulation, chosen: int | None) -> dict[str, Any]:
    """Return the citizens after the last step, and who heard whom, as plain data."""
    day: dict[str, Any] = {}
    if acts_only(simulation):
        cast = cast_of(simulation, chosen)
        sample = cast.sample
        day |= {"drawn": _drawn(sample, cast.places), "note": cast.words}
    else:
        sample, _ = layout_of(simulation.graph, min(MOST, simulation.scenario.citizens))
        day["note"] = f"All {len(sample.ids):,} citizens are drawn"
    now = sample_state(simulation, sample)
    return day | {
        "posture": packed(now.posture, "u1"),
        "online": packed(now.online, "u1"),
        "spoken": packed(np.flatnonzero(now.carried & ~now.street), "u4"),
        "street": packed(np.flatnonzero(now.street), "u4"),
        "counts": counts_of(now.posture),
        "chosen": chosen,
        "citizens": simulation.scenario.citizens,
    }
