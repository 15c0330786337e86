"""Who is drawn of a large society: those who act today, and their neighbours."""

import weakref
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.layout import POSTURES
from samizdat.run.simulation import Simulation
from samizdat.society.graph import Graph
from samizdat.views.reading import SnowballSample, ties_among
from samizdat.views.regions import places_of

DRAWN = 3000  # citizens at most
ACTORS = 1200  # at most of those who act
FIRST = {"mobilise": 600, "detained": 200, "share": 400}  # of each, if there are as many
NEIGHBOURS = 3  # at most of each who acts: close ties first
ASKED = {
    "mobilise": "is in the street",
    "share": "speaks out",
    "self_censor": "keeps quiet out of fear",
}
LEAST = 800  # citizens drawn: others join where fewer act
ORDER = 10  # of the curve along which the citizens of a region live
SIDE = 0.94  # of a region's field, as a share of a tile

Ids = NDArray[np.int64]
Places = NDArray[np.float64]  # (n, 2), in 0 ... 1


class Cast(NamedTuple):
    """Who is drawn on a day.

    Attributes
    ----------
    acting
        How many are drawn of those who act, by posture.
    of
        How many act, by posture.
    neighbours
        How many of the others are neighbours of those.
    """

    sample: SnowballSample
    places: Places
    acting: dict[str, int]
    of: dict[str, int]
    neighbours: int

    @property
    def words(self) -> str:
        """Who is drawn, in a sentence."""
        drawn, many = sum(self.acting.values()), sum(self.of.values())
        rest = len(self.sample.ids) - drawn - self.neighbours
        parts = [f"{self.neighbours:,} of their neighbours"] if self.neighbours else []
        parts += [f"{rest:,} others"] if rest else []
        if many == 0:
            return f"Nobody acts: {rest:,} citizens are drawn"
        first = f"all {many:,}" if drawn == many else f"{drawn:,} of the {many:,}"
        return ", ".join([f"Drawn: {first} who act", *parts])


def cast_of(simulation: Simulation, chosen: int | None = None) -> Cast:
    """Return who is drawn: a function of the day, so that the same day gives the same picture.

    Of those in the street, in detention and speaking out, those with the smallest fixed numbers are
    drawn first; so who acts on two days is drawn on both. A chosen citizen is always drawn.
    """
    graph, posture = simulation.graph, simulation.state["posture"]
    actors, many = _actors(posture)
    own = np.array([] if chosen is None else [chosen], np.int64)
    first = np.concatenate([own, actors])
    near = _neighbours(graph, first)
    ids = _distinct(np.concatenate([first, near]))[:DRAWN]
    named = len(ids)
    if named < LEAST:
        ids = _distinct(np.concatenate([ids, _others(graph)]))[:LEAST]
    codes = [POSTURES.index(name) for name in FIRST]
    acting = {
        name: int((posture[ids] == code).sum()) for name, code in zip(FIRST, codes, strict=True)
    }
    behind = int((~np.isin(posture[ids[:named]], codes)).sum())
    sample = ties_among(graph.ties, ids)
    return Cast(sample, places_in(simulation, ids), acting, many, behind)


def _actors(posture: NDArray[np.uint8]) -> tuple[Ids, dict[str, int]]:
    """Return those who act and are drawn, and how many act, by posture."""
    found, many = {}, {}
    for name in FIRST:
        those = np.flatnonzero(posture == POSTURES.index(name)).astype(np.int64)
        many[name] = len(those)
        found[name] = those[np.argsort(_fixed(those), kind="stable")[:ACTORS]]
    spare = ACTORS - sum(min(FIRST[name], len(those)) for name, those in found.items())
    drawn = []
    for name, those in found.items():
        extra = min(spare, max(0, len(those) - FIRST[name]))
        spare -= extra
        drawn.append(those[: FIRST[name] + extra])
    return np.concatenate(drawn), many


def _neighbours(graph: Graph, ids: Ids) -> Ids:
    """Return a few neighbours of each, those of the first citizens first."""
    ties = graph.ties
    begin, many = ties.start[ids], ties.start[ids + 1] - ties.start[ids]
    of = np.repeat(np.arange(len(ids)), many)
    at = np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
    others = ties.neighbour[begin[of] + at].astype(np.int64)
    order = np.lexsort((_fixed(others), at >= ties.close[ids][of], of))
    turn = np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
    return np.asarray(others[order][turn < NEIGHBOURS])


