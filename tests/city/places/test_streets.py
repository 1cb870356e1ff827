"""Which street a point lies in."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from city.places.streets import Streets, street_key

REAL = Path(__file__).parents[4] / "shared" / "data" / "city" / "pudong_streets.geojson"


def feature(code, *rings, **more):
    properties = {"code": code, "name": f"street {code}", **more}
    geometry = {"type": "Polygon", "coordinates": [[list(p) for p in ring] for ring in rings]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def box(west, south, east, north):
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


TWO = collection(
    feature("a", box(0, 0, 1, 1), box(0.25, 0.25, 0.75, 0.75), short="A"),
    feature("b", box(1, 0, 2, 1)),
)


def test_a_point_is_in_its_street_not_in_its_hole_and_not_outside():
    streets = Streets.from_geojson(TWO)
    found = streets.of([0.1, 0.5, 1.5, 2.5, 0.1], [0.1, 0.5, 0.5, 0.5, -3.0])
    assert found.tolist() == [0, -1, 1, -1, -1]
    assert found.dtype == np.int16


def test_codes_names_and_short_names_are_in_the_order_of_the_file():
    streets = Streets.from_geojson(TWO)
    assert streets.codes == ("a", "b")
    assert streets.names == ("street a", "street b")
    assert streets.shorts == ("A", "street b")


def test_nan_and_infinity_are_in_no_street():
    streets = Streets.from_geojson(TWO)
    assert streets.of([np.nan, 0.5, np.inf], [0.5, np.nan, 0.5]).tolist() == [-1, -1, -1]


def test_no_points_have_no_streets():
    assert Streets.from_geojson(TWO).of([], []).tolist() == []


@given(st.lists(st.tuples(st.floats(0.001, 1.999), st.floats(0.001, 0.249)), min_size=1))
def test_two_neighbours_leave_no_gap_between_them(points):
    lon, lat = zip(*points, strict=True)
    assert (Streets.from_geojson(TWO).of(lon, lat) >= 0).all()


def test_where_streets_overlap_the_first_wins_in_whole_cells_and_at_boundaries():
    streets = Streets.from_geojson(
        collection(feature("big", box(0, 0, 4, 4)), feature("small", box(1, 1, 2, 2)))
    )
    lon, lat = np.meshgrid(np.linspace(0.9, 2.1, 200), np.linspace(0.9, 2.1, 200))
    assert (streets.of(lon, lat) == 0).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_grid_answers_what_an_exact_test_of_every_ring_answers(seed):
    """Random star-shaped streets that may overlap."""
    dice = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, 23, endpoint=False)
    rings = []
    for _ in range(4):
        radius, centre = dice.uniform(0.1, 1.0, 23), dice.uniform(0, 2, 2)
        ring = np.c_[np.cos(angles), np.sin(angles)] * radius[:, None] + centre
        rings.append([*map(tuple, ring), tuple(ring[0])])
    streets = Streets.from_geojson(collection(*(feature(str(i), r) for i, r in enumerate(rings))))
    x, y = dice.uniform(-1, 3, (2, 3000))
    expected = np.full(3000, -1)
    for i in (3, 2, 1, 0):
        expected[shapely.contains_xy(shapely.Polygon(rings[i]), x, y)] = i
    assert streets.of(x, y).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (collection(), "no street"),
        (collection(feature("", box(0, 0, 1, 1))), r"features\[0\]: 'code' and 'name'"),
        (collection(feature("a", box(0, 0, 1, 1)), feature("a", box(1, 0, 2, 1))), "more than one"),
        (collection(feature("a", [(0, 0), (1, 1)])), r"features\[0\] a: a ring needs"),
        (
            collection({"properties": {"code": "a", "name": "n"}, "geometry": {"type": "Point"}}),
            "Polygon or MultiPolygon was expected",
        ),
    ],
)
def test_a_broken_collection_is_refused_naming_the_feature(broken, complaint):
    with pytest.raises(ValueError, match=complaint):
        Streets.from_geojson(broken)


@pytest.mark.skipif(not REAL.exists(), reason="the shared real streets are absent")
def test_a_hundred_thousand_points_in_the_real_pudong_are_right_and_quick():
    collected = json.loads(REAL.read_text(encoding="utf-8"))
    streets = Streets.from_geojson(collected)
    dice = np.random.default_rng(7)
    lon, lat = dice.uniform(121.45, 121.98, 100_000), dice.uniform(30.84, 31.40, 100_000)
    begun = time.process_time()
    found = streets.of(lon, lat)
    assert time.process_time() - begun < 0.3
    expected = np.full(100_000, -1)
    for i in reversed(range(36)):
        shape = shapely.geometry.shape(collected["features"][i]["geometry"])
        expected[shapely.contains_xy(shape, lon, lat)] = i
    assert np.array_equal(found, expected)


def test_a_point_is_as_far_from_the_boundary_inside_as_outside():
    streets = Streets.from_geojson(TWO)
    inside, outside = streets.boundary_m(0.001, 0.1, "a"), streets.boundary_m(-0.001, 0.1, "a")
    assert inside == pytest.approx(outside)
    assert inside == pytest.approx(111.2, abs=0.1)


def test_level_edges_and_the_rims_of_holes_are_boundary_too():
    streets = Streets.from_geojson(TWO)
    assert streets.boundary_m(0.1, 0.001, "a") == pytest.approx(111.2, abs=0.1)
    assert streets.boundary_m(0.5, 0.251, "a") == pytest.approx(111.2, abs=0.1)


def test_an_unknown_street_and_no_position_are_infinitely_far_from_a_boundary():
    streets = Streets.from_geojson(TWO)
    assert streets.boundary_m(0.5, 0.5, "c") == np.inf
    assert streets.boundary_m(np.nan, np.nan, "a") == np.inf


def test_the_code_of_a_street_is_empty_outside_all():
    streets = Streets.from_geojson(TWO)
    assert [streets.code_of(x, 0.1) for x in (0.1, 1.5, 2.5, np.nan)] == ["a", "b", "", ""]


def test_streets_near_a_point_come_nearest_first_and_its_own_before_all():
    streets = Streets.from_geojson(TWO)
    own, other = streets.near(0.999, 0.1, 200.0)
    assert own == ("a", 0.0)
    assert other == ("b", pytest.approx(111.2, abs=0.1))
    assert streets.near(0.999, 0.1, 50.0) == (("a", 0.0),)
    assert streets.near(-0.001, 0.1, 50.0) == ()
    assert streets.near(np.nan, 0.1, 1e9) == ()


@settings(max_examples=20, deadline=None)
@given(st.floats(-1, 3), st.floats(-1, 2))
def test_the_boundary_is_as_far_as_shapely_says(x, y):
    streets = Streets.from_geojson(TWO)
    scale = np.array([np.cos(np.radians(y)), 1.0]) * 111_195.0
    rings = TWO["features"][0]["geometry"]["coordinates"]
    rim = shapely.MultiLineString([np.array(ring) * scale for ring in rings])
    assert streets.boundary_m(x, y, "a") == pytest.approx(
        rim.distance(shapely.Point([x, y] * scale)), abs=0.01
    )


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("310115004000", "310115004"), ("310115004", "310115004"), ("310115004001", "310115004001"),
        ("harbour-0000", "harbour-0000"), ("QH-1", "QH-1"), ("", ""),
    ],
)  # fmt: skip
def test_only_a_national_code_of_twelve_digits_is_cut(code, key):
    assert street_key(code) == key
