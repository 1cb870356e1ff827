"""Areas of CAP, as offices write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.warnings.areas import AreaError, areas_of, circle_ring, polygon_ring

TRIANGLE = ((121.5, 31.2), (121.6, 31.2), (121.6, 31.3))


@pytest.mark.parametrize(
    "text",
    ["31.2,121.5 31.2,121.6 31.3,121.6", " 31.2, 121.5\n31.2, 121.6\n31.3, 121.6 ",
     "31.2 ,121.5;31.2 ,121.6;31.3 ,121.6", "31.2 121.5 31.2 121.6 31.3 121.6"],
)  # fmt: skip
def test_a_polygon_is_read_however_its_pairs_are_parted(text: str) -> None:
    assert polygon_ring(text) == TRIANGLE


@pytest.mark.parametrize(
    ("text", "reason"),
    [("31.2,121.5 31.2,121.6", "3 or more pairs"), ("31.2,121.5 31.2", "3 or more pairs"),
     ("121.5,31.2 121.6,31.2 121.6,31.3", "latitude of -90 to 90 first"), ("", "3 or more pairs"),
     ("31.2,121.5 north 31.3,121.6", "numbers separated"), ("31.2,521.5 31.2,121.6 31.3,121.6", "longitude"),
     ("31.2-121.5 31.2-121.6 31.3-121.6", "numbers separated"), ("1e999,2 3,4 5,6", "numbers separated")],
)  # fmt: skip
def test_what_is_no_polygon_is_told(text: str, reason: str) -> None:
    with pytest.raises(AreaError, match=reason):
        polygon_ring(text)


def test_a_longitude_beyond_180_is_taken_less_360() -> None:
    assert polygon_ring("1,181 2,182 3,-181")[0] == (-179.0, 1.0)
    assert polygon_ring("1,181 2,182 3,-181")[2] == (179.0, 3.0)


def test_a_circle_is_a_ring_of_its_radius() -> None:
    for lon, lat in circle_ring("31.2,121.5 10"):
        north = (lat - 31.2) * 111.195
        east = (lon - 121.5) * 111.195 * math.cos(math.radians(31.2))
        assert math.hypot(north, east) == pytest.approx(10.0, rel=0.01)
    assert circle_ring("31.2,121.5 0") == ()


@pytest.mark.parametrize("text", ["31.2,121.5", "31.2,121.5 -1", "31.2,121.5 10 20", "a,b c"])
def test_what_is_no_circle_is_told(text: str) -> None:
    with pytest.raises(AreaError):
        circle_ring(text)


def test_one_or_many_areas_codes_and_outlines_are_taken_and_the_unreadable_is_left_out() -> None:
    code = {"valueName": "GB/T 2260", "value": "310115"}
    area = {"areaDesc": "x", "polygon": "31.2,121.5 31.2,121.6 31.3,121.6", "geocode": code}
    broken = {"areaDesc": "y", "polygon": ["?"], "circle": [7, None, "31,121 5"], "geocode": [code, "?"]}
    (one,) = areas_of({"area": area})
    assert (one.names, one.codes, one.rings) == (("x",), (("GB/T 2260", "310115"),), (TRIANGLE,))
    _, two = areas_of({"area": [area, broken, "z"]})
    assert (two.codes, len(two.rings)) == ((("GB/T 2260", "310115"),), 1)


@given(st.text(alphabet="0123456789.,- \n;eE+x", max_size=60))
def test_any_text_is_a_ring_on_the_globe_or_told(text: str) -> None:
    try:
        ring = polygon_ring(text)
    except AreaError:
        return
    assert all(-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0 for lon, lat in ring)
