"""NDlib: the task's rule composed of its compartments, chance and threshold."""

from collections.abc import Callable

from ndlib.models import ModelConfig
from ndlib.models.compartments.NodeStochastic import NodeStochastic
from ndlib.models.compartments.NodeThreshold import NodeThreshold
from ndlib.models.CompositeModel import CompositeModel

from benchmarks.task import Played, Task, Uniforms, timed

NAME = "NDlib, composite model"
RULE = "the task, but who becomes attentive decides a step later, and who acts goes on"
# Its configuration asks for a status of this name.
INATTENTIVE, ATTENTIVE, ACTIVE = "Susceptible", "Attentive", "Infected"


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Do the task."""

    def setup() -> Callable[[int], int]:
        model = CompositeModel(task.networkx())
        for status in (INATTENTIVE, ATTENTIVE, ACTIVE):
            model.add_status(status)
        model.add_rule(INATTENTIVE, ATTENTIVE, NodeStochastic(task.p))
        model.add_rule(ATTENTIVE, ACTIVE, NodeThreshold(None, triggering_status=ACTIVE))
        settings = ModelConfig.Configuration()
        for i, threshold in enumerate(task.threshold.tolist()):
            settings.add_node_configuration("threshold", i, max(0.0, threshold - 1e-6))
        settings.add_model_parameter("fraction_infected", 0)
        model.set_initial_status(settings)
        model.iteration(node_status=False)  # the first only reports the start
        code = model.available_statuses[ACTIVE]

        def step(_: int) -> int:
            return int(model.iteration(node_status=False)["node_count"][code])

        return step

    return timed(setup, task.steps)
