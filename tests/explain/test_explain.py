"""A citizen's day is explained by terms that add up to what she did."""

import json
import math
import re
import tracemalloc

import pytest

from absence import EVERYTHING_ON
from samizdat import ScenarioError, Simulation
from samizdat.core.layout import (
    ATTENTION,
    MOBILISE,
    POSTURES,
    SELF_CENSOR,
    SHARE,
    STREET,
    TALK,
)
from samizdat.core.mechanisms.decision import GUARD
from samizdat.explain import Day, Explainer
from samizdat.explain.words import account, sentences
from worlds import town

RALLIES = {
    "rally.on": 1, "rally.organisers": 0.2, "rally.call": 1, "rally.committee": 5,
    "detain_organisers": 0.5,
}  # fmt: skip
WORLDS = {
    "as it is, seed 1": (1, None, {}),
    "as it is, seed 2": (2, None, {}),
    "open": (3, "open", {}),
    "analog": (4, "analog", {}),
    "networked": (5, "networked", {}),
    "ban": (6, "ban", {}),
    "everything on": (7, None, EVERYTHING_ON),
    "attention off": (8, None, {"attention.on": 0}),
    "all ties count, no talk": (9, None, {"reach.reachable_only": 0, "reach.word_of_mouth": 0}),
    "speaking tires, much policing": (
        10, None,
        {"attention.speaking_tires": 1, "arrests.response": 1, "sanction": 1, "surveillance": 1,
         "preempt": 0.1, "circumvention.literacy": 0.8},
    ),
    "a number of ties": (13, None, {"reach.dilution": 0}),
    "between share and number": (14, None, {"reach.dilution": 0.4, "reach.reference_ties": 3}),
    "half days": (11, None, {"step_days": 0.5}),
    "three days a step": (12, None, {"step_days": 3}),
    "rallies": (13, None, RALLIES),
    "rallies in steps of three days": (14, None, RALLIES | {"step_days": 3}),
}  # fmt: skip
MORE = {"as it is, seed 2", "open", "analog", "networked"}  # the same rules with other numbers


def world_of(regime, values, citizens=200):
    world = town(citizens)
    return (world.under(regime) if regime else world).change(values)


def names_of(voice, simulation):
    """Where a voice can be heard, from its bits."""
    names = [p.name for p in simulation.scenario.spec.platforms]
    places = [("in the street", STREET), ("in person", TALK)]
    places += [(name, 1 << k) for k, name in enumerate(names)]
    return tuple(place for place, bit in places if voice & bit)


@pytest.mark.parametrize(
    ("seed", "regime", "values"),
    [
        pytest.param(*world, id=name, marks=[pytest.mark.slow] * (name in MORE))
        for name, world in WORLDS.items()
    ],
)
def test_what_is_explained_is_what_happened_to_everybody_on_every_day(seed, regime, values):
    simulation = Simulation(world_of(regime, values, 50), seed=seed)
    explainer = Explainer(simulation)
    while not simulation.finished:
        explainer.step()
        state, heard = simulation.state, simulation.heard
        days = [explainer.explain(i) for i in range(50)]
        assert [day.posture for day in days] == [POSTURES[code] for code in state["posture"]]
        assert [day.attention for day in days] == [ATTENTION[code] for code in state["attention"]]
        for name in ("grievance", "trust", "fear"):
            assert [getattr(day, name).after for day in days] == state[name].tolist()
        for said, name in (
            ("in the street", "street"), ("speaking", "others"), ("in detention", "held")
        ):  # fmt: skip
            counted = [[voice.said for voice in day.voices].count(said) for day in days]
            assert counted == heard[name].tolist()
        assert [day.said for day in days] == [
            names_of(int(voice), simulation) for voice in state["voice"]
        ]
        assert [day.circumventing_tomorrow for day in days] == (state["circumventing"] > 0).tolist()
        arrested = [day.detained_for for day in days]
        assert sum(map(bool, arrested)) == simulation.counts["newly_detained"]
        assert all(k in (0, left) for k, left in zip(arrested, state["days_left"], strict=True))


@pytest.fixture(scope="module")
def days():
    """Every day of 200 citizens in a busy town."""
    simulation = Simulation(world_of(None, EVERYTHING_ON), seed=7)
    explainer, found = Explainer(simulation), []
    while not simulation.finished:
        explainer.step()
        found += [explainer.explain(i) for i in range(200)]
    return found


def test_all_there_is_to_explain_occurs(days):
    assert {day.posture for day in days} == set(POSTURES)
    assert {voice.said for day in days for voice in day.voices} == {
        "in the street", "speaking", "in detention",
    }  # fmt: skip
    assert {chance.event for day in days for chance in day.fate} == {
        "is arrested", "is prosecuted for her post", "is arrested beforehand", "gets a VPN",
        "drops her VPN", "is arrested as an organiser",
    }  # fmt: skip


