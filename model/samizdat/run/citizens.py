"""The citizens of a simulation, one by one or by the million: views of arrays, never copies.

A `Citizen` reads her row of the arrays when an attribute is read; `Citizens` is a lazy sequence of
them, like Mesa's AgentSet. No objects are stored, so that 17 million citizens cost nothing until
they are read. What citizens are and do follows from the rules: everything here is read-only.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from samizdat.core.layout import ATTENTION, AWARE, MAX_CITIZENS, ONLINE, PLATFORMS, POSTURES
from samizdat.core.quantity import format_value, is_truth
from samizdat.run.arguments import check_seed, citizen_numbers, whole
from samizdat.run.attributes import Attribute, RowIndex, opposition_of, state_of, trait_of
from samizdat.run.simulation import Simulation
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.society.snowball import network, snowball

if TYPE_CHECKING:
    import networkx as nx


class Citizen:
    """One citizen as she is now.

    A read-only view: after a step it shows the new state; before the first step citizens are
    silent, unaware and without beliefs.

    Attributes
    ----------
    unique_id
        Her number, 0 ... n - 1; citizens of a region are numbered consecutively.
    model
        The Mesa model, None for a bare simulation.
    region, posture, attention
        Names: from the scenario, `POSTURES`, `ATTENTION`.
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

    def __init__(self, simulation: Simulation, unique_id: int, model: object = None) -> None:
        self.simulation, self.unique_id, self.model = simulation, unique_id, model

    region = Attribute(trait_of("region"), lambda simulation: simulation.scenario.region_names)
    posture = Attribute(state_of("posture"), lambda _: POSTURES)
    attention = Attribute(state_of("attention"), lambda _: ATTENTION)
    grievance, trust, fear = (Attribute(state_of(name)) for name in ("grievance", "trust", "fear"))
    opposition = Attribute(opposition_of)
    hardship, resting_trust = (
        Attribute(trait_of("hardship")),
        Attribute(trait_of("resting_trust")),
    )
    threshold, risk_aversion = (
        Attribute(trait_of("threshold")),
        Attribute(trait_of("risk_aversion")),
    )
    adoption_rank, literacy_rank = (
        Attribute(trait_of("adoption_rank")),
        Attribute(trait_of("literacy_rank")),
    )
    aware = Attribute(lambda simulation, rows: simulation._world.state.attention[rows] == AWARE)
    online = Attribute(lambda simulation, rows: simulation._world.state.access[rows] & ONLINE != 0)
    circumventing = Attribute(
        lambda simulation, rows: simulation._world.state.circumventing[rows] > 0
    )
    days_left = Attribute(state_of("days_left"))

    @property
    def platforms(self) -> tuple[str, ...]:
        """Names of the platforms that she uses once online."""
        bits = int(self.simulation._world.traits.platforms[self.unique_id])
        return self.simulation.scenario.platform_names(bits & PLATFORMS)

    @property
    def neighbours(self) -> "Citizens":
        """All citizens she is tied to."""
        return self._tied_to(0, None)

    @property
    def close_neighbours(self) -> "Citizens":
        """Kin, friends and co-workers, whom she hears in person."""
        return self._tied_to(0, int(self.simulation.graph.ties.close[self.unique_id]))

    @property
    def online_neighbours(self) -> "Citizens":
        """Citizens whom she hears only on platforms."""
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


ATTRIBUTES = {
    name: column for name, column in vars(Citizen).items() if isinstance(column, Attribute)
}


