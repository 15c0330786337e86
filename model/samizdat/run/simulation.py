"""One run: the world, then the regime, then the citizens, then the record."""

import copy
import datetime as dt
import functools
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samizdat.core import draws
from samizdat.core.layout import (
    BLOCK,
    HELD_HEARD,
    ONLINE,
    OTHERS_HEARD,
    PLATFORMS,
    STIR,
    STREET_HEARD,
    TALLIES,
    WORKINGS,
    new_world,
)
from samizdat.core.step import Crew, compile_passes, first_state, take_step, turn_page
from samizdat.regime.levers import arrest_chances
from samizdat.regime.orders import Today
from samizdat.run import checkpoint
from samizdat.run.environment import Circumstances
from samizdat.run.history import Counted
from samizdat.run.measures import MEASURES, summary
from samizdat.run.population_cache import check_memory, graph_of, traits_of
from samizdat.scenario.interventions import Moment, amended, enacted, lifted
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.society.graphs import Graph
from samizdat.society.population import given_traits

ALONE_BELOW = 40_000  # citizens: handing out work costs more than doing it
SEED_LIMIT = 2**63
MAX_THREADS = 1024


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
        If the seed is out of range, graph or traits do not fit the citizens, or the memory that
        is available does not hold them.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        threads: int | None = None,
        graph: Graph | None = None,
        traits: Mapping[str, Any] | None = None,
    ) -> None:
        check_call(seed, threads)
        if graph is not None and graph.citizens != scenario.citizens:
            raise ScenarioError(
                f"graph has {graph.citizens} citizens, the scenario {scenario.citizens}"
            )
        self.scenario, self.seed, self.step_number = scenario, seed, 0
        self.today: Today | None = None  # as the state faced the last step
        self.threads = threads or len(os.sched_getaffinity(0))
        first, spec = scenario.region_first, scenario.world
        check_memory(scenario, seed, self.threads, graph)
        self.graph = graph or graph_of(scenario, seed, self.threads)
        drawn = traits_of(scenario, seed, self.threads)
        self.sizes = np.diff(first)
        self.steps = scenario.steps_until()
        self._world = new_world(
            self.graph.ties,
            given_traits(drawn, traits or {}),
            first,
            _most_readable([platform.readable for platform in spec.platforms]),
            float(spec.step_days),
            BLOCK,
        )
        self._crew = _crew_for(scenario.citizens, self.threads)
        self.circumstances = Circumstances(scenario, self.sizes)
        compile_passes(self._world, self.circumstances.flat)
        self.counted = Counted(self.steps, self.sizes)
        self._identity: dict[str, Any] | None = None  # see checkpoint.identity_of

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
        luck = draws.uniforms(self.seed, 0, len(self.sizes), k, draws.RESPONSE)
        today = self.circumstances.bring(k, self.counted.last(k), luck, self._world.signals)
        row = self.circumstances.flat
        if k == 0:
            first_state(self._crew, self._world, row)
        else:
            self._world = turn_page(self._world)
        latent = self._opens_month(k)
        self.counted.latent[k] = latent
        tallies = take_step(self._crew, self.seed, k, self._world, row, arrest_chances, latent)
        signals = self._world.signals
        barred = self.circumstances.platforms_barred(k, signals)
        self.counted.note(k, tallies, barred, signals)
        self.today = today
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

    def enact(self, entry: Mapping[str, Any]) -> str:
        """Do something as the state, from the next step's day on; return its id.

        It becomes an entry of the scenario's timeline: ``Simulation(simulation.scenario, seed)``
        run from the first day counts the same. An act whose lever is off switches it on.

        Parameters
        ----------
        entry
            A setting or an action as a scenario file has it, without id and date:
            ``{"kind": "setting", "set": {"surveillance": 0.5}}``,
            ``{"kind": "action", "lever": "blocking", "platforms": ["kin_chat"], "days": 7}``.

        Raises
        ------
        ScenarioError
            If there can be no such entry, or no day is left.
        """
        now = self._next_moment()
        values = self.circumstances.values.get(f"{entry.get('lever')}.on")
        off = values is not None and not values.all()
        scenario = amended(self.scenario, entry, now, switch=off)
        self._go_on_with(scenario)
        return str(enacted(scenario)[-1].id)

    def lift(self, name: str) -> None:
        """End something that was enacted, by its id, before the next step.

        Raises
        ------
        ScenarioError
            If nothing of that id was enacted, or no day is left.
        """
        self._go_on_with(lifted(self.scenario, name, self._next_moment()))

    @property
    def enacted(self) -> list[Any]:
        """The entries of the timeline that were enacted while this ran."""
        return enacted(self.scenario)

    def _next_moment(self) -> Moment:
        if self.finished:
            raise ScenarioError(f"the scenario ends on {self.scenario.world.end}")
        k = self.step_number
        return Moment(self.scenario.date_of(k), k * float(self.scenario.world.step_days))

    def _go_on_with(self, scenario: Scenario) -> None:
        """Put another scenario in the place of the one so far, equal up to now."""
        circumstances = Circumstances(scenario, self.sizes)
        circumstances.take_over(self.circumstances)
        if self.step_number:
            circumstances.go_on(self.step_number, self._world.signals)
        self.scenario, self.circumstances, self._identity = scenario, circumstances, None

    def save(self, path: str | Path) -> None:
        """Write all that is needed to go on from here, for `restore`; the file is whole or absent.

        It holds the scenario too, but of traits and a graph that were given only the digest.
        """
        checkpoint.save(self, Path(path))

    @classmethod
    def restore(
        cls,
        path: str | Path,
        threads: int | None = None,
        graph: Graph | None = None,
        traits: Mapping[str, Any] | None = None,
        *,
        force: bool = False,
    ) -> "Simulation":
        """Return the simulation that `save` wrote; it goes on as the other would, bit for bit.

        Parameters
        ----------
        graph, traits
            Those that the simulation was made with, where they were given.
        force
            Go on even if the model's source, the graph or the traits have changed since.

        Raises
        ------
        ValueError
            In one line: the file is damaged, or something has changed.
        """
        found = checkpoint.read(Path(path))
        if not force:
            found.check({"model": model_digest()})
        seed = found.facts["identity"]["seed"]
        simulation = cls(found.scenario, seed, threads, graph, traits)
        checkpoint.take_up(simulation, found, force=force)
        return simulation

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the threads, for pickling; ties and traits are among it."""
        return {name: value for name, value in vars(self).items() if name != "_crew"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Go on from what `__getstate__` gave, with threads of its own."""
        vars(self).update(state)
        self._crew = _crew_for(self.scenario.citizens, self.threads)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Simulation":
        """Return a simulation that goes on as this one; what never changes is shared with it."""
        world = self._world
        for part in (self.scenario, self.graph, world.ties, world.traits, world.readable):
            memo[id(part)] = part
        twin = memo[id(self)] = object.__new__(type(self))
        twin.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return twin

    @functools.cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of every step of the scenario."""
        return np.array(self.circumstances.dates, "datetime64[s]")

    @property
    def nation(self) -> pd.DataFrame:
        """One row a day, for the nation."""
        return self.counted.nation(self.step_number, self.dates)

    @property
    def regions(self) -> pd.DataFrame:
        """One row a day and region."""
        return self.counted.regions(self.step_number, self.dates, self.scenario.region_names)

    def history(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return columns of `nation`, all steps done (T,): of `measures.MEASURES` or `ACTIONS`."""
        return self.counted.history(slice(self.step_number), names)

    def daily(self, name: str) -> NDArray[Any]:
        """Return one column of `nation`, all steps done (T,), see `history`."""
        return self.history([name])[name]

    @property
    def counts(self) -> dict[str, int]:
        """The nation's integer tallies of the last step, by name (see `core.layout.TALLIES`)."""
        last = self.counted.last(self.step_number).sum(axis=0)
        return dict(zip(TALLIES, last.tolist(), strict=True))

    def measured(self, name: str) -> float:
        """Return a column of `nation` in the last step: of `measures.MEASURES` or `ACTIONS`."""
        if name in MEASURES:
            last = self.counted.last(self.step_number).sum(axis=0)
            return float(MEASURES[name](last, self.sizes.sum()))
        k = self.step_number
        return float(self.counted.history(slice(k - 1, k), [name])[name][0]) if k else 0.0

    @property
    def summary(self) -> dict[str, Any]:
        """What is said of the run as a whole; see `measures.summary`."""
        world, k = self.scenario.world, self.step_number
        whole = summary(
            self.counted.tallies[:k],
            self.counted.latent[:k],
            self.dates[:k],
            self.scenario.region_names,
            world.citizens,
            world.step_days,
        )
        online = (self._world.state.access & ONLINE) != 0
        for name, group in (("trust_online", online), ("trust_offline", ~online)):
            trust = self._world.state.trust[group]
            whole[name] = float(trust.mean(dtype=np.float64)) if len(trust) else None
        return whole

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """Traits and state of the citizens by name, as arrays (n,) that cannot be written."""
        arrays = {**self._world.traits._asdict(), **self._world.state._asdict()}
        views = {}
        for name in arrays.keys() - WORKINGS:
            views[name] = arrays[name].view()
            views[name].flags.writeable = False
        return views

    @property
    def heard(self) -> dict[str, NDArray[np.uint32]]:
        """Voices that reached each citizen in the last step (n,): street, others, held; copies.

        After `restore` they are 0 until the next step.
        """
        world = self._world
        reached = np.repeat(world.stirred, STIR)[: len(world.state.voice)] != 0
        columns = {"street": STREET_HEARD, "others": OTHERS_HEARD, "held": HELD_HEARD}
        return {
            name: np.where(reached, world.state.heard[:, column], np.uint32(0))
            for name, column in columns.items()
        }

    @property
    def signals(self) -> NDArray[np.void]:
        """What the last step brought to each region (R,), see `core.layout.SIGNALS`; a copy."""
        return self._world.signals.copy()

    @property
    def bands(self) -> pd.DataFrame:
        """The dated world and what the state did so far, as bands for a picture."""
        bands: pd.DataFrame = self.circumstances.bands(self.date)
        return bands

    def population_measures(self) -> dict[str, Any]:
        """Return means of the traits, and how alike close ties are in going online."""
        traits = self._world.traits
        means = {
            f"mean_{name}": float(getattr(traits, name).mean(dtype=np.float64))
            for name in ("hardship", "resting_trust", "threshold", "risk_aversion")
        }
        return {
            "region_citizens": dict(
                zip(self.scenario.region_names, self.sizes.tolist(), strict=True)
            ),
            **means,
            "instigators": int(np.count_nonzero(traits.threshold == 0)),
            "adoption_correlation_of_close_ties": self.graph.correlation(traits.adoption_rank),
        }

    def _opens_month(self, k: int) -> bool:
        dates = self.circumstances.dates
        return dates[0].day == 1 if k == 0 else dates[k].month != dates[k - 1].month


def _crew_for(citizens: int, threads: int) -> Crew:
    """Return the threads that share out so many citizens."""
    alone = threads == 1 or citizens < ALONE_BELOW
    return Crew(None if alone else ThreadPoolExecutor(threads, "samizdat"), threads)


def check_call(seed: int, threads: int | None) -> None:
    """Check what a run is called with besides its scenario.

    Raises
    ------
    ScenarioError
        Naming the seed or the number of threads, and what is allowed.
    """
    if not 0 <= seed < SEED_LIMIT:
        raise ScenarioError(f"seed = {seed} is outside 0 ... {SEED_LIMIT - 1}")
    if threads is not None and not 1 <= threads <= MAX_THREADS:
        raise ScenarioError(f"threads = {threads} is outside 1 ... {MAX_THREADS}")


def _most_readable(readable: list[float]) -> NDArray[np.float64]:
    """Return, for every set of platforms, the share that the state reads of the most readable."""
    sets = np.arange(PLATFORMS + 1)
    most = np.zeros(len(sets))
    for k, share in enumerate(readable):
        most = np.where(sets & (1 << k), np.maximum(most, share), most)
    return most
