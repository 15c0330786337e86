"""Mesa finds an ordinary Mesa model."""

import copy
import inspect
import pickle
import warnings

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.batchrunner import batch_run

from samizdat import ProtestModel, ScenarioError, Simulation
from samizdat.mesa_model import parameters_from
from samizdat.run.citizens import Citizen
from samizdat.scenario.interventions import to_toml
from worlds import laws, same_state, town


def ended(model):
    """Run a model to its end."""
    while model.running:
        model.step()
    return model


def swept(parameters, **arguments):
    """Rows of a sweep, by either version's batch_run."""
    return batch_run(ProtestModel, parameters, display_progress=False, **arguments)


def test_the_model_steps_and_collects_what_the_simulation_counts():
    model = ended(ProtestModel(citizens=150, rng=4))
    collected = model.datacollector.get_model_vars_dataframe()
    nation = Simulation(town(150), seed=4).run().nation
    assert len(collected) == 60
    for name in ("mobilise", "share", "grievance", "posts", "platforms_blocked", "violence"):
        assert collected[name].tolist() == nation[name].tolist()


def assert_collected(model, simulation):
    """Check that Mesa's collector holds the numbers of a simulation, of every day and column."""
    collected, nation = model.datacollector.get_model_vars_dataframe(), simulation.nation
    left_out = {"step", "date", "latent_self_censor"}
    assert {*collected.columns} == {*nation.columns} - left_out | {"seed"}
    for name in collected.columns.drop("seed"):
        assert collected[name].tolist() == nation[name].tolist(), name


GRIEVANCES = {"arrivals.mu": 120, "rally.on": 1, "rally.call": 1, "rally.organisers": 0.1}


def test_grievances_that_arrive_are_collected_day_for_day():
    model = ended(ProtestModel(citizens=300, rng=4, arrivals__mu=120, rally__on=1, rally__call=1,
                               rally__organisers=0.1))  # fmt: skip
    simulation = Simulation(town(300).change(GRIEVANCES), seed=4).run()
    assert_collected(model, simulation)
    assert simulation.nation["arrivals"].sum() == len(simulation.arrivals.all) > 0
    assert simulation.nation["rallies_held"].sum() > 0
    assert model.simulation.arrivals.all == simulation.arrivals.all


def test_laws_by_threat_are_collected_and_shown_day_for_day(tmp_path):
    world = laws(300)
    (tmp_path / "laws.toml").write_text(to_toml(world))
    model = ProtestModel(tmp_path / "laws.toml", rng=4)
    simulation = Simulation(world, seed=4)
    while model.running:
        model.step()
        simulation.step()
        assert model.measured("share") == simulation.measured("share")
        assert model.simulation.rungs == simulation.rungs
        assert model.simulation.threat == simulation.threat
        for name, values in simulation.environment.values.items():
            assert np.array_equal(model.simulation.environment.values[name], values), name
    assert_collected(model, simulation)
    assert [rung.in_force for rung in simulation.rungs] == [True, True, True, False]
    assert model.simulation.summary["laws"] == simulation.summary["laws"]
    assert model.simulation.bands["kind"].tolist().count("law") == 3
    assert 0.2 < model.datacollector.get_model_vars_dataframe()["threat"].max() <= 1
    without = ended(ProtestModel(tmp_path / "laws.toml", rng=4, regime="open"))
    assert without.simulation.rungs == ()


@pytest.mark.parametrize(("name", "shown"), [("kazakhstan_arrivals", "arrivals"),
                                             ("kazakhstan_rules", "threat")])  # fmt: skip
def test_a_shipped_world_by_rule_is_collected_day_for_day(name, shown):
    model = ProtestModel(name, citizens=600, rng=4)
    simulation = Simulation(model.simulation.scenario, seed=4)
    for _ in range(500):
        model.step()
        simulation.step()
    assert_collected(model, simulation)
    assert simulation.nation[shown].iloc[-1] >= 0
    assert simulation.nation[shown].sum() > 0
    assert len(model.simulation.rungs) == (2 if shown == "threat" else 0)


def test_a_sweep_tells_the_threat_of_its_last_day(tmp_path):
    (tmp_path / "laws.toml").write_text(to_toml(laws(80)))
    file = str(tmp_path / "laws.toml")
    none, some = swept({"scenario": file, "threat__gain": [0.0, 0.05], "seed": 3})
    assert none["threat"] == 0
    world = laws(80).change({"threat.gain": 0.05})
    assert some["threat"] == Simulation(world, seed=3).run().threat > 0


