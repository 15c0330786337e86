"""Graphs that are generated, each a pure function of (seed, regions, shape); GRAPHS lists them.

Citizens are 0 ... n - 1, region by region; region r is ``region_first[r]`` to
``region_first[r + 1]``. Textbook graphs ignore regions and give all ties the same kind.
"""

import math
import os
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from samizdat.core.layout import MAX_CITIZENS
from samizdat.core.network import csr as rows
from samizdat.core.network import generators
from samizdat.core.network.assembly import assemble
from samizdat.core.network.social import Society
from samizdat.society.graph import Graph as Graph
from samizdat.society.graph import GraphWarning as GraphWarning
from samizdat.society.graph_shape import GraphShape as GraphShape

_ALONE_BELOW = 20_000  # citizens: starting threads costs more than it saves


def _size(region_first: NDArray[np.int64]) -> int:
    n = int(region_first[-1])
    if not 1 <= n <= MAX_CITIZENS:
        raise ValueError(f"graph: {n} citizens; allowed are 1 ... {MAX_CITIZENS}")
    return n


def _fail(asked: str, value: float, n: int, allowed: str) -> NoReturn:
    raise ValueError(f"graph.{asked} = {value:g} is impossible among {n} citizens: {allowed}")


def _textbook(n: int, source: NDArray[Any], target: NDArray[Any], shape: GraphShape) -> Graph:
    """Give all ties the kind that the shape names."""
    return Graph(rows.csr(n, source, target, np.full(source.size, int(shape.tie), np.uint8)))


