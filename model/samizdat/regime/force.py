"""Levers of force: arrests beforehand and in the street, and violence."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity
from samizdat.regime.lever import GREEN, RED, LeverParameters, Look, Sign, Stage
from samizdat.regime.orders import (
    RULE,
    WINDOW,
    Floats,
    RegimeInput,
    RegimeState,
    acts_by_rule,
    at_trigger,
    give_order,
    mobilised_share,
    orders_in_force,
    patience_is_over,
)


class Preempt:
    """Arrests beforehand: the state detains a share of those who posted on the day before.

    Rule: none (a setting of the timeline changes it); delay: none; scope: region.
    Formula: the share that acts in a step is 1 - (1 - preempt)^step_days, preempt per day.
    Source: assumed.
    """

    stage = Stage.DAILY
    look = Look("Arrests beforehand", lane="pre-emptive arrests", colour=GREEN)
    claim = "detains a share of those seen to post the day before"
    parameters: ClassVar[LeverParameters] = {
        "preempt": (Quantity("share detained per day", 0, 1, "1/day", 0), 0.0)
    }
    off: ClassVar[dict[str, float]] = {"preempt": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Write the share that acts in a step."""
        signals["preempt"] = 1.0 - (1.0 - inputs.values["preempt"]) ** inputs.step_days


class Arrests:
    """Arrests in the street: the police respond by chance, and detain up to their capacity.

    Rule: on each day, citizens who mobilise; delay: none; scope: region. Formula: the police
    respond in a step with probability 1 - (1 - min(1, response * (1 + alert)))^step_days, and can
    then arrest capacity * N_r * step_days citizens, where N_r is the population of the region. The
    chance of each one in the street follows after the count: see `arrest_chances`.
    Source: response, Mass Mobilization data; capacity assumed.
    """

    stage = Stage.DAILY
    look = Look("Arrests", colour=GREEN)
    claim = "detains those who mobilise, up to a capacity"
    parameters: ClassVar[LeverParameters] = {
        "arrests.capacity": (
            Quantity("arrests per day and citizen of the region", 0, 1, "1/day", 0), 8e-5),
        "arrests.response": (
            Quantity("chance that protest is met by arrests on a day", 0, 1, "1/day", 0,
                     "26 % of Kazakh protests 2000-2020, Mass Mobilization data"), 0.26),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"arrests.capacity": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Write how many the police can arrest today, 0 where they do not respond."""
        v = inputs.values
        response = np.minimum(1.0, v["arrests.response"] * (1.0 + inputs.alert * inputs.triggers))
        responds = inputs.draws < 1.0 - (1.0 - response) ** inputs.step_days
        arrests = v["arrests.capacity"] * inputs.seen.population * inputs.step_days
        signals["arrests"] = np.where(responds, arrests, 0.0)


def arrest_chances(arrests: Floats, mobilised: NDArray[np.int64]) -> Floats:
    """Return the chance of arrest of each citizen in the street (R,), in [0, 1].

    q_r = min(1, arrests_r / max(1, mobilised_r)), from how many the police can arrest in a step
    (R,) and how many are in the street (R,). So there is safety in numbers.
    """
    return np.asarray(np.minimum(1.0, arrests / np.maximum(1, mobilised)))


class Violence:
    """Violence: the state shoots at the people in the street.

    Rule: dated, or when the mobilised share of a region has been at `trigger` for `patience_days`
    in a row, or in the last `window_days`; delay: none after that; scope: region. Formula:
    violence_r = the largest strength, in [0, 1], of the orders in force, for `duration` days after
    the last day on which that was so. Source: assumed.
    """

    stage = Stage.DAILY
    dated = ("regions", "strength")
    look = Look(
        "Violence in the street", title="Violence by rule", phrase="violence", lane="violence",
        colour=RED, signal="violence", sign=Sign("✖", "violence", "#A00000"),
        button="violence, one day", one_day=True,
    )  # fmt: skip
    claim = "terrifies at first, aggrieves later"
    parameters: ClassVar[LeverParameters] = {
        "violence.on": (Quantity("0: never", 0, 1, off=0, whole=True), 1.0),
        "violence.trigger": (
            Quantity("mobilised share of a region that triggers it; 0: never", 0, 1, off=0), 0.0),
        "violence.patience_days": (
            Quantity("days at the trigger before it comes", 1, 365, "day"), 3.0),
        "violence.window_days": (WINDOW, 14.0),
        "violence.duration": (Quantity("days that it lasts", 1, 365, "day"), 2.0),
        "violence.strength": (Quantity("strength of triggered violence", 0, 1, off=0), 1.0),
        "violence.rule_on": (RULE, 1.0),
    }  # fmt: skip
    off: ClassVar[dict[str, float]] = {"violence.on": 0.0}

    def act(self, inputs: RegimeInput, state: RegimeState, signals: NDArray[np.void]) -> None:
        """Order violence where triggered, then apply the orders in force."""
        v = inputs.values
        if inputs.triggers:
            met = at_trigger(mobilised_share(inputs), v["violence.trigger"], inputs)
            met &= acts_by_rule("violence", inputs, state)
            for r in np.flatnonzero(
                patience_is_over("violence", met, v["violence.patience_days"],
                                 v["violence.window_days"], inputs, state)
            ):  # fmt: skip
                give_order(state, inputs, "violence", int(r), 0.0, float(v["violence.duration"][r]),
                       strength=float(v["violence.strength"][r]))  # fmt: skip
        for order in orders_in_force("violence", inputs, state):
            worst = max(float(signals["violence"][order.region]), order.strength)
            signals["violence"][order.region] = worst
