"""Mesa's view of a simulation: the one file that knows Mesa."""

from typing import Any

import mesa

from samizdat.measures import MEASURES
from samizdat.scenario import Scenario
from samizdat.simulation import Simulation


class ProtestModel(mesa.Model):
    """A `Simulation` that Mesa can step, collect and batch-run.

    Parameters
    ----------
    scenario
        A shipped name, or the path of a file.
    citizens
        How many, instead of the scenario's.
    rng
        The seed.
    **kwargs
        Numbers by their dotted names, with two underscores for a dot: ``attention__beta=0.1``.
    """

    def __init__(
        self,
        scenario: str = "town",
        citizens: int | None = None,
        rng: int = 1,
        **kwargs: float,
    ) -> None:
        super().__init__(rng=rng)
        values: dict[str, Any] = {name.replace("__", "."): v for name, v in kwargs.items()}
        if citizens is not None:
            values["citizens"] = citizens
        self.simulation = Simulation(Scenario.load(scenario).change(values), seed=int(rng))
        self.datacollector = mesa.DataCollector(
            {name: lambda model, name=name: model.measured(name) for name in MEASURES}
        )

    def step(self) -> None:
        """Advance by one step and collect; `running` ends with the scenario."""
        self.simulation.step()
        self.datacollector.collect(self)
        self.running = not self.simulation.finished

    def measured(self, name: str) -> float:
        """Return a measure of the nation in the last step, see `measures.MEASURES`."""
        return float(self.simulation.measured(name))
