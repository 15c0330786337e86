"""A Mesa model that does nothing, for what `mesa.batch_run` costs."""

from typing import Any

import mesa


class Nothing(mesa.Model):
    """Collects one number after one step."""

    def __init__(self, x: float = 0.0, seed: Any = None, rng: Any = None) -> None:
        super().__init__(seed=seed)
        self.x = x
        self.datacollector = mesa.DataCollector({"answer": lambda model: model.x})

    def step(self) -> None:
        """Collect, and end."""
        self.datacollector.collect(self)
        self.running = False
