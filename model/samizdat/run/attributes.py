"""Attributes of citizens that are stored in arrays, and how each is read."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.jit import interpreted
from samizdat.core.mechanisms.decision import opposition
from samizdat.run.simulation import Simulation

RowIndex = int | slice | NDArray[np.int64]
Read = Callable[[Simulation, RowIndex], Any]
Words = Callable[[Simulation], Sequence[str]]


class Stored(Protocol):
    """A citizen whose attributes are read: a row of the arrays of a simulation."""

    simulation: Simulation
    unique_id: int


class Attribute:
    """An attribute of citizens that is stored in arrays: read for one citizen, or for many."""

    def __init__(self, read: Read, words: Words | None = None) -> None:
        self.read, self.words = read, words

    def __get__(self, citizen: "Stored | None", owner: type) -> Any:
        """Return the value of one citizen; on the class, the attribute itself."""
        if citizen is None:
            return self
        value = self.read(citizen.simulation, citizen.unique_id)
        return value.item() if self.words is None else self.words(citizen.simulation)[int(value)]

    def of(self, simulation: Simulation, rows: RowIndex) -> Any:
        """Return the values of many citizens: a read-only array; words as a Categorical."""
        values = self.read(simulation, rows)
        if self.words is not None:
            return pd.Categorical.from_codes(values, pd.Index(list(self.words(simulation))))
        values = values.view()
        values.flags.writeable = False
        return values


def state_of(name: str) -> Read:
    """Return how an array of the state is read."""
    return lambda simulation, rows: getattr(simulation._world.state, name)[rows]


def trait_of(name: str) -> Read:
    """Return how an array of the traits is read."""
    return lambda simulation, rows: getattr(simulation._world.traits, name)[rows]


def opposition_of(simulation: Simulation, rows: RowIndex) -> Any:
    """Return private opposition, by the rule that the kernel compiles."""
    state = simulation._world.state
    rule: Callable[..., Any] = interpreted(opposition)  # of whole arrays as of numbers
    return rule(state.grievance[rows].astype(np.float64), state.trust[rows].astype(np.float64))
