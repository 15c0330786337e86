"""One run: in each step first the world, then the regime, the citizens and the history."""

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from samizdat.core import draws
from samizdat.core.dilution import dilution_table
from samizdat.core.layout import BLOCK, DYNAMIC, N_MOBILISE
from samizdat.core.quantity import format_value
from samizdat.core.step import (
    ThreadTeam,
    compile_passes,
    first_state,
    resume_state,
    swap_buffers,
    take_step,
)
from samizdat.regime.force import arrest_chances
from samizdat.regime.orders import RegimeInput
from samizdat.run import checkpoint, digests
from samizdat.run.arguments import available_cores, check_call
from samizdat.run.building import build_world
from samizdat.run.checkpoint import Checkpoint
from samizdat.run.environment import Environment
from samizdat.run.feed import Feed
from samizdat.run.history import History
from samizdat.run.outcomes import Outcomes
from samizdat.run.rallies import Rallies
from samizdat.scenario.interventions import (
    Moment,
    amended,
    interventions,
    lifted,
    moment_of,
)
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError
from samizdat.society.graph import Graph
from samizdat.system.paths import outside_path

if TYPE_CHECKING:
    from samizdat.scenario.timeline import Action, Setting

ALONE_BELOW = 40_000  # citizens: sharing the work among threads costs more than it saves


