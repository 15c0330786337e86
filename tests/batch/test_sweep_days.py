"""Numbers of a day in a sweep: whatever a run counts day by day can be its measure."""

import datetime as dt

import pytest

from samizdat import Scenario, Simulation
from samizdat.batch.experiment import Experiment
from samizdat.batch.scenario_model import ScenarioModel

UNTIL = dt.date(2005, 3, 1)
POINT, FIXED = {"attention.beta": 0.2}, {"citizens": 500, "arrivals.mu": 300}


def test_what_is_counted_and_the_threat_are_measures():
    experiment = Experiment.from_table({
        "question": "?", "scenario": "kazakhstan_rules", "until": UNTIL, "set": FIXED,
        "measures": ["arrivals.sum", "platforms_blocked.max", "threat.last", "fear.mean"],
        "design": {"kind": "list", "points": [POINT]},
    })  # fmt: skip
    found = ScenarioModel.of(experiment).run(POINT, 3, 1, lambda: False).measures
    scenario = Scenario.load("kazakhstan_rules").change({**FIXED, **POINT})
    nation = Simulation(scenario, 3, threads=1).run(UNTIL).nation
    assert found["arrivals.sum"] == nation["arrivals"].sum() > 0
    assert found["platforms_blocked.max"] == nation["platforms_blocked"].max()
    assert found["threat.last"] == nation["threat"].iloc[-1] > 0
    assert found["fear.mean"] == pytest.approx(nation["fear"].mean())
