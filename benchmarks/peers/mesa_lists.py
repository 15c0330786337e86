"""Mesa as its users write it: an agent a citizen, neighbours in a list, two stages of a step."""

from collections.abc import Callable

import mesa
import numpy as np

from benchmarks.task import Played, Task, Uniforms, timed

NAME = "Mesa, an agent each"
RULE = "the task"


class Citizen(mesa.Agent):
    """One who may become attentive, and acts if enough of her neighbours do."""

    def __init__(self, model: "Contagion", needed: int) -> None:
        super().__init__(model)
        self.needed = needed
        self.neighbours: list[Citizen] = []
        self.attentive = self.active = self.will_act = False

    def decide(self) -> None:
        """Become attentive by chance; look at the neighbours."""
        if not self.attentive and self.model.draw(self) < self.model.p:
            self.attentive = True
        if self.attentive:
            seen = 0
            for other in self.neighbours:
                seen += other.active
            self.will_act = seen >= self.needed

    def turn(self) -> None:
        """Let the others see it."""
        self.active = self.will_act


class Contagion(mesa.Model):
    """All of them."""

    def __init__(self, task: Task, uniforms: Uniforms | None) -> None:
        super().__init__(rng=task.seed)
        self.p, self.uniforms = task.p, uniforms
        everybody = [Citizen(self, int(needed)) for needed in task.active_needed()]
        start, neighbour = task.start.tolist(), task.neighbour.tolist()
        for i, citizen in enumerate(everybody):
            citizen.neighbours = [everybody[j] for j in neighbour[start[i] : start[i + 1]]]
        self.everybody = everybody
        self.today: np.ndarray | None = None

    def draw(self, citizen: Citizen) -> float:
        """Return a number in [0, 1)."""
        if self.today is None:
            return self.random.random()
        return float(self.today[citizen.unique_id - 1])

    def step(self) -> None:
        """Advance all citizens synchronously."""
        if self.uniforms is not None:
            self.today = self.uniforms(int(self.steps) - 1)
        self.agents.do("decide")
        self.agents.do("turn")


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Do the task."""

    def setup() -> Callable[[int], int]:
        model = Contagion(task, uniforms)

        def step(_: int) -> int:
            model.step()
            return sum(citizen.active for citizen in model.everybody)

        return step

    return timed(setup, task.steps)
