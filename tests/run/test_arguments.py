"""Numbers from outside are made exactly what compiled code takes, or refused by name."""

import datetime as dt
import importlib
import pkgutil
import sys

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import samizdat.core
from samizdat import Experiment, Graph, ProtestModel, Scenario, ScenarioError, Simulation, sweep
from samizdat.batch.experiment import ExperimentError
from samizdat.explain import Explainer
from samizdat.mesa_model import seed_from
from samizdat.run.arguments import check_call
from samizdat.run.citizens import Citizens
from worlds import same_state, town

THREES = {
    "int": 3, "int8": np.int8(3), "int32": np.int32(3), "uint64": np.uint64(3),
    "array of no dimension": np.array(3),
}  # fmt: skip
NO_NUMBERS = {
    "true": True, "numpy's true": np.True_, "fraction": 1.5, "whole fraction": 1.0,
    "numpy's fraction": np.float64(1), "text": "7", "none": None, "list": [1],
    "array": np.array([1]), "complex": 1j,
}  # fmt: skip


@pytest.mark.parametrize("three", THREES.values(), ids=THREES)
def test_any_integer_is_made_pythons_own(three):
    seed, threads = check_call(three, three)
    assert (seed, threads, type(seed), type(threads)) == (3, 3, int, int)
    simulation = Simulation(town(60), three, threads=three)
    assert (type(simulation.seed), type(simulation.threads)) == (int, int)
    assert same_state(simulation.run(), Simulation(town(60), 3).run())


