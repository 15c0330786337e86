"""Citizens are read one by one or all together; no objects are stored; nothing can be written."""

import copy
import pickle
import tracemalloc

import numpy as np
import pytest

from samizdat import ScenarioError, Simulation
from samizdat.core.layout import MOBILISE, POSTURES
from samizdat.run.citizens import ATTRIBUTES, Citizen, Citizens
from worlds import networkx_of, town


@pytest.fixture(scope="module")
def simulation():
    simulation = Simulation(town(), seed=3)
    while str(simulation.date) < "2014-03-25":
        simulation.step()
    return simulation


@pytest.fixture(scope="module")
def everybody(simulation):
    return Citizens(simulation)


def test_a_citizen_is_what_the_arrays_say(simulation, everybody):
    for i in (0, 17, 399):
        citizen, state = everybody[i], simulation.state
        assert citizen.unique_id == i
        assert citizen.posture == POSTURES[state["posture"][i]]
        assert citizen.trust == state["trust"][i]
        assert citizen.threshold == state["threshold"][i]
        opposition = float(state["grievance"][i]) * (1.0 - float(state["trust"][i]))
        assert citizen.opposition == opposition


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_is_the_same_asked_of_one_or_of_all(everybody, name):
    of_all = everybody.get(name)
    assert [of_all[i] for i in range(400)] == [getattr(citizen, name) for citizen in everybody]
    some = everybody.sample(20)
    assert list(some.get(name)) == [getattr(citizen, name) for citizen in some]


def test_several_attributes_are_a_tuple_each(everybody):
    for citizens in (everybody, everybody.sample(20)):
        rows = citizens.get(["fear", "posture"])
        assert rows == [(citizen.fear, citizen.posture) for citizen in citizens]


def test_neighbours_are_those_of_the_graph(simulation, everybody):
    graph = networkx_of(simulation)
    for citizen in everybody.sample(30):
        i = citizen.unique_id
        assert sorted(citizen.neighbours.ids) == sorted(graph[i])
        close = [j for j in graph[i] if graph[i][j]["kind"] == "close"]
        assert sorted(citizen.close_neighbours.ids) == sorted(close)
        assert len(citizen.close_neighbours) + len(citizen.online_neighbours) == graph.degree[i]


def test_regions_follow_each_other(everybody):
    assert (everybody[0].region, everybody[-1].region) == ("Old Town", "Riverside")


def test_a_view_follows_the_days():
    simulation = Simulation(town(50), seed=1)
    citizen = Citizens(simulation)[7]
    assert (citizen.posture, citizen.grievance) == ("silent", 0.0)
    simulation.step()
    assert citizen.grievance == simulation.state["grievance"][7] > 0.0


def test_nothing_can_be_written(everybody):
    with pytest.raises(AttributeError):
        everybody[0].trust = 1.0
    with pytest.raises(AttributeError):
        everybody[0].mood = 1.0
    with pytest.raises(ValueError, match="read-only"):
        everybody.get("trust")[0] = 1.0


def test_an_unknown_attribute_names_the_nearest(everybody):
    with pytest.raises(AttributeError, match="unknown 'griefance'; did you mean 'grievance'"):
        everybody.get("griefance")


def test_an_unknown_word_names_the_nearest(everybody):
    with pytest.raises(ValueError, match="unknown 'mobilize'; did you mean 'mobilise'"):
        everybody.select(posture="mobilize")


def test_selecting_by_word_by_function_and_by_array_is_the_same(simulation, everybody):
    chosen = everybody.select(posture="mobilise")
    assert chosen.ids.tolist() == np.flatnonzero(simulation.state["posture"] == MOBILISE).tolist()
    assert len(chosen) > 0
    one_by_one = everybody.select(lambda citizen: citizen.posture == "mobilise")
    at_once = everybody.select(everybody.get("posture") == "mobilise")
    assert chosen.to_list() == one_by_one.to_list() == at_once.to_list()


def test_selections_add_up_and_are_cut(everybody):
    calm = everybody.select(lambda citizen: citizen.fear < 0.3, at_most=5, region="Riverside")
    assert len(calm) == 5
    assert {(c.region, c.fear < 0.3) for c in calm} == {("Riverside", True)}
    assert len(everybody.select(at_most=0.25)) == 100
    assert everybody.select(at_most=3).ids.tolist() == [0, 1, 2]
    assert len(calm.select(calm.get("unique_id") > 0, at_most=2)) == 2


