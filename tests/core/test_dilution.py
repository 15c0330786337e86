"""Share or number in a run: the table follows its two numbers, whatever becomes of the run."""

import copy
import pickle

import pytest
from test_oracle import CITIZENS, assert_alike
from test_step import fingerprint

from samizdat import Simulation
from samizdat.core.dilution import dilution_table
from samizdat.society.graphs import Graph
from worlds import Sibling, run, same_state, town

NUMBER = {"reach.dilution": 0.25}
SHARE_LATER = {"kind": "setting", "set": {"reach.dilution": 1}}


def divided_by(simulation):
    """The table in use, but for its first value, which has no meaning."""
    return simulation._world.diluted[1:].tolist()


def test_where_only_the_number_counts_the_reachable_do_not():
    number = {"reach.dilution": 0}
    runs = [fingerprint(run(town(600).change({**number, "reach.reachable_only": share})))
            for share in (0, 0.5, 1)]  # fmt: skip
    assert len(set(runs)) == 1
    between = [fingerprint(run(town(600).change({**NUMBER, "reach.reachable_only": share})))
               for share in (0, 0.5, 1)]  # fmt: skip
    assert len(set(between)) == 3


def test_what_the_reference_is_does_not_matter_to_a_share():
    share = {"reach.dilution": 1}
    runs = [run(town(400).change({**share, "reach.reference_ties": d0})) for d0 in (1, 5, 100)]
    assert same_state(runs[0], runs[1])
    assert same_state(runs[0], runs[2])


def test_a_setting_of_the_timeline_makes_the_table_again():
    simulation = Simulation(town(300).change(NUMBER), seed=3)
    simulation.step()
    most = len(divided_by(simulation)) - 1
    assert divided_by(simulation) == dilution_table(most, 0.25, 5.0)[1:].tolist()
    simulation.enact(SHARE_LATER)
    simulation.step()
    assert divided_by(simulation) == [float(d) for d in range(1, most + 2)]


def test_kernel_equals_the_oracle_while_the_numbers_change():
    simulation = Simulation(town(CITIZENS), seed=5, threads=1)
    sibling = Sibling(simulation)
    changes = {0: 0.0, 25: 0.6, 35: 1.0}
    while not simulation.finished:
        if simulation.step_number in changes:
            dilution = changes[simulation.step_number]
            simulation.enact({"kind": "setting", "set": {"reach.dilution": dilution}})
        sibling.day()
        mine = sibling.oracle.arrays()["posture"].tolist()
        assert simulation.state["posture"].tolist() == mine, simulation.date


@pytest.mark.parametrize("dilution", [0, 0.5, 1])
def test_kernel_equals_the_oracle_where_nobody_has_a_tie(dilution):
    values = {"reach.dilution": dilution}
    assert_alike(town(60).change(values), 5, Graph.from_edges(60, [], []))


@pytest.mark.parametrize("how", ["checkpoint", "deepcopy", "pickle"])
@pytest.mark.parametrize("later", [False, True])
def test_a_run_taken_up_goes_on_with_the_same_table(tmp_path, how, later):
    one = Simulation(town(400).change(NUMBER), seed=3)
    for _ in range(24):
        one.step()
    if later:
        one.enact(SHARE_LATER)
        one.step()
    if how == "checkpoint":
        one.save(tmp_path / "run.npz")
        two = Simulation.restore(tmp_path / "run.npz")
    else:
        two = copy.deepcopy(one) if how == "deepcopy" else pickle.loads(pickle.dumps(one))
    assert fingerprint(one.run()) == fingerprint(two.run())
    assert divided_by(one) == divided_by(two)


def test_a_number_draws_more_who_have_many_ties():
    """One tie in the street weighs 1/5 for all, not less for who has more ties to hear."""
    world = town(4000).change({"graph.online_degree": 30, "adoption.ceiling": 1})
    share, number = (
        run(world.change({"reach.dilution": dilution})).nation["mobilise"].sum()
        for dilution in (1, 0)
    )
    assert number > share
