"""The citizens of a simulation, one by one or by the million: views of arrays, never copies.

A `Citizen` reads her row when she is asked; `Citizens` is a lazy sequence of them, in the manner of
Mesa's AgentSet. No object is kept for anybody, so that 17 million citizens cost nothing until they
are read. What citizens are and do follows from the rules: nothing can be written here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from samizdat.core.jit import interpreted
from samizdat.core.layout import ATTENTION, AWARE, ONLINE, POSTURES
from samizdat.core.mechanisms.decision import opposition
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import unknown
from samizdat.society.snowball import network, snowball

if TYPE_CHECKING:
    import networkx as nx

Rows = int | slice | NDArray[np.int64]
Read = Callable[[Simulation, Rows], Any]
Words = Callable[[Simulation], Sequence[str]]


class Column:
    """An attribute of citizens that stands in arrays: read for one, or for many at once."""

    def __init__(self, read: Read, words: Words | None = None) -> None:
        self.read, self.words = read, words

    def __get__(self, citizen: "Citizen | None", owner: type) -> Any:
        """Return the value of one citizen; of the class, the column itself."""
        if citizen is None:
            return self
        value = self.read(citizen.simulation, citizen.unique_id)
        return value.item() if self.words is None else self.words(citizen.simulation)[int(value)]

    def of(self, simulation: Simulation, rows: Rows) -> Any:
        """Return the values of many: an array that cannot be written; words as a Categorical."""
        values = self.read(simulation, rows)
        if self.words is not None:
            return pd.Categorical.from_codes(values, pd.Index(list(self.words(simulation))))
        values = values.view()
        values.flags.writeable = False
        return values


def _state(name: str) -> Read:
    return lambda simulation, rows: getattr(simulation._world.state, name)[rows]


def _trait(name: str) -> Read:
    return lambda simulation, rows: getattr(simulation._world.traits, name)[rows]


def _opposition(simulation: Simulation, rows: Rows) -> Any:
    state = simulation._world.state
    rule: Callable[..., Any] = interpreted(opposition)  # of whole arrays as of numbers
    return rule(state.grievance[rows].astype(np.float64), state.trust[rows].astype(np.float64))


class Citizen:
    """One citizen as she is now.

    She is a view: after a step she reads as that step left her, and before the first one she is
    silent, unaware and without beliefs. Nothing of her can be set.

    Attributes
    ----------
    unique_id
        Her number, 0 ... N - 1; those of a region follow each other.
    model
        The model that she was asked of, None for a bare simulation.
    region, posture, attention
        In words: of the scenario, of `POSTURES`, of `ATTENTION`.
    grievance, trust, fear, opposition
        Her beliefs, 0 ... 1, and private opposition.
    hardship, resting_trust, threshold, risk_aversion, adoption_rank, literacy_rank
        Her traits.
    aware, online, circumventing
        Whether she knows of an event, has adopted the internet, has a VPN.
    days_left
        Steps that she still has to spend in detention.
    """

    __slots__ = ("model", "simulation", "unique_id")

    def __init__(self, simulation: Simulation, unique_id: int, model: Any = None) -> None:
        self.simulation, self.unique_id, self.model = simulation, unique_id, model

    region = Column(_trait("region"), lambda simulation: simulation.scenario.region_names)
    posture = Column(_state("posture"), lambda _: POSTURES)
    attention = Column(_state("attention"), lambda _: ATTENTION)
    grievance, trust, fear = (Column(_state(name)) for name in ("grievance", "trust", "fear"))
    opposition = Column(_opposition)
    hardship, resting_trust = Column(_trait("hardship")), Column(_trait("resting_trust"))
    threshold, risk_aversion = Column(_trait("threshold")), Column(_trait("risk_aversion"))
    adoption_rank, literacy_rank = Column(_trait("adoption_rank")), Column(_trait("literacy_rank"))
    aware = Column(lambda simulation, rows: simulation._world.state.attention[rows] == AWARE)
    online = Column(lambda simulation, rows: simulation._world.state.access[rows] & ONLINE != 0)
    circumventing = Column(lambda simulation, rows: simulation._world.state.circumventing[rows] > 0)
    days_left = Column(_state("days_left"))

    @property
    def platforms(self) -> tuple[str, ...]:
        """Names of the platforms that she uses once online."""
        bits = int(self.simulation._world.traits.platforms[self.unique_id])
        platforms = self.simulation.scenario.spec.platforms
        return tuple(p.name for k, p in enumerate(platforms) if bits & (1 << k))

    @property
    def neighbours(self) -> "Citizens":
        """Everybody she is tied to."""
        return self._tied_to(0, None)

    @property
    def close_neighbours(self) -> "Citizens":
        """Kin and co-workers, whom she hears in person."""
        return self._tied_to(0, int(self.simulation.graph.ties.close[self.unique_id]))

    @property
    def online_neighbours(self) -> "Citizens":
        """Whom she hears on platforms alone."""
        return self._tied_to(int(self.simulation.graph.ties.close[self.unique_id]), None)

    def _tied_to(self, first: int, last: int | None) -> "Citizens":
        ties, i = self.simulation.graph.ties, self.unique_id
        row = ties.neighbour[int(ties.start[i]) : int(ties.start[i + 1])]
        return Citizens(self.simulation, row[first:last].astype(np.int64), self.model)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Citizen):
            return NotImplemented
        return self.unique_id == other.unique_id and self.simulation is other.simulation

    def __hash__(self) -> int:
        return hash((id(self.simulation), self.unique_id))

    def __repr__(self) -> str:
        return f"<Citizen {self.unique_id}: {self.posture}>"


COLUMNS = {name: column for name, column in vars(Citizen).items() if isinstance(column, Column)}


class Citizens(Sequence[Citizen]):
    """Citizens of a simulation in the order of their numbers, or as they were chosen.

    Parameters
    ----------
    simulation
        Whose they are.
    ids
        Their numbers, by default all.
    model
        What a citizen's ``model`` is to be.
    """

    __slots__ = ("_ids", "model", "simulation")

    def __init__(
        self,
        simulation: Simulation,
        ids: range | NDArray[np.int64] | None = None,
        model: Any = None,
    ) -> None:
        self.simulation, self.model = simulation, model
        self._ids = range(simulation.scenario.citizens) if ids is None else ids

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, item: int) -> Citizen: ...
    @overload
    def __getitem__(self, item: slice) -> "Citizens": ...
    def __getitem__(self, item: int | slice) -> "Citizen | Citizens":
        """Return a citizen by her place (of all: by her number), or a run of them."""
        if isinstance(item, slice):
            return self._chosen(self._ids[item])
        return Citizen(self.simulation, int(self._ids[item]), self.model)

    def __iter__(self) -> Iterator[Citizen]:
        for i in self._ids:
            yield Citizen(self.simulation, int(i), self.model)

    def __contains__(self, citizen: object) -> bool:
        known = isinstance(citizen, Citizen) and citizen.simulation is self.simulation
        return known and bool(citizen.unique_id in self._ids)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"<{len(self):,} citizens of {self.simulation.scenario.name}>"

    @property
    def ids(self) -> NDArray[np.int64]:
        """Their numbers, as an array."""
        if isinstance(self._ids, range):
            return np.arange(self._ids.start, self._ids.stop, self._ids.step)
        return self._ids

    def get(self, attr_names: str | Iterable[str]) -> Any:
        """Return an attribute of all of them, or a tuple each of several.

        A number comes as an array that cannot be written; of all citizens it is the simulation's
        own and moves with it: copy what is to be kept over a step. A word comes as a Categorical.

        Raises
        ------
        AttributeError
            Naming the nearest attribute there is.
        """
        if not isinstance(attr_names, str):
            return list(zip(*(self.get(name) for name in attr_names), strict=True))
        if attr_names == "unique_id":
            return self.ids
        if attr_names in COLUMNS:
            return COLUMNS[attr_names].of(self.simulation, self._rows)
        if not hasattr(Citizen, attr_names):
            known = [name for name in dir(Citizen) if not name.startswith("_")]
            raise AttributeError(f"citizens: {unknown(attr_names, known)}")
        return [getattr(citizen, attr_names) for citizen in self]

    def table(self, *names: str) -> pd.DataFrame:
        """Return attributes as a table, a row a citizen."""
        return pd.DataFrame({name: self.get(name) for name in names}, index=self.ids)

    def select(
        self,
        filter_func: Callable[[Citizen], bool] | ArrayLike | None = None,
        at_most: float = float("inf"),
        **equal: Any,
    ) -> "Citizens":
        """Return those who pass, in order.

        Parameters
        ----------
        filter_func
            A function of a citizen, asked one by one; or an array of booleans, one each.
        at_most
            How many; or, as a float up to 1, which share of them.
        **equal
            Values that attributes must have: ``posture="mobilise"``. They are looked up at once.
        """
        chosen = self
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        if filter_func is not None and not callable(filter_func):
            mask = np.asarray(filter_func, bool)
            if len(mask) != len(self):
                raise ValueError(f"{len(mask)} booleans for {len(self)} citizens")
            chosen = self._at(np.flatnonzero(mask))
        for name, value in equal.items():
            chosen = chosen._at(np.flatnonzero(chosen._equal(name, value)))
        if not callable(filter_func):
            return chosen[: int(min(at_most, len(chosen)))]
        passing: list[int] = []
        for citizen in chosen:
            if len(passing) >= at_most:
                break
            if filter_func(citizen):
                passing.append(citizen.unique_id)
        return self._chosen(np.array(passing, np.int64))

    def sample(self, k: int, seed: int = 0) -> "Citizens":
        """Return k of them drawn at random, in order; the same for the same seed.

        Raises
        ------
        ValueError
            If there are fewer.
        """
        if not 0 <= k <= len(self):
            raise ValueError(f"sample of {k} citizens: there are {len(self)}")
        places = np.random.default_rng(seed).choice(len(self), k, replace=False)
        return self._at(np.sort(places))

    def snowball(self, k: int = 2000, seed: int = 0) -> "Citizens":
        """Return up to k citizens found along ties from one of these, see `snowball`."""
        return self._chosen(snowball(self.simulation.graph.ties, self._ids, k, seed))

    def network(self, *names: str) -> "nx.Graph[Any]":
        """Return the ties among them as a networkx graph; ``kind`` is "close" or "online".

        Parameters
        ----------
        names
            Attributes that each node carries, as they are now; by default region and posture.
        """
        names = names or ("region", "posture")
        nodes = [dict(zip(names, values, strict=True)) for values in self.get(names)]
        return network(self.simulation.graph.ties, self.ids.tolist(), nodes)

    def agg(self, attribute: str, func: Any) -> Any:
        """Return a function of an attribute's values, or a list of the results of several."""
        values = self.get(attribute)
        return func(values) if callable(func) else [each(values) for each in func]

    def groupby(self, by: str | Callable[[Citizen], Any]) -> "Groups":
        """Return them by the values of an attribute, or of a function of each citizen."""
        groups: dict[Any, Citizens] = {}
        if isinstance(by, str):
            codes, labels = pd.factorize(self.get(by))
            places = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
            groups = {v: self._at(p) for v, p in zip(labels, places, strict=False)}
        else:
            listed: dict[Any, list[int]] = {}
            for citizen in self:
                listed.setdefault(by(citizen), []).append(citizen.unique_id)
            groups = {v: self._chosen(np.array(ids, np.int64)) for v, ids in listed.items()}
        return Groups(groups)

    def sort(self, key: str | Callable[[Citizen], Any], ascending: bool = False) -> "Citizens":
        """Return them in the order of an attribute, or of a function; the largest first."""
        values = self.get(key) if isinstance(key, str) else [key(citizen) for citizen in self]
        values = values.codes if isinstance(values, pd.Categorical) else np.asarray(values)
        if ascending:
            return self._at(np.argsort(values, kind="stable"))
        return self._at(len(self) - 1 - np.argsort(values[::-1], kind="stable")[::-1])

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Return what a function, or the method of that name, gives for each of them."""
        if isinstance(method, str):
            return [getattr(citizen, method)(*args, **kwargs) for citizen in self]
        return [method(citizen, *args, **kwargs) for citizen in self]

    def to_list(self) -> list[Citizen]:
        """Return a view of each, in a list."""
        return list(self)

    @property
    def _rows(self) -> Rows:
        """Where they stand in the arrays; a run of them needs no copy."""
        if isinstance(self._ids, range) and self._ids.step > 0:
            return slice(self._ids.start, self._ids.stop, self._ids.step)
        return self.ids

    def _at(self, places: NDArray[np.int64]) -> "Citizens":
        """Return those who stand at some places of this sequence."""
        ids = self._ids
        return self._chosen(
            ids.start + ids.step * places if isinstance(ids, range) else ids[places]
        )

    def _chosen(self, ids: range | NDArray[np.int64]) -> "Citizens":
        return Citizens(self.simulation, ids, self.model)

    def _equal(self, name: str, value: Any) -> NDArray[np.bool_]:
        values = self.get(name)
        if isinstance(values, pd.Categorical) and value not in values.categories:
            raise ValueError(f"{name}: {unknown(str(value), values.categories)}")
        return np.asarray(values == value)


class Groups:
    """Citizens by a value; iterates over pairs of value and citizens, as Mesa's GroupBy does."""

    def __init__(self, groups: dict[Any, Citizens]) -> None:
        self.groups = groups

    def __iter__(self) -> Iterator[tuple[Any, Citizens]]:
        return iter(self.groups.items())

    def __len__(self) -> int:
        return len(self.groups)

    def count(self) -> dict[Any, int]:
        """Return how many there are of each."""
        return {value: len(group) for value, group in self}

    def agg(self, attr_name: str, func: Callable[[Any], Any]) -> dict[Any, Any]:
        """Return a function of an attribute in each group."""
        return {value: func(group.get(attr_name)) for value, group in self}

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Return what a function of the citizens, or their method, gives for each group."""
        if isinstance(method, str):
            return {v: getattr(group, method)(*args, **kwargs) for v, group in self}
        return {v: method(group, *args, **kwargs) for v, group in self}
