"""Mesa's own drawer of networks draws the citizens."""

import copy

import numpy as np
import pytest
from matplotlib.figure import Figure

from samizdat import ProtestModel

drawing = pytest.importorskip("mesa.visualization.mpl_space_drawing")
components = pytest.importorskip("mesa.visualization.components")


def test_mesas_network_drawer_draws_who_does_what():
    model = ProtestModel("town", citizens=400, rng=1)
    for _ in range(12):
        model.step()
    asked = []

    def portrayal(citizen):
        asked.append((citizen.unique_id, citizen.posture))
        colour = "tab:blue" if citizen.posture == "share" else "0.7"
        return components.AgentPortrayalStyle(color=colour, size=10)

    ax = drawing.draw_space(model.grid, portrayal, ax=Figure().add_subplot())
    assert len(asked) == 300
    assert all(model.agents[i].posture == posture for i, posture in asked)
    assert sum(len(each.get_offsets()) for each in ax.collections[:-1]) >= 300


def test_the_space_stays_and_follows_the_model():
    model = ProtestModel("town", citizens=400, rng=1)
    grid = model.grid
    before = [agent.unique_id for agent in grid.agents]
    twin = copy.deepcopy(model)
    for _ in range(15):
        model.step()
    assert model.grid is grid
    assert [agent.unique_id for agent in grid.agents] == before
    now = model.agents.get("posture")
    assert [agent.posture for agent in grid.agents] == [now[i] for i in before]
    assert {agent.posture for agent in twin.grid.agents} == {"silent"}
    assert np.unique([agent.pos for agent in grid.agents]).size == 300


def test_nobody_can_be_placed_in_it():
    grid = ProtestModel("town", citizens=60, rng=1).grid
    with pytest.raises(NotImplementedError, match="cannot be placed"):
        grid.place_agent(object(), 0)
