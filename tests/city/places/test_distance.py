"""Metres on the ground."""

import math

import numpy as np
import pytest

from city.places.distance import M_PER_DEGREE, metres, metres_to_edges, metres_to_points

WEST, EAST, NORTH = (121.50, 31.20), (121.51, 31.20), (121.50, 31.21)


def test_a_hundredth_of_a_degree_is_shorter_to_the_east_than_to_the_north() -> None:
    assert metres(*WEST, *NORTH) == pytest.approx(0.01 * M_PER_DEGREE)
    assert metres(*WEST, *EAST) == pytest.approx(0.01 * M_PER_DEGREE * math.cos(math.radians(31.2)))


def test_without_a_position_there_is_no_distance() -> None:
    assert math.isnan(metres(math.nan, math.nan, *EAST))


def test_many_points_are_as_far_as_each_alone_and_nowhere_is_infinitely_far() -> None:
    lons, lats = np.array([EAST[0], NORTH[0], math.nan]), np.array([EAST[1], NORTH[1], 31.2])
    found = metres_to_points(*WEST, lons, lats)
    assert found.tolist() == pytest.approx([metres(*WEST, *EAST), metres(*WEST, *NORTH), math.inf])


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((121.505, 31.20), 0.0),  # on the edge
        ((121.505, 31.2001), 0.0001 * M_PER_DEGREE),  # above it
        ((121.52, 31.20), 0.01 * M_PER_DEGREE * math.cos(math.radians(31.2))),  # beyond its end
    ],
)
def test_the_distance_to_an_edge_ends_with_the_edge(point: tuple[float, float], expected: float) -> None:
    assert metres_to_edges(*point, np.array([[*WEST, *EAST]])) == pytest.approx(expected, abs=0.01)


def test_the_nearest_of_several_edges_counts_and_a_point_is_one_too() -> None:
    edges = np.array([[*WEST, *EAST], [*NORTH, *NORTH]])
    assert metres_to_edges(121.50, 31.2099, edges) == pytest.approx(0.0001 * M_PER_DEGREE, abs=0.01)


def test_no_edges_or_no_position_are_infinitely_far() -> None:
    assert metres_to_edges(*WEST, np.empty((0, 4))) == math.inf
    assert metres_to_edges(math.nan, 31.2, np.array([[*WEST, *EAST]])) == math.inf
