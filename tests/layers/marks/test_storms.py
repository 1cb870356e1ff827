import numpy as np
import pytest

from city.state.warning_records import Landfall, StormPoint
from layers.contract import MapSetting
from layers.marks.storms import Storms, ring
from layers.marks.strips import strips
from layers.projection import to_degrees
from tests.seen_factory import NOW, seen, storm

SETTING = MapSetting((0.0, 0.0, 1.0, 1.0))
TRACK = (
    StormPoint(NOW - 7200, 124.0, 29.0),
    StormPoint(NOW - 600, 123.0, 30.0, radii_km={"7": 200.0, "6": 300.0}),
    StormPoint(NOW - 900, 122.9, 30.1, forecast=True), StormPoint(NOW + 7200, 122.0, 31.0, forecast=True),
)  # fmt: skip


def test_the_forecast_begins_at_the_newest_fix_and_leaves_out_what_is_past() -> None:
    columns = Storms(SETTING).frame(seen(storms=(storm(*TRACK),)), NOW).columns
    lon = to_degrees(columns["ahead_x"], columns["ahead_y"])[0]
    assert lon[np.isfinite(lon)] == pytest.approx([123.0, 122.0])


def test_the_fix_is_the_newest_measured_point() -> None:
    columns = Storms(SETTING).frame(seen(storms=(storm(*TRACK),)), NOW).columns
    lon, lat = to_degrees(columns["fix_x"], columns["fix_y"])
    assert (lon[0], lat[0]) == pytest.approx((123.0, 30.0))


def test_rings_are_drawn_for_forces_7_10_and_12_alone() -> None:
    columns = Storms(SETTING).frame(seen(storms=(storm(*TRACK),)), NOW).columns
    assert np.isfinite(columns["ring_x"]).sum() == 73


def test_a_ring_is_as_far_away_as_published() -> None:
    lon, lat = np.radians(np.array(ring(TRACK[1], 200.0))).T
    lon0, lat0 = np.radians([123.0, 30.0])
    cosine = np.sin(lat) * np.sin(lat0) + np.cos(lat) * np.cos(lat0) * np.cos(lon - lon0)
    assert np.arccos(cosine) * 6371.0 == pytest.approx(200.0, rel=1e-6)


def test_quadrants_have_their_own_radius() -> None:
    points = np.array(ring(TRACK[1], [100.0, 50.0, 50.0, 50.0]))
    assert points[:, 1].max() - 30.0 == pytest.approx(2 * (30.0 - points[:, 1].min()), rel=0.01)


@pytest.mark.parametrize("radius", ["far", [1.0, 2.0], -5.0, [1.0, 2.0, 3.0, None]])
def test_a_radius_that_is_none_has_no_ring(radius: object) -> None:
    assert ring(TRACK[1], radius) == []


def test_a_track_across_the_180th_meridian_is_drawn_around_its_newest_fix() -> None:
    track = (StormPoint(NOW - 7200, -178.0, 20.0), StormPoint(NOW - 600, 179.0, 21.0))
    columns = Storms(SETTING).frame(seen(storms=(storm(*track),)), NOW).columns
    lon = to_degrees(columns["past_x"], columns["past_y"])[0]
    assert lon[np.isfinite(lon)] == pytest.approx([179.0, 182.0])


def test_without_a_storm_there_is_an_empty_frame() -> None:
    frame = Storms(SETTING).frame(seen(), NOW)
    assert {len(column) for column in frame.columns.values()} == {0}


def test_a_landfall_has_its_mark_and_its_time() -> None:
    ashore = Landfall(NOW - 300, 121.93, 30.87, "南汇新城")
    frame = Storms(SETTING).frame(seen(storms=(storm(*TRACK, landfall=ashore), storm(*TRACK, key="s2"))), NOW)
    lon = to_degrees(frame.columns["landfall_x"], frame.columns["landfall_y"])[0]
    assert lon[np.isfinite(lon)] == pytest.approx([121.93])
    (told,) = frame.meta["landfalls"]
    assert told["at"] == NOW - 300
    assert float(to_degrees(told["x"], told["y"])[1]) == pytest.approx(30.87)


def test_two_storms_have_strips_and_the_rest_one_together() -> None:
    def count(number: int) -> int:
        return len(strips((storm(*TRACK),) * number))

    assert [count(number) for number in (0, 1, 2, 3, 9)] == [0, 1, 2, 3, 3]
