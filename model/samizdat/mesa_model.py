"""Mesa's view of a simulation: the one file of the model that knows Mesa."""

import datetime as dt
import difflib
import functools
import operator
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from samizdat.run.arguments import SEED_LIMIT, check_call
from samizdat.run.citizens import Citizens
from samizdat.run.measures import ACTIONS, MEASURES
from samizdat.run.simulation import Simulation
from samizdat.scenario.registry import REGISTRY
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError, unknown

if TYPE_CHECKING:
    import networkx as nx

OWN_REGIME = "scenario"  # names the regime that the scenario itself describes
# What is recorded of each in the panel; batch_run puts it beside the means, named as they are.
PANEL = {f"citizen_{name}": name for name in ("posture", "attention", "grievance", "trust", "fear")}
_OWN = ("scenario", "citizens", "rng", "regime", "panel")


class ProtestModel(mesa.Model):
    """A `Simulation` that Mesa can step, collect, sweep and show.

    Parameters
    ----------
    scenario
        A shipped name, or the path of a file.
    citizens
        How many, instead of the scenario's.
    rng
        The seed; a text is read as a number. None draws one: see ``seed``. The keyword ``seed`` is
        the same.
    regime
        A preset regime in the place of the scenario's own, which is None or "scenario".
    panel
        Whom to record one by one: their numbers, or how many to draw. By default nobody.
    **kwargs
        Numbers by their dotted names, with a dot or two underscores: ``attention__beta=0.1``.

    Attributes
    ----------
    seed
        From which all follows: ``ProtestModel(..., rng=model.seed)`` is this run again.
    simulation
        The model itself.
    panel
        The `Citizens` recorded one by one, or None.

    Raises
    ------
    ScenarioError
        In one line: what is wrong, and what is allowed or nearest.
    """

    if "time" not in vars(mesa.Model):  # before Mesa 3.5

        @property
        def time(self) -> float:
            """How many steps were done."""
            return float(self.steps)

    def __init__(
        self,
        scenario: str = "town",
        citizens: int | None = None,
        rng: Any = None,
        regime: str | None = None,
        panel: int | Iterable[int] | None = None,
        **kwargs: Any,  # by this very name: SolaraViz of Mesa 3.3 looks for it
    ) -> None:
        if "seed" in kwargs and rng is not None:
            raise ScenarioError("seed and rng are the same: give one of them")
        seed = seed_from(kwargs.pop("seed", None) if rng is None else rng)
        values = numbers_from(kwargs)
        if citizens is not None:
            values["citizens"] = citizens
        world = Scenario.load(scenario)
        if regime is not None and regime != OWN_REGIME:
            world = world.under(regime)
        super().__init__(rng=seed)
        self.seed = seed
        self.simulation = Simulation(world.change(values), seed)
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
        """Refuse a step after the end before Mesa, whose this is, counts it."""
        if self.simulation.finished:
            self.simulation.step()  # raises
        super()._wrapped_step(*args, **kwargs)

    @property
    def agents(self) -> Citizens:
        """All citizens, as a lazy sequence: nobody is kept, so that millions are welcome."""
        return Citizens(self.simulation, model=self)

    @property
    def scenario(self) -> None:
        """None: what is simulated is ``simulation.scenario``.

        From 3.5 on Mesa keeps a scenario of its own here, and SolaraViz would hand that to a new
        model in the place of a name.
        """

    @scenario.setter
    def scenario(self, scenario: object) -> None:
        """Leave what Mesa sets."""

    @property
    def date(self) -> dt.date:
        """The date of the last step done, or of the first before there is one."""
        return self.simulation.date

    def measured(self, name: str) -> float:
        """Return a measure of the nation in the last step, see `measures.MEASURES`."""
        return self.simulation.measured(name)

    def network(self, citizens: int = 2000, seed: int = 0, *names: str) -> "nx.Graph[Any]":
        """Return the ties among a snowball sample of citizens, see `Citizens.network`."""
        return self.agents.snowball(citizens, seed).network(*names)


class _Collected:
    """What the data collector looks at: the model, with the panel in the place of everybody."""

    def __init__(self, model: ProtestModel) -> None:
        self._model = model
        self.agents = model.agents if model.panel is None else model.panel
        self.steps = model.steps - 1  # batch_run of Mesa 3.3 counts rows from 0, agents' too

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def _measured(model: ProtestModel, name: str) -> float:
    return model.measured(name)


def seed_from(rng: Any) -> int:
    """Return the seed that a number, its text, a generator of random numbers or None stands for.

    Raises
    ------
    ScenarioError
        If it is none of these, or out of range.
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


def numbers_from(keywords: dict[str, Any]) -> dict[str, Any]:
    """Return values by dotted name from keywords that may have two underscores for the dot."""
    values: dict[str, Any] = {}
    for keyword, value in keywords.items():
        name = keyword.replace("__", ".")
        if name in values:
            raise ScenarioError(f"{name} is given twice")
        if name in _OWN:
            raise ScenarioError(f"{name} is no number of the scenario")
        if name not in REGISTRY and difflib.get_close_matches(name, _OWN, cutoff=0.7):
            raise ScenarioError(unknown(name, _OWN))
        values[name] = value
    return values


def _panel(everybody: Citizens, panel: Any, seed: int) -> Citizens:
    """Return the citizens of a panel; a number of them is drawn, from the seed of the run."""
    last = len(everybody) - 1
    try:
        many = operator.index(panel)
    except TypeError:
        many = None  # hopefully whom
    if many is not None:
        if not 0 <= many <= last + 1:
            raise ScenarioError(f"panel = {many} is outside 0 ... {last + 1}")
        return everybody.sample(many, seed)
    try:
        ids = [operator.index(i) for i in panel]
    except TypeError:
        raise ScenarioError(
            f"panel = {panel!r} is neither a number of citizens nor a list of theirs"
        ) from None
    for i in ids:
        if not 0 <= i <= last:
            raise ScenarioError(f"panel: citizen {i} is outside 0 ... {last}")
    return Citizens(everybody.simulation, np.array(ids, np.int64), everybody.model)
