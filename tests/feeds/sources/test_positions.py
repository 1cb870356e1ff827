"""Positions: nothing is put right in silence."""

import pytest

from feeds.sources.contract import FieldError
from feeds.sources.positions import read_position

COLUMNS = ("lon", "lat")


def test_a_position_is_read_and_a_missing_one_is_none():
    assert read_position("121.5", 31.2, columns=COLUMNS) == (121.5, 31.2)
    assert read_position("", None, columns=COLUMNS) is None


@pytest.mark.parametrize(
    ("lon", "lat", "bounds", "column", "reason"),
    [
        ("31.2", "121.5", None, "lon", "looks swapped with lat"),
        ("40.6", "-73.9", (-74.3, 40.4, -73.6, 41.0), "lon", "looks swapped with lat"),
        ("nan", "31.2", None, "lon", "expected degrees"),
        ("121.5", "1e999", None, "lat", "expected degrees"),
        ("abc", "31.2", None, "lon", "expected degrees, got 'abc'"),
        ("121.5", "", None, "lat", "is missing although lon is given"),
        ("", "31.2", None, "lon", "is missing although lat is given"),
        ("1", "1", (121.0, 30.0, 122.0, 32.0), "lon", "is outside 121 … 122 E, 30 … 32 N, got 1, 1"),
        ("0", "0.0", None, "lon", "0 E 0 N stands for no position"),
        (0, 0.0, (-1.0, -1.0, 1.0, 1.0), "lon", "0 E 0 N stands for no position"),
        ("-999", "-999", None, "lon", "expected degrees"),
        (True, 31.2, None, "lon", "expected degrees"),
        ("121.5", "33", (121.0, 30.0, 122.0, 32.0), "lat", "is outside"),
    ],
)
def test_what_cannot_be_right_is_refused_naming_the_column(lon, lat, bounds, column, reason):
    with pytest.raises(FieldError, match=reason) as refused:
        read_position(lon, lat, columns=COLUMNS, bounds=bounds)
    assert refused.value.column == column
