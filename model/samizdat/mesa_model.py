"""The model as a Mesa model: the only file besides the page that imports Mesa."""

import datetime as dt
import difflib
import functools
import operator
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import mesa
import numpy as np

from samizdat.core.quantity import format_value, is_truth
from samizdat.run.arguments import SEED_LIMIT, check_seed, whole
from samizdat.run.citizens import Citizen, Citizens
from samizdat.run.measures import DAILY
from samizdat.run.simulation import Simulation
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.society.graph import Graph

if TYPE_CHECKING:
    import networkx as nx

T = TypeVar("T")
SeedLike = (
    int | float | str | np.random.Generator | np.random.BitGenerator | np.random.SeedSequence | None
)

IN_GRID = 300  # citizens: Mesa lays them out anew for each drawing
OWN_REGIME = "scenario"  # names the scenario's own regime
# Recorded for each citizen in the panel; batch_run puts them beside the means, hence the prefix.
PANEL = {f"citizen_{name}": name for name in ("posture", "attention", "grievance", "trust", "fear")}
_FOLLOWS = "who lives there follows from the scenario and the seed"
_SEEDED = "they follow from the seed; ProtestModel(..., rng=seed) begins a new run"
_OWN = ("scenario", "citizens", "rng", "regime", "panel")


class ProtestModel(mesa.Model):
    """A `Simulation` that Mesa can step, collect, sweep and show.

    Agents are lazy views of the simulation's arrays, so that any number of citizens is possible.

    Parameters
    ----------
    scenario
        Name of a shipped scenario, or the path of a file.
    citizens
        Number of citizens (default: as in the scenario).
    rng
        Random seed; text is read as a number, and None draws one (see ``seed`` below). The keyword
        ``seed`` means the same.
    regime
        Preset that replaces the scenario's regime; None or "scenario" keeps it.
    panel
        Citizens to record individually: their numbers, or how many to draw (default: none).
    graph
        Who can hear whom, instead of the scenario's own graph.
    **kwargs
        Parameters by dotted name; two underscores may stand for the dot:
        ``attention__beta=0.1``.

    Attributes
    ----------
    seed
        The random seed: ``ProtestModel(..., rng=model.seed)`` repeats the run.
    simulation
        The simulation that is stepped.
    panel
        The `Citizens` recorded individually, or None.
    datacollector
        Mesa's collector, with the columns of `Simulation.nation` (of which latent self-censorship,
        counted once a month, is left out) and the seed.

    Raises
    ------
    ScenarioError
        In one line: what is wrong, and what is allowed or nearest.

    Examples
    --------
    >>> from samizdat import ProtestModel
    >>> model = ProtestModel("town", citizens=200, rng=1, attention__beta=0.1)
    >>> for _ in range(3):
    ...     model.step()
    >>> model.steps, model.date.isoformat(), len(model.agents)
    (3, '2014-03-03', 200)
    >>> model.measured("online") <= 200
    True
    """

    if "time" not in vars(mesa.Model):  # before Mesa 3.5

        @property
        def time(self) -> float:
            """Number of steps done."""
            return float(self.steps)

    def __init__(
        self,
        scenario: str | Path = "town",
        citizens: int | None = None,
        rng: SeedLike = None,
        regime: str | None = None,
        panel: int | Iterable[int] | None = None,
        graph: Graph | None = None,
        **kwargs: Any,  # Mesa 3.3 needs this name
    ) -> None:
        if "seed" in kwargs and rng is not None:
            raise ScenarioError("seed and rng are the same: give one of them")
        seed = seed_from(kwargs.pop("seed", None) if rng is None else rng)
        values = parameters_from(kwargs)
        if citizens is not None:
            values["citizens"] = citizens
        if not isinstance(scenario, str | Path):
            raise ScenarioError(
                f"scenario = {format_value(scenario)} is neither a name nor the path of a file"
            )
        loaded = Scenario.load(scenario)
        if regime is not None and not (isinstance(regime, str) and regime == OWN_REGIME):
            loaded = loaded.under(regime)
        super().__init__(rng=seed)
        self.seed = seed
        self.simulation = Simulation(loaded.change(values), seed, graph=graph)
        self._grid: CitizenNetwork | None = None
        self.panel = None if panel is None else _panel(self.agents, panel, seed)
        self.datacollector = mesa.DataCollector(
            {name: functools.partial(_measured, name=name) for name in DAILY}
            | {"seed": functools.partial(operator.attrgetter("seed"))},
            {} if panel is None else {n: operator.attrgetter(name) for n, name in PANEL.items()},
        )

    def step(self) -> None:
        """Advance by one step and collect; `running` ends with the scenario."""
        self.simulation.step()
        self.datacollector.collect(_Collected(self))
        self.running = not self.simulation.finished

    def step_at_once(self) -> None:
        """Take a step as `step` does, past Mesa's schedule, which since 3.5 never goes back.

        After `synchronise` the next step that Mesa has scheduled may be many days ahead.
        """
        self._count(self.steps + 1)
        type(self).step(self)

    def synchronise(self) -> None:
        """Set Mesa's counters and collected table to a simulation that was set to another day.

        Individual citizens cannot be collected again, so there must be no panel.
        """
        steps, history = self.simulation.step_number, self.simulation.history
        self._count(steps)
        self.running = not self.simulation.finished
        collected = self.datacollector.model_vars
        names = [name for name in collected if name != "seed"]
        for name, column in history.columns(names).items():
            collected[name] = column.astype(float).tolist()
        collected["seed"] = [self.seed] * steps

    def _count(self, steps: int) -> None:
        """Set Mesa's counters to a number of steps done."""
        self.steps = steps
        if "time" in vars(mesa.Model):  # since Mesa 3.5
            object.__setattr__(self, "time", float(steps))

    def _wrapped_step(self, *args: Any, **kwargs: Any) -> None:
        """Raise an error after the last step, before Mesa, which calls this, counts one more."""
        if self.simulation.finished:
            self.simulation.step()  # raises
        super()._wrapped_step(*args, **kwargs)

    @property
    def agents(self) -> Citizens:
        """All citizens, as a lazy sequence: no agent is stored, so that millions are possible."""
        return Citizens(self.simulation, model=self)

    @property
    def agent_types(self) -> list[type]:
        """The one type of agents."""
        return [Citizen]

    @property
    def agents_by_type(self) -> dict[type, Citizens]:
        """All citizens, by their type."""
        return {Citizen: self.agents}

    def register_agent(self, agent: object) -> NoReturn:
        """Refuse: no agent can be added to the citizens."""
        raise NotImplementedError(f"an agent cannot be added: {_FOLLOWS}")

    def deregister_agent(self, agent: object) -> NoReturn:
        """Refuse: no citizen can be removed."""
        raise NotImplementedError(f"a citizen cannot be removed: {_FOLLOWS}")

    def remove_all_agents(self) -> NoReturn:
        """Refuse: no citizen can be removed."""
        raise NotImplementedError(f"citizens cannot be removed: {_FOLLOWS}")

    def reset_randomizer(self, seed: int | None = None) -> NoReturn:
        """Refuse: what is random follows from the seed of the model, from its first step on."""
        raise NotImplementedError(f"the random numbers cannot be reset: {_SEEDED}")

    def reset_rng(self, rng: SeedLike = None) -> NoReturn:
        """Refuse: what is random follows from the seed of the model, from its first step on."""
        raise NotImplementedError(f"the random numbers cannot be reset: {_SEEDED}")

    @property
    def scenario(self) -> None:
        """None: the scenario is ``simulation.scenario``.

        Since 3.5 Mesa stores a scenario of its own here, and SolaraViz would pass it to a new model
        in place of a name.
        """

    @scenario.setter
    def scenario(self, scenario: object) -> None:
        """Ignore what Mesa sets."""

    @property
    def date(self) -> dt.date:
        """The date of the last step done; before any, that of the first."""
        return self.simulation.date

    def measured(self, name: str) -> float:
        """Return a national measure of the last step, one of `run.measures.DAILY`."""
        return self.simulation.measured(name)

    @property
    def grid(self) -> "CitizenNetwork":
        """A sample of `IN_GRID` citizens as a network space, for Mesa's space components."""
        if self._grid is None:
            self._grid = CitizenNetwork(self.agents.snowball(IN_GRID, 0))
        return self._grid

    def network(self, citizens: int = 2000, seed: int = 0, *names: str) -> "nx.Graph[Any]":
        """Return the ties among a snowball sample of citizens.

        Parameters
        ----------
        citizens
            Largest number of citizens.
        seed
            Random seed of the sample.
        names
            Attributes of the citizens to put on the nodes, see `Citizens.network`.
        """
        return self.agents.snowball(citizens, seed).network(*names)