def test_the_terms_of_a_belief_lead_from_morning_to_evening(days):
    for day in days:
        for belief in (day.grievance, day.trust, day.fear):
            total = belief.before + sum(term.change for term in belief.terms)
            assert total == pytest.approx(belief.after, abs=6e-8)  # one rounding to float32


def test_the_evening_is_the_next_morning(days):
    last: dict[int, Day] = {}
    for day in days:
        if day.citizen in last:
            for name in ("grievance", "trust", "fear"):
                assert getattr(day, name).before == getattr(last[day.citizen], name).after
            assert day.circumventing == last[day.citizen].circumventing_tomorrow
        last[day.citizen] = day


def test_both_sides_of_an_inequality_decide_it(days):
    for weighing in (weighing for day in days for weighing in day.weighings):
        w = weighing
        assert w.left == w.motive - w.cost - w.weight * w.risk
        assert w.holds == (w.left >= w.needed - GUARD)
        assert w.risk == pytest.approx(1 - (1 - w.danger) * (1 - w.fear), abs=1e-15)


def test_the_motive_is_opposition_and_what_she_sees(days):
    for day in days:
        if day.weighings:
            assert sum(term.change for term in day.motive) == day.weighings[0].motive
            assert day.opposition == day.grievance.after * (1 - day.trust.after)


def test_what_is_dared_is_the_posture(days):
    for day in days:
        dares = {weighing.deed: weighing.holds for weighing in day.weighings}
        open_street = day.rally is None or day.rally.on
        assert (day.posture == POSTURES[MOBILISE]) == (dares.get("street", False) and open_street)
        if day.posture == POSTURES[SHARE]:
            assert dares.get("post") or dares["talk"]
        if day.posture == POSTURES[SELF_CENSOR]:
            assert not dares.get("post")


def test_chance_happens_where_the_draw_is_below_it(days):
    for day in days:
        for chance in (*day.awakening, *day.fate):
            assert chance.happens == (chance.draw < chance.chance), day


def test_the_channels_add_up_to_the_hazard_of_learning_of_it(days):
    causes = ("her ties", "press and word", "pages", "strangers' posts", "the foreign press")
    seen = dict.fromkeys(causes, 0)
    for day in (day for day in days if day.news):
        assert [term.cause for term in day.news] == list(causes)
        learns = day.awakening[-1]
        assert learns.event == "learns of it"
        per_day = sum(term.change for term in day.news)
        assert learns.chance == pytest.approx(-math.expm1(-per_day), rel=1e-12, abs=1e-15)
        for term in day.news:
            seen[term.cause] += term.change > 0
        if not day.can_use:
            assert day.news[2].change == day.news[3].change == 0
    assert min(seen.values()) > 0, seen


def test_an_account_tells_through_which_channels_she_learns(days):
    told = [line for day in days for line in sentences(day) if "learns of it" in line]
    assert any("press and word" in line and "strangers' posts" in line for line in told), told[:5]


def test_an_account_can_be_kept_as_json(days):
    for day in days[::97]:
        plain = day.plain()
        assert json.loads(json.dumps(plain)) == plain
        assert set(plain) == set(Day._fields)


def test_every_day_can_be_put_into_words(days):
    for day in days:
        lines = list(sentences(day))
        assert lines[0].startswith(f"{day.date}: she ")
        assert not any("None" in line or "_" in line for line in lines)


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({"reach.dilution": 1}, r"counts as a share of her [\d.]+ ties\."),
        ({"reach.dilution": 0, "reach.reference_ties": 7},
         r"counts as a number: each tie is 1 of 7, however many she has \([\d.]+\)\."),
        ({"reach.dilution": 0.5},
         r"counts between a share of her [\d.]+ ties and a number: each tie is 1 of [\d.]+\."),
    ],
)  # fmt: skip
def test_it_is_told_whether_she_sees_a_share_or_a_number(values, counted):
    simulation = Simulation(town(60).change(values), seed=2)
    explainer, told = Explainer(simulation), 0
    while not simulation.finished:
        explainer.step()
        for day in map(explainer.explain, range(60)):
            lines = [line for line in sentences(day) if "hears counts" in line]
            assert len(lines) == bool(day.weighings and day.exposure[0].change
                                      + day.exposure[1].change > 0)  # fmt: skip
            for line in lines:
                assert re.search(counted, line), line
                told += 1
                seen = (day.exposure[0].change, [v.said for v in day.voices].count("in the street"))
                assert seen[0] == pytest.approx(seen[1] / day.divisor)
                delta, d0 = day.dilution, values.get("reach.reference_ties", 5)
                # linear between whole d: at most one in a hundred below the power
                assert day.divisor == pytest.approx(day.ties**delta * d0 ** (1 - delta), rel=0.02)
    assert told > 20


@pytest.fixture(scope="module")
def rally_days():
    """Every day of 200 citizens in a town of rallies."""
    simulation = Simulation(world_of(None, RALLIES), seed=7)
    explainer, found = Explainer(simulation), []
    while not simulation.finished:
        explainer.step()
        found += [explainer.explain(i) for i in range(200)]
    return found


