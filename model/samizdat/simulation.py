"""One run: the world, then the regime, then the citizens, then the record."""

import datetime as dt
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core import draws
from samizdat.core.layout import (
    FIXED,
    FOREIGN,
    N_MOBILISE,
    N_ONLINE,
    N_SHARE,
    PLATFORMS,
    SIGNALS,
    SUM_VISIBLE_POSTS,
    TALLIES,
    State,
    World,
    blocks_of,
)
from samizdat.core.parameters import Parameters, acting_parameters, parameters_from
from samizdat.core.step import Crew, first_state, take_step, turn_page
from samizdat.graphs import GRAPHS, Graph
from samizdat.measures import daily_table, summary
from samizdat.population import given_traits, settle_citizens
from samizdat.regime import Memory, Observation, Order, Today, arrest_chances, respond
from samizdat.scenario import NUMBERS, Scenario, ScenarioError
from samizdat.timeline import Action, Course, Event

ALONE_BELOW = 10_000  # citizens: handing out work costs more than doing it
SEED_LIMIT = 2**63


class Simulation:
    """A population, its ties, its state and its regime, day by day.

    Parameters
    ----------
    scenario
        The world.
    seed
        0 ... 2**63 - 1; everything random follows from it, whatever the threads.
    threads
        By default one for each core that this process may use.
    graph
        Who can hear whom, instead of the scenario's own.
    traits
        Traits by name, one value a citizen, instead of those drawn.

    Raises
    ------
    ValueError
        If the seed is out of range, or graph or traits do not fit the citizens.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        threads: int | None = None,
        graph: Graph | None = None,
        traits: Mapping[str, Any] | None = None,
    ) -> None:
        if not 0 <= seed < SEED_LIMIT:
            raise ScenarioError(f"seed = {seed} is outside 0 ... 2**63 - 1")
        if threads is not None and not 1 <= threads <= 1024:
            raise ScenarioError(f"threads = {threads} is outside 1 ... 1024")
        if graph is not None and graph.citizens != scenario.citizens:
            raise ScenarioError(
                f"graph has {graph.citizens} citizens, the scenario {scenario.citizens}"
            )
        self.scenario, self.seed, self.step_number = scenario, seed, 0
        self.threads = threads or len(os.sched_getaffinity(0))
        first = scenario.region_first
        self.graph = graph or build_graph(scenario, seed)
        spec = scenario.world
        drawn = settle_citizens(
            seed,
            first,
            spec.population,
            scenario.habits,
            [platform.audience for platform in spec.platforms],
            spec.foreign_press.audience,
        )
        self.sizes = np.diff(first)
        self.steps = scenario.steps_until()
        blocks = blocks_of(first)
        self._world = World(
            ties=self.graph.ties,
            traits=given_traits(drawn, traits or {}),
            state=_blank_state(scenario.citizens),
            blocks=blocks,
            region_block=np.searchsorted(blocks[:, 2], np.arange(len(self.sizes))),
            actor_counts=np.zeros(len(blocks), np.int64),
            signals=np.zeros(len(self.sizes), SIGNALS),
            readable=_most_readable([platform.readable for platform in spec.platforms]),
            tallies=np.zeros((len(blocks), len(TALLIES)), np.int64),
            step_days=float(spec.step_days),
        )
        alone = self.threads == 1 or scenario.citizens < ALONE_BELOW
        pool = None if alone else ThreadPoolExecutor(self.threads, "samizdat")
        self._crew = Crew(pool, self.threads)
        self._course = Course(spec.timeline, spec.start, scenario.region_names)
        self._dated = self._dated_orders()
        self._memory = Memory()
        self._last = np.zeros((len(self.sizes), len(TALLIES)), np.int64)
        self._settings_key: object = None
        self._parameters: Parameters
        self._values: dict[str, NDArray[np.float64]]
        self._tallies = np.zeros((self.steps, len(self.sizes), len(TALLIES)), np.int64)
        self._actions = np.zeros((self.steps, len(self.sizes), 3), np.int64)
        self._blocked_anywhere = np.zeros(self.steps, np.int64)
        self._latent = np.zeros(self.steps, bool)
        self._orders: dict[tuple[Any, ...], Order] = {}

    @property
    def finished(self) -> bool:
        """Whether the last day of the scenario is done."""
        return self.step_number >= self.steps

    @property
    def date(self) -> dt.date:
        """The date of the last step done, or of the first before there is one."""
        return self.scenario.date_of(max(0, self.step_number - 1))

    def step(self) -> None:
        """Advance every citizen by one step.

        Raises
        ------
        RuntimeError
            After the last day of the scenario.
        """
        if self.finished:
            raise RuntimeError(f"the scenario ends on {self.scenario.world.end}")
        k = self.step_number
        today = self._prepare(k)
        if k == 0:
            first_state(self._crew, self._world, self._parameters)
        else:
            self._world = turn_page(self._world)
        chance = draws.uniforms(self.seed, 0, len(self.sizes), k, draws.RESPONSE)
        self._latent[k] = self._opens_month(k)
        self._last = take_step(
            self._crew,
            self.seed,
            k,
            self._world,
            self._parameters,
            lambda mobilised: arrest_chances(today, mobilised, chance),
            bool(self._latent[k]),
        )
        self._record(k, today)
        self.step_number += 1

    def run(
        self,
        until: dt.date | None = None,
        progress: Callable[["Simulation"], None] | None = None,
    ) -> "Simulation":
        """Advance to the end of a day, by default the scenario's last.

        Parameters
        ----------
        progress
            Called after each step; an exception that it raises ends the run between two steps.
        """
        target = self.scenario.steps_until(until)
        while self.step_number < target:
            self.step()
            if progress is not None:
                progress(self)
        return self

    @property
    def nation(self) -> pd.DataFrame:
        """One row a day, for the nation."""
        k = self.step_number
        actions = {
            "platforms_blocked": self._blocked_anywhere[:k],
            "blackout": self._actions[:k, :, 1].sum(axis=1),
            "violence": self._actions[:k, :, 2].sum(axis=1),
        }
        return daily_table(
            self._tallies[:k].sum(axis=1),
            actions,
            self._latent[:k],
            self.sizes.sum(),
            [self.scenario.date_of(s) for s in range(k)],
            None,
        )

    @property
    def regions(self) -> pd.DataFrame:
        """One row a day and region."""
        k = self.step_number
        names = ("platforms_blocked", "blackout", "violence")
        return daily_table(
            self._tallies[:k],
            {name: self._actions[:k, :, a] for a, name in enumerate(names)},
            self._latent[:k],
            self.sizes,
            [self.scenario.date_of(s) for s in range(k)],
            self.scenario.region_names,
        )

    @property
    def counts(self) -> dict[str, int]:
        """The nation's integer tallies of the last step, by name (see `core.layout.TALLIES`)."""
        return dict(zip(TALLIES, self._last.sum(axis=0).tolist(), strict=True))

    @property
    def summary(self) -> dict[str, Any]:
        """What is said of the run as a whole; see `measures.summary`."""
        return summary(self.nation, self.regions, self.scenario.citizens)

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """Traits and state of the citizens by name, as arrays (n,) that cannot be written."""
        arrays = {**self._world.traits._asdict(), **self._world.state._asdict()}
        views = {}
        for name, array in arrays.items():
            views[name] = array.view()
            views[name].flags.writeable = False
        return views

    @property
    def signals(self) -> NDArray[np.void]:
        """What the last step brought to each region (R,), see `core.layout.SIGNALS`; a copy."""
        return self._world.signals.copy()

    @property
    def parameters(self) -> Parameters:
        """The parameters as they act in the current step."""
        if self._settings_key is None:
            self._prepare_settings(0)
        return self._parameters

    @property
    def bands(self) -> pd.DataFrame:
        """The dated world and what the state did so far, as bands for a picture."""
        world, names = self.scenario.world, self.scenario.region_names
        rows = [
            row
            for row in self._course.bands(world.start, world.end, lambda entry: entry.label)
            if row["kind"] not in ("blocking", "blackout", "violence")
        ]
        grouped: dict[tuple[str, float, float], list[Order]] = {}
        for order in self._orders.values():
            grouped.setdefault((order.lever, order.begins, order.ends), []).append(order)
        for (lever, begins, ends), orders in grouped.items():
            where = [names[order.region] for order in orders]
            told = " (cover story)" if any(order.cover_story for order in orders) else ""
            first = world.start + dt.timedelta(days=int(begins))
            last = world.start + dt.timedelta(days=int(np.ceil(ends)) - 1)
            rows.append(
                {
                    "kind": lever,
                    "name": lever + told,
                    "region": "nation" if len(where) == len(names) else ", ".join(where),
                    "start": first,
                    "end": min(last, self.date),
                }
            )
        return pd.DataFrame(rows, columns=["kind", "name", "region", "start", "end"])

    def _prepare(self, k: int) -> Today:
        """Write the day into the signals: first the world's part, then the regime's."""
        scenario, signals = self.scenario, self._world.signals
        spec = scenario.world
        day, date = k * spec.step_days, scenario.date_of(k)
        self._prepare_settings(k)
        signals["adoption"] = scenario.adoption_on(date)
        signals["allowed"] = self._launched(date)
        signals["security"] = self._values["security"]
        signals["mobilised_share"] = self._last[:, N_MOBILISE] / self.sizes
        alert = self._course.describe_world(
            signals, day, spec.step_days, self._last[:, N_SHARE], self._memory.conceded
        )
        holding = [
            (entry, when)
            for entry, when in self._course.entries
            if when.touches(day, spec.step_days)
        ]
        follows_record = spec.actions != "rule"
        today = Today(
            day=day,
            step_days=spec.step_days,
            values=self._values,
            seen=Observation(
                visible_posts=self._last[:, SUM_VISIBLE_POSTS] / FIXED,
                online=self._last[:, N_ONLINE],
                mobilised=self._last[:, N_MOBILISE],
                population=self.sizes,
            ),
            alert=alert,
            triggers=spec.actions != "record",
            acts=self._dated if follows_record else [],
            blockable=scenario.platform_bits(spec.blocking_platforms),
            banned=scenario.platform_bits(spec.ban_platforms),
            events=[entry.id for entry, _ in holding if isinstance(entry, Event)],
            conceding=[
                entry.event
                for entry, _ in holding
                if follows_record and isinstance(entry, Action) and entry.lever == "concession"
            ],
        )
        conceded = len(self._memory.conceded)
        respond(today, self._memory, signals)
        if len(self._memory.conceded) > conceded:  # a concession is felt at once
            self._course.describe_world(
                signals, day, spec.step_days, self._last[:, N_SHARE], self._memory.conceded
            )
        return today

    def _prepare_settings(self, k: int) -> None:
        """Settle parameters and levers of the day; they change only where a setting does."""
        scenario, spec = self.scenario, self.scenario.world
        held = self._course.settings_on(k * spec.step_days, spec.step_days)
        key = tuple(entry.id for entry, _ in held)
        if key == self._settings_key:
            return
        self._settings_key = key
        numbers = dict(scenario.numbers)
        own = [region.security for region in spec.regions]
        values = {
            name: np.full(len(self.sizes), numbers[name])
            for name, named in NUMBERS.items()
            if named.place in ("regime", "world")
        }
        if "security" not in scenario.pinned:
            values["security"] = np.array(
                [numbers["security"] if s is None else s for s in own], float
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
        self._values = values
        self._parameters = acting_parameters(parameters_from(numbers), spec.step_days)

    def _launched(self, date: dt.date) -> int:
        spec = self.scenario.world
        bits = 0
        for k, platform in enumerate(spec.platforms):
            if platform.launched is None or platform.launched <= date:
                bits |= 1 << k
        if spec.foreign_press.launched is None or spec.foreign_press.launched <= date:
            bits |= FOREIGN
        return bits

    def _dated_orders(self) -> list[Order]:
        orders = []
        for entry, when in self._course.entries:
            if not isinstance(entry, Action) or entry.lever == "concession":
                continue
            listed = entry.platforms or self.scenario.world.blocking_platforms
            bits = self.scenario.platform_bits(listed) if entry.lever == "blocking" else 0
            orders += [
                Order(entry.lever, int(r), when.first, when.last, bits, entry.cover_story,
                      entry.strength, dated=True)
                for r in np.flatnonzero(when.where)
            ]  # fmt: skip
        return orders

    def _opens_month(self, k: int) -> bool:
        date = self.scenario.date_of(k)
        if k == 0:
            return date.day == 1
        return date.month != self.scenario.date_of(k - 1).month

    def _record(self, k: int, today: Today) -> None:
        signals = self._world.signals
        self._tallies[k] = self._last
        launched = self._launched(self.scenario.date_of(k))
        barred = signals["blocked"] | np.where(today.values["ban.on"] == 1, today.banned, 0)
        barred = (barred & launched).astype(np.int64)
        self._actions[k, :, 0] = np.bitwise_count(barred)
        self._actions[k, :, 1] = signals["blackout"]
        self._actions[k, :, 2] = signals["violence"] > 0
        self._blocked_anywhere[k] = int(np.bitwise_or.reduce(barred)).bit_count()
        for order in (*self._memory.orders, *today.acts):
            in_force = order.begins < today.day + today.step_days and today.day < order.ends
            if in_force and today.values[f"{order.lever}.on"][order.region]:
                self._orders[(order.lever, order.region, order.begins, order.dated)] = order


def build_graph(scenario: Scenario, seed: int) -> Graph:
    """Build the scenario's own graph.

    Raises
    ------
    ScenarioError
        If the generator cannot make such a graph.
    """
    try:
        return GRAPHS[scenario.world.graph](seed, scenario.region_first, scenario.graph_shape)
    except ValueError as error:
        raise ScenarioError(f"graph: {error}") from None


def _blank_state(n: int) -> State:
    """Return the arrays of the state, all zero: silent, unaware, free."""
    dtypes = State.__annotations__
    return State(**{name: np.zeros(n, hint.__args__[1].__args__[0])
                    for name, hint in dtypes.items()})  # fmt: skip


def _most_readable(readable: list[float]) -> NDArray[np.float64]:
    """Return, for every set of platforms, the share that the state reads of the most readable."""
    sets = np.arange(PLATFORMS + 1)
    most = np.zeros(len(sets))
    for k, share in enumerate(readable):
        most = np.where(sets & (1 << k), np.maximum(most, share), most)
    return most
