"""What the state sees, remembers and has ordered; when a trigger is met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Observation(NamedTuple):
    """What the state sees of the last step, and knows of the land; every array is (R,)."""

    visible_posts: Floats  # posts weighted by how readable their platforms are
    online: NDArray[np.int64]  # citizens online
    mobilised: NDArray[np.int64]
    population: NDArray[np.int64]


class Order(NamedTuple):
    """A lever in force in a region from day ``begins`` to before day ``ends``."""

    lever: str
    region: int
    begins: float
    ends: float
    platforms: int = 0
    cover_story: bool = False
    strength: float = 1.0
    dated: bool = False
    title: str = ""  # of the dated act

    def touches(self, day: float, step_days: float) -> bool:
        """Whether it is in force at some time of the step that begins on ``day``."""
        return self.begins < day + step_days and day < self.ends


@dataclass
class RegimeState:
    """What the state remembers from day to day."""

    orders: list[Order] = field(default_factory=list)
    days_at_trigger: dict[str, list[float]] = field(
        default_factory=dict
    )  # lever -> (R,) days in a row
    conceded: dict[str, float] = field(default_factory=dict)  # event -> day

    def expire(self, day: float) -> None:
        """Forget the orders that ended by ``day``."""
        self.orders = [order for order in self.orders if order.ends > day]

    def to_table(self) -> dict[str, Any]:
        """Return the memory in JSON's types, for `from_table`."""
        return {
            "orders": [list(order) for order in self.orders],
            "hot_days": {lever: list(days) for lever, days in self.days_at_trigger.items()},
            "conceded": dict(self.conceded),
        }

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "RegimeState":
        """Read what `to_table` gave."""
        orders = [Order(*row) for row in table["orders"]]
        return cls(orders, dict(table["hot_days"]), dict(table["conceded"]))


class RegimeInput(NamedTuple):
    """The day as the state faces it."""

    day: float
    step_days: float
    values: Mapping[str, Floats]  # the levers' numbers, each (R,)
    seen: Observation
    alert: float  # from revolutions abroad
    triggers: bool  # whether the regime answers by rule
    dated_orders: Sequence[Order]  # dated orders that hold today
    blockable: int  # platforms that blocking lists
    banned: int  # platforms that the ban lists
    events: Sequence[str]  # running today
    conceding: Sequence[str]  # events conceded by a dated act that holds today
    draws: Floats  # (R,) one draw in (0, 1) a region: whether the police respond


def mobilised_share(inputs: RegimeInput) -> Floats:
    """Return the share of each region that was in the street in the last step (R,)."""
    return inputs.seen.mobilised / inputs.seen.population


def exceeds(measure: Floats, trigger: Floats, inputs: RegimeInput) -> NDArray[np.bool_]:
    """Whether a measure is at its trigger; an alert state answers earlier, a trigger of 0 never."""
    return (trigger > 0) & (measure * (1.0 + inputs.alert) >= trigger)


def lasting(
    lever: str, hot: NDArray[np.bool_], patience: Floats, inputs: RegimeInput, state: RegimeState
) -> NDArray[np.bool_]:
    """Whether the trigger has been met for as many days in a row as the state is patient."""
    before = np.array(state.days_at_trigger.get(lever, [0.0] * len(hot)))
    days = np.where(hot, before + inputs.step_days, 0.0)
    state.days_at_trigger[lever] = days.tolist()
    return hot & (days >= patience)


def extend(
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
    """Give an order, or extend the one that the new one touches."""
    new = Order(lever, region, inputs.day + delay, inputs.day + delay + duration,
                platforms, cover_story, strength)  # fmt: skip
    for k, old in enumerate(state.orders):
        same = old[:2] == new[:2] and old.platforms == platforms and not old.dated
        if same and old.begins <= new.begins <= old.ends:
            state.orders[k] = new._replace(begins=old.begins, ends=max(old.ends, new.ends))
            return
    state.orders.append(new)


def in_force(lever: str, inputs: RegimeInput, state: RegimeState) -> list[Order]:
    """Return the lever's orders that touch the step, dated ones too."""
    if not state.orders and not inputs.dated_orders:
        return []
    return [
        order
        for order in (*state.orders, *inputs.dated_orders)
        if order.lever == lever and order.touches(inputs.day, inputs.step_days)
    ]
