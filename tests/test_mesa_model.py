"""Mesa finds an ordinary Mesa model."""

import warnings

import mesa
import pytest
from mesa.batchrunner import batch_run

from samizdat import ProtestModel, ScenarioError, Simulation
from worlds import town


def test_the_model_steps_and_collects_what_the_simulation_counts():
    model = ProtestModel(citizens=150, rng=4)
    while model.running:
        model.step()
    collected = model.datacollector.get_model_vars_dataframe()
    nation = Simulation(town(150), seed=4).run().nation
    assert len(collected) == 60
    for name in ("mobilise", "share", "grievance", "posts"):
        assert collected[name].tolist() == nation[name].tolist()


def test_numbers_are_keywords_with_two_underscores():
    model = ProtestModel(citizens=100, rng=1, attention__beta=0.5, chill=0.2)
    assert model.simulation.scenario.numbers["attention.beta"] == 0.5
    with pytest.raises(ScenarioError, match=r"did you mean 'attention\.beta'"):
        ProtestModel(attention__bta=0.5)


def test_mesa_sweeps_a_parameter():
    arguments = {"iterations": 1} if mesa.__version__ < "3.5" else {"rng": [3]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rows = batch_run(
            ProtestModel,
            {"citizens": 80, "attention__beta": [0.0, 1.0]},
            max_steps=25,
            data_collection_period=-1,
            display_progress=False,
            **arguments,
        )
    assert [row["attention__beta"] for row in rows] == [0.0, 1.0]
    assert rows[0]["aware"] < rows[1]["aware"]
