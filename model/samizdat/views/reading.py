"""What the views read from a simulation: the only place where they do so; nothing is changed."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.jit import interpreted
from samizdat.core.layout import DETAINED, ONLINE, POSTURES, SIGNALS, STREET, Ties
from samizdat.core.mechanisms import reach
from samizdat.figures.rallies import ARRIVED, LANES
from samizdat.run.measures import MEASURES
from samizdat.run.simulation import Simulation
from samizdat.society.snowball import snowball


class SnowballSample(NamedTuple):
    """A snowball sample of citizens and the ties among them."""

    ids: NDArray[np.int64]  # (n,) numbers of the citizens
    one: NDArray[np.int64]  # (ties,): places in ``ids``
    other: NDArray[np.int64]  # (ties,)
    close: NDArray[np.bool_]  # (ties,)


def snowball_sample(ties: Ties, k: int, seed: int, around: int | None = None) -> SnowballSample:
    """Return a snowball sample of up to k citizens, the first of them ``around`` where given."""
    everybody = range(ties.close.size)
    if around is None:
        ids = snowball(ties, everybody, k, seed)
    else:
        ids = snowball(ties, range(around, around + 1), k, seed)
    return ties_among(ties, ids)


def ties_among(ties: Ties, ids: NDArray[np.int64]) -> SnowballSample:
    """Return citizens with the ties among them."""
    begin, end = ties.start[ids], ties.start[ids + 1]
    one = np.repeat(np.arange(len(ids)), end - begin)
    at = np.arange(len(one)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin)
    close = at < ties.close[ids][one]
    order = np.argsort(ids)
    heard = ties.neighbour[begin[one] + at]
    place = np.minimum(np.searchsorted(ids[order], heard), len(ids) - 1)
    other = order[place]
    both = (ids[other] == heard) & (one < other)
    return SnowballSample(ids, one[both], other[both], close[both])


class SampleState(NamedTuple):
    """The citizens of a sample after the last step."""

    posture: NDArray[np.uint8]  # (n,)
    online: NDArray[np.bool_]  # (n,)
    carried: NDArray[np.bool_]  # (ties,): a voice was heard along the tie today
    street: NDArray[np.bool_]  # (ties,): that of a citizen in the street


def sample_state(simulation: Simulation, sample: SnowballSample) -> SampleState:
    """Return the state of a sample, and the ties along which a voice was heard today.

    A voice is heard on the day after it was raised: see `core.mechanisms.reach`.
    """
    state = simulation.state
    posture = state["posture"][sample.ids]
    voice = state["last_voice"][sample.ids].astype(np.int64)
    ears = state["ears"][sample.ids].astype(np.int64)
    in_person: Any = interpreted(reach.hears_kin)  # the scalar rules work on arrays too
    online: Any = interpreted(reach.hears_online)
    carried, street = np.zeros((2, len(sample.one)), bool)
    for hears, speaks in ((sample.one, sample.other), (sample.other, sample.one)):
        voices, listeners = voice[speaks], ears[hears]
        reached = np.where(sample.close, in_person(voices, listeners), online(voices, listeners))
        reached &= posture[hears] != DETAINED
        carried |= reached
        street |= reached & (voices & STREET != 0)
    return SampleState(posture, state["access"][sample.ids] & ONLINE != 0, carried, street)


def counts_of(posture: NDArray[np.uint8]) -> dict[str, int]:
    """Count postures, by name."""
    return dict(zip(POSTURES, np.bincount(posture, minlength=len(POSTURES)).tolist(), strict=True))


def region_measures(simulation: Simulation, name: str) -> NDArray[np.float64]:
    """Return a measure of the last step in each region (R,), see `measures.MEASURES`."""
    last = simulation.history.last
    return np.asarray(MEASURES[name](last, simulation.sizes), np.float64)


def signals_of(simulation: Simulation) -> NDArray[np.void]:
    """Return the signals of the last step in each region (R,); zeros before the first."""
    if simulation.step_number == 0:
        return np.zeros(len(simulation.sizes), SIGNALS)
    return simulation.signals


def barred_platforms(simulation: Simulation, signals: NDArray[np.void]) -> list[list[str]]:
    """Return the names of the platforms barred today, for each region (R lists)."""
    if simulation.step_number == 0:
        return [[] for _ in signals]
    bits = simulation.environment.platforms_barred(simulation.step_number - 1, signals)
    return [[*simulation.scenario.platform_names(each)] for each in bits.tolist()]


def history_columns(
    simulation: Simulation, names: tuple[str, ...]
) -> dict[str, NDArray[np.float64]]:
    """Return columns of `Simulation.nation` for all steps done, each (T,), as floats."""
    return {
        name: each.astype(np.float64) for name, each in simulation.history.columns(names).items()
    }


def rally_counts(simulation: Simulation) -> dict[str, NDArray[np.float64]]:
    """Return arrivals, and rallies called, held and prevented, of all steps done, each (T,)."""
    return history_columns(simulation, tuple(lane.column for lane in (ARRIVED, *LANES)))


def rallies_on(simulation: Simulation, signals: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return where a rally is on today (R,); nowhere if the street is open on any day."""
    by_appointment = simulation.environment.parameters.rally.on > 0.0
    return np.asarray((signals["rally"] > 0) & by_appointment)
