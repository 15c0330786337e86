"""What the state observes, remembers and has ordered, and when a trigger is met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import Quantity, end_of_step

Floats = NDArray[np.float64]

# Without an off value: rules are older than their switch, so 1 is what was before it.
RULE = Quantity("0: orders nothing by rule, and withdraws what it so ordered", 0, 1, whole=True)
WINDOW = Quantity("days among which those at the trigger count; 0: in a row", 0, 365, "day", off=0)


class Observation(NamedTuple):
    """What the state observes of the last step and knows of the country; every array is (R,)."""

    visible_posts: Floats  # posts weighted by how readable their platforms are
    online: NDArray[np.int64]  # citizens online
    mobilised: NDArray[np.int64]
    population: NDArray[np.int64]


class Order(NamedTuple):
    """An order of the state: a lever in force in one region, for a span of days.

    It is in force from day ``begins`` until just before day ``ends``, in days from the start.
    """

    lever: str
    region: int
    begins: float
    ends: float
    platforms: int = 0  # bits of the platforms that it takes away
    cover_story: bool = False  # whether it is presented as a technical problem
    strength: float = 1.0  # in [0, 1]
    dated: bool = False  # whether it comes from the timeline
    title: str = ""  # title of its entry of the timeline
    entry: str = ""  # id of that entry; empty for orders by rule

    def touches(self, day: float, step_days: float) -> bool:
        """Whether it is in force at some time of the step that begins on ``day``."""
        return self.begins < end_of_step(day, step_days) and day < self.ends


@dataclass
class RegimeState:
    """What the state remembers from day to day.

    Attributes
    ----------
    orders
        Orders given by rule that have not ended.
    days_at_trigger
        From a lever to the days in a row on which its trigger was met, (R,) or one for the nation.
    recent
        From a lever with a window to the days in it on which its trigger was met, by region.
    conceded
        From the id of an event to the day on which the state conceded it.
    threat
        The threat that the state feels, in [0, 1].
    reached
        From a height of the threat, that of a rung, to the day on which it was first there.
    """

    orders: list[Order] = field(default_factory=list)
    days_at_trigger: dict[str, list[float]] = field(default_factory=dict)
    conceded: dict[str, float] = field(default_factory=dict)
    recent: dict[str, list[list[float]]] = field(default_factory=dict)
    threat: float = 0.0
    reached: dict[float, float] = field(default_factory=dict)

    def expire(self, day: float) -> None:
        """Remove the orders that ended by ``day``."""
        self.orders = [order for order in self.orders if order.ends > day]

    def to_table(self) -> dict[str, Any]:
        """Return this state in JSON's types, for `from_table`."""
        return {
            "orders": [list(order) for order in self.orders],
            "days_at_trigger": {lever: list(days) for lever, days in self.days_at_trigger.items()},
            "conceded": dict(self.conceded),
            "recent": {lever: [list(days) for days in all_] for lever, all_ in self.recent.items()},
            "threat": self.threat,
            "reached": [list(pair) for pair in self.reached.items()],
        }

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "RegimeState":
        """Read what `to_table` returned."""
        orders = [Order(*row) for row in table["orders"]]
        days, conceded, recent = (
            dict(table[name]) for name in ("days_at_trigger", "conceded", "recent")
        )
        reached = {float(height): float(day) for height, day in table["reached"]}
        return cls(orders, days, conceded, recent, float(table["threat"]), reached)


class RegimeInput(NamedTuple):
    """What the state knows at the start of a step."""

    day: float  # from the start
    step_days: float
    values: Mapping[str, Floats]  # the levers' parameters, each (R,)
    seen: Observation
    alert: float  # from revolutions abroad, 0: none
    triggers: bool  # whether the regime responds by rule
    dated_orders: Sequence[Order]  # orders of the timeline in force today
    blockable: int  # platforms that blocking lists, as bits
    banned: int  # platforms that the ban lists, as bits
    events: Sequence[str]  # running today
    dated_events: Sequence[tuple[str, str]]  # lever and event of the actions in force today
    draws: Floats  # (R,) one random number in (0, 1) per region: whether the police respond
    always_blocked: int = 0  # platforms of the standing block, as bits
    warning: float = 0.0  # alert * strength of revolutions abroad, summed
    heights: Sequence[float] = ()  # of the threat, at which laws follow


