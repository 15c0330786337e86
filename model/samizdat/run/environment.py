"""The environment of the citizens: dated settings, events of the world, the regime's response."""

import bisect
import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.layout import (
    FIXED,
    FOREIGN,
    N_MOBILISE,
    N_ONLINE,
    N_SHARE,
    PLATFORMS,
    SIGNALS,
    SUM_VISIBLE_POSTS,
)
from samizdat.core.parameters import Parameters, acting_parameters, flat, parameters_from
from samizdat.core.quantity import end_of_step
from samizdat.regime.lever import Stage
from samizdat.regime.levers import LEVERS, act_in_stage
from samizdat.regime.orders import (
    Observation,
    Order,
    RegimeInput,
    RegimeState,
)
from samizdat.regime.queries import gives_dated_orders, is_on, look_of
from samizdat.run.arrivals import ArrivalLog, describe
from samizdat.run.dated_orders import dated_orders
from samizdat.run.ladder import Law, RungStatus, bands_of, laws_of, statuses
from samizdat.run.values import numbers_on
from samizdat.scenario.adoption import year_of
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.timeline import WORLD_SIGNALS, Action, Course, Event, Setting, Window
from samizdat.text.catalogue import plain
from samizdat.text.numbers import number

NAMED_AT_MOST = 4  # platforms of one order that a figure names
STANDING = "blocking.standing"  # the id under which the standing block has its band
_BYTES = np.dtype((np.void, SIGNALS.itemsize))  # rows of signals are copied whole, not by column