def test_time_counts_steps():
    model = ProtestModel(citizens=50, rng=1)
    assert (model.steps, model.time, str(model.date)) == (0, 0.0, "2014-03-01")
    model.step()
    model.step()
    assert (model.steps, model.time, str(model.date)) == (2, 2.0, "2014-03-02")


def test_it_stops_with_the_scenario():
    model = ended(ProtestModel(citizens=50, rng=1))
    with pytest.raises(RuntimeError, match="the scenario ends on"):
        model.step()
    assert (model.steps, model.time) == (60, 60.0)  # nothing was done, nothing is counted


@pytest.mark.parametrize("name", ["panel", "rng", "regime"])
def test_what_is_no_number_is_not_taken_for_one(name):
    with pytest.raises(ScenarioError, match=f"^{name} is not a parameter of the scenario$"):
        parameters_from({name: 1})


@pytest.mark.parametrize("name", ["attention__beta", "attention.beta"])
def test_numbers_are_keywords_with_a_dot_or_two_underscores(name):
    model = ProtestModel(citizens=100, rng=1, chill=0.2, **{name: 0.5})
    assert model.simulation.scenario.parameters["attention.beta"] == 0.5
    assert model.simulation.scenario.parameters["chill"] == 0.2


@pytest.mark.parametrize(
    ("keywords", "reason"),
    [
        ({"attention__bta": 1}, r"unknown 'attention\.bta'; did you mean 'attention\.beta'\?"),
        ({"regim": "open"}, r"unknown 'regim'; did you mean 'regime'\?"),
        ({"regime": pd.NA}, r"regime <NA> is not one of open"),
        ({"regime": np.array(3)}, r"regime 3 is not one of open"),
        ({"regime": "closed"}, r"regime 'closed' is not one of open, analog, networked, ban"),
        ({"attention.beta": 0.1, "attention__beta": 0.1}, r"attention\.beta is given twice"),
        ({"attention__beta": None}, r"attention\.beta = None is not a number: 0 \.\.\. 5"),
        (
            {"rng": "dice"},
            r"seed = 'dice' is not a whole number of 0 \.\.\. 9223372036854775807",
        ),
        ({"rng": 1.5}, r"seed = 1\.5 is not a whole number"),
        ({"rng": -1}, r"seed = -1 is outside 0 \.\.\. 9223372036854775807"),
        ({"rng": 1, "seed": 1}, r"seed and rng are the same: give one of them"),
        ({"panel": 101}, r"panel = 101 is outside 0 \.\.\. 100"),
        ({"panel": [3, 100]}, r"panel: citizen 100 is outside 0 \.\.\. 99"),
        ({"panel": 2.7}, r"panel = 2\.7 is neither a number nor a list of citizens"),
        ({"panel": [1, 2.7]}, r"panel = \[1, 2\.7\] is neither a number nor a list of citizens"),
        ({"panel": [2**70]}, r"panel: citizen 1180591620717411303424 is outside 0 \.\.\. 99"),
        ({"panel": "some"}, r"panel = 'some' is neither a number nor a list of citizens"),
    ],
)
def test_a_mistake_is_one_line(keywords, reason):
    with pytest.raises(ScenarioError, match=reason) as caught:
        ProtestModel(**{"citizens": 100, **keywords})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rng", [7, "7", 7.0, np.int64(7)])
def test_a_seed_may_be_typed(rng):
    assert ProtestModel(citizens=50, rng=rng).seed == 7


def test_seed_is_another_word_for_rng():
    assert ProtestModel(citizens=50, seed="7").seed == 7


def test_without_a_seed_each_model_has_its_own_and_can_be_repeated():
    one, two = ProtestModel(citizens=150), ProtestModel(citizens=150)
    assert one.seed != two.seed
    again = ended(ProtestModel(citizens=150, rng=one.seed))
    assert same_state(ended(one).simulation, again.simulation)


def test_a_generator_gives_a_seed():
    seeds = [ProtestModel(citizens=50, rng=np.random.default_rng(5)).seed for _ in range(2)]
    assert seeds[0] == seeds[1]


