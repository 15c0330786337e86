"""Mesa's own example, "virus on a network", as it is shipped, on the graph of the task."""

import inspect
from collections.abc import Callable
from unittest import mock

from mesa.examples import VirusOnNetwork
from mesa.examples.basic.virus_on_network import model as shipped

from benchmarks.task import Played, Task, Uniforms, timed

NAME = "Mesa, virus on network (shipped example)"
RULE = "its own: SIS with resistance, one agent after the other, its numbers as shipped"


def play(task: Task, uniforms: Uniforms | None = None) -> Played:
    """Run the example; it draws a graph of its own, in whose place it is handed ours."""

    def setup() -> Callable[[int], int]:
        graph = task.networkx()
        # Mesa 3.5 calls it rng.
        seed = "rng" if "rng" in inspect.signature(VirusOnNetwork).parameters else "seed"
        with mock.patch.object(shipped.nx, "erdos_renyi_graph", return_value=graph):
            model = VirusOnNetwork(
                num_nodes=task.n,
                avg_node_degree=10,
                initial_outbreak_size=len(task.seeds()),
                **{seed: task.seed},
            )

        def step(_: int) -> int:
            model.step()
            return int(model.datacollector.model_vars["Infected"][-1])

        return step

    return timed(setup, task.steps)
