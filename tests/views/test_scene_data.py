"""What the browser draws is what the simulation counted, and what the pictures show."""

import base64

import matplotlib as mpl
import numpy as np
import pytest

from samizdat import Scenario, Simulation
from samizdat.core.layout import POSTURES
from samizdat.views import CountryView, NetworkView
from samizdat.views.cast import DRAWN, LEAST, cast_of, places_in, somebody
from samizdat.views.country_scene import country_day, country_ground
from samizdat.views.regions import BLANK, FEW, RegionColours
from samizdat.views.series import COLUMNS
from samizdat.views.series_scene import BLOCK, series_bands, series_blocks, series_ground
from samizdat.views.who_scene import who_day
from worlds import town

pytest.importorskip("igraph")


def unpacked(text, kind):
    return np.frombuffer(base64.b64decode(text), f"<{kind}")


@pytest.fixture(scope="module")
def busy():
    """A town of 4,000 on a day on which people are in the street."""
    simulation = Simulation(town(4000), 1, threads=1)
    while simulation.step_number < 25:
        simulation.step()
    assert simulation.counts["mobilise"] > 10
    return simulation


def test_counts_of_regions_are_those_of_the_simulation(busy):
    regions = country_day(busy, "turnout")["regions"]
    for name in POSTURES[1:]:
        assert sum(region["counts"][name] for region in regions) == busy.counts[name]
    assert sum(region["residents"] for region in regions) == 4000


@pytest.mark.parametrize("shows", ["turnout", "fear", "trust"])
def test_map_tiles_and_browser_have_the_same_colours(busy, shows):
    drawn = CountryView(busy, shows=shows)
    colours = [mpl.colors.to_hex(content.colour) for content in drawn.contents]
    assert [region["colour"] for region in country_day(busy, shows)["regions"]] == colours


def test_one_person_is_not_as_loud_as_a_thousand():
    colours = RegionColours("turnout")

    def light(many, residents):
        return sum(colours.of(many, residents)[:3])

    assert colours.of(0, 5000) == BLANK
    palest = light(1, 10)
    assert all(light(many, size) == palest for many in range(1, FEW) for size in (5, 500, 50_000))
    shades = [light(many, 5000) for many in (3, 10, 30, 100, 300)]
    assert shades == sorted(shades, reverse=True)
    assert palest - light(1000, 5000) > 1.2


def test_without_a_map_regions_are_tiles(busy):
    ground = country_ground(busy, "turnout", None)
    assert ground["tiles"]
    assert list(ground["shapes"]) == busy.scenario.region_names


def test_all_who_act_are_drawn_before_others(busy):
    cast = cast_of(busy)
    ids, posture = cast.sample.ids, busy.state["posture"]
    acting = [POSTURES.index(name) for name in cast.of]
    assert sum(cast.of.values()) == np.isin(posture, acting).sum()
    assert sum(cast.acting.values()) == np.isin(posture[ids], acting).sum()
    assert (posture[ids] == POSTURES.index("mobilise")).sum() == busy.counts["mobilise"]
    assert len(np.unique(ids)) == len(ids) <= DRAWN
    assert f"of the {sum(cast.of.values()):,} who act" in cast.words or "all" in cast.words


def test_who_is_drawn_is_a_function_of_the_day_and_places_never_move(busy):
    again = Simulation(town(4000), 1, threads=1)
    seen = {}
    while again.step_number < 25:
        again.step()
        cast = cast_of(again)
        for citizen, place in zip(cast.sample.ids.tolist(), cast.places.tolist(), strict=True):
            assert seen.setdefault(citizen, place) == place
    assert np.array_equal(cast_of(again).sample.ids, cast_of(busy).sample.ids)


def test_on_a_quiet_day_the_same_others_are_drawn():
    simulation = Simulation(town(4000), 1, threads=1)
    first = cast_of(simulation)
    simulation.step()
    assert np.array_equal(first.sample.ids, cast_of(simulation).sample.ids)
    assert len(first.sample.ids) == LEAST
    assert "Nobody acts" in first.words


def test_a_chosen_citizen_is_drawn_with_neighbours(busy):
    left_out = np.setdiff1d(np.arange(4000), cast_of(busy).sample.ids)
    chosen = int(left_out[0])
    assert chosen in cast_of(busy, chosen).sample.ids
    view = NetworkView(busy)
    view.update(busy, chosen)
    assert len(view.ring.get_xdata()) == 1


def test_households_live_close_together_and_all_within_the_picture(busy):
    places = places_in(busy, np.arange(4000))
    assert places.min() >= 0.0
    assert places.max() <= 1.0
    steps = np.hypot(*np.diff(places, axis=0).T)
    assert np.median(steps) < 0.02


def test_somebody_in_the_street_is_asked_each_time_another(busy):
    many = busy.counts["mobilise"]
    asked = [somebody(busy, turn)[0] for turn in range(many)]
    assert len(set(asked)) == many
    assert all(busy.state["posture"][citizen] == POSTURES.index("mobilise") for citizen in asked)
    assert somebody(busy, 0) == somebody(busy, many)
    assert "is in the street" in somebody(busy, 0)[1]


def test_where_nobody_acts_nobody_is_asked():
    citizen, words = somebody(Simulation(town(400), 1, threads=1), 0)
    assert citizen is None
    assert words.startswith("Nobody is in the street. ")


def test_the_days_are_sent_in_blocks_that_hold_all_of_them():
    simulation = Simulation(Scenario.load("kazakhstan").change({"citizens": 600}), 1, threads=1)
    while simulation.step_number < BLOCK + 44:
        simulation.step()
    blocks, tail = series_blocks(simulation)
    names = series_ground(simulation, brief=False)["columns"]
    assert names[: len(COLUMNS)] == list(COLUMNS)
    parts = [unpacked(each, "f4").reshape(len(names), -1) for each in (*blocks, tail)]
    rows = dict(zip(names, np.concatenate(parts, axis=1), strict=True))
    nation = simulation.nation
    assert [part.shape[1] for part in parts] == [BLOCK, 44]
    assert rows["mobilise"] == pytest.approx(nation["mobilise"].to_numpy() * 100_000 / 600)
    assert rows["rallies_held"] == pytest.approx(nation["rallies_held"].to_numpy())


def test_bands_have_begun_and_end_on_the_day_at_most(busy):
    bands = series_bands(busy)
    assert {"Factory closes"} <= {band["text"] for band in bands}
    today = mpl.dates.date2num(busy.date) + 0.5
    assert all(band["start"] < band["end"] <= today for band in bands)


def test_every_citizen_is_in_a_cell_of_the_beliefs(busy):
    day = who_day(busy, 7)
    assert unpacked(day["many"], "u4").sum() == 4000
    assert sum(day["counts"].values()) == 4000
    assert day["ring"] == [float(busy.state["trust"][7]), float(busy.state["grievance"][7])]