def test_a_preset_regime_takes_the_place_of_the_scenarios():
    model = ended(ProtestModel(citizens=150, rng=4, regime="open", attention__beta=0.2))
    world = town(150).under("open").change({"attention.beta": 0.2})
    assert same_state(model.simulation, Simulation(world, seed=4).run())
    own = ProtestModel(citizens=150, rng=4, regime="scenario")
    assert own.simulation.scenario == town(150)


def test_agents_are_all_citizens():
    model = ProtestModel(citizens=150, rng=4)
    model.step()
    assert len(model.agents) == 150
    assert model.agents[3].model is model
    assert model.agents.select(posture="silent").to_list() == list(model.agents)


def test_a_panel_is_recorded_one_by_one():
    model = ended(ProtestModel(citizens=150, rng=4, panel=[5, 99]))
    simulation = Simulation(town(150), seed=4)
    fear = []
    while not simulation.finished:
        simulation.step()
        fear.append(simulation.state["fear"][99])
    rows = model.datacollector.get_agent_vars_dataframe()
    assert len(rows) == 2 * 60
    assert rows.xs(99, level="AgentID")["citizen_fear"].tolist() == fear


def test_a_panel_may_be_drawn_by_the_seed():
    panels = [ProtestModel(citizens=150, rng=4, panel=10).panel.ids.tolist() for _ in range(2)]
    assert panels[0] == panels[1]
    assert len(set(panels[0])) == 10


@pytest.mark.parametrize("whom", [(5, 99), range(5, 100, 94), np.array([5, 99]), {5: 0, 99: 0}])
def test_a_panel_may_be_anything_that_lists_citizens(whom):
    for panel in (whom, (i for i in whom)):
        assert ProtestModel(citizens=150, rng=4, panel=panel).panel.ids.tolist() == [5, 99]


def test_nobody_is_recorded_one_by_one_by_default():
    model = ProtestModel(citizens=50, rng=1)
    model.step()
    assert not model.datacollector.agent_reporters


def test_the_network_is_a_snowball_of_a_few():
    model = ProtestModel(citizens=3000, rng=1)
    assert len(model.network()) == 2000
    drawn = model.network(100, seed=3)
    assert len(drawn) == 100
    assert drawn.edges == model.network(100, seed=3).edges


def test_mesa_sweeps_numbers_and_regimes():
    rows = swept(
        {"citizens": 80, "attention__beta": [0.0, 1.0], "regime": ["open", "ban"], "seed": 3},
        max_steps=25,
    )
    assert [(row["attention__beta"], row["regime"]) for row in rows] == [
        (0.0, "open"), (0.0, "ban"), (1.0, "open"), (1.0, "ban"),
    ]  # fmt: skip
    assert rows[0]["aware"] < rows[2]["aware"]


def test_a_sweep_over_seeds_is_the_runs_themselves():
    rows = swept({"citizens": 80, "seed": [1, 2]})
    for row in rows:
        nation = Simulation(town(80), seed=row["seed"]).run().nation
        assert row["grievance"] == nation["grievance"].iloc[-1]
    assert [row["seed"] for row in rows] == [1, 2]


def test_a_sweep_without_seeds_tells_which_were_drawn():
    several = {"rng": [None, None]} if takes("rng") else {"iterations": 2}
    one, two = swept({"citizens": 80}, **several)
    assert one["seed"] != two["seed"]
    nation = Simulation(town(80), seed=one["seed"]).run().nation
    assert one["grievance"] == nation["grievance"].iloc[-1]


def test_the_rows_of_a_sweep_show_means_and_panel_of_one_day():
    rows = swept({"citizens": 80, "seed": 1, "panel": 80})
    nation = Simulation(town(80), seed=1).run().nation
    assert rows[0]["fear"] == nation["fear"].iloc[-1]
    assert np.mean([row["citizen_fear"] for row in rows]) == pytest.approx(rows[0]["fear"])


@pytest.mark.skipif("rng" not in inspect.signature(batch_run).parameters, reason="Mesa 3.5 on")
def test_mesa_hands_seeds_over():
    rows = swept({"citizens": 80}, rng=[3, 4], max_steps=5)
    assert [row["seed"] for row in rows] == [3, 4]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_goes_on_as_the_model_does_bit_for_bit(again):
    one = ProtestModel(citizens=150, rng=4, panel=3)
    for _ in range(20):
        one.step()
    two = ended(again(one))
    assert one.steps == 20
    ended(one)
    assert same_state(one.simulation, two.simulation)
    mine, hers = one.datacollector, two.datacollector
    assert mine.get_model_vars_dataframe().equals(hers.get_model_vars_dataframe())
    assert mine.get_agent_vars_dataframe().equals(hers.get_agent_vars_dataframe())
    assert two.panel[0].model is two


