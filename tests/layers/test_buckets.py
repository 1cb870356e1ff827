import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.buckets import BUCKET_S, BucketGrid
from layers.density import Area, count

AREA = Area((0.0, 0.0, 800.0, 600.0), (6, 8), 31.0)
MINUTES = 15
points = st.tuples(st.floats(-100.0, 900.0), st.floats(-100.0, 700.0), st.floats(0.0, 1200.0))
steps = st.lists(st.tuples(st.lists(points, max_size=20), st.floats(0.0, 400.0)), max_size=12)


def arrays(rows: list[tuple[float, float, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def recount(rows: list[tuple[float, float, float]], now: float) -> np.ndarray:
    """Count anew, cell by cell, every point that came while its bucket was in the window."""
    found = np.zeros(AREA.shape, dtype=np.uint32)
    oldest = np.floor(now / BUCKET_S) - MINUTES + 1
    for x, y, at in rows:
        column, row = int(np.floor(x / 100.0)), int(np.floor(y / 100.0))
        is_inside = 0 <= column < 8 and 0 <= row < 6
        found[row % 6, column % 8] += is_inside and np.floor(at / BUCKET_S) >= oldest
    return found


@settings(max_examples=150, deadline=None)
@given(steps)
def test_adding_and_dropping_equals_a_full_recount(batches: list[tuple[list[tuple], float]]) -> None:
    grid, now, all_rows = BucketGrid(AREA, MINUTES), 1000.0, []
    for rows, passed in batches:
        moved = [(x, y, now - 1100.0 + at) for x, y, at in rows]
        grid.add(*arrays(moved))
        all_rows += moved
        now += passed
        grid.roll(now)
        assert np.array_equal(grid.counts(), recount(all_rows, now))


def test_a_late_point_of_a_dropped_bucket_counts_nowhere() -> None:
    grid = BucketGrid(AREA, MINUTES)
    grid.roll(100_000.0)
    grid.add(np.array([50.0]), np.array([50.0]), np.array([10.0]))
    assert grid.counts().sum() == 0


def test_the_cells_are_those_of_datashader() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 800, 500), rng.uniform(0, 600, 500)
    grid = BucketGrid(AREA, MINUTES)
    grid.add(x, y, np.full(500, 100.0))
    assert np.array_equal(grid.counts(), count(x, y, AREA))
