"""Maps: a GeoJSON file beside a scenario, and those that come with the package."""

import json

import pytest

from samizdat import Scenario
from samizdat.views.outlines import map_for, map_from, read_map, shipped_maps

SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]


def feature(name, geometry=None):
    shape = geometry or {"type": "Polygon", "coordinates": SQUARE}
    return {"type": "Feature", "properties": {"region": name}, "geometry": shape}


def text(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


@pytest.mark.parametrize("name", ["kazakhstan", "land_protests", "zhanaozen"])
def test_the_map_of_the_package_has_all_regions_of_its_scenarios(name):
    regions = Scenario.load(name).region_names
    found = map_for(regions, name)
    assert found is shipped_maps()[0]
    assert set(regions) <= set(found.outlines)
    assert 0.6 < found.aspect < 0.75  # at 48 degrees north


def test_towns_are_points_and_names_lie_within_the_box():
    (found,) = shipped_maps()
    west, east, south, north = found.bounds
    small = {name for name, outline in found.outlines.items() if outline.small}
    assert small == {"Zhanaozen", "Almaty", "Astana"}
    for outline in found.outlines.values():
        assert west <= outline.point[0] <= east
        assert south <= outline.point[1] <= north


def test_other_worlds_have_no_map():
    assert map_for(Scenario.load("town").region_names, "town") is None


def test_a_file_beside_the_scenario_is_its_map(tmp_path):
    scenario = tmp_path / "island.toml"
    beside = tmp_path / "island.geojson"
    beside.write_text(text(feature("North"), feature("South")), encoding="utf-8")
    found = map_for(["North", "South"], str(scenario))
    assert found.name == "island.geojson"
    with pytest.raises(ValueError, match=r"island\.geojson: it lacks the region 'West'.*'North'"):
        map_for(["North", "West"], str(scenario))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "no FeatureCollection"),
        (text(), "no FeatureCollection"),
        (text({"type": "Feature", "geometry": None}), "feature 0 has no name"),
        (text(feature("A"), feature("A")), "'A' is in it twice"),
        (text(feature("A", {"type": "LineString", "coordinates": SQUARE[0]})), "geometry of 'A'"),
        (text(feature("A", {"type": "Polygon", "coordinates": [[[0, 0]]]})), "geometry of 'A'"),
        (text(feature("A", {"type": "Point", "coordinates": [500, 0]})), "geometry of 'A'"),
        (text(feature("A", {"type": "Point", "coordinates": ["x", 0]})), "geometry of 'A'"),
    ],
)
def test_a_broken_map_is_one_clear_line(words, problem):
    with pytest.raises(ValueError, match=problem) as caught:
        map_from(words, "mine.geojson")
    assert str(caught.value).startswith("map mine.geojson: ")
    assert "\n" not in str(caught.value)


def test_a_map_that_is_not_text_or_too_large_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "mine.geojson"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="not UTF-8"):
        read_map(path)
    monkeypatch.setattr("samizdat.views.outlines.MOST_BYTES", 1)
    with pytest.raises(ValueError, match="more than 1 bytes"):
        read_map(path)
    with pytest.raises(ValueError, match="No such file"):
        read_map(tmp_path / "none.geojson")
