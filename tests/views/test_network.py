"""The picture of the social graph shows who does what, and who heard whom."""

import matplotlib as mpl
import numpy as np
import pytest

from samizdat import Simulation
from samizdat.core.layout import ONLINE, POSTURES
from samizdat.explain import Explainer
from samizdat.views import LOOKS, NetworkView
from samizdat.views.network import layout_of
from worlds import town

igraph = pytest.importorskip("igraph")


@pytest.fixture(scope="module")
def busy():
    """The teaching scenario on a busy day, and who heard whom on it as `explain` tells it."""
    simulation = Simulation(town(300), 3, threads=1)
    while simulation.step_number < 24:
        simulation.step()
    explainer = Explainer(simulation)
    explainer.step()
    heard = {
        frozenset((i, voice.citizen))
        for i in range(300)
        for voice in explainer.explain(i).voices
        if voice.said != "in detention"
    }
    return simulation, heard


@pytest.fixture(scope="module")
def picture(busy):
    return NetworkView(busy[0])


def test_each_posture_has_a_colour_and_a_shape_of_its_own():
    assert len({look.colour for look in LOOKS.values()}) == len(POSTURES)
    assert len({look.marker for look in LOOKS.values()}) == len(POSTURES)


def test_citizens_are_marked_by_their_posture(busy, picture):
    picture.update(busy[0])
    postures = busy[0].state["posture"][picture.sample.ids]
    for code, name in enumerate(POSTURES):
        offsets = np.asarray(picture.marks[name].get_offsets())
        assert np.array_equal(offsets, picture.places[postures == code])


def test_who_is_online_has_the_full_colour_and_who_is_not_a_paler_one(busy, picture):
    picture.update(busy[0])
    state, ids = busy[0].state, picture.sample.ids
    for code, name in enumerate(POSTURES):
        those = ids[state["posture"][ids] == code]
        colours = picture.marks[name].get_facecolors()[:, :3]
        online = state["access"][those] & ONLINE != 0
        full = np.isclose(colours, mpl.colors.to_rgb(LOOKS[name].colour)).all(axis=1)
        assert np.array_equal(full, online)


def test_a_tie_lights_up_where_a_voice_was_heard_along_it(busy, picture):
    simulation, heard = busy
    picture.update(simulation)
    sample, now = picture.sample, picture.now
    pairs = np.column_stack([sample.ids[sample.one], sample.ids[sample.other]])
    lit = {frozenset(pair) for pair in pairs[now.carried].tolist()}
    assert heard
    assert lit == heard


def test_what_lights_up_is_drawn(busy, picture):
    picture.update(busy[0])
    drawn = sum(np.isnan(line.get_xdata()).sum() for line in (picture.spoken, picture.from_street))
    assert drawn == picture.now.carried.sum()


def test_the_ties_shown_are_those_among_the_sample(busy):
    sample, _ = layout_of(busy[0].graph, 100, 5)
    ties, chosen = busy[0].graph.ties, set(sample.ids.tolist())
    expected = {
        (frozenset((int(i), int(j))), e < ties.close[i])
        for i in chosen
        for e, j in enumerate(ties.neighbour[ties.start[i] : ties.start[i + 1]])
        if int(j) in chosen
    }
    pairs = np.column_stack([sample.ids[sample.one], sample.ids[sample.other]]).tolist()
    found = {(frozenset(p), bool(c)) for p, c in zip(pairs, sample.close, strict=True)}
    assert len(pairs) == len(found)
    assert found == {(pair, bool(close)) for pair, close in expected}


def test_sample_and_layout_are_the_same_for_the_same_seed():
    twins = [Simulation(town(600), 3, threads=1) for _ in range(2)]
    (one, places), (two, others) = (layout_of(run.graph, 200, 7) for run in twins)
    assert np.array_equal(one.ids, two.ids)
    assert np.array_equal(places, others)


def test_another_seed_gives_another_sample(busy):
    one, two = (layout_of(busy[0].graph, 100, seed)[0] for seed in (1, 2))
    assert not np.array_equal(one.ids, two.ids)


def test_a_sample_can_begin_with_a_citizen(busy):
    assert layout_of(busy[0].graph, 50, 0, 123)[0].ids[0] == 123


def test_a_layout_is_computed_once(busy):
    assert layout_of(busy[0].graph, 100, 9) is layout_of(busy[0].graph, 100, 9)


def test_nobody_is_drawn_on_top_of_another(busy):
    places = layout_of(busy[0].graph)[1]
    assert len(np.unique(places.round(9), axis=0)) == len(places)


def test_a_click_finds_the_citizen(busy, picture):
    picture.update(busy[0])
    found = [picture.citizen_at(*picture.position_of(int(i))) for i in picture.sample.ids]
    assert np.mean(np.array(found) == picture.sample.ids) > 0.95  # some stand behind another


def test_a_click_on_nothing_finds_nobody(picture):
    assert picture.citizen_at(0.999, 0.999) is None


def test_the_chosen_is_ringed_with_her_neighbours(busy, picture):
    citizen = int(picture.sample.ids[7])
    picture.update(busy[0], chosen=citizen)
    assert np.allclose(np.column_stack(picture.ring.get_data()), picture.places[[7]])
    assert len(picture.near.get_xdata()) == busy[0].graph.degrees()[citizen]


def test_a_chosen_citizen_who_is_not_drawn_is_mentioned(busy):
    few = NetworkView(busy[0], citizens=20)
    missing = next(i for i in range(300) if i not in few.sample.ids)
    few.update(busy[0], chosen=missing)
    assert f"citizen {missing}" in few.missing.get_text()
    assert len(few.ring.get_xdata()) == 0


def test_at_most_2000_citizens_of_a_snowball_sample_are_drawn():
    simulation = Simulation(town(2500), 1, threads=1)
    assert len(NetworkView(simulation, citizens=4000).sample.ids) == 2000
