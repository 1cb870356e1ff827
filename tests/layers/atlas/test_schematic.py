"""The built-in district is what its script makes, and it is a district."""

import csv
import json

import numpy as np
import pytest
import shapely

import static
from layers.atlas import schematic
from layers.atlas.atlas import Atlas
from layers.base import base_map

NAMES = ["streets", "land", "river", "roads", "rails", "labels"]


@pytest.fixture(scope="module")
def made():
    return schematic.collections()


def shapes(collection):
    return [shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]]


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_file_is_what_the_script_makes(made, name):
    """Geometry is compared within a metre: another GEOS may begin a ring elsewhere."""
    kept = json.loads(static.path(f"district/{name}.geojson").read_text(encoding="utf-8"))
    fresh = json.loads(json.dumps(made[f"{name}.geojson"]))
    assert [f["properties"] for f in kept["features"]] == [f["properties"] for f in fresh["features"]]
    for one, other in zip(shapes(kept), shapes(fresh), strict=True):
        assert shapely.hausdorff_distance(one, other) < 2e-5


def test_the_script_writes_the_committed_atlas(tmp_path):
    schematic.write(tmp_path)
    fresh, kept = Atlas.read(tmp_path / "atlas"), Atlas.read(static.path("district/atlas"))
    assert fresh.drawing.bounds == kept.drawing.bounds
    names = [(label.kind, label.chinese) for label in kept.drawing.labels]
    assert [(label.kind, label.chinese) for label in fresh.drawing.labels] == names


@pytest.mark.parametrize("size", [(736, 990), (1400, 900), (2850, 990)], ids=["wall", "desk", "led"])
def test_land_shows_no_straight_edge_at_any_aspect_of_a_screen(size):
    """Where land ends within the view it ends at a coast, that is in short pieces."""
    drawing = Atlas.read(static.path("district/atlas")).drawing
    seen = base_map.fit(drawing.bounds, *size)
    view = shapely.box(seen.west, seen.south, seen.east, seen.north)
    for hull, *holes in drawing.land:
        assert holes == []
        coast = shapely.LineString(list(zip(hull.xs, hull.ys, strict=True))).intersection(view)
        for part in shapely.get_parts(coast):
            assert np.hypot(*np.diff(shapely.get_coordinates(part), axis=0).T).max(initial=0) < 15_000
    west = shapely.LineString([(seen.west, seen.south), (seen.west, seen.north)])
    land = shapely.union_all(
        [shapely.Polygon(list(zip(p[0].xs, p[0].ys, strict=True))) for p in drawing.land]
    )
    assert land.intersection(west).length > 0.9 * west.length


def test_36_streets_cover_the_district_once(made):
    streets = shapes(made["streets.geojson"])
    assert len(streets) == 36
    assert shapely.coverage_is_valid(streets, gap_width=0.0)
    assert sum(s.area for s in streets) == pytest.approx(shapely.union_all(streets).area, rel=1e-6)


def test_every_street_holds_its_seat_or_lies_beside_it(made):
    with static.path("district/streets.csv").open(encoding="utf-8", newline="") as table:
        seats = {row["code"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(table)}
    for feature in made["streets.geojson"]["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        seat = shapely.Point(seats[feature["properties"]["code"]])
        assert shape.distance(seat) < 0.005, feature["properties"]["name"]


def test_the_district_says_that_it_is_schematic_and_is_small():
    assert Atlas.read(static.path("district/atlas")).drawing.schematic
    files = [static.path(f"district/{name}.geojson") for name in NAMES]
    files += list(static.path("district/atlas").iterdir())
    assert sum(path.stat().st_size for path in files) < 400_000
