import math

import pytest

from layers.cameras import Cameras
from layers.contract import MapSetting
from tests.seen_factory import NOW, camera, seen

SETTING = MapSetting((13_500_000.0, 3_600_000.0, 13_580_000.0, 3_700_000.0))


@pytest.mark.parametrize("trouble", [{"state": "offline"}, {"as_of": None}, {"as_of": NOW - 301.0}])
def test_a_camera_that_is_not_well_is_hollow_and_counted(trouble: dict) -> None:
    frame = Cameras(SETTING).frame(seen(cameras=(camera(**trouble),)), NOW)
    assert frame.columns["marker"] == ["square_x"]
    assert list(frame.columns["fill"]) == [0.0]
    assert frame.meta == {"total": 1, "lost": 1}


def test_a_camera_that_is_well_is_small_and_filled() -> None:
    frame = Cameras(SETTING).frame(seen(cameras=(camera(),)), NOW)
    assert frame.columns["marker"] == ["square"]
    assert frame.meta == {"total": 1, "lost": 0}


def test_an_azimuth_counts_from_north_and_clockwise() -> None:
    frame = Cameras(SETTING).frame(seen(cameras=(camera(azimuth=90.0),)), NOW)
    assert list(frame.columns["angle"]) == [0.0]
    assert list(frame.columns["look"]) == [8.0]


def test_nothing_is_drawn_of_a_direction_that_nobody_knows() -> None:
    """Bokeh draws a ray of length 0 to the edge of the map; one of NaN it leaves out."""
    frame = Cameras(SETTING).frame(
        seen(cameras=(camera(azimuth=None), camera("c2", lon=121.9, azimuth=0.0))), NOW
    )
    looks = dict(zip(frame.columns["x"], frame.columns["look"], strict=True))
    assert [math.isnan(looks[x]) for x in sorted(looks)] == [True, False]


def test_a_camera_without_a_place_is_counted_though_not_drawn() -> None:
    frame = Cameras(SETTING).frame(seen(cameras=(camera(lon=math.nan, lat=math.nan),)), NOW)
    assert len(frame.columns["x"]) == 0
    assert frame.meta["total"] == 1
