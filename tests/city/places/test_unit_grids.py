"""Which unit grid a point lies in, and the problems reported for a wrong file."""

import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from city.places.unit_grids import UnitGrids, grid_problems
from tests.invented_grids import GRIDS, grid, square

CODE = "310115004001002"


def grids(*features: Any) -> UnitGrids:
    return UnitGrids.from_geojson({"features": list(features)})


def code(number: int) -> str:
    return f"310115004{number:06d}"


def test_a_point_is_in_its_grid_and_in_none_outside_or_without_a_position() -> None:
    read = UnitGrids.from_geojson(GRIDS)
    points = [(121.52, 31.21), (121.53, 31.21), (121.54, 31.21), (121.52, 31.3), (0.0, 0), (math.nan, 31.21)]
    assert [read.code_of(*point) for point in points] == [CODE, "310115004001003", "", "", "", ""]
    assert UnitGrids().code_of(121.52, 31.21) == ""


def test_neighbours_leave_no_gap_holes_are_outside_and_parts_are_one_grid() -> None:
    assert UnitGrids.from_geojson(GRIDS).code_of(121.525, 31.21) == "310115004001003"
    parts = grid(code(2))
    parts["geometry"] = {
        "type": "MultiPolygon", "coordinates": [[square(4, 0, 5, 1)], [square(6, 0, 7, 1)]],
    }  # fmt: skip
    read = grids(grid(code(1), square(0, 0, 3, 3), square(1, 1, 2, 2)), parts)
    found = [read.code_of(x, y) for x, y in ((0.5, 0.5), (1.5, 1.5), (4.5, 0.5), (5.5, 0.5), (6.5, 0.5))]
    assert found == [code(1), "", code(2), "", code(2)]


def test_where_two_overlap_the_first_wins() -> None:
    small, big = grid(code(1), square(1, 1, 2, 2)), grid(code(2), square(0, 0, 4, 4))
    assert grids(small, big).code_of(1.5, 1.5) == code(1)
    assert grids(big, small).code_of(1.5, 1.5) == code(2)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_look_up_answers_what_an_exact_test_of_every_ring_answers(seed: int) -> None:
    dice = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, 11, endpoint=False)
    rings = []
    for _ in range(30):
        radius, centre = dice.uniform(0.01, dice.choice([0.1, 2.0]), 11), dice.uniform(0, 4, 2)
        ring = (np.c_[np.cos(angles), np.sin(angles)] * radius[:, None] + centre).tolist()
        rings.append([*ring, ring[0]])
    read = grids(*(grid(code(number), ring) for number, ring in enumerate(rings)))
    areas = [shapely.Polygon(ring) for ring in rings]
    for x, y in dice.uniform(-1, 5, (200, 2)).tolist():
        inside = (number for number, area in enumerate(areas) if shapely.contains_xy(area, x, y))
        assert read.code_of(x, y) == next(map(code, inside), "")


def test_a_look_up_of_thousands_tests_a_few() -> None:
    side = 92
    cells = [(i, j) for i in range(side) for j in range(side)]
    read = grids(*(grid(code(n), square(i, j - 46, i + 1, j - 45)) for n, (i, j) in enumerate(cells)))
    assert max(map(len, read._cells.values())) <= 9
    assert read.code_of(50.5, 14.5) == code(50 * side + 60)


@pytest.mark.parametrize(
    ("feature", "named"),
    [
        (grid(310115004001002, square(0, 0, 1, 1)), "properties.code: expected text of 15 digits, got"),
        (grid("31011500400100", square(0, 0, 1, 1)), "properties.code: expected text of 15 digits"),
        (grid("31011500400100２", square(0, 0, 1, 1)), "properties.code: expected text of 15 digits"),
        ({"properties": None, "geometry": None}, "properties.code: expected text of 15 digits, got 'None'"),
        (None, "properties.code"),
        (grid(CODE), "geometry.coordinates: empty"),
        (grid(CODE, square(0, 0, 1, 1)[:-1]), "geometry.coordinates: ring 0 is not closed"),
        (grid(CODE, square(0, 0, 1, 1), []), "geometry.coordinates: ring 1 is not closed"),
        (grid(CODE, [[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]), "geometry.coordinates: ring 0 is not closed"),
        (grid(CODE, square(0, 0, 0, 1)), "geometry.coordinates: ring 0 bounds no area"),
        (grid(CODE, square(3e5, 4e6, 4e5, 5e6)), "geometry.coordinates: ring 0: expected degrees"),
        (grid(CODE, [[1.0]] * 4), "geometry.coordinates: expected rings of positions"),  # type: ignore[list-item]
        (grid(CODE, ["0,0"] * 4), "geometry.coordinates: expected rings of positions"),  # type: ignore[list-item]
        (grid(CODE, 7), "geometry.coordinates: expected rings of positions"),  # type: ignore[arg-type]
        ({"properties": {"code": CODE}, "geometry": {"type": "Point", "coordinates": [0, 0]}},
         "geometry: expected a Polygon or MultiPolygon, got 'Point'"),
    ],
)  # fmt: skip
def test_a_broken_feature_is_refused_by_number_and_field(feature: Any, named: str) -> None:
    fine = grid("310115004001009", square(5, 5, 6, 6))
    with pytest.raises(ValueError, match=r"^features\[1\]: ") as raised:
        grids(fine, feature)
    assert named in str(raised.value)


@pytest.mark.parametrize("told", [None, [], {}, {"features": None}, {"features": []}])
def test_what_is_no_collection_of_grids_is_refused(told: object) -> None:
    with pytest.raises(ValueError, match=r"^features: "):
        UnitGrids.from_geojson(told)


def test_every_problem_is_named_and_a_code_given_twice_with_both_its_grids() -> None:
    one = square(0, 0, 1, 1)
    told = {"features": [grid(CODE, one), grid("x", one), grid(CODE, one), grid(code(1), one[:-1])]}
    problems = list(grid_problems(told))
    assert [problem.split(":")[0] for problem in problems] == ["features[1]", "features[2]", "features[3]"]
    assert problems[1] == f"features[2]: properties.code: {CODE} is that of features[0] too"
    assert list(grid_problems(GRIDS)) == []
