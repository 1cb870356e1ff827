import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.fields.density import KERNEL_M, Area, count, density, mean, regrid, spread, worst
from layers.projection import to_mercator


def area_at(lat: float, cells: int = 120, cell: float = 300.0) -> Area:
    x, y = (float(v) for v in to_mercator(121.5, lat))
    half = cells * cell / 2
    return Area((x - half, y - half, x + half, y + half), (cells, cells), lat)


def middle(area: Area) -> tuple[float, float]:
    west, south, east, north = area.extent
    return (west + east) / 2 + 1.0, (south + north) / 2 + 1.0


def test_the_kernels_shares_add_up_to_one() -> None:
    assert sum(share for share, _ in KERNEL_M) == 1.0


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 500), st.integers(0, 2**32 - 1))
def test_spreading_keeps_the_sum(number: int, seed: int) -> None:
    area = area_at(31.2)
    x0, y0 = middle(area)
    rng = np.random.default_rng(seed)
    counts = count(x0 + rng.normal(0, 2000, number), y0 + rng.normal(0, 2000, number), area)
    assert counts.sum() == number
    assert spread(counts, area).sum() == pytest.approx(number, rel=1e-4)


@pytest.mark.parametrize("lat", [0.0, 31.2, 60.0])
def test_a_case_is_one_case_on_the_ground_at_any_latitude(lat: float) -> None:
    area = area_at(lat)
    x, y = middle(area)
    grid = density(np.array([x]), np.array([y]), area)
    assert float((grid * area.km2()).sum()) == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("cell", [40.0, 80.0, 160.0])
def test_the_same_place_has_the_same_density_at_every_zoom(cell: float) -> None:
    rng = np.random.default_rng(2)
    fine, other = area_at(31.2, 800, 20.0), area_at(31.2, round(16000 / cell), cell)
    x0, y0 = middle(fine)
    x, y = x0 + rng.normal(0, 2500, 4000), y0 + rng.normal(0, 2500, 4000)
    one, two = density(x, y, fine), density(x, y, other)
    times = round(cell / 20.0)
    means = one.reshape(other.shape[0], times, other.shape[1], times).mean(axis=(1, 3))
    # A tenth is a third of a step of the ramp.
    assert np.abs(means - two).max() < 0.1 * means.max()


def test_a_case_just_outside_still_glows_inside() -> None:
    area = area_at(31.2)
    west, south, _, north = area.extent
    grid = density(np.array([west - 50.0]), np.array([(south + north) / 2]), area)
    assert grid[:, 0].max() > 0


def test_row_0_is_the_southernmost() -> None:
    area = area_at(31.2)
    west, south, _, _ = area.extent
    assert count(np.array([west + 1.0]), np.array([south + 1.0]), area)[0, 0] == 1


@pytest.mark.parametrize("cell", [90.0, 300.0, 777.0])
def test_counts_keep_their_sum_and_place_on_another_grid(cell: float) -> None:
    fine = area_at(31.2, 300, 100.0)
    x0, y0 = middle(fine)
    other = area_at(31.2, int(40_000 / cell), cell)
    rng = np.random.default_rng(3)
    counts = count(x0 + rng.normal(0, 2500, 5000), y0 + rng.normal(0, 2500, 5000), fine)
    there = regrid(counts, fine, other)
    assert there.sum() == pytest.approx(counts.sum(), rel=1e-5)
    rows = np.arange(there.shape[0])
    assert (there.sum(axis=1) @ rows) / there.sum() == pytest.approx(there.shape[0] / 2, abs=150 / cell + 1)


def test_a_grid_outside_of_the_other_has_nothing() -> None:
    fine = area_at(31.2, 20, 100.0)
    assert regrid(np.ones(fine.shape), fine, area_at(40.0)).sum() == 0


def test_a_mean_does_not_depend_on_the_number_of_points() -> None:
    area = area_at(31.2)
    x, y = middle(area)
    found, near = mean(np.full(40, x), np.full(40, y), np.repeat([1.0, 3.0], 20), area)
    assert found[near > 0.1] == pytest.approx(2.0, rel=1e-4)


def test_the_worst_value_shows_around_its_point() -> None:
    area = area_at(0.0)
    x, y = middle(area)
    found = worst(np.array([x, x]), np.array([y, y]), np.array([2.0, 3.0]), area, 300.0)
    assert found.max() == 3.0
    assert (found == 3.0).sum() == 9