class Citizens(Sequence[Citizen]):
    """Citizens of a simulation, in the order of their numbers or as they were chosen.

    Parameters
    ----------
    simulation
        The simulation they live in.
    ids
        Their numbers, by default all.
    model
        The value of each citizen's ``model``.

    Examples
    --------
    >>> from samizdat import Scenario, Simulation
    >>> from samizdat.run.citizens import Citizens
    >>> citizens = Citizens(Simulation(Scenario.load("town").change({"citizens": 60})).run())
    >>> len(citizens), citizens[7].online
    (60, True)
    >>> citizens.groupby("region").count()
    {'Old Town': 36, 'Riverside': 24}
    """

    __slots__ = ("_ids", "model", "simulation")

    def __init__(
        self,
        simulation: Simulation,
        ids: range | NDArray[np.int64] | None = None,
        model: object = None,
    ) -> None:
        self.simulation, self.model = simulation, model
        n = simulation.scenario.citizens
        self._ids = range(n) if ids is None else citizen_numbers(ids, n)

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, item: int) -> Citizen: ...
    @overload
    def __getitem__(self, item: slice) -> "Citizens": ...
    def __getitem__(self, item: int | slice) -> "Citizen | Citizens":
        """Return the citizen at an index (of all citizens: her number), or a slice of them."""
        if isinstance(item, slice):
            return self._chosen(self._ids[item])
        if is_truth(item):
            raise TypeError(f"citizens[{item}]: a whole number is needed")
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
        """Return an attribute of all of them, or for several attributes a tuple per citizen.

        Numbers come as a read-only array (n,). For all citizens it is a view of the simulation's
        array, which a step overwrites: copy it to keep it. Names come as a Categorical.

        Raises
        ------
        AttributeError
            Naming the nearest attribute that exists.
        """
        if not isinstance(attr_names, str):
            return list(zip(*(self.get(name) for name in attr_names), strict=True))
        if attr_names == "unique_id":
            return self.ids
        if attr_names in ATTRIBUTES:
            return ATTRIBUTES[attr_names].of(self.simulation, self._rows)
        if not hasattr(Citizen, attr_names):
            known = [name for name in dir(Citizen) if not name.startswith("_")]
            raise AttributeError(f"citizens: {unknown(attr_names, known)}")
        return [getattr(citizen, attr_names) for citizen in self]

    def table(self, *names: str) -> pd.DataFrame:
        """Return attributes as a table, one row per citizen."""
        return pd.DataFrame({name: self.get(name) for name in names}, index=self.ids)

    def select(
        self,
        filter_func: Callable[[Citizen], bool] | ArrayLike | None = None,
        at_most: float = float("inf"),
        **equal: Any,
    ) -> "Citizens":
        """Return the citizens that pass all conditions, in order.

        Parameters
        ----------
        filter_func
            A function of a citizen, called for each; or an array (n,) of booleans.
        at_most
            Largest number of citizens, from 0; or, as a float up to 1, largest share.
        **equal
            Values that attributes must have: ``posture="mobilise"``. These are compared as arrays.
        """
        chosen = self
        if is_truth(at_most) or not at_most >= 0:  # NaN fails too
            raise ScenarioError(
                f"at_most = {format_value(at_most)} is neither a number nor a share"
            )
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
        """Return k of them drawn at random, in order; the same for equal seeds.

        Raises
        ------
        ScenarioError
            If there are fewer than k, or seed is no whole number from 0.
        """
        k, seed = whole("sample of citizens", k, 0, len(self)), check_seed(seed)
        positions = np.random.default_rng(seed).choice(len(self), k, replace=False)
        return self._at(np.sort(positions))

    def snowball(self, k: int = 2000, seed: int = 0) -> "Citizens":
        """Return up to k citizens found along ties, starting from these; see `society.snowball`.

        Raises
        ------
        ScenarioError
            If k or seed is no whole number from 0.
        """
        k, seed = whole("citizens", k, 0, MAX_CITIZENS), check_seed(seed)
        return self._chosen(snowball(self.simulation.graph.ties, self._ids, k, seed))

    def network(self, *names: str) -> "nx.Graph[Any]":
        """Return the ties among them as a networkx graph; ``kind`` is "close" or "online".

        Parameters
        ----------
        names
            Attributes of each node, as they are now; by default region and posture.
        """
        names = names or ("region", "posture")
        nodes = [dict(zip(names, values, strict=True)) for values in self.get(names)]
        return network(self.simulation.graph.ties, self.ids.tolist(), nodes)

    def agg(self, attribute: str, func: Any) -> Any:
        """Return a function of an attribute's values, or a list of those of several functions."""
        values = self.get(attribute)
        return func(values) if callable(func) else [each(values) for each in func]

    def groupby(self, by: str | Callable[[Citizen], Any]) -> "Groups":
        """Group them by the values of an attribute, or of a function of each citizen."""
        groups: dict[Any, Citizens] = {}
        if isinstance(by, str):
            codes, labels = pd.factorize(self.get(by))
            positions = np.split(
                np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1]
            )
            groups = {v: self._at(p) for v, p in zip(labels, positions, strict=False)}
        else:
            listed: dict[Any, list[int]] = {}
            for citizen in self:
                listed.setdefault(by(citizen), []).append(citizen.unique_id)
            groups = {v: self._chosen(np.array(ids, np.int64)) for v, ids in listed.items()}
        return Groups(groups)

    def sort(self, key: str | Callable[[Citizen], Any], ascending: bool = False) -> "Citizens":
        """Sort them by an attribute, or by a function of each citizen; the largest first."""
        values = self.get(key) if isinstance(key, str) else [key(citizen) for citizen in self]
        values = values.codes if isinstance(values, pd.Categorical) else np.asarray(values)
        if ascending:
            return self._at(np.argsort(values, kind="stable"))
        return self._at(len(self) - 1 - np.argsort(values[::-1], kind="stable")[::-1])

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Return the result of a function, or of the method of that name, for each of them."""
        if isinstance(method, str):
            return [getattr(citizen, method)(*args, **kwargs) for citizen in self]
        return [method(citizen, *args, **kwargs) for citizen in self]

    def to_list(self) -> list[Citizen]:
        """Return a list of citizens."""
        return list(self)

    @property
    def _rows(self) -> RowIndex:
        """Their indices in the arrays; consecutive ones as a slice, which needs no copy."""
        if isinstance(self._ids, range) and self._ids.step > 0:
            return slice(self._ids.start, self._ids.stop, self._ids.step)
        return self.ids

    def _at(self, positions: NDArray[np.int64]) -> "Citizens":
        """Return those at some positions of this sequence."""
        ids = self._ids
        return self._chosen(
            ids.start + ids.step * positions if isinstance(ids, range) else ids[positions]
        )

    def _chosen(self, ids: range | NDArray[np.int64]) -> "Citizens":
        return Citizens(self.simulation, ids, self.model)

    def _equal(self, name: str, value: Any) -> NDArray[np.bool_]:
        values = self.get(name)
        if isinstance(values, pd.Categorical) and value not in values.categories:
            raise ValueError(f"{name}: {unknown(str(value), values.categories)}")
        return np.asarray(values == value)


class Groups:
    """Groups of citizens by a value; iterates over (value, citizens), as Mesa's GroupBy does."""

    def __init__(self, groups: dict[Any, Citizens]) -> None:
        self.groups = groups

    def __iter__(self) -> Iterator[tuple[Any, Citizens]]:
        return iter(self.groups.items())

    def __len__(self) -> int:
        return len(self.groups)

    def count(self) -> dict[Any, int]:
        """Return the size of each group."""
        return {value: len(group) for value, group in self}

    def agg(self, attr_name: str, func: Callable[[Any], Any]) -> dict[Any, Any]:
        """Return a function of an attribute in each group."""
        return {value: func(group.get(attr_name)) for value, group in self}

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Return the result of a function, or of a method of `Citizens`, for each group."""
        if isinstance(method, str):
            return {v: getattr(group, method)(*args, **kwargs) for v, group in self}
        return {v: method(group, *args, **kwargs) for v, group in self}