class CitizenNetwork(mesa.space.NetworkGrid):
    """A sample of the citizens as a space of Mesa's, for its drawers; nobody can be moved in it.

    Parameters
    ----------
    citizens
        Who is in it; `G` has the ties among them, with nodes 0, 1, 2 ...
    """

    def __init__(self, citizens: Citizens) -> None:
        import networkx as nx

        self._citizens = citizens
        self.G = nx.convert_node_labels_to_integers(citizens.network(), ordering="default")

    @property
    def agents(self) -> "list[_Placed]":  # type: ignore[override, unused-ignore]
        """The citizens, each with the node that stands for her as ``pos``."""
        return [_Placed(citizen, node) for node, citizen in enumerate(self._citizens)]

    def place_agent(self, agent: object, node_id: int) -> NoReturn:
        """Refuse: who can hear whom follows from the scenario and the seed."""
        raise NotImplementedError(f"an agent cannot be placed: {_FOLLOWS}")

    move_agent = place_agent


class _Placed:
    """A citizen with a node of a `CitizenNetwork`."""

    def __init__(self, citizen: Citizen, node: int) -> None:
        self._citizen, self.pos = citizen, node

    def __getattr__(self, name: str) -> Any:
        return getattr(self._citizen, name)


class _Collected:
    """The model as the data collector sees it: its agents are the panel, if there is one."""

    def __init__(self, model: ProtestModel) -> None:
        self._model = model
        self.agents = model.agents if model.panel is None else model.panel
        self.steps = model.steps - 1  # batch_run of Mesa 3.3 counts rows from 0, agents' too

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def _measured(model: ProtestModel, name: str) -> float:
    return model.measured(name)