class Environment:
    """Writes the signals of each day, and remembers what the state ordered.

    Attributes
    ----------
    values
        The levers' parameters of the day, each (R,).
    parameters, flat
        The parameters of the citizens' rules as they act in a step of the day; the same as one
        row of numbers, for the passes.
    regime_state
        What the state remembers from day to day.
    dates
        The date of each step.
    """

    def __init__(self, scenario: Scenario, sizes: NDArray[np.int64], seed: int) -> None:
        spec = scenario.spec
        self.scenario, self.sizes = scenario, sizes
        self.regime_state = RegimeState()
        self.arrivals = ArrivalLog(sizes, spec.step_days, seed)
        self._course = Course(spec.timeline, spec.start, scenario.region_names)
        self._blockable = scenario.platform_bits(spec.blocking_platforms)
        self._banned = scenario.platform_bits(spec.ban_platforms)
        self._standing_block = scenario.platform_bits(spec.blocking_standing)
        by_record = spec.actions != "rule"
        self._dated = dated_orders(scenario, self._course, self._blockable) if by_record else []
        self._heights = [rung.at for rung in spec.ladder]
        self._given: dict[tuple[str, int, float, str], tuple[Order, float]] = {}  # and until when
        self._settings: tuple[object, ...] | None = None  # ids of settings, and the laws, in force
        self.values: dict[str, NDArray[np.float64]]
        self.parameters: Parameters
        self.flat: tuple[float, ...]
        steps = scenario.steps_until()
        self.dates = [scenario.date_of(k) for k in range(steps)]
        adoption = scenario.adoption_at(np.array([year_of(date) for date in self.dates]))
        self._adoption = adoption
        self._falling = np.diff(adoption, axis=0, prepend=0.0).min(axis=1) < 0.0
        days = np.arange(steps, dtype=np.float64) * spec.step_days
        self._turns = self._course.turns(days, spec.step_days)
        launches = [platform.launched for platform in spec.platforms]
        for launched in (*launches, spec.foreign_press.launched):
            if launched is not None:
                first = bisect.bisect_left(self.dates, launched)
                self._turns[first : first + 1] = True
        self._settled = False  # whether the standing signals are written
        self._described: tuple[object, ...] | None = None  # what runs by those signals
        self._ranks = {name: rank for rank, name in enumerate(LEVERS)}
        self._settle_parameters(0)
        self._faced = -1  # the last step that was written
        self.abroad: tuple[str, ...] = ()  # events that the press abroad can report today
        self._standing = np.zeros(len(sizes), SIGNALS)  # what holds until an entry begins or ends
        self._allowed = np.zeros(len(sizes), np.uint16)

    def update(
        self,
        k: int,
        last: NDArray[np.int64],
        draws: NDArray[np.float64],
        signals: NDArray[np.void],
    ) -> RegimeInput:
        """Write the signals (R,) of step k: first the world's part, then the regime's.

        Every column is written each day, so that signals are a function of the day and of what the
        regime remembers, whatever was in ``signals`` before. The standing signals, which hold from
        day to day, are an array of their own, and the day begins with a copy of it.

        Parameters
        ----------
        last
            (R, len(TALLIES)) what was counted in the step before.
        draws
            (R,) one random number in (0, 1) per region.
        """
        spec = self.scenario.spec
        day = k * spec.step_days
        follows = k == self._faced + 1
        if self._turns[k] or not follows:
            self._turn(k)
        self._arrived = self.arrivals.morning(k, last, self.parameters.arrivals)
        inputs = self._regime_input(day, last, draws)
        state, standing = self.regime_state, self._standing
        state.expire(day)
        act_in_stage(Stage.MORNING, inputs, state, standing)
        if state.reached and self._settle_parameters(k):  # a law may begin on any day
            self._settled, inputs = False, inputs._replace(values=self.values)
        if not self._settled:
            standing[:] = np.zeros((), SIGNALS)
            self._described = None
            standing["security"] = self.values["security"]
            standing["rally"] = 1  # the street is open, unless `run.rallies` closes it
            act_in_stage(Stage.STANDING, inputs, state, standing)
        signals.view(_BYTES)[:] = standing.view(_BYTES)
        act_in_stage(Stage.EVENTS, inputs, state, signals)
        self._describe_world(k, last)
        signals[WORLD_SIGNALS] = standing[WORLD_SIGNALS]
        signals["adoption"] = self._adoption[k]
        signals["allowed"] = self._launched
        signals["mobilised_share"] = last[:, N_MOBILISE] / self.sizes
        act_in_stage(Stage.DAILY, inputs, state, signals)
        signals["withdrawn"] = (
            not follows or self._falling[k] or (self._allowed & ~signals["allowed"]).any()
        )
        self._settled, self._allowed, self._faced = True, signals["allowed"].copy(), k
        self._remember(inputs)
        return inputs

    def _regime_input(
        self, day: float, last: NDArray[np.int64], draws: NDArray[np.float64]
    ) -> RegimeInput:
        spec = self.scenario.spec
        return RegimeInput(
            day=day,
            step_days=spec.step_days,
            values=self.values,
            seen=Observation(
                visible_posts=last[:, SUM_VISIBLE_POSTS] / FIXED,
                online=last[:, N_ONLINE],
                mobilised=last[:, N_MOBILISE],
                population=self.sizes,
            ),
            alert=self._alert,
            triggers=spec.actions != "record",
            dated_orders=self._orders_today,
            blockable=self._blockable,
            banned=self._banned,
            events=[*self._events, *(each.id for each in self._arrived)],
            draws=draws,
            dated_events=self._dated_events,
            always_blocked=self._standing_block,
            warning=self._warning,
            heights=self._heights,
        )

    def to_table(self) -> dict[str, Any]:
        """Return what the regime remembers and ordered, in JSON's types, for `read_table`."""
        return {
            "state": self.regime_state.to_table(),
            "given": [list(order) for order in self._orders_so_far()],
            "arrivals": self.arrivals.to_table(),
        }

    def read_table(self, table: Mapping[str, Any]) -> None:
        """Take over what `to_table` returned."""
        self.regime_state = RegimeState.from_table(table["state"])
        orders = [Order(*row) for row in table["given"]]
        self._given = {_order_key(order): (order, order.ends) for order in orders}
        self.arrivals.read_table(table["arrivals"])

    def go_on(self, k: int, signals: NDArray[np.void]) -> None:
        """Prepare for step k, given the signals (R,) of the step before."""
        self._turn(k - 1)
        self._allowed, self._faced = signals["allowed"].copy(), k - 1

    def take_over(self, before: "Environment") -> None:
        """Take over what the environment before this one remembered and ordered."""
        self.regime_state, self._given = before.regime_state, before._given
        self.abroad = before.abroad
        self.arrivals.take_over(before.arrivals)

    def _turn(self, k: int) -> None:
        """Determine what holds from step k on, until an entry of the timeline begins or ends."""
        spec = self.scenario.spec
        day = k * spec.step_days
        self._settle_parameters(k)
        self._launched = self.launched(self.dates[k])
        holding = [
            entry for entry, when in self._course.entries if when.touches(day, spec.step_days)
        ]
        self._events = [entry.id for entry in holding if isinstance(entry, Event)]
        self._dated_events = [
            (entry.lever, entry.event)
            for entry in holding
            if isinstance(entry, Action) and entry.event and spec.actions != "rule"
        ]
        self._orders_today = [act for act in self._dated if act.touches(day, spec.step_days)]
        self._alert = self._course.alert_on(day, spec.step_days)
        self._warning = self._course.warning_on(day, spec.step_days)
        self._settled = False

    @property
    def threat(self) -> float:
        """The threat T that the state feels, in [0, 1], on the morning of the last step."""
        return self.regime_state.threat

    @property
    def rungs(self) -> tuple[RungStatus, ...]:
        """The rungs of the ladder as they are in the last step, in the order of the file."""
        spec, day = self.scenario.spec, self._faced * self.scenario.spec.step_days
        return statuses(spec.ladder, self.regime_state.reached, spec.start, day, spec.step_days)

    def platforms_barred(self, k: int, signals: NDArray[np.void]) -> NDArray[np.int64]:
        """Return the launched platforms that the state keeps from each region (R,), as bits."""
        launched = self._launched if k == self._faced else self.launched(self.dates[k])
        barred = (signals["blocked"] | ~signals["allowed"]) & launched
        return np.asarray(barred, np.int64)

    def launched(self, date: dt.date) -> int:
        """Return the bits of the platforms that exist on a date, the foreign press among them."""
        spec = self.scenario.spec
        bits = 0
        for k, platform in enumerate(spec.platforms):
            if platform.launched is None or platform.launched <= date:
                bits |= 1 << k
        if spec.foreign_press.launched is None or spec.foreign_press.launched <= date:
            bits |= FOREIGN
        return bits

    def bands(self, until: dt.date) -> pd.DataFrame:
        """Return the dated entries, and the orders of the state so far, as bands for a figure.

        One row each, with ``kind`` (of the entry, or the lever), ``name``, ``region`` ("nation" or
        names), ``start`` and ``end`` (dates, inclusive).
        """
        spec, names = self.scenario.spec, self.scenario.region_names
        rows = [
            row
            for row in self._course.bands(spec.start, spec.end, lambda entry: entry.label)
            if not gives_dated_orders(str(row["kind"]))
        ]
        rows += bands_of(self.rungs, spec.end)
        grouped: dict[tuple[str, str, float, float], list[Order]] = {}
        for order in (*self._orders_so_far(), *self._standing_blocks()):
            key = (order.lever, order.entry, order.begins, order.ends)
            grouped.setdefault(key, []).append(order)
        length = (spec.end - spec.start).days + 1
        for (lever, entry, begins, ends), orders in grouped.items():
            where = [names[order.region] for order in orders]
            story = " (cover story)" if any(order.cover_story for order in orders) else ""
            last = spec.start + dt.timedelta(days=int(np.ceil(min(ends, length) - 1e-9)) - 1)
            rows.append(
                {
                    "id": entry,
                    "kind": lever,
                    "name": (orders[0].title or self._describe_order(orders[0])) + story,
                    "region": "nation" if len(where) == len(names) else ", ".join(where),
                    "start": spec.start + dt.timedelta(days=int(begins)),
                    "end": min(last, until),
                }
            )
        rows += self.arrivals.bands(spec.start, until, names)
        return pd.DataFrame(rows, columns=["id", "kind", "name", "region", "start", "end"])

    def _orders_so_far(self) -> list[Order]:
        """Return the orders, each until the end of the last step in which it was in force.

        It may have been lifted then, or its lever switched off.
        """
        return [order._replace(ends=min(order.ends, end)) for order, end in self._given.values()]

    def _standing_blocks(self) -> list[Order]:
        """Return the standing block as one order for each region and span in which it has held."""
        if not self._standing_block:
            return []
        step_days = self.scenario.spec.step_days
        turns = self._turns[: self._faced + 1].copy()
        for law in self._laws:
            for day in (law.begins, law.ends):
                if day < np.inf:
                    turns[max(0, int(day / step_days) - 1) :][:3] = True
        orders: list[Order] = []
        since = np.full(len(self.sizes), np.inf)  # the day from which it holds; inf: it does not
        for k in (*np.flatnonzero(turns).tolist(), self._faced + 1):
            holds = np.zeros(len(self.sizes), bool)
            if k <= self._faced:
                values = numbers_on(
                    self.scenario, self.sizes, self._settings_on(k), self._laws_on(k)
                )[1]
                holds = (values["blocking.on"] == 1) & (values["blocking.standing_on"] == 1)
            orders += [
                Order("blocking", r, since[r], k * step_days, self._standing_block, entry=STANDING)
                for r in np.flatnonzero(~holds & (since < np.inf)).tolist()
            ]
            since = np.where(holds, np.minimum(since, k * step_days), np.inf)
        return orders

    def _describe_order(self, order: Order) -> str:
        """Name an order that has no title: by its platforms, or by its lever."""
        if not order.platforms:
            return look_of(order.lever).label
        names = self.scenario.platform_names(order.platforms & PLATFORMS)
        if len(names) > NAMED_AT_MOST:
            names = (f"{number(len(names), 'count')} platforms",)
        names += self.scenario.platform_names(order.platforms & FOREIGN)
        return plain(", ".join(names))

    def _describe_world(self, k: int, last: NDArray[np.int64]) -> None:
        """Write events, accounts and foreign signals into the standing signals, if they changed."""
        conceded = self.regime_state.conceded
        self.abroad = self._course.calls_abroad(last[:, N_SHARE]) if self._events else ()
        arrived = tuple((each.id, each.step == k) for each in self._arrived)
        key = (self.abroad, len(conceded), arrived)
        if key != self._described:
            step_days = self.scenario.spec.step_days
            self._course.describe_world(
                self._standing, k * step_days, step_days, self.abroad, conceded,
                self.parameters.attention,
            )  # fmt: skip
            describe(self._arrived, k, conceded, self._standing)
            self._described = key

    def _settle_parameters(self, k: int) -> bool:
        """Set the parameters of rules and levers for the step; whether a setting or law changed."""
        held, laws = self._settings_on(k), self._laws_on(k)
        names = (*(entry.id for entry, _ in held), *laws)
        if names == self._settings:
            return False
        self._settings = names
        numbers, self.values = numbers_on(self.scenario, self.sizes, held, laws)
        self.parameters = acting_parameters(parameters_from(numbers), self.scenario.spec.step_days)
        self.flat = flat(self.parameters)
        return True

    def _laws_on(self, k: int) -> tuple[Law, ...]:
        """Return the laws that hold in a step."""
        step_days = self.scenario.spec.step_days
        return tuple(law for law in self._laws if law.touches(k * step_days, step_days))

    @property
    def _laws(self) -> tuple[Law, ...]:
        """The laws of the rungs reached so far; some may not have begun, or be repealed."""
        spec, reached = self.scenario.spec, self.regime_state.reached
        return laws_of(spec.ladder, reached, spec.start) if reached else ()

    def _settings_on(self, k: int) -> list[tuple[Setting, Window]]:
        """Return the settings that hold in a step."""
        step_days = self.scenario.spec.step_days
        return self._course.settings_on(k * step_days, step_days)

    def _remember(self, inputs: RegimeInput) -> None:
        """Record the orders in force, of all levers, for the bands."""
        if not self.regime_state.orders and not inputs.dated_orders:
            return
        day, step_days = inputs.day, inputs.step_days
        orders = (*self.regime_state.orders, *inputs.dated_orders)
        in_force = [order for order in orders if order.touches(day, step_days)]
        for order in sorted(in_force, key=lambda order: self._ranks.get(order.lever, 0)):
            if is_on(order.lever, inputs.values, order.region):
                self._given[_order_key(order)] = order, end_of_step(day, step_days)


def _order_key(order: Order) -> tuple[str, int, float, str]:
    """Return what stays the same of an order while it is extended."""
    return order.lever, order.region, order.begins, order.entry