def test_a_run_of_citizens_is_a_sequence_too(everybody):
    assert [c.unique_id for c in everybody[10:16:2]] == [10, 12, 14]
    assert [c.unique_id for c in everybody[::-1][:2]] == [399, 398]
    assert everybody[5] in everybody
    assert everybody[5] not in everybody[:5]
    with pytest.raises(IndexError):
        everybody[400]


def test_groups_hold_everybody_once(everybody):
    for groups in (everybody.groupby("posture"), everybody.groupby(lambda c: c.posture)):
        assert sum(groups.count().values()) == 400
        for posture, group in groups:
            assert set(group.get("posture")) == {posture}
    means = everybody.groupby("region").agg("trust", np.mean)
    assert means["Old Town"] == everybody.select(region="Old Town").get("trust").mean()


def test_aggregates_take_one_function_or_several(everybody):
    fear = everybody.get("fear")
    assert everybody.agg("fear", np.max) == fear.max()
    assert everybody.agg("fear", [min, max]) == [fear.min(), fear.max()]


def test_sorting_puts_the_largest_first_as_mesa_does(everybody):
    fear = everybody.get("fear").tolist()
    order = sorted(range(400), key=lambda i: fear[i], reverse=True)
    assert everybody.sort("fear").ids.tolist() == order
    rising = sorted(range(400), key=lambda i: fear[i])
    assert everybody.sort(lambda c: c.fear, ascending=True).ids.tolist() == rising


def test_a_sample_depends_on_its_seed_alone(everybody):
    assert everybody.sample(9, seed=4).ids.tolist() == everybody.sample(9, seed=4).ids.tolist()
    assert everybody.sample(9, seed=4).ids.tolist() != everybody.sample(9, seed=5).ids.tolist()
    assert len(set(everybody.sample(400).ids)) == 400
    with pytest.raises(ScenarioError, match=r"^sample of citizens = 401 is outside 0 \.\.\. 400$"):
        everybody.sample(401)


def test_a_snowball_grows_along_ties(simulation, everybody):
    graph, ids = networkx_of(simulation), everybody.snowball(60, seed=2).ids.tolist()
    assert len(set(ids)) == 60
    assert all(set(graph[i]) & set(ids[:place]) for place, i in enumerate(ids) if place)
    assert ids == everybody.snowball(60, seed=2).ids.tolist()


def test_a_snowball_of_everybody_finds_everybody(everybody):
    assert sorted(everybody.snowball(1000).ids) == list(range(400))


def test_a_network_holds_the_ties_among_the_chosen(simulation, everybody):
    chosen = everybody.snowball(80)
    drawn, whole = chosen.network("posture", "trust"), networkx_of(simulation)
    assert {frozenset(e) for e in drawn.edges} == {
        frozenset(e) for e in whole.subgraph(chosen.ids.tolist()).edges
    }
    assert all(whole.edges[e]["kind"] == kind for *e, kind in drawn.edges(data="kind"))
    assert all(drawn.nodes[c.unique_id]["trust"] == c.trust for c in chosen)


def test_a_table_has_a_row_a_citizen(everybody):
    table = everybody[20:30].table("posture", "trust")
    assert table.index.tolist() == list(range(20, 30))
    assert table.loc[23, "trust"] == everybody[23].trust


def test_a_million_citizens_take_no_memory():
    simulation = Simulation(town(1_000_000, graph__kind="none"), seed=1)
    simulation.step()
    tracemalloc.start()
    try:
        everybody = Citizens(simulation)
        assert len(everybody) == 1_000_000
        assert isinstance(everybody[999_999], Citizen)
        assert everybody.get("trust").shape == (1_000_000,)
        assert len(everybody[:500_000].sample(100)) == 100
        assert len(everybody.select(at_most=10)) == 10
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
@pytest.mark.parametrize("citizens", [400, 50_000])
def test_a_copy_of_a_simulation_goes_on_as_it_does_bit_for_bit(again, citizens):
    one = Simulation(town(citizens), seed=6, threads=2)
    for _ in range(23):
        one.step()
    two = again(one)
    before = {name: values.copy() for name, values in one.state.items()}
    for _ in range(5):
        two.step()
    assert all(np.array_equal(before[name], values) for name, values in one.state.items())
    for _ in range(5):
        one.step()
    assert all(np.array_equal(one.state[name], two.state[name]) for name in one.state)
    assert one.regions.equals(two.regions)


def test_a_deep_copy_shares_what_never_changes():
    one = Simulation(town(50), seed=6)
    assert copy.deepcopy(one).graph is one.graph