@pytest.mark.filterwarnings("ignore")
def test_solara_shows_steps_and_resets_it(monkeypatch):
    pytest.importorskip("altair")
    solara, widgets = pytest.importorskip("solara"), pytest.importorskip("ipyvuetify")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mesa.visualization import Slider, SolaraViz, make_plot_component
    model = solara.reactive(ProtestModel(citizens=100, rng=7))
    asked = {
        "scenario": "town",
        "citizens": Slider("citizens", 200, 100, 1000, 100),
        "rng": {"type": "InputText", "value": "9", "label": "Seed"},
        "regime": {"type": "Select", "value": "open", "values": ["scenario", "open"], "label": ""},
        "attention__beta": Slider("beta", 0.3, 0.0, 1.0, 0.1),
    }

    @solara.component
    def page():
        with solara.AppLayout():
            SolaraViz(model, components=[make_plot_component("mobilise")], model_params=asked)

    _, drawn = solara.render(page(), handle_error=False)
    buttons = {
        "".join(part for part in button.children if isinstance(part, str)).strip(): button
        for button in drawn.find(widgets.Btn).widgets
    }
    buttons["Step"].click()
    assert model.value.simulation.step_number == 1
    buttons["Reset"].click()
    new = model.value
    assert (new.steps, new.seed, len(new.agents)) == (0, 9, 200)
    wanted = town(200).under("open").change({"attention.beta": 0.3})
    assert new.simulation.scenario == wanted
    drawn.close()


def takes(argument):
    """Whether this version's batch_run has an argument."""
    return argument in inspect.signature(batch_run).parameters


REFUSED = {
    "remove_all_agents": [], "register_agent": [None], "deregister_agent": [None],
    "reset_randomizer": [3], "reset_rng": [3],
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_do_nothing_is_refused_in_one_line(name):
    model, other = ProtestModel(citizens=60, rng=1), ProtestModel(citizens=60, rng=1)
    with pytest.raises(NotImplementedError, match=r"cannot be (added|removed|reset): [^\n]+$"):
        getattr(model, name)(*REFUSED[name])
    assert len(model.agents) == 60
    assert same_state(ended(model).simulation, ended(other).simulation)


def test_an_agent_of_mesa_cannot_join_the_citizens():
    with pytest.raises(NotImplementedError, match=r"^an agent cannot be added: who lives there"):
        mesa.Agent(ProtestModel(citizens=60, rng=1))


@pytest.mark.parametrize("name", ["add", "remove", "discard", "do", "shuffle_do", "set"])
def test_citizens_have_no_methods_that_change_them(name):
    with pytest.raises(AttributeError, match=f"'{name}'"):
        getattr(ProtestModel(citizens=60, rng=1).agents, name)


@pytest.mark.skipif("time" in vars(mesa.Model), reason="Mesa before 3.5: it has events since")
def test_every_method_of_mesas_model_is_met():
    there = {name for name in vars(mesa.Model) if not name.startswith("_")}
    own = {name for name in there if vars(ProtestModel).get(name) is not None}
    assert there - own == {"run_model"}  # which steps


def test_citizens_are_the_one_type_of_agents():
    model = ProtestModel(citizens=60, rng=1)
    assert model.agent_types == [Citizen]
    assert model.agents_by_type[Citizen].ids.tolist() == list(range(60))


def test_counters_and_collected_rows_follow_a_simulation_that_was_set_to_another_day():
    model, other = (ProtestModel("town", citizens=200, rng=1) for _ in range(2))
    for _ in range(12):
        model.step()
    for _ in range(7):
        other.step()
    model.simulation = other.simulation
    model.synchronise()
    assert (model.steps, model.time) == (7, 7.0)
    assert model.running
    pd.testing.assert_frame_equal(
        model.datacollector.get_model_vars_dataframe(),
        other.datacollector.get_model_vars_dataframe(),
    )
    model.step_at_once()
    assert model.steps == len(model.datacollector.model_vars["mobilise"]) == 8
    assert (model.simulation.step_number, model.time) == (8, 8.0)
