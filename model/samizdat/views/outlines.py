"""Maps: the outlines of regions, from a GeoJSON file that comes with the package or of a user."""

import functools
import json
import math
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samizdat.core.quantity import format_value

SUFFIX = ".geojson"
SHAPES = ("Polygon", "MultiPolygon", "Point")
MOST_BYTES = 4_000_000  # of a user's map: the browser draws it at every zoom
SMALL = 0.004  # of the map's area: a smaller region is marked by a point too

Points = NDArray[np.float64]  # (n, 2): longitude and latitude [degrees]


class Outline(NamedTuple):
    """Where a region lies: polygons, each as its rings, the outer one first; or a point."""

    polygons: tuple[tuple[Points, ...], ...]
    point: tuple[float, float]  # where its name and its mark stand
    small: bool  # whether it is marked by a point, since its area is hard to see


class RegionMap(NamedTuple):
    """The outlines of regions by name.

    Attributes
    ----------
    aspect
        Width of a degree of longitude, against one of latitude, in the middle of the map.
    bounds
        Smallest and largest longitude, smallest and largest latitude.
    """

    name: str
    outlines: dict[str, Outline]
    aspect: float
    bounds: tuple[float, float, float, float]


def map_for(regions: list[str], scenario_file: str | Path | None = None) -> RegionMap | None:
    """Return the map of a scenario's regions, None where there is none.

    A file beside the scenario's, of the same name but ending in .geojson, comes first; then the
    first map of the package that has all regions.

    Parameters
    ----------
    regions
        Names of the regions.
    scenario_file
        Name of a shipped scenario, or the path of its file.

    Raises
    ------
    ValueError
        In one line, if the file beside the scenario is broken or lacks a region.
    """
    if scenario_file is not None and str(scenario_file).endswith(".toml"):
        beside = Path(scenario_file).with_suffix(SUFFIX)
        if beside.is_file():
            found = read_map(beside)
            lacking = [name for name in regions if name not in found.outlines]
            if lacking:
                raise ValueError(
                    f"map {beside.name}: it lacks the region {format_value(lacking[0])}; "
                    f"it has {', '.join(map(format_value, sorted(found.outlines)[:20]))}"
                )
            return found
    if len(regions) < 2:
        return None
    return next((m for m in shipped_maps() if set(regions) <= set(m.outlines)), None)


@functools.cache
def shipped_maps() -> tuple[RegionMap, ...]:
    """Return the maps that come with the package."""
    folder = resources.files("samizdat.views") / "maps"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(SUFFIX)), key=lambda f: f.name)
    return tuple(map_from(file.read_text(encoding="utf-8"), file.name) for file in files)


def read_map(path: Path) -> RegionMap:
    """Read a map.

    Raises
    ------
    ValueError
        In one line: what is wrong with the file.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"map {path.name}: more than {MOST_BYTES:,} bytes; simplify it")
        return map_from(path.read_text(encoding="utf-8"), path.name)
    except OSError as problem:
        raise ValueError(f"map {path.name}: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"map {path.name}: not UTF-8 text") from None


def map_from(text: str, name: str) -> RegionMap:
    """Return the map of a GeoJSON text.

    Raises
    ------
    ValueError
        In one line: what is wrong with the text.
    """
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"map {name}: not JSON") from None
    features = table.get("features") if isinstance(table, dict) else None
    if not isinstance(features, list) or not features:
        raise ValueError(f"map {name}: no FeatureCollection with features")
    outlines: dict[str, Outline] = {}
    for k, feature in enumerate(features):
        region = _region_of(feature)
        if region is None:
            raise ValueError(f"map {name}: feature {k} has no name: properties.region is missing")
        if region in outlines:
            raise ValueError(f"map {name}: {format_value(region)} is in it twice")
        try:
            outlines[region] = _outline(feature["geometry"])
        except (KeyError, TypeError, ValueError, IndexError):
            raise ValueError(
                f"map {name}: the geometry of {format_value(region)} is none of "
                f"{', '.join(SHAPES)} in degrees of longitude and latitude"
            ) from None
    every = np.concatenate([_corners(outline) for outline in outlines.values()])
    low, high = every.min(axis=0), every.max(axis=0)
    span = np.maximum(high - low, 1e-6)
    outlines = {
        region: each._replace(small=_area(each) < SMALL * float(span.prod()))
        for region, each in outlines.items()
    }
    aspect = max(0.2, math.cos(math.radians(float(low[1] + high[1]) / 2)))
    bounds = (float(low[0]), float(high[0]), float(low[1]), float(high[1]))
    return RegionMap(name, outlines, aspect, bounds)


def _region_of(feature: Any) -> str | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    region = properties.get("region") if isinstance(properties, dict) else None
    return region if isinstance(region, str) and region else None


def _outline(geometry: Any) -> Outline:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        point = _checked([coordinates])[0]
        return Outline((), (float(point[0]), float(point[1])), True)
    if kind not in SHAPES or not coordinates:
        raise ValueError
    shapes = coordinates if kind == "MultiPolygon" else [coordinates]
    polygons = tuple(tuple(_checked(ring, 4) for ring in shape) for shape in shapes)
    if not all(polygons):
        raise ValueError
    largest = max((polygon[0] for polygon in polygons), key=_ring_area)
    return Outline(polygons, _middle(largest), False)


def _checked(places: Any, least: int = 1) -> Points:
    points = np.array([[float(x) for x in place[:2]] for place in places], np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < least:
        raise ValueError
    if not (np.abs(points) <= (360.0, 90.0)).all():  # also for what is not a number
        raise ValueError
    return points


def _corners(outline: Outline) -> Points:
    rings = [ring for polygon in outline.polygons for ring in polygon]
    return np.concatenate([*rings, np.array([outline.point])])


def _cross(ring: Points) -> Points:
    after = np.roll(ring, -1, axis=0)
    return np.asarray(ring[:, 0] * after[:, 1] - after[:, 0] * ring[:, 1])


def _ring_area(ring: Points) -> float:
    return abs(float(_cross(ring).sum())) / 2


def _area(outline: Outline) -> float:
    return sum(_ring_area(polygon[0]) for polygon in outline.polygons)


def _middle(ring: Points) -> tuple[float, float]:
    """Return the centroid of a ring."""
    origin = ring.mean(axis=0)
    ring = ring - origin
    cross, after = _cross(ring), np.roll(ring, -1, axis=0)
    whole = float(cross.sum())
    if abs(whole) < 1e-12:
        return float(origin[0]), float(origin[1])
    x, y = ((ring + after) * cross[:, None]).sum(axis=0) / (3 * whole) + origin
    return float(x), float(y)