class Simulation(Outcomes):
    """A population with its ties, its state and its regime, advanced day by day.

    Parameters
    ----------
    scenario
        The scenario that is simulated.
    seed
        0 ... 2**63 - 1, of any integer type. All random numbers follow from it, whatever the
        number of threads.
    threads
        1 ... 1024; by default one for each core that this process may use.
    graph
        Who can hear whom, instead of the scenario's own graph.
    traits
        Arrays (n,) by the name of a trait, instead of those drawn. Each value is checked, see
        `society.population.RANGES`; platforms are sums of bits.

    Raises
    ------
    ValueError
        If the seed is no whole number or out of range, graph or traits do not fit the citizens, or
        the available memory does not hold them.

    Examples
    --------
    >>> from samizdat import Scenario, Simulation
    >>> town = Scenario.load("town").change({"citizens": 60})
    >>> simulation = Simulation(town, seed=1)
    >>> simulation.date, simulation.steps
    (datetime.date(2014, 3, 1), 60)
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        threads: int | None = None,
        graph: Graph | None = None,
        traits: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        if not isinstance(scenario, Scenario):
            raise ScenarioError(
                f"scenario = {format_value(scenario)} is not a Scenario; Scenario.load reads one"
            )
        seed, threads = check_call(seed, threads)
        self.scenario, self.seed, self.step_number = scenario, seed, 0
        self.regime_input: RegimeInput | None = None  # what the regime knew in the last step
        self.threads = threads or available_cores()
        self.sizes = scenario.sizes
        self.steps = scenario.steps_until()
        self.graph, self._world = build_world(scenario, seed, self.threads, BLOCK, graph, traits)
        self._team = _thread_team(scenario.citizens, self.threads)
        self.environment = Environment(scenario, self.sizes, seed)
        self._feed = Feed(self.sizes)
        self.rallies = Rallies(scenario)
        compile_passes(self._world, self.environment.flat)
        self.history = History(
            scenario, self.sizes, np.array(self.environment.dates, "datetime64[s]")
        )
        self._identity: dict[str, str | int] | None = None
        self._diluted_by: tuple[float, float] | None = None  # the numbers of `World.diluted`

    @property
    def finished(self) -> bool:
        """Whether the last step of the scenario is done."""
        return self.step_number >= self.steps

    def step(self) -> None:
        """Advance every citizen by one step, of ``scenario.spec.step_days`` days.

        Raises
        ------
        RuntimeError
            After the last day of the scenario.

        Examples
        --------
        >>> simulation = Simulation(Scenario.load("town").change({"citizens": 60}))
        >>> simulation.step()
        >>> simulation.step_number, simulation.counts["silent"]
        (1, 60)
        """
        if self.finished:
            raise RuntimeError(f"the scenario ends on {self.scenario.spec.end}")
        k = self.step_number
        response = draws.uniforms(self.seed, 0, len(self.sizes), k, draws.RESPONSE)
        signals = self._world.signals
        adoption, allowed = signals["adoption"].copy(), signals["allowed"].copy()
        inputs = self.environment.update(k, self.history.last, response, signals)
        row, p = self.environment.flat, self.environment.parameters
        self._dilute()
        mobilised = self.history.last[:, N_MOBILISE]
        self.rallies.morning(k, self.seed, self._world, mobilised, p.rally)
        if k == 0:
            first_state(self._team, self._world, row)
        else:
            self._world = swap_buffers(self._world)
            feed = p.attention.feed
            self._feed.update(self._world, feed, adoption, allowed)
        latent = self._opens_month(k)
        tallies = take_step(self._team, self.seed, k, self._world, row, arrest_chances, latent)
        self.rallies.arrest_organisers(k, self.seed, self._world, p, tallies)
        barred = self.environment.platforms_barred(k, signals)
        self.history.record(
            tallies,
            barred,
            signals,
            self.rallies.counts,
            self.arrivals.counts,
            latent=latent,
            threat=self.threat,
        )
        self.regime_input = inputs
        self.step_number += 1

    def run(
        self,
        until: dt.date | None = None,
        progress: Callable[["Simulation"], None] | None = None,
    ) -> "Simulation":
        """Advance to the end of a day, by default the scenario's last; return this simulation.

        Parameters
        ----------
        until
            The last day; if it is over already, nothing happens.
        progress
            Called after each step; an exception that it raises ends the run between two steps.

        Raises
        ------
        ScenarioError
            If the day is outside the scenario.

        Examples
        --------
        >>> import datetime as dt
        >>> town = Scenario.load("town").change({"citizens": 60})
        >>> simulation = Simulation(town).run(dt.date(2014, 3, 10))
        >>> simulation.step_number, simulation.date
        (10, datetime.date(2014, 3, 10))
        """
        target = self.scenario.steps_until(until)
        while self.step_number < target:
            self.step()
            if progress is not None:
                progress(self)
        return self

    def enact(self, entry: Mapping[str, object]) -> str:
        """Intervene as the state from the next step on; return the id of the intervention.

        If steps are shorter than days, it begins with the first that begins on another date.

        It becomes an entry of the scenario's timeline: ``Simulation(simulation.scenario, seed)``
        run from the first day gives the same results. An action also switches its lever on.

        Parameters
        ----------
        entry
            A setting or an action as in a scenario file, without id and date.

        Raises
        ------
        ScenarioError
            If the entry is invalid, or the scenario has ended.

        Examples
        --------
        >>> simulation = Simulation(Scenario.load("town").change({"citizens": 60}))
        >>> simulation.enact({"kind": "setting", "set": {"surveillance": 0.5}})
        'live-1'
        >>> simulation.enact({"kind": "action", "lever": "blackout", "days": 7})
        'live-2'
        """
        now = self._next_moment()
        values = self.environment.values.get(f"{entry.get('lever')}.on")
        off = values is not None and not values.all()
        scenario = amended(self.scenario, entry, now, switch=off)
        self._go_on_with(scenario)
        return str(interventions(scenario)[-1].id)

    def lift(self, name: str) -> None:
        """End an intervention, an action, a setting or a law by threat before the next step.

        The scenario's timeline and ladder then say so, and it replays to the same results. A law
        ends with the next date. What was ordered by rule ends with ``LEVER.rule_on = 0``.

        Parameters
        ----------
        name
            The id that `enact` returned, the id of an action or setting of the scenario, or the
            `scenario.interventions.law_id` of a rung of its ladder.

        Raises
        ------
        ScenarioError
            If nothing that can end has that id, or the scenario has ended.

        Examples
        --------
        >>> simulation = Simulation(Scenario.load("town").change({"citizens": 60}))
        >>> simulation.lift(simulation.enact({"kind": "action", "lever": "blackout"}))
        >>> simulation.interventions
        []
        """
        self._go_on_with(lifted(self.scenario, name, self._next_moment()))

    @property
    def interventions(self) -> "list[Setting | Action]":
        """The entries that `enact` added to the timeline."""
        return interventions(self.scenario)

    def _next_moment(self) -> Moment:
        if self.finished:
            raise ScenarioError(f"the scenario ends on {self.scenario.spec.end}")
        return moment_of(self.scenario, self.step_number)

    def _go_on_with(self, scenario: Scenario) -> None:
        """Replace the scenario by one that is equal up to the present step."""
        environment = Environment(scenario, self.sizes, self.seed)
        environment.take_over(self.environment)
        if self.step_number:
            environment.go_on(self.step_number, self._world.signals)
        rallies = Rallies(scenario)
        rallies.take_over(self.rallies)
        self.scenario, self.environment, self.rallies = scenario, environment, rallies
        self._identity = None

    def save(self, path: str | Path) -> None:
        """Write a checkpoint for `restore`, the scenario included; the file is whole or absent.

        It holds only digests of a graph and traits that were supplied to the simulation.
        """
        world, environment = self._world, self.environment
        facts = {
            "step": self.step_number,
            "name": self.scenario.name,
            "identity": self.identity(),
            "regime": environment.to_table(),
            "rallies": self.rallies.to_table(),
            "scenario": self.scenario.to_table(),
        }
        arrays = {name: getattr(world.state, name) for name in DYNAMIC}
        arrays |= {"signals": world.signals, **self.history.to_arrays()}
        checkpoint.write(outside_path(path), facts, arrays)

    @classmethod
    def restore(
        cls,
        path: str | Path,
        threads: int | None = None,
        graph: Graph | None = None,
        traits: Mapping[str, ArrayLike] | None = None,
        *,
        force: bool = False,
    ) -> "Simulation":
        """Return the simulation that `save` wrote; its next steps are bit for bit the same.

        Parameters
        ----------
        graph, traits
            The same that the simulation was created with, if any.
        force
            Restore even if the model's source, the graph or the traits have changed since.

        Raises
        ------
        ValueError
            In one line: the file is damaged, or something has changed.

        Examples
        --------
        >>> simulation = Simulation(Scenario.load("town").change({"citizens": 60}))
        >>> simulation.step()
        >>> simulation.save("town.npz")
        >>> Simulation.restore("town.npz").step_number
        1
        """
        found = checkpoint.read(outside_path(path))
        if not force:
            found.check({"model": digests.model_digest()})
        seed = found.facts["identity"]["seed"]
        simulation = cls(found.scenario, seed, threads, graph, traits)
        simulation.resume(found, force=force)
        return simulation

    def resume(self, found: Checkpoint, *, force: bool = False) -> None:
        """Continue from a checkpoint; only before the first step.

        Raises
        ------
        CheckpointError
            If the checkpoint belongs to another run, or does not fit.
        """
        found.check(self.identity(), force=force)
        k, world = found.step, self._world
        rows = History(self.scenario, self.sizes, self.history.dates)
        rows.steps = k
        targets = {name: getattr(world.state, name) for name in DYNAMIC}
        found.copy_to({**targets, "signals": world.signals, **rows.to_arrays()})
        self.history, self.step_number = rows, k
        self.environment.read_table(found.facts["regime"])
        self.rallies.read_table(found.facts["rallies"])
        if k:
            resume_state(world)
            self.environment.go_on(k, world.signals)

    def identity(self) -> dict[str, str | int]:
        """Return what must be equal for a restored run to be the same: digests, seed, size."""
        if self._identity is None:
            graph, traits = self.graph, self._world.traits
            self._identity = digests.identity(self.scenario, self.seed, graph, traits)
        return self._identity

    def __getstate__(self) -> dict[str, Any]:
        """Return everything except the threads, for pickling; with ties and traits."""
        return {name: value for name, value in vars(self).items() if name != "_team"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what `__getstate__` returned, with new threads."""
        vars(self).update(state)
        self._team = _thread_team(self.scenario.citizens, self.threads)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Simulation":
        """Return a copy that continues identically; arrays that never change are shared with it."""
        world = self._world
        never = (self.scenario, self.graph, world.ties, world.traits, world.readable)
        for part in (*never, self._feed.order):
            memo[id(part)] = part
        twin = memo[id(self)] = object.__new__(type(self))
        twin.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return twin

    def _dilute(self) -> None:
        """Make the table of D again if one of its two numbers has changed."""
        reach = self.environment.parameters.reach
        numbers = reach.dilution, reach.reference_ties
        if numbers != self._diluted_by:
            table = dilution_table(len(self._world.diluted) - 2, *numbers)
            self._world, self._diluted_by = self._world._replace(diluted=table), numbers

    def _opens_month(self, k: int) -> bool:
        dates = self.environment.dates
        return dates[0].day == 1 if k == 0 else dates[k].month != dates[k - 1].month


def _thread_team(citizens: int, threads: int) -> ThreadTeam:
    """Return the threads that share the citizens; only one if there are few citizens."""
    alone = threads == 1 or citizens < ALONE_BELOW
    return ThreadTeam(None if alone else ThreadPoolExecutor(threads, "samizdat"), threads)
