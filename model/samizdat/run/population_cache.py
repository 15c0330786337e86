"""Cached populations: in memory for the next run of this process, on disk for other processes.

What is cached is a pure function of its key, so results do not depend on the cache. The arrays are
shared by runs and must not be changed.
"""

import functools
import hashlib
import platform
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import scipy

from samizdat.core.jit import source_digest
from samizdat.core.layout import Ties, Traits
from samizdat.run.arguments import available_cores
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.society.graph import Graph
from samizdat.society.graph_shape import mean_degree
from samizdat.society.graphs import GRAPHS, social
from samizdat.society.population import draw_traits
from samizdat.system import memory
from samizdat.system.array_store import (
    Arrays,
    Store,
    StoreError,
    default_folder,
    key_of,
    size_limit,
)

ON_DISK_FROM = 200_000  # citizens; drawing fewer is faster than reading them
IN_MEMORY = 512_000_000  # bytes of all cached items; the two newest stay whatever their size
_SLOW = 1.0  # seconds; longer drawing is reported

SOCIETY = Path(__file__).parents[1] / "society"  # with core, the source that decides a population
Notify = Callable[[str], None]


class CacheWarning(UserWarning):
    """Something could not be cached, or was damaged; the run continues without it."""


class _ProcessCache:
    """The most recently used items that fit into `IN_MEMORY`; the two newest always stay."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: OrderedDict[Hashable, tuple[Graph | Traits, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """Return the cached item, or None."""
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key][0]

    def put(self, key: Hashable, item: Graph | Traits, size: int) -> None:
        """Cache an item of this many bytes."""
        with self._lock:
            self._items[key] = item, size
            while len(self._items) > 2 and self._bytes() > IN_MEMORY:
                self._items.popitem(last=False)

    def make_room(self, size: int, wanted: tuple[Hashable, ...]) -> None:
        """Drop the oldest items until this many more bytes fit; those in ``wanted`` stay."""
        with self._lock:
            for key in [key for key in self._items if key not in wanted]:
                if self._bytes() + size > IN_MEMORY:
                    del self._items[key]

    def clear(self) -> None:
        """Drop all items."""
        with self._lock:
            self._items.clear()

    def _bytes(self) -> int:
        return sum(size for _, size in self._items.values())


IN_PROCESS = _ProcessCache()


T = TypeVar("T", Graph, Traits)


class _Recipe(NamedTuple, Generic[T]):
    """How one kind of item is drawn, and stored as arrays and facts."""

    what: str
    seconds: float  # estimate of the time to draw it
    key: Hashable  # what determines it, within this process
    parts: Callable[[], dict[str, object]]  # the same for all processes, as JSON
    draw: Callable[[], T]
    arrays: Callable[[T], Arrays]
    facts: Callable[[T], Mapping[str, Any]]  # expensive to compute, so stored too; JSON
    assemble: Callable[[Arrays, Any], T]  # from arrays and facts


def graph_of(
    scenario: Scenario, seed: int, threads: int | None = None, notify: Notify | None = None
) -> Graph:
    """Return the scenario's own graph: cached in memory or on disk, or drawn now.

    Parameters
    ----------
    threads
        By default one for each core that this process may use.
    notify
        Called with a line about what takes long and what could not be cached; by default the
        latter is a warning.

    Raises
    ------
    ScenarioError
        If the generator cannot make such a graph, or the limit of the cache is not a number.
    """
    threads = threads or available_cores()
    return _cached(_ties(scenario, seed, threads), scenario.citizens, threads, notify)


def traits_of(
    scenario: Scenario, seed: int, threads: int | None = None, notify: Notify | None = None
) -> Traits:
    """Return the traits as drawn: cached in memory or on disk, or drawn now. See `graph_of`."""
    threads = threads or available_cores()
    return _cached(_traits(scenario, seed, threads), scenario.citizens, threads, notify)


def check_memory(
    scenario: Scenario, seed: int, threads: int | None = None, graph: Graph | None = None
) -> None:
    """Check that the memory of a run is available, before any is allocated.

    Raises
    ------
    ScenarioError
        It says what is needed, what is available, and how many citizens would fit.
    """
    n, threads = scenario.citizens, threads or available_cores()
    degree = mean_degree(scenario.spec.graph, scenario.graph_shape)
    need = memory.needed(n, degree, threads)
    if need < 2 * memory.WORTH_ASKING:
        return
    keys = _ties(scenario, seed, threads).key, _traits(scenario, seed, threads).key
    IN_PROCESS.make_room(need, keys)
    ties = graph is None and IN_PROCESS.get(keys[0]) is None
    short = memory.shortage(n, degree, threads, ties=ties, traits=IN_PROCESS.get(keys[1]) is None)
    if short:
        raise ScenarioError(short)


def disk_cache(threads: int = 1) -> Store:
    """Return the user's populations on disk; checksums are computed on this many threads.

    Raises
    ------
    StoreError
        If there is no home folder.
    ValueError
        If the limit in the environment variable is not a size.
    """
    return Store(default_folder(), size_limit(), threads)


def _ties(scenario: Scenario, seed: int, threads: int) -> _Recipe[Graph]:
    name, shape, first = scenario.spec.graph, scenario.graph_shape, scenario.region_first
    generator = GRAPHS[name]

    def draw() -> Graph:
        try:
            if generator is social:
                return social(seed, first, shape, threads)
            return generator(seed, first, shape)
        except ValueError as error:
            raise ScenarioError(f"graph: {error}") from None

    return _Recipe(
        "ties",
        (1e-7 + 1e-7 * mean_degree(name, shape)) * scenario.citizens / threads,
        (generator, shape, first.tobytes(), seed),
        lambda: {"graph": name, "shape": shape, "regions": first.tolist(), "seed": seed},
        draw,
        lambda graph: graph.ties._asdict(),
        lambda graph: graph.facts(first),
        lambda arrays, facts: Graph(Ties(**arrays), facts),
    )


def _traits(scenario: Scenario, seed: int, threads: int) -> _Recipe[Traits]:
    spec, habits, first = scenario.spec, scenario.habits, scenario.region_first
    laws, abroad = spec.population, spec.foreign_press.audience
    audiences = [platform.audience for platform in spec.platforms]
    return _Recipe(
        "traits",
        4e-7 * scenario.citizens / threads,
        (laws, habits, tuple(audiences), abroad, first.tobytes(), seed),
        lambda: {
            "population": hashlib.sha256(laws.model_dump_json().encode()).hexdigest(),
            "habits": habits,
            "audiences": [*audiences, abroad],
            "regions": first.tolist(),
            "seed": seed,
        },
        lambda: draw_traits(seed, first, laws, habits, audiences, abroad, threads),
        lambda traits: traits._asdict(),
        lambda _: {},
        lambda arrays, _: Traits(**arrays),
    )


def _cached(recipe: _Recipe[T], citizens: int, threads: int, notify: Notify | None) -> T:
    """Look for an item in memory, then on disk; else draw it and cache it."""
    item: T | None = IN_PROCESS.get(recipe.key)
    if item is not None:
        return item
    whose = f"{recipe.what} of {citizens:,} citizens"
    disk = _disk(threads, notify) if citizens >= ON_DISK_FROM else None
    if disk is not None:
        key = key_of([recipe.what, recipe.parts(), _sources()])
        item = _read(disk, key, recipe, whose, notify)
    if item is None:
        if notify and recipe.seconds >= _SLOW:
            notify(f"drawing the {whose}; about {recipe.seconds:.0f} s")
        item = recipe.draw()
        if disk is not None:
            item = _write(disk, key, recipe, item, whose, notify)
    IN_PROCESS.put(recipe.key, item, sum(array.nbytes for array in recipe.arrays(item).values()))
    return item


def _disk(threads: int, notify: Notify | None) -> Store | None:
    """Return the cache on disk, or None if there is none."""
    try:
        disk = disk_cache(threads)
    except StoreError as error:
        _warn(notify, f"nothing is cached: {error}")
        return None
    except ValueError as error:
        raise ScenarioError(str(error)) from None
    return disk if disk.limit else None


def _read(disk: Store, key: str, recipe: _Recipe[T], whose: str, notify: Notify | None) -> T | None:
    """Return the item on disk, or None; a damaged one is removed."""
    try:
        found = disk.load(key)
    except StoreError as error:
        _warn(notify, f"cached {whose}: {error}")
        return None
    if found is None:
        return None
    if notify:
        notify(f"{whose}: read from the cache")
    return recipe.assemble(*found)


def _write(
    disk: Store, key: str, recipe: _Recipe[T], item: T, whose: str, notify: Notify | None
) -> T:
    """Store an item on disk if possible; return it together with its facts."""
    arrays, facts = recipe.arrays(item), recipe.facts(item)
    try:
        disk.save(key, whose, arrays, facts)
    except StoreError as error:
        _warn(notify, f"the {whose} are not cached: {error}")
    return recipe.assemble(arrays, facts)


def _warn(notify: Notify | None, text: str) -> None:
    if notify:
        notify(text)
    else:
        warnings.warn(text, CacheWarning, stacklevel=5)


@functools.cache
def _sources() -> list[str]:
    """Return what else can change a population: the source, and the versions of libraries."""
    digest = hashlib.sha256(source_digest().encode())
    for file in sorted(SOCIETY.rglob("*.py")):
        digest.update(file.read_bytes())
    return [digest.hexdigest(), np.__version__, scipy.__version__, platform.machine()]
