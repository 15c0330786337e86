"""What a day brings to citizens: dated settings, the world's course, the regime's response."""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.adoption import year_of
from samizdat.core.layout import (
    FIXED,
    FOREIGN,
    N_MOBILISE,
    N_ONLINE,
    N_SHARE,
    SUM_VISIBLE_POSTS,
)
from samizdat.core.parameters import Parameters, acting_parameters, parameters_from
from samizdat.numbers import NUMBERS
from samizdat.orders import Memory, Observation, Order, Today, in_force
from samizdat.regime import respond
from samizdat.scenario import Scenario
from samizdat.timeline import Action, Course, Event

NAMED_AT_MOST = 4  # platforms of one order, in a picture


class Circumstances:
    """Writes each day into the signals, and remembers what the state ordered.

    Attributes
    ----------
    values
        The levers' numbers of the day, each (R,).
    parameters
        The parameters of the citizens' rules as they act in a step of the day.
    memory
        What the state remembers from day to day.
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
        self._settle_numbers(0)
        dates = [scenario.date_of(k) for k in range(scenario.steps_until())]
        self._adoption = scenario.adoption_at(np.array([year_of(date) for date in dates]))

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
        day, date = k * world.step_days, self.scenario.date_of(k)
        self._settle_numbers(k)
        signals["adoption"] = self._adoption[k]
        signals["allowed"] = self.launched(date)
        signals["security"] = self.values["security"]
        signals["mobilised_share"] = last[:, N_MOBILISE] / self.sizes
        alert = self._describe_world(signals, day, last)
        holding = [
            entry for entry, when in self._course.entries if when.touches(day, world.step_days)
        ]
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
            acts=self._dated,
            blockable=self._blockable,
            banned=self._banned,
            events=[entry.id for entry in holding if isinstance(entry, Event)],
            luck=luck,
            conceding=[
                entry.event
                for entry in holding
                if isinstance(entry, Action)
                and entry.lever == "concession"
                and world.actions != "rule"
            ],
        )
        conceded = len(self.memory.conceded)
        respond(today, self.memory, signals)
        if len(self.memory.conceded) > conceded:  # a concession is felt at once
            self._describe_world(signals, day, last)
        self._remember(today)
        return today

    def platforms_barred(self, k: int, signals: NDArray[np.void]) -> NDArray[np.int64]:
        """Return the launched platforms that the state keeps from each region (R,), as bits."""
        launched = self.launched(self.scenario.date_of(k))
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
        """Write events, accounts and signals; return how alert the state is."""
        step_days = self.scenario.world.step_days
        sharing, conceded = last[:, N_SHARE], self.memory.conceded
        return self._course.describe_world(signals, day, step_days, sharing, conceded)

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
        for lever in ("blocking", "blackout", "violence"):
            for order in in_force(lever, today, self.memory):
                if today.values[f"{lever}.on"][order.region]:
                    self._given[(lever, order.region, order.begins, order.title)] = order
