"""Put down while a grievance runs, a rally is called for and a law is under delay, all on one day.

What a run remembers of the three stands in three places of a checkpoint, and each acts on the
others: a grievance lets rallies be called, rallies raise the threat, a law lets their organisers be
detained. Restored on such a day, a run goes on with the same bits.
"""

import copy
import pickle

import numpy as np
import pytest

from samizdat import Simulation
from worlds import laws, run, same_state

RUNGS = [
    {"at": 0.04, "set": {"sanction": 0.02}, "title": "Prosecution"},
    {"at": 0.08, "delay_days": 9, "add": {"chill": 0.2, "surveillance": 0.4}, "title": "Watching"},
    {"at": 0.08, "delay_days": 12.5, "set": {"detain_organisers": 0.5}, "title": "Organisers"},
]  # fmt: skip
BUSY = {
    "arrivals.mu": 150, "arrivals.news": 0.2, "attention.beta": 0.5, "rally.on": 1,
    "rally.organisers": 0.2, "rally.call": 1, "rally.committee": 5, "rally.notice": 3,
    "rally.continuation": 0.5, "concession.trigger": 0.05, "concession.patience_days": 2,
    "regime.actions": "both",
}  # fmt: skip
STEPS = [0.5, 1, 2]
OF_THE_DAY_BEFORE = {"last_voice", "last_ears"}  # not kept: the next step begins with others


def world(step_days):
    """A town in which grievances arrive, rallies are called, and the state makes laws."""
    return laws(300, RUNGS, gain=0.03, step_days=step_days).change(BUSY)


def holds(simulation):
    """What holds on the day of the last step that the next one depends on."""
    after = simulation.step_number * simulation.scenario.spec.step_days
    step_days = simulation.scenario.spec.step_days
    here = simulation.arrivals.running(after - step_days, step_days)
    return {
        "a grievance runs": bool(set(here) & set(simulation.arrivals.running(after, step_days))),
        "a rally is called for": bool(simulation.rallies.pending),
        "a law is under delay": any(
            rung.reached is not None and not rung.in_force for rung in simulation.rungs
        ),
    }


def seen(simulation):
    """All that there is of a run on a day, by name."""
    environment = simulation.environment
    remembered = environment.to_table()
    remembered["arrivals"].pop("running")  # a count that nothing reads
    return {
        **{name: values.tobytes() for name, values in simulation.state.items()},
        **{name: rows.tobytes() for name, rows in simulation.history.to_arrays().items()},
        "signals of the day": simulation.signals.tobytes(),
        "what the regime, the grievances and the rallies are": repr(
            [remembered, simulation.rallies.to_table()]
        ),
        "laws": simulation.rungs,
        "threat of the day": simulation.threat,
        "values": {name: values.tolist() for name, values in environment.values.items()},
    }


@pytest.fixture(scope="module", params=STEPS, ids=lambda step_days: f"{step_days} days")
def unbroken(request):
    """A run that was never put down, what there was of each of its days, and the days to pause."""
    simulation, days, pauses = Simulation(world(request.param), seed=3, threads=1), [], []
    while not simulation.finished:
        simulation.step()
        days.append(seen(simulation))
        if all(holds(simulation).values()):
            pauses.append(simulation.step_number)
    return simulation, days, pauses


def paused(simulation, step):
    """The same run, as it is before a step on which all three hold."""
    early = Simulation(simulation.scenario, seed=simulation.seed, threads=1)
    while early.step_number < step:
        early.step()
    assert holds(early) == dict.fromkeys(holds(early), True)
    assert early.arrivals.all
    assert not all(rung.in_force for rung in early.rungs)
    return early


def assert_goes_on(simulation, days, whole):
    """Run on, and compare with the run that was never put down, day by day and at the end."""
    found, expected = seen(simulation), days[simulation.step_number - 1]
    for name in found.keys() - OF_THE_DAY_BEFORE:
        assert found[name] == expected[name], name
    while not simulation.finished:
        simulation.step()
        found, expected = seen(simulation), days[simulation.step_number - 1]
        assert found.keys() == expected.keys()
        for name in expected:
            assert found[name] == expected[name], (simulation.date, name)
    assert simulation.nation.equals(whole.nation)
    assert simulation.regions.equals(whole.regions)
    for name in whole.nation.columns:
        assert simulation.nation[name].equals(whole.nation[name]), name
    assert simulation.arrivals.all == whole.arrivals.all
    assert np.array_equal(simulation.arrivals.excitation, whole.arrivals.excitation)
    assert simulation.rungs == whole.rungs
    assert simulation.summary == whole.summary
    assert simulation.bands.equals(whole.bands)
    assert same_state(simulation, whole)


def test_the_three_come_about_and_end(unbroken):
    """The days to pause are neither the first nor the last, and all of it goes on after them."""
    whole, _, pauses = unbroken
    assert len(pauses) >= 3
    assert whole.nation["rallies_held"][pauses[0] :].sum() > 0
    assert whole.nation["arrivals"][pauses[-1] :].sum() > 0
    assert [rung.in_force for rung in whole.rungs] == [True] * len(RUNGS)
    assert whole.nation["newly_detained"].sum() > 0
    assert whole.environment.regime_state.conceded


@pytest.mark.parametrize("which", [0, 0.5, 1], ids=["first", "middle", "last"])
def test_a_restored_run_goes_on_bit_for_bit(tmp_path, unbroken, which):
    whole, days, pauses = unbroken
    early = paused(whole, pauses[int(which * (len(pauses) - 1))])
    early.save(tmp_path / "run.npz")
    restored = Simulation.restore(tmp_path / "run.npz", threads=1)
    assert holds(restored) == holds(early)
    assert_goes_on(restored, days, whole)
    assert_goes_on(early, days, whole)  # to be written has changed nothing


@pytest.mark.parametrize("other", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))],
                         ids=["copied", "pickled"])  # fmt: skip
def test_a_copy_goes_on_bit_for_bit(unbroken, other):
    whole, days, pauses = unbroken
    assert_goes_on(other(paused(whole, pauses[len(pauses) // 2])), days, whole)


def test_it_can_be_put_down_on_every_such_day_one_after_the_other(tmp_path, unbroken):
    whole, days, pauses = unbroken
    simulation = paused(whole, pauses[0])
    for step in pauses:
        while simulation.step_number < step:
            simulation.step()
        assert all(holds(simulation).values())
        simulation.save(tmp_path / "run.npz")
        simulation = Simulation.restore(tmp_path / "run.npz", threads=1)
    assert_goes_on(simulation, days, whole)


def test_what_is_ordered_on_such_a_day_is_the_same_after_a_restart(tmp_path, unbroken):
    """And the run is that of the scenario in which the order stands from the first day on."""
    whole, _, pauses = unbroken
    early = paused(whole, pauses[0])
    early.save(tmp_path / "run.npz")
    restored = Simulation.restore(tmp_path / "run.npz", threads=1)
    for simulation in (early, restored):
        simulation.enact({"kind": "setting", "set": {"arrivals.mu": 20, "sanction": 0.3}})
        simulation.enact({"kind": "action", "lever": "blackout", "days": 3})
        simulation.run()
    assert seen(early) == seen(restored)
    again = run(early.scenario, threads=1)
    for name in ("nation", "regions"):
        assert getattr(early, name).equals(getattr(again, name)), name
    assert early.arrivals.all == again.arrivals.all
    assert early.rungs == again.rungs
    assert same_state(early, again)
