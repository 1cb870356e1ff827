import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.fields.buckets import IDLE_S, KEPT_MINUTES, Buckets, fixed_grid
from layers.fields.density import Area, count

GRID = Area((13_500_000.0, 3_600_000.0, 13_512_345.0, 3_607_890.0), (37, 53), 31.2)
NOW = 1_789_475_467.0
WINDOWS = (15, 60, 360, 1440)


def batch(seed: int, number: int, now: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points in and around the grid, also on its edges, of up to 26 hours before ``now``."""
    rng = np.random.default_rng(seed)
    west, south, east, north = GRID.extent
    x = rng.uniform(west - 500, east + 500, number)
    y = rng.uniform(south - 500, north + 500, number)
    edges = rng.random(number) < 0.2
    x[edges] = west + rng.integers(0, GRID.shape[1] + 1, int(edges.sum())) * GRID.cell_x
    y[edges] = south + rng.integers(0, GRID.shape[0] + 1, int(edges.sum())) * GRID.cell_y
    x[rng.random(number) < 0.05] = np.nan
    ago = np.where(rng.random(number) < 0.5, rng.uniform(-100, 1200, number), rng.uniform(0, 93_600, number))
    return x, y, now - ago


def full_pass(points: list[tuple[np.ndarray, ...]], minutes: int, now: float) -> np.ndarray:
    x, y, at = (np.concatenate(part) for part in zip(*points, strict=True))
    last = now // 60
    inside = (at // 60 > last - minutes) & (at // 60 <= last)
    return count(x[inside], y[inside], GRID)


steps = st.lists(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 300), st.floats(0.0, 5400.0), st.booleans()),
    min_size=1, max_size=5,
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(steps, st.sampled_from(WINDOWS))
def test_a_window_equals_a_full_pass_cell_by_cell_also_after_a_restart(
    told: list[tuple[int, int, float, bool]], minutes: int
) -> None:
    kept, points, now = Buckets(GRID), [], NOW
    for seed, number, later, is_looked_at in told:
        now += later
        points.append(batch(seed, number, now))
        kept.add(*points[-1], now)
        if is_looked_at:
            assert np.array_equal(kept.window(minutes, now, 0.0), full_pass(points, minutes, now))
    again, halfway = Buckets(GRID), Buckets(GRID)
    for number, one in enumerate(points):
        again.add(*one, now)
        if number == len(points) // 2:  # a restart: the minutes so far are kept on disk
            halfway.restore(again.minutes())
        elif number > len(points) // 2:
            halfway.add(*one, now)
    for window in WINDOWS:
        expected = full_pass(points, window, now)
        assert np.array_equal(kept.window(window, now, 0.0), expected)
        assert np.array_equal(again.window(window, now, 0.0), expected)
        assert np.array_equal(halfway.window(window, now, 0.0), expected)


def test_one_minute_equals_a_full_pass_over_its_points() -> None:
    kept, points = Buckets(GRID), batch(3, 4000, NOW)
    kept.add(*points, NOW)
    for ago in (0, 3, 14):
        moment = NOW - 60 * ago
        assert np.array_equal(kept.window(1, moment, 0.0), full_pass([points], 1, moment))


def test_a_window_that_nobody_looks_at_is_dropped() -> None:
    kept = Buckets(GRID)
    kept.window(15, NOW, 100.0)
    kept.window(60, NOW, 100.0 + IDLE_S)
    assert kept.windows == {15, 60}
    kept.window(60, NOW, 101.0 + IDLE_S)
    assert kept.windows == {60}


def test_minutes_older_than_the_longest_window_leave_memory() -> None:
    kept, points = Buckets(GRID), batch(1, 500, NOW)
    kept.add(*points, NOW)
    later = NOW + 60.0 * (KEPT_MINUTES + 10)
    kept.add(np.array([GRID.extent[0]]), np.array([GRID.extent[1]]), np.array([later]), later)
    assert kept.window(1440, NOW, 0.0).sum() == 0
    assert kept.window(1, later, 0.0).sum() == 1


def test_a_point_of_a_wrong_clock_is_left_out_and_counted() -> None:
    kept = Buckets(GRID)
    x, y = np.full(2, GRID.extent[0]), np.full(2, GRID.extent[1])
    kept.add(x, y, np.array([NOW + 3600.0, NOW - 90_000.0]), NOW)
    assert kept.left_out == 2
    assert kept.window(1440, NOW, 0.0).sum() == 0


def test_a_clock_that_is_set_back_is_counted_anew() -> None:
    kept, points = Buckets(GRID), batch(2, 800, NOW)
    kept.add(*points, NOW)
    kept.window(15, NOW, 0.0)
    assert np.array_equal(kept.window(15, NOW - 900.0, 0.0), full_pass([points], 15, NOW - 900.0))


def test_a_place_is_counted_by_its_cells() -> None:
    kept, points = Buckets(GRID), batch(4, 3000, NOW)
    kept.add(*points, NOW)
    west, south, east, north = GRID.extent
    last = int(NOW // 60)
    everything = kept.around((west + east) / 2, (south + north) / 2, 50_000.0, (last - 14, last))
    assert everything == full_pass([points], 15, NOW).sum()
    assert 0 < kept.around(west, south, 1000.0, (last - 14, last)) < everything


@pytest.mark.parametrize("size", [5_000.0, 60_000.0, 200_000.0])
def test_the_fixed_grid_has_square_cells_and_reaches_beyond_the_district(size: float) -> None:
    grid = fixed_grid((0.0, 3_600_000.0, size, 3_600_000.0 + 1.3 * size), 31.2)
    assert grid.cell_x == pytest.approx(grid.cell_y)
    assert grid.shape[0] * grid.shape[1] <= 1.01 * 1024 * 576 + 2000
    assert grid.extent[0] < -2000.0 < size + 2000.0 < grid.extent[2]