def mobilised_share(inputs: RegimeInput) -> Floats:
    """Return the share of each region that was in the street in the last step (R,), in [0, 1]."""
    return inputs.seen.mobilised / inputs.seen.population


def at_trigger(measure: Floats, trigger: Floats, inputs: RegimeInput) -> NDArray[np.bool_]:
    """Whether a measure (R,) has reached its trigger (R,).

    ``trigger > 0`` and ``measure * (1 + alert) >= trigger``: a state on alert acts earlier, and a
    trigger of 0 is never reached.
    """
    return (trigger > 0) & (measure * (1.0 + inputs.alert) >= trigger)


def patience_is_over(
    lever: str,
    met: NDArray[np.bool_],
    patience: Floats,
    window: Floats,
    inputs: RegimeInput,
    state: RegimeState,
) -> NDArray[np.bool_]:
    """Whether a trigger is met today, and has been for ``patience`` days in a row (R,).

    With a ``window`` of days above 0 they need not be in a row: ``patience`` of the last ``window``
    days suffice, since rallies of one day never last. A window shorter than the patience counts as
    long as it. Call it once per step, with whether the trigger is ``met`` today (R,): it counts.
    """
    before = np.array(state.days_at_trigger.get(lever, [0.0] * len(met)))
    days = np.where(met, before + inputs.step_days, 0.0)
    state.days_at_trigger[lever] = days.tolist()
    if window.any():
        within = _days_within(lever, met, patience, window, inputs, state)
        days = np.where(window > 0.0, within, days)
    else:
        state.recent.pop(lever, None)
    return met & (days >= patience)


def _days_within(
    lever: str,
    met: NDArray[np.bool_],
    patience: Floats,
    window: Floats,
    inputs: RegimeInput,
    state: RegimeState,
) -> Floats:
    """Return the days of the window on which the trigger was met, today's among them (R,)."""
    span = np.maximum(np.maximum(window, patience), inputs.step_days)  # today is within any window
    first = inputs.day + inputs.step_days - span - 1e-9  # for sums of steps
    before = state.recent.get(lever, [[] for _ in met])
    state.recent[lever] = [
        [day for day in (*days, *([inputs.day] if now else [])) if day >= begin]
        for days, now, begin in zip(before, met.tolist(), first.tolist(), strict=True)
    ]
    return np.array([len(days) for days in state.recent[lever]]) * inputs.step_days


def give_order(
    state: RegimeState,
    inputs: RegimeInput,
    lever: str,
    region: int,
    delay: float,
    duration: float,
    platforms: int = 0,
    cover_story: bool = False,
    strength: float = 1.0,
) -> None:
    """Give an order, or extend the one it overlaps or follows; delay and duration in days."""
    new = Order(lever, region, inputs.day + delay, inputs.day + delay + duration,
                platforms, cover_story, strength)  # fmt: skip
    for k, old in enumerate(state.orders):
        same = old[:2] == new[:2] and old.platforms == platforms and not old.dated
        if same and old.begins <= new.begins <= old.ends:
            state.orders[k] = new._replace(begins=old.begins, ends=max(old.ends, new.ends))
            return
    state.orders.append(new)


def acts_by_rule(lever: str, inputs: RegimeInput, state: RegimeState) -> NDArray[np.bool_]:
    """Return where a lever orders by rule (R,): where it and its rule are switched on.

    What it ordered by rule where its rule is switched off is withdrawn, also what has not begun.
    """
    acts = inputs.values[f"{lever}.rule_on"] == 1
    if state.orders and not acts.all():
        state.orders = [o for o in state.orders if o.lever != lever or acts[o.region]]
    return np.asarray(acts & (inputs.values[f"{lever}.on"] == 1))


def orders_in_force(lever: str, inputs: RegimeInput, state: RegimeState) -> list[Order]:
    """Return the lever's orders in force during the step, by rule or dated.

    Where its switch, if it has one, is off, none is in force.
    """
    if not state.orders and not inputs.dated_orders:
        return []
    on = inputs.values.get(f"{lever}.on")
    return [
        order
        for order in (*state.orders, *inputs.dated_orders)
        if order.lever == lever
        and order.touches(inputs.day, inputs.step_days)
        and (on is None or on[order.region])
    ]
