"""Levers as a user writes them: outside the package, with no more than they must have."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity
from samizdat.regime.lever import Lever, LeverParameters, Look, Stage
from samizdat.regime.levers import LEVERS
from samizdat.regime.orders import (
    RegimeInput,
    RegimeState,
    at_trigger,
    give_order,
    mobilised_share,
    orders_in_force,
)
from samizdat.scenario.registry import REGISTRY, RegistryEntry


def put_in_place(monkeypatch: Any, name: str, lever: Lever) -> None:
    """Let a test have one lever more, the last of LEVERS."""
    monkeypatch.setitem(LEVERS, name, lever)
    for parameter, (quantity, default) in lever.parameters.items():
        monkeypatch.setitem(REGISTRY, parameter, RegistryEntry(quantity, default, "regime"))


class MartialLaw:
    """Where violence is in force the law is suspended; rule: violence; no delay; scope: region."""

    stage = Stage.DAILY
    claim = "raises the resting fear where violence is in force"
    look = Look("Martial law")
    parameters: ClassVar[LeverParameters] = {
        "martial_law": (Quantity("resting fear under martial law", 0, 1, off=0), 0.0)
    }
    off: ClassVar[dict[str, float]] = {"martial_law": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Raise the chill where violence is in force."""
        least = np.where(signals["violence"] > 0, inputs.values["martial_law"], 0.0)
        signals["chill"] = np.maximum(signals["chill"], least)


class Curfew:
    """A curfew frightens; rule: the mobilised share of a region; no delay; scope: region."""

    stage = Stage.DAILY
    claim = "frightens the region in which it holds"
    look = Look("Curfew")
    parameters: ClassVar[LeverParameters] = {
        "curfew.trigger": (Quantity("mobilised share that triggers it; 0: never", 0, 1, off=0), 0.0)
    }
    off: ClassVar[dict[str, float]] = {"curfew.trigger": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order three days where triggered, and raise the chill where one is ordered."""
        if inputs.triggers:
            met = at_trigger(mobilised_share(inputs), inputs.values["curfew.trigger"], inputs)
            for r in np.flatnonzero(met):
                give_order(state, inputs, "curfew", int(r), delay=0.0, duration=3.0)
        for order in orders_in_force("curfew", inputs, state):
            signals["chill"][order.region] = 0.9


class DatedCurfew(Curfew):
    """A curfew that a timeline can date too."""

    dated = ("regions",)


class OneDay:
    """Writes into a column of the signals, on one day only."""

    claim = "writes into a column on one day"
    look = Look("One day")
    off: ClassVar[dict[str, float]] = {"one_day": 0.0}

    def __init__(self, column: str, day: float, stage: Stage = Stage.DAILY) -> None:
        self.column, self.day, self.stage = column, day, stage

    @property
    def parameters(self) -> LeverParameters:
        """Whether it acts."""
        return {"one_day": (Quantity("1: it acts", 0, 1, off=0, whole=True), 1.0)}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Add to the column on its day."""
        if inputs.day == self.day:
            signals[self.column] += 0.25