_OTHERS: "weakref.WeakKeyDictionary[Graph, Ids]" = weakref.WeakKeyDictionary()


def _others(graph: Graph) -> Ids:
    """Return citizens who are drawn where few act: always the same."""
    if graph not in _OTHERS:
        everybody = np.arange(graph.ties.close.size, dtype=np.int64)
        some = everybody[np.argsort(_fixed(everybody), kind="stable")[:LEAST]]
        few = some[: LEAST // (1 + NEIGHBOURS)]
        _OTHERS[graph] = np.concatenate([few, _neighbours(graph, few), some])
    return _OTHERS[graph]


def _fixed(ids: Ids) -> NDArray[np.uint64]:
    """Return a number for each citizen that looks random and never changes."""
    mixed = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _distinct(ids: Ids) -> Ids:
    """Return each citizen once, where she comes first."""
    _, first = np.unique(ids, return_index=True)
    return np.asarray(ids[np.sort(first)])


def somebody(simulation: Simulation, turn: int) -> tuple[int | None, str]:
    """Return a citizen to ask, and why her: one in the street, else who speaks out or keeps quiet.

    Parameters
    ----------
    turn
        How often somebody was asked on this day; each time it is another one, as long as there is.
    """
    posture, nobody = simulation.state["posture"], ""
    for name, doing in ASKED.items():
        those = np.flatnonzero(posture == POSTURES.index(name)).astype(np.int64)
        if len(those):
            order = np.argsort(_fixed(those), kind="stable")
            citizen = int(those[order[turn % len(those)]])
            return citizen, f"{nobody}Citizen {citizen:,} {doing}."
        nobody = nobody or "Nobody is in the street. "
    return None, f"{nobody}Nobody speaks out or keeps quiet out of fear."


def places_in(simulation: Simulation, ids: Ids) -> Places:
    """Return where citizens are drawn: each region is a square, as large as its population.

    In it citizens live along a curve in the order of their numbers, which households share.
    """
    sizes = np.asarray(simulation.sizes, np.int64)
    ends = np.cumsum(sizes)
    region = np.minimum(np.searchsorted(ends, ids, side="right"), len(sizes) - 1)
    along = (ids - (ends - sizes)[region] + 0.5) / np.maximum(1, sizes[region])
    middles, side, (wide, high) = _squares(simulation)
    within = _curve(along) - 0.5
    x = middles[region, 0] + side[region] * within[:, 0]
    y = middles[region, 1] + side[region] * within[:, 1]
    return np.column_stack([x / wide, 1.0 - y / high])


def _squares(simulation: Simulation) -> tuple[Places, NDArray[np.float64], NDArray[np.float64]]:
    """Return middle and side of each region's square, and the size of the whole, in tiles."""
    sizes = np.asarray(simulation.sizes, np.float64)
    tiles = np.array(places_of(simulation.scenario.region_names), np.float64)
    side = SIDE * np.sqrt(np.maximum(0.04, sizes / sizes.max()))
    return tiles + 0.5, side, 1 + tiles.max(axis=0)


def fields_of(simulation: Simulation) -> list[tuple[str, float, float, float, float]]:
    """Return name, left, foot, width and height of each region's square, as `places_in`."""
    middles, side, (wide, high) = _squares(simulation)
    left, top = middles[:, 0] - side / 2, middles[:, 1] + side / 2
    names = simulation.scenario.region_names
    fields = zip(names, left / wide, 1.0 - top / high, side / wide, side / high, strict=True)
    return [(name, float(a), float(b), float(c), float(d)) for name, a, b, c, d in fields]


def _curve(along: NDArray[np.float64]) -> Places:
    """Return places on a Hilbert curve in a square, for shares of its length."""
    cells = 1 << ORDER
    t = np.minimum((along * cells * cells).astype(np.int64), cells * cells - 1)
    x, y = np.zeros((2, len(t)), np.int64)
    side = 1
    while side < cells:
        right = (t // 2) & 1
        up = (t ^ right) & 1
        turned = up == 0
        flipped = turned & (right == 1)
        x[flipped], y[flipped] = side - 1 - x[flipped], side - 1 - y[flipped]
        x[turned], y[turned] = y[turned].copy(), x[turned].copy()
        x += side * right
        y += side * up
        t //= 4
        side *= 2
    return (np.column_stack([x, y]) + 0.5) / cells
