"""Populations kept: in memory for the next run of this process, on disk for the next process.

What is kept is a pure function of its key, so that no run can tell. Nobody may write to the
arrays: runs share them.
"""

import functools
import hashlib
import os
import platform
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy

from samizdat.core.jit import source_digest
from samizdat.core.layout import Ties, Traits
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.society.graph_shape import mean_degree
from samizdat.society.graphs import GRAPHS, Graph, social
from samizdat.society.population import settle_citizens
from samizdat.system import memory
from samizdat.system.array_store import Store, StoreError, default_folder, key_of, limit_asked

ON_DISK_FROM = 200_000  # citizens; fewer are drawn sooner than they are read
IN_MEMORY = 512_000_000  # bytes kept of all populations, but for the two newest things
_SLOW = 1.0  # seconds of which one is told

SOCIETY = Path(__file__).parents[1] / "society"  # its source decides a population, with core's
Say = Callable[[str], None]


class CacheWarning(UserWarning):
    """Something could not be kept, or was damaged; the run goes on without."""


class _Kept:
    """What was used last and fits into memory; the two newest stay whatever they take."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._things: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """Return what is kept, or None."""
        with self._lock:
            if key not in self._things:
                return None
            self._things.move_to_end(key)
            return self._things[key][0]

    def put(self, key: Hashable, thing: Any, size: int) -> None:
        """Keep a thing of so many bytes."""
        with self._lock:
            self._things[key] = thing, size
            while len(self._things) > 2 and self._bytes() > IN_MEMORY:
                self._things.popitem(last=False)

    def make_room(self, size: int, wanted: tuple[Hashable, ...]) -> None:
        """Let go of all but what is wanted, the oldest first, where so many bytes are to come."""
        with self._lock:
            for key in [key for key in self._things if key not in wanted]:
                if self._bytes() + size > IN_MEMORY:
                    del self._things[key]

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._things.clear()

    def _bytes(self) -> int:
        return sum(size for _, size in self._things.values())


KEPT = _Kept()


class _Recipe(NamedTuple):
    """How one kind of thing is drawn, and kept as arrays and facts."""

    what: str
    seconds: float  # about, to draw it
    key: Hashable  # what determines it, within this process
    parts: Callable[[], dict[str, Any]]  # the same for any process, as JSON
    draw: Callable[[], Any]
    arrays: Callable[[Any], dict[str, Any]]
    facts: Callable[[Any], dict[str, Any]]  # worth keeping
    together: Callable[[dict[str, Any], dict[str, Any]], Any]


def graph_of(
    scenario: Scenario, seed: int, threads: int | None = None, say: Say | None = None
) -> Graph:
    """Return the scenario's own graph: kept in memory, or on disk, or drawn now.

    Parameters
    ----------
    threads
        By default one for each core that this process may use.
    say
        Told in a line what takes long, and what could not be kept; by default only the latter, as
        a warning.

    Raises
    ------
    ScenarioError
        If the generator cannot make such a graph, or the limit of the cache is no number.
    """
    threads = threads or _cores()
    graph: Graph = _kept(_ties(scenario, seed, threads), scenario.citizens, threads, say)
    return graph


def traits_of(
    scenario: Scenario, seed: int, threads: int | None = None, say: Say | None = None
) -> Traits:
    """Return the traits as drawn: kept in memory, or on disk, or drawn now. See `graph_of`."""
    threads = threads or _cores()
    traits: Traits = _kept(_traits(scenario, seed, threads), scenario.citizens, threads, say)
    return traits


def check_memory(
    scenario: Scenario, seed: int, threads: int | None = None, graph: Graph | None = None
) -> None:
    """Check that a run will find the memory that it takes, before any is taken.

    Raises
    ------
    ScenarioError
        Saying what is needed, what is available, and how many citizens would fit.
    """
    n, threads = scenario.citizens, threads or _cores()
    degree = mean_degree(scenario.spec.graph, scenario.graph_shape)
    need = memory.needed(n, degree, threads)
    if need < 2 * memory.WORTH_ASKING:
        return
    keys = _ties(scenario, seed, threads).key, _traits(scenario, seed, threads).key
    KEPT.make_room(need, keys)
    ties = graph is None and KEPT.get(keys[0]) is None
    short = memory.shortage(n, degree, threads, ties=ties, traits=KEPT.get(keys[1]) is None)
    if short:
        raise ScenarioError(short)


def store(threads: int = 1) -> Store:
    """Return the user's store of populations, whose checksums are computed on so many threads.

    Raises
    ------
    StoreError
        If there is no home folder.
    ValueError
        If the limit in the environment is no size.
    """
    return Store(default_folder(), limit_asked(), threads)


def _ties(scenario: Scenario, seed: int, threads: int) -> _Recipe:
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


def _traits(scenario: Scenario, seed: int, threads: int) -> _Recipe:
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
        lambda: settle_citizens(seed, first, laws, habits, audiences, abroad, threads),
        lambda traits: traits._asdict(),
        lambda _: {},
        lambda arrays, _: Traits(**arrays),
    )


def _kept(recipe: _Recipe, citizens: int, threads: int, say: Say | None) -> Any:
    """Look for a thing in memory, then on disk; else draw it and keep it."""
    thing = KEPT.get(recipe.key)
    if thing is not None:
        return thing
    whose = f"{recipe.what} of {citizens:,} citizens"
    disk = _disk(threads, say) if citizens >= ON_DISK_FROM else None
    if disk is not None:
        key = key_of([recipe.what, recipe.parts(), _sources()])
        thing = _read(disk, key, recipe, whose, say)
    if thing is None:
        if say and recipe.seconds >= _SLOW:
            say(f"drawing the {whose}; about {recipe.seconds:.0f} s")
        thing = recipe.draw()
        if disk is not None:
            thing = _write(disk, key, recipe, thing, whose, say)
    KEPT.put(recipe.key, thing, sum(array.nbytes for array in recipe.arrays(thing).values()))
    return thing


def _disk(threads: int, say: Say | None) -> Store | None:
    """Return the store, or None where there can be none."""
    try:
        disk = store(threads)
    except StoreError as error:
        _warn(say, f"nothing is cached: {error}")
        return None
    except ValueError as error:
        raise ScenarioError(str(error)) from None
    return disk if disk.limit else None


def _read(disk: Store, key: str, recipe: _Recipe, whose: str, say: Say | None) -> Any:
    """Return the thing that is on disk, or None; one that was damaged is gone."""
    try:
        found = disk.load(key)
    except StoreError as error:
        _warn(say, f"cached {whose}: {error}")
        return None
    if found is None:
        return None
    if say:
        say(f"{whose}: read from the cache")
    return recipe.together(*found)


def _write(disk: Store, key: str, recipe: _Recipe, thing: Any, whose: str, say: Say | None) -> Any:
    """Keep a thing on disk, if that can be; return it with what was found out about it."""
    arrays, facts = recipe.arrays(thing), recipe.facts(thing)
    try:
        disk.save(key, whose, arrays, facts)
    except StoreError as error:
        _warn(say, f"the {whose} are not cached: {error}")
    return recipe.together(arrays, facts)


def _warn(say: Say | None, text: str) -> None:
    if say:
        say(text)
    else:
        warnings.warn(text, CacheWarning, stacklevel=5)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


@functools.cache
def _sources() -> list[str]:
    """Return what can change a population besides its numbers: our text, and whose functions."""
    digest = hashlib.sha256(source_digest().encode())
    for file in sorted(SOCIETY.rglob("*.py")):
        digest.update(file.read_bytes())
    return [digest.hexdigest(), np.__version__, scipy.__version__, platform.machine()]