def seed_from(rng: SeedLike) -> int:
    """Return the seed for a number, its text, a numpy generator, or None (which draws one).

    Raises
    ------
    ScenarioError
        If it is none of these, or out of range.

    Examples
    --------
    >>> seed_from("42")
    42
    """
    if rng is None:
        return secrets.randbelow(SEED_LIMIT)
    if isinstance(rng, np.random.Generator | np.random.BitGenerator | np.random.SeedSequence):
        return int(np.random.default_rng(rng).integers(SEED_LIMIT))
    try:
        if is_truth(rng) or np.ma.is_masked(rng):
            raise TypeError
        seed = int(rng)
        if not isinstance(rng, str) and seed != rng:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise ScenarioError(
            f"seed = {format_value(rng)} is not a whole number of 0 ... {SEED_LIMIT - 1}"
        ) from None
    return check_seed(seed)


def parameters_from(keywords: Mapping[str, T]) -> dict[str, T]:
    """Return values by dotted name, from keywords with two underscores for the dot.

    Raises
    ------
    ScenarioError
        If a name is given twice, or belongs to an argument of `ProtestModel`.

    Examples
    --------
    >>> parameters_from({"attention__beta": 0.1})
    {'attention.beta': 0.1}
    """
    values: dict[str, T] = {}
    for keyword, value in keywords.items():
        name = keyword.replace("__", ".")
        if name in values:
            raise ScenarioError(f"{name} is given twice")
        if name in _OWN:
            raise ScenarioError(f"{name} is not a parameter of the scenario")
        if name not in REGISTRY and difflib.get_close_matches(name, _OWN, cutoff=0.7):
            raise ScenarioError(unknown(name, _OWN))
        values[name] = value
    return values


def _panel(everybody: Citizens, panel: int | Iterable[int], seed: int) -> Citizens:
    """Return the citizens of a panel; a number of them is drawn with the seed of the run."""
    last = len(everybody) - 1
    if not is_truth(panel) and hasattr(panel, "__index__") and not getattr(panel, "ndim", 0):
        return everybody.sample(whole("panel", panel, 0, last + 1), seed)
    try:
        listed = [*cast(Iterable[int], panel)]
        if any(is_truth(i) for i in listed):
            raise TypeError
        ids = [operator.index(i) for i in listed]
    except TypeError:
        raise ScenarioError(
            f"panel = {format_value(panel)} is neither a number nor a list of citizens"
        ) from None
    for i in ids:
        if not 0 <= i <= last:
            raise ScenarioError(f"panel: citizen {format_value(i)} is outside 0 ... {last}")
    return Citizens(everybody.simulation, np.array(ids, np.int64), everybody.model)