def test_it_is_told_whether_a_rally_is_on_and_how_many_called_it(rally_days):
    for day in rally_days:
        told = "\n".join(sentences(day))
        if day.rally.on:
            assert f"A rally is on in {day.region}, called by {day.rally.organisers} org" in told
        elif day.rally.next_on:
            assert f"one is called for {day.rally.next_on}, by " in told
    assert {day.rally.on for day in rally_days} == {True, False}
    assert {day.rally.organisers for day in rally_days} <= {*range(6)}


def test_who_would_go_to_the_street_is_told_that_no_rally_is_on(rally_days):
    waiting = [
        day for day in rally_days
        if not day.rally.on and day.weighings and day.weighings[0].holds
    ]  # fmt: skip
    assert waiting
    for day in waiting:
        assert day.posture != POSTURES[MOBILISE]
        assert any("she would go, but no rally is on" in line for line in sentences(day))


def test_the_arrest_of_an_organiser_is_a_chance_of_her_evening(rally_days):
    met = [chance for day in rally_days for chance in day.fate if "organiser" in chance.event]
    assert {chance.happens for chance in met} == {True, False}
    for day in rally_days:
        if any(chance.happens and "organiser" in chance.event for chance in day.fate):
            assert day.detained_for >= 1
            assert day.rally.next_on


def test_days_on_which_nothing_happens_share_a_line():
    simulation = Simulation(town(50), seed=1)
    explainer, found = Explainer(simulation, [3]), []
    for _ in range(5):
        explainer.step()
        found.append(explainer.explain(3))
    (line,) = account(found)
    assert line.startswith("2014-03-01 to 2014-03-05: silent; nothing goes on where she lives")


def test_watching_some_explains_them_as_watching_all_does():
    all_of_them = Explainer(Simulation(town(100), seed=2))
    some = Explainer(Simulation(town(100), seed=2), [70, 3])
    for _ in range(30):
        all_of_them.step()
        some.record()
        some.simulation.step()
        for i in (3, 70):
            assert some.explain(i) == all_of_them.explain(i)


def test_a_restored_run_is_explained_as_one_that_never_paused(tmp_path):
    one = Explainer(Simulation(town(100), seed=2), range(100))
    for _ in range(25):
        one.step()
    one.simulation.save(tmp_path / "spring.npz")
    two = Explainer(Simulation.restore(tmp_path / "spring.npz"), range(100))
    one.step()
    two.step()
    assert [one.explain(i) for i in range(100)] == [two.explain(i) for i in range(100)]


def test_explaining_changes_nothing():
    watched, alone = Simulation(town(100), seed=2), Simulation(town(100), seed=2)
    explainer = Explainer(watched)
    while not watched.finished:
        explainer.step()
        explainer.explain(5)
    assert watched.regions.equals(alone.run().regions)


def test_a_morning_that_was_not_recorded_cannot_be_explained():
    simulation = Simulation(town(50), seed=1)
    explainer = Explainer(simulation, [3])
    with pytest.raises(RuntimeError, match="was not recorded"):
        explainer.explain(3)
    explainer.step()
    simulation.step()
    with pytest.raises(RuntimeError, match="was not recorded"):
        explainer.explain(3)


def test_only_citizens_who_are_recorded_can_be_explained():
    explainer = Explainer(Simulation(town(50), seed=1), [3])
    explainer.step()
    with pytest.raises(ScenarioError, match="citizen = 4 is not among those recorded"):
        explainer.explain(4)
    with pytest.raises(ScenarioError, match=r"citizen = 50 is outside 0 \.\.\. 49"):
        explainer.explain(50)
    with pytest.raises(ScenarioError, match=r"citizen = -1 is outside 0 \.\.\. 49"):
        Explainer(explainer.simulation, [-1])


def test_one_of_a_million_is_explained_without_a_copy_of_anybody_else():
    simulation = Simulation(town(1_000_000, graph__kind="none"), seed=1)
    explainer = Explainer(simulation, [999_999])
    explainer.step()
    explainer.explain(999_999)
    explainer.record()
    simulation.step()
    tracemalloc.start()
    try:
        day = explainer.explain(999_999)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    assert day.posture == "silent"


def test_it_is_told_which_grievance_has_arrived():
    simulation = Simulation(world_of(None, {"arrivals.mu": 200}), seed=7)
    explainer, told = Explainer(simulation), 0
    while not simulation.finished:
        explainer.step()
        day, k = explainer.explain(0), simulation.step_number - 1
        lines = "\n".join(sentences(day))
        names = simulation.scenario.region_names
        for each in simulation.arrivals.running(float(k), 1.0):
            if names[each.region] == day.region:
                date = simulation.scenario.date_of(each.step)
                assert f"a grievance that arose on {date} (shock {each.shock:.2g}" in lines
                told += 1
    assert told > 5
