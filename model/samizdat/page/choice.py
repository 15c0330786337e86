"""Which world a visitor looks at: scenario, citizens, seed, regime and numbers, as a link has it.

A link names shipped scenarios only: whoever follows one must not make the server open files. The
path of a file comes from the command line alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from samizdat.mesa_model import OWN_REGIME, ProtestModel, numbers_from, seed_from
from samizdat.regime.presets import PRESETS
from samizdat.run.population_cache import graph_of
from samizdat.scenario.scenario import Scenario
from samizdat.scenario.schema import ScenarioError, unknown
from samizdat.scenario.shipped import shipped

LONGEST_QUERY = 4000  # characters
FEW = 1000  # citizens
REGIMES = (OWN_REGIME, *PRESETS)


@dataclass(frozen=True)
class Choice:
    """A world that can be built.

    Attributes
    ----------
    scenario
        A shipped name; from the command line a path too.
    citizens
        How many, None for the scenario's own number.
    regime
        A preset, or "scenario" for the regime that the scenario describes.
    values
        Numbers by their dotted names; they beat the timeline.
    """

    scenario: str = "town"
    citizens: int | None = None
    seed: int = 1
    regime: str = OWN_REGIME
    values: Mapping[str, Any] = field(default_factory=dict)

    def world(self) -> Scenario:
        """Return the scenario as it is chosen.

        Raises
        ------
        ScenarioError
            In one line: what is wrong, and what is allowed or nearest.
        """
        world = Scenario.load(self.scenario)
        if self.regime != OWN_REGIME:
            world = world.under(self.regime)
        values = numbers_from(dict(self.values))
        if self.citizens is not None:
            values["citizens"] = self.citizens
        return world.change(values)

    def served(self, most: int) -> Scenario:
        """Return the scenario as it is chosen, if the page can serve so many citizens.

        Among few citizens not every social graph can be: there it is drawn.

        Raises
        ------
        ScenarioError
            In one line: what is wrong, and what is allowed.
        """
        world = self.world()
        if world.citizens > most:
            raise ScenarioError(
                f"citizens = {world.citizens:,} is more than this page serves to one visitor, "
                f"{most:,}: choose fewer"
            )
        if world.citizens <= FEW:
            graph_of(world, self.seed)
        return world

    def model(self, most: int) -> ProtestModel:
        """Build the model, if it has no more citizens than the page allows.

        Raises
        ------
        ValueError
            In one line: what is wrong, and what is allowed.
        """
        self.served(most)
        values = {"citizens": self.citizens} if self.citizens is not None else {}
        return ProtestModel(
            self.scenario, rng=self.seed, regime=self.regime, **values, **dict(self.values)
        )

    def query(self) -> str | None:
        """Return what a link to this world says after the question mark; None for a file."""
        if self.scenario not in shipped():
            return None
        parts: dict[str, Any] = {"scenario": self.scenario, "seed": self.seed}
        if self.citizens is not None:
            parts["citizens"] = self.citizens
        if self.regime != OWN_REGIME:
            parts["regime"] = self.regime
        return urlencode(parts | dict(self.values))

    def asked(self, query: str) -> "Choice":
        """Return what a link asks for; what it does not name stays as it is here.

        Raises
        ------
        ScenarioError
            If the scenario is not a shipped one, or a value cannot be.
        """
        if len(query) > LONGEST_QUERY:
            raise ScenarioError(f"the link is longer than {LONGEST_QUERY} characters")
        given: dict[str, str] = {}
        for name, text in parse_qsl(query, keep_blank_values=True):
            if name in given:
                raise ScenarioError(f"{name} is given twice")
            given[name] = text
        given.pop("play", None)
        chosen = self
        if "scenario" in given:
            name = given.pop("scenario")
            if name not in shipped():
                raise ScenarioError(f"scenario: {unknown(name, shipped())}")
            chosen = Choice(name, seed=self.seed)
        if "seed" in given:
            chosen = replace(chosen, seed=seed_from(given.pop("seed")))
        if "citizens" in given:
            chosen = replace(chosen, citizens=citizens_from(given.pop("citizens")))
        if "regime" in given:
            regime = given.pop("regime")
            if regime not in REGIMES:
                raise ScenarioError(f"regime: {unknown(regime, REGIMES)}")
            chosen = replace(chosen, regime=regime)
        if given:
            chosen = replace(chosen, values={**chosen.values, **numbers_from(dict(given))})
        chosen.world()
        return chosen


def citizens_from(text: str) -> int:
    """Read how many citizens; 10_000 and 10,000 are read too.

    Raises
    ------
    ScenarioError
        If it is no whole number above 0.
    """
    plain = text.strip().replace("_", "").replace(",", "").replace(" ", "")
    if not plain.isdecimal() or int(plain) == 0:
        raise ScenarioError(f"citizens = {text!r} is not a whole number above 0")
    return int(plain)