@pytest.mark.parametrize("value", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_what_is_no_whole_number_is_refused_by_name(value):
    with pytest.raises(ScenarioError, match=r"^seed = .+ is not a whole number of 0 \.\.\. 922"):
        Simulation(town(60), value)
    with pytest.raises(ScenarioError, match=r"^citizen = .+ is not a whole number of 0 \.\.\. 59$"):
        Explainer(Simulation(town(60)), [value])
    if value is not None:
        with pytest.raises(ScenarioError, match=r"^threads = .+ is not a whole number of 1 \.\.\."):
            Simulation(town(60), threads=value)


@pytest.mark.parametrize(
    "value", [-1, 2**63, 10**400, -(10**5000)], ids=["-1", "2**63", "huge", "low"]
)
def test_a_number_out_of_range_is_refused_by_name(value):
    with pytest.raises(ScenarioError, match=r"^seed = \S+ is outside 0 \.\.\. 9223372036854775807"):
        Simulation(town(60), value)


@pytest.mark.parametrize(
    "value", [True, np.False_, 1.5, np.nan, np.inf, "x", "1.5", [1], 1j, np.ma.masked]
)
def test_mesas_seed_takes_whole_numbers_and_their_text_alone(value):
    with pytest.raises(ScenarioError, match=r"^seed = .+ is not a whole number of 0 \.\.\. 922"):
        seed_from(value)


@pytest.mark.parametrize("value", [7, "7", 7.0, np.uint8(7), np.array(7)])
def test_mesas_seed_is_a_python_integer(value):
    assert (seed_from(value), type(seed_from(value))) == (7, int)


@pytest.mark.parametrize(
    "value", [True, np.True_, 10.5, None, [60], np.array([60]), "many", np.ma.masked]
)
def test_citizens_are_a_whole_number(value):
    with pytest.raises(ScenarioError, match=r"^citizens = .+ is not a whole number of 1 \.\.\. 21"):
        town().change({"citizens": value})
    if value is not None:
        with pytest.raises(ScenarioError, match=r"^citizens = .+ is not a whole number of 1"):
            ProtestModel(citizens=value, rng=1)


@pytest.mark.parametrize("value", [60, 60.0, "60", np.int16(60), np.float32(60), np.array(60)])
def test_citizens_are_stored_as_a_python_integer(value):
    citizens = town().change({"citizens": value}).citizens
    assert (citizens, type(citizens)) == (60, int)


@pytest.mark.parametrize("value", [True, "60", 60.5, [60], None])
def test_citizens_of_a_file_are_a_whole_number(value):
    with pytest.raises(ScenarioError, match=r"citizens (= |is missing)"):
        Scenario.from_table({**town().to_table(), "citizens": value})


def test_a_table_may_hold_numpys_numbers():
    table = {**town().to_table(), "citizens": np.int32(60), "step_days": np.float32(2)}
    assert Scenario.from_table(table, "town").spec == town(60).change({"step_days": 2}).spec


@pytest.mark.parametrize("panel", [True, [True], [0, np.True_], 2.5])
def test_a_panel_is_a_number_or_numbers(panel):
    with pytest.raises(ScenarioError, match=r"^panel = .* is neither a number nor a list"):
        ProtestModel(citizens=60, rng=1, panel=panel)


def test_samples_take_whole_numbers():
    citizens = Citizens(Simulation(town(60)))
    for three in THREES.values():
        assert citizens.sample(three, three).ids.tolist() == citizens.sample(3, 3).ids.tolist()
        assert len(citizens.snowball(three, three)) == 3
    for value in NO_NUMBERS.values():
        for draw in (citizens.sample, citizens.snowball):
            with pytest.raises(ScenarioError, match=r"citizens = .* is not a whole number"):
                draw(value)
            with pytest.raises(ScenarioError, match=r"seed = .* is not a whole number"):
                draw(3, value)
    with pytest.raises(ScenarioError, match=r"^citizens = -1 is outside"):
        citizens.snowball(-1)


@pytest.mark.parametrize("ids", [[3, 7], range(3, 8, 4), np.array([3, 7], np.uint8), ()], ids=str)
def test_citizens_are_chosen_by_their_numbers(ids):
    chosen = Citizens(Simulation(town(60)), ids)
    assert chosen.ids.tolist() == [*ids]
    assert chosen.ids.dtype == np.int64


@pytest.mark.parametrize(
    "ids",
    [[-1], [60], range(-3, 2), [1.5], [True], 7, [[1]], ["7"], np.array([2**64 - 1])],
    ids=str,
)
def test_there_are_no_other_citizens(ids):
    with pytest.raises(ScenarioError, match=r"^citizen = \S+ is outside 0|is no list of whole num"):
        Citizens(Simulation(town(60)), ids)


@pytest.mark.parametrize("at_most", [-1, -0.5, True, float("nan")])
def test_a_selection_takes_a_number_or_a_share(at_most):
    with pytest.raises(ScenarioError, match=r"^at_most = .* is neither a number nor a share$"):
        Citizens(Simulation(town(60))).select(at_most=at_most)


def test_truth_is_no_number_of_a_citizen():
    with pytest.raises(TypeError, match="a whole number is needed"):
        Citizens(Simulation(town(60)))[True]


@pytest.mark.parametrize("given", ["town", None, {}])
def test_only_a_scenario_is_simulated(given):
    with pytest.raises(ScenarioError, match=r"is not a Scenario; Scenario\.load reads one$"):
        Simulation(given)


@pytest.mark.parametrize("given", [1, "ties.csv", [(0, 1)]])
def test_only_a_graph_is_a_graph(given):
    with pytest.raises(ScenarioError, match=r"^graph = \w+ is not a Graph; Graph\.from_networkx"):
        Simulation(town(60), graph=given)


UNTIL = {
    "text": "soon", "week": "2014-W10", "days alone": "20140310", "week day": "2014-W10-1",
    "a time": dt.datetime(2014, 3, 10, 5), "a number": 20140310, "true": True,
    "no day": "2014-02-30", "other digits": "２０１４-03-10",
}  # fmt: skip


@pytest.mark.parametrize("until", UNTIL.values(), ids=UNTIL)
def test_a_day_is_a_date_or_its_text(until):
    with pytest.raises(ScenarioError, match=r"^until = .* is not a (date of the form|day of the)"):
        Simulation(town(60)).run(until)


def test_a_day_may_be_text_or_midnight():
    for until in ("2014-03-03", dt.date(2014, 3, 3), dt.datetime(2014, 3, 3)):
        assert Simulation(town(60)).run(until).step_number == 3


@pytest.mark.parametrize(
    ("name", "words"), [("x", "unknown 'x'"), ("mobilize", "did you mean 'mobilise'"), ("step", "")]
)
def test_an_unknown_measure_is_refused_before_and_after_a_step(name, words):
    model = ProtestModel(citizens=60, rng=1)
    for _ in range(2):
        simulation = model.simulation
        for read in (model.measured, simulation.measured, simulation.daily):
            with pytest.raises(ScenarioError, match=f"^measure: unknown '{name}'.*") as caught:
                read(name)
            assert words in str(caught.value)
        model.step()
    assert model.measured("silent") == 60


@pytest.mark.parametrize("name", [3, 1j, None, ["silent"], b"silent"])
def test_what_is_no_name_is_no_measure(name):
    simulation = Simulation(town(60))
    for read in (simulation.measured, simulation.daily):
        with pytest.raises(ScenarioError, match=r"^measure: unknown "):
            read(name)


def experiment(**more):
    """An experiment of two points."""
    levels = more.pop("levels", [0.1, 0.25])
    factors = {"attention.beta": levels}
    about = {"question": "?", "scenario": "town", "set": {"citizens": 60}}
    return Experiment.from_table({**about, "design": {"kind": "grid", "factors": factors}, **more})


def test_an_experiment_may_be_written_in_numpys_numbers():
    given = {"seed": np.uint64(3), "replicates": np.int8(2), "set": {"citizens": np.int32(60)}}
    levels = [np.float64(0.1), np.float32(0.25)]
    assert experiment(levels=levels, **given) == experiment(seed=3, replicates=2)


@pytest.mark.parametrize("value", [True, np.True_, 1.5, "7", None, [1]])
def test_an_experiment_takes_whole_numbers_only(value):
    for name in ("seed", "replicates"):
        with pytest.raises(ExperimentError, match=rf"^{name} = .* (whole number|give a number)"):
            experiment(**{name: value})
    if value is not None:
        with pytest.raises(ExperimentError, match=r"^jobs = .*: a whole number is needed"):
            sweep(experiment(), jobs=value)


def compiled_functions():
    """Every compiled function of the core, and the signatures it has been compiled for."""
    for module in pkgutil.walk_packages(samizdat.core.__path__, "samizdat.core."):
        importlib.import_module(module.name)
    return {
        (module, name): list(function.signatures)
        for module in sys.modules
        if module.startswith("samizdat.core")
        for name, function in vars(sys.modules[module]).items()
        if isinstance(function, Dispatcher)
    }


def play(three, graph_citizens):
    """Call all that takes numbers from outside."""
    simulation = Simulation(town(60), three, threads=three)
    simulation.run("2014-03-03")
    explainer = Explainer(simulation, [three])
    explainer.step()
    explainer.explain(three)
    everybody = Citizens(simulation)
    everybody.snowball(three, three).network()
    everybody.sample(three, three)
    graph = Graph.from_edges(
        graph_citizens, np.array([0, 1], np.uint8), [1, 2], np.array([0, 1], np.int16)
    )
    for trait in (np.arange(60), np.arange(120.0)[::2], simulation.state["threshold"]):
        graph.correlation(trait)
    graph.measures([0, 30, 60])
    Simulation(town(60), three, graph=graph, traits={"hardship": np.ones(60, int)}).step()
    ProtestModel(citizens=three + 50, rng=three).step()
    for text in ("3", 3.0):
        ProtestModel(citizens=60, rng=text, step_days=np.float32(2)).step()


@pytest.mark.filterwarnings("ignore::samizdat.society.graphs.GraphWarning")
def test_whatever_numbers_are_given_each_function_is_compiled_once():
    play(3, 60)
    before = compiled_functions()
    assert sum(map(len, before.values())) > 20
    for three in THREES.values():
        play(three, 60)
        for value in NO_NUMBERS.values():
            with pytest.raises(ScenarioError):
                Simulation(town(60), value)
    assert compiled_functions() == before
