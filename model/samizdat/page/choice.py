"""What a visitor chooses to run: scenario, citizens, seed, regime and parameters; as a link, too.

A link names shipped scenarios only, so that it cannot make the server open files. The path of a
file can come from the command line only.
"""

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from samizdat.core.quantity import format_value
from samizdat.mesa_model import OWN_REGIME, ProtestModel, parameters_from, seed_from
from samizdat.regime.presets import PRESETS
from samizdat.run.population_cache import graph_of
from samizdat.run.recorded import check_digests, graph_from
from samizdat.scenario.dates import day_from
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.scenario.shipped import shipped
from samizdat.society.graph import Graph

LONGEST_QUERY = 4000  # characters
GRAPH_CHECKED = 1000  # citizens: up to this number the graph is generated as a check
REGIMES = (OWN_REGIME, *PRESETS)


@dataclass(frozen=True)
class Choice:
    """A scenario with the changes that a visitor chose.

    Attributes
    ----------
    scenario
        A shipped name; from the command line a path too.
    citizens
        Number of citizens; None for the scenario's.
    seed
        Random seed.
    regime
        A preset regime, or "scenario" for the scenario's own.
    values
        Parameters by dotted name; they override the timeline.
    graph_file
        From the command line only: a file of ties instead of the scenario's own graph.
    digests
        Of graph and traits of the run on disk that this choice was read from, by name; the world
        that is built must have them.
    first_day
        The day that is shown first; the days before it are simulated as fast as possible.
    """

    scenario: str = "town"
    citizens: int | None = None
    seed: int = 1
    regime: str = OWN_REGIME
    values: Mapping[str, float | str] = field(default_factory=dict)
    graph_file: str | None = None
    digests: tuple[tuple[str, str], ...] = ()
    first_day: dt.date | None = None

    def load(self) -> Scenario:
        """Load the scenario and apply the changes.

        Raises
        ------
        ScenarioError
            In one line: what is wrong, and what is allowed or nearest.
        """
        scenario = Scenario.load(self.scenario)
        if self.regime != OWN_REGIME:
            scenario = scenario.under(self.regime)
        values = parameters_from(self.values)
        if self.citizens is not None:
            values["citizens"] = self.citizens
        changed = scenario.change(values)
        self.first_step(changed)
        return changed

    def first_step(self, scenario: Scenario) -> int | None:
        """Return how many steps are done on the day that is shown first; None: no such day.

        Raises
        ------
        ScenarioError
            If the day is outside the scenario.
        """
        if self.first_day is None:
            return None
        start, end = scenario.spec.start, scenario.spec.end
        if not start <= self.first_day <= end:
            raise ScenarioError(f"from = {self.first_day} is outside {start} ... {end}")
        return scenario.steps_until(self.first_day)

    def load_within(self, max_citizens: int) -> Scenario:
        """Load the scenario if the page can serve it.

        Not every social graph exists among few citizens; there it is generated as a check.

        Raises
        ------
        ScenarioError
            In one line: what is wrong, and what is allowed.
        """
        scenario = self.load()
        if scenario.citizens > max_citizens:
            raise ScenarioError(
                f"citizens = {scenario.citizens:,} is above the limit of this page, "
                f"{max_citizens:,} per visitor"
            )
        if self.graph_file is not None:
            self._graph(scenario)
        elif scenario.citizens <= GRAPH_CHECKED:
            graph_of(scenario, self.seed)
        return scenario

    def model(self, max_citizens: int) -> ProtestModel:
        """Build the model if the page can serve it.

        Raises
        ------
        ValueError
            In one line: what is wrong, and what is allowed.
        """
        scenario = self.load_within(max_citizens)
        parameters: dict[str, Any] = dict(self.values)  # keyword arguments
        model = ProtestModel(
            self.scenario, self.citizens, self.seed, self.regime, graph=self._graph(scenario),
            **parameters,
        )  # fmt: skip
        check_digests(model.simulation, dict(self.digests))
        return model

    def other(self, **changes: Any) -> "Choice":
        """Return the choice with changes, which make it another world than that of a run on disk.

        A file of ties stays unless the number of citizens changes.
        """
        file = None if "citizens" in changes else self.graph_file
        return replace(self, **{"graph_file": file, "digests": (), **changes})

    def _graph(self, scenario: Scenario) -> Graph | None:
        expected = dict(self.digests).get("graph")
        return _read_graph(self.graph_file, scenario.citizens, expected)

    def query(self) -> str | None:
        """Return the query of a link to this choice; None if the scenario is a file."""
        if self.scenario not in shipped() or self.graph_file is not None:
            return None
        parts: dict[str, float | str] = {"scenario": self.scenario, "seed": self.seed}
        if self.citizens is not None:
            parts["citizens"] = self.citizens
        if self.regime != OWN_REGIME:
            parts["regime"] = self.regime
        if self.first_day is not None:
            parts["from"] = str(self.first_day)
        return urlencode(parts | dict(self.values))

    def with_query(self, query: str) -> "Choice":
        """Return the choice of a link; what the link does not name stays as it is.

        Raises
        ------
        ScenarioError
            If the scenario is not a shipped one, or a value is not allowed.
        """
        if len(query) > LONGEST_QUERY:
            raise ScenarioError(f"the link is longer than {LONGEST_QUERY} characters")
        given: dict[str, str] = {}
        for name, text in parse_qsl(query, keep_blank_values=True):
            if name in given:
                raise ScenarioError(f"{name} is given twice")
            given[name] = text
        given.pop("play", None)  # read by the page
        chosen = self
        if "scenario" in given:
            name = given.pop("scenario")
            if name not in shipped():
                raise ScenarioError(f"scenario: {unknown(name, shipped())}")
            chosen = Choice(name, seed=self.seed)
        if "seed" in given:
            chosen = chosen.other(seed=seed_from(given.pop("seed")))
        if "citizens" in given:
            chosen = chosen.other(citizens=citizens_from(given.pop("citizens")))
        if "regime" in given:
            regime = given.pop("regime")
            if regime not in REGIMES:
                raise ScenarioError(f"regime: {unknown(regime, REGIMES)}")
            chosen = chosen.other(regime=regime)
        if "from" in given:
            chosen = replace(chosen, first_day=first_day_from(given.pop("from")))
        if given:
            chosen = chosen.other(values={**chosen.values, **parameters_from(given)})
        chosen.load()
        return chosen


@functools.lru_cache(maxsize=1)
def _read_graph(file: str | None, citizens: int, digest: str | None) -> Graph | None:
    return graph_from(file, citizens, digest)


def first_day_from(text: str) -> dt.date:
    """Read the day that is shown first.

    Raises
    ------
    ScenarioError
        If it is not a date such as 2014-03-01.
    """
    try:
        return day_from(text.strip())
    except ValueError as error:
        raise ScenarioError(f"from = {error}") from None


def citizens_from(text: str) -> int:
    """Read a number of citizens; 10_000 and 10,000 are accepted.

    Raises
    ------
    ScenarioError
        If it is not a whole number above 0.
    """
    plain = text.strip().replace("_", "").replace(",", "").replace(" ", "")
    if not plain.isdecimal() or int(plain) == 0:
        raise ScenarioError(f"citizens = {format_value(text)} is not a whole number above 0")
    return int(plain)
