"""What a day brings to citizens: dated settings, the world's course, the regime's response."""

import bisect
import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core.layout import (
    FIXED,
    FOREIGN,
    N_MOBILISE,
    N_ONLINE,
    N_SHARE,
    SUM_VISIBLE_POSTS,
)
from samizdat.core.parameters import Parameters, acting_parameters, flat, parameters_from
from samizdat.regime.levers import respond
from samizdat.regime.orders import Memory, Observation, Order, Today, in_force
from samizdat.scenario.adoption import year_of
from samizdat.scenario.registry import NUMBERS
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.timeline import Action, Course, Event

NAMED_AT_MOST = 4  # platforms of one order, in a picture


class Circumstances:
    """Writes each day into the signals, and remembers what the state ordered.

    Attributes
    ----------
    values
        The levers' numbers of the day, each (R,).
    parameters, flat
        The parameters of the citizens' rules as they act in a step of the day; the same as one
        row of numbers, as the passes take them.
    memory
        What the state remembers from day to day.
    dates
        The date of each step.
    """

    def __init__(self, scenario: Scenario, sizes: NDArray[np.int64]) -> None:
        world = scenario.world
        self.scenario, self.sizes = scenario, sizes
        self.memory = Memory()
        self._course = Course(world.timeline, world.start, scenario.region_names)
        self._blockable = scenario.platform_bits(world.blocking_platforms)
        self._banned = scenario.platform_bits(world.ban_platforms)
        self._dated = self._dated_orders() if world.actions != "rule" else []
        self._given: dict[tuple[str, int, float, str], Order] = {}
        self._settings: tuple[str, ...] | None = None
        self.values: dict[str, NDArray[np.float64]]
        self.parameters: Parameters
        self.flat: tuple[float, ...]
        steps = scenario.steps_until()
        self.dates = [scenario.date_of(k) for k in range(steps)]
        adoption = scenario.adoption_at(np.array([year_of(date) for date in self.dates]))
        self._adoption = adoption
        self._falling = np.diff(adoption, axis=0, prepend=0.0).min(axis=1) < 0.0
        days = np.arange(steps, dtype=np.float64) * world.step_days
        self._turns = self._course.turns(days, world.step_days)
        launches = [platform.launched for platform in world.platforms]
        for launched in (*launches, world.foreign_press.launched):
            if launched is not None:
                first = bisect.bisect_left(self.dates, launched)
                self._turns[first : first + 1] = True
        self._settle_numbers(0)
        self._faced = -1  # the last step that was brought, and where it was written
        self._written: NDArray[np.void] | None = None
        self._allowed = np.zeros(len(sizes), np.uint16)

    def bring(
        self,
        k: int,
        last: NDArray[np.int64],
        luck: NDArray[np.float64],
        signals: NDArray[np.void],
    ) -> Today:
        """Write step k into ``signals`` (R,): first the world's part, then the regime's.

        Parameters
        ----------
        last
            (R, len(TALLIES)) what was counted in the step before.
        luck
            (R,) one draw in (0, 1) a region.
        """
        world = self.scenario.world
        day = k * world.step_days
        follows = k == self._faced + 1 and signals is self._written  # else all is written anew
        turned = bool(self._turns[k]) or not follows
        if turned:
            self._turn(k)
            signals["security"] = self.values["security"]
        signals["adoption"] = self._adoption[k]
        signals["allowed"] = self._launched
        signals["mobilised_share"] = last[:, N_MOBILISE] / self.sizes
        alert = self._describe_world(signals, day, last)
        today = Today(
            day=day,
            step_days=world.step_days,
            values=self.values,
            seen=Observation(
                visible_posts=last[:, SUM_VISIBLE_POSTS] / FIXED,
                online=last[:, N_ONLINE],
                mobilised=last[:, N_MOBILISE],
                population=self.sizes,
            ),
            alert=alert,
            triggers=world.actions != "record",
            acts=self._acts,
            blockable=self._blockable,
            banned=self._banned,
            events=self._events,
            luck=luck,
            conceding=self._conceding,
            turned=turned,
        )
        conceded = len(self.memory.conceded)
        respond(today, self.memory, signals)
        if len(self.memory.conceded) > conceded:  # a concession is felt at once
            self._describe_world(signals, day, last)
        unknown = k != self._faced + 1
        gone = unknown or self._falling[k] or np.any(self._allowed & ~signals["allowed"])
        signals["withdrawn"] = gone
        self._allowed, self._faced, self._written = signals["allowed"].copy(), k, signals
        self._remember(today)
        return today

    def go_on(self, k: int, signals: NDArray[np.void]) -> None:
        """Be ready for step k, the step before having left these signals (R,)."""
        self._turn(k - 1)
        self._allowed, self._faced = signals["allowed"].copy(), k - 1

    def take_over(self, before: "Circumstances") -> None:
        """Remember what the circumstances before these remembered and ordered."""
        self.memory, self._given = before.memory, before._given

    def _turn(self, k: int) -> None:
        """Look up what holds from step k on, until an entry of the timeline begins or ends."""
        world = self.scenario.world
        day = k * world.step_days
        self._settle_numbers(k)
        self._launched = self.launched(self.dates[k])
        holding = [
            entry for entry, when in self._course.entries if when.touches(day, world.step_days)
        ]
        self._events = [entry.id for entry in holding if isinstance(entry, Event)]
        self._conceding = [
            entry.event
            for entry in holding
            if isinstance(entry, Action) and entry.lever == "concession" and world.actions != "rule"
        ]
        self._acts = [act for act in self._dated if act.touches(day, world.step_days)]
        self._described: tuple[object, ...] | None = None

    def platforms_barred(self, k: int, signals: NDArray[np.void]) -> NDArray[np.int64]:
        """Return the launched platforms that the state keeps from each region (R,), as bits."""
        launched = self._launched if k == self._faced else self.launched(self.dates[k])
        barred = (signals["blocked"] | ~signals["allowed"]) & launched
        return np.asarray(barred, np.int64)

    def launched(self, date: dt.date) -> int:
        """Return the bits of the platforms that exist on a date, the foreign press among them."""
        world = self.scenario.world
        bits = 0
        for k, platform in enumerate(world.platforms):
            if platform.launched is None or platform.launched <= date:
                bits |= 1 << k
        if world.foreign_press.launched is None or world.foreign_press.launched <= date:
            bits |= FOREIGN
        return bits

    def bands(self, until: dt.date) -> pd.DataFrame:
        """Return the dated world, and what the state did so far, as bands for a picture."""
        world, names = self.scenario.world, self.scenario.region_names
        rows = [
            row
            for row in self._course.bands(world.start, world.end, lambda entry: entry.label)
            if row["kind"] not in ("blocking", "blackout", "violence")
        ]
        grouped: dict[tuple[str, str, float, float], list[Order]] = {}
        for order in self._given.values():
            key = (order.lever, order.title, order.begins, order.ends)
            grouped.setdefault(key, []).append(order)
        length = (world.end - world.start).days + 1
        for (lever, title, begins, ends), orders in grouped.items():
            where = [names[order.region] for order in orders]
            told = " (cover story)" if any(order.cover_story for order in orders) else ""
            last = world.start + dt.timedelta(days=int(np.ceil(min(ends, length))) - 1)
            rows.append(
                {
                    "kind": lever,
                    "name": (title or self._describe_order(orders[0])) + told,
                    "region": "nation" if len(where) == len(names) else ", ".join(where),
                    "start": world.start + dt.timedelta(days=int(begins)),
                    "end": min(last, until),
                }
            )
        return pd.DataFrame(rows, columns=["kind", "name", "region", "start", "end"])

    def _describe_order(self, order: Order) -> str:
        if order.lever != "blocking":
            return order.lever
        platforms = self.scenario.world.platforms
        names = [p.name for k, p in enumerate(platforms) if order.platforms & (1 << k)]
        if len(names) > NAMED_AT_MOST:
            names = [f"{len(names)} platforms"]
        names += ["foreign press"] if order.platforms & FOREIGN else []
        return ", ".join(names).replace("_", " ")

    def _describe_world(
        self, signals: NDArray[np.void], day: float, last: NDArray[np.int64]
    ) -> float:
        """Write events, accounts and signals, unless they stand; return how alert the state is."""
        sharing, conceded = last[:, N_SHARE], self.memory.conceded
        calls = self._course.calls_abroad(sharing) if self._events else ()
        key = (calls, len(conceded))
        if key != self._described:
            step_days = self.scenario.world.step_days
            self._alert = self._course.describe_world(signals, day, step_days, sharing, conceded)
            self._described = key
        return self._alert

    def _settle_numbers(self, k: int) -> None:
        """Settle parameters and levers of the step; they change only where a setting does."""
        scenario, world = self.scenario, self.scenario.world
        held = self._course.settings_on(k * world.step_days, world.step_days)
        ids = tuple(entry.id for entry, _ in held)
        if ids == self._settings:
            return
        self._settings = ids
        numbers = dict(scenario.numbers)
        values = {
            name: np.full(len(self.sizes), numbers[name])
            for name, named in NUMBERS.items()
            if named.place in ("regime", "world")
        }
        if "security" not in scenario.pinned:
            own = [region.security for region in world.regions]
            values["security"] = np.array(
                [numbers["security"] if each is None else each for each in own], float
            )
        for entry, when in held:
            for name, given in entry.set.items():
                if name in scenario.pinned:
                    continue
                value = NUMBERS[name].quantity.checked(name, given)
                if name in values:
                    values[name][when.where] = value
                else:
                    numbers[name] = value
        self.values = values
        self.parameters = acting_parameters(parameters_from(numbers), world.step_days)
        self.flat = flat(self.parameters)

    def _dated_orders(self) -> list[Order]:
        """Turn the timeline's blocks, blackouts and violence into orders."""
        orders = []
        for entry, when in self._course.entries:
            if not isinstance(entry, Action) or entry.lever == "concession":
                continue
            bits = self._blockable
            if entry.platforms:
                bits = self.scenario.platform_bits(entry.platforms)
            orders += [
                Order(
                    lever=entry.lever,
                    region=int(r),
                    begins=when.first,
                    ends=when.last,
                    platforms=bits if entry.lever == "blocking" else 0,
                    cover_story=entry.cover_story,
                    strength=entry.strength,
                    dated=True,
                    title=entry.title,
                )
                for r in np.flatnonzero(when.where)
            ]
        return orders

    def _remember(self, today: Today) -> None:
        """Keep the orders in force, for the bands."""
        if not self.memory.orders and not today.acts:
            return
        for lever in ("blocking", "blackout", "violence"):
            for order in in_force(lever, today, self.memory):
                if today.values[f"{lever}.on"][order.region]:
                    self._given[(lever, order.region, order.begins, order.title)] = order
