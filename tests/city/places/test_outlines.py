import numpy as np
import pytest

from city.places.distance import M_PER_DEGREE
from city.places.outlines import local_rings, simplified


def test_a_ring_is_told_in_metres_from_the_point() -> None:
    side = 100 / M_PER_DEGREE
    ring = np.array([[0, 0], [side, 0], [side, side], [0, side], [0, 0]], dtype=float)
    [local] = local_rings([ring], 0.0, 0.0, 100.0)
    assert local == ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0))


def test_a_long_line_has_few_corners_and_stays_where_it_was() -> None:
    along = np.linspace(0.0, 1000.0, 5001)
    line = np.column_stack([along, 40 * np.sin(along / 80)])
    few = simplified(line, 1.0)
    assert len(few) < 150
    away = np.abs(np.interp(along, few[:, 0], few[:, 1]) - line[:, 1])
    assert away.max() <= 1.5


def test_far_away_fewer_corners_are_enough() -> None:
    along = np.linspace(0.0, 1000.0, 5001)
    line = np.column_stack([along, 40 * np.sin(along / 80)])
    assert len(simplified(line + 10_000, 1.0, far=500.0)) < len(simplified(line, 1.0, far=5000.0)) / 2


@pytest.mark.parametrize("points", [[[0, 0], [0, 0]], [[0, 0], [5, 5], [0, 0]]])
def test_a_line_that_ends_where_it_began_keeps_its_farthest_corner(points: list[list[float]]) -> None:
    line = np.array(points, dtype=float)
    assert simplified(line, 1.0).tolist() == line.tolist()
