"""The social graph again, naively: a list of all pairs, drawn one by one in plain Python."""

import itertools
import math

import numpy as np

from samizdat.core.draws import uniform
from samizdat.core.network import generators
from samizdat.society.graphs import Graph


def society(seed, region_first, shape):
    """Return the graph as ``GRAPHS["social"]`` must draw it."""
    regions = [(int(a), int(b)) for a, b in itertools.pairwise(region_first)]
    close = [*circles(seed, regions, shape), *acquaintances(seed, regions, shape)]
    online = list(contacts(seed, regions, shape))
    pairs = np.array([*close, *online], np.int64).reshape(-1, 2)
    kind = np.repeat([0, 1], [len(close), len(online)])
    return Graph.from_edges(int(region_first[-1]), pairs[:, 0], pairs[:, 1], kind)


def circles(seed, regions, shape):
    belonging = math.sqrt(min(1.0, shape.close_degree / generators.CIRCLE_DEGREE))
    for first, last in regions:
        for cell in range(first, last, generators.CELL):
            row = int(uniform(seed, cell, 0, generators.CIRCLES) * len(generators.PARTITIONS))
            at = cell
            for size in generators.PARTITIONS[row].tolist():
                circle = range(at, min(last, at + size))
                at += size
                inside = [i for i in circle if uniform(seed, i, 0, generators.MEMBER) < belonging]
                yield from ((i, j) for i in inside for j in inside if i < j)


def acquaintances(seed, regions, shape):
    numbers = generators.poisson(max(0.0, shape.close_degree - generators.CIRCLE_DEGREE) / 2)
    for first, last in regions:
        size = last - first
        for i in range(first, last):
            for k in range(
                generators.picked(uniform(seed, i, 0, generators.ACQUAINTANCES), numbers)
            ):
                u = uniform(seed, i, k, generators.ACQUAINTANCE)
                if uniform(seed, i, k, generators.FAR) < shape.close_far:
                    j = first + int(u * size)
                else:
                    away = generators.away(u, size, shape.acquaintance_reach)
                    j = first + (i - first + away) % size
                if i != j:
                    yield i, j


def contacts(seed, regions, shape):
    n, skew = regions[-1][1], int(shape.online_skew)
    begun = shape.online_degree / 2
    numbers = generators.poisson(begun)
    in_town = shape.homophily * shape.near
    for r, (first, last) in enumerate(regions):
        size = last - first
        towns = max(1, math.ceil(size / shape.town))
        town_curve = generators.popularity(skew, size // towns, begun * in_town)
        for i in range(first, last):
            town = (i - first) * towns // size
            town_first = first + -(-town * size // towns)
            town_size = first + -(-(town + 1) * size // towns) - town_first
            for k in range(generators.picked(uniform(seed, i, 0, generators.CONTACTS), numbers)):
                scope, u = (
                    uniform(seed, i, k, generators.SCOPE),
                    uniform(seed, i, k, generators.CONTACT),
                )
                if scope < in_town:
                    key = generators.order(seed, town_first, generators.TOWN_ORDER)
                    begin, there, (a, b) = town_first, town_size, town_curve
                else:
                    q = r
                    if scope >= shape.homophily:
                        anyone = int(uniform(seed, i, k, generators.ABROAD) * n)
                        q = next(q for q, (_, after) in enumerate(regions) if anyone < after)
                    key = generators.order(seed, q, generators.REGION_ORDER)
                    begin, there = regions[q][0], regions[q][1] - regions[q][0]
                    a, b = generators.popularity(skew, there, begun * (1 - in_town))
                j = begin + generators.shuffled(ranked(u, there, skew, a, b), there, key)
                if i != j:
                    yield i, j


def ranked(u, size, skew, a, b):
    x = offset = 1.0
    for _ in range(skew):
        x, offset = x * (a + u * (b - a)), offset * a
    return min(size - 1, int((x - offset) * size))