def _arrays(pairs: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return np.empty(pairs, np.int32), np.empty(pairs, np.int32)


def social(
    seed: int, region_first: NDArray[np.int64], shape: GraphShape, threads: int | None = None
) -> Graph:
    """Draw the social graph: circles of kin and co-workers, acquaintances, and online contacts.

    Close ties: each cell of twelve consecutive citizens falls into circles of one to six, whose
    members are all tied; a Poisson number of acquaintances, most of them near in the numbering,
    adds up to the requested mean degree. (If that is below the 3.25 ties that circles give, only
    some citizens belong to circles.) Online ties: each citizen begins a Poisson number of ties, in
    her town, her region or the nation, with citizens drawn by popularity there. Repeated ties are
    dropped: where the degrees are not small compared with reach, town or region, the graph has a
    few per cent fewer ties than requested. The graph does not depend on ``threads``, by default one
    for each core that this process may use.
    """
    n = _size(region_first)
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if n >= _ALONE_BELOW else 1
    if shape.close_degree + shape.online_degree > n - 1:
        degree = shape.close_degree + shape.online_degree
        _fail("close_degree + graph.online_degree", degree, n, f"at most {n - 1}")
    region_first = np.ascontiguousarray(region_first, np.int64)
    sizes = np.diff(region_first)
    begun, skew = shape.online_degree / 2, int(shape.online_skew)
    towns = np.maximum(1, -(-sizes // int(shape.town)))
    town, beyond = begun * shape.homophily * shape.near, begun * (1 - shape.homophily * shape.near)
    curves = [
        (generators.popularity(skew, m // cuts, town), generators.popularity(skew, m, beyond))
        for m, cuts in zip(sizes.tolist(), towns.tolist(), strict=True)
    ]
    regions = range(sizes.size)
    return Graph(
        assemble(
            Society(
                seed=seed,
                region_first=region_first,
                belonging=math.sqrt(min(1.0, shape.close_degree / generators.CIRCLE_DEGREE)),
                acquainted=generators.poisson(
                    max(0.0, shape.close_degree - generators.CIRCLE_DEGREE) / 2
                ),
                reach=float(shape.acquaintance_reach),
                far=float(shape.close_far),
                towns=towns,
                contacted=generators.poisson(begun),
                homophily=float(shape.homophily),
                near=float(shape.near),
                skew=skew,
                curves=np.array(curves),
                keys=np.array(
                    [generators.order(seed, r, generators.REGION_ORDER) for r in regions]
                ),
                sides=np.array([generators.rectangle(max(1, m)) for m in sizes.tolist()]),
            ),
            threads,
        )
    )


def erdos_renyi(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie n * degree / 2 pairs, all distinct and equally likely: G(n, M).

    Erdős & Rényi 1959, Publ. Math. Debrecen 6:290.
    """
    n = _size(region_first)
    if shape.degree > n - 1:
        _fail("degree", shape.degree, n, f"at most {n - 1}")
    source, target = _arrays(round(n * shape.degree / 2))
    generators.scattered(seed, n, source, target)
    return _textbook(n, source, target, shape)


def watts_strogatz(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie each citizen to her neighbours on a ring, some of the ties rewired at random.

    Watts & Strogatz 1998, Nature 393:440. A rewired tie that repeats another is dropped, which
    loses a share of about rewiring * 2 * neighbours / n.
    """
    n, side = _size(region_first), _side(region_first, shape)
    source, target = _arrays(n * side)
    generators.rewired(seed, n, side, shape.rewiring, source, target)
    return _textbook(n, source, target, shape)


def barabasi_albert(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Let citizens join one by one, tied preferentially to citizens who have many ties.

    Barabási & Albert 1999, Science 286:509; drawn by the copy model of Sanders & Schulz 2016, Inf.
    Process. Lett. 116:489. The first m + 1 are all tied to each other; a repeated tie is dropped.
    The tail exponent is 3, the mean degree 2 m; the first citizens have the most ties.
    """
    n, m = _size(region_first), int(shape.attachments)
    if m >= n:
        _fail("attachments", m, n, f"at most {n - 1}")
    source, target = _arrays(m * (n - 1))
    generators.copied(seed, n, m, source, target)
    return _textbook(n, source, target, shape)


def configuration(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie citizens at random with given degrees, all equal or from a power law.

    Molloy & Reed 1995, Random Struct. Algorithms 6:161; Newman, Strogatz & Watts 2001, Phys. Rev.
    E 64:026118. Ties to oneself and repeated ties are dropped. Power-law degrees are cut at
    sqrt(n), below which they leave the graph uncorrelated (Catanzaro et al. 2005, Phys. Rev. E
    71:027103).
    """
    n = _size(region_first)
    if shape.sequence == 0:
        least, most = int(shape.degree), int(shape.degree)
        if least != shape.degree or least >= n or least * n % 2:
            _fail("degree", shape.degree, n, f"whole, below {n}, and even times {n}, if regular")
    else:
        least, most = int(shape.minimum), math.isqrt(n)
        if least > most:
            _fail("minimum", least, n, f"at most {most}, the root of their number")
    numbers = generators.cumulated(
        [k**-shape.exponent for k in range(max(1, least), max(1, most) + 1)]
    )
    ends = least * n + generators.picks(seed, n, numbers, generators.STUBS)
    owner = np.empty(ends, np.int32)
    generators.stubs(seed, n, least, numbers, owner)
    source, target = _arrays(ends // 2)
    at = generators.matched(seed, owner, source, target)
    return _textbook(n, source[:at], target[:at], shape)


def _side(region_first: NDArray[np.int64], shape: GraphShape) -> int:
    n, side = _size(region_first), int(shape.neighbours)
    if 2 * side >= n:
        _fail("neighbours", side, n, f"at most {(n - 1) // 2} to a side")
    return side


def ring(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie each citizen to her neighbours on a ring; nothing is random."""
    n = _size(region_first)
    steps = np.arange(1, _side(region_first, shape) + 1)
    source = np.repeat(np.arange(n), steps.size)
    return _textbook(n, source, (source + np.tile(steps, n)) % n, shape)


def lattice(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Tie each cell of a torus to the four or eight around it; nothing is random.

    The rectangle is as close to a square as n allows, numbered row by row. Where it is one or two
    cells wide, some ties coincide and a citizen has fewer.
    """
    n = _size(region_first)
    high = max(k for k in range(1, math.isqrt(n) + 1) if n % k == 0)
    if high == 1 and n > 3:
        raise ValueError(f"graph: {n} citizens cannot form a lattice, as {n} is prime; {n + 1} can")
    wide = n // high
    row, column = np.divmod(np.arange(n), wide)
    steps = [(0, 1), (1, 0)] + ([(1, 1), (1, -1)] if shape.neighbourhood == 1 else [])
    target = [(row + down) % high * wide + (column + right) % wide for down, right in steps]
    source, ends = np.tile(np.arange(n), len(steps)), np.concatenate(target)
    return _textbook(n, source[source != ends], ends[source != ends], shape)


def none(seed: int, region_first: NDArray[np.int64], shape: GraphShape) -> Graph:
    """Leave every citizen alone."""
    return _textbook(_size(region_first), *_arrays(0), shape)


GRAPHS: dict[str, Callable[[int, NDArray[np.int64], GraphShape], Graph]] = {
    "social": social,
    "erdos_renyi": erdos_renyi,
    "watts_strogatz": watts_strogatz,
    "barabasi_albert": barabasi_albert,
    "configuration": configuration,
    "ring": ring,
    "lattice": lattice,
    "none": none,
}
