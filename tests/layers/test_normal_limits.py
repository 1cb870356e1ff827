import numpy as np
import pytest

from layers.normal_limits import NORMAL, RANK, Step, limits_of, lines_of, ranks, scale


def test_an_underpass_is_yellow_above_dry_and_red_from_25_cm_on() -> None:
    depth = next(limit for limit in NORMAL if limit.kind == "road_water_depth")
    values = np.array([0.0, 0.1, 24.9, 25.0, np.nan])
    assert ranks(values, depth.steps).tolist() == [0, RANK["yellow"], RANK["yellow"], RANK["red"], 0]


def test_a_band_of_city_toml_is_yellow_on_both_sides() -> None:
    (band, *_) = limits_of({"normal": {"gas_pressure_mpa": [0.18, 0.45]}})
    assert ranks(np.array([0.17, 0.18, 0.45, 0.46]), band.steps).tolist() == [2, 0, 0, 2]


def test_city_toml_says_when_an_underpass_is_closed() -> None:
    (depth, *_) = limits_of({"underpass_slow_cm": 5, "underpass_closed_cm": 20})
    assert ranks(np.array([4.0, 5.0, 20.0]), depth.steps).tolist() == [0, 2, 4]


def test_a_band_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"limits\.normal\.tilt_deg"):
        limits_of({"normal": {"tilt_deg": [15, 0]}})


def test_a_gauge_has_its_own_lines() -> None:
    (line,) = lines_of({"gauges": {"黄浦公园": {"blue": 4.55, "yellow": 4.91, "orange": 5.10, "red": 5.29}}})
    assert ranks(np.array([4.54, 4.62, 5.3]), line.steps).tolist() == [0, RANK["blue"], RANK["red"]]


def test_lengths_are_compared_in_one_unit() -> None:
    assert scale(np.array(["m", "cm", "mm", "?"], dtype=object), "cm").tolist() == pytest.approx(
        [100, 1, 0.1, 1]
    )


def test_no_data_is_no_level() -> None:
    assert ranks(np.array([np.nan]), (Step(0.0, "red", "lt"),)).tolist() == [0]
