"""What the views read of a simulation; they look into it nowhere else, and change nothing."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import interpreted
from samizdat.core.layout import DETAINED, FOREIGN, ONLINE, POSTURES, SIGNALS, STREET, Ties
from samizdat.core.mechanisms import reach
from samizdat.run.measures import MEASURES
from samizdat.run.simulation import Simulation
from samizdat.society.snowball import snowball


class Sample(NamedTuple):
    """Some citizens and the ties among them."""

    ids: NDArray[np.int64]  # (n,)
    one: NDArray[np.int64]  # (ties,): places in ``ids``
    other: NDArray[np.int64]  # (ties,)
    close: NDArray[np.bool_]  # (ties,)


def sampled(ties: Ties, k: int, seed: int, around: int | None = None) -> Sample:
    """Return a snowball sample of up to k citizens, the first of them ``around`` where given."""
    everybody = range(ties.close.size)
    if around is None:
        ids = snowball(ties, everybody, k, seed)
    else:
        ids = snowball(ties, range(around, around + 1), k, seed)
    begin, end = ties.start[ids], ties.start[ids + 1]
    one = np.repeat(np.arange(len(ids)), end - begin)
    at = np.arange(len(one)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin)
    close = at < ties.close[ids][one]
    order = np.argsort(ids)
    heard = ties.neighbour[begin[one] + at]
    place = np.minimum(np.searchsorted(ids[order], heard), len(ids) - 1)
    other = order[place]
    kept = (ids[other] == heard) & (one < other)
    return Sample(ids, one[kept], other[kept], close[kept])


class Seen(NamedTuple):
    """The citizens of a sample as they are now."""

    posture: NDArray[np.uint8]  # (n,)
    online: NDArray[np.bool_]  # (n,)
    carried: NDArray[np.bool_]  # (ties,): a voice was heard along it today
    street: NDArray[np.bool_]  # (ties,): of one who was in the street


def seen(simulation: Simulation, sample: Sample) -> Seen:
    """Return how the citizens of a sample are, and along which ties a voice was heard today.

    What is heard today was said yesterday: see `core.mechanisms.reach`.
    """
    state = simulation.state
    posture = state["posture"][sample.ids]
    voice = state["last_voice"][sample.ids].astype(np.int64)
    ears = state["ears"][sample.ids].astype(np.int64)
    in_person: Any = interpreted(reach.hears_kin)  # the rules of one serve for many
    online: Any = interpreted(reach.hears_online)
    carried, street = np.zeros((2, len(sample.one)), bool)
    for hears, speaks in ((sample.one, sample.other), (sample.other, sample.one)):
        said, heard = voice[speaks], ears[hears]
        reached = np.where(sample.close, in_person(said, heard), online(said, heard))
        reached &= posture[hears] != DETAINED
        carried |= reached
        street |= reached & (said & STREET != 0)
    return Seen(posture, state["access"][sample.ids] & ONLINE != 0, carried, street)


def counts_of(posture: NDArray[np.uint8]) -> dict[str, int]:
    """Count postures, by name."""
    return dict(zip(POSTURES, np.bincount(posture, minlength=len(POSTURES)).tolist(), strict=True))


def region_measures(simulation: Simulation, name: str) -> NDArray[np.float64]:
    """Return a measure of the last step in each region (R,), see `measures.MEASURES`."""
    last = simulation.history.last
    return np.asarray(MEASURES[name](last, simulation.sizes), np.float64)


def signals_of(simulation: Simulation) -> NDArray[np.void]:
    """Return what the last step brought to each region (R,); nothing before there is one."""
    if simulation.step_number == 0:
        return np.zeros(len(simulation.sizes), SIGNALS)
    return simulation.signals


def barred(simulation: Simulation, signals: NDArray[np.void]) -> list[list[str]]:
    """Name, for each region, the platforms that the state keeps from it today."""
    if simulation.step_number == 0:
        return [[] for _ in signals]
    k, platforms = simulation.step_number - 1, simulation.scenario.spec.platforms
    named = [(1 << p, platform.name) for p, platform in enumerate(platforms)]
    named.append((FOREIGN, "foreign press"))
    bits = simulation.environment.platforms_barred(k, signals)
    return [[name for bit, name in named if each & bit] for each in bits.tolist()]


def history(simulation: Simulation, names: tuple[str, ...]) -> dict[str, NDArray[np.float64]]:
    """Return columns of `Simulation.nation`, all steps done (T,), as floats."""
    return {
        name: each.astype(np.float64) for name, each in simulation.history.columns(names).items()
    }
