"""The tiles of the regions show turnout and what the state does there."""

import numpy as np
import pytest

from samizdat import Scenario, Simulation
from samizdat.views import CountryView, regions
from samizdat.views.regions import BLANK, KAZAKHSTAN, places_of
from worlds import town


@pytest.fixture(scope="module")
def days():
    """The teaching scenario day by day: signals, turnout and what the tiles showed."""
    simulation = Simulation(town(2000), 1, threads=1)
    country, seen = CountryView(simulation, 420, 310), []
    while simulation.step_number < 40:
        simulation.step()
        country.update(simulation)
        seen.append((simulation.signals, simulation.regions.tail(2), list(country.contents)))
    return seen


def test_every_region_of_the_country_has_a_tile_of_its_own():
    names = Scenario.load("kazakhstan").region_names
    assert len(names) == 17
    assert sorted(names) == sorted(name for row in KAZAKHSTAN for name in row if name)
    assert len(set(places_of(names))) == 17


def test_the_west_lies_left_and_the_north_above():
    names = ["Mangystau", "East Kazakhstan", "North Kazakhstan", "Almaty"]
    west, east, north, south = places_of(names)
    assert west[0] < north[0] < east[0]
    assert north[1] < south[1]


@pytest.mark.parametrize("many", [1, 2, 5, 9, 30])
def test_other_regions_lie_on_a_grid_that_is_nearly_square(many):
    places = places_of([f"region {k}" for k in range(many)])
    wide, high = (1 + max(axis) for axis in zip(*places, strict=True))
    assert len(set(places)) == many
    assert 0 <= wide - high <= 1


def test_a_block_is_marked_where_it_is(days):
    marked = [[content.signs["blocked"] != "" for content in contents] for _, _, contents in days]
    barred = [table["platforms_blocked"].to_numpy() > 0 for _, table, _ in days]
    assert np.any(barred)
    assert np.array_equal(marked, barred)


@pytest.mark.parametrize("sign", ["blackout", "violence"])
def test_a_sign_stands_where_the_lever_is_at_work(days, sign):
    marked = [[content.signs[sign] != "" for content in contents] for _, _, contents in days]
    at_work = [signals[sign] > 0 for signals, _, _ in days]
    assert np.any(at_work)
    assert np.array_equal(marked, at_work)


def test_a_tile_is_blank_where_nobody_is_in_the_street(days):
    blank = [[content.colour == BLANK for content in contents] for _, _, contents in days]
    nobody = [table["mobilise"].to_numpy() == 0 for _, table, _ in days]
    assert np.array_equal(blank, nobody)


def test_turnout_is_shown_as_a_number(days):
    for _, table, contents in days:
        for many, content in zip(table["mobilise"], contents, strict=True):
            assert content.lines[0] == f"{many:,} in the street" if many else "nobody in the street"


def test_more_turnout_is_darker(days):
    in_old_town = sorted(
        (table["mobilise"].iloc[0], sum(contents[0].colour[:3])) for _, table, contents in days
    )
    shades = [shade for many, shade in in_old_town if many]
    assert len(set(shades)) > 5
    assert shades == sorted(shades, reverse=True)


def test_a_click_finds_the_region():
    simulation = Simulation(Scenario.load("land_protests").change({"citizens": 3000}), 1, threads=1)
    country = CountryView(simulation)
    assert country.region_at(0.05, 0.2) == "West Kazakhstan"
    assert country.region_at(0.95, 0.2) == "Pavlodar"
    assert country.region_at(0.3, 0.4) == "Aktobe"
    assert country.region_at(0.3, 0.2) is None


@pytest.mark.parametrize("shows", ["fear", "trust"])
def test_tiles_can_show_beliefs(shows):
    simulation = Simulation(town(400), 3, threads=1)
    simulation.step()
    country = CountryView(simulation, shows=shows)
    means = simulation.regions[shows]
    assert [content.lines[0] for content in country.contents] == [f"{shows} {m:.2f}" for m in means]


def test_an_unknown_measure_is_an_error():
    with pytest.raises(ValueError, match=r"hope.*turnout, fear, trust"):
        CountryView(Simulation(town(400), 3, threads=1), shows="hope")


@pytest.fixture
def busy(monkeypatch):
    """Let every region count up to a fifth of a million, and signs come and go, by ``day``."""
    counted, day = regions.region_measures, []

    def many(simulation, name):
        rng = np.random.default_rng([len(day), len(name)])
        of_each = counted(simulation, name)
        return of_each if name in ("fear", "trust") else rng.integers(0, 200_000, len(of_each))

    def signals(simulation):
        rng, found = np.random.default_rng(len(day)), simulation.signals.copy()
        found["violence"], found["blackout"] = rng.random((2, len(found))) < 0.5
        return found

    def barred_platforms(simulation, here):
        listed = ["kin_chat"], ["one", "another", "foreign press"], [], ["a_name_of_many_letters"]
        return [listed[k] for k in np.random.default_rng(len(day)).integers(0, 4, len(here))]

    monkeypatch.setattr(regions, "region_measures", many)
    monkeypatch.setattr(regions, "signals_of", signals)
    monkeypatch.setattr(regions, "barred_platforms", barred_platforms)
    return day


def stepped(name):
    """Return a simulation with these regions after its first day."""
    scenario = town(400) if name == "town" else Scenario.load(name).change({"citizens": 1000})
    simulation = Simulation(scenario, 1, threads=1)
    simulation.step()
    return simulation


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("town", (560, 600)),
        ("town", (260, 220)),
        pytest.param("kazakhstan", (560, 600), marks=pytest.mark.slow),
        ("kazakhstan", (260, 220)),
    ],
)
def test_days_gone_by_leave_nothing_behind(busy, name, size):
    simulation = stepped(name)
    for shows in regions.SHOWS:
        view = CountryView(simulation, *size, shows=shows)
        for _ in range(4):
            busy.append("another day")
            view.update(simulation)
        fresh = CountryView(simulation, *size, shows=shows)
        assert np.array_equal(view.pixels(), fresh.pixels()), (shows, size)


@pytest.mark.parametrize("size", [(560, 600), (930, 930)])
def test_words_stay_on_their_tile(busy, size):
    simulation = stepped("kazakhstan")
    simulation.sizes = np.full(17, 200_000)
    for shows in regions.SHOWS:
        view = CountryView(simulation, *size, shows=shows)
        for tile in view.tiles:
            field = tile.field.get_window_extent()
            for text in (*tile.words, *tile.signs.values()):
                if text.get_text():
                    box = text.get_window_extent()
                    assert field.x0 <= box.x0 <= box.x1 <= field.x1, text.get_text()
                    assert field.y0 <= box.y0 <= box.y1 <= field.y1, text.get_text()


def test_signs_without_a_line_each_share_one(busy):
    view = CountryView(stepped("kazakhstan"), 930, 930, shows="fear")
    for tile, content in zip(view.tiles, view.contents, strict=True):
        signs = [text for text in tile.signs.values() if text.get_text()]
        assert len(signs) == sum(map(bool, content.signs.values()))
        places = [text.get_position() for text in (*tile.words, *signs) if text.get_text()]
        assert len(set(places)) == len(places)
