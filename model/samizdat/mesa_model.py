"""The model as a Mesa model: the only file besides the page that imports Mesa."""

import datetime as dt
import difflib
import functools
import operator
import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar, cast

import mesa
import numpy as np

from samizdat.run.arguments import SEED_LIMIT, check_call
from samizdat.run.citizens import Citizens
from samizdat.run.measures import ACTIONS, MEASURES
from samizdat.run.simulation import Simulation
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.society.graphs import Graph

if TYPE_CHECKING:
    import networkx as nx

T = TypeVar("T")
SeedLike = (
    int | float | str | np.random.Generator | np.random.BitGenerator | np.random.SeedSequence | None
)

OWN_REGIME = "scenario"  # names the scenario's own regime
# Recorded for each citizen in the panel; batch_run puts them beside the means, hence the prefix.
PANEL = {f"citizen_{name}": name for name in ("posture", "attention", "grievance", "trust", "fear")}
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
        Mesa's collector, with the columns of `Simulation.nation` and the seed.

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
        scenario: str = "town",
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
        loaded = Scenario.load(scenario)
        if regime is not None and regime != OWN_REGIME:
            loaded = loaded.under(regime)
        super().__init__(rng=seed)
        self.seed = seed
        self.simulation = Simulation(loaded.change(values), seed, graph=graph)
        self.panel = None if panel is None else _panel(self.agents, panel, seed)
        self.datacollector = mesa.DataCollector(
            {name: functools.partial(_measured, name=name) for name in (*MEASURES, *ACTIONS)}
            | {"seed": functools.partial(operator.attrgetter("seed"))},
            {} if panel is None else {n: operator.attrgetter(name) for n, name in PANEL.items()},
        )

    def step(self) -> None:
        """Advance by one step and collect; `running` ends with the scenario."""
        self.simulation.step()
        self.datacollector.collect(_Collected(self))
        self.running = not self.simulation.finished

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
        """Return a national measure of the last step, one of `run.measures.MEASURES`."""
        return self.simulation.measured(name)

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
        seed = int(rng)
        if not isinstance(rng, str) and seed != rng:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise ScenarioError(
            f"seed = {rng!r} is not a whole number of 0 ... {SEED_LIMIT - 1}"
        ) from None
    check_call(seed, None)
    return seed


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


def _index_of(value: object) -> int | None:
    """Return an integer of any type as int; None for anything else, arrays included."""
    try:
        return operator.index(cast(SupportsIndex, value))
    except TypeError:
        return None


def _panel(everybody: Citizens, panel: int | Iterable[int], seed: int) -> Citizens:
    """Return the citizens of a panel; a number of them is drawn with the seed of the run."""
    last = len(everybody) - 1
    size = _index_of(panel)
    if size is not None:
        if not 0 <= size <= last + 1:
            raise ScenarioError(f"panel = {size} is outside 0 ... {last + 1}")
        return everybody.sample(size, seed)
    try:
        ids = [operator.index(i) for i in cast(Iterable[int], panel)]
    except TypeError:
        raise ScenarioError(
            f"panel = {panel!r} is neither a number nor a list of citizens"
        ) from None
    for i in ids:
        if not 0 <= i <= last:
            raise ScenarioError(f"panel: citizen {i} is outside 0 ... {last}")
    return Citizens(everybody.simulation, np.array(ids, np.int64), everybody.model)
