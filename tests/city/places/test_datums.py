"""WGS84, CGCS2000, GCJ-02 and BD-09: shifts, round trips, and refused inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.places.datums import CRS_NAMES, from_wgs84, in_china_box, to_wgs84

METRES_PER_DEGREE = 111_320.0
LON = st.floats(73.0, 137.0)
LAT = st.floats(1.0, 55.0)


def metres(lon, lat, other_lon, other_lat):
    east = (lon - other_lon) * METRES_PER_DEGREE * np.cos(np.radians(lat))
    return np.hypot(east, (lat - other_lat) * METRES_PER_DEGREE)


@pytest.mark.parametrize("crs", CRS_NAMES)
@given(lon=LON, lat=LAT)
def test_a_round_trip_comes_back_within_a_centimetre(crs, lon, lat):
    assert metres(lon, lat, *to_wgs84(*from_wgs84(lon, lat, crs), crs)) < 0.01


def test_gcj02_in_pudong_is_400_m_east_and_235_m_south_of_wgs84():
    lon = np.array([121.50, 121.55, 121.65, 121.80, 121.90])
    lat = np.array([31.24, 31.21, 31.15, 31.05, 30.90])
    east, north = from_wgs84(lon, lat, "GCJ02")
    assert (east - lon) * METRES_PER_DEGREE * np.cos(np.radians(lat)) == pytest.approx(400, abs=30)
    assert (north - lat) * METRES_PER_DEGREE == pytest.approx(-235, abs=35)


def test_bd09_of_tiananmen_agrees_with_the_published_offset_from_gcj02():
    """Known pair: GCJ-02 116.404, 39.915 is BD-09 116.41036949, 39.92133699."""
    lon, lat = from_wgs84(*to_wgs84(116.404, 39.915, "GCJ02"), "BD09")
    assert (lon, lat) == pytest.approx((116.41036949, 39.92133699), abs=1e-7)


def test_gcj02_of_tiananmen_agrees_with_the_published_pair():
    assert from_wgs84(116.404, 39.915, "GCJ02") == pytest.approx((116.41024449, 39.91640428), abs=1e-6)


def test_cgcs2000_counts_as_wgs84():
    assert to_wgs84(121.5, 31.2, "CGCS2000") == (121.5, 31.2)


@pytest.mark.parametrize("crs", ["GCJ02", "BD09"])
def test_outside_the_box_a_shifted_point_has_no_answer(crs):
    assert np.isnan(to_wgs84(2.35, 48.85, crs)).all()
    assert np.isnan(from_wgs84(2.35, 48.85, crs)).all()
    assert to_wgs84(2.35, 48.85, "WGS84") == (2.35, 48.85)


def test_an_unknown_reference_is_refused_by_name():
    with pytest.raises(ValueError, match="'SH_LOCAL' is not one of WGS84, CGCS2000, GCJ02, BD09"):
        to_wgs84(1.0, 2.0, "SH_LOCAL")


def test_arrays_answer_arrays_like_scalars_do():
    lon, lat = np.array([121.5, 121.6]), np.array([31.2, 31.0])
    east, north = to_wgs84(lon, lat, "BD09")
    assert (east[1], north[1]) == pytest.approx(to_wgs84(121.6, 31.0, "BD09"), abs=1e-12)
    assert isinstance(to_wgs84(121.6, 31.0, "BD09")[0], float)


def test_the_box_holds_pudong_and_not_nan():
    assert in_china_box(121.5, 31.2)
    assert not in_china_box(float("nan"), 31.2)
    assert in_china_box(np.array([121.5, 0.0]), np.array([31.2, 31.2])).tolist() == [True, False]
